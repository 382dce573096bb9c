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
lesson.strip("contrast", "score")

# %% [markdown]
# ## 1 · What T sees at low errors, and what S makes of it
#
# $T$ learns to tell data from noise (lesson 00, last section). The noise is a Gaussian with the
# data's mean and deviation. Take one feature alone, log-normal with spread $\sigma_z / \mu_z =
# 0.4$, and measure it in units of its mean.

# %% tags=["remove-input"]
lesson.predict(
    "02 low error",
    "An image is rebuilt with an error of 0.3, much less than usual. Would an ideal classifier "
    "call it data or noise?",
    options=["data", "noise"],
)

# %%
spread = 0.4
z = lesson.np.linspace(0.01, 2, 400)
log_real = lesson.lognormal_log_pdf(z, 1.0, spread)
log_ratio = log_real - lesson.noise_log_pdf(z, 1.0, spread)  # the ideal T
called = "data" if lesson.np.interp(0.3, z, log_ratio) > 0 else "noise"

# %% tags=["remove-input"]
crossing = z[(log_ratio > 0).argmax()]
lesson.answer(
    "02 low error",
    called,
    """
    The log-normal density vanishes at zero faster than any power of $z$. A Gaussian does not
    vanish. Below {crossing:.2f} there is more noise than data, so the ideal $T$ is negative. Look
    at its right end, too: an error twice the usual is called *data*. $T$ compares data with noise.
    It is no score.
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
# Where does this ideal $T$ come from? At a point with data density $p$ and noise density $q$, $\nu$
# noise points to one of the data, the logistic loss (Eq. 5) is
# $-p \ln \sigma(t) - \nu q \ln(1 - \sigma(t))$. Its derivative in $t$ is zero where
# $\sigma(t) = p / (p + \nu q)$, that is at
#
# $$T^*(z) = \ln p(z) - \ln \nu q(z).$$
#
# The score adds the noise again (Eq. 6): $S = -(T + \ln \nu q)$.

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
    Here is what the four minimisers give:

    | | K = 1 | K = 3 | K = 10 | ten times as much |
    |---|---|---|---|---|
    | $T^*$ | {t0:.2f} | {t1:.2f} | {t2:.2f} | {t3:.2f} |
    | $S^*$ | {s0:.2f} | {s1:.2f} | {s2:.2f} | {s3:.2f} |

    $T^*$ contains $-\\ln \\nu q$, and Eq. 6 adds it back: $S^*(z) = -\\ln p(z)$. **The optimal $S$
    says nothing about the noise; the sign of $T^*$ does.**
    """,
    **{f"t{i}": t for i, t in enumerate(best_t)},
    **{f"s{i}": s for i, s in enumerate(best_s)},
)

# %% [markdown]
# So the noise matters where $T$ is *not* optimal. Suppose that it underfits and finds
# $T = \alpha T^*$ with $\alpha < 1$. Then $S - S^* = (1 - \alpha)\, T^*$.

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
    errors $T^* < 0$, so a $T$ that underfits makes them *more normal*. Whoever fears that good
    images score as anomalies need not fear an underfitting $T$. The optimal score does it.
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
# The paper adds artificial normal points. Half of each batch keeps its latents, and gets new
# reconstruction features, drawn from normals that are cut off to $[0, m_z]$:
#
# $$p_m(z) = \tfrac12 p_d(z) + \tfrac12\, p_l(z_l)\, p_{t_1}(z_e)\, p_{t_2}(z_c), \tag{10}$$
# $$p_t(z) = \frac{N(z;\ m_z, \sigma_z^2)}{\Phi(0) - \Phi(-m_z / \sigma_z)},
#   \qquad 0 \le z \le m_z.$$

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
    caption="Eights: the artificial points fill the square of low errors, where noise is and data "
    "are not. Their latents are real; that $z_e$ and $z_c$ belong together, they have forgotten.",
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
    {step:.1f} nat, in the densest place of the data. A perfect $T$ has that step; a small network
    draws a slope. It is the price of Eq. 10.
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
# The paper says that the augmentation "decreases the probability of predicting abnormal points as
# normal points" (Sec. 1). Take anomalies whose errors are 1.8 times as large. A threshold gives 5%
# false alarms without Eq. 10, and you set it anew with it, to 5% again.

# %% tags=["remove-input"]
lesson.predict(
    "02 misses",
    "Without Eq. 10 that threshold finds 43% of the anomalies. How many does the new one find?",
    unit="%",
    within=0.02,
)


# %% tags=["remove-input"]
lesson.answer(
    "02 misses",
    view.found["again"],
    """
    It depends on the threshold, so read all four rows. *Left where it was:* everything beyond the
    mode scores $\\ln 2$ more, so more anomalies are found, for more false alarms. *Raised by $\\ln
    2$:* the same anomalies are found, and some well rebuilt normal images are spared. *Set anew:*
    the spared ones make room, the threshold falls relative to the rest, and misses fall. The
    paper's sentence is right in the first reading and in the third, which is what an AUROC
    measures.
    """,
    picture=lesson.figure(
        lesson.draw_thresholds,
        view,
        size=(7.5, 5),
        caption="What Eq. 10 does to misses depends on the threshold; at equal false alarms they "
        "fall.",
        alt="Scores with and without Eq. 10 and three thresholds; below, bars: "
        + "; ".join(
            f"{r}: {a:.1%} alarms, {view.found[r]:.1%} found" for r, a in view.alarms.items()
        ),
    ),
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
# So on one feature $T^*$ is not negative there. The proof (App. C) goes down from $p_m$ to $p_n$ in
# three steps, and each uses one assumption:
#
# $$\begin{aligned}
# p_m = \tfrac12 p_0 + \frac12 \cdot \frac{N(z;\ m_z, \sigma_z^2)}{\Phi(0) - \Phi(-m_z/\sigma_z)}
#   &\ge \tfrac12 p_0 + N(z;\ m_z, \sigma_z^2) && \text{the normaliser is at most } \tfrac12 \\
#   &\ge \tfrac12 p_0 + N(z;\ \mu_z, \sigma_z^2) && z \le m_z \le \mu_z \\
#   &\ge N(z;\ \mu_z, \sigma_z^2) = p_n && p_0 \ge 0
# \end{aligned}$$
#
# *First step.* A normal that is cut off at its own centre keeps less than half; dividing by it at
# least doubles, and the mixture's one half takes the two away. *Second step.* Moving the centre
# from $m_z$ to $\mu_z$ moves it away from $z$. *Third step.* A density is not negative.

# %% tags=["remove-input"]
stairs = lesson.staircase(spread)
margin = lesson.np.log(stairs.sides[0] / stairs.sides[-1])
lesson.figure(
    lesson.draw_staircase,
    stairs,
    size=(6.5, 3.6),
    caption="The proof in one picture. Each gap has its own reason; together they are the "
    f"**margin**, here {margin.min():.2f} nats where it is smallest. The first step is thin: the "
    f"normaliser is {stairs.normaliser:.2f}.",
    alt="Four curves, one above the other, from p_m down to the noise; the gaps between them are "
    "filled and named: normaliser, mode at most the mean, density not negative.",
)

# %% [markdown]
# ## 4 · Five switches
#
# A proof is understood when you know what each assumption is for. Switch them off, one at a time:
#
# 1. the artificial errors end above the mean, at $1.2\, \mu_z$ (with Eq. 9 they cannot: lesson 01);
# 2. one point in ten is artificial, instead of one in two;
# 3. the truncated normal is half as wide, $\sigma_z / 2$;
# 4. the noise is wider, $K = 1 + \ln 2$, which is where training starts (Sec. 3.5);
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

    (One half is what the *proof* needs, for any $p_0$ whatever. This $p_0$ helps: here a share of
    {fewest:.2f} would do.)
    """,
    picture=lesson.figure(
        lesson.draw_switches,
        cases,
        size=(8, 4.4),
        caption="Hatched: the noise is denser, the guarantee is lost. The proof does not need a "
        "log-normal feature; it needs all the rest.",
        alt="Six panels: "
        + "; ".join(f"{c.name} {'holds' if c.holds else 'is lost'}" for c in cases),
    ),
    fewest=fewest,
)

# %% [markdown]
# ## 5 · Wider noise, and the repair
#
# Switch 4 is no thought experiment. The paper learns $K \ge 1$, so noise has the density
# $p_{nK} = N(\mu_z, K^2 \sigma_z^2)$; the proposition is proved for $K = 1$, which
# $1 + \ln(1 + e^\psi)$ exceeds.

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
    **only the point $z = 0$ decides** (the proof is in 02b): the noise must not be denser *there*.
    It is densest at zero for $K = \\mu_z / \\sigma_z$, where its deviation reaches from the mean to
    zero. Whoever passes at that worst $K$ passes at any, and that takes a spread of {safe:.3f}.
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
# Where are real features? A spread is an estimate, so each gets the interval that its sample
# allows. Beside this autoencoder's features stand those of principal components on the same eights,
# and MNIST's, recorded.

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
    size=(8, 4),
    caption="Red: lost, and with how much of the noise. Left of the tip there is a $K$ that loses "
    "the guarantee. Which side a real feature is on depends on its autoencoder, and often on more "
    f"images than there are: the interval has the tip in it for {'; '.join(undecided)}.",
    alt="A red tongue from the left, its tip at spread 0.453 and K 2.2; above it the intervals of "
    "six features, some across the tip.",
)

# %% [markdown]
# **Explore.** Set the spread to 0.45: which $K$ loses the guarantee? (Where would you look?) Set it
# to 0.2: how far must you go until it returns? Then switch the truncated normal to *K-aware*.

# %%
explorer = lesson.PropositionExplorer(spread=0.4)
explorer

# %% [markdown]
# Switch 3 says what went wrong: the truncated normal must be as wide as the noise. So if the noise
# widens, let it widen, too. With scale $K \sigma_z$ the three steps of section 3 go through word
# for word, for $K > 0$ and for any $p_0$. (This is ours, `CANCE(augmentation="k-aware")`. Whether
# it *detects* better is another question: the proposition is about $T$, detection about $S$.)
#
# **Your turn.** Write the repaired draw. You may call your function of section 2.


# %%
def my_k_aware(u, mode, standard_deviation, noise_scale):
    return ...


check.k_aware(my_k_aware)

# %% [markdown]
# <details><summary>One answer</summary>
#
# `return my_truncated_normal(u, mode, noise_scale * standard_deviation)`
# </details>
#
# ## Recap
#
# - $T^*$ is negative at low errors, for a Gaussian has mass there. The optimal $S = -\ln p$ does
#   not see the noise, and an underfitting $T$ makes low errors *more* normal.
# - Eq. 10 changes $S$ by changing $p$: low errors score lower, a step of a nat appears at $m_z$,
#   and at equal false alarms more anomalies are found.
# - The proof: the normaliser is at most one half, $m_z \le \mu_z$, $p_0 \ge 0$. It needs no
#   log-normal feature. It needs noise as wide as the truncated normal.
# - For $K > 1$ look at $z = 0$. From a spread of 0.453 on no $K$ loses the guarantee; a truncated
#   normal that widens with the noise restores it.
#
# ## Questions
#
# 1. Find a $p_0$ for which a share of 0.49 of artificial points is not enough at small spreads.
#
# <details><summary>Answer</summary>
#
# One that has nothing below $m_z$, with a spread near zero: then $m_z$ is nearly $\mu_z$, the
# normaliser nearly one half, and $p_m \approx 0.98\, p_n$.
# </details>
#
# 2. An attacker makes images that your autoencoder rebuilds perfectly. Does Eq. 10 help you or
#    them?
#
# <details><summary>Answer</summary>
#
# Them, as far as $z_e$ goes: their optimal score at zero error falls from infinity to about 2 nats.
# You still have the latents, whose density Eq. 10 leaves alone.
# </details>
#
# 3. You contrast on $\ln z_e$ instead of $z_e$. What becomes of the noise below zero, and of the
#    need for an augmentation?
#
# <details><summary>Answer</summary>
#
# There is none below zero. If $\ln z_e$ is normal, the Gaussian noise *is* its density, $T^* = 0$
# at $K = 1$, and low errors are called neither. The optimal score of a low error is as high as
# before.
# </details>
#
# 4. With $\nu = 2$ noise points to one of the data, does $p_m \ge p_n$ still make $T^* \ge 0$?
#
# <details><summary>Answer</summary>
#
# No: it takes a margin of $\ln 2$. At spread 0.4 and $K = 1$ it is smallest at $m_z$, 0.63 nats, so
# $T^*$ is negative again just below the mode; 02b has more.
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
