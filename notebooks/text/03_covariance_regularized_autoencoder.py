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
# # 03 · The covariance-regularised autoencoder
#
# **Minutes:** 40 to read, under 1 to run on two CPU cores. **You need:** lesson 00; what the
# eigenvalues of a covariance matrix are; a little torch.
#
# When you are done, you will be able to
#
# 1. read the autoencoder of this course, and say what the batch norm before its latents is for;
# 2. recognise collapsed latents, which a heat map of correlations does not show;
# 3. derive Eq. 2, and say what a small value of it promises and what it does not;
# 4. choose $\lambda$ as the paper says, and say what it costs;
# 5. say what the second stage of training buys, and what it does not.
#
# | symbol | in the code | what it is |
# |---|---|---|
# | $z_l = E(x)$ | `latent` | the $d$ numbers that the encoder makes of an image |
# | $x' = D(z_l)$ | `reconstruction` | the image that the decoder makes of them |
# | $\Sigma$ | `latent_covariance` | covariance of the latents, $d \times d$ |
# | $\lambda$ | `covariance_weight` | weight of the covariance loss |
# | $\kappa$ | `condition_number` | largest eigenvalue of $\Sigma$ over the smallest |

# %%
import copy

import numpy as np
import torch
from matplotlib.figure import Figure

from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.covariance import figure as figures
from cance_edu.course.covariance import summary as summaries
from cance_edu.course.covariance.explorer import CovarianceExplorer
from cance_edu.course.explorer import drive

# %%
from cance_edu.course.page import lesson_dataset, lesson_seed, lesson_split, measured, show_source
from cance_edu.course.style import show
from cance_edu.method import autoencoder
from cance_edu.method.autoencoder import covariance_loss
from cance_edu.method.moments import condition_number
from cance_edu.method.noise import GaussianNoise
from cance_edu.training import autoencoder as training
from cance_edu.training.autoencoder import latent_covariance
from cance_edu.training.sources import Source

# %% [markdown]
# ## An autoencoder in one scroll
#
# The normal class of this lesson is made of five: the even digits. Normal images that are held
# out from training judge every model below, for we want latents that spread well on images that
# the encoder has never seen.

# %%
split = lesson_split(normal=[0, 2, 4, 6, 8], random_state=lesson_seed())
train = Source(split.train)
held_out = Source(split.test[~split.is_anomaly])
shape = split.train.shape[1:]
print(f"{len(train)} images to train on, {len(held_out)} held out, each of shape {shape}")

# %% [markdown]
# An **encoder** $E$ turns an image into $d$ latents, and a **decoder** $D$ turns them back. Two
# convolutions halve the image twice, and two dense layers lead on to the latents; the decoder is
# the mirror of that.

# %%
model = autoencoder.convolutional_autoencoder(shape, latent_dim=6)
signal = train.batch(torch.arange(8))
for layer in [*model.encoder[0], model.encoder[1], *model.decoder]:
    signal = layer(signal)
    name = type(layer).__name__
    if name not in ("ELU", "_Crop"):
        print(f"{name:16s} {tuple(signal.shape[1:])}")

# %% [markdown]
# Find the narrowest place of that list: a linear layer with 6 outputs, and behind it a batch norm.
# The batch norm is the one unusual part. Here is the class that puts it there.

# %%
show_source(autoencoder.Autoencoder)

# %% [markdown]
# What the two learn is to rebuild the image. Eq. 1 is the squared distance of image and
# reconstruction, summed over the pixels and averaged over the images:
#
# $$\mathcal L_{error}(\phi_1, \phi_2)
#   = \mathbb E_x \big[ \| x - D_{\phi_2}(E_{\phi_1}(x)) \|^2 \big] \tag{1}$$

# %%
show_source(autoencoder.reconstruction_loss)

# %% [markdown]
# All models of this lesson are trained alike: 24 passes over the data in which everything learns,
# then 6 in which the decoder goes on alone. Those that are to be compared start from the same
# weights and see the images in the same order.


# %%
def trained(latent_dim, covariance_weight, batch_norm=True):
    torch.manual_seed(lesson_seed())
    model = autoencoder.convolutional_autoencoder(shape, latent_dim)
    if not batch_norm:
        model.encoder[1] = torch.nn.Identity()
    order = torch.Generator().manual_seed(lesson_seed())
    settings = {"covariance_weight": covariance_weight, "epochs": (24, 6), "batch_size": 32}
    training.train_autoencoder(model, train, generator=order, **settings)
    return model


# %% [markdown]
# ## A bottleneck wider than the data needs
#
# How many latents do five digits need? You rarely know, so you take some to spare: 32. (MNIST has
# twelve times as many pixels; there it takes 128 to show the same.) The covariance loss is left out
# for now, $\lambda = 0$.
#
# The batch norm gives each latent mean 0 and variance 1. Think of the latents of all held-out
# images as a cloud, in as many dimensions as there are latents.
#
# **Predict.** In its widest direction the cloud has some standard deviation, and in its thinnest
# direction another. How many times larger is the first?

# %%
my_guess = ""  # "about the same", "ten times", "a hundred times" or more

# %%
wide = {"digits": 32, "mnist": 128}[lesson_dataset()]
collapsed = trained(latent_dim=wide, covariance_weight=0)
spread = summaries.latent_spread(collapsed, held_out)
deviations = latent_covariance(collapsed, held_out).diag().sqrt()
largest = np.abs(spread.correlations - np.eye(wide)).max()

print(f"standard deviations of the latents: {deviations.min():.2f} to {deviations.max():.2f}")
print(f"largest correlation of two latents: {largest:.2f}")
print(f"widest over thinnest direction:     {np.sqrt(spread.condition_number):.0f}")

# %%
figure = Figure(figsize=(10, 3), layout="constrained")
heat_map, spectrum, cloud = figure.subplots(1, 3, width_ratios=(1.2, 1, 1.6))
figures.draw_latent_spread(heat_map, spectrum, spread)
directions = summaries.widest_and_thinnest(collapsed, held_out)
figures.draw_two_directions(cloud, directions, "held-out images")
show(
    figure,
    f"No two of {wide} latents correlate by more than {largest:.2f}. The variances along the "
    f"principal directions fall from {spread.eigenvalues[0]:.1f} to {spread.eigenvalues[-1]:.5f}, "
    "far below those of independent latents, and the cloud seen from its thin side is a line.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# More than a hundred times. The square of that ratio is the **condition number**,
#
# $$\kappa = \frac{\text{largest eigenvalue of } \Sigma}{\text{smallest eigenvalue of } \Sigma}
#   > 10\,000 .$$
# </details>
#
# The latents have *collapsed*: but for less than a hundredth of their width they lie in a
# subspace. Yet each of them has a variance near 1, and no two correlate strongly. How can that be?

# %%
assert 0.5 < deviations.min() < deviations.max() < 2
assert largest < 0.9
assert spread.condition_number > 10_000
collapse = measured(
    "03 log10 condition number of collapsed latents", np.log10(spread.condition_number)
)

# %% [markdown]
# ### Variances of 1 are not independence
#
# Two latents first. With variances 1 and correlation $\rho$,
#
# $$\Sigma = \begin{pmatrix} 1 & \rho \\ \rho & 1 \end{pmatrix}
#   \quad\text{has eigenvalues } 1 \pm \rho, \text{ so}\quad
#   \kappa = \frac{1 + |\rho|}{1 - |\rho|} .$$
#
# A correlation of 0.9 makes $\kappa = 19$. To make it 10,000, a single pair would have to correlate
# by 0.9998, and the heat map has nothing like it.

# %%
for rho, expected in ((0.9, 19), (0.9998, 9999)):
    pair = torch.tensor([[1, rho], [rho, 1]], dtype=torch.float64)
    assert abs(condition_number(pair) / expected - 1) < 1e-6

# %% [markdown]
# Now many. Take $d$ latents whose sum is always 0. The last is determined by the others, so
# $\Sigma$ is singular: $\kappa$ is infinite. If each has variance 1 and each pair the same
# correlation $\rho$, then
#
# $$0 = \operatorname{Var}\Big(\sum_i z_i\Big) = d + d (d - 1) \rho
#   \quad\Longrightarrow\quad \rho = -\frac{1}{d - 1} .$$
#
# **Predict.** With $d = 32$, would you notice this collapse in a heat map?

# %%
my_guess = ""  # "yes" or "no"

# %%
d = 32
sum_is_zero = torch.full((d, d), -1 / (d - 1), dtype=torch.float64).fill_diagonal_(1)
print(f"correlations {sum_is_zero[0, 1]:.3f}, condition number {condition_number(sum_is_zero)}")
print(f"by chance, {len(held_out)} images give some {1 / np.sqrt(len(held_out)):.3f} either way")

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. A correlation of $-0.03$ looks white, and as much arises by chance among independent latents.
# A thin direction made of many latents leaves hardly a trace in any pair. So look at the
# eigenvalues; the heat map alone reassures when it should not.
# </details>

# %%
assert condition_number(sum_is_zero) == np.inf
assert abs(sum_is_zero[0, 1] + 0.03) < 0.005
assert 1 / np.sqrt(len(held_out)) > 0.03

# %% [markdown]
# ## What the batch norm is for
#
# A well-known course, the University of Amsterdam's, advises against batch norm in autoencoders:
# the code of an image should not depend on the other images of its batch. The paper puts a batch
# norm exactly before the code. Who is right?
#
# First the objection. In training, a batch norm uses mean and variance of the batch; afterwards it
# uses running averages, which are fixed. The next cell encodes one image in two different crowds.

# %%
images = train.batch(torch.arange(63))
crowds = images[:32], torch.cat([images[:1], images[32:]])
in_training = copy.deepcopy(collapsed).train()
with torch.no_grad():
    first, second = (in_training.encode(crowd)[0] for crowd in crowds)
    one, other = (collapsed.encode(crowd)[0] for crowd in crowds)
print(f"in training, the crowd moves the image by {(first - second).norm():.1f}")
print(f"afterwards, it moves it by {(one - other).norm():.0e}")

# %%
assert (first - second).norm() > 0.3
assert (one - other).norm() < 1e-4

# %% [markdown]
# So the objection is right about training, where the crowd acts as noise on the latents. It does
# not touch what we use afterwards: there the code of an image depends on that image alone.
#
# Now the defence. The covariance loss, Eq. 2 below, sums squared covariances, and covariances have
# a cheap way of becoming small. Multiply all latents by some $a < 1$:
#
# $$z_l \to a z_l \quad\Longrightarrow\quad \Sigma \to a^2 \Sigma, \qquad
#   \mathcal L_{cov} \to a^4 \mathcal L_{cov}, \qquad \kappa \to \kappa .$$
#
# The decoder's first layer divides by $a$ again, and the reconstructions stay as they were.

# %%
z = torch.randn(200, 4, generator=torch.Generator().manual_seed(0)).double().cumsum(1)
assert abs(covariance_loss(0.1 * z) / covariance_loss(z) - 0.1**4) < 1e-9
assert abs(condition_number((0.1 * z).T.cov()) / condition_number(z.T.cov()) - 1) < 1e-9

# %% [markdown]
# **Predict.** We train 16 latents with $\lambda = 100$ (32 with 1,000 on MNIST), once with and once
# without the batch norm. Which of the two has the smaller covariance loss, and which the smaller
# condition number?

# %%
my_guess = ""  # "with" or "without" for the loss, "with" or "without" for the condition number

# %%
setting = {"digits": (16, 100), "mnist": (32, 1000)}[lesson_dataset()]
normed, free = trained(*setting), trained(*setting, batch_norm=False)
found = {}
for name, model in (("with", normed), ("without", free)):
    found[name] = summaries.latent_spread(model, held_out)
    deviations = latent_covariance(model, held_out).diag().sqrt()
    print(
        f"{name:7s} batch norm: covariance loss {found[name].covariance_loss:.5f}, condition "
        f"number {found[name].condition_number:.0f}, median deviation {deviations.median():.2f}"
    )

# %% [markdown]
# <details><summary>Answer</summary>
#
# *Without* the batch norm the loss is smaller, by more than ten times (four on MNIST); *with* it
# the condition number is, by more than ten times. Left free, the encoder takes the cheap way and
# shrinks its latents, most of them below half their width.
# </details>
#
# The batch norm pins the diagonal of $\Sigma$ at 1, so that Eq. 2 can only fall by decorrelation.
# The two belong together: batch norm alone leaves the collapse of the last section, and Eq. 2
# alone is cheated. (A loss without that loophole exists: penalise correlations, not covariances.)

# %%
times = {"digits": 10, "mnist": 4}[lesson_dataset()]
assert found["without"].covariance_loss * times < found["with"].covariance_loss
assert found["without"].condition_number > 10 * found["with"].condition_number
assert deviations.median() < 0.5

# %% [markdown]
# ## Eq. 2, and what it promises
#
# We want $\Sigma$ to be diagonal. The simplest measure of how far it is from that is the mean
# square of what is off the diagonal:
#
# $$\mathcal L_{cov}(\phi_1) = \frac{1}{d (d - 1)} \big\| \operatorname{off}(\Sigma) \big\|_F^2 ,
#   \qquad \operatorname{off}(\Sigma) = \Sigma - \Sigma \odot I_d . \tag{2}$$

# %%
show_source(covariance_loss)

# %% [markdown]
# What has this to do with eigenvalues? With variances of 1, everything. Let $e_1, \dots, e_d$ be
# the eigenvalues of $\Sigma$. Their sum is the trace, $d$, so their mean is 1. The sum of their
# squares is the squared Frobenius norm. Therefore
#
# $$\| \operatorname{off}(\Sigma) \|_F^2 = \| \Sigma \|_F^2 - d
#   = \sum_k e_k^2 - d = \sum_k (e_k - 1)^2 :$$
#
# up to the factor $d - 1$, **Eq. 2 is the variance of the eigenvalues**.
#
# How small can one eigenvalue be, then? Say $e_d = 1 - a$. The others make up for it by $a$ in
# total, at best in equal parts (Cauchy-Schwarz), so
#
# $$d (d - 1) \mathcal L_{cov} \ge a^2 + \frac{a^2}{d - 1} = \frac{d}{d - 1} a^2
#   \quad\Longrightarrow\quad e_{min} \ge 1 - (d - 1) \sqrt{\mathcal L_{cov}} .$$
#
# The $d$ latents whose sum is 0 turn the bound into an equality. For $d = 32$ they have a
# covariance loss of $1 / 31^2$, about 0.001, and are singular.

# %%
with torch.no_grad():
    z = collapsed.encode(held_out.batch(torch.arange(len(held_out)))).double()
z = (z - z.mean(0)) / z.std(0, correction=0)  # variances of exactly 1
eigenvalues, loss = torch.linalg.eigvalsh(z.T.cov(correction=0)), covariance_loss(z)
others = wide - 1
print(f"variance of the eigenvalues {eigenvalues.var(correction=0):.4f}")
print(f"Eq. 2 times {others}: {others * loss:.4f}")
print(f"smallest eigenvalue {eigenvalues[0]:.5f}, bound {1 - others * loss.sqrt():.2f}")

# %%
assert abs(eigenvalues.var(correction=0) / (others * loss) - 1) < 1e-9
assert 1 - others * loss.sqrt() < 0 < eigenvalues[0]
off = sum_is_zero - torch.eye(d)
assert abs(off.square().sum() / (d * (d - 1)) - 1 / 31**2) < 1e-12
assert abs(torch.linalg.eigvalsh(sum_is_zero)[0] - (1 - 31 * np.sqrt(1 / 31**2))) < 1e-12

# %% [markdown]
# Above, the bound is negative: it says nothing. For 32 latents it starts to speak at a loss of
# 0.001. Can training get there?
#
# **Predict.** Take latents that *are* independent, in a batch of 31 images. What is Eq. 2 on that
# batch, on average?

# %%
my_guess = ""  # "0", "about 0.001", "about 0.03" or "about 1"

# %%
batches = torch.rand(2000, 31, 32, generator=torch.Generator().manual_seed(0)).double()
batches = (batches - batches.mean(1, keepdim=True)) / batches.std(1, correction=0, keepdim=True)
average = torch.stack([covariance_loss(batch) for batch in batches]).mean()
print(f"Eq. 2 of independent latents in a batch of 31: {average:.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# About 0.03. In $n$ images two independent latents have a sample correlation whose square is
# $1 / (n - 1)$ on average, whatever their distributions (shuffle one of them: every shuffle is as
# likely). The batch norm makes the variances of the batch 1, so this is what Eq. 2 sees: $1 / 30$.
# </details>
#
# The training loss cannot tell a collapse from chance. It pushes in the right direction, batch
# after batch, and what it has achieved must be measured elsewhere: by the condition number, on
# held-out images. That is how the paper's advice reads too: choose the smallest $\lambda$ that
# *yields a well-conditioned covariance*. It says nothing of a small loss.

# %%
assert abs(average - 1 / 30) < 1e-3
assert average > 20 * (1 / 31**2)

# %% [markdown]
# ## What a number for $\lambda$ means
#
# The paper calls Eq. 1 "the mean squared error" and prints a squared norm, which is a sum over
# pixels. We compute what is printed. For $d_0$ pixels,
#
# $$\frac{1}{d_0} \mathcal L_{error} + \lambda' \mathcal L_{cov}
#   = \frac{1}{d_0} \big( \mathcal L_{error} + d_0 \lambda' \, \mathcal L_{cov} \big) ,$$
#
# and AdamW, which divides each gradient by its running size, hardly notices a factor in front of
# everything.
#
# **Predict.** Somebody averages over pixels, trains on images like ours and reports
# $\lambda' = 1$. Which $\lambda$ do you set to train the same way?

# %%
my_guess = None  # a number

# %%
pixels = images[0].numel()
reconstructions, latent = normed(images), normed.encode(images)
averaged = (images - reconstructions).square().mean() + covariance_loss(latent)
summed = autoencoder.reconstruction_loss(images, reconstructions) + pixels * covariance_loss(latent)
weights = list(normed.encoder.parameters())
gradients = [torch.autograd.grad(loss, weights, retain_graph=True) for loss in (averaged, summed)]
for with_average, with_sum in zip(*gradients, strict=True):
    torch.testing.assert_close(pixels * with_average, with_sum, rtol=1e-3, atol=1e-3)
print(f"the gradients agree for lambda = {pixels} lambda'")

# %% [markdown]
# <details><summary>Answer</summary>
#
# As many as there are pixels: 64 for these digits, 784 for MNIST. One and the same number stands
# for a penalty that is twelve times heavier on digits than on MNIST, and the other convention
# moves it by a factor of 64 or 784. A $\lambda$ without its convention is not reproducible. The
# paper prints none.
# </details>

# %%
assert pixels == {"digits": 64, "mnist": 784}[lesson_dataset()]
assert 12 < 784 / 64 < 13

# %% [markdown]
# ## The smallest $\lambda$ that conditions well, and its price
#
# We call a covariance well conditioned when $\kappa$ on held-out images is below 100. To see what
# $\lambda$ does, one model is not enough. `cance-edu record covariance` trained 81 on the digits:
# 6, 16 and 32 latents, nine values of $\lambda$, three seeds.
#
# **Predict.** Which $\lambda$ do 6 latents need? And what does the reconstruction loss of 32
# latents do, as $\lambda$ grows from 0?

# %%
my_guess = ""  # a number; and "grows", "stays", "falls" or "falls, then grows"

# %%
recording = recordings.load("covariance")
six, sixteen, thirty_two = paths = [summaries.weight_path(recording, d) for d in (6, 16, 32)]
for path in paths:
    smallest = ", ".join("none" if np.isnan(w) else f"{w:g}" for w in path.smallest)
    print(f"{path.latent_dim:2d} latents: smallest well-conditioned lambda {smallest}")

# %%
figure = Figure(figsize=(10, 3.6), layout="constrained")
figures.draw_path(*figure.subplots(1, 2), paths)
first, best, last = (thirty_two.condition_numbers[k].mean() for k in (0, 6, -1))
show(
    figure,
    f"Left: the condition number of 6 latents stays below {six.condition_numbers.max():.1f}. That "
    f"of 16 falls to {sixteen.condition_numbers[4].mean():.0f} at λ = 3. That of 32 falls from "
    f"{first:.0f} to {best:.0f} at λ = 30 and is {last:.0f} at 1,000. Right: the reconstruction "
    "loss of 32 latents falls up to λ = 10 and then grows; that of 6 latents hardly falls at all.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Six latents need none: the batch norm suffices, and 0 is the smallest $\lambda$. The
# reconstruction loss of 32 latents falls first, by about 40% at $\lambda = 10$, and then grows.
# </details>
#
# Read the figure from left to right, one bottleneck at a time.
#
# - **6 latents** are fewer than these data need. None is wasted, so none collapses. $\lambda$ only
#   costs: at 1,000 the reconstruction loss is more than 40% higher than at 0.
# - **16 latents** collapse somewhat at $\lambda = 0$. The smallest $\lambda$ that conditions them
#   well is 0.3, 1 or 3, depending on the seed. It costs nothing: the loss is *lower* there than at
#   0, by 3 to 13%.
# - **32 latents** stay above 100 for every $\lambda$ and seed, in trainings as short as these. More
#   is not better either: at 1,000 all three are conditioned worse than at 30.
#
# Why would a penalty on the latents improve reconstructions? Collapsed latents are wasted ones.
# Where there was waste, $\lambda$ makes the encoder use what it has; its price shows only later.

# %%
assert (six.smallest == 0).all()
assert six.condition_numbers.max() < 3
assert sixteen.smallest.tolist() == [0.3, 1, 3]
assert thirty_two.condition_numbers.min() > 100
assert (thirty_two.condition_numbers[-1] > thirty_two.condition_numbers[6]).all()

# %%
relative = {p.latent_dim: p.reconstruction_losses / p.reconstruction_losses[0] for p in paths}
assert relative[6].mean(1)[-1] > 1.4
chosen = [relative[16][list(sixteen.weights).index(w), i] for i, w in enumerate(sixteen.smallest)]
assert 0.87 < min(chosen) < 0.88
assert 0.96 < max(chosen) < 0.97
assert 0.58 < relative[32].mean(1)[5] < 0.62
assert relative[32].mean(1).argmin() == 5

# %% [markdown]
# ### Move it yourself
#
# Start with 32 latents and walk through $\lambda$. Watch which eigenvalues rise first, and when the
# heat map has become white although the condition number has not yet become small.

# %%
explorer = CovarianceExplorer(recording)
explorer

# %%
assert drive(explorer) > 0
explorer.controls["latent_dim"].value = 16
explorer.controls["covariance_weight"].value = 3.0
assert f">{sixteen.condition_numbers[4, 0]:.3g}<" in explorer.readout.value

# %% [markdown]
# ### The rule as code
#
# "The smallest $\lambda$ that yields a well-conditioned covariance" is a search from below.

# %%
show_source(training.smallest_well_conditioned)

# %% [markdown]
# The detector does it when asked for `covariance_weight="auto"`. Variant "error" trains the
# autoencoder and nothing else.

# %%
detector = CANCE(
    "error",
    latent_dim=16,
    covariance_weight="auto",
    epochs=(24, 6),
    validation_fraction=0.2,
    random_state=lesson_seed(),
).fit(split.train)
for weight, condition in detector.condition_numbers_.items():
    print(f"lambda = {weight:g}: condition number {condition:.0f}")

# %%
*too_small, last = detector.condition_numbers_.values()
assert last < training.WELL_CONDITIONED
assert all(condition >= training.WELL_CONDITIONED for condition in too_small)
assert detector.covariance_weight_ == list(detector.condition_numbers_)[-1]

# %% [markdown]
# With 32 latents the search would try its whole grid and return the last model, still ill
# conditioned. What then? Take fewer latents. The authors of the paper did so themselves where a
# Gaussian mixture degenerated on 64 latents of CIFAR-10: they went down to 16 (Sec. 4.3).
#
# ## What the second stage buys
#
# After the first stage the encoder is frozen and the decoder goes on. The paper gives as the reason
# "to mitigate the impact of the covariance loss on the AE's ability to reconstruct".

# %%
show_source(training.train_autoencoder)

# %% [markdown]
# How does the covariance loss reach the decoder? It depends on $\phi_1$ alone:
#
# $$\frac{\partial}{\partial \phi_2}
#   \big( \mathcal L_{error}(\phi_1, \phi_2) + \lambda \mathcal L_{cov}(\phi_1) \big)
#   = \frac{\partial}{\partial \phi_2} \mathcal L_{error}(\phi_1, \phi_2) .$$

# %%
loss = covariance_loss(normed.encode(images))
of_decoder = torch.autograd.grad(loss, normed.decoder.parameters(), allow_unused=True)
assert all(gradient is None for gradient in of_decoder)

# %% [markdown]
# The decoder has been minimising Eq. 1 all along. What the encoder gave up for the sake of
# $\lambda$, no decoder can bring back. The second stage changes one thing: the code stands still,
# and with its frozen batch norm it no longer depends on the crowd.
#
# The recording compares schedules of equal length, for 16 latents and five seeds: 30 passes of
# everything (*joint*), or 24 and then 6 with the decoder alone (*decoupled*). Two controls: only
# the 24; and 24 and then 6 more of everything with the learning rate started anew (*restarted*).
#
# **Predict.** By how much does decoupling lower the held-out reconstruction loss, in percent? For
# which of $\lambda$ = 0, 1 and 100 most?

# %%
my_guess = ""  # percent; and a value of lambda

# %%
comparison = summaries.schedule_comparison(recording)
trained_on, on_held_out = np.moveaxis(100 * comparison.change("decoupled"), -1, 0)
for weight, seen, new in zip(comparison.weights, trained_on, on_held_out, strict=True):
    print(f"lambda {weight:3g}: training {seen.mean():+.1f}%, held out {new.mean():+.1f}%", end="")
    print(f" ({new.min():+.1f} to {new.max():+.1f}), better in {(new < 0).sum()} of 5 seeds")

# %%
figure = Figure(figsize=(8, 3.2), layout="constrained")
figures.draw_schedules(figure.subplots(), comparison)
restarted = 100 * comparison.change("joint, restarted")[-1, :, 1]
show(
    figure,
    "Change of the held-out loss against joint training, in percent, one point a seed. Decoupled "
    f"training lies between {on_held_out.min():.0f} and {on_held_out.max():+.0f}, mostly below 0. "
    "The first stage alone is worse than joint training, and restarting everything is worse still, "
    f"by {restarted.min():.0f} to {restarted.max():.0f} percent at λ = 100.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Little: 1%, 3% and 3% on average for $\lambda$ = 0, 1 and 100. At $\lambda = 0$ it made two seeds
# of five worse; at 100 it helped all five. On the images that were trained on it looks better, 6, 8
# and 13%, and that is the number you would report if you forgot to hold images out.
# </details>
#
# Is that "mitigation"? Joint training with $\lambda = 100$ has a held-out loss 29% above that with
# $\lambda = 1$. Decoupling gives back about a seventh of the difference; the rest stays lost.
#
# The controls say what the gain is not. It is not the fresh learning rate: restarting everything
# is worse than joint training for every $\lambda$ and seed. Freezing the code is what helps.

# %%
assert np.allclose(on_held_out.mean(1), [-1, -3, -3], atol=0.5)
assert np.allclose(trained_on.mean(1), [-6, -8, -13], atol=0.5)
assert ((on_held_out > 0).sum(1) == [2, 1, 0]).all()
joint, decoupled = (
    comparison.losses[:, :, comparison.schedules.index(name), 1].mean(1)
    for name in ("joint", "decoupled")
)
assert abs(joint[2] / joint[1] - 1.29) < 0.005
assert 1 / 8 < (joint[2] - decoupled[2]) / (joint[2] - joint[1]) < 1 / 6
assert (comparison.change("joint, restarted") > 0).all()

# %% [markdown]
# ## Why the noise needs it
#
# All of this is for the next step. NCE will tell latents from noise, and the noise is a Gaussian
# with their mean and covariance:
#
# $$\ln p_n(z) = -\tfrac12 (z - \mu)^T \Sigma^{-1} (z - \mu) - \tfrac12 \ln \det \Sigma
#   - \tfrac d2 \ln 2 \pi .$$
#
# Move every $z$ by a small $\delta$ along an eigenvector $v$ of $\Sigma$ with eigenvalue $e$. The
# term that is linear in $z - \mu$ averages to 0 over the data, and what remains is
#
# $$\big\langle \ln p_n(z) - \ln p_n(z + \delta v) \big\rangle = \frac{\delta^2}{2 e} .$$
#
# **Predict.** We take the collapsed latents and move each by 0.1. How much does $\ln p_n$ fall if
# we move along the widest direction, and how much along the thinnest? The unit is the nat: one nat
# less is a density 2.7 times lower.

# %%
my_guess = ""  # two numbers, in nats

# %%
with torch.no_grad():
    z = collapsed.encode(train.batch(torch.arange(len(train)))).double()
noise = GaussianNoise(z.mean(0), z.T.cov(correction=0))
eigenvalues, directions = torch.linalg.eigh(noise.covariance)
falls = {}
for name, k in (("widest", -1), ("thinnest", 0)):
    falls[name] = (noise.log_prob(z) - noise.log_prob(z + 0.1 * directions[:, k])).mean().item()
    print(f"along the {name} direction ln p_n falls by {falls[name]:.3g} nats")
    assert abs(falls[name] / (0.1**2 / (2 * eigenvalues[k].item())) - 1) < 1e-4

# %% [markdown]
# <details><summary>Answer</summary>
#
# By less than a hundredth of a nat, and by dozens of nats: each image has become many billion times
# less likely, with latents that are almost the same. Decoded, the moved latents give images that
# differ from the former ones by less than a thousandth of the reconstruction loss.
# </details>
#
# The score of lesson 00 is $S = -(T + \ln \nu + \ln p_n)$. If $\ln p_n$ drops off a cliff where the
# data hardly change, $T$ must have a cliff of the same height in the same place, or the score is
# about the cliff and not about the image. But $T$ sees the latents one by one, each with variance
# 1: it would have to find a direction made of many of them and less than a hundredth as wide. The
# paper calls such a problem ill-posed.

# %%
assert falls["widest"] < 0.01
assert falls["thinnest"] > 24
assert eigenvalues[0].sqrt() < 0.01 * eigenvalues[-1].sqrt()
with torch.no_grad():
    here, moved = (collapsed.decode(x.float()) for x in (z, z + 0.1 * directions[:, 0]))
difference = autoencoder.reconstruction_loss(here, moved).item()
rebuilt = summaries.latent_spread(collapsed, train).reconstruction_loss
print(f"moved images differ by {difference:.0e}; the reconstruction loss is {rebuilt:.2f}")
assert difference < rebuilt / 1000
assert np.exp(-falls["thinnest"]) < 1e-10

# %% [markdown]
# ### A collapse that no $\lambda$ repairs
#
# Give the encoder a dense layer of 8 units before its 16 latents. The latents are then 16 affine
# functions of 8 numbers, the rank of $\Sigma$ is at most 8, and no training changes that.

# %%
narrow = autoencoder.convolutional_autoencoder(shape, latent_dim=16, hidden=8)
order = torch.Generator().manual_seed(lesson_seed())
training.train_autoencoder(
    narrow, train, generator=order, covariance_weight=1000, epochs=(2, 0), batch_size=32
)
singular = latent_covariance(narrow, held_out)
for place, name in ((-1, "1st"), (-8, "8th"), (-9, "9th"), (0, "16th")):
    print(f"{name:>4s} eigenvalue {torch.linalg.eigvalsh(singular)[place]:.1e}")

# %% [markdown]
# Beyond the eighth there is round-off alone. On these latents a Gaussian has no density at all, and
# the class that is our noise says so when it is made, before anything is trained on it. Find the
# threshold in its code. (It looks at correlations, so that a feature with a small variance, such
# as $z_e$, does not count as a collapse.)

# %%
show_source(GaussianNoise.__init__)

# %%
print(f"with lambda = 1000, 8 units, 16 latents: {condition_number(singular):.1e}")
print(f"with lambda = 0, 256 units, {wide} latents: {condition_number(noise.covariance):.1e}")
assert condition_number(singular) > 1e12 > condition_number(noise.covariance) > 1e4

# %% [markdown]
# Two thresholds, then. Above $10^{12}$ the inverse of $\Sigma$ is round-off, and the detector
# refuses. Below 100 we call $\Sigma$ well conditioned. In between it computes, and you have been
# warned.
#
# ## Recap
#
# 1. An encoder, a batch norm without scale and shift, a decoder. The batch norm holds the variances
#    at 1, so that Eq. 2 cannot be cheated by shrinking; the crowd it depends on is gone after
#    training.
# 2. A bottleneck with latents to spare collapses: unit variances, no strong correlation, and yet a
#    direction less than a hundredth as wide as another. Eigenvalues show it; the heat map did not.
# 3. With variances of 1, Eq. 2 is the variance of the eigenvalues over $d - 1$. Small is good, but
#    $1 / (d - 1)^2$ is compatible with a singular $\Sigma$, and a batch cannot resolve that.
# 4. Take the smallest $\lambda$ with $\kappa < 100$ on held-out images, and fewer latents if there
#    is none. Where latents were wasted it costs nothing at first. Say whether you sum or average.
# 5. The second stage bought 1 to 3% of held-out reconstruction loss. It cannot undo what $\lambda$
#    did to the encoder.
#
# ## Questions
#
# 1. Write a loss of correlations, not of covariances. Does it still need the batch norm? What else
#    does the noise need of the latents?
# 2. Eq. 2 averages over pairs. What would you penalise to push the *smallest* eigenvalue up, and
#    what would it cost to compute in each batch?
# 3. Latents can be uncorrelated and still dependent: put them on a circle. What does $\kappa$ say,
#    and what is left for NCE to learn?
# 4. The decoupled encoder had 24 passes, the joint one 30. Which of the two has the smaller
#    $\kappa$, and is that an argument?
# 5. Conditioning is a means. Fit `CANCE(latent_dim=16, covariance_weight=w)` with `w` = 0 and 3 on
#    this split, for a few seeds. Which detects better? Does that contradict this lesson?
#
# ## Where to read on
#
# - Liao and Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*: Sec. 3.2.
# - Ioffe and Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal
#   Covariate Shift* (2015).
# - Lippe, *UvA Deep Learning Tutorials*, the notebook on deep autoencoders: the other opinion.
# - Cogswell, Ahmed, Girshick, Zitnick and Batra, *Reducing Overfitting in Deep Networks by
#   Decorrelating Representations* (2016): nearly the same loss, for another purpose.
# - Bardes, Ponce and LeCun, *VICReg: Variance-Invariance-Covariance Regularization for
#   Self-Supervised Learning* (2022): Eq. 2 with a penalty on variances in place of the batch norm.
# - Ledoit and Wolf, *A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices*
#   (2004): what to do when the latents are given and cannot be trained.
