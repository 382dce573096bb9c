# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 40
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
# # 03 · The covariance-regularised autoencoder
#
# **You need:** lesson 00; what the eigenvalues of a covariance matrix are.
#
# When you are done, you will be able to
#
# 1. recognise collapsed latents, and show what their thin directions do to an image and to a
#    density;
# 2. write Eq. 2, and say why it needs a batch norm beside it;
# 3. choose $\lambda$ as the paper says, and say what it costs;
# 4. say why the second stage of training freezes two things at once;
# 5. answer whether a well-conditioned covariance helps to find anomalies.

# %%
from cance_edu.course import lesson03 as lesson

# %% tags=["remove-input"]
lesson.strip("latents", "reconstruction")

# %% [markdown]
# ## 1 · Latents to spare
#
# An **encoder** $E$ squeezes an image into $d$ latents $z_l = E(x)$, and a **decoder** $D$ rebuilds
# it, $x' = D(z_l)$. Both learn to make the squared distance small, summed over the pixels and
# averaged over the images:
#
# $$\mathcal L_{error}(\phi_1, \phi_2)
#   = \mathbb E_x \big[ \| x - D_{\phi_2}(E_{\phi_1}(x)) \|^2 \big] \tag{1}$$
#
# The encoder is made of convolutions and dense layers, and ends in a **batch norm**, which gives
# each latent mean 0 and variance 1.
#
# The strip's normal images were eights. Ours are the five even digits, of 8 x 8 pixels; those of
# the test set judge every model below.

# %%
split = lesson.lesson_split(normal=[0, 2, 4, 6, 8], random_state=lesson.seed)
train = lesson.Source(split.train)
held_out = lesson.Source(split.test[~split.is_anomaly])
images = held_out.batch(lesson.torch.arange(63))

# %% [markdown]
# How many latents do five digits need? You rarely know, so you take some to spare: 32 for 64
# pixels. (On MNIST, with `CANCE_EDU_DATASET=mnist`, it is 128 for 784.)
#
# Think of the latents of all held-out images as a cloud in 32 dimensions: wide in some directions,
# thin in others.

# %% tags=["remove-input"]
lesson.predict(
    "03 widest over thinnest",
    "Each latent has variance 1, the batch norm sees to that. About how many times wider is the "
    "cloud in its widest direction than in its thinnest?",
    options=["3 times", "30 times", "300 times", "3000 times"],
)

# %%
collapsed = lesson.trained(train, latent_dim=lesson.wide, covariance_weight=0)
spread = lesson.latent_spread(collapsed, held_out)
widest_over_thinnest = spread.condition_number**0.5
nearest = f"{3 * 10 ** round(lesson.np.log10(widest_over_thinnest / 3))} times"
deviations = lesson.latent_covariance(collapsed, held_out).diag().sqrt()
rms = lesson.root_mean_square(spread.correlations)


# %% tags=["remove-input"]
def two_heat_maps(said):
    return lesson.figure(
        lesson.draw_collapse,
        *(spread, len(held_out), said and float(said.split()[0])),
        size=(7.8, 2.8),
        caption="The heat map shows that the latents correlate more than chance would make them. "
        "It does not show how bad that is; the variances along the principal directions do.",
        alt="Two heat maps of correlations, the latents' with more colour than that of independent "
        "points; and variances that fall far below those of independent latents.",
    )


# %% tags=["remove-input"]
lesson.answer(
    "03 widest over thinnest",
    nearest,
    r"""
    More exactly it is {times:.0f}. The square of that is the **condition number** of the latents'
    covariance $\Sigma$,

    $$\kappa = \frac{\text{largest eigenvalue of } \Sigma}{\text{smallest eigenvalue of } \Sigma}
      = {kappa:,.0f}.$$

    The latents have *collapsed*: they nearly lie in a subspace. Yet each has a deviation between
    {low:.2f} and {high:.2f}. Two of them correlate by {rms:.2f} (root mean square), where chance
    gives {chance:.2f}.
    """,
    picture=two_heat_maps,
    times=widest_over_thinnest,
    kappa=spread.condition_number,
    low=deviations.min(),
    high=deviations.max(),
    rms=rms,
    chance=(len(held_out) - 1) ** -0.5,
)

# %% [markdown]
# How can many small correlations make a thin direction? Two latents with variances 1 and
# correlation $\rho$ have eigenvalues $1 \pm \rho$: for $\kappa = 10\,000$ they would have to
# correlate by 0.9998. But take 32 latents whose *sum* is 0 for each image, all pairs correlated
# alike. That direction has no width at all, and yet each pair correlates by $-1/31 = -0.03$, which
# you would take for chance.
# **Look at the eigenvalues; a heat map shows pairs, and a thin direction is made of many.**
#
# ## 2 · A walk in the widest and the thinnest direction
#
# Take an image's latents as one point of the cloud, and move it: first in the widest direction,
# then as far in the thinnest. Decode what you get. Beside that, ask how likely the point is under
# $p_n$, a Gaussian with the cloud's mean and covariance: the method's noise (lesson 05).

# %% tags=["remove-input"]
lesson.predict(
    "03 walk",
    "You move the point by a distance of 4, in either direction. What changes more?",
    options=[
        "image and density: in the widest direction",
        "image and density: in the thinnest direction",
        "the image in the widest, the density in the thinnest",
        "the image in the thinnest, the density in the widest",
    ],
)

# %%
walk = lesson.latent_walk(collapsed, train, lengths=(-4, -2, -1, 0, 1, 2, 4), row=3)
(image_wide, image_thin), (density_wide, density_thin) = walk.changes[:, 0], walk.falls[:, 0]
rebuilding = lesson.latent_spread(collapsed, train).reconstruction_loss
image_moves = "widest" if image_wide > image_thin else "thinnest"
density_falls = "widest" if density_wide > density_thin else "thinnest"
what_changes = f"the image in the {image_moves}, the density in the {density_falls}"

# %% tags=["remove-input"]
lesson.answer(
    "03 walk",
    what_changes,
    r"""
    A step of 4 is {steps:.0f} standard deviations in the thinnest direction, and {steps_wide:.0f}
    in the widest. In the thinnest, points become $e^{{fall:.0f}}$ times less likely, on average.
    The decoded images change by {thin:.2g} (squared distance, as in Eq. 1); rebuilding, on these
    training images, costs {rebuilding:.2f} anyway. In the widest they change by {wide:.2g},
    {times:.0f} times as much, and $\ln p_n$ falls by {fall_wide:.1f}.
    """,
    picture=lesson.figure(
        lesson.draw_walk,
        walk,
        size=(7.6, 3.3),
        caption="Pictures: one image's latents, moved and decoded. Numbers: the mean over all. "
        "Along the thinnest direction the images change by less than rebuilding costs, and the "
        "density falls off a cliff.",
        alt="Upper row: a digit whose shape changes as its latents move in the widest direction. "
        "Lower row: the same digit seven times; under it ln p_n falls by many thousand nats.",
    ),
    steps=4 / walk.eigenvalues[1] ** 0.5,
    steps_wide=4 / walk.eigenvalues[0] ** 0.5,
    fall=density_thin,
    thin=image_thin,
    times=image_wide / image_thin,
    rebuilding=rebuilding,
    wide=image_wide,
    fall_wide=density_wide,
)

# %% [markdown]
# The cliff can be computed. Move each image's point a distance $\delta$ along an eigenvector of
# $\Sigma$ with eigenvalue $e$: on average over the data, $\ln p_n$ falls by $\delta^2 / 2e$.
#
# <details><summary>Why</summary>
#
# $\ln p_n(z) = -\frac12 (z - \mu)^T \Sigma^{-1} (z - \mu) + \text{const}$. With
# $\Sigma^{-1} v = v / e$ and $\|v\| = 1$ the shift adds
# $-\delta\, v^T (z - \mu) / e - \delta^2 / 2e$. The first term averages to 0 over the data.
# </details>
#
# The paper says that such latents make the next step ill-posed, and that the covariance must
# therefore be *well-conditioned*. We do what it asks, and then test whether it helps.
#
# ## 3 · Eq. 2, and the batch norm beside it
#
# We want $\Sigma$ to be diagonal. How far is it from that? The mean square of what is off the
# diagonal says so:
#
# $$\mathcal L_{cov}(\phi_1) = \frac{1}{d (d - 1)} \big\| \operatorname{off}(\Sigma) \big\|_F^2 ,
#   \qquad \operatorname{off}(\Sigma) = \Sigma - \Sigma \odot I_d \tag{2}$$
#
# Training minimises $\mathcal L_{error} + \lambda\, \mathcal L_{cov}$.
#
# **Your turn.** Write Eq. 2 for an array of latents, a row for each image. Covariances are the
# biased ones, $1/n$.

# %%
from cance_edu.classroom import check


def my_covariance_loss(latent):
    return ...


check.covariance_loss(my_covariance_loss)

# %% [markdown]
# <details><summary>One answer</summary>
#
# ```python
# covariance = np.cov(latent.T, bias=True)
# d = len(covariance)
# return ((covariance - np.diag(np.diag(covariance))) ** 2).sum() / (d * (d - 1))
# ```
#
# after `import numpy as np`.
# </details>
#
# What has this to do with eigenvalues? With variances of 1, everything: they have the mean 1, and
# up to a factor $d - 1$ **Eq. 2 is the variance of the eigenvalues**
# ([Going deeper](going_deeper/03b_small_covariance_loss.ipynb) proves it, and what a small value
# promises).
#
# But covariances have a cheap way of becoming small: multiply all latents by some $s < 1$, and let
# the decoder divide by $s$. So what if nothing holds the variances at 1?

# %% tags=["remove-input"]
lesson.predict(
    "03 batch norm",
    f"We train {lesson.strong[0]} latents with λ = {lesson.strong[1]}, with the batch norm and "
    "without. Which of the two has the smaller Eq. 2, and which the smaller κ?",
    options=["with, with", "with, without", "without, with", "without, without"],
)

# %%
normed, free = lesson.trained(train, *lesson.strong), lesson.trained(train, *lesson.strong, False)
found = [lesson.latent_spread(model, held_out) for model in (normed, free)]
names, losses = ("with", "without"), [each.covariance_loss for each in found]
conditions = [each.condition_number for each in found]
smaller = ", ".join(names[lesson.np.argmin(values)] for values in (losses, conditions))
width = lesson.latent_covariance(free, held_out).diag().sqrt().median()

# %% tags=["remove-input"]
lesson.answer(
    "03 batch norm",
    smaller,
    r"""
    In numbers, on held-out images:

    | | with batch norm | without |
    |---|---|---|
    | Eq. 2 | {loss:.5f} | {free_loss:.5f} |
    | $\kappa$ | {kappa:.0f} | {free_kappa:,.0f} |

    Left free, the encoder takes the cheap way: half of its latents have a deviation below
    {width:.2f}. Shrinking by $s$ multiplies Eq. 2 by $s^4$ and leaves $\kappa$ as it is. The two
    belong together: with the batch norm, Eq. 2 can only fall by decorrelation.
    """,
    loss=losses[0],
    free_loss=losses[1],
    kappa=conditions[0],
    free_kappa=conditions[1],
    width=width,
)

# %% [markdown]
# The University of Amsterdam's course advises against batch norms in autoencoders: an image's code
# should not depend on the other images of its batch. Encode one image in two different crowds.

# %%
crowds = images[:32], images[[0, *range(32, 63)]]
learning = lesson.in_training(collapsed)
here, there = (learning.encode(crowd)[0].detach() for crowd in crowds)
moved = ((here - there).norm() / here.norm()).item()
before, after = (collapsed.encode(crowd)[0].detach() for crowd in crowds)
moved_afterwards = ((before - after).norm() / before.norm()).item()

# %% tags=["remove-input"]
lesson.tell(
    """
    In training the crowd moves the image's latents by **{moved:.0%}** of their length; afterwards,
    with the batch norm's fixed running averages, by {afterwards:.0%}.
    """,
    moved=moved,
    afterwards=moved_afterwards,
)

# %% [markdown]
# ## 4 · Which λ, and what the second stage does
#
# Training sees Eq. 2 on batches of 32 images, and it is a mean: it can be small while one
# eigenvalue is near 0 ([Going deeper](going_deeper/03b_small_covariance_loss.ipynb)). So choose
# $\lambda$ by $\kappa$ on held-out images: the paper takes "the smallest $\lambda$ that yields a
# well-conditioned covariance". We call $\kappa < 100$ well conditioned. (Ours are test images; for
# a detector of your own, hold out some of the training set.)
#
# `cance-edu record covariance` trained 81 autoencoders of the digits: 6, 16 and 32 latents, nine
# values of $\lambda$, three seeds.

# %% tags=["remove-input"]
lesson.predict(
    "03 price",
    "λ grows from 0. What do you expect of the held-out reconstruction loss of 32 latents?",
    options=["growth", "no change", "a fall, then growth", "growth, then a fall"],
)

# %%
recording = lesson.recordings.load("covariance")
paths = [lesson.weight_path(recording, d) for d in (6, 16, 32)]
six, sixteen, thirty_two = paths
price = thirty_two.reconstruction_losses.mean(1) / thirty_two.reconstruction_losses[0].mean()
best = thirty_two.weights[price.argmin()]
in_between = 0 < price.argmin() < len(price) - 1
used = (lesson.np.linalg.eigvalsh(recording["covariance_32"]) > 0.1).sum(-1).mean(1)

# %% tags=["remove-input"]
lesson.answer(
    "03 price",
    "a fall, then growth" if in_between else "growth",
    r"""
    It is {gain:.0%} lower at $\lambda = {best:g}$ than at 0, and higher again beyond. Collapsed
    latents are wasted ones, and $\lambda$ puts them to use: of 32 directions, {few:.0f} have a
    variance above 0.1 at $\lambda = 0$, and {many:.0f} at {best:g}.

    **6 latents** are fewer than these digits need; none is wasted. **16 latents** are well
    conditioned from $\lambda$ = {smallest} on, depending on the seed: the rule is noisy. **32
    latents** stay above 100 for each $\lambda$ and seed tried, and beyond 30 $\kappa$ rises again:
    take fewer.
    """,
    picture=lesson.figure(
        lesson.draw_path,
        paths,
        size=(8, 3.3),
        caption="Left: the covariance becomes well conditioned with λ, if the bottleneck is not "
        "much too wide. Right: where latents were wasted, λ first *lowers* the loss.",
        alt="Condition number and reconstruction loss against λ for 6, 16 and 32 latents. The "
        "condition number of 6 stays near 2; that of 16 falls below 100; that of 32 does not.",
    ),
    gain=1 - price.min(),
    best=best,
    few=used[0],
    many=used[price.argmin()],
    smallest=" or ".join(f"{weight:g}" for weight in sorted(set(sixteen.smallest))),
)

# %% [markdown]
# **Move it yourself.** Start with 32 latents and walk through $\lambda$. Watch which eigenvalues
# rise first, and whether you could have told from the heat map.

# %%
explorer = lesson.CovarianceExplorer(recording)
explorer

# %% [markdown]
# After the first stage the encoder is frozen and the decoder goes on alone. The paper's first
# reason: "to mitigate the impact of the covariance loss on the AE's ability to reconstruct"; its
# second, that it helps to learn better latents. Freezing does two things at once. The encoder's
# *weights* stand still, and so does its *batch norm*, which otherwise follows each batch.
#
# The recording tells them apart: 16 latents, five seeds, 24 passes of everything, then 6 more with
# one of them frozen, both, or neither. For these the learning rate warms up again, and that alone
# does harm: with nothing frozen the loss ends above that of *joint* training, 30 passes in one go.

# %% tags=["remove-input"]
lesson.predict(
    "03 second stage",
    "Which part of freezing, alone, brings the held-out loss down further?",
    options=["the encoder's weights", "its batch norm", "both about as much"],
)

# %%
comparison = lesson.schedule_comparison(recording)
weights_runs, norm_runs = (
    comparison.change(f"{part} frozen")[..., 1] for part in ("weights", "batch norm")
)
norm_does = (norm_runs.mean(1) < weights_runs.mean(1)).all()
more = "its batch norm" if norm_does else "the encoder's weights"
schedules = ("no second stage", "nothing frozen", "weights frozen", "batch norm frozen")
means = [comparison.change(name)[..., 1].mean(1) for name in (*schedules, "both frozen")]

# %% tags=["remove-input"]
lesson.answer(
    "03 second stage",
    more,
    r"""
    Against joint training:

    | change of the held-out loss, mean of five seeds | λ = 0 | λ = 1 | λ = 100 |
    |---|---|---|---|
    | no second stage | {f0:+.0%} | {f1:+.0%} | {f2:+.0%} |
    | nothing frozen | {r0:+.0%} | {r1:+.0%} | {r2:+.0%} |
    | weights frozen | {w0:+.0%} | {w1:+.0%} | {w2:+.0%} |
    | batch norm frozen | {n0:+.0%} | {n1:+.0%} | {n2:+.0%} |
    | both frozen | {b0:+.0%} | {b1:+.0%} | {b2:+.0%} |

    With the norm alone frozen the loss ends lower than with the weights alone frozen in {better} of
    {runs} runs. At λ = 0 you see what the crowd costs. At λ = 100 the comparison flatters: nothing
    holds the variances at 1, and the encoder takes the cheap way of section 3. **On average over
    the seeds, only freezing both beats joint training for every λ.** What the encoder gave up for λ
    stays lost: it is fixed.
    """,
    picture=lesson.figure(
        lesson.draw_schedules,
        comparison,
        size=(7.6, 2.9),
        caption="A point is a seed, a bar their mean. Only with both frozen does the bar lie left "
        "of the dashed line, joint training, in all three panels.",
        alt="Three panels, one a λ. No second stage, nothing frozen and weights frozen lie right "
        "of zero; batch norm frozen about zero; both frozen left of it on average.",
    ),
    better=(norm_runs < weights_runs).sum(),
    runs=norm_runs.size,
    **{
        f"{row}{i}": value
        for row, of in zip("frwnb", means, strict=True)
        for i, value in enumerate(of)
    },
)

# %% [markdown]
# ## 5 · Does it find more anomalies?
#
# The method's score is $S = -(T + \ln \nu + \ln p_n)$: a network $T$ that learned to tell data
# from noise corrects the Gaussian $p_n$; $\nu$ is a constant (lesson 05). You have seen $\ln p_n$
# fall by thousands where the image does not change. So $T$ needs well-conditioned latents, or the
# score is about the cliff and not about the image: so one might argue. (The paper argues from the
# density that a singular $\Sigma$ lacks, and from its inverse, and calls good latents "better
# suited for NCE".)
#
# `cance-edu record conditioning` tries it, with five seeds, and the other digits as anomalies.
# **CANCE** scores latents and reconstruction errors, **LatNCE** latents alone. They get *collapsed*
# latents ($\lambda = 0$), and latents trained with $\lambda$: 16 with 3, and 32 with 30, where
# $\kappa$ was least.

# %% tags=["remove-input"]
lesson.predict(
    "03 detects",
    "Two widths and five seeds make ten comparisons. In how many does CANCE detect better on the "
    "latents with λ than on the collapsed ones?",
    unit="of 10",
    within=2,
)

# %%
widths = lesson.conditionings(lesson.recordings.load("conditioning"))
gains = lesson.np.stack([width.gain("cance") for width in widths])
conditioned_wins = (gains > 0).sum()
treated = [(width.gain, kind) for width in widths for kind in ("regularised", "whitened")]
points = [100 * gain(name, kind).mean() for gain, kind in treated for name in ("cance", "latnce")]
areas = [width.aurocs for width in widths]
halves = [area[f"{half} half"][0].mean() for area in areas for half in ("thinner", "wider")]

# %% tags=["remove-input"]
lesson.answer(
    "03 detects",
    conditioned_wins,
    r"""
    But λ changes the whole encoder, not $\kappa$ alone. So *whiten* the collapsed latents: behind
    the trained encoder, a linear map makes their covariance the identity; the decoder undoes it
    first.

    | points of AUROC over the collapsed latents, mean | CANCE | LatNCE |
    |---|---|---|
    | 16 latents with λ | {p0:+.1f} | {p1:+.1f} |
    | 16, whitened | {p2:+.1f} | {p3:+.1f} |
    | 32 with λ, still above $\kappa = 100$ | {p4:+.1f} | {p5:+.1f} |
    | 32, whitened | {p6:+.1f} | {p7:+.1f} |

    **Good conditioning bought CANCE no better detection here.** LatNCE gains on 32 latents, mostly
    in two seeds; and yet for both 16 latents, collapsed or not, beat 32, collapsed or not. (For the
    Gaussian alone it is the other way round.)

    *Why?* The Gaussian's own ranking does not change by whitening: it judges by distances in units
    of the spread. And what is thin is not empty. Judge collapsed latents by half of the directions:
    the thinner half has an AUROC of {h0:.2f} (16 latents) and {h2:.2f} (32), the wider half
    {h1:.2f} and {h3:.2f}. Normal images stay close to a thin subspace, and anomalies leave it. The
    cliff is a detector.
    """,
    picture=lesson.figure(
        lesson.draw_conditioning,
        widths,
        {"cance": "CANCE", "latnce": "LatNCE", "Gaussian": "Gaussian, no T"},
        size=(8.4, 3.2),
        caption="A point is a seed, a bar the mean. Where conditioning helps, bars lie right of "
        "the dotted line, the collapsed latents' mean. κ is that of held-out images.",
        alt="Three panels, six rows. 16 latents are near 98 for CANCE and LatNCE in each row, 32 "
        "some points lower. No bar of CANCE lies right of its group's first; LatNCE's of 32 do.",
    ),
    **{f"p{i}": value for i, value in enumerate(points)},
    **{f"h{i}": value for i, value in enumerate(halves)},
)

# %% [markdown]
# What is left is the paper's own argument. Where $\Sigma$ is *exactly* singular there is no
# density, and near that its inverse is round-off;
# [Going deeper](going_deeper/03b_small_covariance_loss.ipynb) finds
# the line, many powers of ten beyond 100. Conditioning is for the numerics. Five digits say nothing
# about other data; on CIFAR-10's photographs, too, a strong $\lambda$ cost detection
# ([11c](going_deeper/11c_choices.ipynb)).
#
# What do you do tomorrow? Begin with few latents, and a small $\lambda$ or none; the detector
# checks that $\Sigma$ is not singular. Which setting detects best, $\kappa$ does not tell you.
#
# ## Recap
#
# - Latents to spare collapse: unit variances, and yet thin directions. Look at the eigenvalues.
# - A step in a thin direction leaves the image as it is and throws the density off a cliff.
# - Eq. 2 is the variance of the eigenvalues, if a batch norm holds the variances at 1.
# - The paper's rule: the smallest λ that makes Σ well conditioned. Ours beside it: κ < 100, on
#   held-out images, and fewer latents if no λ does it.
# - A second stage should freeze weights and batch norm. It does not undo what λ did to the encoder.
# - CANCE did not find more anomalies on conditioned latents, by λ or whitened; on fewer, it did.
#
# ## Questions
#
# 1. Write a loss of correlations, not of covariances. Does it still need the batch norm?
#
# <details><summary>Answer</summary>
#
# Not against shrinking: correlations do not change when latents are scaled. But the noise needs the
# *covariance* to be well conditioned, and variances may still drift apart.
# </details>
#
# 2. Latents can be uncorrelated and still dependent: put them on a circle. What does $\kappa$ say?
#
# <details><summary>Answer</summary>
#
# $\kappa = 1$, as good as it gets, and the cloud is a curve without any width. $\kappa$ knows
# straight thin directions. What is bent is left for $T$ to learn.
# </details>
#
# 3. With both frozen the encoder had 24 passes, in joint training 30. Is the comparison fair?
#
# <details><summary>Answer</summary>
#
# It favours joint training, and both frozen win on average all the same. They had a second warm-up
# of the learning rate, too; but so had the training with nothing frozen, and it is worse.
# </details>
#
# ## Going deeper
#
# - [03b · What a small covariance loss promises](going_deeper/03b_small_covariance_loss.ipynb): the
#   bound on the smallest eigenvalue, chance in a batch, sum or mean over pixels, and where the
#   numerics end.
#
# ## Where to read on
#
# - Liao and Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*: Sec. 3.2.
# - Ioffe and Szegedy, *Batch Normalization* (2015); Lippe, *UvA Deep Learning Tutorials*, the
#   notebook on deep autoencoders: the other opinion.
# - Bardes, Ponce and LeCun, *VICReg* (2022): Eq. 2 with a penalty on variances in place of the
#   batch norm.
# - Rippel, Mertens and Merhof, *Modeling the Distribution of Normal Data in Pre-Trained Deep
#   Features for Anomaly Detection* (2020): the thin directions find anomalies there, too.

# %% tags=["remove-input"]
lesson.calibration()
