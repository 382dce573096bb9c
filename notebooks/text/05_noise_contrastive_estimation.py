# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 50
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
# # 05 · Noise contrastive estimation
#
# **You need:** lesson 00, Bayes' rule, logistic regression, and a little torch.
#
# When you are done, you will be able to
#
# 1. get a density out of a classifier, and say which part of it the classifier never learned;
# 2. derive Eq. 3 to 7, prove where the loss is least, and how low it can go;
# 3. say why nobody has to normalise the learned density, and what its mass tells you;
# 4. say what the amount, the width and the place of the noise do to an estimate;
# 5. split a score into what you brought and what you learned.
#
# All logarithms are natural; log-odds, scores and log-densities are in nats.

# %%
import torch

from cance_edu.course import lesson05 as lesson

# %% tags=["remove-input"]
lesson.strip("noise", "contrast", "score")

# %% [markdown]
# ## 1 · A classifier that knows a density
#
# You have 20,000 data points $z$ on a line, and no idea where they come from. You draw as many
# points $v$ of a noise that you do know, $N(0,\ 1.5^2)$.
#
# Now forget densities. Train a logistic regression to tell data from noise. Its log-odds of *data*
# have three weights, $T(u) = w_0 + w_1 u + w_2 u^2$.

# %%
z, v = lesson.line_draws(lesson.seed)  # four times as much noise as is needed yet


def powers(u):
    return torch.stack([torch.ones_like(u), u, u**2], dim=1)


# %%
def logistic_regression(z, v, noise_ratio):
    at_data, at_noise, weights = powers(z), powers(v), torch.zeros(3).double()
    for _ in range(500):
        weights.requires_grad_()
        loss = lesson.nce_loss(at_data @ weights, at_noise @ weights, noise_ratio)
        (slope,) = torch.autograd.grad(loss, weights)
        weights = (weights - 0.3 * slope).detach()
    return weights


# %%
weights = logistic_regression(z, v[:20_000], noise_ratio=1.0)
u = torch.linspace(-4, 4, 321).double()
learned_log_odds = powers(u) @ weights
laws = lesson.DATA_LAW, lesson.NOISE_LAW

# %% tags=["remove-input"]
log_data, log_noise = (torch.from_numpy(law.logpdf(u)) for law in laws)
line = lesson.line_contrast(u, log_data, log_noise, learned_log_odds)
lesson.figure(
    *(lesson.draw_line_contrast, line),
    size=(8, 3),
    caption="Left, the dots are **noise density times $e^T$**: you knew the one factor and learned "
    "the other. Right, why their product is the density of the data: $T$ is the difference of the "
    "two log-densities.",
    alt="Dots of the learned density and log-odds lie on the curves of the true ones.",
)

# %% [markdown]
# The data came from $N(1,\ 0.6^2)$, and the dots found it. The classifier never saw a density. It
# contributed a *correction* to the one that you had:
#
# $$ p_d(u) \approx p_n(u)\, e^{T(u)}. $$

# %% tags=["remove-input"]
lesson.predict(
    "05 more noise",
    "Now take four noise points for each data point ($\\nu = 4$), and fit again. By how much does "
    "the constant $w_0$ change? (A minus sign if it falls.)",
    unit="nats",
    within=0.15,
)

# %%
weights_4 = logistic_regression(z, v, noise_ratio=4.0)
change = weights_4 - weights

# %% tags=["remove-input"]
lesson.answer(
    "05 more noise",
    change[0],
    """
    It is $-\\ln 4 = -1.39$, but for the luck of the draws. With four times as much noise about, the
    odds of data are four times lower at each point. The two other weights change by {slope:.2f} and
    {bend:.2f}: luck as well. So $T$ approaches $\\ln p_d - \\ln \\nu p_n$. Forget to add $\\ln\\nu$
    back, and you get a density of mass $1/\\nu$. (“Plus a constant”, says Sec. 3.1 of the paper;
    this is the constant.)
    """,
    slope=change[1],
    bend=change[2],
)

# %% [markdown]
# ## 2 · From Eq. 3 to Eq. 7
#
# **Eq. 3.** Draw a label: data ($y = 1$) with probability $\frac{1}{1 + \nu}$, else noise. Then
# draw $u$ from $p_d$ or from $p_n$. The classifier is fitted by maximum likelihood **of the
# labels**:
#
# $$ \tfrac{1}{1+\nu}\, E_{z \sim p_d}\left[\ln p^\theta(1 \mid z)\right]
#  + \tfrac{\nu}{1+\nu}\, E_{v \sim p_n}\left[\ln p^\theta(0 \mid v)\right]. $$
#
# Multiply by $1 + \nu$, which moves no maximum: that is Eq. 3.
#
# **Eq. 4.** By Bayes' rule the true probability of data at $u$ is $p_d / (p_d + \nu p_n)$. Divide
# by $p_d$: it is $\sigma(t) = 1 / (1 + e^{-t})$ with $t = \ln p_d - \ln \nu p_n$. The model has the
# same form, with $p^\theta$ in the place of the $p_d$ that nobody knows:
#
# $$ p^\theta(1 \mid u) = \sigma(T_\theta(u)), \qquad
#    T_\theta(u) := \ln p^\theta(u) - \ln \nu p_n(u). \tag{4} $$
#
# Read it from right to left as well: any function $T$ defines a $p^\theta = \nu p_n e^T$. Nothing
# makes its integral 1.
#
# **Eq. 5.** Put $\sigma(T)$ and $1 - \sigma(T)$ into Eq. 3, and change the sign to get a loss:
#
# $$ L_{NCE} = -E_{z \sim p_d}\left[\ln \sigma(T(z))\right]
#    - \nu\, E_{v \sim p_n}\left[\ln(1 - \sigma(T(v)))\right]. \tag{5} $$
#
# In code that is one line, `nce_loss`:
# `return -logsigmoid(on_data).mean() - noise_ratio * logsigmoid(-on_noise).mean()`.
# (In floating point $\sigma(40)$ is 1, and the printed form $-\infty$.)
#
# ### Where the loss is least
#
# Write Eq. 5 as one integral over $u$. If $T$ may be any function, its value at one $u$ has no
# bearing on its value at another, so you can look at each point by itself, with one number $t$:
#
# $$ \ell(t) = -p_d \ln\sigma(t) - \nu p_n \ln\sigma(-t), \qquad
#    \ell'(t) = -p_d\, \sigma(-t) + \nu p_n\, \sigma(t) = 0
#    \iff t = \ln \frac{p_d}{\nu p_n}. $$
#
# The second derivative is $(p_d + \nu p_n)\, \sigma(t)\, \sigma(-t) > 0$. So **there is one
# minimum where both densities are above zero**, and it is $T^* = \ln p_d - \ln \nu p_n$. Where only
# one of them is, $t$ runs off to $\pm\infty$, and rightly so: there the answer is plain.


# %%
def loss_at(u, t):
    on_data, on_noise = (law.pdf(u) for law in laws)
    return -on_data * lesson.log_expit(t) - on_noise * lesson.log_expit(-t)


places = lesson.np.array([-0.5, 0.2, 1.0])
log_odds = lesson.np.linspace(-6, 4, 201)
minima = [lesson.minimize_scalar(lambda t, u=u: loss_at(u, t)).x for u in places]
of_data, of_noise = (law.pdf(places) for law in laws)
bends = of_data * of_noise / (of_data + of_noise)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_pointwise_loss,
    log_odds,
    {f"u = {u:g}, bend {b:.2f}": loss_at(u, log_odds) for u, b in zip(places, bends, strict=True)},
    minima,
    caption="The loss at three single points, above its least. Triangles are where a numerical "
    "minimiser ends: at $\\ln p_d - \\ln p_n$ of that point. **How much a place matters is how "
    "sharply its curve bends there**.",
    alt="Three convex curves; each is least at the true log-odds of its own point. The one at "
    "u = -0.5 is nearly flat to the left.",
)

# %% [markdown]
# - **The minimum is normalised.** Nobody asked for $\int p^\theta = 1$; it is at $p_d$, which has
#   mass 1. Maximum likelihood for densities, not told so, would raise $p^\theta$ without end.
# - **The bend at the minimum** is $p_d\, \frac{\nu p_n}{p_d + \nu p_n}$: put $t = T^*$ into the
#   second derivative. The fraction is $1 - \sigma(T^*)$, the probability that a point there is
#   noise. Where $p_d$ or the fraction is practically zero, the loss hardly cares what $T$ says.
#
# ### How low the loss can go
#
# The *Kullback-Leibler divergence* $KL(p \,\|\, q) = \int p \ln \frac{p}{q}$ is 0 where $p = q$,
# and else positive. Put $T^*$ into Eq. 5, for $\nu = 1$, and let $m = \frac12 (p_d + p_n)$ be the
# mixture of both:
#
# $$ \begin{aligned}
# L^* &= -\int p_d \ln \frac{p_d}{2m} - \int p_n \ln \frac{p_n}{2m} \\
#     &= 2 \ln 2 - KL(p_d \,\|\, m) - KL(p_n \,\|\, m)
#      = 2 \ln 2 - 2\, JSD(p_d \,\|\, p_n).
# \end{aligned} $$
#
# $JSD$, the mean of the two, is the *Jensen-Shannon divergence*: 0 where two densities are the
# same, and at most $\ln 2$.

# %% tags=["remove-input"]
lesson.predict(
    "05 lowest loss",
    "You exchange the noise for one that lies far from the data. What becomes of the least loss, "
    "and of what you learn about the density of the data?",
    options=[
        "less loss, and more knowledge",
        "less loss, and less knowledge",
        "more loss, and less knowledge",
    ],
)

# %%
wide = lesson.np.linspace(-9, 12, 841)


def least_loss(data, noise):
    p, q = data.pdf(wide), noise.pdf(wide)
    m = (p + q) / 2
    kl_p, kl_q = (lesson.np.trapezoid(d * lesson.np.log(d / m), wide) for d in (p, q))
    return 2 * lesson.np.log(2) - kl_p - kl_q


least = least_loss(*laws)

# %% tags=["remove-input"]
reached = lesson.nce_loss(powers(z) @ weights, powers(v[:20_000]) @ weights)
least_far = least_loss(lesson.norm(0), lesson.norm(3))
variance_like, variance_far = (
    lesson.covariance_of_estimates(lesson.NoiseSetting(mean=mean))[1, 1] for mean in (0, 3)
)
lesson.answer(
    "05 lowest loss",
    "less loss, and less knowledge",
    """
    The loss falls towards 0 as the divergence grows towards $\\ln 2$. But the bend is nearly zero
    at all points then. Move noise like the data $N(0, 1)$ three deviations away: the least loss
    falls from $2 \\ln 2 = 1.386$, that of guessing, to {least_far:.3f}, and the variance of an
    estimated mean (section 4) grows {times:.0f}-fold. **A low NCE loss is no sign of a good
    density**; it says that the task was easy. In section 1 the least loss was {least:.3f}; the
    regression reached {reached:.3f} on its own draws, which it may fit better than the truth does.
    """,
    least=least,
    reached=reached,
    least_far=least_far,
    times=variance_far / variance_like,
)

# %% [markdown]
# **Your turn.** Solve Eq. 4 for $\ln p^\theta$, put a minus in front, for rare things should score
# high, and write that as code (NumPy is `lesson.np`). One of the three terms is easily forgotten.

# %%
from cance_edu.classroom import check


def my_score(log_ratio, noise_log_prob, noise_ratio):
    return ...


check.anomaly_score(my_score)

# %% [markdown]
# <details><summary>One answer</summary>
#
# `return -(log_ratio + lesson.np.log(noise_ratio) + noise_log_prob)`
# </details>
#
# On paper that is **Eq. 6**, and **Eq. 7** where $T = T^*$, whatever $\nu$ and the noise were:
#
# $$ S(z) = -\ln p^{\theta^*}(z) = -\left(T_{\theta^*}(z) + \ln\nu + \ln p_n(z)\right), \tag{6} $$
#
# $$ S(z) = -\ln p_d(z). \tag{7} $$
#
# (In the paper $\theta^*$ minimises the loss; in practice it is where training stops. $T^*$ is the
# ideal.) The paper names one condition of Eq. 7: $T$ must be flexible enough. There are three more:
# $\nu p_n$ must be above zero where $p_d$ is, there must be enough data, and training must find the
# minimum.
#
# ## 3 · In the plane, where the truth is known
#
# Three weights sufficed because the log-ratio of two Gaussians *is* a quadratic. For anything else
# $T$ is a network. Here the data come from three tilted hills, `EXAMPLE`, whose density we know and
# the network does not. The noise is one Gaussian with the mean and the covariance of the data.

# %%
generator = torch.Generator().manual_seed(lesson.seed)
z_plane, held_out = lesson.EXAMPLE.sample(6000, generator).split([5000, 1000])
moments = lesson.RunningMoments(2).update(z_plane)
noise = lesson.GaussianNoise(moments.mean, moments.covariance)


def learn(ratio):
    contrast = lesson.Contrast(ratio, "fixed", 1.0, 1000, learning_rate=5e-3, hidden=(64,) * 3)
    torch.manual_seed(lesson.seed)  # the network's first weights
    return lesson.train_nce(z_plane, noise, contrast, generator=generator, held_out=held_out)


# %%
network, _, history = learn(ratio=1)
network = network.double()


@torch.no_grad()
def log_density(u):
    return network(u) + noise.log_prob(u)  # Eq. 4 with ν = 1, from right to left


learned = lesson.on_plane(log_density)
planes = {"truth": lesson.on_plane(lesson.EXAMPLE.log_prob)}
planes |= {"noise": lesson.on_plane(noise.log_prob), "learned": learned}

# %% tags=["remove-input"]
too_high = lesson.np.where(  # inside the ellipse that holds half of the noise: 2 ln 2 = 1.39
    noise.squared_distance(learned.points).reshape(learned.log_density.shape) < 1.39,
    learned.log_density - planes["truth"].log_density,
    -lesson.np.inf,
)
lesson.figure(
    lesson.draw_planes,
    planes,
    learned.points[too_high.argmax()],
    size=(9, 3),
    caption="$T$ turned one broad hill into three. At the cross, in the empty middle, the learned "
    "density is low, but not as low as the truth.",
    alt="The learned density has the truth's three hills; the noise is one broad hill. At the "
    "cross between the hills the truth is darkest.",
)

# %% tags=["remove-input"]
test = lesson.EXAMPLE.sample(20_000, generator)
truth = lesson.EXAMPLE.log_prob(test)
from_noise = lesson.divergence(truth, -noise.log_prob(test), mass=1.0)
learned_scores = -log_density(test)
from_learned = lesson.divergence(truth, learned_scores, learned.mass)
score_at_cross = -log_density(learned.points[[too_high.argmax()]])[0]
lesson.tell(
    """
    The Kullback-Leibler divergence from the truth is {noise:.2f} nats for the noise, and
    **{learned:.3f}** for the learned density (over seeds {seeds:.3f}), once it is divided by its
    mass. That is {mass:.2f}, though nobody asked for 1.

    But a divergence is an average over *data*, and hardly any data are in the hole. At the cross
    the learned log-density is too high by **{over:.1f} nats**, and this measure does not see it.
    The score there, {cross:.1f}, is still higher than all but {above:.2%} of the data have: an
    anomaly would be found. Nothing in the divergence promised that.
    """,
    noise=from_noise,
    learned=from_learned,
    seeds=lesson.over_seeds("05 divergence of the learned density"),
    mass=learned.mass,
    over=too_high.max(),
    cross=score_at_cross,
    above=(learned_scores > score_at_cross).double().mean(),
)

# %% tags=["remove-input"]
lesson.predict(
    "05 mass before training",
    "Go back to before the first step, when the last layer gives values near 0. What is the mass "
    "of $e^{-S}$ then, with $\\nu = 4$?",
    options=["near 0", "near 1/4", "near 1", "near 4"],
)

# %%
history_4 = learn(ratio=4)[2]
runs = {
    "ν = 1": lesson.watch_learning(history, lesson.EXAMPLE, noise, 1.0, test[:5000]),
    "ν = 4": lesson.watch_learning(history_4, lesson.EXAMPLE, noise, 4.0, test[:5000]),
}
one, four = runs.values()

# %% tags=["remove-input"]
lesson.answer(
    "05 mass before training",
    "near 4",
    """
    With $T = 0$, Eq. 6 says $e^{-S} = \\nu p_n$: the noise itself, $\\nu$ times. After {step}
    steps it is {four:.1f} still, after {later} it is {back:.2f}: a constant is soon learned. The
    shape is not; the divergence is {unmoved:.2f} nats then, as with the noise alone. So **a mass
    far from 1 means that $p^\\theta$ is not $p_d$, and a mass near 1 proves nothing**.
    """,
    picture=lesson.figure(
        lesson.draw_learning,
        runs,
        size=(8, 2.8),
        caption="The mass is near 1 long before the divergence falls, strays, and settles.",
        alt=f"For ν = 4 the mass starts at {four.mass[0]:.1f} and is soon near 1; the divergence "
        f"falls from {one.divergence[0]:.2f} to {one.divergence[-1]:.3f} nats for ν = 1.",
    ),
    step=four.step[0],
    four=four.mass[0],
    later=four.step[1],
    back=four.mass[1],
    unmoved=four.divergence[1],
)

# %% [markdown]
# ## 4 · How sure is the estimate?
#
# Take a model that can be solved: $n$ data points $N(0, 1)$, of which you know the shape, but
# neither the mean $b$ nor the normaliser: $\ln p^\theta = c + b u - \frac12 u^2$. The noise is
# $N(0, K^2)$, and there are $N = n (1 + \nu)$ points in all. Maximum likelihood, which knows how to
# normalise, estimates $b$ with variance $1/n$. NCE sees the data through a classifier alone, and
# pays for that. (Not for the unknown $c$: by symmetry $b$ costs the same if $c$ is known.) How
# much?
#
# The bend of section 2 answers: the sharper the loss bends, the less the luck of the draws can move
# its minimum. The bend is $p_d$ times the fraction, so **a data point counts with the probability
# that a point there is noise**. With $g = (1, u)$, the slope of $T$ in $(c, b)$, add up all bends:
#
# $$ I = \int p_d\, \frac{\nu p_n}{p_d + \nu p_n}\; g g^T du, \qquad
#    n\, \mathrm{Var}(\hat b) \to \left(I^{-1}\right)_{bb} $$
#
# for many data, where the model holds the truth (Gutmann and Hyvärinen, 2012). For $c$ subtract
# $1 + \frac1\nu$ from $\left(I^{-1}\right)_{cc}$.
#
# With noise like the data the fraction is $\frac{\nu}{1 + \nu}$ at each point, and the variance of
# $b$ is $1 + \frac1\nu$ times maximum likelihood's.

# %% tags=["remove-input"]
by_ratio, at_one_budget = lesson.budgets()
lesson.figure(
    lesson.draw_budgets,
    by_ratio,
    at_one_budget,
    size=(8.5, 3.2),
    caption="Lines are the formula, marks 2,000 simulations each. If you lack data, take more "
    "noise (left). If each point costs the same, take about half and half (right).",
    alt="Left: curves fall towards 1 as ν grows. Right: each is least between ν = 1/2 and ν = 2.",
)

# %% tags=["remove-input"]
lesson.predict(
    "05 the price of width",
    "NCE “performs optimally” with noise that “closely resembles” the data, says Sec. 3.4. On a "
    "line, noise *three times as wide* estimates the mean with 0.94 times the variance that noise "
    "like the data gives: it is even better. And in eight dimensions, for the mean of one "
    "coordinate?",
    options=["better as well", "8 times worse", "80 times worse", "6,600 times worse, about 3^8"],
)

# %%
widths = lesson.np.geomspace(0.5, 4, 200)
by_dimension = {f"D = {d}": lesson.in_dimensions(d, widths) for d in (1, 2, 4, 8, 16)}
at_three = {d: lesson.in_dimensions(d, [1, 3]).expected for d in (1, 8, 16)}
price = {d: wide / like_the_data for d, (like_the_data, wide) in at_three.items()}

# %% tags=["remove-input"]
lesson.answer(
    "05 the price of width",
    "8 times worse",
    """
    {eight:.1f} times, and in sixteen dimensions {sixteen:.0f} times. In the middle the noise is
    $3^D$ times thinner than the data, which teach next to nothing there. But the outermost tenth of
    them still has noise about it, and gives most of $I$: each dimension costs only about a third
    more. The best width comes ever closer to 1. So in eight dimensions the sentence of the paper is
    nearly right, for *this* estimate. For the density at one place far out, see
    [06b](going_deeper/06b_what_moves_k.ipynb).
    """,
    picture=lesson.figure(
        lesson.draw_widths,
        by_dimension,
        size=(6.5, 3.4),
        caption="In one dimension wide noise is cheap; each further dimension multiplies the "
        "price. Noise that is too narrow is dear in all of them.",
        alt="Five curves with their least values at K = 1.59 for D = 1 down to 1.05 for D = 16; to "
        "the right of it they rise, the steeper the larger D.",
    ),
    eight=price[8],
    sixteen=price[16],
)

# %% [markdown]
# ## 5 · What you brought, and what you learned
#
# Eq. 6 is a sum of two scores:
#
# $$ S = \underbrace{-\ln p_n}_{\text{what you brought}} +
#        \underbrace{-T - \ln\nu}_{\text{what you learned}}. $$
#
# Walk from the middle of section 3's plane straight up, out of the data and out of the noise.

# %% tags=["remove-input"]
distance = lesson.np.linspace(0, 20, 201)
ray = lesson.along_ray(network, noise, lesson.EXAMPLE, (0.0, 1.0), distance)
lesson.figure(
    lesson.draw_ray,
    ray,
    size=(9, 2.8),
    caption="Left, from 2 to 3, where data lie, the parts add up to the truth. Right, no loss "
    "bends $T$ far out: its network (of ELUs, straight far from 0) runs on as a straight line, and "
    f"the noise's parabola outgrows it in the end. At 20 the truth is {-ray.true_log_prob[-1]:.0f} "
    f"nats (the kink is where a broader hill takes over), the score {ray.score[-1]:.0f}.",
    alt="Left, the score lies on the truth in the hill and below it in the hole. Right, -T is a "
    "straight line, -ln p_n a parabola; the score is far below the truth.",
)

# %% tags=["remove-input"]
lesson.predict(
    "05 the best classifier",
    "So use $-T$ alone, “the classifier says noise”, where $T$ is *perfect*? Data have heavier "
    "tails than Gaussian noise with their mean and covariance (Student's t with 6 degrees of "
    "freedom, eight dimensions); anomalies lie three times as far out. With the exact $T^*$, what "
    "is the AUROC of $-T^*$?",
    unit="%",
    within=0.1,
)

# %% tags=["remove-input"]
tails = lesson.heavy_tails(random_state=lesson.seed)
area_of_best_T = lesson.auroc(tails.is_anomaly, -tails.log_ratio)
area_of_best_S = lesson.auroc(tails.is_anomaly, tails.score)
lesson.answer(
    "05 the best classifier",
    area_of_best_T,
    """
    As a score it is nearly upside down, and it is right. $T^*$ answers “data or noise?”, and far
    out there is hardly any noise: a rare data point there is still *data*. That the density is
    tiny is said by the other part. $S$ has an AUROC of **{best:.1%}**. **Even a perfect $T$ may be
    upside down as a score.**
    """,
    picture=lesson.figure(
        lesson.draw_heavy_tails,
        tails,
        size=(6.5, 3),
        caption="On the way out $-T^*$ rises at first, then falls, through the anomalies; $S$ "
        "rises all the way.",
        alt="-T* and S against the distance; anomalies lie far out, where S is high and -T* low.",
    ),
    best=area_of_best_S,
)

# %% [markdown]
# Now composite features of real images. The even digits are normal; the detector is the plain one,
# without augmentation and with the noise fixed.

# %%
split = lesson.lesson_split(normal=[0, 2, 4, 6, 8], random_state=lesson.seed)
plain = {"noise_objective": "fixed", "initial_scale": 1.0, "steps": 1000}
detector = lesson.CANCE("cnce", **plain, random_state=lesson.seed).fit(split.train)
features = torch.from_numpy(detector.composite_features(split.test))
brought = -detector.noise_.log_prob(features).numpy()
points = lesson.reach(detector.log_ratio_, detector.noise_, features, split.is_anomaly)
scores = {"brought": brought, "learned": -points.log_ratio, "sum": brought - points.log_ratio}
areas = {name: lesson.auroc(split.is_anomaly, score) for name, score in scores.items()}

# %% tags=["remove-input"]
ordinary_T, ugly_T = lesson.pictured().log_ratio[:2]
ordinary_S, ugly_S = lesson.pictured().score[:2]
above_middle = (log_density(test) > log_density(noise.mean[None])).double().mean().item()
lesson.tell(
    """
    The sum is the detector's own score. AUROC of what was brought: {brought:.1%}; of what was
    learned: **{learned:.1%}**; of the sum: {total:.1%}. {beyond:.0%} of the anomalies lie beyond
    99.9% of the noise, and $T$ calls {called:.0%} of these *data*. The Gaussian does most of the
    work. So it does in the strip at the top: $T$ says {ugly_T:+.1f} to the ugly eight,
    {ordinary_T:+.1f} to the ordinary one; you brought {ugly:.1f} and {ordinary:.1f}.

    What is $T$ for, then? For what a Gaussian cannot say. To section 3's noise the empty middle is
    the most normal place of all; $S$ is higher there than at **{middle:.1%}** of the data.
    """,
    brought=areas["brought"],
    learned=areas["learned"],
    total=areas["sum"],
    beyond=points.beyond[split.is_anomaly].mean(),
    called=(points.log_ratio[split.is_anomaly & points.beyond] > 0).mean(),
    ugly_T=ugly_T,
    ordinary_T=ordinary_T,
    ugly=ugly_S + ugly_T,
    ordinary=ordinary_S + ordinary_T,
    middle=above_middle,
)

# %% tags=["remove-input"]
lesson.predict(
    "05 noise where the anomalies are",
    "What is missing, then, is noise where the anomalies are? On all of MNIST's eights the noise "
    "was made wider, until at $K = 3$ nearly all anomalies had noise about them, and $T$ was "
    "trained anew each time. What became of the AUROC of $-T$, and of the AUROC of $S$?",
    options=["both rose", "-T's rose, S's hardly moved", "-T's rose, S's fell"],
)

# %% tags=["remove-input"]
dial = lesson.recorded_dial()
brought_area, learned_area, sum_area = dial.areas.mean(0).T
at_1, at_3 = dial.standing.mean(0)[[0, 5]]
lesson.answer(
    "05 noise where the anomalies are",
    "-T's rose, S's hardly moved",
    """
    From {first:.0%} to {third:.0%}. That of $S$ stayed between {low:.1%} and {high:.1%}. Wider
    noise leaves the *order* of $-\\ln p_{nK}$ as it was, and its AUROC. But it is flatter: it
    tells images apart by fewer nats, and if $S$ is to stay as it was (Eq. 7), $-T$ has to make up
    the difference. **$K$ decides which part carries the score, and on these images hardly how good
    the sum is**. Section 4's price is eight times a small variance: with 5,000
    points a mean is off by only {off:.2f} deviations. In lesson 06 you turn $K$ yourself.
    """,
    picture=lesson.figure(
        lesson.draw_parts_against_scale,
        dial.stops.scale,
        dial.areas,
        dial.standing,
        size=(9, 3.4),
        caption="Three seeds, recorded. Left, $-T$ goes from worse than a coin to a fine score; "
        "$S$ stands nearly still. Right, how far anomalies stand out, in deviations of the "
        "eights' $S$: that is brought at $K = 1$, and learned at $K = 3$.",
        alt=f"AUROC against K: learned from {learned_area[0]:.0%} to {learned_area[5]:.0%}, the "
        f"sum near {sum_area.mean():.0%}, brought at {brought_area.mean():.0%}. How far "
        f"anomalies stand out: from K = 1 to 3 brought falls from {at_1[0]:.1f} to {at_3[0]:.1f}, "
        f"learned rises from {at_1[1]:.1f} to {at_3[1]:.1f}.",
    ),
    first=learned_area[0],
    third=learned_area[5],
    low=sum_area.min(),
    high=sum_area.max(),
    off=(2 * price[8] / 5000) ** 0.5,
)

# %% [markdown]
# ## Recap
#
# - A classifier of data against known noise learns $T$; then $p_d \approx \nu\, p_n\, e^T$. The
#   factor $p_n$ is never learned: you bring it.
# - Point by point Eq. 5 is least at $T^* = \ln p_d - \ln \nu p_n$, and a data point counts with the
#   probability that a point there is noise. For $\nu = 1$ the least loss is $2 \ln 2 - 2\, JSD$:
#   low where the task is easy.
# - Nobody normalises; the minimum is normalised already, if $T$ is flexible enough to reach it.
# - In one dimension wide noise is cheap. Each further dimension multiplies the price.
# - $S$ is what you brought plus what you learned. $T$ alone may be upside down, the noise alone is
#   blind to a hole: judge the sum.
#
# ## Questions
#
# 1. The noise is uniform on a box that holds all data. What is $T^*$ then, and what does $S$ say
#    outside the box?
#
# <details><summary>Answer</summary>
#
# Inside, $\ln p_d$ plus a constant: the log-volume of the box minus $\ln\nu$. Outside $p_n$ is 0,
# so $S$ is infinite whatever $T$ says: the box was brought, and no learning can take it back.
# </details>
#
# 2. Someone multiplies the last layer of a trained $T$ by 1.2. Which of AUROC, mass and loss
#    change? And if a constant is added to $T$ instead?
#
# <details><summary>Answer</summary>
#
# By 1.2: all three may, for the learned part counts for more in the sum. A constant leaves the
# AUROC alone, since it moves all scores by the same amount; mass and loss change.
# </details>
#
# 3. Move the noise of section 4 six deviations away. With 200 points of each kind, what may happen
#    to the logistic regression?
#
# <details><summary>Answer</summary>
#
# A threshold may separate them without error. The weights then grow without end: there is no
# minimum, and no estimate.
# </details>
#
# ## Where to read on
#
# - Michael Gutmann and Aapo Hyvärinen, *Noise-contrastive estimation of unnormalized statistical
#   models, with applications to natural image statistics*, 2012: the theory of section 4.
# - Trevor Hastie, Robert Tibshirani and Jerome Friedman, *The Elements of Statistical Learning*,
#   2009, Sec. 14.2.4: densities by classification, before it had this name.
# - Benjamin Rhodes, Kai Xu and Michael Gutmann, *Telescoping density-ratio estimation*, 2020: what
#   to do when noise and data are far apart.
# - Omar Chehab, Alexandre Gramfort and Aapo Hyvärinen, *The optimal noise in noise-contrastive
#   learning is not what you think*, 2022: and it may be of another family than the data.

# %% tags=["remove-input"]
lesson.calibration()
