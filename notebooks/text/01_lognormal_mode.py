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
# # 01 · The log-normal mode
#
# **You need:** lesson 00, densities, and what a change of variables is.
#
# When you are done, you will be able to
#
# 1. say why reconstruction errors are skewed, and judge how log-normal yours are;
# 2. derive mode, median and mean of a log-normal variable, and its mode from its moments
#    (the paper's Eq. 9);
# 3. say which of them moves fastest, and why that depends on the axis;
# 4. say what hangs on the mode in this method, and what does not.

# %%
from cance_edu import CANCE
from cance_edu.course import lesson01 as lesson

# %% tags=["remove-input"]
lesson.strip("features")

# %% [markdown]
# ## 1 · How large is a usual error?
#
# Two numbers say how well an image was rebuilt: the *error* $z_e$, the mean squared difference of
# the pixels, and the *dissimilarity* $z_c$, half of one minus the cosine between the two images. In
# this lesson $z$ is one of the two.
#
# Lesson 00 ended on a picture of what $T$ learns from. In it were artificial points: errors from
# zero up to **the most likely one**, and no further. Why add them? The noise covers the lowest
# errors, too, where real ones are rare; without artificial ones even an ideal $T$ takes the best
# rebuilt images for noise (lesson 02). So the method must know where errors are most likely. Is
# that not simply the mean?
#
# From here on the images are scikit-learn's digits, 8 × 8 pixels. The even ones are normal, and you
# look at some that the autoencoder has not learned from.

# %%
split = lesson.lesson_split(normal=[0, 2, 4, 6, 8], random_state=lesson.seed)
detector = CANCE("error", random_state=lesson.seed).fit(split.train)  # the autoencoder alone
held_out = split.test[~split.is_anomaly]
error, dissimilarity = detector.composite_features(held_out)[:, -2:].T

# %% tags=["remove-input"]
lesson.predict(
    "01 below the mean",
    "You have the error of each held-out image, and their mean. What share of the images has an "
    "error below the mean?",
    unit="%",
    within=0.05,
)

# %%
below_mean = (error < error.mean()).mean()


# %% tags=["remove-input"]
def errors_and_mean(said):
    return lesson.figure(
        lesson.draw_share_below,
        *(error, "reconstruction error $z_e$, squared grey value", said),
        caption="Most errors are small, a few are large, and those few pull the mean to the right. "
        "(A tick on the axis: one of the largest errors.)",
        alt=f"Errors pile up on the left; {below_mean:.0%} are below the mean. A thin tail reaches "
        f"to {error.max() / error.mean():.1f} means.",
    )


lesson.answer(
    "01 below the mean",
    below_mean,
    """
    Over seeds {seeds:.0%}. The largest of the {n} errors is {largest:.1f} times the mean, and no
    error is below zero, so nothing on the left can balance it. Such a shape is called *skewed to
    the right*.
    """,
    picture=errors_and_mean,
    seeds=lesson.over_seeds("01 share of errors below their mean"),
    n=len(error),
    largest=error.max() / error.mean(),
)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_images,
    *lesson.rebuilt_worst(detector, held_out, error),
    columns=6,
    size=(6, 2.4),
    caption="The tail, in pictures: the three images of largest error, beside three of median "
    "error; below, how they were rebuilt.",
    alt="Three badly rebuilt digits and three well rebuilt ones, each above its reconstruction.",
)

# %% [markdown]
# ## 2 · Why should errors be log-normal at all?
#
# What makes an error large? A thick pen: more ink to get wrong. An unusual shape. A slant that few
# others have. If one makes the error *half as large again*, another *half as large*, then they
# **multiply**.
#
# The logarithm of a product is a sum, and a sum of many independent terms is nearly Gaussian. So a
# product of many factors is nearly **log-normal**: its logarithm is Gaussian,
# $\ln z \sim N(\mu, \sigma^2)$. (The word *normal* alone stays with the images.)

# %% tags=["remove-input"]
drawn = lesson.products()
lesson.figure(
    lesson.draw_products,
    drawn,
    size=(7, 2.6),
    caption="The same six random factors, each between one half and one and a half. Their mean is "
    "nearly Gaussian; their product is skewed, and nearly log-normal. (Simulated.)",
    alt="Left a symmetric histogram under a Gaussian; right a skewed one under a log-normal.",
)

# %% tags=["remove-input"]
apart = lesson.without_common_factors(lesson.squared_differences(detector, held_out))
lesson.tell(
    """
    But is $z_e$ not itself a sum, over pixels? It is, and a sum over independent pixels would be
    closer to a Gaussian, the more so the more pixels there are. They are not independent: the
    pixels of one image share the thick pen, and go wrong together. Shuffle each pixel's errors
    among the images, so that nothing is shared, and the skewness falls from {together:.1f} to
    {apart:.1f}, the deviation to {share:.0%} of what it was.

    So there are shared causes. That they *multiply* is a guess: look at your errors. In a
    **quantile plot** the $i$-th smallest value stands over the place where it would be in a
    Gaussian sample: Gaussian values follow the diagonal. The band holds 95 in 100 of true Gaussian
    samples at each place.
    """,
    together=lesson.skew(error),
    apart=lesson.skew(apart),
    share=apart.std() / error.std(),
)

# %%
features = {"error $z_e$": error, "dissimilarity $z_c$": dissimilarity}
fits = {name: lesson.fit_feature(values) for name, values in features.items()}
families = lesson.log_likelihoods(error)
spread = {name: values.std() / values.mean() for name, values in features.items()}
spread_e = spread["error $z_e$"]

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_both_quantiles,
    features,
    size=(8, 4),
    caption="$z$ is outside the band nearly everywhere: its small values are not small enough for "
    "a Gaussian variable, its large ones are too large. $\\ln z$ stays close to the diagonal; the "
    "smallest $\\ln z_c$ are a little too large still.",
    alt="Quantile plots of both features: z bends away from the diagonal, ln z stays close to it.",
)

# %% tags=["remove-input"]
lesson.tell(
    """
    Of $z_e$ {raw:.0%} of the values are outside the band, of $\\ln z_e$ {log:.0%}. (Over seeds
    {seeds:.0%}, of $\\ln z_c$ {seeds_c:.0%}; one true Gaussian sample in twenty has more than 18%
    outside.) The logarithm takes the skewness from {before:.1f} to {after:.1f}; 0 is symmetric.

    So "log-normal" is a good *description*. It is not a law. An *inverse Gaussian*, another skewed
    family with two parameters, fits these {n} errors just as well: its log-likelihood differs by
    {other:.1f} nats, while a gamma's is {gamma:.0f} lower. And a dissimilarity never exceeds 1,
    while a log-normal variable does now and then.
    """,
    raw=lesson.quantile_plot(error).outside,
    log=lesson.quantile_plot(lesson.np.log(error)).outside,
    seeds=lesson.over_seeds("01 outside the band, z_e"),
    seeds_c=lesson.over_seeds("01 outside the band, z_c"),
    before=fits["error $z_e$"].skewness,
    after=fits["error $z_e$"].log_skewness,
    n=len(error),
    other=abs(families["inverse Gaussian"] - families["log-normal"]),
    gamma=families["log-normal"] - families["gamma"],
)

# %% [markdown]
# ## 3 · Back from the logarithm
#
# Now take $\ln z$ as Gaussian. It is most likely at $\mu$, and half of its values are below $\mu$.
# What becomes of these two places when you go from $\ln z$ back to $z$?

# %% tags=["remove-input"]
lesson.predict(
    "01 mode of z",
    "$\\ln z$ is most likely at $\\mu$. Where is $z$ most likely?",
    options=["below $e^\\mu$", "at $e^\\mu$", "above $e^\\mu$"],
)

# %%
bars = lesson.ten_bars(mu=0.0, sigma=0.6)
view = lesson.lognormal_view(*lesson.lognormal_moments(0.0, 0.6))
places = ["below $e^\\mu$", "at $e^\\mu$", "above $e^\\mu$"]
where = places[1 + int(lesson.np.sign(view.mode - lesson.np.exp(view.mu)))]

# %% tags=["remove-input"]
lesson.answer(
    "01 mode of z",
    where,
    """
    Follow the bars. Each holds as many values as any other, before and after: *areas stay*. So five
    bars are still left of $e^\\mu$ and five right of it, and the median is $e^\\mu$. But the
    exponential function stretches the bars on the right and squeezes those on the left: *heights
    change*, by $1/z$. The tallest bar is now further left. **A mode need not survive a rising
    change of variables; a median does.**
    """,
    picture=lesson.figure(
        lesson.draw_bars,
        *(bars, view),
        size=(6.5, 4.6),
        caption="Ten bars of equal probability, before and after $z = e^{\\ln z}$. Areas stay, "
        "heights change.",
        alt="Above, ten bars of ln z, symmetric. Below, the same bars of z, narrow and tall on the "
        f"left: mode {view.mode:.2f}, median {view.median:.2f}, mean {view.mean:.2f}.",
    ),
)

# %% [markdown]
# As a formula: a short interval $dz$ is an interval $dz/z$ of $\ln z$, so
#
# $$p_0(z) = N(\ln z;\ \mu, \sigma^2) \cdot \frac{1}{z}, \qquad
#   m_z = e^{\mu - \sigma^2}, \qquad \text{median } e^{\mu}, \qquad \mu_z = e^{\mu + \sigma^2/2}.$$
#
# <details><summary>Where the mode and the mean come from</summary>
#
# *Mode.* $\frac{d}{dz} \ln p_0 = -\frac1z - \frac{\ln z - \mu}{\sigma^2 z}
# = -\frac{\ln z - (\mu - \sigma^2)}{\sigma^2 z}$: positive while $\ln z < \mu - \sigma^2$, negative
# beyond.
#
# *Mean.* With $t = \ln z$, $\mu_z = E[e^t]$. Complete the square in the exponent:
# $t - \frac{(t - \mu)^2}{2\sigma^2} = \mu + \frac{\sigma^2}{2} -
# \frac{(t - \mu - \sigma^2)^2}{2\sigma^2}$. The last term is a Gaussian density's again, with
# mass one.
# </details>

# %% tags=["remove-input"]
lesson.predict(
    "01 faster",
    "Keep $\\mu = 0$ and raise $\\sigma$ from 0.6 to 1. Mode and mean move apart. Which of them "
    "has moved farther along the axis of $z$?",
    options=["the mode", "the mean", "both the same"],
)

# %%
before, after = (lesson.lognormal_view(*lesson.lognormal_moments(0.0, s)) for s in (0.6, 1.0))
moved = {"the mode": before.mode - after.mode, "the mean": after.mean - before.mean}
farther = max(moved, key=moved.get)

# %% tags=["remove-input"]
lesson.answer(
    "01 faster",
    farther,
    """
    The mean moves by {mean:.2f}, the mode by {mode:.2f}. Measured in *ratios* it is the other way
    round: the mode's logarithm, $-\\sigma^2$, moves twice as far as the mean's, $\\sigma^2/2$. The
    mode runs towards zero, and there is less and less room: in differences it is the faster one up
    to $\\sigma = 0.68$, the mean from there on. "Faster" needs an axis.
    """,
    picture=lesson.figure(
        lesson.draw_centres,
        lesson.centre_curves(),
        size=(7, 2.8),
        caption="The same curves twice. In differences the mean runs away, in ratios the mode.",
        alt="Left, on a linear axis, the mean rises faster than the mode falls; right, on a "
        "logarithmic one, the mode falls twice as fast as the mean rises.",
    ),
    mean=moved["the mean"],
    mode=moved["the mode"],
)

# %% [markdown]
# ## 4 · Eq. 9, and your features
#
# You do not know $\mu$ and $\sigma$. You know a mean $\mu_z$ and a standard deviation $\sigma_z$.
# From the second moment, $\sigma_z^2 = (e^{\sigma^2} - 1)\, \mu_z^2$ (App. B). So the one ratio
# $\sigma_z / \mu_z$, the **spread**, gives $\sigma$; and mode over mean is
# $e^{-\sigma^2} / e^{\sigma^2/2}$.
#
# **Your turn.** Put the two together: the mode from the two moments. That is Eq. 9.

# %%
from cance_edu.classroom import check


def my_mode(mean, standard_deviation):
    return ...


check.mode(my_mode)

# %% [markdown]
# <details><summary>One answer</summary>
#
# $e^{\sigma^2} = 1 + \sigma_z^2/\mu_z^2$, and $m_z = \mu_z\, e^{-3\sigma^2/2}$, so
# `return mean * (standard_deviation**2 / mean**2 + 1) ** -1.5`. The library's `lognormal_mode` is
# this line.
# </details>

# %% tags=["remove-input"]
lesson.predict(
    "01 mean over mode",
    f"The spread of your errors, $\\sigma_z / \\mu_z$, is {spread_e:.2f}. By how many "
    "percent is the mean larger than the mode?",
    unit="%",
    within=0.25,
)

# %%
mode = lesson.lognormal_mode(error.mean(), error.std())
above_mode = error.mean() / mode - 1

# %% tags=["remove-input"]
lesson.answer(
    "01 mean over mode",
    above_mode,
    """
    By Eq. 9 the mean is $(1 + {spread:.2f}^2)^{3/2}$ = {ratio:.2f} times the mode: the exponent
    makes the mode fall fast. And the two moments know section 1: a log-normal
    variable is below its mean with probability $\\Phi(\\sigma / 2)$. Your $\\sigma = {sigma:.2f}$
    makes {share:.0%}; you counted {counted:.0%}.
    """,
    picture=lesson.figure(
        lesson.draw_features,
        features,
        size=(9, 3.4),
        caption="Two moments give the whole curve, and the place of its top.",
        alt="Both histograms with their log-normal densities: mode left of median left of mean.",
    ),
    spread=spread_e,
    ratio=1 + above_mode,
    sigma=fits["error $z_e$"].by_moments.sigma,
    share=lesson.norm.cdf(fits["error $z_e$"].by_moments.sigma / 2),
    counted=below_mean,
)

# %% [markdown]
# The dashed curve in this figure is the method's *noise*: a Gaussian with the same mean and the
# same deviation (lessons 02 and 05). A Gaussian does not know that errors are positive.

# %% tags=["remove-input"]
lesson.predict(
    "01 noise below zero",
    "How much of that Gaussian lies below zero, where no error can be? (16% of a Gaussian are more "
    f"than one deviation below its mean, 2% more than two; your spread is {spread_e:.2f}.)",
    unit="%",
    within=0.03,
)

# %%
below_zero = fits["error $z_e$"].by_moments.noise_below_zero
of_mnist = {name: values.std() / values.mean() for name, values in lesson.eights().items()}
of_eights = of_mnist["MNIST's eights, $z_e$"]

# %% tags=["remove-input"]
lesson.answer(
    "01 noise below zero",
    below_zero,
    """
    Zero is $\\mu_z / \\sigma_z$ deviations below the mean, so the share is
    $\\Phi(-\\mu_z / \\sigma_z)$. The spread alone decides it, as it decides how far mode and mean
    are apart. These noise points are wasted: $T$ learns to reject what it will not meet.

    MNIST's eights (200, recorded) are more alike than five different digits: their errors have a
    spread of {eights:.2f}, and {below:.1%} of the noise is below zero.
    """,
    picture=lesson.figure(
        lesson.draw_spread,
        *(lesson.spread_curves(), {"MNIST's eights": of_eights, "your digits": spread_e}),
        size=(8, 3),
        caption="The spread decides both: how far the mode is below the mean, and how much noise "
        "is below zero.",
        alt="Left: mode and median as shares of the mean fall with the spread. Right: noise below "
        "zero rises to a quarter.",
    ),
    eights=of_eights,
    below=lesson.lognormal_view(1, of_eights).noise_below_zero,
)

# %% [markdown]
# **Explore.** Steer by mean and deviation, or by $\mu$ and $\sigma$. Raise the deviation alone: the
# mean stays; where does the mode go? Raise $\sigma$ alone: what stays now? Can mode and mean meet?

# %%
explorer = lesson.LognormalExplorer(error, "reconstruction error z_e, squared grey value")
explorer

# %% [markdown]
# ## 5 · What hangs on the mode?
#
# **First, which images decide it?** Take the image of largest error away, the one that you saw in
# section 1. Nothing else changes.

# %% tags=["remove-input"]
lesson.predict(
    "01 one image",
    f"It is one of {len(error)} images, its error is {error.max() / error.mean():.1f} times the "
    f"mean, and the spread is {spread_e:.2f}. Without it the mean falls a little. By how much does "
    "the mode of Eq. 9 change?",
    options=["1 to 3% down", "less than 1%", "1 to 3% up", "more than 3% up"],
)

# %%
without = lesson.removal_effect(error)
change = without.mode_by_moments[1] - 1
choices = ["1 to 3% down", "less than 1%", "1 to 3% up", "more than 3% up"]
what = choices[int(lesson.np.searchsorted([-0.01, 0.01, 0.03], change))]

# %% tags=["remove-input"]
over = lesson.over_seeds("01 mode without the largest")
lesson.answer(
    "01 one image",
    what,
    """
    {up:.1%}, while the mean falls by {down:.1%}. The largest error was making the *most likely*
    error smaller: it raises the spread, and Eq. 9 answers with $(1 + \\sigma_z^2/\\mu_z^2)^{-3/2}$.
    The effect grows with the square of how far out the image is. Over seeds the mode rises by
    {seeds:.1%}; in {less} of {runs} runs by less than here.

    You could instead take mean and variance of $\\ln z$ and use $e^{\\mu - \\sigma^2}$ (the dashed
    line). The logarithm of a large error is not that large: this mode moves by {logs:.1%}.
    """,
    picture=lesson.figure(
        lesson.draw_removal,
        without,
        size=(6, 3),
        caption="Without the worst images the mean falls, and the mode of Eq. 9 rises.",
        alt="As the largest errors are taken away the mean falls, the mode by the moments of z "
        "jumps up, and that by the moments of ln z hardly moves.",
    ),
    up=change,
    seeds=over,
    less=sum(value < 0.99 * change for value in over.values),
    runs=len(over.values),
    down=1 - without.mean[1],
    logs=without.mode_by_logarithms[1] - 1,
)

# %% [markdown]
# So why does the paper take the moments of $z$? It does not say. The proposition of lesson 02 asks
# one thing of $m_z$: $m_z \le \mu_z$. Both modes keep that: Eq. 9 is the mean times a number below
# one; and $e^{\mu - \sigma^2} \le e^{\mu} \le \mu_z$, by Jensen's inequality, which also holds when
# $\mu$ is the sample mean of $\ln z$ and $\mu_z$ the sample mean of $z$.
#
# **Second, what hangs on its exact place?** Let the artificial errors end somewhere else: at half
# the mean, at the mean. Let the errors of normal images be log-normal with spread 0.4, those of
# anomalies 1.8 times as large, and $T$ ideal: the score is then $-\ln$ of the density that it
# learned from, real and artificial errors, half of each.

# %% tags=["remove-input"]
lesson.predict(
    "01 left at the mean",
    "With artificial errors up to the mode, an anomaly scores above a normal image in 86 of 100 "
    "pairs; without any, in 82. They are as many in any case, and lie densest where they end. How "
    "much of the gain is left if they reach up to the *mean*?",
    options=["all of it", "about half", "nothing"],
)

# %%
ends = lesson.ends_of_artificial_errors(0.4, 1.8, lesson.np.linspace(0.3, 1.2, 91))
at_mode, at_mean = lesson.np.interp([ends.mode, 1.0], ends.end, ends.auroc)
left = (at_mean - ends.auroc_without) / (at_mode - ends.auroc_without)
how_much = "about half" if 0.25 < left < 0.75 else "all of it" if left > 0.5 else "nothing"

# %% tags=["remove-input"]
lesson.answer(
    "01 left at the mean",
    how_much,
    """
    {at_mean:.0f} pairs: fewer artificial errors are left below the mode, and images there score
    higher again. At a spread of 0.7 the mean is even worse than no artificial errors. But a mode
    that is 8% off, as by one bad image, costs less than half a pair; and at 5% false alarms as many
    anomalies are found, wherever the artificial errors end between 0.4 and 1.1. (The error itself
    wins 86, too. To it the lowest errors are the most normal; to $-\\ln p_0$ they are not, and the
    artificial errors repair that.)

    On the right is the *guarantee* of lesson 02: up to where the artificial errors end, real and
    artificial ones together are denser than the noise, at least by this much. It is lost a
    little beyond the mean. So Eq. 9 need not be exact. The proof needs an end that is not above the
    mean, and Eq. 9's never is.
    """,
    picture=lesson.figure(
        lesson.draw_ends,
        ends,
        size=(7.5, 3),
        caption="Left: detection is best near the mode, and at the mean half of the gain is lost. "
        "Right: the guarantee is lost beyond it. (From the kink on the lowest errors decide.)",
        alt=f"Left: the AUROC is {ends.auroc.max():.2f} near the mode, {at_mean:.2f} at the mean. "
        "Right: the least margin falls, below zero beyond the mean.",
    ),
    at_mean=100 * at_mean,
)

# %% [markdown]
# ## Recap
#
# - Errors are skewed, as if many factors multiplied; $\ln z$ is close to Gaussian. That is a
#   finding about these images, not a law.
# - Mode, median, mean are $e^{\mu - \sigma^2}$, $e^\mu$ and $e^{\mu + \sigma^2/2}$. In ratios the
#   mode moves twice as fast as the mean; in differences the mean is faster, from $\sigma = 0.68$
#   on.
# - Eq. 9: $m_z = \mu_z (1 + \sigma_z^2/\mu_z^2)^{-3/2}$. The spread alone says how far they are
#   apart.
# - One image far out can move the mode of Eq. 9 by more than the mean, and the other way. That
#   costs little. The guarantee's proof needs $m_z \le \mu_z$, and detection an end near the mode.
#
# ## Questions
#
# 1. A gamma variable is skewed too; its mode is $\mu_z - \sigma_z^2 / \mu_z$. Compare it with Eq. 9
#    at spread 0.4, and at spread 1.
#
# <details><summary>Answer</summary>
#
# At 0.4: 0.84 of the mean against 0.80, nearly the same. At 1: 0 against 0.35. What the family is
# matters where features are widely spread.
# </details>
#
# 2. You put $\ln z_e$ into the composite feature instead of $z_e$. How much of the Gaussian noise
#    now lies where no error can be? What must the score have in addition?
#
# <details><summary>Answer</summary>
#
# None: each value of $\ln z_e$ belongs to a positive error. The density of $z_e$ is that of
# $\ln z_e$ over $z_e$, so minus its logarithm has the term $\ln z_e$ in addition.
# </details>
#
# 3. Half of your images are easy and half are hard, and $\ln z_e$ is Gaussian in each class, with
#    one deviation. When is $\ln z_e$ of all images nearly Gaussian, and what does the quantile plot
#    look like if not?
#
# <details><summary>Answer</summary>
#
# When the two means of $\ln z_e$ are no more than about that deviation apart. At two there is still
# one peak, but a flat one, and you see it in the plot. If they are farther, the plot is an S around
# the middle: steep between the two classes, where few values are, flat within each.
# </details>
#
# 4. The moments are taken over the *training* images (Sec. 3.4). Is the mode too large or too small
#    for new images? Try it: `detector.composite_features(split.train)[:, -2]`.
#
# <details><summary>Answer</summary>
#
# Too small: the autoencoder knows these images, and rebuilds them better. In this lesson the mode
# of the training errors is between a half and nine tenths of that of new ones. The noise gets too
# small a mean and deviation, too, so section 5, where only the end moved, does not say the cost.
# </details>
#
# ## Going deeper
#
# [Slips of notation, and what they cost](going_deeper/01b_slips_of_notation.ipynb): variance or
# deviation, `loc` and `scale`, and how many more images the moments of $z$ need.
#
# ## Where to read on
#
# - Liao and Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*: Sec. 3.4,
#   App. B.
# - E. Limpert, W. A. Stahel and M. Abbt, *Log-normal Distributions across the Sciences: Keys and
#   Clues*, 2001.

# %% tags=["remove-input"]
lesson.calibration()
