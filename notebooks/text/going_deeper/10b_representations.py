# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 15
#     format: 2
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 10b · What the representation decides
#
# **You need:** [lesson 10](../10_tabular.ipynb), and lesson 04.
#
# When you are done, you will be able to
#
# 1. say what an error is worth without a bottleneck;
# 2. name three choices that a table of results rarely names, and what two steps of them did here;
# 3. say why a rare one in a column can outweigh a whole row.

# %%
from cance_edu import CANCE
from cance_edu.course import lesson10b as lesson

# %% [markdown]
# ## 1 · Without a bottleneck
#
# The second data set of Table 7, Thyroid, has 6 columns, and `latent_dim` is 6. An autoencoder with
# as many latents as columns can copy its input. What is $z_e$ then? Take the first six columns of
# the biopsies.

# %% tags=["remove-input"]
lesson.predict(
    "10b no bottleneck",
    "A trained autoencoder with 6 latents for 6 columns: how well does its error tell malignant "
    "from benign, beside that of 2 latents?",
    options=["not at all: it copies", "worse than with 2", "better than with 2"],
)

# %%
six = lesson.goad_split(lesson.biopsies(columns=6), lesson.seed)
truth = six.is_anomaly
by_latents = {
    d: CANCE(variant="error", latent_dim=d, random_state=lesson.seed).fit(six.train) for d in (2, 6)
}
z_e = {d: detector.anomaly_score(six.test) for d, detector in by_latents.items()}
areas = {d: lesson.auroc(truth, errors) for d, errors in z_e.items()}

# %%
distance = lesson.classics.gaussian().fit(six.train).anomaly_score(six.test)
typical = {d: lesson.np.median(errors[~truth]) for d, errors in z_e.items()}
follows = {
    d: [lesson.spearmanr(z[of], distance[of]).statistic for of in (~truth, truth)]
    for d, z in z_e.items()
}
by_distance = lesson.auroc(truth, distance)
condition = {d: max(of.condition_numbers_.values()) for d, of in by_latents.items()}

# %% tags=["remove-input"]
lesson.answer(
    "10b no bottleneck",
    "better than with 2" if areas[6] > areas[2] else "worse than with 2",
    """
    {six:.3f}, and {two:.3f} with 2 latents (better with each of three seeds), though the error of
    normal rows is {times:.0f} times smaller. Nothing is squeezed out of a row any more, and what is
    left is what training did not get round to: the network copies well where training rows were,
    and badly further out. Among the anomalies its error follows the Mahalanobis distance with a
    rank correlation of {follows:.2f} (with 2 latents {follows_two:.2f}), among the normal rows of
    {inside:.2f}.

    So **without a bottleneck $z_e$ says of anomalies how far out they are**. The distance says that
    without a network, and finds more: its AUROC is {distance:.3f}. And the latents, which hold
    nearly the whole row, hold its distance too, where a composite feature was to join two
    *different* views (lesson 04). Nor have the six columns six directions of their own: radius,
    perimeter and area are nearly one. The covariance penalty did not make six uncorrelated latents
    of them; their condition number is {condition:.0f}.
    """,
    picture=lesson.figure(
        lesson.draw_errors_by_latents,
        *(distance, z_e, truth),
        size=(8.5, 3.4),
        caption="With 6 latents the error of normal rows is far smaller; far out it is nearly a "
        "function of the distance.",
        alt=f"Median error of normal rows {typical[6]:.4f} with 6 latents, {typical[2]:.2f} with "
        f"2.",
    ),
    six=areas[6],
    two=areas[2],
    times=typical[2] / typical[6],
    follows=follows[6][1],
    follows_two=follows[2][1],
    inside=follows[6][0],
    distance=by_distance,
    condition=condition[6],
)

# %% [markdown]
# ## 2 · Six latents or one, columns standardised or not
#
# For KDDCUP99 lesson 10 used DAGMM's network: 60, 30 and 10 units, and **one** latent; and
# columns of 0 and 1 as they are. `CANCE`'s defaults for a table are six latents, other widths, and
# every column standardised. We ran the defaults; then the columns as they are; then DAGMM's
# network too. All on DAGMM's clean split, three seeds.
#
# And we cut the normal test rows in two: copies of training rows, 87%, and new ones. For each part
# take the AUROC against all anomalies.

# %% tags=["remove-input"]
lesson.predict(
    "10b two steps",
    "From the defaults on, first the columns stay as they are, then the network becomes DAGMM's, "
    "with one latent. Which steps raise CANCE's AUROC by a point or more, and against which rows?",
    options=[
        "both, on rows that are new",
        "both, on copies",
        "the first alone, on both",
        "neither",
    ],
)

# %%
tried = {name: lesson.by_choice(measure) for measure, name in lesson.MEASURES.items()}
steps = {
    (name, system): lesson.np.diff(values, axis=1)
    for name, of in tried.items()
    for system, values in of.items()
}

# %% tags=["remove-input"]
lesson.answer(
    "10b two steps",
    "both, on rows that are new",
    """
    CANCE gains {first:.1f} points of F1 by the first and {second:.1f} by the second. Its AUROC
    against new rows rises by {new_first:.1f} and {new_second:.1f} points, against copies, where it
    is above 99% from the start, not by half a point. The error gains by the first
    ({error:+.1f} of F1) and loses by the second ({error_second:+.1f}). So with six latents the
    error is ahead of CANCE on new rows, and with one latent behind, in each of three seeds. And do
    not overlook the highest F1 of the figure, {highest:.1f}: of the plain error with six latents.
    """,
    picture=lesson.figure(
        lesson.draw_groups_in_panels,
        {
            name: {
                system: dict(zip(lesson.choices(), values.mean(0) / 100, strict=True))
                for system, values in of.items()
            }
            for name, of in tried.items()
        },
        "",
        beside=True,
        label="percent",
        one_scale=True,
        size=(10, 2.4),
        caption="The order of the systems turns round with the representation.",
        alt="CANCE rises with both steps, on new rows; the error rises, then falls.",
    ),
    first=steps["F1", "CANCE"][:, 0].mean(),
    second=steps["F1", "CANCE"][:, 1].mean(),
    new_first=steps["AUROC, new rows", "CANCE"][:, 0].mean(),
    new_second=steps["AUROC, new rows", "CANCE"][:, 1].mean(),
    error=steps["F1", "Error"][:, 0].mean(),
    error_second=steps["F1", "Error"][:, 1].mean(),
    highest=max(values.mean(0).max() for values in tried["F1"].values()),
)

# %% [markdown]
# ### Two stories, neither tested
#
# **A rare 1.** In a column of 0 and 1 where a share $p$ is 1, standardising makes of a 1
#
# $$\frac{1 - p}{\sqrt{p (1 - p)}} \approx \frac{1}{\sqrt p} .$$
#
# Neither a decoder nor a density can do much with a huge value.
#
# **A wide place.** With six latents $z$ has eight coordinates, with one it has three. If $T$ tells
# noise from data without effort, then nothing forces its values on the data to follow their
# density, and the score orders them by little more than the noise's own (lesson 09).

# %%
flags = lesson.recorded("flags")
rare = flags[(flags > 0) & (flags < 0.001)]
large = lesson.np.median(rare) ** -0.5
losses = lesson.recorded("held_out_loss")[:, :, 1:]  # (seeds, representations, CNCE and CANCE)

# %% tags=["remove-input"]
lesson.tell(
    """
    In {rare} of {all} columns of 0 and 1 fewer than one normal row in 1,000 has a 1; half of
    these would become {large:.0f} or more, and the square of that outweighs the other {others} of
    these columns together, whose squares are 1 on average at most. But then the error should suffer
    as much, and it does not: without the scaling it gains {error_new:.1f} points against new rows,
    CANCE {cance_new:.1f}.

    A $T$ that knows nothing has a loss of $2 \\ln 2 = 1.386$. Here it falls below {one:.3f} with
    three coordinates and below {six:.3f} with eight: hardly a noise point can be taken for data.
    But the first step lowers CANCE's loss, in each seed (on average from {before:.3f} to
    {after:.3f}), and CANCE gains by it.

    So both are stories until something is taken away and measured (lesson 07b): only the rare 1s,
    or only five of the latents.

    And a caution about the order of events. We ran the defaults first, got an F1 of {defaults:.0f},
    and read App. D again because the paper's 97 was far away. The network is the paper's, so we may
    use it. But notice what a search like this does: it stops when the number looks right.
    """,
    rare=len(rare),
    all=len(flags),
    large=large,
    others=len(flags) - 1,
    error_new=steps["AUROC, new rows", "Error"][:, 0].mean(),
    cance_new=steps["AUROC, new rows", "CANCE"][:, 0].mean(),
    before=losses[:, 0, 1].mean(),
    after=losses[:, 1, 1].mean(),
    one=losses[:, 2].max(),
    six=losses[:, :2].max(),
    defaults=tried["F1"]["CANCE"][:, 0].mean(),
)

# %% [markdown]
# ## Recap
#
# - With as many latents as columns, $z_e$ measures how far out a row is; a distance does it better.
# - Three choices that a table of results rarely names can turn its order round: how columns are
#   scaled, how many latents there are, and how wide the layers before them. Here the first brought
#   CANCE nearer to the error, the other two, changed together, put it ahead on new rows.
# - Standardising makes of a rare 1 a value of $1 / \sqrt p$.
# - Count copies and new rows apart.
#
# ## Questions
#
# 1. Fit 6 latents with 10, 60 and 300 epochs. What should happen to the error's correlation with
#    the distance?
#
# <details><summary>Answer</summary>
#
# The longer you train, the better it copies further out as well, and the smaller the part that is
# a distance. Whether its AUROC falls with it is for you to measure.
# </details>
#
# 2. Abalone codes the sex of a shell as 0, 1 or 2. What does standardising make of such a column,
#    and does a Gaussian care?
#
# <details><summary>Answer</summary>
#
# An order and distances that nobody meant. Two columns of 0 and 1 say what was meant (a third is 1
# minus their sum, and makes the covariance singular). A Gaussian's Mahalanobis distance does not
# change with the scale, but it does with the coding.
# </details>

# %% tags=["remove-input"]
lesson.calibration()
