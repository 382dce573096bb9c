# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 45
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
# # 02b · Wider noise, and the joint density
#
# **You need:** lesson 02.
#
# When you are done, you will be able to
#
# 1. prove that for $K > 1$ the point $z = 0$ alone decides, and name the worst $K$;
# 2. say how much of a guarantee is lost, not just that it is;
# 3. tell a statement about marginals from one about the joint density;
# 4. say what $\nu$ asks of the margin.
#
# **From lesson 02.** A feature $z$, error or dissimilarity, has mean $\mu_z$, deviation $\sigma_z$,
# mode $m_z$ and density $p_0$. Eq. 10 mixes in artificial ones: $p_m = \frac12 p_0 + \frac12 p_t$,
# with $p_t$ the normal density $N(m_z, \sigma_z^2)$ cut off to $[0, m_z]$. *Proposition 3.1*: with
# noise $p_n = N(\mu_z, \sigma_z^2)$ the **margin** $\ln p_m - \ln p_n$ is at least 0 on $[0, m_z]$.
# That is the guarantee. On one feature the ideal $T^*$ is the margin, if $\nu = 1$; the ideal score
# is $S^* = -\ln p_m$. The noise is widened by $K$, which starts at $1 + \ln 2 = 1.69$ in training.

# %%
from cance_edu import CANCE
from cance_edu.course import lesson02 as lesson

# %% [markdown]
# ## 1 · Only zero decides
#
# The noise is $p_{nK} = N(\mu_z, K^2 \sigma_z^2)$. Compare the artificial half alone with it:
#
# $$g(z) = \ln \tfrac12 p_t(z) - \ln p_{nK}(z)
#   = \text{const} - \frac{(z - m_z)^2}{2 \sigma_z^2} + \frac{(z - \mu_z)^2}{2 K^2 \sigma_z^2}.$$
#
# 1. *$g$ is concave* for $K \ge 1$: its second derivative is
#    $-\frac{1}{\sigma_z^2} + \frac{1}{K^2 \sigma_z^2} \le 0$. So on $[0, m_z]$ it is smallest at an
#    end.
# 2. *At $m_z$ it is not negative:* it is $-\ln \operatorname{erf}\frac{m_z}{\sigma_z \sqrt2}$, plus
#    $\ln K$, plus $\frac{(m_z - \mu_z)^2}{2 K^2 \sigma_z^2}$, each at least 0 as $K \ge 1$.
# 3. *At 0 it is everything:* a log-normal density is 0 there, so the margin *is* $g(0)$. Where
#    $g(0) \ge 0$, $g \ge 0$ on $[0, m_z]$, and adding $p_0$ can but help.
#
# With the spread $c = \sigma_z / \mu_z$ and $\tilde m = m_z / \mu_z = (1 + c^2)^{-3/2}$, the
# guarantee holds if and only if
#
# $$g(0) = \ln K + \frac{1}{2 K^2 c^2} - \frac{\tilde m^2}{2 c^2} -
#   \ln \operatorname{erf} \frac{\tilde m}{c \sqrt 2} \ \ge\ 0,$$
#
# and where it is lost the worst ratio $p_{nK} / p_m$ is $e^{-g(0)}$. For a feature that is not
# log-normal, $g(0) \ge 0$ is still enough.


# %%
def margin_at_zero(c, noise_scale):
    m = lesson.lognormal_mode(1.0, c)
    widened = lesson.np.log(noise_scale) + 1 / (2 * noise_scale**2 * c**2)
    return widened - m**2 / (2 * c**2) - lesson.np.log(lesson.erf(m / (c * lesson.np.sqrt(2))))


lost = lesson.loss_map(lesson.np.linspace(0.06, 0.7, 65), lesson.np.geomspace(1, 10, 41))
closed_form = margin_at_zero(lost.spread, lost.noise_scale[:, None])
agrees = ((lost.lost_share > 0) == (closed_form < -1e-9)).mean()

# %% tags=["remove-input"]
lesson.predict(
    "02b worst K",
    "For a feature of spread 0.4, which $K$ makes $g(0)$ smallest?",
    unit="",
    within=0.15,
)

# %%
spread = 0.4
scales = lesson.np.linspace(1, 10, 9001)
worst = scales[margin_at_zero(spread, scales).argmin()]
lost_from = lesson.brentq(lambda k: margin_at_zero(spread, k), 1.01, worst)
lost_until = lesson.brentq(lambda k: margin_at_zero(spread, k), worst, 50)
needed = {k: lesson.needed_spread(k) for k in (1.1, 1.25, lesson.AT_START, 2, 5)}

# %% tags=["remove-input"]
lesson.answer(
    "02b worst K",
    worst,
    """
    The derivative $\\frac1K - \\frac{1}{K^3 c^2}$ is zero at $K = 1/c = \\mu_z/\\sigma_z$: where
    the noise's deviation reaches from the mean to zero. Before, the noise has not arrived at zero;
    beyond, it thins out. (For $c \\le 1$; a wider feature has its worst $K$ below 1.) At spread 0.4
    the guarantee is lost from $K = {low:.2f}$ to {high:.2f}. On {pairs} pairs of spread and $K$ the
    sign of $g(0)$ agrees with the whole interval in {agrees:.0%}.

    | $K$ | 1.1 | 1.25 | 1.69 | 2 | 5 | any |
    |---|---|---|---|---|---|---|
    | spread that is needed | {n0:.2f} | {n1:.2f} | {n2:.2f} | {n3:.2f} | {n4:.2f} | {safe:.3f} |
    """,
    low=lost_from,
    high=lost_until,
    pairs=closed_form.size,
    agrees=agrees,
    safe=lesson.safe_spread(),
    **{f"n{i}": value for i, value in enumerate(needed.values())},
)

# %% [markdown]
# ## 2 · How much is lost?
#
# "Lost" is a verdict; you also want a size. There are three: by what factor the noise is denser at
# the worst point, on what share of $[0, m_z]$, and what share of the noise's draws falls there. The
# last is how often $T$ meets the loss in training.

# %%
split = lesson.lesson_split(normal=[8], random_state=lesson.seed)
detector = CANCE("error", random_state=lesson.seed).fit(split.train)
pca = CANCE("error", representation="pca", random_state=lesson.seed).fit(split.train)
features = detector.composite_features(split.train)
of_pca = pca.composite_features(split.train)[:, -2:]
spreads, pca_spreads = (f[:, -2:].std(0) / f[:, -2:].mean(0) for f in (features, of_pca))
correlation, pca_correlation = (lesson.np.corrcoef(f[:, -2:].T)[0, 1] for f in (features, of_pca))

# %% tags=["remove-input"]
narrow = lesson.dominance(1.0, 0.1, lesson.AT_START)
marked = {"autoencoder, $z_e$": spreads[0], "principal components, $z_e$": pca_spreads[0]}
lesson.figure(
    lesson.draw_loss_map,
    *(lost, marked, (0.1, lesson.AT_START)),
    size=(9, 3.6),
    caption=f"Do not be impressed by the ratio alone. At the dot (spread 0.1, $K = 1.69$) it is "
    f"over $10^{{12}}$, but at zero, {1 / (0.1 * lesson.AT_START):.0f} of the noise's deviations "
    f"away. What counts is that {narrow.lost_noise_mass:.0%} of the noise lies where it is denser.",
    alt="Three maps of a tongue from the left: the worst ratio explodes to the left, the share of "
    "the interval grows to all of it, the noise's mass in it stays below a half.",
)

# %% [markdown]
# **The repair, checked.** Lesson 02 widens the truncated normal with the noise ("K-aware"). The
# price: for large $K$ the artificial errors are nearly uniform on $[0, m_z]$, and the optimal score
# $-\ln p_m$ now *depends on $K$*, a parameter of the noise. With the paper's augmentation it does
# not.

# %%
views = {kind: lesson.proposition_view(spread, 2.5, kind) for kind in ("paper", "k-aware")}
everywhere = [
    (c, k) for c in lesson.np.geomspace(0.02, 10, 40) for k in lesson.np.geomspace(0.25, 100, 40)
]
kept = [lesson.dominance(1.0, c, k, "k-aware", points=201).holds for c, k in everywhere]

# %% tags=["remove-input"]
titles = [
    f"{kind}: worst $p_{{nK}} / p_m$ {v.dominance.worst_ratio:.2f}" for kind, v in views.items()
]
lesson.figure(
    lesson.draw_side_by_side,
    dict(zip(titles, views.values(), strict=True)),
    size=(7, 4),
    caption=f"K = 2.5 at spread 0.4. Of {len(kept)} pairs of spread and $K$ the K-aware truncated "
    f"normal loses {len(kept) - sum(kept)}.",
    alt="K-aware, the truncated normal is nearly flat, and the mixture clears the noise.",
)

# %% [markdown]
# ## 3 · Marginals are not the joint density: the two features
#
# The proposition speaks of one feature at a time. $T$ looks at all $d + 2$ coordinates at once. Let
# $N_1$ and $N_2$ be the noise's marginals at $K = 1$. By the proof of lesson 02 $p_{t_i} \ge 2 N_i$
# on $[0, m_i]$. So in two dimensions the artificial half has something to spare:
# $\frac12 p_{t_1} p_{t_2} \ge \frac12 \cdot 2 N_1 \cdot 2 N_2 = 2 N_1 N_2$, a factor 2 above
# *uncorrelated* noise. But the noise is correlated, as the data are, and piles up along a diagonal
# that leads down to low values of both.

# %% tags=["remove-input"]
lesson.predict(
    "02b square",
    "Two features of spreads 0.4 and 0.51, $K = 1$. From which correlation on is the noise "
    "somewhere denser, on the square of low features $[0, m_1] \\times [0, m_2]$?",
    unit="",
    within=0.08,
)


# %%
def first_loss(noise_scale, kind="paper"):
    steps = lesson.np.arange(0, 0.99, 0.01)
    margins = [lesson.square_margin((0.4, 0.51), r, noise_scale, kind).margin for r in steps]
    return next(float(r) for r, m in zip(steps, margins, strict=True) if m.min() < 0)


at_one, wider, repaired = (
    first_loss(k, kind)
    for k, kind in ((1, "paper"), (lesson.AT_START, "paper"), (lesson.AT_START, "k-aware"))
)

# %% tags=["remove-input"]
squares = {
    f"{name}: {a:.2f}, {b:.2f}, r = {r:.2f}": lesson.square_margin((a, b), r)
    for name, (a, b), r in (
        ("autoencoder", spreads, correlation),
        ("components", pca_spreads, pca_correlation),
    )
}
lesson.answer(
    "02b square",
    at_one,
    """
    At $K = 1.69$ already from {wider:.2f} on, and with the K-aware augmentation from
    {repaired:.2f}. With the autoencoder's latents the eights' features are strongly correlated but
    widely spread: of the noise in the square {ours:.1%} is denser than the data. With principal
    components they are narrower and as correlated, and it is {theirs:.1%}, at $K = 1$. (Jointly
    log-normal models with these three numbers each, not the features themselves. MNIST's eights in
    lesson 04b have another autoencoder; there the correlation is {mnist:.2f}.)
    """,
    picture=lesson.figure(
        lesson.draw_squares,
        squares,
        size=(8, 3.3),
        caption="The joint margin on the square of low features at $K = 1$; inside the black line "
        "the noise is denser.",
        alt="Two maps of the square; the margins go down to "
        + " and ".join(f"{plane.margin.min():.2f}" for plane in squares.values()),
    ),
    wider=wider,
    repaired=repaired,
    mnist=lesson.np.corrcoef(lesson.mnist_features().T)[0, 1],
    ours=next(iter(squares.values())).lost_noise_share,
    theirs=list(squares.values())[-1].lost_noise_share,
)

# %% [markdown]
# ## 4 · With the latents, and for real
#
# Here it takes no correlation at all. Let one latent have two clusters, as when two digits are
# normal, and be independent of the error. Then the log-ratios add:
#
# $$\ln \frac{p_m(z_l, z_e)}{p_n(z_l, z_e)}
#   = \ln \frac{p_l(z_l)}{p_n(z_l)} + \ln \frac{p_m(z_e)}{p_n(z_e)}.$$
#
# Up to $m_z$, where the proposition speaks, the second term is at least 0.6 nats here. The first is
# negative somewhere: two densities that both integrate to one cross, unless they are equal. Whether
# the *sum* becomes negative depends on how far the first term falls. Beyond the clusters it falls
# without bound, for their tails are thinner than those of the wider noise.

# %%
clusters = lesson.two_cluster_margin(spread)
least = lesson.dominance(1.0, spread).margin.min()
noise_there = lesson.np.exp(clusters.log_noise) * (clusters.margin < 0)
lost_between, lost_outside = (
    noise_there[:, where].sum() / lesson.np.exp(clusters.log_noise).sum()
    for where in (abs(clusters.x) < 0.95, abs(clusters.x) > 0.95)
)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_squares,
    {"two clusters, K = 1, ν = 1": clusters},
    size=(5.5, 3),
    names=("latent $z_l$, standardised", "$z_e$ in units of its mean"),
    caption=f"Between the clusters and outside them $T^*$, here the joint margin, is negative "
    f"however low the error: with {lost_between:.0%} and {lost_outside:.0%} of the noise. And so "
    "it should be: a latent that normal images do not have is suspicious even if the image is "
    "rebuilt well.",
    alt="T* is positive in two upright bands around the clusters, and negative between and "
    "outside.",
)

# %% [markdown]
# **You would not want the proposition for the joint density.** Now for real: train $T$ on the
# eights at $K = \nu = 1$, without and with Eq. 10. Take the noise's draws with both features below
# their modes, and ask for the sign of $T$: as they are, with latents of new eights, and with those
# of the eights that $T$ has learned from.

# %% tags=["remove-input"]
lesson.predict(
    "02b by heart",
    "With Eq. 10 and the latents of *new* eights, at what share of these low draws does $T$ "
    'still say "noise"?',
    unit="%",
    within=0.1,
)

# %%
variants = ("cnce", "cance")
trained = {v: lesson.train_contrast(v, detector, split.train) for v in variants}
low = lesson.low_noise(trained["cance"], features)
new_eights = detector.composite_features(split.test[~split.is_anomaly])
latents = {"the noise's": None, "new eights'": new_eights, "training eights'": features}
points = {name: lesson.with_latents(low, source) for name, source in latents.items()}
shares = {v: [lesson.share_called_noise(t, p) for p in points.values()] for v, t in trained.items()}

# %% tags=["remove-input"]
lesson.answer(
    "02b by heart",
    shares["cance"][1],
    """
    Here is the share of $T < 0$ at {draws:,} low draws, with this seed:

    | | the noise's latents | new eights' | training eights' |
    |---|---|---|---|
    | without Eq. 10 | {n0:.0%} | {n1:.0%} | {n2:.0%} |
    | with Eq. 10 | {c0:.0%} | {c1:.0%} | {c2:.0%} |

    With Eq. 10 low errors are called data more often, most where the latents are an eight's. What
    remains with new eights' latents ({new:.0%} over seeds) is not the augmentation's doing: with
    training eights' latents it nearly goes ({old:.0%}). $T$ has learned these {n} eights by heart.
    """,
    **{f"n{i}": share for i, share in enumerate(shares["cnce"])},
    **{f"c{i}": share for i, share in enumerate(shares["cance"])},
    draws=len(low),
    new=lesson.over_seeds("02b T below 0 with new eights' latents"),
    old=lesson.over_seeds("02b T below 0 with training latents"),
    n=len(split.train),
)

# %% [markdown]
# ## 5 · And $\nu$
#
# $T^* = \ln p_m - \ln p_{nK} - \ln \nu$ is not negative where the margin is at least $\ln \nu$. The
# proposition gives 0, which is enough for $\nu \le 1$ and no more. The paper does not say which
# $\nu$ it used; the library's default is 1.

# %% tags=["remove-input"]
lesson.predict(
    "02b where",
    "With $\\nu = 2$, $K = 1$ and spread 0.4, where on $[0, m_z]$ is $T^*$ negative?",
    options=["nowhere", "at the lowest errors", "next to the mode"],
)

# %%
largest = {c: lesson.np.exp(lesson.dominance(1.0, c).margin.min()) for c in (0.1, 0.4)}
z = lesson.np.linspace(0, lesson.lognormal_mode(1.0, spread), 401)
negative = z[lesson.dominance_margin(z, 1.0, spread) < lesson.np.log(2)]

# %% tags=["remove-input"]
lesson.answer(
    "02b where",
    "next to the mode" if negative.min() > 0.5 else "at the lowest errors",
    """
    From {start:.2f} to {end:.2f}, where the data are densest. With this spread the margin is
    smallest at the end $m_z$ if $K = 1$; for $K > 1$ it is lost at the other end, 0. Spread 0.4
    allows $\\nu$ up to {middle:.2f}, spread 0.1 up to {first:.2f}. The optimal $S$ has no $\\nu$.
    """,
    start=negative.min(),
    end=negative.max(),
    middle=largest[0.4],
    first=largest[0.1],
)

# %% [markdown]
# ## Recap
#
# - At $K > 1$ look at $z = 0$. The worst $K$ is $\mu_z / \sigma_z$; from a spread of 0.453 on no $K
#   > 1$ loses the guarantee of a log-normal feature.
# - The joint density is another matter. On the square of low features it takes a strong
#   correlation at $K = 1$, less at 1.69. With latents the guarantee fails where they are rarer than
#   the noise's by more than the error's margin makes up for. And it should.
# - A margin of 0 is enough for $\nu \le 1$.
#
# ## Questions
#
# 1. Does the paper's augmentation lose the guarantee for some $K < 1$, if $p_0$ may be anything?
#
# <details><summary>Answer</summary>
#
# Yes. Then $g$ is convex, and narrow noise is dense around the mean: take a spread near zero, $m_z$
# near $\mu_z$, and $K = 0.5$. At $m_z$ the noise is twice as dense as the artificial half.
# </details>
#
# 2. Let the truncated normal be three times as wide as the noise, at $K = 1$ and spread 0.4. Does
#    our $p_0$ lose the guarantee? Does one that has nothing below $m_z$?
#
# <details><summary>Answer</summary>
#
# Ours does not, for $p_0$ is large next to the mode. The other does, from 0.64 on: $\frac12 p_t$ is
# nearly flat, at most 0.67, and the noise reaches 0.88. Too wide is lost at the mode, too narrow at
# 0.
# </details>
#
# ## Where to read on
#
# - O. Chehab, A. Gramfort and A. Hyvärinen, *The Optimal Noise in Noise-Contrastive Learning Is Not
#   What You Think*, 2022: read after lesson 06.

# %% tags=["remove-input"]
lesson.calibration()
