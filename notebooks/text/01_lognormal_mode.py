# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 30
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
# # 01 · The log-normal mode
#
# **Minutes:** 35 to read, under 1 to run on two CPU cores. **You need:** lesson 00, densities,
# expectations and the change of variables.
#
# When you are done, you will be able to
#
# 1. say by how much the mean misses the most likely reconstruction error, and on which side;
# 2. derive mode, median and mean of a log-normal variable, and its mode from its moments (Eq. 9);
# 3. judge with a quantile plot and a skewness how log-normal a real feature is;
# 4. say what it costs to estimate from the moments of $z$ instead of $\ln z$, and why the method
#    does it all the same;
# 5. read a formula's $\sigma$ and a library's `scale` without mistaking one for the other;
# 6. compute how much of the Gaussian noise lies where no error can be.
#
# | symbol | in code | what it is |
# |---|---|---|
# | $z$ | `values` | a reconstruction feature: the error $z_e$ or the dissimilarity $z_c$ |
# | $\mu_z,\ \sigma_z$ | `mean`, `standard_deviation` | mean and standard deviation of $z$ |
# | $\mu,\ \sigma$ | `mu`, `sigma` | mean and standard deviation of $\ln z$ |
# | $m_z$ | `mode` | the most likely value of $z$ |
# | $\sigma_z / \mu_z$ | `spread` | how wide $z$ is, measured in means |

# %%
import numpy as np
from matplotlib.figure import Figure
from scipy import integrate, optimize, stats
from torch.distributions import LogNormal

from cance_edu import CANCE
from cance_edu.course import recordings

# %%
from cance_edu.course.explorer import drive
from cance_edu.course.lognormal.explorer import LognormalExplorer
from cance_edu.course.lognormal.feature_fit import fit_feature, outlier_effect, quantile_plot
from cance_edu.course.lognormal.feature_fit_figure import draw_outlier, draw_quantiles
from cance_edu.course.lognormal.figure import CENTRES, draw_histogram, draw_lognormal, draw_spread
from cance_edu.course.lognormal.summary import lognormal_view, spread_curves

# %%
from cance_edu.course.page import lesson_seed, lesson_split, measured, show_source
from cance_edu.course.style import show
from cance_edu.method.lognormal import (
    lognormal_log_pdf,
    lognormal_mode,
    lognormal_moments,
    lognormal_parameters,
)

# %% [markdown]
# ## 1 · The error of a real autoencoder
#
# An autoencoder squeezes an image $x$ through a few numbers and rebuilds it as $x'$. How well it
# did is told by two *reconstruction features* (Sec. 3.2): the error $z_e$, the mean of the squared
# pixel differences, and the dissimilarity $z_c$, half of one minus the cosine between $x$ and $x'$.
#
# The even digits are normal here. You look at normal images that the autoencoder has **not** been
# trained on: section 6 shows how different the others are.

# %%
split = lesson_split(normal=[0, 2, 4, 6, 8], random_state=lesson_seed())
# Variant "error" trains the autoencoder, and no density.
detector = CANCE("error", random_state=lesson_seed()).fit(split.train)
held_out = split.test[~split.is_anomaly]
error, dissimilarity = detector.composite_features(held_out)[:, -2:].T

print(f"{len(held_out)} held-out normal images")
print(f"z_e: mean {error.mean():.4f}, standard deviation {error.std():.4f}")
print(f"z_c: mean {dissimilarity.mean():.4f}, standard deviation {dissimilarity.std():.4f}")

# %% [markdown]
# **Predict.** The mean error is the dash-dotted line below. What share of the images has an error
# smaller than that?

# %%
my_guess = ""  # a percentage

# %%
below_mean = np.mean(error < error.mean())
figure = Figure(figsize=(6, 2.8), layout="constrained")
axes = figure.subplots()
draw_histogram(axes, error, "reconstruction error z_e, squared grey value")
axes.axvline(error.mean(), label="mean", **CENTRES["mean"] | {"marker": ""})
axes.set_xlim(0, None)
axes.legend()
alt = f"Errors pile up below their mean ({below_mean:.0%} of them); a thin tail lies above it."
show(figure, alt)

# %%
print(f"{below_mean:.0%} of the errors are below their mean; skewness {stats.skew(error):.2f}")
assert measured("01 share of errors below their mean", below_mean) > 0.55
assert stats.skew(error) > 0.8

# %% [markdown]
# <details><summary>Answer</summary>
#
# More than 55%. A few images are rebuilt badly, and they pull the mean to the right of where most
# images are.
# </details>
#
# The errors are **skewed**: no value is below zero, most are small, some are large. The skewness,
# the mean cube of $(z - \mu_z) / \sigma_z$, is 0 for anything symmetric; here it is above 0.8.
#
# This matters for anomaly detection because the method needs the *most likely* error. Lesson 02
# adds artificial normal points with errors from zero up to the mode $m_z$, and no further. If
# you took the mean for the mode, you would put them in the wrong place.

# %% [markdown]
# ## 2 · Where a log-normal variable is most likely
#
# Sec. 3.4 of the paper assumes that $z$ is **log-normal**: its logarithm is normal,
# $\ln z \sim N(\mu, \sigma^2)$. (The paper prints $N(\mu, \sigma)$; section 7 is about that.)
#
# The density of $z$ follows by a change of variables. A short interval $dz$ at $z$ is an interval
# $dz / z$ on the scale of $\ln z$, so
#
# $$p_0(z) = N(\ln z;\ \mu, \sigma^2) \cdot \frac{1}{z}
#   = \frac{1}{z\, \sigma \sqrt{2\pi}} \exp\left[-\frac{(\ln z - \mu)^2}{2 \sigma^2}\right],
#   \qquad z > 0.$$
#
# In code, it is the logarithm of that. The first line turns moments into parameters; section 3
# derives it.

# %%
show_source(lognormal_log_pdf)

# %% [markdown]
# **Predict.** $\ln z$ is most likely at $\mu$. Is $z$ then most likely at $e^\mu$, below it, or
# above it?

# %%
my_guess = ""  # "at", "below" or "above"

# %% [markdown]
# Take the logarithm of $p_0$ and its derivative:
#
# $$\ln p_0(z) = -\ln z - \frac{(\ln z - \mu)^2}{2\sigma^2} + \text{const},
#   \qquad
#   \frac{d}{dz} \ln p_0(z) = -\frac{1}{z} - \frac{\ln z - \mu}{\sigma^2 z}
#   = -\frac{\ln z - (\mu - \sigma^2)}{\sigma^2 z}.$$
#
# It is positive while $\ln z < \mu - \sigma^2$ and negative beyond, so there is one maximum:
#
# $$m_z = e^{\mu - \sigma^2}.$$
#
# The median is easier. The logarithm keeps order, so half of the values of $z$ lie below $e^\mu$
# because half of the values of $\ln z$ lie below $\mu$.
#
# Do not believe the algebra: here are two other routes to the mode, SciPy's density under a
# numerical maximiser and torch's own formula.

# %%
mu, sigma = 0.0, 0.6
scipy_lognormal = stats.lognorm(s=sigma, scale=np.exp(mu))
found = optimize.minimize_scalar(lambda z: -scipy_lognormal.pdf(z), bounds=(0.01, 3))
derived = np.exp(mu - sigma**2)

print(f"derived {derived:.4f}, maximiser {found.x:.4f}, torch {LogNormal(mu, sigma).mode:.4f}")
assert abs(found.x - derived) < 1e-4
assert abs(LogNormal(mu, sigma).mode - derived) < 1e-6
assert scipy_lognormal.median() == np.exp(mu)

# %%
view = lognormal_view(*map(float, lognormal_moments(mu, sigma)), z=np.linspace(-1.2, 4, 521))
figure = Figure(figsize=(6.5, 2.8), layout="constrained")
axes = figure.subplots()
draw_lognormal(axes, view)
axes.legend()
axes.set(xlabel="z, where μ = 0 and σ = 0.6", ylabel="density, per unit of z", ylim=(0, None))
alt = f"Right-skewed: mode {view.mode:.2f}, median {view.median:.2f}, mean {view.mean:.2f}."
show(figure, alt)

# %%
assert view.mode < view.median < view.mean
assert np.isclose(np.log(view.median / view.mode), 2 * np.log(view.mean / view.median))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Below: at $e^{\mu - \sigma^2}$. On the scale of $\ln z$ there is as much on the right of $\mu$ as
# on the left, but on the scale of $z$ what is on the right is spread over a longer stretch, and so
# is thinner. That is the factor $1/z$. *A mode does not survive a change of variables; a median
# does.*
# </details>
#
# (The dashed curve is the Gaussian with the same mean and deviation. Section 8 is about it.)
#
# The three measures of the centre stand in the same order for every log-normal variable: mode,
# median, mean. The mean is $e^{\mu + \sigma^2/2}$, which the next section derives. In logarithms
# the mode is $\sigma^2$ below the median and the mean $\sigma^2 / 2$ above it.

# %% [markdown]
# ## 3 · From moments to the mode: Appendix B, line by line
#
# You do not know $\mu$ and $\sigma$. You know the mean and the standard deviation of some errors.
#
# **Line 1, the mean.** Write $t = \ln z$. Then $\mu_z = E[e^t]$, an integral of
# $e^t\, N(t; \mu, \sigma^2)$. Complete the square in its exponent:
#
# $$t - \frac{(t - \mu)^2}{2\sigma^2}
#   = \mu + \frac{\sigma^2}{2} - \frac{(t - \mu - \sigma^2)^2}{2\sigma^2}.$$
#
# The last term is a normal density's again, with total mass one; what is left is
#
# $$\mu_z = e^{\mu + \sigma^2 / 2}.$$
#
# **Line 2, the variance.** The same with $e^{2t}$ gives $E[z^2] = e^{2\mu + 2\sigma^2}$, so
#
# $$\sigma_z^2 = E[z^2] - \mu_z^2 = e^{2\mu + 2\sigma^2} - e^{2\mu + \sigma^2}
#   = (e^{\sigma^2} - 1)\, e^{2\mu + \sigma^2}.$$
#
# Check both by numerical integration, which knows nothing of squares that were completed.


# %%
def power_mean(k: int) -> float:
    """Return E[z^k] by quadrature over t = ln z."""
    return integrate.quad(lambda t: np.exp(k * t) * stats.norm.pdf(t, mu, sigma), -9, 9)[0]


mean, deviation = lognormal_moments(mu, sigma)
print(f"mean: formula {mean:.6f}, quadrature {power_mean(1):.6f}")
print(f"E[z^2]: formula {np.exp(2 * mu + 2 * sigma**2):.6f}, quadrature {power_mean(2):.6f}")
assert np.isclose(power_mean(1), mean, rtol=1e-9)
assert np.isclose(power_mean(2), np.exp(2 * mu + 2 * sigma**2), rtol=1e-9)
assert np.isclose(power_mean(2) - power_mean(1) ** 2, deviation**2, rtol=1e-9)
assert np.allclose([scipy_lognormal.mean(), scipy_lognormal.std()], [mean, deviation])

# %% [markdown]
# **Line 3, the other way round.** Divide line 2 by the square of line 1. Everything with $\mu$
# cancels:
#
# $$\frac{\sigma_z^2}{\mu_z^2} = e^{\sigma^2} - 1
#   \quad\Rightarrow\quad \sigma^2 = \ln\left(1 + \frac{\sigma_z^2}{\mu_z^2}\right),
#   \qquad \mu = \ln \mu_z - \frac{\sigma^2}{2}.$$

# %%
show_source(lognormal_parameters)

# %% [markdown]
# **Line 4, the mode.** Put line 1 into $m_z = e^{\mu - \sigma^2}$, then line 3:
#
# $$m_z = e^{\mu + \sigma^2/2}\; e^{-3 \sigma^2 / 2}
#   = \mu_z \left(\frac{\sigma_z^2}{\mu_z^2} + 1\right)^{-3/2}. \tag{9}$$

# %%
show_source(lognormal_mode)

# %%
mean, deviation = error.mean(), error.std()
mu_of_error, sigma_of_error = lognormal_parameters(mean, deviation)
scipy_error = stats.lognorm(s=sigma_of_error, scale=np.exp(mu_of_error))
found = optimize.minimize_scalar(lambda z: -scipy_error.pdf(z), bounds=(1e-6, mean))
mode = lognormal_mode(mean, deviation)

print(f"Eq. 9: {mode:.5f}, maximiser: {found.x:.5f}")
assert np.isclose(found.x, mode, rtol=1e-2)
assert np.allclose([scipy_error.mean(), scipy_error.std()], [mean, deviation])

# %% [markdown]
# The bracket of Eq. 9 contains only the ratio $\sigma_z / \mu_z$. This one number, the **spread**,
# says how far mode and mean are apart.
#
# **Predict.** The standard deviation of $z_e$ is between two fifths and four fifths of its mean.
# By how many percent is the mean larger than the mode?

# %%
my_guess = ""  # percent

# %%
spreads = {"z_e": error.std() / error.mean(), "z_c": dissimilarity.std() / dissimilarity.mean()}
figure = Figure(figsize=(8, 2.8), layout="constrained")
draw_spread(figure, spread_curves(), spreads)
alt = (
    "Left: as the spread grows from 0 to 1.5, the mode falls from the mean to about a sixth of "
    "it, the median to just over half. Right: the noise below zero grows from nothing to 25%."
)
show(figure, alt)

# %%
for name, spread in spreads.items():
    ratio = 1 / lognormal_mode(1.0, spread)
    print(f"{name}: spread {spread:.2f}, the mean is {ratio - 1:.0%} above the mode")
    assert ratio > 1.3
    measured(f"01 spread of {name}", spread)
assert 0.4 < spreads["z_e"] < 0.8

curves = spread_curves()
assert 0.16 < curves.mode[-1] < 0.18
assert 0.54 < curves.median[-1] < 0.57
assert 0.25 < curves.noise_below_zero[-1] < 0.26

# %% [markdown]
# <details><summary>Answer</summary>
#
# By more than 30%, whichever of the two features, on digits and on MNIST alike. Read the left
# panel at the grey lines. The exponent $-3/2$ makes the mode fall fast.
# </details>
#
# "A typical error is the mean error" is wrong by about that much. The right panel is for section 8.

# %% [markdown]
# ## 4 · Fitted to real features
#
# Now put the log-normal density with the sample's mean and standard deviation on the histograms.
# Nothing else is fitted.


# %%
def draw_features(pairs):
    """Draw a pair of features, each with the log-normal density of its moments."""
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axes, (name, values) in zip(figure.subplots(1, 2), pairs.items(), strict=True):
        draw_histogram(axes, values, name)
        draw_lognormal(axes, fit_feature(values).by_moments)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=7, fontsize=8)
    return figure


# %%
features = {"error z_e": error, "dissimilarity z_c": dissimilarity}
fits = {name: fit_feature(values) for name, values in features.items()}
alt = "The log-normal follows both histograms; the Gaussian peaks on their right and leaks left."
show(draw_features(features), alt)

# %%
for name, fit in fits.items():
    v, observed = fit.by_moments, np.median(fit.values)
    print(f"{name}: mode {v.mode:.4f}, median {v.median:.4f}, mean {v.mean:.4f}", end="; ")
    print(f"median of the sample {observed:.4f}")
    assert abs(v.median / observed - 1) < 0.1

# %% [markdown]
# The sample's median is a first test: it was not used, and the log-normal finds it to within 10%.
#
# How wrong is "the mean" as "most likely"? At the mode the density is $e^{9\sigma^2/8}$ times what
# it is at the mean. You can derive it: put $\ln z = \mu - \sigma^2$ and then
# $\ln z = \mu + \sigma^2/2$ into $\ln p_0$ and subtract.
#
# The histogram's bars are too rough to see a maximum, so count instead: how many images lie within
# 0.2 means of either place?

# %%
for name, fit in fits.items():
    v, window = fit.by_moments, 0.2 * fit.by_moments.mean
    at_mode, at_mean = (np.mean(abs(fit.values - c) < window) for c in (v.mode, v.mean))
    print(f"{name}: {at_mode:.0%} of the images near the mode, {at_mean:.0%} near the mean")
    assert at_mode > at_mean
    difference = lognormal_log_pdf([v.mode, v.mean], v.mean, v.standard_deviation) @ [1, -1]
    assert np.isclose(difference, 9 * v.sigma**2 / 8)

# %% [markdown]
# More images are near the mode than near the mean, for both features. Eq. 9 found that place from
# two numbers.
#
# ### The log-normal explorer
#
# Steer the density by either pair of numbers, with the mouse or the arrow keys. Try:
#
# 1. *By mean and deviation:* raise the deviation alone. The mean stays; where does the mode go?
# 2. *By μ and σ:* raise σ alone. What stays now? Which of the other two moves faster?
# 3. Can you make mode and mean coincide? What becomes of the noise below zero?

# %%
explorer = LognormalExplorer(error, "reconstruction error z_e, squared grey value")
explorer

# %%
assert drive(explorer) > 0
before = explorer.view
explorer.controls["standard_deviation"].value = 1.5 * before.standard_deviation
assert explorer.view.mean == before.mean
assert explorer.view.mode < before.mode
explorer.controls["steer"].value = "parameters"
before = explorer.view
explorer.controls["sigma"].value = 0.8 * before.sigma
assert np.isclose(explorer.view.median, before.median)
assert explorer.view.mode / before.mode > before.mean / explorer.view.mean > 1
assert f">{explorer.view.mode:.3g}<" in explorer.readout.value

# %% [markdown]
# With the mean held, a larger deviation moves the mode *left*: more large errors must be paid for
# by more small ones. With μ held, the median stays, and the mode moves faster than the mean.

# %% [markdown]
# ## 5 · How log-normal are they really?
#
# The paper says that the features are skewed with one peak, and *assumes* the rest. A histogram
# is a poor judge, because its bins hide the tails. A **quantile plot** is a better one. Sort the
# values, and plot the $i$-th smallest of $n$ against the $\frac{i - 1/2}{n}$ quantile of a standard
# normal distribution. Normal values lie on the diagonal; log-normal values do so once you have
# taken their logarithms.
#
# The grey band shows where the $i$-th smallest of $n$ true normal draws lies 95 times in 100.
#
# **Predict.** Which of the two, $z$ or $\ln z$, follows the diagonal, and where does it leave it?

# %%
my_guess = ""  # "z" or "ln z"; "left", "right" or "nowhere"


# %%
def draw_both_quantiles(features):
    """Draw quantile plots of each feature and of its logarithm."""
    figure = Figure(figsize=(9, 3.3), layout="constrained")
    for axes, (name, values) in zip(figure.subplots(1, 2), features.items(), strict=True):
        plots = {"z": quantile_plot(values), "ln z": quantile_plot(np.log(values))}
        draw_quantiles(axes, plots)
        axes.set_title(name, fontsize=10)
    return figure


# %%
alt = "z bends away from the diagonal at both ends, ln z follows it within the band almost always."
show(draw_both_quantiles(features), alt)

# %%
for name, fit in fits.items():
    raw, log = (quantile_plot(v).outside for v in (fit.values, np.log(fit.values)))
    print(f"{name}: outside the band {raw:.0%} of z, {log:.0%} of ln z")
    print(f"  skewness of z {fit.skewness:.2f}, of ln z {fit.log_skewness:+.2f}", end=", ")
    print(f"of a normal sample of this size 0 ± {fit.skewness_error:.2f}")
    assert raw > 0.5 > 0.05 > log
    assert abs(fit.log_skewness) < 0.2 * fit.skewness
    assert abs(fit.log_skewness) < 3 * fit.skewness_error
    measured(f"01 skewness of the logarithm of {name}", fit.log_skewness)
    ends = quantile_plot(fit.values)
    assert (ends.observed > ends.normal)[[0, -1]].all()

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\ln z$ follows it: fewer than 5% of its points are outside the band, against more than half of
# those of $z$, which lies too high at both ends. The smallest errors are not as far below the mean
# as a normal's would be, and the largest are farther above it. The logarithm takes away more than
# four fifths of the skewness.
# </details>
#
# What is left of the skewness is less than three standard deviations of what a normal sample of
# this size would show by chance. So the assumption is a good *description*. It is not a law: the
# dissimilarity cannot exceed 1, a log-normal variable can, and nothing in an autoencoder's training
# makes errors log-normal.

# %% [markdown]
# ### The same on MNIST's eights
#
# 200 held-out images of the digit 8, 28 by 28 pixels, from a recording that is part of the course
# (`cance-edu record mnist_eights`), drawn by the same functions.

# %%
recording = recordings.load("mnist_eights")
eights = recording["test_features"][recording["test_labels"] == 8][:, -2:]
eight_features = dict(zip(features, eights.T, strict=True))
assert len(eights) == 200
alt = "MNIST's eights: mode and mean are closer than above; the log-normal follows the histogram."
show(draw_features(eight_features), alt)

# %%
alt = "MNIST's eights: ln z follows the diagonal within the band, z bends away at both ends."
show(draw_both_quantiles(eight_features), alt)

# %%
for name, values in eight_features.items():
    fit = fit_feature(values)
    v, spread = fit.by_moments, fit.by_moments.standard_deviation / fit.by_moments.mean
    print(f"{name}: spread {spread:.2f}, the mean is {v.mean / v.mode - 1:.0%} above the mode")
    print(f"  skewness of z {fit.skewness:.2f}, of ln z {fit.log_skewness:+.2f}", end=", ")
    print(f"of a normal sample of this size 0 ± {fit.skewness_error:.2f}")
    assert quantile_plot(np.log(values)).outside < 0.05 < 0.25 < quantile_plot(values).outside
    assert abs(fit.log_skewness) < 2 * fit.skewness_error
    assert spread < fits[name].by_moments.standard_deviation / fits[name].by_moments.mean
    assert 1.25 < v.mean / v.mode < 1.45

# %% [markdown]
# The eights have a smaller spread than the even digits, so mode and mean are closer: 25 to 45%
# apart. They are as log-normal as these few images can tell.

# %% [markdown]
# ## 6 · Which mean, and which deviation?
#
# Eq. 9 wants $\mu_z$ and $\sigma_z$. The paper estimates them by the sample moments of $z$, over
# the training set, batch by batch (App. A). There is another way: take $\mu$ and $\sigma$ as the
# sample moments of $\ln z$, which is maximum likelihood, and use $m_z = e^{\mu - \sigma^2}$.
#
# **If $z$ is exactly log-normal**, both find the same mode in the end. They do not need equally
# many images. Draw 4,000 samples of 250 values each from a known log-normal:

# %%
rng = np.random.default_rng(lesson_seed())
draws = rng.lognormal(mean=0.0, sigma=0.6, size=(4000, 250))
logarithms = np.log(draws)
by_moments = lognormal_mode(draws.mean(1), draws.std(1))
by_logarithms = np.exp(logarithms.mean(1) - logarithms.var(1))

truth = np.exp(-(0.6**2))
for name, modes in {"moments of z": by_moments, "moments of ln z": by_logarithms}.items():
    print(f"{name}: {modes.mean() / truth:.3f} ± {modes.std() / truth:.3f} of the true mode")
assert abs(by_moments.std() / by_logarithms.std() - 1.45) < 0.1

# %% [markdown]
# The paper's way scatters about 1.45 times as much. A standard error falls with the root of the
# sample size, so it needs about twice as many images for the same precision. The squares in
# $\sigma_z^2$ give a few large values most of the say.
#
# **If the training set is not clean**, the same squares do more. Add one image that does not belong
# there, with ten times the mean error.
#
# **Predict.** The mean goes up a little. Does the mode of Eq. 9 go up or down, and does it move
# more or less than the mean?

# %%
my_guess = ""  # "up" or "down", "more" or "less"

# %%
effect = outlier_effect(error, np.linspace(1, 20, 77))
figure = Figure(figsize=(6, 2.8), layout="constrained")
draw_outlier(figure.subplots(), effect)
alt = (
    "As the added error grows to twenty means, the mean rises a little, the mode by the moments "
    "of z falls much faster, and the mode by those of ln z falls very slowly."
)
show(figure, alt)

# %%
ten = outlier_effect(error, [10.0])
changes = (ten.mean, ten.mode_by_moments, ten.mode_by_logarithms)
mean_change, moments_change, logarithms_change = (float(c[0] - 1) for c in changes)
print(f"mean {mean_change:+.1%}, mode by moments of z {moments_change:+.1%}, ", end="")
print(f"by moments of ln z {logarithms_change:+.1%}")
assert np.isclose(mean_change, 9 / (len(error) + 1))
assert moments_change < -4 * mean_change
assert -2 * mean_change < logarithms_change < 0
assert round(np.log(10), 1) == 2.3

# %% [markdown]
# <details><summary>Answer</summary>
#
# Down, and more than four times as far as the mean goes up. One *large* error makes the estimated
# *most likely* error smaller: it raises the spread, and Eq. 9 takes the spread's square to the
# power $-3/2$. The moments of $\ln z$ hardly notice, for the logarithm of ten is only 2.3.
# </details>
#
# Why then the moments of $z$? Because they serve for more than the mode. The method's noise is a
# Gaussian with the sample moments of $z$. Proposition 3.1 compares it with a truncated normal that
# has *the same* $\sigma_z$; of Eq. 9 its proof needs only that $m_z \le \mu_z$. An imprecise mode
# costs no guarantee. It changes how far up the artificial errors of lesson 02 reach. This course
# follows the paper.
#
# **Training images.** App. A takes the moments over the training set. The autoencoder has seen
# these images over and over, and it rebuilds them better than any new one.

# %%
trained_on = detector.composite_features(split.train)[:, -2]
in_training = lognormal_mode(trained_on.mean(), trained_on.std())
held_out_mode = lognormal_mode(error.mean(), error.std())
print(f"mode of z_e: training images {in_training:.4f}, held-out images {held_out_mode:.4f}")
assert trained_on.mean() < 0.8 * error.mean()
assert measured("01 mode in training over held out", in_training / held_out_mode) < 0.9

# %% [markdown]
# Their mean error is more than 20% below that of new images, and their mode more than 10% below.
# What the method calls the most likely error is too optimistic for an image that it has not seen,
# and this gap is wider than what the choice of the estimator does:

# %%
by_estimator = np.log(fits["error z_e"].by_moments.mode / fits["error z_e"].by_logarithms.mode)
assert abs(by_estimator) < -np.log(in_training / held_out_mode)

# %% [markdown]
# ## 7 · Three slips of notation, and what they cost
#
# **"The variance $\sigma_z$"** (Sec. 3.4). Is $\sigma_z$ in Eq. 9 the variance or its root? Units
# decide. Errors may be measured in grey values from 0 to 1 or from 0 to 255; in the second unit
# every $z_e$ is $255^2$ times as large, and so must be its mode.

# %%
unit = 255.0**2
mean, deviation = error.mean(), error.std()
root, root_rescaled = lognormal_mode(mean, deviation), lognormal_mode(unit * mean, unit * deviation)
variance = lognormal_mode(mean, deviation**2)
variance_rescaled = lognormal_mode(unit * mean, (unit * deviation) ** 2)

print(f"σ_z as the root:     {root / mean:.4f} and {root_rescaled / unit / mean:.4f} of the mean")
print(f"σ_z as the variance: {variance / mean:.4f} and {variance_rescaled / unit / mean:.1e}")
assert np.isclose(root_rescaled, unit * root)
assert variance > 0.99 * mean
assert variance_rescaled < 1e-3 * unit * mean

# %% [markdown]
# With the root, the mode is the same share of the mean in both units. With the variance it is
# the mean itself in one unit and next to nothing in the other. So $\sigma_z$ is the standard
# deviation. The treacherous case is the first: code with this slip runs, raises nothing, and
# quietly returns the mean.
#
# **"$\ln z \sim N(\mu, \sigma)$"** (Sec. 3.4). By the usual reading the second argument is a
# variance. But the printed density divides by $2\sigma^2$, and Appendix B has
# $\mu_z = e^{\mu + \sigma^2/2}$: it is the standard deviation. (In the same sentence, $z \sim p_t$
# should be $z \sim p_0$; $p_t$ is the truncated normal, a few sentences on.)
#
# **`loc` and `scale`.** Libraries name the parameters of a log-normal variable each in their own
# way, and none of these is the mean or the deviation of $z$:
#
# | | given | stands for |
# |---|---|---|
# | torch | `LogNormal(loc, scale)` | $\mu$ and $\sigma$ of $\ln z$ |
# | SciPy | `lognorm(s, loc, scale)` | $\sigma$, a shift (leave it 0), and $e^\mu$, the *median* |
# | here | `mean, standard_deviation` | $\mu_z$ and $\sigma_z$ of $z$ itself |

# %%
mu_of_error, sigma_of_error = lognormal_parameters(mean, deviation)
right, wrong = LogNormal(mu_of_error, sigma_of_error), LogNormal(mean, deviation)
print(f"the sample's mean is {mean:.4f}; torch says {right.mean:.4f} of the parameters,")
print(f"but {wrong.mean:.4f} where the sample's moments are passed as loc and scale")
assert np.isclose(right.mean, mean)
assert np.isclose(right.mode, lognormal_mode(mean, deviation))
assert abs(wrong.mean - 1) < 0.05
assert wrong.mean > 24 * mean

# %% [markdown]
# Passed as `loc` and `scale`, moments near zero describe a variable near $e^0 = 1$, dozens of
# times too large.

# %% [markdown]
# ## 8 · Noise where no error can be
#
# Lesson 05 learns the density of the composite feature by telling it from Gaussian noise with the
# same mean and covariance. On one coordinate this noise is $N(\mu_z, \sigma_z^2)$: symmetric, and
# unbounded. An error cannot be negative. The noise can.
#
# **Predict.** How much of it is below zero? A Gaussian's share beyond one standard deviation, on
# one side, is 16%; beyond two it is 2%.

# %%
my_guess = ""  # percent, for z_e

# %%
for name, fit in fits.items():
    v = fit.by_moments
    gaussian = stats.norm(v.mean, v.standard_deviation)
    print(f"{name}: zero is {v.mean / v.standard_deviation:.2f} deviations away", end=", ")
    print(f"noise below it: {v.noise_below_zero:.1%}")
    assert np.isclose(v.noise_below_zero, gaussian.cdf(0))
    assert 0.01 < v.noise_below_zero < 0.12
    assert fit.values.min() > 0
    measured(f"01 noise below zero of {name}", v.noise_below_zero)
assert stats.norm.sf([1, 2]).round(2).tolist() == [0.16, 0.02]

# %% [markdown]
# <details><summary>Answer</summary>
#
# Between 1% and 12%, depending on feature and data set; the cell prints yours. Zero is
# $\mu_z / \sigma_z$ deviations below the mean, so the share is
#
# $$\Phi\left(-\frac{\mu_z}{\sigma_z}\right),$$
#
# once more a function of the spread alone: the right panel of section 3's figure.
# </details>
#
# No image falls there, so these noise points are wasted: the network learns to reject what it
# never meets. And this is the narrowest noise that the method allows. Sec. 3.5 makes it $K > 1$
# times as wide; the course starts at $\psi = 0$, which is $K = 1 + \ln 2 \approx 1.69$:

# %%
wider = 1 + np.log(2)
for name, fit in fits.items():
    v = fit.by_moments
    below_zero = lognormal_view(v.mean, wider * v.standard_deviation).noise_below_zero
    print(f"{name}: {v.noise_below_zero:.1%} with K = 1, {below_zero:.1%} with K = {wider:.2f}")
    assert below_zero > 2 * v.noise_below_zero
assert round(wider, 2) == 1.69

# %% [markdown]
# More than twice as much. Lesson 02 asks the next question: what does the noise *above* zero,
# below all errors of real images, teach the network about very good reconstructions?

# %% [markdown]
# ## Recap
#
# - **How wrong is the mean?** It is $(1 + \sigma_z^2/\mu_z^2)^{3/2}$ times the most likely error:
#   here more than 1.3 times.
# - **Mode, median, mean** are $e^{\mu - \sigma^2}$, $e^\mu$ and $e^{\mu + \sigma^2/2}$. One ratio
#   leads from the moments to the mode: $e^{\sigma^2} = 1 + \sigma_z^2 / \mu_z^2$ gives Eq. 9.
# - **How log-normal?** On these images $\ln z$ passes the quantile plot and $z$ fails it. That is a
#   finding about these images, not a law.
# - **Moments of $z$** need more images than moments of $\ln z$, and an outlier drags their mode
#   down. But the noise has these moments, and the proposition of lesson 02 compares like with like.
# - **$\sigma_z$ is a standard deviation**, and so is $\sigma$; `loc` and `scale` are neither mean
#   nor deviation of $z$.
# - **Noise below zero:** $\Phi(-\mu_z / \sigma_z)$, and more for wider noise.
#
# ## Questions
#
# 1. A gamma variable is skewed too; its mode is $\mu_z - \sigma_z^2 / \mu_z$. Compare it with Eq. 9
#    at the spread of your $z_e$. How much hangs on the choice of the family? And at spread 1?
# 2. You replace $z_e$ by $\ln z_e$ in the composite feature. Which share of the Gaussian noise now
#    lies where no error can be? What must be added to the score so that it is still minus the
#    logarithm of the density of $z_e$?
# 3. Sort the images of one class into easy and hard ones, and suppose that $\ln z_e$ is normal for
#    each. When is $\ln z_e$ of all images still close to normal, and what would the quantile plot
#    look like if not?
# 4. $z_e$ is a mean over pixels. With a million independent pixels, would you still expect a
#    log-normal variable? What about the pixels of an image makes the argument fail?
# 5. You may set aside some normal images for estimating $m_z$. What do you gain, and what does the
#    autoencoder lose?
#
# ## Where to read on
#
# - Y. Liao and A. J. Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*:
#   Sec. 3.4 and Appendix B.
# - E. Limpert, W. A. Stahel and M. Abbt, *Log-normal Distributions across the Sciences: Keys and
#   Clues*, 2001: why skewed positive quantities are so often log-normal.
# - M. B. Wilk and R. Gnanadesikan, *Probability Plotting Methods for the Analysis of Data*, 1968.
# - D. J. Finney, *On the Distribution of a Variate Whose Logarithm is Normally Distributed*, 1941:
#   how much the moments of $z$ waste.
