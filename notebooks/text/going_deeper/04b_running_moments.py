# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 30
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
# # 04b · Running moments
#
# **You need:** [lesson 04](../04_composite_features.ipynb). This notebook goes deeper than the
# lesson; nothing later needs it. When you are done, you can answer:
#
# 1. The coordinates of $z$ have very different sizes. Whom does that bother?
# 2. How do you get mean and covariance of a million images, batch by batch?
# 3. Where does the paper's derivation slip, and does it matter?
# 4. Why $1/n$, and why float64?

# %%
from cance_edu.course import lesson04 as lesson

# %% [markdown]
# ## 1 · The coordinates side by side
#
# Here are the recorded features of MNIST's eights: six latents of an autoencoder, error, and
# dissimilarity.

# %%
recording = lesson.recordings.load("mnist_eights")
training, tested = recording["train_features"], recording["test_features"]
deviations = training.std(0)
correlations = lesson.np.abs(lesson.np.corrcoef(training.T) - lesson.np.eye(8))
among, with_latents = correlations[:6, :6].max(), correlations[:6, 6:].max()

# %% tags=["remove-input"]
lesson.tell(
    r"""
    Latents have deviations from {low:.2f} to {high:.2f}, the error {error:.3f}, the dissimilarity
    {other:.3f}. Two latents correlate by at most {among:.2f}; a latent with $z_e$ or $z_c$ by up to
    {with_latents:.2f}: some shapes are harder to rebuild. $z_e$ and $z_c$ correlate by
    {both:.2f} (more in 02b: other images, another autoencoder). So $\hat\Sigma$ is not diagonal.
    Noise made from its diagonal alone would pair a large $z_e$ with a small $z_c$ as often as with
    a large one.
    """,
    low=deviations[:6].min(),
    high=deviations[:6].max(),
    error=deviations[6],
    other=deviations[7],
    among=among,
    with_latents=with_latents,
    both=correlations[6, 7],
)

# %% tags=["remove-input"]
lesson.predict(
    "04b units",
    "Multiply $z_e$ by 1,000 and $z_c$ by 100. Two detectors rank the test images anew: the "
    "Mahalanobis distance to a Gaussian, and the distance to the nearest training image. Whose "
    "ranking changes?",
    options=["the Gaussian's", "the nearest neighbour's", "both", "neither"],
)


# %%
def rankings(units):
    ours, theirs = training * units, tested * units
    nearest = lesson.NearestNeighbors(n_neighbors=1).fit(ours).kneighbors(theirs)[0][:, 0]
    scores = lesson.squared_mahalanobis(ours, theirs), nearest
    return [each.argsort(kind="stable") for each in scores]


# %%
before, after = rankings(1), rankings(lesson.np.array([1, 1, 1, 1, 1, 1, 1000, 100]))
names = ("the Gaussian's", "the nearest neighbour's")
moved = [n for n, old, new in zip(names, before, after, strict=True) if (old != new).any()]

# %% tags=["remove-input"]
lesson.answer(
    "04b units",
    moved[0] if len(moved) == 1 else ("both" if moved else "neither"),
    r"""
    A Gaussian's covariance undoes any change of units: for a column $z$ with its mean subtracted
    $(Az)^T (A \Sigma A^T)^{-1} (Az) = z^T \Sigma^{-1} z$. Distances do not. As they stand, $z_e$
    and $z_c$ hardly count in them. A network cares too: its first weights suit inputs of size 1. So
    $T$ is given $z$ standardised.
    """,
)

# %% [markdown]
# ## 2 · Moments in batches
#
# The noise of lesson 05 needs $\hat\mu$ and $\hat\Sigma$ of all training images. A million images
# do not pass through an encoder at once, so the paper's Appendix A updates both from batch to
# batch. There, each $z_i$ is a *row*, and $(z_i - \mu)^T (z_i - \mu)$ is a matrix.
#
# You have seen $n_t$ points with mean $\mu^{(t)}$ and covariance $\Sigma^{(t)}$. A batch of $n_b$
# comes with $\mu^{(b)}$ and $\Sigma^{(b)}$. Together they are $n = n_t + n_b$. A sum is the number
# of its terms times their mean, so
#
# $$\mu^{(t+1)} = \frac{n_t\, \mu^{(t)} + n_b\, \mu^{(b)}}{n} \tag{13}$$
#
# And with $\Delta = \mu^{(t)} - \mu^{(b)}$
#
# $$\Sigma^{(t+1)} = \frac{n_t}{n} \Sigma^{(t)} + \frac{n_b}{n} \Sigma^{(b)}
#   + \frac{n_t n_b}{n^2}\, \Delta^T \Delta \tag{14}$$
#
# The first two terms are the spread *within* old and new points, the third is the spread *between*
# their means. All you keep is $n$, $d + 2$ means and $(d + 2)^2$ covariances, however many images
# there are.
#
# <details><summary>How to get there</summary>
#
# *Old points.* Put their own mean in between: $z_i - \mu^{(t+1)} = (z_i - \mu^{(t)}) + \delta_t$
# with $\delta_t = \mu^{(t)} - \mu^{(t+1)} = \frac{n_b}{n} \Delta$. Expand:
#
# $$\begin{aligned}
# \sum_{i \le n_t} (z_i - \mu^{(t+1)})^T (z_i - \mu^{(t+1)})
#  &= n_t \Sigma^{(t)} + n_t\, \delta_t^T \delta_t \\
#  &\quad + \Big[\sum_{i \le n_t} (z_i - \mu^{(t)})\Big]^T \delta_t
#          + \delta_t^T \Big[\sum_{i \le n_t} (z_i - \mu^{(t)})\Big]
# \end{aligned}$$
#
# Deviations from a mean sum to zero, so the second line vanishes. What is left is
# $n_t\, \Sigma^{(t)} + \frac{n_t n_b^2}{n^2} \Delta^T \Delta$.
#
# *New points.* The same with $t$ and $b$ exchanged. Add both and divide by $n$; the fractions have
# the sum $n_t n_b (n_b + n_t) / n^2 = n_t n_b / n$.
# </details>
#
# **Your turn.** Write Eq. 14 for arrays of NumPy.

# %%
from cance_edu.classroom import check


def my_merge(n_t, mean_t, covariance_t, n_b, mean_b, covariance_b):
    return ...


check.merge_covariances(my_merge)

# %% [markdown]
# <details><summary>One answer</summary>
#
# ```python
# n, apart = n_t + n_b, mean_t - mean_b
# within = n_t / n * covariance_t + n_b / n * covariance_b
# return within + n_t * n_b / n**2 * np.outer(apart, apart)
# ```
#
# after `import numpy as np`.
# </details>
#
# To see it move, take $z_e$ and $z_c$ of images that principal components rebuild, and feed the
# training images in the least random order: from the darkest to the brightest, in twelve batches.

# %% tags=["remove-input"]
lesson.predict(
    "04b order",
    "Dark images have large dissimilarities. How does the ellipse after the last batch differ from "
    "that of all images at once?",
    options=[
        "the same ellipse",
        "it lies too far towards the bright images",
        "it lies too far towards the dark images",
        "it is too narrow",
    ],
)

# %%
split = lesson.lesson_split(lesson.normal, random_state=lesson.seed)
points = lesson.features(lesson.principal_components(split), split.train)
from_dark_to_bright = lesson.np.argsort(split.train.mean((1, 2, 3)))
frames = lesson.running_frames(points[from_dark_to_bright, -2:], 12)
gaps = [lesson.np.abs(frame.ellipse - frame.full_ellipse).max() for frame in frames]
at_first, at_last = (frames[i].batch.mean(0) for i in (0, 11))

# %% tags=["remove-input"]
lesson.answer(
    "04b order",
    "the same ellipse" if gaps[-1] < 1e-10 else "it is too narrow",
    """
    The order changes the path and not its end. The first batch, of dark images, has a mean $z_c$ of
    {first:.4f}, the last one {last:.4f}; the ellipses differ by {gap:.0e} in the end, which is
    round-off.
    """,
    picture=lesson.figure(
        lesson.draw_running,
        *(frames, (0, 5, 11)),
        size=(9, 3),
        caption="The running ellipse (95% of the Gaussian) starts apart from that of all data, and "
        "lies on it after the last batch. It reaches below $z_c = 0$, where no image can be.",
        alt="Three panels after 1, 6 and 12 batches: the running ellipse starts apart from the "
        "dashed one, and lies on it in the end.",
    ),
    first=at_first[1],
    last=at_last[1],
    gap=gaps[-1],
)

# %%
lesson.moments_animation(frames, "The running ellipse wanders until it lies on the dashed one.")

# %% [markdown]
# Eq. 14 is no approximation. It holds for batches of any sizes, of one point each as well: such a
# batch has mean $z_i$ and covariance 0.

# %%
n, exact = len(points), lesson.np.cov(points.T, bias=True)
random = lesson.np.random.default_rng(lesson.seed)
cuts = lesson.np.sort(random.choice(lesson.np.arange(1, n), 20, replace=False))
all_cuts = {"one batch": [], "batches of one": range(1, n), "21 of random sizes": cuts}
ways = {name: lesson.running(lesson.np.split(points, cut)) for name, cut in all_cuts.items()}
off_by = {k: lesson.np.abs(m.covariance.numpy() - exact).max() for k, m in ways.items()}

# %% tags=["remove-input"]
lesson.tell(
    "All at once, one by one or in 21 batches of random sizes: the covariance, now with the "
    "latents, is that of all points to {worst:.0e}.",
    worst=max(off_by.values()),
)

# %% [markdown]
# ## 3 · Slips in Appendix A
#
# The paper writes out the second sum too, and its cross terms there are
#
# $$\sum_{i > n_t} (z_i - \mu^{(b)})^T (\mu^{(t)} - \mu^{(t+1)})
#   \qquad\text{and}\qquad
#   \sum_{i > n_t} (\mu^{(b)} - \mu^{(t+1)})^T (z_i - \mu^{(t)})$$
#
# where the expansion has $\mu^{(b)} - \mu^{(t+1)}$ in the first and $z_i - \mu^{(b)}$ in the
# second. From the next line on both are gone.

# %% tags=["remove-input"]
lesson.predict(
    "04b slips",
    "Deviations from their own mean sum to zero. Which of the two sums, as printed, is zero?",
    options=["both", "the first alone", "the second alone", "neither"],
)

# %%
old, new = points[: n // 3], points[n // 3 :]
n_t, n_b, mean_t, mean_b = len(old), len(new), old.mean(0), new.mean(0)
mean = lesson.merge_means(n_t, mean_t, n_b, mean_b)
first_printed = lesson.np.einsum("ij,k->jk", new - mean_b, mean_t - mean)
second_printed = lesson.np.einsum("j,ik->jk", mean_b - mean, new - mean_t)
second_meant = lesson.np.einsum("j,ik->jk", mean_b - mean, new - mean_b)
vanish = [lesson.np.abs(term).max() < 1e-10 for term in (first_printed, second_printed)]

# %% tags=["remove-input"]
lesson.answer(
    "04b slips",
    {(True, True): "both", (True, False): "the first alone", (False, True): "the second alone"}.get(
        tuple(map(bool, vanish)), "neither"
    ),
    r"""
    The first slip does no harm. In the second sum $\mu^{(b)} - \mu^{(t+1)} = -\frac{n_t}{n} \Delta$
    meets $\sum (z_i - \mu^{(t)}) = -n_b \Delta$. It is $\frac{n_t n_b}{n} \Delta^T \Delta$, with
    entries up to {printed:.1f} here: taken at its word it would count the spread between the means
    twice. The paper drops it, as if the right one stood there, which is {meant:.0e}, and so arrives
    at the right Eq. 14.
    """,
    printed=lesson.np.abs(second_printed).max(),
    meant=lesson.np.abs(second_meant).max(),
)

# %% [markdown]
# ## 4 · Why $1/n$, and why float64
#
# *1/n.* Statistics packages often divide by $n - 1$. Eq. 14 needs sums, and $n_t \Sigma^{(t)}$ is
# one if $\Sigma^{(t)}$ was divided by $n_t$. With $n - 1$ you would have to change all three
# weights, and a batch of one has no covariance: $0/0$.

# %%
covariances = {bias: [lesson.np.cov(p.T, bias=bias) for p in (old, new, points)] for bias in (1, 0)}
merged = {
    bias: lesson.merge_covariances(n_t, mean_t, one, n_b, mean_b, other)
    for bias, (one, other, _) in covariances.items()
}
largest = lesson.np.abs(exact).max()
wrong_by = {b: lesson.np.abs(merged[b] - covariances[b][2]).max() / largest for b in (1, 0)}

# %% tags=["remove-input"]
lesson.tell(
    "Merged from two parts by Eq. 14 as it stands, the covariance is off by {biased:.0e} of its "
    "largest entry with $1/n$, and by {other:.1e} with $1/(n - 1)$.",
    biased=wrong_by[1],
    other=wrong_by[0],
)

# %% [markdown]
# *float64.* Add 100 to every $z_e$: no variance may notice. Compute it as textbooks do, the mean of
# squares minus the square of the mean, in float32, which keeps seven digits.

# %% tags=["remove-input"]
lesson.predict(
    "04b float32",
    "The variance is less than 0.0002. What does the textbook's formula give in float32?",
    options=["the variance, to 1%", "the variance, to 30%", "something else entirely"],
)


# %%
def textbook(values):
    return (values**2).mean() - values.mean() ** 2


def one_by_one(values):  # Eq. 13 and 14, one image at a time, in the values' own precision
    mean, covariance = values[:1], 0 * values[:1, None]
    for n, value in enumerate(values[1:, None], 1):
        covariance = lesson.merge_covariances(n, mean, covariance, 1, value, 0 * covariance)
        mean = lesson.merge_means(n, mean, 1, value)
    return covariance.item()


# %%
error = points[:, -2]
variance, kinds = error.var(), ("float32", "float64")
by_textbook = [textbook((error + 100).astype(kind)) for kind in kinds]
by_eq_14 = [one_by_one((error + 100).astype(kind)) for kind in kinds]
far_away = [one_by_one((error + 10_000).astype(kind)) for kind in kinds]
step = lesson.np.spacing(lesson.np.float32(100**2))  # from one number of float32 to the next
off = abs(by_textbook[0] / variance - 1)

# %% tags=["remove-input"]
lesson.answer(
    "04b float32",
    "the variance, to 1%"
    if off < 0.01
    else "the variance, to 30%"
    if off < 0.3
    else "something else entirely",
    """
    The variance is {variance:.3e}. Both formulas, both precisions:

    | | float32 | float64 |
    |---|---|---|
    | textbook | {t0:.2e} | {t1:.3e} |
    | Eq. 14, one image at a time | {e0:.3e} | {e1:.3e} |
    | Eq. 14, with 10,000 added | {f0:.3e} | {f1:.3e} |

    The textbook's formula subtracts two numbers near 10,000, where float32 goes in steps of
    {step:.5f}. So it returns a multiple of that, here {steps:+.0f} times: a variance may come out
    negative. Eq. 14 subtracts before it squares, and needs no float64 here. But further from zero
    float32 rounds the running mean too coarsely with each image: there it takes float64 as well.
    """,
    variance=variance,
    step=step,
    steps=by_textbook[0] / step,
    **{f"t{i}": value for i, value in enumerate(by_textbook)},
    **{f"e{i}": value for i, value in enumerate(by_eq_14)},
    **{f"f{i}": value for i, value in enumerate(far_away)},
)

# %% [markdown]
# ## Recap
#
# - A Gaussian undoes a change of units; distances and networks do not.
# - Eq. 13 and 14 are exact for batches of any size and order, with $1/n$.
# - One cross term that Appendix A prints is not zero; the one it meant is zero.
# - Subtract the mean before you square; use float64 besides.
#
# ## Questions
#
# 1. Two computers have seen half of the images each. Which numbers must they exchange to know the
#    moments of all?
#
# <details><summary>Answer</summary>
#
# One sends its number of images, its mean and its covariance; the other merges them by Eq. 13 and
# 14. No image has to travel.
# </details>
#
# 2. A stream never ends, and its images slowly change. What would you alter in Eq. 13 and 14?
#
# <details><summary>Answer</summary>
#
# Let old points count less: cap $n_t$ at some number. Then a batch keeps a fixed weight, and the
# moments follow the stream.
# </details>
#
# ## Where to read on
#
# - Liao and Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*: Appendix A.
# - Chan, Golub and LeVeque, *Algorithms for Computing the Sample Variance: Analysis and
#   Recommendations* (1983): Eq. 14 for one variable, and what rounding does to its rivals.

# %% tags=["remove-input"]
lesson.calibration()
