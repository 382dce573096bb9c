# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 50
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
# # 05 · Noise contrastive estimation
#
# **Minutes:** 45 to read, under 1 to run on two CPU cores. **You need:** lesson 00 (04 for the
# last section), Bayes' rule, logistic regression, and a little torch.
#
# When you are done, you will be able to
#
# 1. get a density out of a classifier, and say which part of it the classifier never learned;
# 2. derive Eq. 3 to 7, and prove where the loss is least;
# 3. say why nobody has to normalise the learned density, and what its mass tells you;
# 4. choose $\nu$ and the noise's width for a given amount of data, or of computing;
# 5. tell where in space a score is knowledge, and where it is extrapolation.
#
# | symbol | in code | what it is |
# |---|---|---|
# | $z,\ v,\ u$ | `z`, `v`, `u` | a data point, a noise point, a point that may be either |
# | $y$ | | 1 for data, 0 for noise |
# | $p_d,\ p_n$ | | densities of data (unknown) and noise (known: `noise.log_prob`) |
# | $\nu$ | `noise_ratio` | noise points for each data point |
# | $T$ | `log_ratio` | log-odds of data, $\ln p^\theta - \ln \nu p_n$: **includes** $-\ln\nu$ |
# | $p^\theta$ | | the model of $p_d$, that is $\nu\, p_n\, e^T$; need not have mass 1 |
# | $S$ | `anomaly_score` | $-\ln p^\theta = -(T + \ln\nu + \ln p_n)$: **includes** $-\ln\nu$ too |
#
# All logarithms are natural; log-odds, scores and log-densities are in nats.

# %%
import numpy as np
import torch
from matplotlib.figure import Figure
from scipy import optimize, stats
from scipy.special import log_expit
from sklearn.metrics import log_loss

# %%
from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.contrast.estimated_mean import (
    NoiseSetting,
    at_equal_budget,
    covariance_of_estimates,
    variance_against,
)

# %%
from cance_edu.course.contrast.estimated_mean_figure import draw_mean_variance
from cance_edu.course.contrast.far_from_data import along_ray, reach
from cance_edu.course.contrast.far_from_data_figure import draw_ray, draw_reach

# %%
from cance_edu.course.contrast.figure import (
    draw_learning,
    draw_line_contrast,
    draw_planes,
    draw_pointwise_loss,
)
from cance_edu.course.contrast.logistic_nce import asymptotic_covariance
from cance_edu.course.contrast.summary import divergence, line_contrast, on_plane, watch_learning

# %%
from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.course.page import lesson_dataset, lesson_seed, lesson_split, measured, show_source
from cance_edu.course.scores.figure import draw_aurocs, draw_scores

# %%
from cance_edu.course.style import show
from cance_edu.experiments import auroc

# %%
from cance_edu.method.moments import RunningMoments
from cance_edu.method.nce import LogRatio, anomaly_score, nce_loss, total_mass
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast, train_nce

# %% [markdown]
# ## 1 · A classifier that knows a density
#
# Data come from $N(1,\ 0.6^2)$. Pretend that you do not know this: you have 20,000 draws. You also
# make 20,000 draws of a noise that you do know, $N(0,\ 1.5^2)$.
#
# Then you forget all about densities and train a classifier, a logistic regression, to tell data
# from noise. Its log-odds have three weights, $T(u) = w_0 + w_1 u + w_2 u^2$.

# %%
rng = np.random.default_rng(lesson_seed())
data_law, noise_law = stats.norm(1.0, 0.6), stats.norm(0.0, 1.5)
z_line = torch.from_numpy(data_law.rvs(20_000, random_state=rng))
v_line = torch.from_numpy(noise_law.rvs(80_000, random_state=rng))  # more than is needed yet


def powers(u):
    return torch.stack([torch.ones_like(u), u, u**2], dim=1)


# %%
def logistic_regression(z, v, noise_ratio):
    at_data, at_noise = powers(z), powers(v)
    weights = torch.zeros(3, dtype=torch.float64)
    for _ in range(500):
        weights.requires_grad_()
        loss = nce_loss(at_data @ weights, at_noise @ weights, noise_ratio)
        (slope,) = torch.autograd.grad(loss, weights)
        weights = (weights - 0.3 * slope).detach()
    return weights


# %% [markdown]
# `nce_loss` is the usual logistic loss; section 2 looks into it.
#
# **Predict.** What will the three weights be? Try to say it as a formula in $p_d$ and $p_n$, then
# as numbers.

# %%
my_guess = ""  # three numbers

# %%
weights = logistic_regression(z_line, v_line[:20_000], noise_ratio=1.0)
u = torch.linspace(-4, 4, 321, dtype=torch.float64)
log_data, log_noise = (torch.from_numpy(law.logpdf(u)) for law in (data_law, noise_law))
line = line_contrast(u, log_data, log_noise, powers(u) @ weights)
figure = Figure(figsize=(9, 3.2), layout="constrained")
draw_line_contrast(figure, line)
show(figure, "Dots of the learned density and log-odds lie on the curves of the true ones.")

# %%
# ln N(u; 1, 0.6²) - ln N(u; 0, 1.5²), by powers of u
best_weights = torch.tensor(
    [np.log(1.5 / 0.6) - 1 / (2 * 0.6**2), 1 / 0.6**2, 1 / (2 * 1.5**2) - 1 / (2 * 0.6**2)]
)
print("learned: ", weights.numpy().round(2))
print("formula: ", best_weights.numpy().round(2))
assert (weights - best_weights).abs().max() < 0.25

# %% [markdown]
# <details><summary>Answer</summary>
#
# $T(u) = \ln p_d(u) - \ln p_n(u)$, so $w = (-0.47,\ 2.78,\ -1.17)$, but for the error of a finite
# sample. The right picture shows it for all $u$ at once.
# </details>
#
# The left picture is the point of this lesson. The dots are $p_n(u)\, e^{T(u)}$: you **know**
# $p_n$, you **learned** $T$, and their product is the density of the data. The classifier never
# saw a density; it contributed a correction to the one that you had.

# %%
middle = (u > data_law.ppf(0.005).item()) & (u < data_law.ppf(0.995).item())
error_in_nats = np.abs(np.log(line.learned_density) - log_data.numpy())[middle]
print(f"largest error where 99% of the data lie: {error_in_nats.max():.2f} nats")
assert error_in_nats.max() < 0.25

# %% [markdown]
# **Predict.** Now take four noise points for each data point ($\nu = 4$) and fit again. Which of
# the three weights will change, and by how much? What happens to the density?

# %%
my_guess = ""  # which weight, by how much

# %%
weights_4 = logistic_regression(z_line, v_line, noise_ratio=4.0)
print("nu = 1:  ", weights.numpy().round(2))
print("nu = 4:  ", weights_4.numpy().round(2))
print("change:  ", (weights_4 - weights).numpy().round(2), " and -ln 4 =", -np.log(4).round(2))
assert abs(weights_4[0] - weights[0] + np.log(4)) < 0.15
assert (weights_4 - weights)[1:].abs().max() < 0.25

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the constant, by $-\ln 4 = -1.39$; the rest is sampling error. With four times as much noise
# about, the odds of data are four times lower at every point. The density does not change, as long
# as you add $\ln\nu$ back.
# </details>
#
# Sec. 3.1 of the paper says that $T$ approximates $\ln (p_d / p_n)$ "plus a constant". That
# constant is $-\ln\nu$. Whoever forgets it gets a density of mass $1/\nu$.

# %% [markdown]
# ## 2 · From Eq. 3 to Eq. 7, line by line
#
# **Eq. 3.** Draw a label, $y = 1$ with probability $\frac{1}{1 + \nu}$; then draw $u$ from $p_d$
# if $y = 1$ and from $p_n$ if $y = 0$. The classifier $p^\theta(y \mid u)$ is fitted by maximum
# likelihood **of the labels**:
#
# $$E\left[\ln p^\theta(y \mid u)\right]
#   = \tfrac{1}{1+\nu}\, E_{z \sim p_d}\left[\ln p^\theta(1 \mid z)\right]
#   + \tfrac{\nu}{1+\nu}\, E_{v \sim p_n}\left[\ln p^\theta(0 \mid v)\right].$$
#
# Multiply by $1 + \nu$, which moves no maximum, and you have Eq. 3.
#
# **Eq. 4.** By Bayes' rule the true probability of data at $u$ is
#
# $$p(1 \mid u) = \frac{\frac{1}{1+\nu}\, p_d(u)}
#     {\frac{1}{1+\nu}\, p_d(u) + \frac{\nu}{1+\nu}\, p_n(u)}
#   = \frac{p_d(u)}{p_d(u) + \nu p_n(u)}.$$
#
# Divide by $p_d$: this is $1 / (1 + e^{-t}) = \sigma(t)$ with $t = \ln p_d(u) - \ln \nu p_n(u)$.
# The model has the same form, with $p^\theta$ for the $p_d$ that nobody knows:
#
# $$p^\theta(1 \mid u) = \sigma(T_\theta(u)), \qquad
#   T_\theta(u) := \ln p^\theta(u) - \ln \nu p_n(u). \tag{4}$$
#
# Read Eq. 4 from right to left as well: **any** function $T$ defines a $p^\theta = \nu p_n e^T$.
# Nothing makes its integral 1. The paper calls $p^\theta$ a distribution; until training has
# succeeded it is only a positive function.
#
# **Eq. 5.** Put $\sigma(T)$ and $1 - \sigma(T)$ into Eq. 3, and change the sign to get a loss:
#
# $$L_{NCE}(\theta) = -E_{z \sim p_d}\left[\ln \sigma(T(z))\right]
#   - \nu\, E_{v \sim p_n}\left[\ln(1 - \sigma(T(v)))\right]. \tag{5}$$

# %%
show_source(nce_loss)

# %% [markdown]
# One line differs from the print: $1 - \sigma(T) = \sigma(-T)$, so the code asks for
# $\ln\sigma(-T)$. On paper it is the same. In floating point the printed form breaks as soon as
# $\sigma(T)$ rounds to 1.

# %%
sure = torch.tensor(40.0)
as_printed, as_coded = torch.log(1 - torch.sigmoid(sure)), torch.nn.functional.logsigmoid(-sure)
print("ln(1 - σ(40)) as printed:", as_printed.item(), "  as coded:", as_coded.item())
assert as_printed == -torch.inf
assert as_coded == -40

# %% [markdown]
# With $M$ data and $N = \nu M$ noise points, Eq. 11 weights a noise point by $\nu / N = 1 / M$, as
# much as a data point. So NCE is the plain logistic loss over all $(1 + \nu) M$ points, times
# $1 + \nu$. scikit-learn agrees:

# %%
T_z, T_v = powers(z_line) @ weights_4, powers(v_line) @ weights_4
is_data = np.repeat([1, 0], [len(T_z), len(T_v)])
probability = torch.sigmoid(torch.cat([T_z, T_v])).numpy()
by_scikit_learn = (1 + 4.0) * log_loss(is_data, probability)
assert np.isclose(nce_loss(T_z, T_v, noise_ratio=4.0).item(), by_scikit_learn)

# %% [markdown]
# ### Where the loss is least
#
# Write Eq. 5 as one integral:
#
# $$L_{NCE} = \int \underbrace{-p_d(u) \ln\sigma(T(u)) - \nu p_n(u) \ln\sigma(-T(u))}_{
#   \ell(T(u);\ u)}\ du.$$
#
# If $T$ may be any function, its value at one $u$ has no bearing on its value at another. So you
# can minimise $\ell$ at each $u$ separately, over one number $t$. With
# $\frac{d}{dt} \ln\sigma(t) = \sigma(-t)$,
#
# $$\frac{d\ell}{dt} = -p_d\, \sigma(-t) + \nu p_n\, \sigma(t) = 0
#   \iff \frac{\sigma(t)}{\sigma(-t)} = e^t = \frac{p_d}{\nu p_n}
#   \iff t = \ln \frac{p_d(u)}{\nu p_n(u)},$$
#
# $$\frac{d^2\ell}{dt^2} = (p_d + \nu p_n)\, \sigma(t)\, \sigma(-t) > 0,$$
#
# so there is one minimum, wherever either density is above zero. Look at three points, for
# $\nu = 1$: the triangles are where a numerical minimiser ends.

# %%
log_odds = np.linspace(-6, 4, 201)


def loss_at(u, t, noise_ratio=1.0):
    on_data, on_noise = data_law.pdf(u) * log_expit(t), noise_law.pdf(u) * log_expit(-t)
    return -on_data - noise_ratio * on_noise


# %%
places = [-0.5, 0.2, 1.0]
minima = [optimize.minimize_scalar(lambda t, u=u: loss_at(u, t)).x for u in places]
losses = {f"u = {u:g}": loss_at(u, log_odds) for u in places}
figure = Figure(figsize=(6, 3.2), layout="constrained")
draw_pointwise_loss(figure.subplots(), log_odds, losses, minima)
show(figure, "Three convex curves; each is least at the true log-odds of its own point.")

# %%
best = data_law.logpdf(places) - noise_law.logpdf(places)
print("minimiser:        ", np.round(minima, 4))
print("ln p_d - ln ν p_n:", best.round(4))
assert np.allclose(minima, best, atol=1e-5)

# %% [markdown]
# Two things to notice.
#
# - **No constraint was needed.** We never asked for $\int p^\theta = 1$. The minimum is at $p_d$,
#   and $p_d$ happens to have mass 1. Maximum likelihood for densities cannot do this: without the
#   constraint it would raise $p^\theta$ everywhere.
# - **How much a point matters** is the height of its curve. Where $p_d$ and $\nu p_n$ are both
#   practically zero the curve is flat, and the loss does not care what $T$ says. Section 4 is
#   about these places.
#
# **Eq. 6.** At the minimiser solve Eq. 4 for $\ln p^\theta$, and put a minus in front, for rare
# things should score high:
#
# $$S(z) = -\ln p^{\theta^*}(z) = -\left(T_{\theta^*}(z) + \ln\nu + \ln p_n(z)\right). \tag{6}$$

# %%
show_source(anomaly_score)

# %% [markdown]
# **Eq. 7.** If $T$ is flexible enough to reach the pointwise minimum, then $S = -\ln p_d$,
# whatever $\nu$ and the noise were. Six cases, with the noise $N(0, K^2)$:

# %%
for noise_ratio in (0.5, 1.0, 4.0):
    for scale in (1.0, 1.69):
        log_noise_k = torch.from_numpy(stats.norm(0, scale).logpdf(u))
        optimal_log_ratio = log_data - log_noise_k - np.log(noise_ratio)
        score = anomaly_score(optimal_log_ratio, log_noise_k, noise_ratio)
        assert torch.allclose(score, -log_data)

# %% [markdown]
# "Flexible enough" is one condition, and the paper names it. There are two more that it does not
# name: $\nu p_n$ must be above zero where $p_d$ is, and there must be enough data. Sections 4 and
# 5 show what happens otherwise.

# %% [markdown]
# ## 3 · In the plane, where the truth is known
#
# Three weights sufficed because the log-ratio of two Gaussians *is* a quadratic. For anything else
# $T$ is a network:

# %%
show_source(LogRatio)

# %% [markdown]
# The data come from a mixture of three tilted Gaussians, `EXAMPLE`, whose density we know and the
# network does not. The noise is the paper's first choice: one Gaussian with the mean and the
# covariance of the data (Sec. 3.4; $K = 1$ in the words of lesson 06).

# %%
torch.manual_seed(lesson_seed())  # the network's first weights
generator = torch.Generator().manual_seed(lesson_seed())
z_plane, held_out = EXAMPLE.sample(6000, generator).split([5000, 1000])
moments = RunningMoments(2).update(z_plane)
noise = GaussianNoise(moments.mean, moments.covariance)

contrast = Contrast(
    noise_objective="fixed", initial_scale=1.0, steps=1000, learning_rate=5e-3, hidden=(64, 64, 64)
)
network, _, history = train_nce(z_plane, noise, contrast, generator=generator, held_out=held_out)
network = network.double()


# %%
@torch.no_grad()
def learned_score(u):
    return anomaly_score(network(u), noise.log_prob(u), noise_ratio=1.0)


learned = on_plane(lambda u: -learned_score(u))
planes = {"truth": on_plane(EXAMPLE.log_prob), "noise": on_plane(noise.log_prob)}
planes["learned"] = learned
figure = Figure(figsize=(9.5, 3.2), layout="constrained")
draw_planes(figure, planes)
show(figure, "The learned density has the truth's three hills; the noise is one broad hill.")

# %% [markdown]
# $T$ turned one broad hill into three: in the empty middle, where the noise has its peak, it is
# below $-3$. How good is the result? The **Kullback-Leibler divergence** from the truth is an
# expectation over data, so draws of the data estimate it:
#
# $$KL = E_{z \sim p_d}\left[\ln p_d(z) - \ln \frac{e^{-S(z)}}{m}\right]
#      = E_{z \sim p_d}\left[\ln p_d(z) + S(z)\right] + \ln m, \qquad m = \int e^{-S}.$$
#
# The mass $m$ must be in it: otherwise a density could look good by being too large everywhere.
# There are two ways to get $m$. In the plane you can add up cells. In any dimension you can use
# the noise as importance sampler, since
# $\int e^{-S} = \int \nu e^T p_n = \nu\, E_{v \sim p_n}[e^{T(v)}]$, which is `total_mass`.

# %%
with torch.no_grad():
    mass_by_noise = total_mass(network(noise.sample(20_000, generator)), noise_ratio=1.0)
test = EXAMPLE.sample(20_000, generator)
truth = EXAMPLE.log_prob(test)
of_noise = divergence(truth, -noise.log_prob(test), mass=1.0)
of_learned = divergence(truth, learned_score(test), learned.mass)
print(f"mass of exp(-S): {learned.mass:.2f} by cells, {mass_by_noise:.2f} by noise")
print(f"divergence from the truth: noise {of_noise:.2f}, learned {of_learned:.3f} nats")

# %%
assert measured("05 divergence of the noise", of_noise) > 0.8
assert measured("05 divergence of the learned density", of_learned) < 0.03
assert abs(measured("05 mass of the learned density", learned.mass) - 1) < 0.1
assert abs(mass_by_noise / learned.mass - 1) < 0.1
assert network(noise.mean[None]).item() < -3

# %% [markdown]
# The best Gaussian is more than 0.8 nats from the truth, the learned density less than 0.03. Its
# mass is 1 within a tenth, though nobody asked for it.
#
# **Predict.** Go back to before the first step. The network's last layer gives values near 0. What
# is the mass of $e^{-S}$ then, for $\nu = 1$? For $\nu = 4$?

# %%
my_guess = ""  # two numbers

# %%
untrained = LogRatio(noise.mean, noise.standard_deviation, contrast.hidden)
with torch.no_grad():
    untrained_log_ratio = untrained(noise.sample(20_000, generator))
masses = {ratio: total_mass(untrained_log_ratio, ratio) for ratio in (1.0, 4.0)}
print({ratio: round(mass, 2) for ratio, mass in masses.items()})
assert all(0.5 < mass / ratio < 2 for ratio, mass in masses.items())

# %% [markdown]
# <details><summary>Answer</summary>
#
# About $\nu$. With $T = 0$, Eq. 6 says $e^{-S} = \nu p_n$: the noise itself, times $\nu$. (The
# first weights are small, not zero: hence "about".)
# </details>
#
# Watch what training does from there. The same network is trained once more, with four noise
# points for each data point.

# %%
contrast_4 = Contrast(**vars(contrast) | {"noise_ratio": 4.0})
_, _, history_4 = train_nce(z_plane, noise, contrast_4, generator=generator, held_out=held_out)
runs = {
    "ν = 1": watch_learning(history, EXAMPLE, noise, 1.0, test[:5000]),
    "ν = 4": watch_learning(history_4, EXAMPLE, noise, 4.0, test[:5000]),
}
figure = Figure(figsize=(9, 3), layout="constrained")
draw_learning(figure, runs)
one, four = runs["ν = 1"], runs["ν = 4"]
fall = f"the divergence falls from {one.divergence[0]:.2f} to {one.divergence[-1]:.3f} nats"
show(figure, f"Mass starts near ν, strays, and settles near 1; for ν = 1 {fall}.")

# %%
print(f"ν = 1: mass at the first record {one.mass[0]:.2f}, divergence {one.divergence[0]:.2f}")
assert abs(one.mass[0] - 1) < 0.15
assert one.divergence[-1] < 0.05 < 0.7 < one.divergence[0]
assert np.abs(np.log(one.mass)).max() > 0.1
assert four.mass[0] > 1.5
assert max(abs(one.mass[-1] - 1), abs(four.mass[-1] - 1)) < 0.15
assert np.allclose(history.mass, one.mass, rtol=0.2)

# %% [markdown]
# For $\nu = 1$ the mass is near 1 before anything has been learned, then strays by more than a
# tenth, and comes back. So read the mass with care: **far from 1, something is wrong; near 1,
# nothing is proved.** (`history.mass` is the mass by noise draws, here within a fifth of the
# cells'.)
#
# Why does the mass come back at all? Look at the network's last bias $b$, which shifts $T$ as a
# whole. At the minimum the slope of the loss in $b$ is zero:
#
# $$0 = -E_{p_d}[\sigma(-T)] + \nu E_{p_n}[\sigma(T)]
#     = \int w\, (p^\theta - p_d)\, du, \qquad
#   w = \sigma(-T) = \frac{\nu p_n}{p^\theta + \nu p_n}.$$
#
# The bias makes a **weighted** mass right: that of $w p^\theta$. For large $\nu$ the weight tends
# to 1 and the plain mass is right at any stage; for small $\nu$ it is right only where $p^\theta$
# is. The logistic regression of section 1 has such a bias, $w_0$, and there you can see both sides
# agree:

# %%
pull_up = torch.sigmoid(-T_z).mean().item()
push_down = 4.0 * torch.sigmoid(T_v).mean().item()
print(f"data pull the constant up by {pull_up:.4f}, noise pushes it down by {push_down:.4f}")
assert abs(pull_up - push_down) < 0.002

# %% [markdown]
# ## 4 · Where a classifier knows nothing
#
# Walk from the mean straight up, out of the data and out of the noise.
#
# **Predict.** Fifteen units up, there is neither data nor noise. What does $\sigma(T)$ say there?
# Is $S$ right?

# %%
my_guess = ""  # the probability, and "right", "too low" or "too high"

# %%
distance = np.linspace(0, 20, 201)
ray = along_ray(network, noise, EXAMPLE, (0.0, 1.0), distance)
figure = Figure(figsize=(10, 3), layout="constrained")
draw_ray(figure, ray)
alt = "Beyond 6 the probability is 0 and T is a straight line; the score is far below the truth."
show(figure, alt)

# %%
far = distance >= 10
straight = np.polyval(np.polyfit(distance[far], ray.log_ratio[far], 1), distance[far])
bend = np.abs(ray.log_ratio[far] - straight).max() / np.ptp(ray.log_ratio[far])
rise = ray.score[-1] - ray.score[far][0]
of_the_noise = (ray.noise_log_prob[far][0] - ray.noise_log_prob[-1]) / rise
print(f"σ(T) at 15: {ray.probability[150]:.0e}; T is straight within {bend:.1%} of its range")
print(f"score at 20: {ray.score[-1]:.0f} nats, truth {-ray.true_log_prob[-1]:.0f}")
print(f"share of the rise of S from 10 to 20 that is the noise's: {of_the_noise:.0%}")

# %%
assert ray.probability[150] < 1e-6
assert ray.probability[distance >= 6].max() < 1e-3
assert ray.score[150] < -ray.true_log_prob[150]
assert measured("05 bend of T far away", bend) < 0.05
assert -ray.true_log_prob[-1] - ray.score[-1] > 100
assert measured("05 share of the noise in the rise of S", of_the_noise) > 0.5

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\sigma(T)$ is 0 to six digits. $S$ is too low, at the end by more than 100 nats.
# </details>
#
# The probability has **saturated**: from 6 on it is below a thousandth, and says nothing about how
# far out you are. The log-odds still fall, but along a straight line. No data and no noise were
# ever there, so nothing in the loss bends it; a network of ELU units runs on linearly.
#
# More than half of the rise of $S$ is that of $-\ln p_n$, a parabola that you put in by hand. So
# far from everything, **the score is the noise's log-density plus an extrapolation.**

# %% [markdown]
# ## 5 · How sure is the estimate? What ν and the noise decide
#
# Take a model that can be solved exactly. Data are $N(0, 1)$. You know the shape, but neither the
# mean $b$ nor the normaliser:
#
# $$\ln p^\theta(u) = c + b u - \tfrac12 u^2, \qquad \theta = (c, b).$$
#
# Maximum likelihood, which knows how to normalise, estimates $b$ by the sample mean, with variance
# $1/n$. NCE does without the normaliser, and pays. How much?
#
# Near the minimum the loss is a parabola, and its curvature says how sharply the data fix
# $\theta$. From the second derivative in section 2, with $g = (1, u)$ the gradient of $T$ in
# $\theta$,
#
# $$I = \int (p_d + \nu p_n)\, \sigma(T)\, \sigma(-T)\; g g^T du
#     = \int \frac{\nu p_n}{p_d + \nu p_n}\; p_d\; g g^T du.$$
#
# The fraction is the probability that a point at $u$ is noise. **A data point teaches as much as
# it could have been noise.** For many data, $n$ times the covariance of the estimates is
# $I^{-1} - (1 + \frac1\nu)\, e_c e_c^T$ (Gutmann and Hyvärinen, 2012).

# %%
show_source(asymptotic_covariance)

# %% [markdown]
# **Predict.** The noise has exactly the density of the data. How much larger than maximum
# likelihood's is the variance of $b$, for $\nu = 1$? For $\nu = 9$? (The fraction is the same at
# all $u$: you can do it in your head.)

# %%
my_guess = ""  # two factors


# %%
def variance_of_mean(**setting):
    return covariance_of_estimates(NoiseSetting(**setting))[1, 1]


for ratio in (1.0, 9.0):
    print(f"ν = {ratio:.0f}: n times the variance is {variance_of_mean(ratio=ratio):.3f}")
    assert np.isclose(variance_of_mean(ratio=ratio), 1 + 1 / ratio)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The fraction is $\frac{\nu}{1 + \nu}$, so the variance is $1 + \frac1\nu$ times that of maximum
# likelihood: 2 for $\nu = 1$ and 1.11 for $\nu = 9$.
# </details>
#
# Whether "for many data" is true of 200, a simulation tells: 2,000 times new data and new noise,
# and the logistic regression fitted anew. Lines are the formula, marks the simulation.

# %%
ratios = np.geomspace(0.1, 30, 60)
simulation = {"n_data": 200, "repetitions": 2000, "random_state": lesson_seed()}
by_ratio = {
    f"K = {scale:g}": variance_against(
        "ratio", ratios, NoiseSetting(scale=scale), simulated_at=[0.25, 1, 4], **simulation
    )
    for scale in (1.0, 0.5, 3.0)
}
at_one_budget = {name: at_equal_budget(curve) for name, curve in by_ratio.items()}

# %%
figure = Figure(figsize=(9, 3.4), layout="constrained")
left, right = figure.subplots(1, 2)
draw_mean_variance(left, by_ratio, "ν, noise points for each data point")
draw_mean_variance(right, at_one_budget, "ν, noise points for each data point")
left.axhline(1, color="grey", linewidth=0.8)
left.set(ylabel="n · variance of the mean", xscale="log", title="equally many data")
right.set(ylabel="N · variance of the mean", xscale="log", title="equally many points in all")
alt = "Left: curves fall towards 1 as ν grows. Right: each is least between ν = 1/2 and ν = 2."
show(figure, alt)

# %%
exact, budget = by_ratio["K = 1"], at_one_budget["K = 1"]
simulated_over_formula = exact.simulated / np.array([1 + 1 / r for r in exact.simulated_at])
print("simulation over formula:", simulated_over_formula.round(2))
assert np.abs(simulated_over_formula - 1).max() < 0.2
assert all((np.diff(curve.expected) < 0).all() for curve in by_ratio.values())
assert all(curve.expected[-1] < 2 for curve in by_ratio.values())
assert abs(ratios[budget.expected.argmin()] - 1) < 0.1
assert all(0.5 < ratios[curve.expected.argmin()] < 2 for curve in at_one_budget.values())
assert np.isclose(3 * variance_of_mean(ratio=2), 9 / 8 * 2 * variance_of_mean(ratio=1))
assert np.isclose(variance_of_mean(ratio=4), 1 + 1 / 4)

# %% [markdown]
# **Equally many data** (left): more noise is always better, and all curves head for 1: with much
# noise NCE approaches maximum likelihood. For $K = 1$ and $\nu = 4$ you are within a quarter of
# it.
#
# **Equally many points in all** (right): if each point costs the same, a noise point is bought
# with a data point. For $K = 1$ the product is
# $(1 + \nu)(1 + \frac1\nu) = \frac{(1 + \nu)^2}{\nu}$, which is least at $\nu = 1$: half data,
# half noise. It is flat there: at $\nu = 2$ you pay an eighth more. For other widths the best
# $\nu$ is another, between a half and 2.
#
# In anomaly detection normal data are what you lack, and noise costs nothing but computing. Then
# the left picture is yours.
#
# **Predict.** Keep $\nu = 1$. Sec. 3.4 says that NCE "performs optimally when the noise
# distribution $p_n$ closely resembles" that of the data. Which width $K$ of the noise $N(0, K^2)$
# gives the least variance: below 1, 1, or above?

# %%
my_guess = ""  # a number

# %%
scales, shifts = np.geomspace(0.2, 10, 200), np.linspace(0, 5, 51)
by_scale = {f"ν = {r}": variance_against("scale", scales, NoiseSetting(r)) for r in (1, 4, 16)}
by_shift = {f"ν = {r}": variance_against("mean", shifts, NoiseSetting(r)) for r in (1, 4, 16)}
# With simulations, for ν = 1
at_scales = [0.3, 0.5, 1, 1.5, 3, 10]
by_scale["ν = 1"] = variance_against("scale", scales, simulated_at=at_scales, **simulation)
by_shift["ν = 1"] = variance_against("mean", shifts, simulated_at=[0, 1, 2, 3], **simulation)

# %%
figure = Figure(figsize=(9, 3.4), layout="constrained")
left, right = figure.subplots(1, 2, sharey=True)
draw_mean_variance(left, by_scale, "K, width of the noise over that of the data")
draw_mean_variance(right, by_shift, "distance between the means, deviations of the data")
left.set(ylabel="n · variance of the mean", xscale="log", title="noise of another width")
right.set(title="noise of the same width, elsewhere")
for axes in (left, right):
    axes.axhline(1, color="grey", linewidth=0.8)
show(figure, "Narrow noise and distant noise are disasters; noise that is too wide costs little.")

# %%
curve = by_scale["ν = 1"]
best_scale = curve.value[curve.expected.argmin()]
print(f"least variance {curve.expected.min():.2f}, at K = {best_scale:.2f}")
narrow, wide, away = (variance_of_mean(**s) for s in ({"scale": 0.3}, {"scale": 3}, {"mean": 3}))
print(f"K = 0.3: {narrow:.1f}   K = 3: {wide:.1f}   mean 3 away: {away:.1f}")

# %%
assert 1.5 < best_scale < 1.65
assert abs(curve.expected.min() - 1.69) < 0.005
assert wide < variance_of_mean(scale=1)
assert min(narrow, away) > 20
simulated_away = by_shift["ν = 1"].simulated[-1]
assert measured("05 simulated variance, noise 3 away", simulated_away) > 1.1 * away
over_formula = curve.simulated / [variance_of_mean(scale=scale) for scale in at_scales]
assert np.abs(over_formula - 1).max() < 0.2

# %% [markdown]
# <details><summary>Answer</summary>
#
# About 1.6, where the variance is 1.69 instead of 2. The mean is fixed by data that lie away from
# the centre, and wider noise is there more often.
# </details>
#
# So the sentence in the paper is not exactly right, and which noise is best depends on what you
# want to know. For the normaliser $c$, it *is* right: with noise like the data its variance is
# zero.

# %%
normaliser_at_1, normaliser_at_best = (
    abs(covariance_of_estimates(NoiseSetting(scale=scale))[0, 0]) for scale in (1.0, best_scale)
)
print(f"n · variance of c: {normaliser_at_1:.3f} at K = 1, {normaliser_at_best:.3f} at K = 1.6")
assert normaliser_at_1 < 1e-9 < 0.01 < normaliser_at_best

# %% [markdown]
# As a rule of thumb the sentence serves well, if you read it with the picture:
#
# - **Too narrow is a disaster.** At $K = 0.3$ the variance is above 20. Data in the tails meet no
#   noise, so they teach nothing.
# - **Elsewhere is a disaster** too: above 20 with the noise three deviations away. The simulation
#   is worse than the formula by more than a tenth: it holds for many data, and of these 200 few
#   are of use.
# - **Too wide costs little.** $K = 3$ is still better than $K = 1$.
#
# Lesson 06 asks what this means for learning $K$.

# %% [markdown]
# ## 6 · On composite features of real images
#
# Now for $z$. The even digits are normal, five kinds of image at once. The detector below is the
# plain one: no augmentation (`"cnce"`), $\nu = 1$, and the noise fixed at $K = 1$.

# %%
split = lesson_split(normal=[0, 2, 4, 6, 8], random_state=lesson_seed())
detector = CANCE(
    "cnce", noise_objective="fixed", initial_scale=1.0, steps=1000, random_state=lesson_seed()
).fit(split.train)
noise_z, network_z = detector.noise_, detector.log_ratio_
is_anomaly = split.is_anomaly

# %%
z = torch.from_numpy(detector.composite_features(split.test))
with torch.no_grad():
    log_ratio = network_z(z)
    mass = total_mass(network_z(noise_z.sample(100_000, generator)), noise_ratio=1.0)
log_noise_z = noise_z.log_prob(z)
log_density = log_ratio + np.log(1.0) + log_noise_z  # Eq. 6, with ν = 1
assert np.allclose(-log_density, detector.anomaly_score(split.test))
print(f"{len(z)} test images, {z.shape[1]} features each; mass of exp(-S): {mass:.2f}")

# %% [markdown]
# The last assertion says that the detector's score is Eq. 6 and nothing else.
#
# How much better than a Gaussian is the learned density? On *normal test* images the mean of
# $\ln p^\theta - \ln p_n = T + \ln\nu$ tells, and it needs no anomalies. (Corrected for the mass.)

# %%
gain = log_ratio[~is_anomaly].mean().item() - np.log(mass)
print(f"the learned density beats the Gaussian by {gain:.1f} nats a normal test image")
assert measured("05 gain over the Gaussian", gain) > 0.5

# %% [markdown]
# **Predict.** $S = -T - \ln p_n$ for $\nu = 1$. Three scores, then: $-T$ alone ("the classifier
# says noise"), $-\ln p_n$ alone (the Gaussian, nothing learned), and $S$. Which two are close
# together?

# %%
my_guess = ""  # two of "-T", "-ln p_n", "S"

# %%
scores = {"-T alone": -log_ratio, "Gaussian alone": -log_noise_z, "S, their sum": -log_density}
areas = {name: auroc(is_anomaly, score.numpy()) for name, score in scores.items()}
figure = Figure(figsize=(10, 3), layout="constrained")
left, right = figure.subplots(1, 2)
threshold = np.quantile(-log_density[~is_anomaly].numpy(), 0.9)
draw_scores(left, -log_density.numpy(), is_anomaly, threshold)
draw_aurocs(right, list(areas), list(areas.values()))
right.set_xlim(0, 100)
alt = ", ".join(f"{name} {100 * area:.1f}" for name, area in areas.items())
found = (-log_density[is_anomaly] > threshold).double().mean()
show(figure, f"{found:.0%} of the anomalies score above nine in ten normal images. AUROC: {alt}")

# %%
of_T, of_noise, of_S = areas.values()
for name, area in areas.items():
    measured(f"05 auroc of {name}", area)
solved = {"digits": 0.95, "mnist": 0.75}[lesson_dataset()]
assert solved < of_noise < of_S < of_noise + 0.1
assert of_T < of_S - 0.1
assert (log_density[~is_anomaly] > 0).double().mean() > 0.1

# %% [markdown]
# <details><summary>Answer</summary>
#
# $S$ and the Gaussian. The learned density is better on these images, but not by much; $-T$ alone
# is more than ten points worse.
# </details>
#
# (Scores below 0 are no mistake, and more than a tenth of the normal images have one: a density
# may exceed 1.)
#
# Where does $T$ go wrong? Measure how far each test image lies from the noise's mean, in standard
# deviations of the noise, and look at $T$ there.

# %%
points = reach(network_z, noise_z, z, is_anomaly)
beyond = points.beyond[is_anomaly].mean()
figure = Figure(figsize=(7, 3.4), layout="constrained")
draw_reach(figure.subplots(), points)
show(figure, f"{beyond:.0%} of the anomalies lie beyond the noise, many of them with T above 0.")

# %%
called_data = (points.log_ratio[is_anomaly & points.beyond] > 0).mean()
alike = np.corrcoef(-log_density[is_anomaly], -log_noise_z[is_anomaly])[0, 1]
print(f"anomalies beyond 99.9% of the noise: {beyond:.0%}; T calls {called_data:.0%} of them data")
print(f"correlation of S with -ln p_n among anomalies: {alike:.3f}")


# %%
most = {"digits": 0.8, "mnist": 0.4}[lesson_dataset()]
assert measured("05 anomalies beyond the noise", beyond) > most
assert measured("05 anomalies called data", called_data) > 0.1
assert measured("05 correlation of S with the Gaussian", alike) > 0.97

# %% [markdown]
# On digits more than eight in ten anomalies lie where the noise hardly ever goes (on MNIST more
# than four in ten). There $T$ was never trained on noise, and it calls more than a tenth of them
# *data*. It even has a reason: the data's tails are heavier than the noise's. Beyond the edge $T$
# met only data, learned to say so, and carries on outwards.

# %%
train_z = torch.from_numpy(detector.composite_features(split.train))
in_training = reach(network_z, noise_z, train_z, np.zeros(len(train_z), dtype=bool))
tail, said = in_training.beyond.mean(), in_training.log_ratio[in_training.beyond].mean()
print(f"training images beyond the edge: {tail:.1%}, noise: 0.1%; there T is {said:.1f} on average")
assert measured("05 training images beyond the noise", tail) > 0.004
assert measured("05 T at training images beyond the noise", said) > 0

# %% [markdown]
# What saves the score is $\ln p_n$, as in section 4: among anomalies $S$ and the Gaussian's score
# have a correlation above 0.97. So where did the learning pay? Split the test images at the edge.

# %%
rows = {"where noise is": ~points.beyond, "beyond the noise": points.beyond}
gains = {}
for name, part in rows.items():
    of_noise, of_S, of_T = (
        auroc(is_anomaly[part], -log[part].numpy()) for log in (log_noise_z, log_density, log_ratio)
    )
    gains[name] = of_S - of_noise
    print(f"{name:16}  Gaussian {of_noise:.3f}   S {of_S:.3f}   -T {of_T:.3f}")

assert measured("05 auroc gained where noise is", gains["where noise is"]) > 0.01
assert measured("05 auroc gained beyond the noise", gains["beyond the noise"]) < 0.03

# %% [markdown]
# Where classifier and noise met, $S$ is better than the Gaussian by more than a point of AUROC.
# Beyond, it gains less than three points, and less than inside.
#
# **The learned score is knowledge where the noise reaches, and the Gaussian elsewhere.** That
# speaks for wider noise. If it were $K$ times as wide in every direction, how many anomalies would
# still lie beyond it?

# %%
assert gains["beyond the noise"] < gains["where noise is"]

anomalies = points.distance[is_anomaly]
still_beyond = {scale: (anomalies > scale * points.edge).mean() for scale in (1, 1.69, 3, 5)}
print({scale: f"{share:.0%}" for scale, share in still_beyond.items()})
assert still_beyond[1.69] < still_beyond[1] - 0.05
assert still_beyond[5] < 0.1

# %% [markdown]
# At $K = 5$ fewer than a tenth. But section 5 has the other side: every noise point that is far
# from the data tells you less about them. Lesson 06 is about this choice.
#
# ### The same on MNIST's eights
#
# Digits of 8 by 8 pixels are nearly solved by the Gaussian already. The next cells do the same
# with composite features of 1,000 of MNIST's eights, recorded by `cance-edu record mnist_eights`.
# One digit alone is a simpler shape than five.
#
# **Predict.** Will $S$ beat the Gaussian there by more, or by less?

# %%
my_guess = ""  # "more" or "less"

# %%
eights = recordings.load("mnist_eights")
held_out_8, train_8 = torch.from_numpy(eights["train_features"]).split([100, 900])
test_8, not_eight = torch.from_numpy(eights["test_features"]), eights["test_labels"] != 8
moments_8 = RunningMoments(8).update(train_8)
noise_8 = GaussianNoise(moments_8.mean, moments_8.covariance)
contrast_8 = Contrast(noise_objective="fixed", initial_scale=1.0, steps=1000)
network_8, _, _ = train_nce(train_8, noise_8, contrast_8, generator=generator, held_out=held_out_8)
points_8 = reach(network_8.double(), noise_8, test_8, not_eight)

# %%
log_noise_8 = noise_8.log_prob(test_8).numpy()
area_T, area_noise, area_S = (
    auroc(not_eight, -score)
    for score in (points_8.log_ratio, log_noise_8, points_8.log_ratio + log_noise_8)
)
figure = Figure(figsize=(7, 3.4), layout="constrained")
draw_reach(figure.subplots(), points_8)
show(figure, "Nearly all anomalies beyond the noise have T above 0: called data.")

# %%
called_data_8 = (points_8.log_ratio[not_eight & points_8.beyond] > 0).mean()
gain_8 = points_8.log_ratio[~not_eight].mean()
print(f"AUROC: -T {area_T:.3f}, Gaussian {area_noise:.3f}, S {area_S:.3f}")
print(f"T calls {called_data_8:.0%} of the anomalies beyond the noise data")
print(f"gain over the Gaussian on normal test images: {gain_8:.1f} nats")
for name, value in {"-T": area_T, "Gaussian": area_noise, "S": area_S}.items():
    measured(f"05 eights auroc {name}", value)
assert area_T < 0.5 < 0.9 < area_S < area_noise + 0.01
assert called_data_8 > 0.9
assert measured("05 eights gain over the Gaussian", gain_8) > 0.5

# %% [markdown]
# <details><summary>Answer</summary>
#
# Less: $S$ is no better than the Gaussian here, give or take a point, though it describes the
# normal images better by more than half a nat each.
# </details>
#
# Here $T$ has it upside down: it calls more than nine in ten of the far anomalies data, and as a
# score $-T$ is worse than a coin. What is missing is not a better classifier, but noise where the
# anomalies are.
#
# Keep this picture in mind: **a better density of normal data is not yet a better detector.** A
# density is learned where normal data are, and judged where they are not.

# %% [markdown]
# ## Recap
#
# 1. A classifier of data against known noise learns $T$; then $p_d \approx \nu\, p_n\, e^T$. The
#    factor $p_n$ is never learned: you bring it.
# 2. Eq. 5 is the logistic loss. Point by point it is least at $T = \ln p_d - \ln \nu p_n$; so
#    $S = -(T + \ln\nu + \ln p_n)$ is $-\ln p_d$ there, whatever $\nu$ and $p_n$.
# 3. Nobody normalises, because the minimum is normalised already. A mass far from 1 says that
#    training is not done; a mass near 1 says little.
# 4. For equally many data more noise is better, up to maximum likelihood; for equally many points
#    in all, half and half is a good choice. Narrow or distant noise is a disaster, wide noise is
#    not.
# 5. Where neither data nor noise was drawn, $T$ is an extrapolation, and $S$ is mostly the noise's
#    log-density. Measure how many of your test points lie there.
#
# ## Questions
#
# 1. The noise is uniform on a box that holds all data. What is $T$ then, what is $S$, and what
#    does $S$ say outside the box?
# 2. Move the noise of section 5 six deviations away. With 200 data and 200 noise points there may
#    be a threshold that separates them without error. What does logistic regression do then?
# 3. Someone multiplies the last layer of a trained $T$ by 1.2. Which of AUROC, mass and loss
#    change? And if a constant is added instead?
# 4. In section 5 the best $K$ for the mean was 1.6 and for the normaliser 1. Where would you put
#    the noise to learn the density at one given point?
# 5. Why is `total_mass` a poor estimate when the noise is narrower than the data?
#
# ## Where to read on
#
# - Michael Gutmann and Aapo Hyvärinen, *Noise-contrastive estimation: A new estimation principle
#   for unnormalized statistical models*, 2010; and, with the theory of section 5,
#   *Noise-contrastive estimation of unnormalized statistical models, with applications to natural
#   image statistics*, 2012.
# - Trevor Hastie, Robert Tibshirani and Jerome Friedman, *The Elements of Statistical Learning*,
#   2nd edition, 2009, Sec. 14.2.4: densities by classification, before it had this name.
# - Benjamin Rhodes, Kai Xu and Michael Gutmann, *Telescoping density-ratio estimation*, 2020: what
#   to do when noise and data are far apart.
# - Omar Chehab, Alexandre Gramfort and Aapo Hyvärinen, *The optimal noise in noise-contrastive
#   learning is not what you think*, 2022.
