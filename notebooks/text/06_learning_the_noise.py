# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 70
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
# # 06 · Learning the noise
#
# **You need:** lesson 05, lesson 02's augmentation (Eq. 10), and what autograd does.
#
# Begin with the dial. It holds MNIST's eights, everything that is no eight, and the noise between
# them. Guess first, then turn $K$.

# %%
from cance_edu.course import lesson06 as lesson

lesson.KDial()

# %% [markdown]
# $$ S = \underbrace{-\ln p_{nK}}_{\text{what you brought}} +
#        \underbrace{-T - \ln\nu}_{\text{what you learned}} $$
#
# **Turn $K$ and the two trade places; how well the sum ranks hardly changes**: it finds the
# anomalies about as well at each width.
#
# So here is a riddle. The paper *learns* $K$. In this lesson you watch it move, find the paper at
# odds with itself about it, and prove that in expectation its Eq. 8 does not push it at the
# optimal $T$. In the end you turn a dial of your own. What pushes $K$ nevertheless, and whether the
# detector cares, is [06b](going_deeper/06b_what_moves_k.ipynb).
#
# When you are done, you will be able to
#
# 1. say what $K$ is, how $\psi$ gives it, and what $L_K$ does to a covariance;
# 2. say what the naive objective climbs, and what is right and wrong about the paper's doubt;
# 3. read Eq. 8 with its stop-gradient, and hold Eq. 12 against it;
# 4. prove that at the optimal $T$ Eq. 8 does not push $K$, in expectation;
# 5. say what $K$ changes in a score, and what it does not.

# %% tags=["remove-input"]
lesson.strip("noise", "contrast", "score")

# %% [markdown]
# ## 1 · The map that widens the noise
#
# Begin with $N(\hat\mu, \hat\Sigma)$, with the moments of the training features. The paper gives it
# a matrix $K$, in practice diagonal, and a map:
#
# $$ L_K(v) = K (v - \hat\mu) + \hat\mu, \qquad L_K^{-1}(z) = K^{-1} (z - \hat\mu) + \hat\mu
#    \qquad \text{(Sec. 3.4)} $$
#
# Draw $v \sim N(\hat\mu, \hat\Sigma)$; then $L_K(v)$ is a draw of the widened noise, and a
# differentiable function of $K$. On the dial, that is each noise point sliding along its ray. Its
# covariance takes one line:
#
# $$ E\left[K (v - \hat\mu)(v - \hat\mu)^T K^T\right] = K \hat\Sigma K^T. $$
#
# (The paper prints $K^T \hat\Sigma K$: for a symmetric $K$ the same, for others not.)
#
# An optimiser may take any number, and the noise is not to become narrower than the data. So $K$
# is written in a free number $\psi_j$ for each coordinate:
#
# $$ K_{jj} = 1 + \ln(1 + e^{\psi_j}) \qquad \text{(Sec. 3.5)} $$

# %% tags=["remove-input"]
lesson.predict(
    "06 narrowest noise",
    "An optimiser pushes $\\psi$ as far down as it can. How narrow does the noise become, measured "
    "by the data?",
    options=["as narrow as it likes", "half as wide", "just as wide", "never quite as narrow"],
)

# %%
psi = lesson.torch.tensor([0.0, -5.0, 5.0]).double()
at_zero, far_below, far_above = lesson.noise_scale(psi).tolist()

# %% tags=["remove-input"]
lesson.answer(
    "06 narrowest noise",
    "never quite as narrow",
    """
    Even $\\psi = -5$ gives $K = {below:.3f}$: **no $\\psi$ gives $K = 1$**, so learned noise is
    wider than the data in every coordinate. (In a slanted direction it may be narrower, where two
    coordinates go together and their $K$ differ.) The paper does not say where $\\psi$ starts; the
    usual start of a parameter is 0, and there $K = 1 + \\ln 2 = {zero:.2f}$: the dial's dotted
    circle. Single widths mislead: eight coordinates at 1.69 make {volume:.0f} times the volume.
    (The paper has $\\psi \\in \\mathbb{R}^d$; the composite feature has $d + 2$ coordinates, and
    needs as many.)
    """,
    below=far_below,
    zero=at_zero,
    volume=at_zero**8,
)

# %% [markdown]
# ## 2 · The naive way: maximise the loss
#
# Good noise is hard to tell from data, says the paper. Then let $K$ *maximise* the NCE loss
#
# $$ L(T, K) = -E_{z \sim p}\left[\ln \sigma(T(z))\right]
#    - \nu E_{v \sim p_n}\left[\ln(1 - \sigma(T(L_K(v))))\right] \qquad \text{(Eq. 5)}. $$
#
# where $p$ is the density that $T$ learns from: $p_d$, or $p_m$ with the augmentation. The second
# term alone has a $K$ in it. The paper calls this naive: it "confuses" $T$, but "does not guarantee
# the noise distribution is better matched". Look at it on a reconstruction error that you know,
# log-normal with mean 1 and standard deviation 0.4, for $\nu = 1$. The density is known, so the
# best network is too, at each $K$: $T^* = \ln p - \ln \nu p_{nK}$.

# %% tags=["remove-input"]
lesson.predict(
    "06 above guessing",
    "A classifier that guesses has loss $2 \\ln 2 \\approx 1.39$. Narrow the noise by hand, from "
    "$K = 1.69$ to 0.5. Does the loss rise above that of guessing?",
    options=[
        "with T kept as it was, but not with T refitted",
        "with T refitted, but not with T kept",
        "in either case",
        "in neither case",
    ],
)

# %%
error, k = lesson.skewed_error(), lesson.np.arange(50, 301, 5) / 100
least = lesson.loss_of_scale(error, k)
kept = lesson.loss_of_scale(error, k, trained_at=1.69)

# %% tags=["remove-input"]
lesson.answer(
    "06 above guessing",
    "with T kept as it was, but not with T refitted",
    """
    Kept, it rises to {kept:.2f}: the noise now sits where that $T$ leans to data. It rises on
    from {best:.2f} to 0.5, where the match gets worse (the refitted loss falls there): such a rise
    tells of a $T$ that is out of date, not of a better match. There the paper is right. Refitted,
    the loss is
    $L^*(K) = \\min_T L = 2 \\ln 2 - 2\\, JSD(p \\,\\|\\, p_{nK})$ (lesson 05), below guessing
    wherever the two differ. **Its top is the best match there is in the Jensen-Shannon sense**,
    here near $K = {best:.2f}$; $\\psi$ could only go towards it, down to nearly 1. This is what the
    paper wants, and what a generative adversarial network does.
    """,
    picture=lesson.figure(
        lesson.draw_losses,
        k,
        least,
        kept,
        trained_at=1.69,
        guessing=2 * lesson.np.log(2),
        caption="The two curves touch at 1.69, and have one slope there. Remember that.",
        alt=f"With T kept, the loss rises to {kept[0]:.2f} at K = 0.5. With T refitted it is "
        f"highest at K = {k[least.argmax()]:.2f}.",
    ),
    kept=kept[0],
    best=k[least.argmax()],
)

# %% [markdown]
# ## 3 · Eq. 8: the stop-gradient; and Eq. 12
#
# The paper's cure, borrowed from work on GANs, is to let the *data* move with $K$ as well: write
# $z = L_K(\mathrm{sg}(L_K^{-1}(z)))$, where the *stop-gradient* $\mathrm{sg}$ keeps a value, but
# counts as a constant when you differentiate.
#
# $$ \min_K \; E_{z}\left[\ln \sigma\left(T(L_K(\mathrm{sg}(L_K^{-1}(z))))\right)\right]
#    + \nu E_{v}\left[\ln\left(1 - \sigma(T(L_K(v)))\right)\right] \qquad \text{(Eq. 8)} $$

# %% tags=["remove-input"]
lesson.predict(
    "06 stop-gradient",
    "What does the stop-gradient change in the first term: its value, or its gradient in $K$?",
    options=["its gradient alone", "its value alone", "both", "neither"],
)


# %%
def any_network(u):
    return 1 - u[:, 0] ** 2


z, mean = lesson.torch.tensor([[1.2]]).double(), lesson.torch.zeros(1).double()
scale = lesson.torch.tensor([1.69], dtype=lesson.torch.float64, requires_grad=True)
inner = lesson.narrow(z, mean, scale)
placed = z, lesson.widen(inner.detach(), mean, scale), lesson.widen(inner, mean, scale)
values = [any_network(point).sigmoid().log().mean() for point in placed]
with_sg, without_sg = (lesson.torch.autograd.grad(v, scale)[0].item() for v in values[1:])

# %% tags=["remove-input"]
lesson.answer(
    "06 stop-gradient",
    "its gradient alone",
    """
    The value is {value:.4f} in any case, for $L_K(L_K^{-1}(z)) = z$. Without it the gradient is
    {without:.0f}: the point does not depend on $K$ at all. With it the gradient is {with_it:.4f},
    as if the data point were a draw of the noise:

    $$ \\frac{d}{dK} \\ln \\sigma(T(L_K(u))) = \\sigma(-T(z))\\; T'(z)\\; \\frac{z - \\hat\\mu}{K},
       \\qquad u = L_K^{-1}(z) \\text{ held fixed.} $$

    It is negative here: minimising this term widens $K$, to carry data out to where $T$ is low. The
    noise term, section 2's naive one, narrows $K$, to carry noise in to where $T$ is high. Eq. 8 is
    a tug-of-war. At the dial's foot it is drawn as a rope: in each coordinate an arrow for either
    term, and a thick one for both.
    """,
    value=values[0].item(),
    without=without_sg,
    with_it=with_sg,
)

# %% [markdown]
# **Your turn.** Write Eq. 8. `lesson.narrow(z, mean, scale)` is $L_K^{-1}$, `lesson.widen` is
# $L_K$, and `.detach()` stops a gradient.

# %%
from cance_edu.classroom import check


def my_objective(network, z, v, mean, scale, noise_ratio):
    return ...


check.noise_objective(my_objective)

# %% [markdown]
# <details><summary>One answer</summary>
#
# ```python
# tied = lesson.widen(lesson.narrow(z, mean, scale).detach(), mean, scale)
# on_data, on_noise = network(tied), network(lesson.widen(v, mean, scale))
# logsigmoid = lesson.torch.nn.functional.logsigmoid
# return logsigmoid(on_data).mean() + noise_ratio * logsigmoid(-on_noise).mean()
# ```
# </details>
#
# Sec. 3.5 then lets $T$ and $K$ take turns: $T$ minimises Eq. 11, lesson 05's loss on a batch. $K$
# minimises "the batch loss for the parameter matrix":
#
# $$ -\frac1M \sum_i \ln \sigma(T(L_K(\mathrm{sg}(L_K^{-1}(z_i)))))
#    - \frac{\nu}{N} \sum_i \ln(1 - \sigma(T(L_K(v_i)))) \qquad \text{(Eq. 12)} $$
#
# with $M$ data points and $N$ noise points in the batch (lesson 05's $N$ counted both).

# %% tags=["remove-input"]
lesson.predict(
    "06 spot the difference",
    "Compare Eq. 12 with Eq. 8, both to be minimised in $K$. What differs?",
    options=["the sign", "the stop-gradient", "the place of ν", "nothing but the batch"],
)

# %% tags=["remove-input"]
lesson.answer(
    "06 spot the difference",
    "the sign",
    """
    What Eq. 8 minimises, Eq. 12 maximises. One paper, two signs, and three readings:

    1. Eq. 8 is right, with Sec. 3.4's words: $K$ is "adjusted to maximize the NCE loss".
    2. Eq. 12 is right: $K$ minimises the loss, as $T$ does.
    3. A *word* is missing: Eq. 12 is the loss, and is to be **maximised**, as Sec. 3.4 says. Then
       it is Eq. 8 once more.

    We cannot know, so the course has all of it: `"eq8"` (readings 1 and 3, the default), `"eq12"`,
    and `"naive"`. (They also differ in their data: Eq. 8 takes $z \\sim p_d$, from the data, and
    Eq. 12 $z \\sim p_m$, from the data with Eq. 10's artificial low errors. The library takes one
    $p$ for both, that from which $T$ learns; a figure of section 4 shows why.)
    """,
)

# %% [markdown]
# ## 4 · At the optimal T, Eq. 8 does not push
#
# Call the gradient of what $K$ minimises the *force*. Mind its sign: an optimiser steps against the
# gradient, so a positive force makes $K$ smaller (on the dial, an arrow to the left). How strong is
# Eq. 8's once $T$ is good? Take the best network for the $p$ that the data term draws from,
# $T^* = \ln p - \ln \nu p_{nK}$. Then
#
# $$ \sigma(T^*) = \frac{p}{p + \nu p_{nK}}, \quad
#    \sigma(-T^*) = \frac{\nu p_{nK}}{p + \nu p_{nK}}
#    \quad\Longrightarrow\quad p\; \sigma(-T^*) = \nu p_{nK}\; \sigma(T^*). \qquad (*) $$
#
# Line by line, for one coordinate (in several, $T'$ is $\partial T / \partial z_j$):
#
# $$ \begin{aligned}
# \frac{d}{dK}\,\text{data term} &= \int p\; \sigma(-T)\; T'\, \frac{z - \hat\mu}{K}\, dz
#   && \text{section 3, averaged over } p \\
# \frac{d}{dK}\,\text{noise term}
#  &= -\nu \int p_{nK}\; \sigma(T)\; T'\, \frac{z - \hat\mu}{K}\, dz
#   && (\ln \sigma(-T))' = -\sigma(T)\, T', \; z = L_K(v) \\
# \text{sum}
#   &= \int \left[ p\, \sigma(-T) - \nu p_{nK}\, \sigma(T) \right] T'\, \frac{z - \hat\mu}{K}\, dz
#   \;\overset{(*)}{=}\; 0 && \text{at } T = T^*.
# \end{aligned} $$
#
# The bracket is zero at each single $z$. So **in expectation the force at $T^*$ is zero, for every
# $K$, every $\nu$ and every smooth density**. Go up to the dial once more: on its rope, press "T*,
# fresh draws". A density that we know stands in for the eights' features there, so that $T^*$ is
# known too, and each step draws anew. The arrows cancel.

# %%
every_k = lesson.np.linspace(1, 4, 25)
tied = lesson.noise_force(error, every_k)
literal = lesson.noise_force(error, every_k, trained_on=lesson.augmented_error())

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_two_forces,
    tied,
    literal,
    ("data term on the p that T* has seen", "T* has seen $p_m$, data term on $p_d$"),
    size=(9, 3),
    caption="Left, the two terms mirror each other. Right is Eq. 8 at its word with the "
    "augmentation on: for this error their sum is positive, so $K$ is pushed down at each width "
    "drawn. Hence the data term takes the $p$ that $T$ learns from. (The density $p_m$ jumps at "
    "the mode; the integral leaves the jump out, and a network that is steep there adds to the "
    "push.)",
    alt=f"Left: terms up to {tied.noise.max():.2f}, their sum 0. Right: the sum is positive at "
    f"every width, up to {literal.total.max():.2f}.",
)

# %% [markdown]
# ### What the stop-gradient removed
#
# Back to the slopes of section 2. $L^*(K) = L(T^*_K, K)$ depends on $K$ in two ways:
#
# $$ \frac{dL^*}{dK} = \underbrace{\frac{\partial L}{\partial T}\bigg|_{T^*}}_{=\,0}
#    \frac{dT^*_K}{dK} + \frac{\partial L}{\partial K}\bigg|_{T^*}
#    = -\,\frac{d}{dK}\,\text{noise term}. $$
#
# At the minimum over $T$ a change of $T$ costs nothing to first order: the *envelope theorem*. So
# the noise term **alone**, the naive ascent, climbs $L^*(K)$, with a $T$ that keeps up.

# %% tags=["remove-input"]
h = 1e-3
around = [1.69 - h, 1.69 + h]
slope = float(lesson.np.diff(lesson.loss_of_scale(error, around))[0] / (2 * h))
noise_term = float(lesson.noise_force(error, [1.69]).noise[0])
lesson.tell(
    """
    By numbers, at $K = 1.69$: the slope of $L^*$ is {slope:.4f}, the gradient of the noise term
    {noise:.4f}. Put together, this is the punch line of sections 2 to 4:

    - the naive objective brings noise and data together (in the Jensen-Shannon sense);
    - Eq. 8's data term removes exactly that, in expectation, at the optimal $T$;
    - Eq. 12 is Eq. 8's reverse, so at $T^*$ it does not push either;
    - and how well noise and data match, the detector hardly feels: on the dial, from $K = 1$ to 5,
      the AUROC of $S$ hardly moved.
    """,
    slope=slope,
    noise=noise_term,
)

# %% [markdown]
# ## 5 · K on real images
#
# Now let $K$ learn. The dial's fits took a thousand steps on thousands of eights; yours take the
# small digits of the other lessons. One autoencoder of eights; then the noise contrast once for
# each objective, all from $K = 1.69$. $K$ learns for 480 of 600 steps and then rests, so that $T$
# ends with noise that stands still.

# %% tags=["remove-input"]
lesson.predict(
    "06 where K goes",
    "Naive narrows the noise. And Eq. 8 and Eq. 12, from 1.69 on: where do they take the mean $K$?",
    options=[
        "nowhere: both stay, as the proof says",
        "both narrower",
        "both wider",
        "Eq. 8 narrower, Eq. 12 wider",
        "Eq. 8 wider, Eq. 12 narrower",
    ],
)

# %%
split = lesson.lesson_split(normal=[8], random_state=lesson.seed)
shared = lesson.CANCE("error", random_state=lesson.seed).fit(split.train).representation_
settings = {"representation": shared, "steps": 600, "random_state": lesson.seed}
detectors = {
    objective: lesson.CANCE(noise_objective=objective, **settings).fit(split.train)
    for objective in ("eq8", "eq12", "naive", "fixed")
}

# %%
last = {objective: detector.scale_.numpy() for objective, detector in detectors.items()}
volume = {objective: scale.prod() for objective, scale in last.items()}

# %% tags=["remove-input"]
lesson.answer(
    "06 where K goes",
    "Eq. 8 narrower, Eq. 12 wider",
    """
    Mean $K$: naive {naive:.2f}, Eq. 8 {eq8:.2f}, Eq. 12 {eq12:.2f} (over seeds {naive_seeds:.2f};
    {eq8_seeds:.2f}; {eq12_seeds:.2f}). In volume, eight coordinates together,
    that is {v_naive:.0f}, {v_eq8:.0f} and {v_eq12:.0f} times $N(\\hat\\mu, \\hat\\Sigma)$; held
    noise has {v_fixed:.0f}.

    Naive is pushed at $T^*$ as well. But for Eq. 8 and Eq. 12 section 4 has proved that at $T^*$
    nothing pushes, in expectation. Your $T$ is not $T^*$, your batches are no expectation, and the
    augmented $p_m$ has a jump, which the proof leaves out. What moves $K$? 06b goes on from here.
    """,
    naive=last["naive"].mean(),
    eq8=last["eq8"].mean(),
    eq12=last["eq12"].mean(),
    naive_seeds=lesson.over_seeds("06 mean K naive"),
    eq8_seeds=lesson.over_seeds("06 mean K eq8"),
    eq12_seeds=lesson.over_seeds("06 mean K eq12"),
    v_naive=volume["naive"],
    v_eq8=volume["eq8"],
    v_eq12=volume["eq12"],
    v_fixed=volume["fixed"],
)

# %% [markdown]
# Look around in these four runs: play the training, and watch the outline of the noise. The shade
# is the density that $T$ has learned. Compare the loss on held-out eights with 1.39, that of
# guessing: above it, $T$ has learned its few training eights by heart, and is far from $T^*$. Then
# the mass of $e^{-S}$ need not be 1 either.

# %%
inputs = split.test[~split.is_anomaly], split.test[split.is_anomaly]
features = [detectors["eq8"].composite_features(images) for images in inputs]
explorer_of_runs = lesson.NoiseExplorer(detectors, *features)
explorer_of_runs

# %% [markdown]
# ### A dial of your own
#
# Back to where you began, with your own fits. Four more detectors have the noise held at 1, 1.69, 3
# and 5. Guess, then turn.

# %%
held = [
    lesson.CANCE(noise_objective="fixed", initial_scale=k, **settings).fit(split.train)
    for k in (1.0, 1.69, 3.0, 5.0)
]
learners = [detectors[objective] for objective in ("eq8", "eq12", "naive")]
own_dial = lesson.KDial([*held, *learners], *inputs)
own_dial

# %% tags=["remove-input"]
brought_area, learned_area, sum_area = own_dial.dial.areas[0].T
brought_stands, learned_stands, _ = own_dial.dial.standing[0].T
lesson.tell(
    """
    What you learned, taken alone, goes from an AUROC of **{first:.2f}** at $K = 1$ to
    **{fifth:.2f}** at $K = 5$ (over seeds {first_seeds:.2f}, and {fifth_seeds:.2f}). What you
    brought is a Gaussian, which with one $K$ for all coordinates ranks the images alike at each
    width: {brought:.3f}. And the sum? Between **{low:.3f}** and **{high:.3f}**: learning adds at
    most {gain:.1f} points to the Gaussian here.

    How bad a score $-T$ is at $K = 1$ depends on the split: there it has hardly met any noise where
    the anomalies are. It does the sum no harm, for it is the small part: the average anomaly stands
    out by {brought_at_1:+.1f} standard deviations through what you brought, and by
    {learned_at_1:+.1f} through what you learned. Where noise lies, $T$ has to carry the score;
    where none lies, the Gaussian does. $K$ decides who carries it, and hardly how good it is, for
    these images and these fits. Here is the whole lesson in nats:

    {table}

    With the ideal $T$ each row would have one $S$, the same at every $K$ (Eq. 7). Yours has not:
    where the anomalies are there are no data, and at $K = 1$ hardly any noise either, so nothing
    told $T$ what to say there. The ranking survives that. Do not read such an $S$ as a density.
    """,
    first=learned_area[0],
    fifth=learned_area[-1],
    first_seeds=lesson.over_seeds("06 auroc of -T, K = 1"),
    fifth_seeds=lesson.over_seeds("06 auroc of -T, K = 5"),
    brought=brought_area[0],
    low=sum_area.min(),
    high=sum_area.max(),
    gain=100 * (sum_area.max() - brought_area[0]),
    brought_at_1=brought_stands[0],
    learned_at_1=learned_stands[0],
    table=lesson.nats_table(own_dial.dial.stops),
)

# %% [markdown]
# ## Recap
#
# - $S$ = what you brought + what you learned. $K$ decides who of the two carries it, and on these
#   images hardly how well it ranks.
# - $L_K$ widens the noise to $N(\hat\mu, K \hat\Sigma K)$. $\psi = 0$ is $K = 1.69$; $K = 1$ is not
#   reached.
# - For $\nu = 1$, $L^*(K) = 2 \ln 2 - 2\, JSD$: the naive objective, with a $T$ that keeps up,
#   matches noise and data. The slope of $L^*$ is *minus* the noise term's gradient.
# - The stop-gradient changes no value, but the gradient. At $T^*$ the two terms of Eq. 8 cancel in
#   expectation, if the data term averages over the $p$ that $T$ learned from, and $p$ is smooth.
# - Eq. 12 is Eq. 8 with the other sign, unless the word "maximise" is missing.
#
# ## Questions
#
# 1. Move the stop-gradient in Eq. 8 from around $L_K^{-1}(z)$ to around all of
#    $L_K(L_K^{-1}(z))$. Which objective is that?
#
# <details><summary>Answer</summary>
#
# The naive one: the data term has no $K$ left that a gradient could see.
# </details>
#
# 2. The paper trains $\psi$ with AdamW, whose default weight decay, 0.01, pulls each parameter
#    towards 0. Where does it pull $K$, and how fast at a rate of 0.002?
#
# <details><summary>Answer</summary>
#
# To $\psi = 0$, that is $K = 1.69$: from 1.1 upwards, from 3 downwards. Each step takes 0.002% of
# $\psi$, so half of it is gone after some 35,000 steps: in 1,200 steps 1.1 becomes 1.105 and 3
# becomes 2.962. In a long training it would set $K$ by itself, for at $T^*$ nothing pulls back. So
# this course trains $\psi$ without it.
# </details>
#
# 3. Somebody reports that $K$ grew from 1.69 to 1.72 in all but one coordinate, and concludes that
#    the data need wide noise. What do you ask for?
#
# <details><summary>Answer</summary>
#
# Other seeds, and a control: where does $K$ go with $T^*$, where there is nothing to learn? 06b has
# it.
# </details>
#
# ## Going deeper
#
# [06b · What moves K, and does it matter?](going_deeper/06b_what_moves_k.ipynb)
#
# ## Where to read on
#
# - Ruiqi Gao and others, *Flow Contrastive Estimation of Energy-Based Models*, 2020: noise that is
#   learned to maximise the loss, with a flow instead of $K$.
# - Tong Che and others, *Mode Regularized Generative Adversarial Networks*, 2016: the work that
#   Eq. 8 follows.

# %% tags=["remove-input"]
lesson.calibration()
