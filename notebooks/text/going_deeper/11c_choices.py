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
# # 11c · Is it worth learning K, and what was chosen by what
#
# **You need:** [lesson 11](../11_the_papers_tables.ipynb), and lesson 06 for $K$.
#
# When you are done, you will be able to
#
# 1. say, with intervals, whether it helps on MNIST to learn $K$ and to add artificial errors;
# 2. measure what a choice by labels did to a result;
# 3. say which kinds of damage a detector of several classes misses;
# 4. say what a rule costs that you keep without seeing the price.
#
# Nothing is trained here; you read stored results.

# %%
from cance_edu.course import lesson11c as lesson

report = lesson.stored()
mnist = report.cells("table1", "MNIST")

# %% [markdown]
# ## 1 · Is it worth learning $K$?
#
# The paper has no experiment about one of its own steps. Sec. 3.4 reshapes the noise by a learned
# $K$; Eq. 8 and Eq. 12 push $K$ in opposite directions (lesson 06); and no table keeps $K$ fixed.
# So we ran one: on one autoencoder for each digit of MNIST, eleven noise contrasts.
#
# | $K$ | what becomes of it |
# |---|---|
# | `K = 1` | the noise keeps the moments of the data and is never widened |
# | `K = 1.69` | $1 + \ln 2$, where $\psi = 0$; never moved |
# | `Eq. 8` | starts at 1.69, learned by Eq. 8 |
# | `Eq. 12` | starts at 1.69, learned with the opposite sign |
#
# Each without artificial errors (`none`), with the `paper's`, and with the `K-aware` ones of
# lesson 02. (For $K = 1$ these two are the same.)

# %% tags=["remove-input"]
lesson.predict(
    "11c eleven contrasts",
    "Take the best and the worst of the eleven averages over ten digits. How far apart are they?",
    unit="points",
    within=0.3,
)

# %%
contrasts = report.cells("contrasts", "MNIST")
means = lesson.averages(contrasts)
spread = max(means.values()) - min(means.values())
answers = {name: lesson.pairs(contrasts, *both) for name, both in lesson.CONTRASTED.items()}
learned = [answers[f"K learned by Eq. {number}"] for number in (8, 12)]
widest = max(abs(bound) for found in learned for bound in found.interval)

# %% tags=["remove-input"]
lesson.answer(
    "11c eleven contrasts",
    spread,
    """
    All eleven lie between {low:.2f} and {high:.2f}.

    - **Learning $K$** changes the average by {eq8:+.3f} points with Eq. 8 and {eq12:+.3f} with
      the opposite sign. Two objectives push $K$ apart, and the AUROC stays what it was. A likely
      reason: the optimal score does not depend on the noise, and with thousands of images and
      eight coordinates $T$ may be near enough to its optimum.
    - **Artificial errors** gain in all four rows, by less than a tenth of a point, and two of the
      four intervals leave zero out. These are not four witnesses, for all rows share a digit's
      autoencoder.
    - **Wider noise** than $K = 1$: a gain whose interval holds zero.

    So on MNIST a $K$ that is fixed at 1.69 does what a learned one does, with less to explain. "No
    difference was seen" is not "there is none": what the intervals say of learning $K$ is *below
    {widest:.2f} points, on average over digits*, for this data, eight coordinates and five seeds.
    """,
    picture=lesson.figure(
        lesson.draw_differences,
        lesson.points(answers),
        size=(7, 3.4),
        caption="Gains in AUROC, percentage points, paired by digit, with 95% intervals. All lie "
        "within half a point of zero.",
        alt=lesson.in_words(answers),
    ),
    low=min(means.values()),
    high=max(means.values()),
    eq8=learned[0].mean,
    eq12=learned[1].mean,
    widest=widest,
)

# %% [markdown]
# ## 2 · What was chosen, and by what
#
# Sec. 4.1 says that model selection sees normal data alone. Hold us to that as well. Our settings
# are of five kinds:
#
# 1. **The paper's**: the numbers of latents, and little else is stated.
# 2. **Chosen on held-out normal data**: the length and rate of $T$'s training; for CIFAR-10 also
#    $\lambda$, by the condition number.
# 3. **Chosen by looking at AUROCs**, hence at labels: the activation, the channels and the epochs
#    of the autoencoder follow prototypes on MNIST's 8 and 2, and on CIFAR-10.
# 4. **Read in the paper, but late**: we ran something else first, and read again when the results
#    were far from the paper's.
# 5. **Made to fit the paper's columns**: the raw error of lesson 11.
#
# The fourth is better argued than the third, and no more innocent: had the first results been
# near the paper's, nobody would have read again.
#
# The third should not be there. A benchmark made afterwards asked the normal images
# (`tests/benchmarks/results/settings.md`): on four digits, two of them never looked at, held-out
# normal images are reconstructed better with the same activation, and better still with more
# channels or twice the epochs. So do as they say: the ten digits again, with twice the epochs of
# the autoencoder.

# %% tags=["remove-input"]
lesson.predict(
    "11c twice the epochs",
    "Held-out images are then reconstructed 2 to 6% better. Whose mean AUROC over the ten digits "
    "gains so much that the interval leaves zero out?",
    options=[
        "that of all four variants",
        "Error's alone",
        "CNCE's and CANCE's",
        "nobody's",
    ],
)

# %%
longer = report.cells("table1", "MNIST", "twice the epochs")
more = {k: lesson.gains(longer, mnist, k) for k in ("Error", "LatNCE", "CNCE", "CANCE")}
gaining = [name for name, found in more.items() if found.interval[0] > 0]
unseen = {
    name: lesson.Pairs("", "", {d: v for d, v in found.differences.items() if d not in "82"})
    for name, found in more.items()
}

# %% tags=["remove-input"]
lesson.answer(
    "11c twice the epochs",
    "CNCE's and CANCE's" if gaining == ["CNCE", "CANCE"] else "that of all four variants",
    """
    CNCE gains {cnce:.2f} points, CANCE {cance:.2f}: the two that have a density of the whole
    composite feature. For the error and for LatNCE no gain is seen. So a better reconstruction
    need not tell anomalies apart better.

    On the eight digits that no prototype had seen, CNCE gains {cnce_clean:.2f} and CANCE
    {cance_clean:.2f}, and these intervals hold zero: they run over digits, and some are at their
    ceiling.
    """,
    picture=lesson.figure(
        lesson.draw_differences,
        lesson.points(more),
        size=(7, 2.2),
        caption="Twice the epochs minus the default, percentage points, over ten digits.",
        alt=lesson.in_words(more),
    ),
    cnce=more["CNCE"].mean,
    cance=more["CANCE"].mean,
    cnce_clean=unseen["CNCE"].mean,
    cance_clean=unseen["CANCE"].mean,
)

# %%
before, after = (lesson.pairs(cells, "CANCE", "CNCE") for cells in (mnist, longer))
change = {d: after.differences[d] - before.differences[d] for d in before.differences}
changed = lesson.Pairs("twice the epochs", "the default", change)
over_paper = {d: c.difference for d, c in lesson.column(mnist, "CANCE").items()}
clean = lesson.np.mean([v for d, v in over_paper.items() if d not in "82"])

# %% tags=["remove-input"]
lesson.tell(
    """
    **What became of the gain over CNCE?** With the default, CANCE was above CNCE by {before:+.2f}
    points with $p = {p:.2f}$ (lesson 11). After twice the epochs it is {after:+.2f} [{low:+.2f},
    {high:+.2f}].

    Did the gain vanish? Two verdicts do not answer that. Subtract, digit by digit: the change is
    {change:+.2f} [{change_low:+.2f}, {change_high:+.2f}], {eight:.0%} of it the eight's. So the
    change itself is not certain. But do not rely on a gain that one schedule shows and the next
    does not.

    **What did the two digits that we had looked at do?** On all ten CANCE is {all:+.2f} points
    above the paper's, without them {clean:+.2f}. They do not make it. For CIFAR-10 you cannot do
    this: its prototypes looked at CIFAR-10 itself.
    """,
    before=before.mean,
    p=before.p_value,
    after=after.mean,
    low=after.interval[0],
    high=after.interval[1],
    change=changed.mean,
    change_low=changed.interval[0],
    change_high=changed.interval[1],
    eight=change["8"] / sum(change.values()),
    all=lesson.np.mean(list(over_paper.values())),
    clean=clean,
)

# %% [markdown]
# ## 3 · All digits at once
#
# Table 2 trains on all of MNIST and tests on fifteen corruptions of its test images (MNIST-C, Mu
# and Gilmer 2019; ours were made anew, with other random numbers). Its number is their average.

# %% tags=["remove-input"]
lesson.predict(
    "11c corruptions",
    "Which kinds of damage does an autoencoder's error miss?",
    options=[
        "those that add something to a digit",
        "those that bend, turn or shrink its strokes",
        "those that blur it",
    ],
)

# %%
cells = [c for c in report.cells("table2", "MNIST-C") if c.row != "MNIST-C"]
by_kind = {
    name: {c.row: c.ours.mean / 100 for c in cells if c.column == name}
    for name in ("Error", "LatNCE", "CNCE", "CANCE")
}
error, latents, cnce, cance = by_kind.values()
hard = sorted(error, key=error.get)[:3]
worst = sorted(cance, key=cance.get)[:2]

# %% tags=["remove-input"]
lesson.answer(
    "11c corruptions",
    "those that bend, turn or shrink its strokes",
    """
    {hard}: the error is below {below:.0%} there, and above {above:.0%} for the other twelve. A
    likely reason: what they leave is still a digit's stroke, and the decoder knows those. It
    cannot be all of it, for a digit that is *moved* is found ({moved:.0%}).

    CANCE finds all three better. {worst} stay its worst; for the shrunken digit it goes from
    {from_:.0%} to {to:.0%}. The latents alone do not explain that, with {latents:.0%} at most on
    the three. Nor does CANCE win everywhere: on dotted lines it is {dotted:.0%} below the error,
    and below our own CNCE on three kinds, for which the artificial errors cost 1 to 2 points and
    gain a point nowhere.
    """,
    picture=lesson.figure(
        lesson.draw_aurocs_by_group,
        by_kind,
        size=(7, 4.6),
        caption="Most kinds are near 100 but for the latents alone.",
        alt=f"CANCE is lowest for {' and '.join(worst)}; the error for {', '.join(hard)}.",
    ),
    hard=", ".join(hard).capitalize(),
    worst=" and ".join(worst).capitalize(),
    below=max(error[k] for k in hard),
    above=min(error[k] for k in error if k not in hard),
    moved=error["translate"],
    from_=error["scale"],
    to=cance["scale"],
    latents=max(latents[k] for k in hard),
    dotted=error["dotted_line"] - cance["dotted_line"],
)

# %% [markdown]
# ## 4 · What a rule costs
#
# Sec. 3.2 asks for "the smallest λ that yields a well-conditioned covariance". On standardised
# photographs, with lesson 03's limit of 100 and normal data alone, you take $\lambda = 1000$: on
# held-out cats, with 64 latents, $\lambda = 1$ left 289 and 1000 left 9.7. (Noted when $\lambda$
# was chosen; no cell here computes it.)

# %%
strong, weak = "each image standardised", "standardised, λ = 1"
three = ("CNCE", "CANCE", "squared norm of the latent")
of_strong, of_weak = (
    {s: lesson.by_class(report, "CIFAR-10", p, s) for s in three} for p in (strong, weak)
)
cost = {s: of_weak[s] - of_strong[s] for s in three}

# %% tags=["remove-input"]
lesson.tell(
    """
    With $\\lambda = 1$ the latents are worse conditioned, and better at finding anomalies: CANCE
    gains {cance:.1f} points, CNCE {cnce:.1f}, and the plain squared norm of the latents
    {norm:.1f}, each in at least {least} of ten classes; and the norm passes CANCE. **That is what
    such a rule means: you keep it without seeing the price.**

    With $\\lambda = 1000$ the norm, the score of a round Gaussian, is within {apart:.1f} points
    of CANCE on average, though single classes differ by {single:.0f}, either way. On average $T$
    adds little there to the latents' distance from the centre.
    """,
    cance=cost["CANCE"].mean(),
    cnce=cost["CNCE"].mean(),
    norm=cost["squared norm of the latent"].mean(),
    least=min(int((gained > 0).sum()) for gained in cost.values()),
    apart=abs((of_strong["CANCE"] - of_strong["squared norm of the latent"]).mean()),
    single=abs(of_strong["CANCE"] - of_strong["squared norm of the latent"]).max(),
)

# %% [markdown]
# ## Questions
#
# 1. Take one digit of MNIST and shrink some test images. Which of $z_l$, $z_e$ and $z_c$ gives them
#    away?
#
# <details><summary>Answer</summary>
#
# Leave one out at a time (lesson 04), and look which score loses. Nothing here tells; it is your
# experiment. Fix beforehand by how much a score has to fall for you to say "this one".
# </details>
#
# 2. Repeat section 1 on the bundled digits with 100 training images. Why may $K$ matter there?
#
# <details><summary>Answer</summary>
#
# The optimal score does not depend on the noise, but with 100 images $T$ is far from its optimum,
# and the noise decides where it is taught anything (lesson 05).
# </details>

# %% tags=["remove-input"]
lesson.calibration()
