# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 20
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
# # 01b · Slips of notation, and what they cost
#
# **You need:** lesson 01.
#
# When you are done, you will be able to
#
# 1. check App. B without believing its algebra;
# 2. tell a variance from a deviation by its unit;
# 3. hand $\mu$ and $\sigma$ to SciPy and torch without mistaking one for the other;
# 4. say when the moments of $z$ need many more images than those of $\ln z$.
#
# **From lesson 01.** A reconstruction feature $z > 0$ has mean $\mu_z$ and deviation $\sigma_z$.
# Its density $p_0$ is taken as log-normal: $\ln z$ has mean $\mu$ and deviation $\sigma$. Its mode
# is
#
# $$m_z = \mu_z \left(\frac{\sigma_z^2}{\mu_z^2} + 1\right)^{-3/2}, \tag{9}$$
#
# and $p_t$ is a normal density around $m_z$, cut off to $[0, m_z]$.

# %%
from scipy import integrate, optimize, stats

from cance_edu.course import lesson01 as lesson

# %% [markdown]
# ## 1 · App. B, checked by routes that know no algebra
#
# Lesson 01 derives mode and moments in a few lines. Here are other routes to the same numbers:
# SciPy's density under a numerical maximiser, torch's own formula, and integrals. ($\mu$ is not 0:
# there a forgotten factor $e^\mu$ would pass.)

# %%
mu, sigma = -1.0, 0.6
known = stats.lognorm(s=sigma, scale=lesson.np.exp(mu))
highest = optimize.minimize_scalar(lambda z: -known.pdf(z), bounds=(0.01, 3)).x


def power_mean(k):  # E[z^k], an integral over t = ln z
    return integrate.quad(lambda t: lesson.np.exp(k * t) * stats.norm.pdf(t, mu, sigma), -9, 9)[0]


# %% tags=["remove-input"]
mean, deviation = lesson.lognormal_moments(mu, sigma)
lesson.tell(
    """
    | | the formula | another route |
    |---|---|---|
    | mode, Eq. 9 of the two below | {mode:.4f} | {highest:.4f}, where SciPy's density is highest |
    | | | {torch:.4f}, torch |
    | mean, $e^{\\mu + \\sigma^2/2}$ | {mean:.4f} | {first:.4f}, the integral of $e^t$ |
    | deviation | {deviation:.4f} | {second:.4f}, from the integral of $e^{2t}$ |
    """,
    mode=lesson.lognormal_mode(mean, deviation),
    highest=highest,
    torch=lesson.LogNormal(mu, sigma).mode.item(),
    mean=mean,
    first=power_mean(1),
    deviation=deviation,
    second=(power_mean(2) - power_mean(1) ** 2) ** 0.5,
)

# %% [markdown]
# ## 2 · Is $\sigma_z$ a variance?
#
# Sec. 3.4 speaks of "the distribution variance $\sigma_z$", and puts $\sigma_z^2 / \mu_z^2$ into
# Eq. 9. Is $\sigma_z$ the variance or its root? The unit decides. Grey values may go from 0 to 1,
# or from 0 to 255. The error $z_e$ is a *squared* difference, so it is then $255^2$ times as large,
# and so must be its mode.

# %% tags=["remove-input"]
lesson.predict(
    "01b variance",
    "A colleague puts the *variance* in the place of $\\sigma_z$. Grey values go to 1; errors have "
    "mean 0.014 and deviation 0.009. What does Eq. 9 then return?",
    options=[
        "an error message",
        "less than a hundredth of the mean",
        "nearly the mean",
        "about the true mode",
    ],
)

# %%
unit, m, s = 255.0**2, 0.014, 0.009
right = [lesson.lognormal_mode(u * m, u * s) / (u * m) for u in (1, unit)]
wrong = [lesson.lognormal_mode(u * m, (u * s) ** 2) / (u * m) for u in (1, unit)]

# %% tags=["remove-input"]
lesson.answer(
    "01b variance",
    "nearly the mean" if 0.99 < wrong[0] <= 1 else "about the true mode",
    """
    Look at both units:

    | mode over mean | grey values to 1 | to 255 |
    |---|---|---|
    | $\\sigma_z$ is the deviation | {right:.3f} | {right_255:.3f} |
    | $\\sigma_z$ is the variance | {wrong:.3f} | {wrong_255:.0e} |

    The deviation gives the same share of the mean in both units. The variance gives the mean itself
    in one and next to nothing in the other. Grey values to 1 are the treacherous case: the code
    runs, raises nothing, and quietly returns the mean.
    """,
    right=right[0],
    right_255=right[1],
    wrong=wrong[0],
    wrong_255=wrong[1],
)

# %% [markdown]
# In the same way, the paper's $\ln z \sim N(\mu, \sigma)$ means a deviation: its density divides by
# $2\sigma^2$, and App. B has $\mu_z = e^{\mu + \sigma^2/2}$. (The sentence goes on "where
# $z \sim p_t$"; read $p_0$.)
#
# ## 3 · `loc` and `scale`
#
# Libraries name the parameters of a log-normal variable each in its own way. Neither torch nor
# SciPy asks for the mean and the deviation of $z$; our functions do.
#
# | | given | stands for |
# |---|---|---|
# | torch | `LogNormal(loc, scale)` | $\mu$ and $\sigma$ of $\ln z$ |
# | SciPy | `lognorm(s, loc, scale)` | $\sigma$, a shift (leave it 0), and $e^\mu$, the *median* |
# | here | `mean, standard_deviation` | $\mu_z$ and $\sigma_z$ of $z$ itself |

# %% tags=["remove-input"]
lesson.predict(
    "01b loc",
    "You write `LogNormal(0.014, 0.009)`, the mean and the deviation of the errors. What mean "
    "does the variable have?",
    options=["0.014", "about 0.5", "about 1", "about 70"],
)

# %%
parameters = lesson.lognormal_parameters(m, s)
proper, mistaken = lesson.LogNormal(*parameters), lesson.LogNormal(m, s)

# %% tags=["remove-input"]
lesson.answer(
    "01b loc",
    "about 1" if abs(mistaken.mean - 1) < 0.05 else "0.014",
    """
    It is {mistaken:.3f}: moments near zero, taken for $\\mu$ and $\\sigma$, describe a variable
    near $e^0 = 1$, dozens of times too large. With `lognormal_parameters` in between it is
    {proper:.3f}.
    """,
    mistaken=mistaken.mean.item(),
    proper=proper.mean.item(),
)

# %% [markdown]
# ## 4 · How many images does a mode need?
#
# The paper puts the moments of $z$ into Eq. 9. You could take those of $\ln z$ instead: if $z$ is
# log-normal they are maximum likelihood. With ever more images both find the same mode. Draw 4,000
# samples of 250 values:

# %%
rng = lesson.np.random.default_rng(lesson.seed)


def two_modes(sigma):  # by the moments of z, and by those of ln z
    logarithms = rng.normal(mu, sigma, size=(4000, 250))
    draws = lesson.np.exp(logarithms)
    by_moments = lesson.lognormal_mode(draws.mean(1), draws.std(1))
    return by_moments, lesson.np.exp(logarithms.mean(1) - logarithms.var(1))


by_moments, by_logarithms = two_modes(sigma)

# %% tags=["remove-input"]
lesson.predict(
    "01b images",
    "The mode by moments of $z$ scatters more. How many more images does it need for the same "
    "precision, at $\\sigma = 0.6$?",
    options=["a tenth more", "half as many again", "about twice as many", "five times as many"],
)

# %%
ratio = by_moments.std() / by_logarithms.std()
pairs = {s: two_modes(s) for s in (0.2, 0.4, 0.8, 1.0)} | {sigma: (by_moments, by_logarithms)}
factors = {s: (one.std() / other.std()) ** 2 for s, (one, other) in sorted(pairs.items())}


def in_the_limit(sigma):  # what the factor tends to with ever more images (delta method)
    e1, e2, e4 = (lesson.np.expm1(k * sigma**2) for k in (1, 2, 4))
    return (16 * e1 - 12 * e2 + 9 / 4 * e4) / (sigma**2 + 2 * sigma**4)


# %% tags=["remove-input"]
lesson.answer(
    "01b images",
    "about twice as many" if 1.8 < ratio**2 < 2.5 else "half as many again",
    """
    It scatters {ratio:.2f} times as much, and a standard error falls with the root of the number of
    images: {square:.1f} times as many. The squares in $\\sigma_z^2$ give a few large values most of
    the say, and the more the wider the feature is:

    | $\\sigma$ | 0.2 | 0.4 | 0.6 | 0.8 | 1.0 |
    |---|---|---|---|---|---|
    | times as many, from 250 images | {f0:.1f} | {f1:.1f} | {f2:.1f} | {f3:.1f} | {f4:.1f} |
    | from ever more images | {l0:.1f} | {l1:.1f} | {l2:.1f} | {l3:.1f} | {l4:.1f} |
    """,
    picture=lesson.figure(
        lesson.draw_estimates,
        *({"moments of $z$": by_moments, "moments of $\\ln z$": by_logarithms}, highest),
        size=(6.5, 2.6),
        caption="4,000 estimates of one mode, from 250 values each. Both are nearly right on "
        "average (triangles).",
        alt="Two histograms around the true mode; that by the moments of z is wider. Their means "
        "lie beside the mode.",
    ),
    ratio=ratio,
    square=ratio**2,
    **{f"f{i}": factor for i, factor in enumerate(factors.values())},
    **{f"l{i}": in_the_limit(s) for i, s in enumerate(factors)},
)

# %% [markdown]
# ## Recap
#
# - $\sigma_z$ and $\sigma$ are deviations, whatever the sentence around them says.
# - `loc` and `scale` of a log-normal variable are neither its mean nor its deviation.
# - If $z$ is log-normal, its moments need more images than those of $\ln z$: hardly more at
#   $\sigma = 0.2$, about twice as many at 0.6, many times as many at 1.
#
# ## Questions
#
# 1. A log-normal variable has $\mu = -4.4$ and $\sigma = 0.6$. Write it in SciPy and in torch.
#
# <details><summary>Answer</summary>
#
# `stats.lognorm(0.6, scale=np.exp(-4.4))` and `LogNormal(-4.4, 0.6)`.
# </details>
#
# 2. Measured in grey values to 255, the colleague's mode was next to nothing. Why there?
#
# <details><summary>Answer</summary>
#
# The variance is large against the mean in that unit, so Eq. 9 sees a spread far above 1, and the
# mode of so wide a variable is close to zero.
# </details>
#
# ## Where to read on
#
# - D. J. Finney, *On the Distribution of a Variate Whose Logarithm is Normally Distributed*, 1941:
#   how much the moments of $z$ waste.

# %% tags=["remove-input"]
lesson.calibration()
