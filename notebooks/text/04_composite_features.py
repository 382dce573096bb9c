# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 40
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
# **Minutes:** 35 to read, under 1 to run on two CPU cores. **You need:** lessons 00 and 03; mean
# and covariance of a random vector; principal components.
#
# When you are done, you will be able to
#
# 1. compute the composite feature $z = (z_l, z_e, z_c)$ of an image, part by part;
# 2. show images that the error misses and the latents find, and the other way round;
# 3. say what $z_c$ knows that $z_e$ does not, and derive the formula that ties the two together;
# 4. take the latents from principal components instead of an autoencoder, and say what you lose;
# 5. derive Eq. 13 and 14, and find the slips in the paper's derivation.
#
# | symbol | in the code | what it is |
# |---|---|---|
# | $x,\ x'$ | `x`, `rebuilt` | an image with $d_0$ pixels, and what is rebuilt of it |
# | $z_l$ | `latent` | the $d$ numbers that it is rebuilt from |
# | $z_e$ | `reconstruction_error` | mean squared difference of $x$ and $x'$ |
# | $z_c$ | `cosine_dissimilarity` | half of one minus the cosine between $x$ and $x'$ |
# | $\hat\mu,\ \hat\Sigma$ | `mean`, `covariance` | of $z$, over the training images |
# | $\bar e = \lVert x \rVert^2 / d_0$ | `energy` | mean square of an image's pixels |

# %%
import numpy as np
import torch
from matplotlib.figure import Figure

from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.composite import figure as figures

# %%
from cance_edu.course.composite import summary as summaries
from cance_edu.course.page import (
    DEFECTS,
    lesson_dataset,
    lesson_seed,
    lesson_split,
    measured,
    show_source,
    with_defect,
)

# %%
from cance_edu.course.style import draw_images, show

# %%
from cance_edu.experiments import auroc
from cance_edu.method.composite import (
    PrincipalComponents,
    composite,
    cosine_dissimilarity,
    reconstruction_error,
)

# %%
from cance_edu.method.moments import RunningMoments, merge_covariances, merge_means
from cance_edu.training.features import composite_features
from cance_edu.training.sources import Source

# %% [markdown]
# ## Three features of one image
#
# An encoder $E$ makes $d$ latents of an image, and a decoder $D$ makes an image of the latents. The
# composite feature keeps the latents, and two numbers that say how good the reconstruction is
# (Sec. 3.2):
#
# $$x' = D(E(x)), \qquad z = (z_l, z_e, z_c) \in \mathbb R^{d+2}$$
#
# $$z_l = E(x), \qquad z_e = \frac{\lVert x - x' \rVert^2}{d_0}, \qquad
#   z_c = \frac12 \left(1 - \frac{x^T x'}{\lVert x \rVert\, \lVert x' \rVert}\right)$$
#
# Each is a function of a few lines.

# %%
show_source(reconstruction_error)

# %%
show_source(cosine_dissimilarity)

# %%
show_source(composite)

# %% [markdown]
# The order is fixed: latents first, then $z_e$, then $z_c$. In the code `z[:, -2]` is always the
# error and `z[:, -1]` the dissimilarity, however many latents there are.
#
# Where do encoder and decoder come from? On the digits this lesson begins with the plainest pair
# there is: 16 principal components. To encode is to project on them, to decode is to add them up
# again. Nothing is trained, so no luck of training will blur what you compare. The trained
# autoencoder of lesson 03 has its turn later.
#
# The even digits are normal. (On MNIST the lesson takes the eights, and begins with the
# autoencoder.)

# %%
digits = lesson_dataset() == "digits"
split = lesson_split(normal=[0, 2, 4, 6, 8] if digits else [8], random_state=lesson_seed())
latent_dim = 16 if digits else 6
train, n_pixels = Source(split.train), split.train[0].size
settings = {"latent_dim": latent_dim, "random_state": lesson_seed()}

pca = PrincipalComponents(n_pixels, latent_dim).fit(train.batches())
autoencoder = CANCE("error", **settings).fit(split.train).representation_
sources = {"PCA": pca, "autoencoder": autoencoder}
first, second = ("PCA", "autoencoder") if digits else ("autoencoder", "PCA")

# %% [markdown]
# Some normal images are held out from training. The anomalies are of several kinds, most of them
# made of these: the four defects of this course; `faint` images with half the brightness and
# `bright` ones with 1.6 times the brightness, as if the scanner's lamp were dying or new; and
# all other digits.

# %%
held_out = split.test[~split.is_anomaly]
anomalies = {kind: with_defect(held_out, kind, lesson_seed()) for kind in DEFECTS}
anomalies |= {"faint": held_out / 2, "bright": (1.6 * held_out).clip(0, 1)}
anomalies["other digits"] = split.test[split.is_anomaly]
if not digits:
    anomalies["ones"] = split.test[200:400]

# %%
kinds = ["faint", "noise", "line", "other digits"]
x = torch.from_numpy(np.stack([*held_out[:2], *(anomalies[kind][0] for kind in kinds)]))
latent = sources[first].encode(x)
rebuilt = sources[first].decode(latent).detach().reshape(x.shape)
z = composite(latent, x, rebuilt).detach()
assert z.shape == (6, latent_dim + 2)

# %%
titles = ["normal", "normal", *kinds]
titles += [f"z_e {e:.4f}" for e in z[:, -2]] + [f"z_c {c:.3f}" for c in z[:, -1]]
figure = Figure(figsize=(8, 4.4), layout="constrained")
draw_images(figure, np.stack([*x, *rebuilt, *3 * (x - rebuilt).abs()]), titles, columns=6)
show(
    figure, "Six images, their reconstructions, and where they differ: for noise almost everywhere"
)

# %% [markdown]
# From top to bottom: the image, its reconstruction, and their absolute difference, three times as
# bright. The features of a whole set are computed batch by batch; here they are for all images and
# both sources.

# %%
z_train, z_normal, z_odd = {}, {}, {}
for name, model in sources.items():
    z_train[name] = composite_features(model, train).numpy()
    z_normal[name] = composite_features(model, Source(held_out)).numpy()
    z_odd[name] = {
        kind: composite_features(model, Source(images)).numpy()
        for kind, images in anomalies.items()
    }

# %% [markdown]
# ## Neither latents nor error suffice
#
# Now each part of $z$ is judged on its own. The judge must be the same for all parts, and simple.
# Take the score of Eq. 6 before anything is learnt: $T = 0$, $\nu = 1$, $K = I$.
#
# $$\begin{aligned}
# S(x) &= -\big(T(z) + \ln \nu + \ln p_{nK}(z)\big) \\
#      &= -\ln \mathcal N(z;\, \hat\mu, \hat\Sigma) \\
#      &= \tfrac12 (z - \hat\mu)^T \hat\Sigma^{-1} (z - \hat\mu) + \text{const}
# \end{aligned}$$
#
# That is half the squared Mahalanobis distance from the training images. It can be computed for any
# of the coordinates.

# %%
show_source(summaries.squared_mahalanobis)

# %% [markdown]
# **Predict.** First, somebody halves the brightness of a normal image. Does its reconstruction
# error rise or fall? Second, somebody adds noise to each pixel. Which notices it more, the error or
# the latents?

# %%
my_guess = ""  # "rises" or "falls"; "the error" or "the latents"

# %%
compared = {}
for name in sources:
    compared[name] = summaries.compare_features(z_train[name], z_normal[name], z_odd[name])
ours = compared[first]
hard = "faint" if digits else "ones"

# %%
recording = recordings.load("mnist_eights")
labels, z_recorded = recording["test_labels"], recording["test_features"]
eights, ones, zeros = (z_recorded[labels == label] for label in (8, 1, 0))
mnist = summaries.compare_features(
    recording["train_features"], eights, {"ones": ones, "zeros": zeros}
)

# %%
two = summaries.compare_features(
    z_train[first], z_normal[first], {kind: z_odd[first][kind] for kind in (hard, "noise")}
)
figure = Figure(figsize=(9, 3), layout="constrained")
left, right = figure.subplots(1, 2)
figures.draw_comparison(left, two, f"{split.name} ({first})")
figures.draw_comparison(right, mnist, "MNIST, normal 8 (autoencoder, recorded)")
low, high = 100 * two.auroc("error", hard), 100 * two.auroc("latents", "noise")
alt = (
    f"The error's AUROC on {hard} images is {low:.0f}, the latents' on noise {high:.0f}; all of z "
)
show(figure, alt + "has both far to the right. On MNIST ones and zeros play these parts.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The error **falls**, for most of the images: half the brightness makes them *easier* to rebuild
# than they were. The latents see that they lie at an unusual place. With noise it is the other way
# round: the error sees it at once, and the latents are no better than a coin. All of $z$ finds
# both.
# </details>
#
# On the right are MNIST's eights and an autoencoder with 6 latents (`cance-edu record
# mnist_eights`). Nobody tampered with these images. A handwritten one has so little ink that an
# autoencoder of eights rebuilds it with a smaller error than an eight; its latents give it away.
# With zeros the roles are exchanged.
#
# The bundled digits cannot show that with digits alone: there the other digits as a group are
# rebuilt clearly worse than the normal ones. Hence the faint images.

# %%
for kind in (hard, "noise"):
    print(f"{kind}:", {name: f"{100 * two.auroc(name, kind):.0f}" for name in two.features})
assert measured("04 what the error misses, by the latents", two.auroc("latents", hard)) > 0.8
assert measured("04 what the error misses, by z", two.auroc("composite", hard)) > 0.75
assert measured("04 noise by the error", two.auroc("error", "noise")) > 0.85
assert measured("04 noise by the latents", two.auroc("latents", "noise")) < 0.55
assert measured("04 noise by z", two.auroc("composite", "noise")) > 0.7

# %% [markdown]
# One thing in this comparison flatters the error. A Gaussian of a single number has two tails, so
# an unusually *small* error counts as anomalous too. The paper's variant *Error* takes $z_e$ as it
# is, and more is more anomalous. That is worse than a coin here.


# %%
def auroc_of(column, kind, name=first):
    both = np.concatenate([z_normal[name], z_odd[name][kind]])[:, column]
    return auroc(np.arange(len(both)) >= len(held_out), both)


print(f"{hard} by z_e as it is: {100 * auroc_of(-2, hard):.0f}")
assert measured("04 what the error misses, by z_e as it is", auroc_of(-2, hard)) < 0.5
assert two.auroc("error", hard) < two.auroc("latents", hard) - 0.1

# %%
assert mnist.auroc("error", "ones") < 0.5 < 0.9 < mnist.auroc("latents", "ones")
assert mnist.auroc("latents", "zeros") < 0.8 < 0.95 < mnist.auroc("error", "zeros")
assert mnist.aurocs[-1].min() > 0.8
assert ours.auroc("error", "other digits") > 0.7
# "Most" images: on the digits the very same images, bright and faint, can be compared.
easier = (z_odd[first]["faint"][:, -2] < z_normal[first][:, -2]).mean()
print(f"{easier:.0%} of the images have a smaller error when they are faint")
assert easier > 0.5

# %% [markdown]
# Here are such images, at thresholds that one held-out normal image in twenty exceeds. Above: found
# by the latents, missed by the error. Below: found by the error, missed by the latents. All of $z$
# finds all of them.


# %%
def found_by_one(kind, part, other):
    found = ours.found[part, kind] & ours.found["composite", kind]
    return anomalies[kind][found & ~ours.found[other, kind]][:8]


upper = found_by_one(hard, "latents", "error")
lower = found_by_one("noise", "error", "latents")
assert len(upper) == len(lower) == 8
figure = Figure(figsize=(8, 2.4), layout="constrained")
titles = [f"{hard}"] * 8 + ["noise"] * 8
draw_images(figure, np.stack([*upper, *lower]), titles)
show(figure, f"Above, eight {hard} images that the error misses; below, eight noisy digits.")

# %% [markdown]
# ### Why
#
# *Noise.* A latent is a weighted sum over all pixels, in which independent errors nearly cancel.
# $z_e$ adds up their squares, which cannot cancel.

# %%
noisy = z_odd[first]["noise"]
spread = [np.mean(features[:, :-2] ** 2) for features in (z_normal[first], noisy)]
error = [features[:, -2].mean() for features in (z_normal[first], noisy)]
print(f"mean square of a latent: {spread[0]:.2f}, with noise {spread[1]:.2f}")
print(f"mean of z_e:             {error[0]:.4f}, with noise {error[1]:.4f}")
assert spread[1] < 1.15 * spread[0]
assert error[1] > 1.5 * error[0]

# %% [markdown]
# Noise spreads the latents no further, within 15%. It raises the error by more than a half.
#
# *Faint images.* With principal components the difference $r(x) = x - x'$ is an affine function of
# $x$: what is left of $x$ minus the mean image when the components are taken out. Halfway between
# an image and the black one it is halfway too, and half of each becomes a quarter when squared:
#
# $$r\big(\tfrac12 x\big) = \tfrac12 r(x) + \tfrac12 r(0)
#   \quad\Longrightarrow\quad
#   z_e\big(\tfrac12 x\big) = \tfrac14 z_e(x) + \tfrac14 z_e(0) + \frac{r(x)^T r(0)}{2 d_0}$$
#
# Over the training images $r(x)$ has the mean zero, since their mean was subtracted, so on average
# the last term vanishes. A faint image is left with a quarter of its own error and a quarter of
# black's. Unless black is rebuilt three times as badly as a normal image, that is less than before,
# and a linear reconstruction has no choice in it.

# %%
z_black = composite_features(pca, Source(np.zeros_like(held_out[:1]))).numpy()
bright, faint, black = z_normal["PCA"][:, -2], z_odd["PCA"]["faint"][:, -2], z_black[0, -2]
print(f"mean z_e of normal images {bright.mean():.4f}, faint ones {faint.mean():.4f}")
print(f"z_e of the black image    {black:.4f}")
assert black < 3 * bright.mean()
assert faint.mean() < bright.mean()
assert abs(faint.mean() - (bright.mean() + black) / 4) < 0.05 * bright.mean()

# %% [markdown]
# ### All kinds
#
# **Predict.** Of the four, latents, error, both, and all of $z$: which has the best *worst* kind?

# %%
my_guess = ""

# %%
print(f"{'AUROC, percent':16s}", *(f"{name:>15s}" for name in ours.features))
for kind in ours.kinds:
    print(f"{kind:16s}", *(f"{100 * ours.auroc(name, kind):15.0f}" for name in ours.features))
worst = dict(zip(ours.features, ours.aurocs.min(1), strict=True))
assert max(worst, key=worst.get) == "composite"
assert ours.auroc("error", "noise") > ours.auroc("composite", "noise")
for kind in ours.kinds:
    halves = ours.auroc("error", kind), ours.auroc("latents", kind)
    assert ours.auroc("composite", kind) > min(halves)

# %% [markdown]
# <details><summary>Answer</summary>
#
# All of $z$. It is not the best at everything: on noise the error alone beats it, for the latents,
# which see nothing, bring their own fluctuations into the sum. Composite features are an
# insurance. They are never worse than the worse of the two halves, and you do not know beforehand
# which kind of anomaly will come.
# </details>
#
# ### Is it the Gaussian's fault?
#
# A Gaussian is a poor density for five digits. Perhaps a better one finds noise in the latents
# after all. The paper's density is learnt by noise contrastive estimation, the subject of lesson
# 05; you can use it already: `latnce` is that density of the latents, `cnce` that of all of $z$.

# %%
learned = {}
for variant in ("latnce", "cnce"):
    detector = CANCE(variant, representation=sources[first], steps=800, **settings)
    usual = detector.fit(split.train).anomaly_score(held_out)
    for kind in (hard, "noise"):
        odd = detector.anomaly_score(anomalies[kind])
        truth = np.repeat([False, True], [len(usual), len(odd)])
        learned[variant, kind] = auroc(truth, np.concatenate([usual, odd]))
        print(f"{variant:6s} on {kind}: {100 * learned[variant, kind]:.0f}")

# %%
for (variant, kind), area in learned.items():
    measured(f"04 {'noise' if kind == 'noise' else 'what the error misses'}, by {variant}", area)
assert learned["latnce", hard] > 0.8
assert learned["latnce", "noise"] < 0.7
assert learned["cnce", hard] > auroc_of(-2, hard) + 0.3
assert learned["cnce", "noise"] > learned["latnce", "noise"] + 0.2

# %% [markdown]
# The same picture: a learnt density of the latents finds what the error misses and hardly sees
# noise; one of all of $z$ does far better than each on what that one misses. The blindness lies in
# the features.
#
# ## What $z_c$ knows
#
# $z_e$ and $z_c$ are made of the same two vectors. Write $r = \lVert x' \rVert / \lVert x \rVert$
# for the ratio of their lengths; the cosine is $1 - 2 z_c$.
#
# $$\begin{aligned}
# d_0\, z_e &= \lVert x \rVert^2 - 2\, x^T x' + \lVert x' \rVert^2 \\
#           &= \lVert x \rVert^2 \left[ 1 - 2 r (1 - 2 z_c) + r^2 \right] \\
#           &= \lVert x \rVert^2 \left[ (1 - r)^2 + 4 r z_c \right]
# \end{aligned}$$
#
# or, with the energy $\bar e = \lVert x \rVert^2 / d_0$,
#
# $$\boxed{\; z_e = \bar e \left[ (1 - r)^2 + 4 r\, z_c \right] \;}$$
#
# So the error mixes three things: how bright the image is ($\bar e$), a reconstruction of wrong
# length ($r$), and one of wrong shape ($z_c$). The dissimilarity is the shape alone.

# %%
x = torch.from_numpy(held_out)
rebuilt = sources[first].decode(sources[first].encode(x)).detach().flatten(1).double()
x = x.flatten(1).double()
z_e, z_c = reconstruction_error(x, rebuilt), cosine_dissimilarity(x, rebuilt)
energy, r = x.square().mean(1), rebuilt.norm(dim=1) / x.norm(dim=1)
torch.testing.assert_close(z_e, energy * ((1 - r) ** 2 + 4 * r * z_c))

shape = (4 * r * z_c * energy / z_e).median()
print(f"in the median image {shape:.0%} of z_e is due to the shape")
assert shape > 0.9

# %% [markdown]
# **Predict.** You multiply $x$ and $x'$ by the same number $a$. What becomes of $z_e$ and $z_c$?
# And if you multiply $x'$ alone?

# %%
my_guess = ""

# %%
for a, b in ((0.5, 0.5), (2, 2), (1, 0.5)):
    times = reconstruction_error(a * x, b * rebuilt) / z_e
    change = (cosine_dissimilarity(a * x, b * rebuilt) - z_c).abs().max()
    print(f"{a} x and {b} x': z_e times {times.median():.2f}, z_c changes by {change:.0e}")
    assert change < 1e-12
    assert (times - a**2).abs().max() < 1e-9 if a == b else times.median() > 1

# %% [markdown]
# <details><summary>Answer</summary>
#
# With both scaled, $z_e$ is multiplied by $a^2$, and $z_c$ stays. With $x'$ scaled alone, $z_c$
# stays again: it cannot see that a reconstruction has the right shape and the wrong brightness. The
# error can; in the median image it has grown. Each is blind to something.
# </details>
#
# A good reconstruction has $r \approx 1$, and then $z_e \approx 4 \bar e\, z_c$. On logarithmic
# axes images of one brightness lie along a line of slope 1, and a darker kind along a line further
# left.

# %%
figure = Figure(figsize=(9, 3.8), layout="constrained")
left, right = figure.subplots(1, 2)
groups = {"normal": z_normal[first]} | {kind: z_odd[first][kind] for kind in (hard, "noise")}
plane = {name: features[:, -2:] for name, features in groups.items()}
figures.draw_plane(left, plane, f"{split.name} ({first})")
recorded = {"eights": eights[:, -2:], "ones": ones[:, -2:], "zeros": zeros[:, -2:]}
figures.draw_plane(right, recorded, "MNIST, normal 8 (recorded)")
for axes in (left, right):
    axes.tick_params(axis="x", which="minor", labelbottom=False)
alt = f"Normal images and noise lie along one line, {hard} images along one further left and up; "
show(figure, alt + "so do MNIST's ones beside eights and zeros.")

# %%
ratio = {name: np.median(e / (4 * c)) for name, (e, c) in ((n, p.T) for n, p in plane.items())}
on_mnist = {name: np.median(p[:, 0] / (4 * p[:, 1])) for name, p in recorded.items()}
print("median of z_e / 4 z_c")
print(*(f"  {name:8s}{v:.3f}" for name, v in (ratio | on_mnist).items()), sep="\n")
assert abs(ratio["normal"] / energy.median() - 1) < 0.05
assert (3 < ratio["normal"] / ratio[hard] < 4.5) if digits else ratio[hard] < ratio["normal"] / 1.5
assert 1.5 < on_mnist["eights"] / on_mnist["ones"] < 2.5

# %% [markdown]
# The number $z_e / 4 z_c$ is the energy, within 5% in the median. Half the brightness means a
# quarter of the energy, and the faint images' line lies nearly that far to the left of the normal
# ones': their $z_e$ is ordinary, and their $z_c$ is not. So it is with the ones of MNIST, which
# have about half of an eight's energy.
#
# That is why $z_c$ finds what $z_e$ misses. It is not the better error, though: bright images,
# clipped at white, have much energy and nearly the right shape, and $z_e$ finds more of them.

# %%
for kind in (hard, "bright"):
    print(f"{kind}: by z_e {100 * auroc_of(-2, kind):.0f}, by z_c {100 * auroc_of(-1, kind):.0f}")
assert auroc_of(-1, hard) > auroc_of(-2, hard) + 0.3
assert auroc_of(-2, "bright") > auroc_of(-1, "bright") + 0.1

# %% [markdown]
# **The image of nothing.** A black image has no direction, and the fraction in $z_c$ is $0/0$. The
# paper does not say what to do. We take the cosine as 0, so that $z_c = 1/2$, as if image and
# reconstruction were at a right angle. It is a jump: while an image fades and its reconstruction
# stays, $z_c$ stays too, and only the last step to black changes it.

# %%
for scale in (1, 1e-3, 1e-6, 0):
    print(f"{scale:6g} x: z_c = {cosine_dissimilarity(scale * x[:1], rebuilt[:1]).item():.4f}")
assert cosine_dissimilarity(0 * x[:1], rebuilt[:1]) == 0.5
assert cosine_dissimilarity(0 * x[:1].numpy(), rebuilt[:1].numpy()) == 0.5
assert abs(cosine_dissimilarity(1e-6 * x[:1], rebuilt[:1]) - z_c[0]) < 1e-9
assert z_black[0, -1] == 0.5

# %% [markdown]
# ## Two sources of latents
#
# Section 4.5 of the paper takes the latents from principal components, of features that a ResNet
# computed of the image. Here they are components of the pixels.

# %%
show_source(PrincipalComponents.encode)

# %%
show_source(PrincipalComponents.decode)

# %% [markdown]
# Dividing by the deviations **whitens** the scores: each has mean 0 and variance 1 over the
# training set, and no two are correlated. The batch norm and the covariance loss of lesson 03 work
# towards the same; for principal components it is exact.

# %%
whitened = z_train["PCA"][:, :-2]
np.testing.assert_allclose(whitened.mean(0), 0, atol=1e-6)
np.testing.assert_allclose(np.cov(whitened.T, bias=True), np.eye(latent_dim), atol=1e-5)

# %% [markdown]
# No linear encoder and decoder with as many latents rebuild the training images better. So what an
# autoencoder gains, it gains by being non-linear.
#
# **Predict.** Both sources have the same number of latents. Which has the smaller error on held-out
# normal images? And for which is that error much larger than on the images it learnt from?

# %%
my_guess = ""

# %%
errors = {}
for name in sources:
    errors[name] = z_train[name][:, -2].mean(), z_normal[name][:, -2].mean()
    print(f"{name:12s} mean z_e {errors[name][0]:.4f} in training, {errors[name][1]:.4f} held out")

common = ("faint", "noise", "other digits")
figure = Figure(figsize=(9, 3), layout="constrained")
for axes, name in zip(figure.subplots(1, 2), sources, strict=True):
    odd = {kind: z_odd[name][kind] for kind in common}
    comparison = summaries.compare_features(z_train[name], z_normal[name], odd)
    figures.draw_comparison(axes, comparison, f"{split.name} ({name})")
show(figure, "All of z: noise and other digits lie further right for the autoencoder than for PCA.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The autoencoder's error is smaller. But it is at least 1.3 times as large on new images as on
# those it has seen: it remembers them. Principal components have little to remember with; their
# errors on new images exceed those in training by less than 15%.
# </details>
#
# The second half has a consequence. $\hat\mu$ and $\hat\Sigma$, from which the noise of lesson 05
# is made, are computed on training images. With an autoencoder the centre of that noise lies at a
# smaller error than a new normal image has.

# %%
trained, linear = errors["autoencoder"], errors["PCA"]
assert measured("04 held-out error, autoencoder over PCA", trained[1] / linear[1]) < 0.85
assert measured("04 held-out over training error, autoencoder", trained[1] / trained[0]) > 1.3
assert measured("04 held-out over training error, PCA", linear[1] / linear[0]) < 1.15
of_both = [compared[name] for name in ("autoencoder", "PCA")]
others = [c.auroc("composite", "other digits") for c in of_both]
noises = [c.auroc("composite", "noise") for c in of_both]
assert others[0] > others[1]
assert noises[0] > noises[1]

# %% [markdown]
# With the autoencoder all of $z$ tells other digits and noise better from normal images than with
# principal components. What about the faint images? The convexity above was a property of linear
# maps; a trained decoder may or may not follow an image into the dark.

# %%
by_error = compared["autoencoder"].auroc("error", "faint")
found = compared["autoencoder"].found["error", "faint"].mean()
print(f"faint, by the autoencoder's error: AUROC {100 * by_error:.0f}, found {found:.0%}")
measured("04 faint by the autoencoder's error", by_error)
if digits:
    assert auroc_of(-2, "faint", "PCA") < 0.5 < 0.7 < by_error
    assert found < 0.5
else:
    assert by_error < 0.5
assert compared["autoencoder"].auroc("composite", "faint") > by_error

# %% [markdown]
# On the digits the decoder does not follow: the error is a fair score, though it still finds fewer
# than half of the faint images at the threshold that one normal image in twenty exceeds. On MNIST,
# with its many black pixels, it follows, and the error falls. In both cases all of $z$ is better.
#
# ## The coordinates side by side
#
# $z$ has coordinates of very different size. Does that matter?

# %%
deviations, correlations = z_train[first].std(0), np.corrcoef(z_train[first].T)
print(f"deviations: latents {deviations[:-2].min():.2f} to {deviations[:-2].max():.2f}")
print(f"            z_e {deviations[-2]:.4f}, z_c {deviations[-1]:.4f}")
off_diagonal = np.abs(correlations - np.eye(latent_dim + 2))
among, with_latents = off_diagonal[:-2, :-2].max(), off_diagonal[:-2, -2:].max()
print(f"correlations: among latents at most {among:.2f}, of a latent with z_e or z_c at most")
print(f"              {with_latents:.2f}, of z_e with z_c {correlations[-2, -1]:.2f}")

# %% [markdown]
# *Size.* The latents have deviation 1, the error one of less than 0.01. A Gaussian does not care:
# its covariance undoes any change of units, and any other order of the coordinates. A network
# does care, so $T$ is given $z$ standardised. Distances to neighbours care as well: as they stand,
# $z_e$ and $z_c$ would not count in them.

# %%
units = np.ones(latent_dim + 2)
units[-2:] = 1000, 100
order = np.random.default_rng(lesson_seed()).permutation(latent_dim + 2)
usual = summaries.squared_mahalanobis(z_train[first], z_normal[first])
other = summaries.squared_mahalanobis(
    (z_train[first] * units)[:, order], (z_normal[first] * units)[:, order]
)
np.testing.assert_allclose(other, usual, rtol=1e-6)
assert deviations[-2] < 0.01 < 0.9 < deviations[:-2].min()

# %% [markdown]
# *Correlation.* $z_e$ and $z_c$ rise and fall together, as the boxed formula says they must among
# images of like brightness. The latents correlate with the error more than with each other: some
# shapes are harder to rebuild. So $\hat\Sigma$ is not diagonal, and noise made from its diagonal
# alone would fall where no image lies.

# %%
assert measured("04 correlation of z_e and z_c", correlations[-2, -1]) > 0.7
assert among < with_latents
assert with_latents > 0.15

# %% [markdown]
# ## Moments in batches
#
# The noise needs $\hat\mu$ and $\hat\Sigma$ of all training images. A million images do not pass
# through an encoder at once, so the paper's Appendix A updates both from batch to batch. There,
# each $z_i$ is a *row*, and $(z_i - \mu)^T (z_i - \mu)$ is a matrix.
#
# You have seen $n_t$ points with mean $\mu^{(t)}$ and covariance $\Sigma^{(t)}$. A batch of $n_b$
# comes with $\mu^{(b)}$ and $\Sigma^{(b)}$. Together they are $n = n_t + n_b$.
#
# **The mean.** A sum over all is the sum over the old and the sum over the new, and a sum is the
# number of its terms times their mean:
#
# $$\mu^{(t+1)} = \frac1n \Big( \sum_{i \le n_t} z_i + \sum_{i > n_t} z_i \Big)
#   = \frac{n_t\, \mu^{(t)} + n_b\, \mu^{(b)}}{n} \tag{13}$$
#
# **The covariance, old points.** Put their own mean in between:
# $z_i - \mu^{(t+1)} = (z_i - \mu^{(t)}) + \delta_t$ with $\delta_t = \mu^{(t)} - \mu^{(t+1)}$.
# Expand:
#
# $$\begin{aligned}
# \sum_{i \le n_t} (z_i - \mu^{(t+1)})^T (z_i - \mu^{(t+1)})
#  &= \sum_{i \le n_t} (z_i - \mu^{(t)})^T (z_i - \mu^{(t)}) + n_t\, \delta_t^T \delta_t \\
#  &\quad + \Big[\sum_{i \le n_t} (z_i - \mu^{(t)})\Big]^T \delta_t
#          + \delta_t^T \Big[\sum_{i \le n_t} (z_i - \mu^{(t)})\Big]
# \end{aligned}$$
#
# Deviations from a mean sum to zero, so the second line vanishes. By Eq. 13
# $\delta_t = \frac{n_b}{n} (\mu^{(t)} - \mu^{(b)})$. What is left is
#
# $$n_t\, \Sigma^{(t)} + \frac{n_t n_b^2}{n^2}\, \Delta^T \Delta,
#   \qquad \Delta = \mu^{(t)} - \mu^{(b)}$$
#
# **New points.** The same with $t$ and $b$ exchanged:
# $n_b\, \Sigma^{(b)} + \frac{n_b n_t^2}{n^2} \Delta^T \Delta$.
#
# **Both.** Add them, and divide by $n$. The fractions have the sum
# $n_t n_b (n_b + n_t) / n^2 = n_t n_b / n$:
#
# $$\Sigma^{(t+1)} = \frac{n_t}{n} \Sigma^{(t)} + \frac{n_b}{n} \Sigma^{(b)}
#   + \frac{n_t n_b}{n^2}\, \Delta^T \Delta \tag{14}$$
#
# The first two terms are the spread *within* old and new points, the third is the spread *between*
# their means.

# %%
show_source(merge_means)

# %%
show_source(merge_covariances)

# %% [markdown]
# ### Batch by batch
#
# To see it move, take the pair $(z_e, z_c)$ and feed the training images in the least random order:
# from the darkest to the brightest, in twelve batches.
#
# **Predict.** How will the last ellipse differ from that of all images at once? And what would
# another order change?

# %%
my_guess = ""

# %%
by_brightness = np.argsort(split.train.mean((1, 2, 3)))
pairs = z_train[first][by_brightness, -2:]
frames = summaries.running_frames(pairs, 12)
figure = Figure(figsize=(10, 3.2), layout="constrained")
for axes, index in zip(figure.subplots(1, 3), (0, 5, 11), strict=True):
    figures.draw_moments(axes, frames[index])
    axes.set_title(f"batch {index + 1}, {len(frames[index].seen)} images")
axes.legend(fontsize=8, loc="upper left")
alt = "The running ellipse starts apart from the dashed one, and covers it after the last batch."
show(figure, alt)

# %%
figures.moments_animation(frames, alt)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Not at all, up to rounding. The order of the images changes the path and not its end: here dark
# images come first, and the first batch's slope of $z_e$ against $z_c$ is less than the last one's.
# </details>

# %%
gaps = [np.abs(frame.ellipse - frame.full_ellipse).max() for frame in frames]
slopes = [np.polyfit(frames[i].batch[:, 1], frames[i].batch[:, 0], 1)[0] for i in (0, 11)]
print(f"slope of z_e against z_c: {slopes[0]:.2f} in the first batch, {slopes[1]:.2f} in the last")
assert slopes[0] < slopes[1]
assert gaps[-1] < 1e-10 < 1e-3 < gaps[0]

# %% [markdown]
# ### Exact, for any batches
#
# Eq. 14 is no approximation. It holds for batches of any sizes, of one point each as well: such a
# batch has mean $z_i$ and covariance 0.

# %%
points, n = z_train[first], len(split.train)
exact = np.cov(points.T, bias=True)
cuts = np.sort(np.random.default_rng(lesson_seed()).choice(np.arange(1, n), 20, replace=False))
for batches in ([points], np.split(points, n), np.split(points, cuts)):
    moments = RunningMoments(latent_dim + 2)
    for batch in batches:
        moments.update(torch.from_numpy(batch))
    gap = np.abs(moments.covariance.numpy() - exact).max()
    print(f"{len(batches):4d} batches: largest deviation {gap:.0e}")
    assert gap < 1e-12
    np.testing.assert_allclose(moments.mean, points.mean(0), rtol=0, atol=1e-12)

# %% [markdown]
# ### Slips in Appendix A
#
# The paper writes out the second sum too, and its cross terms there are
#
# $$\sum_{i > n_t} (z_i - \mu^{(b)})^T (\mu^{(t)} - \mu^{(t+1)})
#   \qquad\text{and}\qquad
#   \sum_{i > n_t} (\mu^{(b)} - \mu^{(t+1)})^T (z_i - \mu^{(t)})$$
#
# where the expansion has $\mu^{(b)} - \mu^{(t+1)}$ in the first and $z_i - \mu^{(b)}$ in the
# second. The first slip does no harm: deviations from $\mu^{(b)}$ sum to zero whatever they are
# multiplied with. In the second the deviations are from the wrong mean.
#
# **Predict.** What does the second sum amount to, as printed?

# %%
my_guess = ""

# %%
old, new = points[: n // 3], points[n // 3 :]
n_t, n_b, mean_t, mean_b = len(old), len(new), old.mean(0), new.mean(0)
mean = merge_means(n_t, mean_t, n_b, mean_b)
first_printed = np.einsum("ij,k->jk", new - mean_b, mean_t - mean)
second_printed = np.einsum("j,ik->jk", mean_b - mean, new - mean_t)
second_meant = np.einsum("j,ik->jk", mean_b - mean, new - mean_b)

apart = mean_t - mean_b
np.testing.assert_allclose(second_printed, n_t * n_b / n * np.outer(apart, apart), atol=1e-10)
assert max(np.abs(first_printed).max(), np.abs(second_meant).max()) < 1e-10
assert np.abs(second_printed).max() > 0.1

# %% [markdown]
# <details><summary>Answer</summary>
#
# $(\mu^{(b)} - \mu^{(t+1)})^T\, n_b (\mu^{(b)} - \mu^{(t)}) = \frac{n_t n_b}{n} \Delta^T \Delta$,
# which is not zero. Taken at its word it would count the spread between the means twice. The paper
# drops it from the next line on, as if the right one stood there, and so arrives at the right Eq.
# 14.
# </details>

# %%
within = np.cov(old.T, bias=True), np.cov(new.T, bias=True)
merged = merge_covariances(n_t, mean_t, within[0], n_b, mean_b, within[1])
between = n_t * n_b / n**2 * np.outer(apart, apart)
np.testing.assert_allclose(merged, exact, atol=1e-12)
np.testing.assert_allclose(merged + second_printed / n, exact + between, atol=1e-12)

# %% [markdown]
# ### Why 1/n, and why float64
#
# *1/n.* Statistics packages often divide by $n - 1$. Eq. 14 needs sums, and $n_t \Sigma^{(t)}$ is
# one only if $\Sigma^{(t)}$ was divided by $n_t$. With $n - 1$ the result depends on the batches,
# and a batch of one has no covariance at all: $0/0$.

# %%
unbiased = np.cov(old.T), np.cov(new.T)
merged = merge_covariances(n_t, mean_t, unbiased[0], n_b, mean_b, unbiased[1])
print(f"with n - 1, Eq. 14 is off by {np.abs(merged - np.cov(points.T)).max():.0e}")
assert np.abs(merged - np.cov(points.T)).max() > 1e-4

# %% [markdown]
# *float64.* Add 100 to every $z_e$: no variance may notice. The textbooks' formula, the mean of
# squares minus the square of the mean, now subtracts two numbers near 10,000 to get one below
# 0.0001, and float32 keeps seven digits.

# %%
variance, shifted = points[:, -2].var(), points[:, -2] + 100
in_float32 = shifted.astype(np.float32)
textbook = (in_float32**2).mean() - in_float32.mean() ** 2
print(f"right {variance:.2e}, textbook in float32 {textbook:.2e}")
assert variance < 1e-4
assert abs(textbook / variance - 1) > 0.5

moments = RunningMoments(1)
for value in torch.from_numpy(shifted)[:, None, None]:
    moments.update(value)
assert abs(moments.covariance.item() / variance - 1) < 1e-8

# %% [markdown]
# Eq. 14 subtracts means before it squares, so it keeps its digits, and float64 gives it sixteen to
# begin with. The price is nothing: $d + 2$ means and $(d + 2)^2$ covariances, however many images
# there are.
#
# ## Recap
#
# - **$z = (z_l, z_e, z_c)$**: where an image lies among the normal ones, how large its
#   reconstruction error is, and how wrong its shape.
# - **The error misses** what is easy to rebuild: faint images, MNIST's ones. **The latents miss**
#   what averages out: noise. All of $z$ finds both, and has the best worst case; on a single kind
#   of anomaly a single part can be better.
# - **$z_c$** is free of brightness: $z_e = \bar e\, [(1 - r)^2 + 4 r z_c]$. Together they tell the
#   brightness. A black image has $z_c = 1/2$ by convention.
# - **Principal components** give whitened latents without training. The autoencoder rebuilds
#   better, and remembers its training images.
# - **Eq. 13 and 14** are exact for any batches, with 1/n. One cross term that Appendix A prints is
#   not zero; the one it means is.
#
# ## Questions
#
# 1. Average two normal images pixel by pixel. Show that with principal components neither $z_e$ nor
#    the squared Mahalanobis distance of the latents exceeds the mean of the two images'. What must
#    a density be able to do to find such an image?
# 2. Eq. 10 adds artificial points with low errors to the normal ones. A faint image has a low
#    error. Why need it not pass for normal?
# 3. Standardise each image, so that it has mean 0 and deviation 1 (`image_scaling="standardized"`).
#    What becomes of $\bar e$? What does $z_e$ then add to $z_c$, and what becomes of faint images?
# 4. With $d = d_0$ principal components $z_e$ is 0 for every image. What happens to $\hat\Sigma$,
#    and which part of $z$ has to find the noise?
# 5. Two computers have seen half of the images each. Which numbers must they exchange to know the
#    moments of all?
#
# ## Where to read on
#
# - Y. Liao and A. J. Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*:
#   Sec. 3.2 and 4.5, Appendix A.
# - B. Zong et al., *Deep Autoencoding Gaussian Mixture Model for Unsupervised Anomaly Detection*,
#   2018: latents and errors together, with a mixture of Gaussians.
# - P. Baldi and K. Hornik, *Neural Networks and Principal Component Analysis: Learning from
#   Examples Without Local Minima*, 1989: what a linear autoencoder learns.
# - T. F. Chan, G. H. Golub and R. J. LeVeque, *Algorithms for Computing the Sample Variance:
#   Analysis and Recommendations*, 1983: Eq. 14 for one variable, and what rounding
#   does to its rivals.
