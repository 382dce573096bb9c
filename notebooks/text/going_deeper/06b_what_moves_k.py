# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 60
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
# # 06b · What moves K, and does it matter?
#
# **You need:** [lesson 06](../06_learning_the_noise.ipynb), and lesson 05, section 4.
#
# Three games. You place the noise; you break a control; you are the referee. When you are done, you
# will be able to
#
# 1. say where noise should lie, for a rigid and for a flexible model;
# 2. derive which way Eq. 8 pushes $K$ while $T$ has learned little;
# 3. tell a direction that was learned from drift, and say where it comes from;
# 4. judge twenty comparisons at once.

# %%
from cance_edu.course import lesson06b as lesson

# %% [markdown]
# ## 1 · Place the noise
#
# Data are $N(0, I)$ in eight dimensions, the noise is $N(0, K^2 I)$, as many points of each. You
# want the log-density at *one* place far out: one data point in 10,000 is farther. Lesson 05's
# theorem gives the variance of the estimate for any model that is linear in its parameters. The
# first model is rigid, it has two:
#
# $$ \ln p_\theta(z) = c - \alpha\, |z|^2 / 2. $$

# %% tags=["remove-input"]
lesson.predict(
    "06b place for a rigid model",
    "At which $K$ is the estimate far out most precise?",
    unit="times",
    within=0.15,
)

# %%
far = lesson.chi.isf(1e-4, 8)
scales = lesson.np.arange(70, 401, 5) / 100
rigid = lesson.estimate_variance(scales, [0, far], dimension=8)

# %% tags=["remove-input"]
at_one, at_wide = (int(lesson.np.abs(scales - k).argmin()) for k in (1, 1.7))
wide_rigid = rigid.variance[1, at_wide] / rigid.variance[1, at_one]
lesson.answer(
    "06b place for a rigid model",
    rigid.best_scale[1],
    """
    Hardly wider than the data. At 1.7 the variance is {worse:.2f} times as *large* as at 1. This
    model learns $\\alpha$ where most data are, at $|z|$ about {bulk:.1f}, and carries it out to
    {far:.1f}, your place.
    """,
    picture=lambda said: lesson.figure(
        lesson.draw_precision,
        {"rigid: 2 parameters": rigid},
        said,
        size=(6.5, 3),
        caption="For a rigid model the best noise is nearly like the data, even for a place far "
        "out.",
        alt=f"The variance is least at K = {rigid.best_scale[1]:.2f} and rises steeply beyond.",
    ),
    worse=wide_rigid,
    bulk=lesson.chi.median(8),
    far=far,
)

# %% tags=["remove-input"]
lesson.predict(
    "06b place for a flexible model",
    "The same place, and now a flexible model: a broken line in $|z|$, with thirteen heights to be "
    "learned. Place the noise at $K = 1.7$. The variance, over that at $K = 1$, is now",
    options=["about double", "about the same", "about a half"],
)

# %% tags=["remove-input"]
flexible = lesson.flexible_variance(scales, [0, far], knots=13, dimension=8)
wide_flexible = flexible.variance[1, at_wide] / flexible.variance[1, at_one]
centre = flexible.variance[0, at_wide] / flexible.variance[0, at_one]
lesson.answer(
    "06b place for a flexible model",
    "about a half",
    """
    {wide:.2f} of that at 1. And for the *centre* the same noise makes it {centre:.0f} times as
    large. **Noise buys precision where it lies. A rigid model carries it
    elsewhere; a flexible one does not.**

    Why? In a small cell of space the estimate is a ratio of two counts, so with $n$ data points
    $n\\, \\mathrm{Var} \\approx \\left(1 + \\frac{p}{\\nu p_{nK}}\\right) / (p \\cdot
    \\text{cell})$. For $\\nu = 1$, noise like the data makes the bracket 2. At 1.7,
    $p / p_{nK}$ is {ratio_centre:.0f} at the centre, and the bracket some 35 times as large; at
    your place it is {ratio_far:.3f}, and the bracket 1: noise in plenty saves a half, and no more.
    """,
    picture=lesson.figure(
        lesson.draw_precision,
        {"rigid: 2 parameters": rigid, "flexible: 13 heights": flexible},
        size=(6.5, 3),
        caption="One place, one theorem, two models: what is too wide for the one is good for the "
        "other.",
        alt=f"The flexible curve falls to about a half at K = {flexible.best_scale[1]:.2f}.",
    ),
    wide=wide_flexible,
    centre=centre,
    ratio_centre=1.7**8,
    ratio_far=1.7**8 * lesson.np.exp(-(far**2) / 2 * (1 - 1 / 1.7**2)),
)

# %% [markdown]
# ### What wide noise costs
#
# Precision at the centre is one price. Is there another? The theorem assumes that the best $T$ is
# found. Here is a density in the plane, with three hills, whose truth is known. For each of six
# widths in each coordinate a small $T$ was trained on 2,000 points, three times over. Two errors
# can be told apart:
#
# - the **classifier's**: by how much its loss is above that of the best $T$ at this $K$;
# - the **density's**: how far the normalised estimate is from the truth (Kullback-Leibler).

# %% tags=["remove-input"]
lesson.predict(
    "06b wide in the plane",
    "Go from $K = (1, 1)$ to $K = (6, 6)$. Which error grows by the larger factor?",
    options=["the density's", "the classifier's", "both grow by about the same"],
)

# %%
explorer_of_hills = lesson.KnownDensityExplorer()
explorer_of_hills

# %% tags=["remove-input"]
known = lesson.known_fits()
both = known.density_error, known.classifier_error
density, classifier = (lesson.np.diagonal(errors, axis1=1, axis2=2) for errors in both)
density_growth, classifier_growth = (e[:, -1] / e[:, 0] for e in (density, classifier))
lesson.answer(
    "06b wide in the plane",
    "the density's",
    """
    Over the three fits the classifier's error grows by a factor of {c_low:.1f} to {c_high:.1f} and
    stays below 0.05 nats; the density's grows by {d_low:.0f} to {d_high:.0f}. Where data and noise
    are far apart, a small error of the classifier is a large one of the density. And this error is
    an average over *normal* points, silent about the density far out.
    """,
    c_low=classifier_growth.min(),
    c_high=classifier_growth.max(),
    d_low=density_growth.min(),
    d_high=density_growth.max(),
)

# %% [markdown]
# ## 2 · What moves K: that T is not T*
#
# The force on $K$ is the gradient of Eq. 8; where it is positive, the noise becomes narrower.
# Data and noise both count, for Eq. 8 moves both with $K$ (lesson 06, section 4):
#
# $$ F = \frac1K \left( E_p[\sigma(-T)\, T'(z)\, (z - \mu)]
#    - \nu E_{p_{nK}}[\sigma(T)\, T'(z)\, (z - \mu)] \right). $$
#
# At $T^*$ it is zero. Now let $T = a\, T^*$ with a small $a$, for each training begins near
# $T = 0$. Then $\sigma(\pm T) \approx \frac12$, and what is left is
#
# $$ F \approx \frac{a}{2K} \left( E_p - \nu E_{p_{nK}} \right)
#    \left[ T^{*\prime}(z)\, (z - \mu) \right]. $$
#
# Take pencil and paper. For data $N(0, 1)$ and noise $N(0, K^2)$ you know $T^{*\prime}$.

# %% tags=["remove-input"]
lesson.predict(
    "06b scarce noise",
    "Let noise be scarce, $\\nu = 1/4$, and $K = 1.69$. Which way does Eq. 8 move $K$ at first?",
    options=["towards narrower noise", "towards wider noise", "nowhere: the force is zero"],
)

# %% tags=["remove-input"]
lesson.answer(
    "06b scarce noise",
    "towards wider noise",
    """
    $T^{*\\prime}(z)\\, z = -(1 - 1/K^2)\\, z^2$, and $z^2$ has mean 1 under the data and $K^2$
    under the noise. So $F \\approx a\\, \\frac{1}{2K} (K^2 - 1) (\\nu - 1/K^2)$, and $D$ times
    that if one $K$ serves $D$ coordinates. For $K > 1$ the sign is that of $\\nu - 1/K^2$; at
    $K = 1.69$ the boundary is at $\\nu = 0.35$.
    """,
    picture=lesson.figure(
        lesson.draw_first_force,
        size=(5.5, 3.2),
        caption="Gaussian data, $T$ just begun: Eq. 8 narrows the noise above the line $\\nu = "
        "1/K^2$ and widens it below. The course trains at the dot.",
        alt="A map of ν and K in two colours, with the boundary ν = 1/K² and the course at "
        "ν = 1, K = 1.69 on the side where Eq. 8 narrows.",
    ),
)

# %% [markdown]
# Is it a law, then, that an underconfident $T$ narrows the noise under Eq. 8 if $\nu = 1$? Four
# cases, at each confidence $a$:

# %%
confidence = lesson.np.linspace(0, 2, 81)
sweeps = [
    lesson.confidence_sweep(lesson.two_modes(), confidence, scale=1.69, noise_ratio=1.0),
    lesson.gaussian_confidence_sweep(8, confidence, scale=1.69, noise_ratio=1.0),
    lesson.gaussian_confidence_sweep(8, confidence, scale=3.0, noise_ratio=1.0),
    lesson.confidence_sweep(lesson.sharp_core(), confidence, scale=1.69, noise_ratio=1.0),
]

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_sweeps,
    sweeps,
    size=(7, 3.6),
    caption="All four are zero at $a = 1$, and at 0, where $T$ is flat. But a feature with a sharp "
    "core and heavy tails, as a reconstruction error may be, is widened at each $a$ between, and "
    "eight dimensions at $K = 3$ change their sign on the way. There is no law of the sign.",
    alt="Four curves through 0 at a = 1; two are positive below 1, one changes sign, one is "
    "negative.",
)

# %% [markdown]
# ## 3 · Break the control
#
# A path of $K$ that moves is no proof of a force: batches are random, and AdamW divides a gradient
# by its own usual size. You need a **control**: all as in training, but no force. Give $K$ the
# optimal $T^*$. For that the density must be known, so a *stand-in* takes the place of the eights'
# features: a mixture of three Gaussians fitted to them, with lesson 02's augmentation.

# %%
density_of_stand_in, noise, n_train = lesson.stand_in()
lesson.show_source(lesson.optimal_walk)

# %% tags=["remove-input"]
lesson.predict(
    "06b broken control",
    "An earlier edition of this lesson had this control. Besides `network`, which is the control "
    "itself, one line is *not* as in training. Which one?",
    options=["the line of `moving =`", "the line of `z, v`", "the line of `moving.move`"],
)

# %% tags=["remove-input"]
lesson.answer(
    "06b broken control",
    "the line of `z, v`",
    """
    Each step draws new points of the density. Training has {n} images, and draws from *these*,
    again and again. At $T^*$ the force is zero in expectation over $p$. A training set is not $p$,
    and its difference from $p$ is the same at step after step.
    """,
    n=n_train,
)

# %% tags=["remove-input"]
lesson.predict(
    "06b two bands",
    "Mend it: draw a training set, then batches from it, with the same $T^*$; three such sets. How "
    "many times as wide is the band of all their coordinates as with fresh draws?",
    unit="times",
    within=3,
)

# %%
contrast, batch_seed = lesson.Contrast(steps=600), {"random_state": lesson.seed}
fresh = lesson.optimal_walk(density_of_stand_in, noise, contrast, **batch_seed)
lesson.torch.manual_seed(lesson.seed)
draws = density_of_stand_in.real.sample((3, n_train))
sets = [lesson.FixedSample(density_of_stand_in, rows) for rows in draws]  # three training sets
fixed = [lesson.optimal_walk(one, noise, contrast, **batch_seed) for one in sets]

# %% tags=["remove-input"]
band = lesson.ScaleWalk(fresh.step, lesson.np.concatenate([w.scale for w in fixed], axis=1))
strays = lesson.np.ptp(band.scale) / lesson.np.ptp(fresh.scale)
each_strays = [lesson.np.ptp(w.scale) / lesson.np.ptp(fresh.scale) for w in fixed]
control_means = [w.scale[-1].mean() for w in fixed]
control_below = [int((w.scale[-1] < lesson.START).sum()) for w in fixed]
drifted = lesson.recordings.load("drift")
means_apart, means_overlapping = (drifted[k].mean(-1) for k in ("apart", "overlapping"))
lesson.answer(
    "06b two bands",
    strays,
    """
    From {low:.2f} to {high:.2f}, though $T$ is perfect and nothing pushes in expectation over $p$
    (over seeds {seeds:.0f} times; each set by itself {least:.1f} to {most:.1f} times). Over a
    training set a little push is left. AdamW divides by the size of a gradient: a tiny one that
    points the same way all the time moves $K$ at full speed. So one coordinate out of the narrow
    band proves nothing.

    Nor does the *mean* of eight. Of each set's coordinates {below} ended below 1.69, their means at
    {means}. And three sets are few: of {sets} (recorded) the means went from {lowest:.2f} to
    {highest:.2f}. Lesson 06's mean $K$, {eq8:.2f} under Eq. 8 and {eq12:.2f} under Eq. 12, each
    seed by itself, could still be drift.
    """,
    picture=lesson.figure(
        lesson.draw_chance,
        {"three training sets, 8 coordinates each": fixed, "fresh draws, 8 coordinates": [fresh]},
        size=(6.5, 3),
        caption="Two kinds of chance: that of the batches, and that of the training set.",
        alt=f"A narrow band around 1.69, and a wide one from {band.scale.min():.2f} to "
        f"{band.scale.max():.2f}.",
    ),
    low=band.scale.min(),
    high=band.scale.max(),
    seeds=lesson.over_seeds("06b times that K strays"),
    least=min(each_strays),
    most=max(each_strays),
    below=", ".join(map(str, control_below)),
    means=", ".join(f"{mean:.2f}" for mean in control_means),
    sets=len(means_apart),
    lowest=means_apart.min(),
    highest=means_apart.max(),
    eq8=lesson.over_seeds("06 mean K eq8"),
    eq12=lesson.over_seeds("06 mean K eq12"),
)

# %% [markdown]
# Then how do you show that an objective has a direction? Recorded: eights of the digits and of
# MNIST, five seeds each, with the augmentation and without, 1,500 steps; the last $K$ of eight
# coordinates. That makes 160 for each objective.

# %% tags=["remove-input"]
lesson.predict(
    "06b signs",
    "How many of the 160 ended below 1.69 under Eq. 8?",
    unit="of 160",
    within=10,
)

# %%
table = lesson.recordings.load("noise_objectives")
eq8, eq12 = (table["noise_scale"][..., way, :].reshape(-1, 8) for way in (2, 3))
below, above = (eq8 < lesson.START).sum(), (eq12 > lesson.START).sum()
means_of_eight = table["noise_scale"][..., 2:, :].mean(axis=-1)
agree = lesson.np.ptp(means_of_eight, axis=1).max()  # over the seeds

# %% tags=["remove-input"]
lesson.answer(
    "06b signs",
    below,
    """
    And under Eq. 12 {above} of 160 ended above it. **These trainings have a direction: Eq. 8
    narrowed the noise, Eq. 12 widened it.** Why may you believe it? Not by counting seeds: ten of
    ten would be a rare accident, 1 in 512, if they were independent, but splits of the same digits
    share images, and so their drift. Nor by Eq. 12: as Eq. 8 reversed, it shows the same drift
    again. But drift scatters, even between sets that share most of their points: with $T^*$, five
    subsets of 122 out of 174 ended {least:.2f} to {most:.2f} apart (four such fives, recorded, 600
    steps). Here the five seeds agree within {agree:.2f}, on each data set, with the augmentation
    and without.
    """,
    picture=lesson.figure(
        lesson.draw_ends,
        {"Eq. 8": eq8, "Eq. 12": eq12},
        lesson.START,
        size=(6.5, 3),
        caption="Each mark is one coordinate of one training ($z_e$: error, $z_c$: cosine "
        "dissimilarity): none ended on the other side.",
        alt=f"Under Eq. 8 all marks lie between {eq8.min():.2f} and {eq8.max():.2f}, under Eq. 12 "
        f"between {eq12.min():.2f} and {eq12.max():.2f}; the start is 1.69.",
    ),
    above=above,
    least=lesson.np.ptp(means_overlapping, axis=1).min(),
    most=lesson.np.ptp(means_overlapping, axis=1).max(),
    agree=agree,
)

# %% [markdown]
# ### What pushes
#
# $T^*$ has no weights, a trained $T$ has. Its first layer reads coordinate $j$ as
# $w_j\, (z_j - \mu_j) / \hat\sigma_j$, with a vector $w_j$ of weights. For $T$ a larger $K_j$, in
# both terms of Eq. 8, is the same as a longer $w_j$; and Eq. 8 is minus $T$'s own loss $L$. So on
# each batch
#
# $$ F_j = -\frac{1}{K_j}\; w_j \cdot \frac{\partial L}{\partial w_j}. $$
#
# **Eq. 8 narrows the noise in a coordinate where gradient descent lengthens $T$'s weights on it.**
# Where it shortens them, Eq. 8 widens. See it in one training, on the first of the three sets:

# %%
trained = lesson.trained_walk(sets[0], noise, contrast, random_state=lesson.seed)
lesson.figure(
    lesson.draw_growth,
    trained,
    size=(5.5, 3.2),
    caption="$T$'s weights grew and mean $K$ fell from 1.69: by and large the farther, the more "
    "they grew.",
    alt="Eight marks, by and large falling: the more T's weights grew, the lower K.",
)

# %% tags=["remove-input"]
growth, trained_ends = trained.length[-1] / trained.length[0] - 1, trained.scale[-1]
turns = trained.step[(trained.fresh_pull.sum(axis=1) > 0).argmax()]
lesson.tell(
    """
    Is this $T$ underconfident, as in section 2? At first: fitted to $T^*$, its $a$ is {first:.2f}
    after {step} steps. Then Eq. 8 narrows, on its {n} images and on fresh draws alike. But $a$
    rises, to {last:.2f} at the end, and from step {turns} on Eq. 8 would *widen* the noise if data
    were fresh draws. $K$ is moved by how $T$ learns its training set, not by how far $T$ is from
    the truth.
    """,
    first=trained.confidence[0],
    step=trained.step[0],
    last=trained.confidence[-1],
    turns=turns,
    n=n_train,
)

# %% [markdown]
# ## 4 · You are the referee
#
# Does it matter for the detector? $K$ was held at 1, held at 1.69, or learned either way, with the
# augmentation and without; five seeds, two data sets. Compare within a seed, where images and
# autoencoder are the same: three ways of $K$ against 1.69, with and without (6), and with against
# without for all four (4), on two data sets. That makes twenty, eight of them about the
# augmentation. Here they are, with their 95% intervals (Student's) and without their names.

# %% tags=["remove-input"]
looks = lesson.looks_at(table["aurocs"], table["datasets"])
lesson.figure(
    lesson.draw_looks,
    looks,
    named=False,
    size=(6.5, 3.6),
    caption="Twenty comparisons, the smallest p-value on top. Which would you print?",
    alt=f"Twenty intervals; {sum(look.shown for look in looks)} of them leave out zero, the first "
    "from the top.",
)

# %% tags=["remove-input"]
lesson.predict(
    "06b referee",
    "Be strict: print as a finding only what keeps the risk of *any* false finding among the "
    "twenty below 5%. (An interval for 5%/20 is 2.4 times as wide.) How many do you print?",
    unit="of 20",
    within=0,
)

# %%
p_values = lesson.np.array([look.p_value for look in looks])
adjusted = lesson.holm(p_values)

# %% tags=["remove-input"]
lesson.answer(
    "06b referee",
    (adjusted < 0.05).sum(),
    """
    {stars} intervals leave out zero, but of twenty looks that can be chance. Holm's correction
    multiplies the smallest of twenty p-values by 20, the next by 19, and so on: the smallest,
    {p:.3f}, becomes {holm:.2f}. **None of the twenty survives.** The candidate with the
    largest mean is $K = 1$ on the digits: noise held at 1 was worse than at 1.69. And
    *not shown* is not the same as *not there*: {wide} of the intervals are wider than half a point.
    """,
    picture=lesson.figure(
        lesson.draw_looks,
        looks,
        size=(9, 4.2),
        caption="The same with their names.",
        alt=f"Smallest p-value {p_values.min():.3f}, Holm's {adjusted.min():.2f}.",
    ),
    stars=sum(look.shown for look in looks),
    p=p_values.min(),
    holm=adjusted.min(),
    wide=sum(look.interval[1] - look.interval[0] > 0.5 for look in looks),
)

# %% tags=["remove-input"]
lesson.predict(
    "06b null",
    "Suppose that nothing is there: twenty independent looks, five differences each, all with mean "
    "zero. How often does at least one interval leave out zero, and get a star?",
    unit="%",
    within=0.1,
)

# %% tags=["remove-input"]
stars = lesson.chance_of_stars()  # 20,000 times over
lesson.answer(
    "06b null",
    (stars > 0).mean(),
    "On average there is {mean:.2f} star, and $1 - 0.95^{20} = 64\\%$ is the chance of one or "
    "more. Three or more, as here, come in {three:.0%} of the redraws. (Our twenty are not "
    "independent: many share a baseline, $K = 1.69$.)",
    mean=stars.mean(),
    three=(stars >= 3).mean(),
)

# %% tags=["remove-input"]
direct = lesson.signs_against_each_other(table["aurocs"], table["datasets"])
all_adjusted = lesson.holm([look.p_value for look in (*looks, *direct)])
lesson.tell(
    """
    One comparison is missing, the one that lesson 06 leads to: *which of Eq. 8 and Eq. 12 is
    better?* Two intervals against a third thing do not answer it. Compare them directly.

    On the digits, with the augmentation, Eq. 12 was ahead of Eq. 8 by **{mean:+.2f}** points
    [{low:+.3f}, {high:+.3f}], p = {p:.3f}. Alone it would have a star. It is one of by now {n}
    looks, and Holm's value is {holm:.2f}. The other three direct comparisons have {others}. So
    these seeds do not show which is better, nor that they are equally good.

    And one thing that no formula above repairs: five splits of the *same* 174 digits overlap. Their
    differences are not independent, and the intervals are too short for new images (Nadeau and
    Bengio, 2003).
    """,
    mean=direct[1].mean,
    low=direct[1].interval[0],
    high=direct[1].interval[1],
    p=direct[1].p_value,
    n=len(all_adjusted),
    holm=all_adjusted[len(looks) + 1],
    others=", ".join(f"{look.mean:+.2f}" for look in (direct[0], *direct[2:])),
)

# %% [markdown]
# ## 5 · Why might width help on the digits?
#
# A plausible story. $\hat\Sigma$ is measured on features of *training* images, which the
# autoencoder knows by heart. If it is too small, then $K = 1$ is not noise like the data at all. It
# can be tested: train the autoencoder on one half of the eights, and measure $\hat\mu$ and
# $\hat\Sigma$ on that half (seen) or on the other (unseen). Recorded, five seeds.

# %% tags=["remove-input"]
lesson.predict(
    "06b unseen moments",
    "Draw the ellipsoid that should hold 95% of the normal images, with moments of seen images. "
    "What share of the normal *test* images does it hold?",
    unit="%",
    within=0.1,
)

# %% tags=["remove-input"]
gains, changes, inside = lesson.gains_of_width()
gain_adjusted = lesson.holm([look.p_value for look in (*gains, *changes)])
lesson.answer(
    "06b unseen moments",
    inside[0, 0],
    """
    With moments of unseen images it holds **{unseen:.0%}**. So the first half of the story is
    right: noise at $K = 1$, measured on seen images, is *narrower* than the images that come; even
    at 1.69 its ellipsoid holds only {wider:.0%} of them.

    Does this explain what width gains? $K = 1.69$ minus $K = 1$, without the augmentation:
    {cnce_seen:+.2f} points with moments of seen images, {cnce:+.2f} with those of unseen ones. With
    it: {cance_seen:+.2f} and {cance:+.2f}. Two of these intervals leave out zero, those of the two
    changes do not, and after Holm none of the six does. These seeds do not tell whether the story
    explains the gain.
    """,
    unseen=inside[1, 0],
    wider=inside[0, 1],
    cnce_seen=gains[0].mean,
    cnce=gains[1].mean,
    cance_seen=gains[2].mean,
    cance=gains[3].mean,
)

# %% [markdown]
# ## Recap
#
# - Noise buys precision where it lies; a flexible model does not carry it elsewhere. And under wide
#   noise a small error of $T$ is a large one of the density.
# - While $T$ has learned little, on Gaussian data, for $K > 1$, the sign of Eq. 8's force is that
#   of $\nu - 1/K^2$. Beyond that there is no law.
# - A control must resample one training set, as training does. Its drift scatters; trainings agree,
#   160 of 160: Eq. 8 narrows where descent lengthens $T$'s weights.
# - None of twenty comparisons survives a correction for twenty looks.
#
# ## Questions
#
# 1. $T$ has reached a minimum of its loss on the training set. What does $K$ feel there, on
#    average over that set?
#
# <details><summary>Answer</summary>
#
# Nothing: all $\partial L / \partial w_j$ are zero, and with them each $F_j$. $K$ moves while $T$
# still learns, so the width of the noise depends on how long you train: on MNIST's eights mean $K$
# went on to 1.44 (Eq. 8) and 2.01 (Eq. 12) in 1,500 steps.
# </details>
#
# 2. At $T^*$ nothing pushes $K$. What would an objective for $K$ look like that still has something
#    to say there?
#
# <details><summary>Answer</summary>
#
# It would ask for the precision of what you want to know: for example, the least variance of the
# log-density at the places where you must decide, as in section 1.
# </details>
#
# ## Where to read on
#
# - Omar Chehab, Alexandre Gramfort and Aapo Hyvärinen, *The optimal noise in noise-contrastive
#   learning is not what you think*, 2022.
# - Claude Nadeau and Yoshua Bengio, *Inference for the generalization error*, 2003.
# - Sture Holm, *A simple sequentially rejective multiple test procedure*, 1979.

# %% tags=["remove-input"]
lesson.calibration()
