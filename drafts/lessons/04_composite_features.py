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
# **Minutes:** 40 to read, under 1 to run on two CPU cores. **You need:** lessons 00 and 03; mean
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
# | $x,\ x'$ | `x`, `reconstruction` | an image with $d_0$ pixels, and what is rebuilt of it |
# | $z_l$ | `latent` | the $d$ numbers that it is rebuilt from |
# | $z_e$ | `reconstruction_error` | mean squared difference of $x$ and $x'$ |
# | $z_c$ | `cosine_dissimilarity` | half of one minus the cosine between $x$ and $x'$ |
# | $\hat\mu,\ \hat\Sigma$ | `moments.mean`, `moments.covariance` | of $z$, over the training images |
# | $\bar e = \lVert x \rVert^2 / d_0$ | `energy` | mean square of an image's pixels |

# %%
import numpy as np
import torch
from matplotlib.figure import Figure

from cance_edu import CANCE, recordings
from cance_edu.composite import (
    PrincipalComponents,
    composite,
    composite_features,
    cosine_dissimilarity,
    reconstruction_error,
)
from cance_edu.experiments import auroc

# %%
from cance_edu.figures import composite as figures
from cance_edu.figures import draw_images, show
from cance_edu.figures.animation import player
from cance_edu.figures.running_moments import draw_running, running_frames
from cance_edu.lessons import DEFECTS, lesson_dataset, lesson_seed, lesson_split, measured
from cance_edu.lessons import show_source, with_defect
from cance_edu.moments import RunningMoments, merge_covariances, merge_means
from cance_edu.sources import Source
from cance_edu.summaries import composite as summaries
from cance_edu.summaries.running_moments import running_ellipses

# %% [markdown]
# ## Three features of one image
#
# An encoder $E$ makes $d$ latents of an image, and a decoder $D$ makes an image of the latents. The
# composite feature keeps the latents, and two numbers that say how good the reconstruction is
# (Sec. 3.2):
#
# $$x' = D(E(x)), \qquad z = (z_l, z_e, z_c) \in \mathbb R^{d+2}, \qquad
#   z_l = E(x), \qquad z_e = \frac{\lVert x - x' \rVert^2}{d_0}, \qquad
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
train, pixels = Source(split.train_images), split.train_images[0].size
settings = {"latent_dim": latent_dim, "random_state": lesson_seed()}

pca = PrincipalComponents(pixels, latent_dim).fit(train)
autoencoder = CANCE("error", **settings).fit(split.train_images).representation_
first, second = ("PCA", "autoencoder") if digits else ("autoencoder", "PCA")
sources = {"PCA": pca, "autoencoder": autoencoder}

# %% [markdown]
# Some images are held out from training, and these stay normal. The anomalies are of several kinds,
# made of the held-out images: the four defects of this course, `faint` ones with half the
# brightness, `bright` ones with 1.6 times the brightness, as if the lamp of the scanner were
# dying or new; and then all other digits.

# %%
held_out = split.test_images[~split.test_is_anomaly]
anomalies = {kind: with_defect(held_out, kind, lesson_seed()) for kind in DEFECTS}
anomalies |= {"faint": held_out / 2, "bright": (1.6 * held_out).clip(0, 1)}
anomalies["other digits"] = split.test_images[split.test_is_anomaly]
if not digits:
    anomalies["ones"] = split.test_images[200:400]

# %%
kinds = ["faint", "noise", "line", "other digits"]
x = torch.from_numpy(np.stack([held_out[0], held_out[1], *(anomalies[k][0] for k in kinds)]))
latent = sources[first].encode(x)
reconstruction = sources[first].decode(latent).detach().reshape(x.shape)
z = composite(latent, x, reconstruction)
assert z.shape == (6, latent_dim + 2)

# %%
rows = [*x, *reconstruction, *(x - reconstruction).abs()]
names = ["normal", "normal", *kinds]
titles = names + [f"z_e {e:.4f}" for e in z[:, -2]] + [f"z_c {c:.3f}" for c in z[:, -1]]
figure = Figure(figsize=(8, 4.4), layout="constrained")
draw_images(figure, np.stack(rows), titles, columns=6)
show(figure, "Six images, their reconstructions, and the absolute differences, largest for noise.")

# %% [markdown]
# From top to bottom: the image, its reconstruction, and where they differ. The features of a whole
# set are computed batch by batch; here they are for all images and both sources.

# %%
z_train, z_normal, z_anomalous = {}, {}, {}
for name, model in sources.items():
    z_train[name] = composite_features(model, train).numpy()
    z_normal[name] = composite_features(model, Source(held_out)).numpy()
    z_anomalous[name] = {
        kind: composite_features(model, Source(images)).numpy()
        for kind, images in anomalies.items()
    }

# %% [markdown]
# ## Neither latents nor error suffice
#
# You will now judge each part of $z$ on its own. The judge must be the same for all parts, and
# simple. Take the score of Eq. 6, before anything is learnt: $T = 0$, $\nu = 1$, $K = I$.
#
# $$\begin{aligned}
# S(x) &= -\big(T(z) + \ln \nu + \ln p_{nK}(z)\big) \\
#      &= -\ln \mathcal N(z;\, \hat\mu, \hat\Sigma) \\
#      &= \tfrac12 (z - \hat\mu)^T \hat\Sigma^{-1} (z - \hat\mu) + \text{const}
# \end{aligned}$$
#
# That is the Mahalanobis distance from the training images, and it can be computed for any of the
# coordinates. $z_e$ alone is a score as it stands, the paper's *Error*.

# %%
show_source(summaries.gaussian_score)

# %% [markdown]
# **Predict.** First, somebody halves the brightness of a normal image. Does its reconstruction
# error rise or fall? Second, somebody adds noise to each pixel. Which notices it more, the error or
# the latents?

# %%
my_guess = ""  # "rises" or "falls"; "the error" or "the latents"

# %%
scores = {
    name: summaries.part_scores(z_train[name], z_normal[name], z_anomalous[name])
    for name in sources
}
hard = "faint" if digits else "ones"
figure = Figure(figsize=(10, 4), layout="constrained")
left, right = figure.subplots(1, 2)
figures.draw_error_against_latents(left, scores[first], [hard, "noise"], f"{split.name}, {first}")
