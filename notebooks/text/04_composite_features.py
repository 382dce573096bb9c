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
# # 04 · Composite features
#
# **You need:** lessons 00 and 03; mean and covariance of a random vector; principal components.
#
# When you are done, you will be able to
#
# 1. compute the composite feature $z = (z_l, z_e, z_c)$ of an image, part by part;
# 2. show images that the error misses and the latents find, and the other way round;
# 3. say why latents miss noise;
# 4. say what $z_c$ knows that $z_e$ does not, with the formula that ties the two together;
# 5. take the latents from principal components instead of an autoencoder, and say what you lose.

# %%
from cance_edu.course import lesson04 as lesson

# %% tags=["remove-input"]
lesson.strip("features")

# %% [markdown]
# ## 1 · Two numbers beside the latents
#
# An encoder $E$ makes $d$ latents of an image, and a decoder $D$ makes an image of the latents. The
# composite feature keeps the latents, and two numbers that say how good the reconstruction is
# (Sec. 3.2). With $d_0$ pixels,
#
# $$x' = D(E(x)), \qquad z = (z_l, z_e, z_c) \in \mathbb R^{d+2}$$
#
# $$z_l = E(x), \qquad z_e = \frac{\lVert x - x' \rVert^2}{d_0}, \qquad
#   z_c = \frac12 \left(1 - \frac{x^T x'}{\lVert x \rVert\, \lVert x' \rVert}\right)$$
#
# The order is fixed: `z[:, -2]` is the error and `z[:, -1]` the dissimilarity, however many latents
# there are.

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_reconstructions,
    *(lesson.pictured().image, lesson.pictured().reconstruction),
    *(lesson.pictured().features, lesson.pictured().name),
    size=(4.6, 4.4),
    caption="An autoencoder of MNIST's eights at work, recorded. The error is the mean of the "
    "squared difference; the dissimilarity asks how much image and reconstruction point in "
    "different directions.",
    alt="Three columns: an ordinary eight, an ugly eight and a one; below each what is rebuilt, "
    "where they differ, and z_e and z_c.",
)

# %% [markdown]
# **Your turn.** Write the two features, for images of any shape. An image that is black has no
# direction: take its cosine as 0, so that $z_c = 1/2$.

# %%
from cance_edu.classroom import check


def my_reconstruction_features(inputs, reconstructions):
    return ...  # shape (n, 2): z_e and z_c


check.reconstruction_features(my_reconstruction_features)

# %% [markdown]
# <details><summary>One answer</summary>
#
# ```python
# x, y = (a.reshape(len(a), -1) for a in (inputs, reconstructions))
# lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
# cosine = (x * y).sum(1) / np.where(lengths == 0, 1, lengths)
# return np.stack([((x - y) ** 2).mean(1), (1 - cosine) / 2], axis=1)
# ```
#
# after `import numpy as np`.
# </details>
#
# ## 2 · Neither latents nor error suffice
#
# Where do encoder and decoder come from? Begin with the plainest pair there is: 16 principal
# components. To encode is to project on them and divide each by its deviation, to decode is to add
# them up again. Nothing is trained. The images are the 8×8 digits, and the even ones are normal;
# pictures marked *MNIST, recorded* come from an autoencoder of a thousand eights, trained
# beforehand (the strip's three images, from one of all eights).
#
# Some normal images are held out. The anomalies are four small defects: *erased*, a patch of a
# quarter of the height and width around a bright pixel is black; *line*, one bright row or column;
# *shift*, all is moved by an eighth of the width; *noise*, Gaussian of deviation 0.2 on each pixel,
# clipped to [0, 1]. Then *faint* images with half the brightness and *bright* ones with 1.6 times
# the brightness, as if the scanner's lamp were dying or new; and all other digits.

# %%
split = lesson.lesson_split(lesson.normal, random_state=lesson.seed)
held_out, anomalies = split.test[~split.is_anomaly], lesson.kinds_of_anomalies(split)
sources = lesson.sources_of_latents(split)
z_train, z_normal, z_odd = {}, {}, {}
for name, source in sources.items():
    z_train[name] = lesson.features(source, split.train)
    z_normal[name] = lesson.features(source, held_out)
    z_odd[name] = {kind: lesson.features(source, x) for kind, x in anomalies.items()}

# %% [markdown]
# Each part of $z$ is judged on its own, by the same simple judge: fit a Gaussian to the training
# images' features, and score by minus its logarithm. That is half the squared Mahalanobis distance,
#
# $$-\ln \mathcal N(z;\, \hat\mu, \hat\Sigma)
#   = \tfrac12 (z - \hat\mu)^T \hat\Sigma^{-1} (z - \hat\mu) + \text{const}.$$

# %% tags=["remove-input"]
lesson.predict(
    "04 faint",
    "Somebody halves the brightness of the normal images. For how many of them does the "
    "reconstruction error get *smaller*?",
    unit="%",
    within=0.1,
)

# %%
ours = lesson.compare_features(z_train[lesson.first], z_normal[lesson.first], z_odd[lesson.first])
easier = (z_odd[lesson.first]["faint"][:, -2] < z_normal[lesson.first][:, -2]).mean()
both_kinds = {kind: z_odd[lesson.first][kind] for kind in (lesson.hard, "noise")}
two = lesson.compare_features(z_train[lesson.first], z_normal[lesson.first], both_kinds)
mnist = lesson.mnist_comparison()
medians = {kind: lesson.np.median(p[:, 0]) for kind, p in lesson.mnist_planes().items()}

# %% tags=["remove-input"]
lesson.answer(
    "04 faint",
    easier,
    """
    Half the brightness makes an image *easier* to rebuild. The latents see that it lies at an
    unusual place: the error's AUROC on {hard} images is {error:.0%}, the latents' {latents:.0%}.
    With noise it is the other way round, {noise_error:.0%} against {noise_latents:.0%}. All of $z$
    finds both ({z:.0%} and {noise_z:.0%}).

    On MNIST nobody has to tamper with images. A handwritten one has so little ink that an
    autoencoder of eights rebuilds it with a smaller error than an eight (median {ones_median:.3f},
    of eights {eights_median:.3f}; AUROC by this judge {ones_error:.0%}); its latents give it away
    ({ones_latents:.0%}). Zeros are hard to rebuild: the error finds them.
    """,
    picture=lesson.figure(
        lesson.draw_comparisons,
        {
            f"{split.name} ({lesson.first})": two,
            "MNIST, recorded: normal 8": mnist,
        },
        size=(8.6, 3),
        caption="Left, each half misses a kind that the other finds; right, the error misses the "
        "ones. **All of $z$ is far to the right for both kinds.**",
        alt="AUROC of latents, error, both, and all of z, for two kinds of anomalies each on the "
        "digits and on MNIST.",
    ),
    hard=lesson.hard,
    error=two.auroc("error", lesson.hard),
    latents=two.auroc("latents", lesson.hard),
    z=two.auroc("all of z", lesson.hard),
    noise_error=two.auroc("error", "noise"),
    noise_latents=two.auroc("latents", "noise"),
    noise_z=two.auroc("all of z", "noise"),
    ones_error=mnist.auroc("error", "ones"),
    ones_median=medians["ones"],
    eights_median=medians["eights"],
    ones_latents=mnist.auroc("latents", "ones"),
)

# %% [markdown]
# One thing flatters the error on faint images. A Gaussian has two tails, so an unusually *small*
# error counts as anomalous too; on the other kinds the second tail costs a little. The paper's
# variant *Error* takes $z_e$ as it is, and more is more anomalous.

# %%
error_normal, error_hard = (z[:, -2] for z in (z_normal[lesson.first], both_kinds[lesson.hard]))
as_it_is = lesson.area(error_normal, error_hard)
wins = (ours.aurocs[-1] > ours.aurocs[:2].max(0)).sum()  # of the columns latents and error
rows = [" | ".join(f"{100 * a:.0f}" for a in areas) for areas in ours.aurocs.T]
table = "\n".join(f"| {kind} | {row} |" for kind, row in zip(ours.kinds, rows, strict=True))

# %% tags=["remove-input"]
lesson.predict(
    "04 both halves",
    f"For how many of the {len(ours.kinds)} kinds of anomalies is all of $z$ better than the "
    "latents alone *and* better than the error alone?",
    unit=f"of {len(ours.kinds)}",
    within=0,
)

# %% tags=["remove-input"]
lesson.answer(
    "04 both halves",
    wins,
    """
    AUROC, percent, by the Gaussian with its two tails:

    | anomalies | latents | error | latents, error | all of z |
    |---|---|---|---|---|
    {table}

    On noise the error alone is better, yet no other column has so good a worst kind. Composite
    features are an **insurance**: here they are better than the worse half for each kind, and you
    do not know beforehand which kind will come. By $z_e$ *as it is* the {hard} images have an AUROC
    of {as_it_is:.0%}: worse than a coin.
    """,
    table=table,
    hard=lesson.hard,
    as_it_is=as_it_is,
)

# %% [markdown]
# Is it the Gaussian's fault that the latents do not see noise? The paper's density is learnt by
# noise contrastive estimation, the subject of lesson 05. `latnce` is that density of the latents,
# `cnce` that of all of $z$.

# %%
learned = {}
settings = {"latent_dim": lesson.latent_dim, "steps": 800, "random_state": lesson.seed}
for variant in ("latnce", "cnce"):
    detector = lesson.CANCE(variant, representation=sources[lesson.first], **settings)
    usual = detector.fit(split.train).anomaly_score(held_out)
    for kind in (lesson.hard, "noise"):
        learned[variant, kind] = lesson.area(usual, detector.anomaly_score(anomalies[kind]))

# %% tags=["remove-input"]
lesson.tell(
    """
    Hardly. A learnt density of the latents has an AUROC of {hard:.0%} on {kind} images and
    {noise:.0%} on noise; one of all of $z$ has {z_hard:.0%} and {z_noise:.0%}. **The blindness lies
    mostly in the features.**
    """,
    kind=lesson.hard,
    hard=learned["latnce", lesson.hard],
    noise=learned["latnce", "noise"],
    z_hard=learned["cnce", lesson.hard],
    z_noise=learned["cnce", "noise"],
)

# %% [markdown]
# ## 3 · Why
#
# *Noise.* A latent is a weighted sum over all pixels; the weights are a principal direction, a
# vector of length 1. Add to each of 64 pixels independent noise of variance $s^2 = 0.04$.

# %% tags=["remove-input"]
lesson.predict(
    "04 unit vector",
    "What variance has the noise along such a direction?",
    options=["s²/64: it averages out", "s²", "64 s²: it adds up"],
)

# %%
shape = held_out.shape
noise = lesson.np.random.default_rng(lesson.seed).normal(scale=0.2, size=shape).astype("float32")
unclipped = held_out + noise
directions = lesson.along_directions(split.train, held_out, unclipped)
along_latents = directions.disturbance[: lesson.latent_dim].mean()
size = along_latents / 0.2**2
choices = {"s²/64: it averages out": 1 / 64, "s²": 1, "64 s²: it adds up": 64}
kept = min(choices, key=lambda name: abs(lesson.np.log(size / choices[name])))

# %% tags=["remove-input"]
lesson.answer(
    "04 unit vector",
    kept,
    r"""
    For a unit vector $v$, $\operatorname{Var}(v^T n) = s^2 \|v\|^2 = s^2$. (A mean, with weights
    1/64, would have $s^2 / 64$; but a mean is no unit vector. An earlier edition of this lesson
    said "it averages out", too.)

    So **a unit vector keeps the noise's variance**. What differs is the *data*. Summed along the
    {dims} latents normal images have a variance of {wide:.1f}, to which noise adds
    {wide_noise:.1f}; in the directions left out they have {narrow:.1f}, and noise adds
    {narrow_noise:.1f}. That is what $z_e$ sees.
    """,
    picture=lesson.figure(
        lesson.draw_directions,
        directions,
        lesson.latent_dim,
        size=(6.5, 3.2),
        caption="The noise is the same in each direction; the images are not. In each latent it "
        "is smaller than their spread, in most directions left out it is larger.",
        alt="Variance along the principal directions: the images' falls from "
        f"{directions.data[0]:.1f} to nearly 0, the noise's is level at 0.04.",
    ),
    dims=lesson.latent_dim,
    wide=directions.data[: lesson.latent_dim].sum(),
    wide_noise=directions.disturbance[: lesson.latent_dim].sum(),
    narrow=directions.data[lesson.latent_dim :].sum(),
    narrow_noise=directions.disturbance[lesson.latent_dim :].sum(),
)

# %% [markdown]
# Then noise should widen the latents, and their AUROC should be somewhat above one half. It was
# *below*. There is one more thing: noisy images were clipped to $[0, 1]$, like all images.

# %% tags=["remove-input"]
lesson.predict(
    "04 unclipped",
    "Add the same noise and do not clip. What AUROC do the latents of principal components reach?",
    unit="%",
    within=0.08,
)

# %%
pca, d = sources["PCA"], lesson.latent_dim
with_noise = {"clipped": unclipped.clip(0, 1), "unclipped": unclipped}
latents = {name: lesson.features(pca, x)[:, :d] for name, x in with_noise.items()}
latents |= {"training": z_train["PCA"][:, :d], "normal": z_normal["PCA"][:, :d]}
distances = {k: lesson.squared_mahalanobis(latents["training"], v) for k, v in latents.items()}
areas = {k: lesson.area(distances["normal"], distances[k]) for k in with_noise}
spreads = {name: (values**2).mean() for name, values in latents.items()}
contrast = lesson.np.polyfit(held_out.ravel(), with_noise["clipped"].ravel(), 1)[0]

# %% tags=["remove-input"]
lesson.answer(
    "04 unclipped",
    areas["unclipped"],
    r"""
    Clipped, it is {clipped:.0%}. A latent of normal images has a mean square of {normal:.2f};
    noise makes it {free:.2f} (theory: $1 + \overline{0.04 / \lambda_j}$ = {theory:.2f}, with the
    variances $\lambda_j$ of the figure). **Clipping made the AUROC fall below one half**: it lifts
    black pixels and lowers white ones, so that a noisy image is about {contrast:.2f} times the
    image plus some grey. Less contrast pulls the latents inwards, to about {contrast:.2f}² =
    {less:.2f} without any noise, and happens to hide what that adds: with both the mean square is
    {pulled:.2f}.
    """,
    clipped=areas["clipped"],
    normal=spreads["normal"],
    free=spreads["unclipped"],
    theory=1 + (0.04 / directions.data[:d]).mean(),
    contrast=contrast,
    less=contrast**2,
    pulled=spreads["clipped"],
)

# %% [markdown]
# *Faint images.* With principal components $x'$ is an affine function of $x$, and so is what is
# left, $r(x) = x - x'$. Halfway between an image and the black one both are halfway too:
#
# $$r\big(\tfrac12 x\big) = \tfrac12 r(x) + \tfrac12 r(0)
#   \quad\Longrightarrow\quad
#   z_e\big(\tfrac12 x\big) = \tfrac14 z_e(x) + \tfrac14 z_e(0) + \frac{r(x)^T r(0)}{2 d_0} .$$
#
# The last term is 0 on average, since $r(x)$ has mean zero over the training images. Unless black
# is rebuilt three times as badly as a normal image, the error gets smaller.

# %%
black = lesson.features(pca, 0 * held_out[:1])[0]
usual_z, faint_z = (z[:, -2:].mean(0) for z in (z_normal["PCA"], z_odd["PCA"]["faint"]))
quarter = (usual_z[0] + black[-2]) / 4
lesson.figure(
    lesson.draw_reconstructions,
    *lesson.altered_images(pca, held_out, anomalies),
    size=(7.4, 4.4),
    caption=f"Mean $z_e$ of normal images {usual_z[0]:.4f}, of black {black[-2]:.4f}: a quarter of "
    f"both is {quarter:.4f}. Faint images have {faint_z[0]:.4f}. **Their $x'$ is half the normal "
    "image's and half of black's.**",
    alt="Five columns: a normal image, the same half as bright, black, with noise, and brighter; "
    "below each what is rebuilt, where they differ, and z_e and z_c.",
)

# %% [markdown]
# ## 4 · What $z_c$ knows
#
# $z_e$ and $z_c$ are made of the same two vectors. Write $q = \lVert x' \rVert / \lVert x \rVert$
# for the ratio of their lengths, and $\bar e = \lVert x \rVert^2 / d_0$ for the image's *energy*.
#
# $$d_0\, z_e = \lVert x \rVert^2 - 2\, x^T x' + \lVert x' \rVert^2
#   \quad\Longrightarrow\quad
#   \boxed{\; z_e = \bar e \left[ (1 - q)^2 + 4 q\, z_c \right] \;}$$
#
# The error mixes three things: how bright the image is ($\bar e$), a reconstruction of wrong length
# ($q$), and one of wrong shape ($z_c$). The dissimilarity is the shape alone.

# %% tags=["remove-input"]
lesson.predict(
    "04 scaling",
    "You halve the brightness of the image and of its reconstruction. What becomes of the two?",
    options=[
        "z_e halves, z_c halves",
        "z_e falls to a quarter, z_c stays",
        "z_e falls to a quarter, z_c halves",
        "z_e stays, z_c halves",
    ],
)

# %%
arrows = {name: lesson.two_vectors(*pair) for name, pair in lesson.pairs_of_vectors().items()}
whole, half = arrows["an ordinary eight"], arrows["both half as bright"]
times = half.error / whole.error, half.dissimilarity / whole.dissimilarity
words = {0.5: "halves", 0.25: "falls to a quarter", 1: "stays"}
halved = ", ".join(f"z_{n} {words[round(t, 6)]}" for n, t in zip("ec", times, strict=True))

# %% tags=["remove-input"]
lesson.answer(
    "04 scaling",
    halved,
    """
    The dashed line is halved, and $z_e$ is its square; the angle is what it was. Scale $x'$ alone,
    and $z_c$ stays again: it cannot see that a reconstruction has the right shape and the wrong
    brightness. The error can. Each is blind to something.
    """,
    picture=lesson.figure(
        lesson.draw_vectors,
        arrows,
        size=(7.4, 4.7),
        caption="Images and reconstructions as arrows, as long as their root mean square. The "
        "dashed line squared is $z_e$; the angle alone makes $z_c$.",
        alt="Six panels with two arrows each and a dashed line between their tips: an ordinary "
        "eight; half as long; a shorter reconstruction; wider angles with noise and with a wrong "
        "shape; and a one, with a short dashed line.",
    ),
)

# %% [markdown]
# A good reconstruction has $q \approx 1$, and then $z_e \approx 4 \bar e\, z_c$. On logarithmic
# axes images of one brightness lie along a line of slope 1, a darker kind along one further left.
#
# **Move it yourself.** Each slider does one thing to the ordinary eight; small dots are other
# eights of MNIST. Which sliders move the point out of their cloud, and in which direction? Can you
# make an image whose error is an ordinary eight's, and whose dissimilarity is not?

# %%
lesson.VectorsExplorer(lesson.mnist_planes()["eights"])

# %%
groups = {"normal": z_normal[lesson.first]} | both_kinds
plane = {name: z[:, -2:] for name, z in groups.items()}
energy = (held_out**2).mean((1, 2, 3))
by_line = {k: lesson.np.median(p[:, 0] / (4 * p[:, 1])) for k, p in plane.items()}
shape_hard = lesson.area(plane["normal"][:, 1], plane[lesson.hard][:, 1])
lit = z_normal[lesson.first], z_odd[lesson.first]["bright"]
bright = [lesson.area(*(z[:, column] for z in lit)) for column in (-2, -1)]

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_energies,
    {f"{split.name} ({lesson.first})": plane, "MNIST, recorded": lesson.mnist_planes()},
    size=(8.6, 3.6),
    caption=r"Dashed: $z_e = 4 \bar e z_c$ with a group's median of $z_e / 4 z_c$ as $\bar e$. "
    "What is darker lies to the left: an ordinary error, and a large dissimilarity. (The strip's "
    "one, from the other autoencoder, has a smaller error than all of these.)",
    alt="Error against dissimilarity. Normal images and noise lie near one line of slope 1, faint "
    "images along one further left; on MNIST ones lie left of eights and zeros.",
)

# %% tags=["remove-input"]
lesson.tell(
    """
    The normal images' median energy is {energy:.3f}, their line's {line:.3f}. As it is, $z_c$ has
    an AUROC of **{shape:.0%}** on {hard} images, $z_e$ {error:.0%}. It is not the better error,
    though: *bright* images have much energy and nearly the right shape, and there it is
    {bright_shape:.0%} against {bright_error:.0%}.

    So it was with the sliders: darkness alone leaves the dissimilarity as it is, and darkness
    *with* a wrong shape hides from the error. A faint image has both, for half of black's
    reconstruction is in its own. With components its energy falls to a quarter, its $z_e$ only to
    {error_left:.2f} of what it was: so its $z_c$ has to rise, to {for_one_q:.1f} times if $q$
    stayed as it is. But $q$ grows, and takes up some of it: it is **{shape_left:.1f} times**.
    """,
    line=by_line["normal"],
    energy=lesson.np.median(energy),
    hard=lesson.hard,
    shape=shape_hard,
    error=as_it_is,
    bright_shape=bright[1],
    bright_error=bright[0],
    error_left=faint_z[0] / usual_z[0],
    for_one_q=4 * faint_z[0] / usual_z[0],
    shape_left=faint_z[1] / usual_z[1],
)

# %% [markdown]
# ## 5 · Two sources of latents
#
# Section 4.5 of the paper takes the latents from principal components (of a ResNet's features; here
# of pixels). Divided by their deviations they are **whitened**: on the training images they have
# mean 0 and variance 1, and are uncorrelated, all exactly. Batch norm and covariance loss of lesson
# 03 work towards the same. No linear encoder and decoder with as many latents rebuild the training
# images better.

# %% tags=["remove-input"]
lesson.predict(
    "04 remembers",
    f"The autoencoder has as many latents, and {len(split.train)} training images. By how much is "
    "its mean error on *new* normal images above that on these?",
    options=["about 5%", "about 20%", "about 80%", "about 300%"],
)

# %%
errors = {name: (z_train[name][:, -2].mean(), z_normal[name][:, -2].mean()) for name in sources}
trained, linear = errors["autoencoder"], errors["PCA"]
of_both = {
    name: lesson.compare_features(z_train[name], z_normal[name], z_odd[name]) for name in sources
}
common = ("faint", "noise", "other digits")
above = {f"about {percent}%": percent / 100 for percent in (5, 20, 80, 300)}
nearest = min(above, key=lambda option: abs(trained[1] / trained[0] - 1 - above[option]))

# %% tags=["remove-input"]
lesson.answer(
    "04 remembers",
    nearest,
    """
    Measured: {exactly:.0%}. The autoencoder rebuilds better than components ({trained:.4f}
    against {linear:.4f} on new images), and it remembers: with components the difference is
    {memory:.0%}.

    All of $z$, AUROC with components and with the autoencoder: {pairs}. So components cost you some
    points on noise and on other digits, and spare you the training.
    """,
    exactly=trained[1] / trained[0] - 1,
    trained=trained[1],
    linear=linear[1],
    memory=linear[1] / linear[0] - 1,
    pairs="; ".join(
        f"{kind} {of_both['PCA'].auroc('all of z', kind):.0%} and "
        f"{of_both['autoencoder'].auroc('all of z', kind):.0%}"
        for kind in common
    ),
)

# %% [markdown]
# ## Recap
#
# - $z = (z_l, z_e, z_c)$: where an image lies among the normal ones, how large its error is, and
#   how wrong its shape.
# - The error misses what is easy to rebuild: faint images, MNIST's ones. The latents see
#   noise weakly, for in each of them it is smaller than the data's own spread; clipping, which
#   takes contrast away, happened to hide the rest.
# - A unit vector keeps the noise's variance; clipping takes contrast away.
# - $z_e = \bar e\, [(1 - q)^2 + 4 q z_c]$. The dissimilarity is free of the pair's brightness.
# - Principal components give whitened latents without training; an autoencoder rebuilds better, and
#   remembers.
#
# ## Questions
#
# 1. Eq. 10 (lesson 02) adds artificial points with low errors to the normal ones. A faint image
#    has a low error. Why need it not pass for normal?
#
# <details><summary>Answer</summary>
#
# The artificial points keep the latents of real images. A faint image's latents are at an unusual
# place, where there are no artificial points either.
# </details>
#
# 2. Standardise each image to mean 0 and deviation 1. What becomes of $\bar e$, and of faint
#    images?
#
# <details><summary>Answer</summary>
#
# $\bar e = 1$ for all. Then $z_e = (1 - q)^2 + 4 q z_c$: it adds nothing to $z_c$ but the length. A
# faint image becomes the image that it was made of, and cannot be found.
# </details>
#
# 3. If images vary in all $d_0$ directions, with $d = d_0$ principal components $z_e$ is 0 for
#    every image. Which part of $z$ finds noise?
#
# <details><summary>Answer</summary>
#
# The latents: the directions that were left out are now among them, each divided by its own small
# deviation. $z_c$ is 0 too, so $\hat\Sigma$ of all of $z$ is singular: both have to be left out.
# </details>
#
# ## Going deeper
#
# - [04b · Running moments](going_deeper/04b_running_moments.ipynb): Eq. 13 and 14 for a million
#   images, slips in Appendix A, and why float64.
#
# ## Where to read on
#
# - Liao and Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*: Sec. 3.2
#   and 4.5.
# - Zong et al., *Deep Autoencoding Gaussian Mixture Model for Unsupervised Anomaly Detection*
#   (2018): latents and errors together, with a mixture of Gaussians.
# - Baldi and Hornik, *Neural Networks and Principal Component Analysis: Learning from Examples
#   Without Local Minima* (1989): what a linear autoencoder learns.

# %% tags=["remove-input"]
lesson.calibration()
