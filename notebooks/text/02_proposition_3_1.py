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
# # 02 · Proposition 3.1
#
# **You need:** lesson 01 (mode, mean and spread of a log-normal feature), densities, the logistic
# function.
#
# When you are done, you will be able to
#
# 1. say what the network $T$ and the score $S$ see at low errors, and why they differ;
# 2. say what Eq. 10 does to the score, to false alarms and to misses;
# 3. prove Proposition 3.1, naming the one assumption that each step uses, and break it;
# 4. decide for a feature and a noise whether its guarantee holds, and repair it.

# %%
from cance_edu import CANCE
from cance_edu.course import lesson02 as lesson

# %% tags=["remove-input"]
lesson.strip("features", "noise", "contrast", "score")

# %% [markdown]
# ## 1 · What T sees at low errors, and what S makes of it
#
# $T$ learns to tell data from noise (lesson 00, last section). The noise is a Gaussian with the
# data's mean and deviation. Take one feature alone, with a log-normal density $p_0$ of spread
# $\sigma_z / \mu_z = 0.4$, and measure it in units of its mean.

# %% tags=["remove-input"]
lesson.predict(
    "02 low and high",
    "One image is rebuilt with an error of 0.3, much less than usual, another with 2, twice the "
    "usual. Which of them would an ideal classifier call data?",
    options=["both", "the first", "the second", "neither"],
)

# %%
spread = 0.4
z = lesson.np.linspace(0.01, 2, 400)
log_real = lesson.lognormal_log_pdf(z, 1.0, spread)
log_ratio = log_real - lesson.noise_log_pdf(z, 1.0, spread)  # the ideal T
low, high = lesson.np.interp([0.3, 2.0], z, log_ratio)
called = "the second" if low < 0 < high else "the first"

# %% tags=["remove-input"]
crossing = z[(log_ratio > 0).argmax()]
lesson.answer(
    "02 low and high",
    called,
    """
    The log-normal density vanishes at zero faster than any power of $z$. A Gaussian does not
    vanish. Below {crossing:.2f} there is more noise than data, so the ideal $T$ is negative. At
    twice the mean the Gaussian is the thinner one, and $T$ says *data*. It compares data with
    noise. It is no score.
    """,
    picture=lesson.figure(
        lesson.draw_low_errors,
        *(z, log_real, log_ratio),
        size=(7.5, 2.8),
        caption="An ideal $T$ calls the best rebuilt images noise: there a Gaussian has mass, and "
        "the data have none.",
        alt="Left: near zero the noise is denser than the data. Right: T falls steeply there, and "
        "is positive at twice the mean.",
    ),
    crossing=crossing,
)

# %% [markdown]
# The score is made of $T$ and of the noise's density $p_n$, with $\nu$ noise points to one of the
# data: $S = -(T + \ln \nu p_n)$ (Eq. 6).

# %% tags=["remove-input"]
lesson.predict(
    "02 wider noise",
    "Make the noise three or ten times as wide, or use ten times as much of it. Is the "
    "*optimal* score of an error of 0.3 then higher, lower or the same?",
    options=["higher", "lower", "the same"],
)

# %%
p = lesson.np.exp(lesson.lognormal_log_pdf(0.3, 1.0, spread))
settings = [(1, 1), (3, 1), (10, 1), (1, 10)]  # K, how wide the noise is, and nu
q = [lesson.np.exp(lesson.noise_log_pdf(0.3, 1.0, spread, k)) for k, _ in settings]
nu = [each for _, each in settings]
best_t = list(map(lesson.best_log_ratio, [p] * 4, q, nu))  # by trial, no formula for T
best_s = list(map(lesson.anomaly_score, best_t, lesson.np.log(q), nu))

# %% tags=["remove-input"]
lesson.answer(
    "02 wider noise",
    "the same" if lesson.np.ptp(best_s) < 1e-3 else "higher",
    """
    Here is what the four minimisers of the logistic loss (Eq. 5) give:

    | | K = 1 | K = 3 | K = 10 | ten times as much |
    |---|---|---|---|---|
    | $T^*$ | {t0:.2f} | {t1:.2f} | {t2:.2f} | {t3:.2f} |
    | $S^*$ | {s0:.2f} | {s1:.2f} | {s2:.2f} | {s3:.2f} |

    **The optimal $S$ says nothing about the noise; the sign of $T^*$ does.**
    """,
    **{f"t{i}": t for i, t in enumerate(best_t)},
    **{f"s{i}": s for i, s in enumerate(best_s)},
)

# %% [markdown]
# Why? At a point with densities $p$ and $q$ the loss is
# $-p \ln \sigma(t) - \nu q \ln(1 - \sigma(t))$. Its derivative in $t$ is zero where
# $\sigma(t) = p / (p + \nu q)$, that is at
#
# $$T^*(z) = \ln p(z) - \ln \nu q(z).$$
#
# Eq. 6 adds $\ln \nu q$ back: $S^*(z) = -\ln p(z)$. So the noise matters where $T$ is *not*
# optimal. Suppose that it finds a share of it, $T = \alpha T^*$ with $\alpha < 1$. Then
# $S - S^* = (1 - \alpha)\, T^*$.

# %% tags=["remove-input"]
lesson.predict(
    "02 underfit",
    "With the optimal $T$ an error of 0.2 has the score 6.3. What if $T$ finds only half of $T^*$?",
    options=["a higher score", "a lower score", "the same score"],
)

# %%
log_q = lesson.noise_log_pdf(z, 1.0, spread)
with_share = {a: lesson.anomaly_score(a * log_ratio, log_q) for a in (1, 0.8, 0.5)}
at_02 = {a: lesson.np.interp(0.2, z, s) for a, s in with_share.items()}

# %% tags=["remove-input"]
lesson.answer(
    "02 underfit",
    "a lower score" if at_02[0.5] < at_02[1] else "a higher score",
    """
    {one:.1f} becomes {most:.1f} with four fifths of $T^*$, and {half:.1f} with a half. At low
    errors $T^* < 0$, so such a $T$ makes them *more normal*. It is the optimal score that makes
    anomalies of good images.
    """,
    picture=lesson.figure(
        lesson.draw_curves,
        z[z > 0.15],
        {f"$T = {a:g}\\, T^*$": s[z > 0.15] for a, s in with_share.items()},
        "score, nats",
        size=(6, 2.8),
        caption="The less of $T^*$ is learned, the lower low errors score.",
        alt="Three scores over the error; toward zero that of the optimal T rises most.",
    ),
    one=at_02[1],
    most=at_02[0.8],
    half=at_02[0.5],
)

# %% [markdown]
# ## 2 · What Eq. 10 does to the score
#
# The paper adds artificial normal points. Half of each batch keeps its latents, and gets a new
# error and dissimilarity, from Gaussians with their centre at the mode $m_z$ (Eq. 9, lesson 01),
# cut off to $[0, m_z]$:
#
# $$p_m(z) = \tfrac12 p_d(z) + \tfrac12\, p_l(z_l)\, p_{t_1}(z_e)\, p_{t_2}(z_c), \tag{10}$$
# $$p_t(z) = \frac{N(z;\ m_z, \sigma_z^2)}{\Phi(0) - \Phi(-m_z / \sigma_z)},
#   \qquad 0 \le z \le m_z.$$
#
# Here $p_d$ is the density of the real features, $p_l$ that of their latents, and $p_{t_1}$,
# $p_{t_2}$ are $p_t$ with the moments of $z_e$ and of $z_c$. The noise keeps the moments of the
# *real* points.

# %%
split = lesson.lesson_split(normal=[8], random_state=lesson.seed)
detector = CANCE("error", random_state=lesson.seed).fit(split.train)  # the autoencoder alone
features = lesson.torch.as_tensor(detector.composite_features(split.train))
moments = features.mean(0), lesson.torch.cov(features.T, correction=0)
augmentation = lesson.ReconstructionAugmentation.from_moments(*moments)
batch = features[: len(features) // 2 * 2]
generator = lesson.torch.Generator().manual_seed(lesson.seed)
augmented = augmentation(batch, lesson.torch.ones(8), generator)

# %% tags=["remove-input"]
real, artificial = augmented[:, -2:].split(len(batch) // 2)
noise = lesson.noise_draws(features[:, -2:], len(real))
lesson.figure(
    lesson.draw_augmented,
    *(real, artificial, noise, augmentation.mode),
    size=(6, 3.6),
    caption="Training eights of the small digits (the opening picture has MNIST's): the artificial "
    "points fill the square of low errors. Real ones reach its upper right corner; nearer to zero "
    "there is noise and no data. Their latents are real; that $z_e$ and $z_c$ belong together, "
    "they have forgotten.",
    alt="Real points and noise lie along a diagonal; artificial ones fill a square near zero.",
)

# %% tags=["remove-input"]
lesson.predict(
    "02 augmented score",
    "On one feature the optimal score was $-\\ln p_0$ and is now $-\\ln(\\frac12 p_0 + \\frac12 "
    "p_t)$. How does it change at an error of 0.2, and at 2, twice the mean?",
    options=[
        "lower at 0.2, the same at 2",
        "lower at 0.2, higher at 2",
        "lower at both",
        "higher at both",
    ],
)

# %%
view = lesson.thresholds(spread, anomalous_mean=1.8)  # by quadrature, T perfect
change = {at: lesson.np.interp(at, view.z, view.augmented - view.without) for at in (0.2, 2.0)}
lower, higher = change[0.2] < 0, change[2.0] > 0

# %% tags=["remove-input"]
lesson.answer(
    "02 augmented score",
    "lower at 0.2, higher at 2" if lower and higher else "lower at both",
    """
    At 0.2 it falls by {low:.1f} nats. At 2 it rises by {high:.2f}, which is $\\ln 2$, as everywhere
    beyond the mode: half of the data have gone elsewhere.

    Do not overlook **the step**. At $m_z$ the artificial errors end, and the score jumps up by
    {step:.1f} nat, in the densest place of the data. It is the price of Eq. 10.
    """,
    picture=lesson.figure(
        lesson.draw_optimal_scores,
        *(view.z, view.without, view.augmented, view.mode),
        size=(6.5, 3),
        caption="With Eq. 10 low errors score lower, errors beyond the mode $\\ln 2$ higher, and "
        "there is a step at the mode.",
        alt="The score without Eq. 10 rises steeply toward zero; with it, it rises little, and "
        "steps up at the mode.",
    ),
    low=-change[0.2],
    high=change[2.0],
    step=view.step,
)

# %% [markdown]
# Now take anomalies whose errors are 1.8 times as large. A threshold gives 5% false alarms without
# Eq. 10; with it you set the threshold anew, to 5% again.

# %% tags=["remove-input"]
lesson.predict(
    "02 threshold anew",
    "Without Eq. 10 that threshold finds 43% of the anomalies. Does the new one find fewer, as "
    "many or more?",
    options=["fewer", "as many", "more"],
)

# %%
gained = view.found["again"] - view.found["without"]
rise = view.threshold["again"] - view.threshold["without"]
order = lesson.ends_of_artificial_errors(spread, 1.8, [view.mode])  # its AUROC, too

# %% tags=["remove-input"]
lesson.answer(
    "02 threshold anew",
    "more" if gained > 0.01 else "as many",
    """
    It finds {again:.0%}. Raised by $\\ln 2$, the threshold would find what it found, and spare some
    well rebuilt normal images; for 5% it need rise by {rise:.2f} alone. That Eq. 10 "decreases the
    probability of predicting abnormal points as normal points" (Sec. 1) is right here, and with the
    threshold left as it was, for more false alarms. Over all thresholds, the AUROC rises from
    {before:.2f} to {after:.2f}.
    """,
    again=view.found["again"],
    rise=rise,
    before=order.auroc_without,
    after=order.auroc[0],
    picture=lesson.figure(
        lesson.draw_thresholds,
        view,
        size=(7.5, 4.8),
        caption="What Eq. 10 does to misses depends on the threshold; at equal false alarms they "
        "fall, for these anomalies of larger errors.",
        alt="Scores with and without Eq. 10 and three thresholds; below, bars: "
        + "; ".join(
            f"{r}: {a:.1%} alarms, {view.found[r]:.1%} found" for r, a in view.alarms.items()
        ),
    ),
)

# %% tags=["remove-input"]
one = lesson.pictured()
as_low = lesson.scores_of_low_eights(0.01)
lesson.tell(
    """
    And the one of the opening picture, with the lowest error and a score of {score:.1f}? MNIST has
    {n} test eights with errors as low, below 0.01. With Eq. 10 their median score is {median:.1f},
    their highest {highest:.1f}. So the one's score is the doing of its latents (lesson 00).
    """,
    score=one.score[2],
    n=len(as_low),
    median=lesson.np.median(as_low),
    highest=as_low.max(),
)

# %% [markdown]
# **Your turn.** Draw artificial errors: turn numbers `u`, uniform in (0, 1), into draws from a
# normal with centre `mode` and scale `scale`, kept on `[0, mode]`. No loop, no rejection.

# %%
from cance_edu.classroom import check


def my_truncated_normal(u, mode, scale):
    return ...


check.truncated_normal(my_truncated_normal)

# %% [markdown]
# <details><summary>One answer</summary>
#
# The uncut normal has the share `below = norm.cdf(-mode / scale)` below zero and one half below its
# centre. So, after `from scipy.stats import norm`:
# `return mode + scale * norm.ppf(below + u * (0.5 - below))`.
# </details>
#
# ## 3 · The proposition is a staircase
#
# Eq. 10 changes $T$, too: artificial points lie where $T$ would have said "noise". Are there
# enough?
#
# > **Proposition 3.1.** The density of the marginal distribution of the reconstruction feature in
# > $p_m$ is no less than the density of the corresponding marginal distribution of the noise
# > distribution $p_n$ over the interval $[0, m_z]$.
#
# So on one feature alone $T^*$ is not negative there, with $\nu = 1$ and $K = 1$ (with more noise
# points, $\nu > 1$, it takes a margin of $\ln \nu$); of the $T$ that sees all features it says
# nothing (02b has both). The proof (App. C)
# goes down from $p_m$ to $p_n$ in three steps:
#
# $$\begin{aligned}
# p_m = \tfrac12 p_0 + \frac12 \cdot \frac{N(z;\ m_z, \sigma_z^2)}{\Phi(0) - \Phi(-m_z/\sigma_z)}
#   &\ge \tfrac12 p_0 + N(z;\ m_z, \sigma_z^2) && \text{the normaliser is at most } \tfrac12 \\
#   &\ge \tfrac12 p_0 + N(z;\ \mu_z, \sigma_z^2) && z \le m_z \le \mu_z, \text{ equal widths} \\
#   &\ge N(z;\ \mu_z, \sigma_z^2) = p_n && p_0 \ge 0
# \end{aligned}$$
#
# *First step.* A Gaussian that is cut off at its own centre keeps less than half; dividing by it at
# least doubles, and the mixture's one half takes the two away. *Second step.* Moving the centre
# from $m_z$ to $\mu_z$ moves it away from $z$.

# %% tags=["remove-input"]
stairs = lesson.staircase(spread)
margin = lesson.np.log(stairs.sides[0] / stairs.sides[-1])
lesson.figure(
    lesson.draw_staircase,
    stairs,
    size=(6.5, 4.6),
    caption="The proof in one picture: each gap has its own reason. Below, the **margin**, the "
    f"logarithm of top over bottom. It is smallest at $m_z$, {margin.min():.2f} nats, though the "
    f"gap is wide there. The first step is thin: the normaliser is {stairs.normaliser:.2f}.",
    alt="Four curves, one above the other, from p_m down to the noise; the gaps between them are "
    "filled and named: normaliser, mode at most the mean, density not negative. Below, the same "
    f"gaps in nats; their sum falls from {margin[0]:.2f} at zero to {margin.min():.2f} at m_z.",
)

# %% [markdown]
# ## 4 · Five switches
#
# A proof is understood when you know what each assumption is for. Switch them off, one at a time:
#
# 1. the artificial errors end above the mean, at $1.2\, \mu_z$ (with Eq. 9 they cannot: lesson 01);
# 2. one point in ten is artificial, instead of one in two;
# 3. the truncated normal is half as wide, $\sigma_z / 2$;
# 4. the noise is wider, $K = 1 + \ln 2$, where our training starts ($\psi = 0$; lesson 06);
# 5. the feature is not log-normal, but has a gamma density.

# %% tags=["remove-input"]
lesson.predict(
    "02 switches",
    "Four of them break the proposition at spread 0.4. Which one does not?",
    options=["1", "2", "3", "4", "5"],
)

# %%
cases = lesson.switches(spread)
harmless = [case.name[0] for case in cases[1:] if case.holds]
fewest = lesson.brentq(
    lambda w: lesson.dominance(1.0, spread, artificial_share=w).margin.min(), 0.1, 0.5
)

# %% tags=["remove-input"]
top = lesson.lognormal_mode(1.0, spread)  # there the noise is densest beside the artificial errors
fewest_for_any = lesson.np.exp(
    lesson.noise_log_pdf(top, 1.0, spread) - lesson.truncated_normal_log_pdf(top, top, spread)
)
lesson.answer(
    "02 switches",
    harmless[0],
    """
    1 breaks the second step, which now moves the centre *towards* some $z$. 2 breaks the first: the
    mixture's half no longer cancels the normaliser's. 3 and 4 break the second again, for it
    compares two exponentials of the same width. All four lose the lowest errors, those that Eq. 10
    is for.

    Find the line that uses log-normality. There is none: $p_0$ enters in the third step alone, and
    only as $p_0 \\ge 0$. Log-normality gave us Eq. 9, and of Eq. 9 the proof takes $m_z \\le
    \\mu_z$, which holds for any sample (lesson 01). What you lose with another density is a name:
    $m_z$ is then not the mode.

    (One half is what the proof needs to hold at every spread. For a spread of 0.4 and any $p_0$
    a share of {any_density:.2f} would do, and with this $p_0$ {fewest:.2f}.)
    """,
    picture=lesson.figure(
        lesson.draw_switches,
        cases,
        size=(8, 4.4),
        caption="Hatched: the noise is denser, the guarantee is lost. The proof does not need a "
        "log-normal feature; the proof needs all the rest.",
        alt="Six panels: "
        + "; ".join(f"{c.name} {'holds' if c.holds else 'is lost'}" for c in cases),
    ),
    fewest=fewest,
    any_density=fewest_for_any,
)

# %% [markdown]
# ## 5 · Wider noise, and the repair
#
# Switch 4 is what the paper does. It learns $K = 1 + \ln(1 + e^\psi)$ ($\psi$ is any number,
# here 0 at the start), so noise has the density $p_{nK} = N(\mu_z, K^2 \sigma_z^2)$; the
# proposition is proved for $K = 1$, which this $K$ exceeds.

# %% tags=["remove-input"]
lesson.predict(
    "02 wider and wider",
    "At spread 0.4 the guarantee is lost at $K = 1.69$. Make the noise wider and wider. Then it is",
    options=["lost by more and more", "lost, by less and less", "back, from some K on"],
)

# %%
views = {k: lesson.proposition_view(spread, k) for k in (1.0, 2.5, 10.0)}
holds = {k: one.dominance.holds for k, one in views.items()}
titles = [f"K = {k:g}: {'holds' if holds[k] else 'is lost'}" for k in views]

# %% tags=["remove-input"]
lesson.answer(
    "02 wider and wider",
    "back, from some K on" if holds[10.0] else "lost, by less and less",
    """
    Wide noise first spills over the low errors, then thins out everywhere. For a log-normal feature
    **only the point $z = 0$ decides** (the proof is in 02b): if any point is lost, zero is,
    though at $K = 1$ its margin is the largest. The noise is densest at zero for $K = \\mu_z /
    \\sigma_z$, where its deviation reaches from the mean to zero. Whoever passes at that worst $K$
    passes at any, and that takes a spread of {safe:.3f}.
    """,
    picture=lesson.figure(
        lesson.draw_side_by_side,
        dict(zip(titles, views.values(), strict=True)),
        size=(9, 4),
        caption="Noise a little wider covers the low errors, noise much wider is too thin to.",
        alt="At K = 1 and 10 the mixture is above the noise on [0, m_z]; at 2.5 not near zero.",
    ),
    safe=lesson.safe_spread(),
)

# %% [markdown]
# Where are real features? A spread is an estimate, so each has its 95% interval, by resampling.
# Beside this autoencoder's features stand those of principal components on the same eights, and
# MNIST's, recorded.

# %%
pca = CANCE("error", representation="pca", random_state=lesson.seed).fit(split.train)
sources = {"autoencoder": features.numpy(), "components": pca.composite_features(split.train)}
sources["MNIST"] = lesson.mnist_features()
bands = {
    f"{name}, ${symbol}$": lesson.spread_interval(values[:, column])
    for name, values in sources.items()
    for symbol, column in (("z_e", -2), ("z_c", -1))
}

# %% tags=["remove-input"]
lost = lesson.loss_map(lesson.np.linspace(0.06, 0.75, 70), lesson.np.geomspace(1, 10, 41))
undecided = [name for name, (low, _, high) in bands.items() if low < lesson.safe_spread() < high]
lesson.figure(
    lesson.draw_bands,
    *(lost, bands, lesson.safe_spread()),
    size=(8, 5),
    caption="Red: lost, and how much of the noise lies there. Left of the tip there is a $K$ that "
    "loses the guarantee; right of it none does, log-normal or not. Often there are too "
    f"few images to tell: the tip lies within the interval of {'; '.join(undecided)}.",
    alt="Intervals of the spreads of six features, some across the tip; below, a red tongue from "
    "the left, its tip at spread 0.453 and K 2.2.",
)

# %% [markdown]
# **Explore.** Set the spread to 0.45: which $K$ loses the guarantee? (Where would you look?) Set it
# to 0.2: is it back at $K = 10$? Then switch the truncated normal to *K-aware*.

# %%
explorer = lesson.PropositionExplorer(spread=0.4)
explorer

# %% [markdown]
# <details><summary>Answers</summary>
#
# At 0.45 it is lost from $K = 1.9$ to 2.6, around $1 / 0.45$. At 0.2 it is not back: at zero
# $\ln K$ must make up for 11 nats, which takes a $K$ of 67,000. *K-aware*, it is not lost.
# </details>
#
# Switch 3 says what went wrong: the truncated normal must be as wide as the noise. So if the noise
# widens, let it widen, too: your function of section 2 draws it, with the scale $K \sigma_z$. The
# three steps of section 3 then go through word for word, for $K > 0$ and for any $p_0$. (This is
# ours, `CANCE(augmentation="k-aware")`.)
#
# Does it *detect* better? Detection is about $S$, and with the paper's augmentation the optimal $S$
# does not see $K$, be the guarantee kept or lost. Eq. 8 takes $K$ from 1.69 to about 1.55 (lesson
# 06), and on MNIST's ten digits the repair moves the mean AUROC by less than 0.03 points (11c). The
# proposition speaks of the sign of $T$.
#
# ## Recap
#
# - $T^*$ is negative at low errors, for a Gaussian has mass there. The optimal $S = -\ln p$ does
#   not see the noise, and a $T$ that finds a share of $T^*$ makes low errors *more* normal.
# - Eq. 10 changes $S$ by changing $p$: low errors score lower, a step appears at $m_z$ (a nat at
#   a spread of 0.4), and at equal false alarms more anomalies of *larger* errors are found, and
#   fewer of smaller ones.
# - The proof: the normaliser is at most one half, $m_z \le \mu_z$, $p_0 \ge 0$. It needs noise as
#   wide as the truncated normal, and no log-normal feature. (Without equal widths the proof fails;
#   the inequality may hold all the same.)
# - For $K > 1$ look at $z = 0$. From a spread of 0.453 on no $K$ loses the guarantee; a truncated
#   normal that widens with the noise restores it.
#
# ## Questions
#
# 1. An attacker makes images that your autoencoder rebuilds perfectly. Does Eq. 10 help you or
#    them?
#
# <details><summary>Answer</summary>
#
# Them, as far as $z_e$ goes: at a spread of 0.4 their optimal score at zero error falls from
# infinity to about 2 nats. You still have the latents, whose density Eq. 10 leaves alone.
# </details>
#
# 2. You contrast on $\ln z_e$ instead of $z_e$. What becomes of the noise below zero, and of the
#    need for an augmentation?
#
# <details><summary>Answer</summary>
#
# There is none below zero. If $\ln z_e$ is Gaussian, the Gaussian noise *is* its density, $T^* = 0$
# at $K = 1$, and low errors are called neither. The optimal score of a low error is higher than
# before, by $-\ln z_e$ (lesson 01, question 2). The logarithm repairs $T$; what Eq. 10 does to $S$
# it does not.
# </details>
#
# ## Going deeper
#
# [K above 1, and the joint density](going_deeper/02b_wider_noise_and_the_joint_density.ipynb): why
# zero alone decides, how much is lost, and why you would not want the proposition for the latents.
#
# ## Where to read on
#
# - Liao and Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*: Sec. 3.4,
#   3.5 and App. C.
# - M. U. Gutmann and A. Hyvärinen, *Noise-Contrastive Estimation of Unnormalized Statistical
#   Models, with Applications to Natural Image Statistics*, 2012: the optimal $T$ is a difference of
#   log-densities, whatever the noise.

# %% tags=["remove-input"]
lesson.calibration()
