# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 35
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
# # 09 · Pretrained features
#
# **You need:** lessons 04, 05 and 07; principal components; what a confidence interval is.
#
# When you are done, you will be able to
#
# 1. say what features of a network trained on *other* classes are good for, and when they hurt;
# 2. put principal components in the autoencoder's place, and name the choices that this hides;
# 3. read the paper's Table 5 against its own baseline;
# 4. compare detectors on splits that differ more than the detectors do;
# 5. say where noise lies in many dimensions, and what $T$ can then not learn.

# %%
from cance_edu.course import lesson09 as lesson

# %% tags=["remove-input"]
lesson.strip("latents", "reconstruction")

# %% [markdown]
# ## 1 · Features that other classes paid for
#
# Until now CANCE saw normal images and nothing else. Section 4.5 of the paper lets it
# borrow. A ResNet-18 was trained to tell a thousand classes of ImageNet apart. Its last layer is
# thrown away; the 512 numbers which that layer used to read are the new input $x$ of the
# detector.
#
# ImageNet's weights are a download, so here is the same experiment in small. A network learns to
# tell the digits 0 to 4 apart, with labels. Then it looks at the digits 5 to 9, which it has never
# seen. One of these is normal and the other four are anomalies. Like ResNet-18 it ends in a mean
# over the image: each of its 64 features says how much of something is in the image.
#
# The images come in two kinds: as they are, and **scattered**, each at a random place of a larger
# dark canvas. The network is trained on scattered ones.

# %%
official = lesson.digits()
few = official.labels < 5
taught = official.images[few], official.labels[few], lesson.scattered
network = lesson.pretrain(*taught, random_state=lesson.seed)
untrained = lesson.pretrain(*taught, random_state=lesson.seed, steps=0)
unseen = lesson.Images(official.images[~few], official.labels[~few])
scattered = lesson.scattered(unseen.images, lesson.np.random.default_rng(lesson.seed))

# %% tags=["remove-input"]
first = [lesson.np.flatnonzero(unseen.labels == digit)[0] for digit in range(5, 10)]
again = lesson.scattered(unseen.images[first], lesson.np.random.default_rng(lesson.seed + 1))
lesson.figure(
    lesson.draw_images,
    lesson.np.concatenate([again, scattered[first]]),
    [str(unseen.labels[row]) for row in first] * 2,
    columns=5,
    size=(7, 3),
    caption="The same five images, scattered twice.",
    alt="Digits 5 to 9, each at two random places of a dark canvas.",
)

# %% [markdown]
# Two simple detectors are the judges: the mean distance to the 2 nearest training rows, and the
# squared error of 8 principal components. Each reads one of three things: the **pixels**; the
# features of the network, **pretrained**; and, as a control, the features of the same network
# before training, with its first random weights, **untrained**.

# %% tags=["remove-input"]
lesson.predict(
    "09 scattered",
    "Scattered digits, judged by the components' error: order the three, the worst first.",
    order=["pixels", "pretrained", "untrained"],
)

# %%
seen_as = {"pixels": lambda images: images.reshape(len(images), -1).astype(float)}
seen_as["untrained"] = lambda images: lesson.features_of(untrained, images)
seen_as["pretrained"] = lambda images: lesson.features_of(network, images)
areas = {
    kind: [lesson.judged(see(images), unseen.labels, lesson.seed) for see in seen_as.values()]
    for kind, images in (("as they are", unseen.images), ("scattered", scattered))
}
clean, moved = (100 * lesson.np.mean(each, axis=1).T for each in areas.values())  # (judges, 3)

# %% tags=["remove-input"]
still = lesson.np.pad(unseen.images, ((0, 0), (0, 0), (6, 6), (6, 6)))  # 20 x 20, all in the middle
in_the_middle = {
    kind: 100
    * lesson.np.mean(lesson.judged(seen_as[kind](still), unseen.labels, lesson.seed), axis=0)
    for kind in ("untrained", "pretrained")
}
lesson.answer(
    "09 scattered",
    [list(seen_as)[place] for place in moved[1].argsort()],
    """
    {pixels:.0f}, {control:.0f} and {taught:.0f} percent, a mean of five normal classes. On the
    digits as they are the order turns round: {clean_pixels:.1f} for the pixels, and for the
    pretrained features {clean_taught:.1f}. Eight components cannot rebuild a digit that may stand
    anywhere, and to the features place does not matter. **Features help when they drop a variation
    that is large and beside the point.** On the digits as they are the untrained features, which
    drop place too, keep {clean_control:.1f}. So the training costs there. Why? What tells 0 to 4
    apart need not tell 5 to 9; and the network, which learned on the larger canvas, has never seen
    a digit fill its image. With each digit in the middle of that canvas the training costs
    {fixed_gap:.1f} points instead of {clean_gap:.1f}: the canvas had a part in it.

    The control keeps you honest. Scattered, for the components' error {before:.0f} of the
    {gain:.0f} points are there before any training: convolutions and a mean over the image know
    nothing of place. For the neighbours the untrained features are worse than the pixels; there the
    training did it all, labels and scattering together.
    """,
    picture=lesson.figure(
        lesson.draw_ablations,
        list(seen_as),
        {
            f"{kind}: {judge}": lesson.np.stack(found)[..., place].T
            for kind, found in areas.items()
            for place, judge in enumerate(lesson.JUDGES)
        },
        size=(10, 3),
        caption="Which features are best depends on what varies. A line for each normal class; "
        f"the lowest, at {100 * areas['scattered'][0][:, 1].min():.0f} percent: the digit "
        f"{5 + areas['scattered'][0][:, 1].argmin()}, by its pixels (50 is chance).",
        alt=f"Scattered, by the components' error: {', '.join(f'{a:.0f}' for a in moved[1])} "
        "percent for pixels, untrained and pretrained; as they are, the order is reversed.",
    ),
    pixels=moved[1, 0],
    control=moved[1, 1],
    taught=moved[1, 2],
    clean_pixels=clean[1, 0],
    clean_control=clean[1, 1],
    clean_taught=clean[1, 2],
    clean_gap=clean[1, 1] - clean[1, 2],
    fixed_gap=in_the_middle["untrained"][1] - in_the_middle["pretrained"][1],
    before=moved[1, 1] - moved[1, 0],
    gain=moved[1, 2] - moved[1, 0],
)

# %% tags=["remove-input"]
pixel_neighbours, feature_neighbours = map(lesson.table6, ("NN", "NN on ResNet-18"))
worse = [k for k, value in feature_neighbours.items() if value < pixel_neighbours[k]]
lesson.tell(
    """
    In the paper's Table 6 nearest neighbours on CIFAR-10 rise from {pixels} on pixels to {features}
    on ResNet-18's features, on average, and fall for {worse} class of ten, the birds. Photographs
    are like the scattered digits: place varies. But ImageNet's labels know dogs and ships too, so
    these classes are not quite *other* ones. (The paper does not say how many neighbours it takes.)
    """,
    pixels=pixel_neighbours["Avg"],
    features=feature_neighbours["Avg"],
    worse=len(worse),
)

# %% [markdown]
# ## 2 · Principal components in the autoencoder's place
#
# 512 features are still too many for a density. The paper compresses them by PCA and keeps
# everything else: the latents $z_l$ are the coordinates along the components, the reconstruction is
# the projection, and $z_e$ and $z_c$ compare it with $x$. Whether they are whitened it does not
# say. We divide each by its deviation, as batch norm did with the autoencoder's latents.
#
# Try it on the small network's features of scattered digits. Normal are now 6 and 8; each training
# image is scattered eight times.

# %% tags=["remove-input"]
lesson.predict(
    "09 condition",
    "Covariance of 32 whitened coordinates: its condition number is 1 on the training rows, by "
    "construction. And on about a hundred *new* rows?",
    options=["1 as well", "between 1 and 3", "between 5 and 100", "above 100"],
)

# %%
split = lesson.one_class_split(unseen, [6, 8], "digits", random_state=lesson.seed)
rng = lesson.np.random.default_rng(lesson.seed)
repeated = lesson.np.repeat(split.train, 8, axis=0)
train = lesson.features_of(network, lesson.scattered(repeated, rng))
new = lesson.features_of(network, lesson.scattered(split.test[~split.is_anomaly], rng))
strange = lesson.features_of(network, lesson.scattered(split.test[split.is_anomaly], rng))

# %%
components = lesson.PrincipalComponents(64, 32).fit(lesson.Source(train).batches())
scores = [components.encode(lesson.torch.from_numpy(rows)) for rows in (train, new)]
conditions = [lesson.condition_number(lesson.torch.cov(of.T)) for of in scores]
crowding = (32 / len(new)) ** 0.5
of_white_rows = ((1 + crowding) / (1 - crowding)) ** 2

# %% tags=["remove-input"]
lesson.answer(
    "09 condition",
    "between 5 and 100" if 5 < conditions[1] < 100 else "above 100",
    """
    {new:.0f}, on {n} rows. Do not blame the PCA at once. A covariance that is estimated from few
    rows is never the identity, even if the truth is: of $n$ white rows in $d$ dimensions the
    eigenvalues spread from $(1 - \\sqrt{d/n})^2$ to $(1 + \\sqrt{d/n})^2$ (Marchenko and Pastur).
    That alone makes about {white:.0f}. On training rows "well conditioned" is so by
    construction; on new ones a condition number needs many more rows than latents before it says
    anything.
    """,
    new=conditions[1],
    n=len(new),
    white=of_white_rows,
)

# %% tags=["remove-input"]
lesson.predict(
    "09 whitening",
    "Before whitening, a step of *one deviation* along the first component counts more than one "
    "along the last; after it, all count the same. Real features now: ResNet-18's of three classes "
    "of CIFAR-10 (section 4), 64 components. Which AUROC rises by two points or more in each of 15 "
    "splits, if you whiten?",
    options=["the distance to the mean", "the distance to the 2 nearest rows", "both", "neither"],
)

# %%
of = lesson.recorded_scores()
whitened = of["distance to the mean, whitened"] - of["distance to the mean, components"]
of_neighbours = of["2-NN, whitened"] - of["2-NN, components"]
standardising = of["error, columns standardised"] - of["error"]

# %% tags=["remove-input"]
lesson.answer(
    "09 whitening",
    "the distance to the mean",
    """
    By {least:.1f} points or more, in five splits a class. The neighbours gain {neighbours:.1f} on
    average, from {low:+.1f} to {high:+.1f}. So *here* anomalies seem to differ from the mean in
    directions where the normal class varies little, and whitening makes these count.

    Two more choices that the paper does not state. *How many components?* We take 64, which keep
    about 90% of the variance. *Are the 512 columns standardised before the PCA?* They are means of
    activations, in one unit. Standardising makes the quiet units loud: it costs the error
    {cost:.1f} points on average. Keep that in mind where two methods differ by one point. (Our runs
    take the columns as they are, the plainest reading; we chose it when we had seen this cost, not
    blindly.)
    """,
    least=whitened.min(),
    neighbours=of_neighbours.mean(),
    low=of_neighbours.min(),
    high=of_neighbours.max(),
    cost=-standardising.mean(),
)

# %% [markdown]
# ## 3 · A baseline inside the paper's own table
#
# Table 5 is the ablation of lesson 07 on ResNet-18's features. *Error* is the residual of the
# principal components: no noise, no $T$, nothing trained on top of the ResNet.

# %% tags=["remove-input"]
lesson.predict(
    "09 baseline",
    "For how many of CIFAR-10's ten classes is Error higher than CANCE, in the paper's own table?",
    unit="of ten classes",
    within=1,
)

# %%
rows = {dataset: lesson.table5(dataset) for dataset in ("MNIST", "CIFAR-10")}
lead = {
    k: {r.name: round(r.cells["CANCE"].value - r.cells["Error"].value, 1) for r in found}
    for k, found in rows.items()
}
behind = {k: [name for name, by in of_set.items() if by < 0] for k, of_set in lead.items()}

# %% tags=["remove-input"]
lesson.answer(
    "09 baseline",
    len(behind["CIFAR-10"]),
    """
    For MNIST {mnist} of ten, and {equal} are equal. On CIFAR-10 CANCE's largest lead is {largest}
    points, and over the ten classes it is level with Error: {cance:.1f} to {error:.1f} on average.
    The paper says so itself: "CANCE only shows comparable performance with Error on average". It
    adds two possible reasons: PCA latents may be less useful than an autoencoder's, or the density
    that NCE learns may not be good enough. Section 5 looks at the second.

    Look at Error's deviations as well: at most {deviation}. A PCA has next to no randomness, and
    the runs share the official split. So these deviations say how much *training* varies, and not
    how much the numbers would move with other images.
    """,
    picture=lesson.figure(
        lesson.draw_groups_in_panels,
        {
            f"the paper: {dataset}": {
                s: {row.name: row.cells[s].value / 100 for row in found}
                for s in ("Error", "LatNCE", "CANCE")
            }
            for dataset, found in rows.items()
        },
        "normal class",
        size=(9, 3.8),
        beside=True,
        label="AUROC, percent",
        caption="LatNCE is lowest in each row; Error and CANCE take turns. (CIFAR-10: 0 airplane, "
        "1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.)",
        alt=f"Error is above CANCE for MNIST's {behind['MNIST']} and CIFAR-10's "
        f"{behind['CIFAR-10']}.",
    ),
    mnist=len(behind["MNIST"]),
    equal=list(lead["MNIST"].values()).count(0),
    largest=max(lead["CIFAR-10"].values()),
    cance=lesson.np.mean([row.cells["CANCE"].value for row in rows["CIFAR-10"]]),
    error=lesson.np.mean([row.cells["Error"].value for row in rows["CIFAR-10"]]),
    deviation=max(r.cells["Error"].deviation for found in rows.values() for r in found),
)

# %% [markdown]
# ## 4 · Five splits of other features
#
# ADBench publishes ResNet-18's features of CIFAR-10: one class normal, 5,000 images, and 263
# anomalies. We take three classes, airplane, deer and frog (0, 4 and 6 of Table 5), train on 70% of
# the normal rows and test on the others and on 79 of the 263 anomalies. The seed draws the split,
# five times for each class, so here the *data* vary. (Computed beforehand: `cance-edu reproduce
# table5 --dataset cifar10 --protocol "ADBench's split"`.)

# %% tags=["remove-input"]
lesson.predict(
    "09 five systems",
    "Order by AUROC, the worst first.",
    order=["2-NN", "CANCE", "CNCE", "Error", "LatNCE"],
)

# %%
ours = lesson.of_splits()
five = ["2-NN", "CANCE", "CNCE", "Error", "LatNCE"]
means = {c: lesson.np.mean([values[c] for values in ours.values()]) for c in five}
columns = sorted(means, key=means.get)
range_of_error = [lesson.np.ptp(values["Error"]) for values in ours.values()]

# %% tags=["remove-input"]
lesson.answer(
    "09 five systems",
    columns,
    """
    In each of the three classes. CANCE is above LatNCE in each of the 15 splits, and below Error
    and 2-NN, which train nothing, in each. The first four have the paper's order for these
    classes; but all three are among the five where Error is ahead in the paper, too.

    **Pair what shares a split.** Error alone moves by {least:.1f} points or more from its worst
    split to its best: with 79 anomalies, which ones were drawn decides much. But they were the same
    for all columns, and most lines rise together. So take the *difference* within each split first,
    and its spread afterwards.
    """,
    picture=lesson.figure(
        lesson.draw_ablations,
        columns,
        {
            lesson.CLASSES[k]: lesson.np.transpose([values[c] for c in columns]) / 100
            for k, values in ours.items()
        },
        size=(10, 3.2),
        caption="A line a split. Most rise together; the deer's cross.",
        alt=", ".join(f"{c} {means[c]:.1f}" for c in columns),
    ),
    least=min(range_of_error),
)

# %% tags=["remove-input"]
lesson.predict(
    "09 pairing",
    "CANCE minus Error, five splits. The 95% interval that treats them as two separate samples, "
    "against that of the five differences: how many times as wide, on average over the classes?",
    unit="times",
    within=0.7,
)

# %%
paired = {(k, o): lesson.paired(k, "CANCE", o) for k in ours for o in ("Error", "2-NN")}
intervals = {
    "unpaired": {p: lesson.unpaired(ours[p[0]]["CANCE"], ours[p[0]][p[1]]) for p in paired},
    "paired": {p: lesson.mean_interval(list(d.differences.values())) for p, d in paired.items()},
    "for splits that overlap": {p: d.interval for p, d in paired.items()},
}
widths = {k: {p: high - low for p, (low, high) in of.items()} for k, of in intervals.items()}
ratio = {p: widths["unpaired"][p] / widths["paired"][p] for p in paired}

# %% tags=["remove-input"]
lesson.answer(
    "09 pairing",
    lesson.np.mean([times for (_, other), times in ratio.items() if other == "Error"]),
    """
    Unpaired, no class shows a difference between CANCE and Error. Paired, CANCE is below it in
    each of the three.

    **But five splits are not five samples.** They are drawn from the same rows, and any two share
    most of their training rows, so their spread says too little about *other* images. Nadeau and
    Bengio (2003) add the ratio of test to training rows to the $1/n$ of a mean's variance, with
    $s^2$ that of the differences:

    $$s^2 \\left( \\frac{1}{n} + \\frac{n_{test}}{n_{train}} \\right) .$$

    Here that is $1/5 + 1579/3500$, and the paired intervals become {wider:.1f} times as wide.
    (Unpaired ones would widen as much, if you corrected them.) Of the six
    intervals, three classes against Error and against the two nearest neighbours (2-NN), {left} is
    left below zero: {whose}. So CANCE was below Error and the neighbours on
    *these* fifteen splits, each of them; of other images one interval of the six lets you say so.
    """,
    picture=lesson.figure(
        lesson.draw_differences,
        [
            lesson.Point(f"{lesson.CLASSES[k]}: {o}", kind, d.mean, *intervals[kind][k, o])
            for (k, o), d in paired.items()
            for kind in intervals
        ],
        size=(8, 3.4),
        caption="CANCE minus another, with 95% intervals: pairing narrows each, and what is added "
        "for overlap widens it again.",
        alt="; ".join(f"{lesson.CLASSES[k]}, {o}: {d.mean:+.1f}" for (k, o), d in paired.items()),
    ),
    wider=widths["for splits that overlap"]["0", "Error"] / widths["paired"]["0", "Error"],
    left=sum(high < 0 for _, high in intervals["for splits that overlap"].values()),
    whose=" and ".join(
        f"{lesson.CLASSES[k]} against {other}"
        for (k, other), (_, high) in intervals["for splits that overlap"].items()
        if high < 0
    ),
)

# %% tags=["remove-input"]
theirs = {row.name: row.cells for row in rows["CIFAR-10"] if row.name in ours}
gap = {
    c: [theirs[k][c].value - values[c].mean() for k, values in ours.items()]
    for c in ("Error", "CANCE", "LatNCE")
}
gap["neighbours"] = [feature_neighbours[k] - values["2-NN"].mean() for k, values in ours.items()]
lesson.tell(
    """
    **Why are ours so much lower than the paper's?** By class, CANCE and Error are {least:.0f} to
    {most:.0f} points below the paper's, LatNCE {least_latnce:.0f} to {most_latnce:.0f} and nearest
    neighbours {least_near:.0f} to {most_near:.0f}; the neighbours are below Error in the paper, and
    above it here. So the *residual* suffers most. Why we do not know. Fewer training rows can cost
    a little; few anomalies make numbers noisy, not low. But are these the same *features*?
    ResNet-18 halves an image five times; a ReLU and a mean over what is left end it. 224 pixels a
    side leave 7 by 7 places, 32 pixels a single one.
    """,
    least=min(gap["Error"] + gap["CANCE"]),
    most=max(gap["Error"] + gap["CANCE"]),
    least_latnce=min(gap["LatNCE"]),
    most_latnce=max(gap["LatNCE"]),
    least_near=min(gap["neighbours"]),
    most_near=max(gap["neighbours"]),
)

# %% tags=["remove-input"]
lesson.predict(
    "09 zeros",
    "How many of an (untrained) ResNet-18's features are *exactly* 0 if it is shown images of 32 "
    "random pixels a side?",
    unit="%",
    within=0.1,
)

# %%
zeros = {side: lesson.share_of_zeros(side) for side in (32, 224)}
in_files = lesson.recording()["zeros"]

# %% tags=["remove-input"]
lesson.answer(
    "09 zeros",
    zeros[32],
    """
    With 224 pixels {large:.0%}: a mean of 49 numbers, none of them negative, is 0 only if all
    are. In a single place there is nothing to average, and the ReLU's zeros survive.

    In ADBench's files {files:.0%} of all numbers are exactly 0. Random weights give that at neither
    size, but 49 places would have to be 0 together. It is a hint, not a proof, that the network saw
    the small images as they are. **What cannot be compared: any number of ours with one of the
    paper's.** What can: our columns with each other, on the same splits. (The paper's own protocol
    needs ResNet-18's weights, a download: `cance-edu data resnet18`, then `cance-edu reproduce
    table5`.)
    """,
    large=zeros[224],
    files=in_files.mean(),
)

# %% [markdown]
# ## 5 · Why does the density not win here?
#
# It has all that Error has, and the cosine and 64 components besides. Start from the noise that it
# is learned against: Gaussian, with the data's mean and covariance, widened by $K$, here about
# 1.65.

# %% tags=["remove-input"]
lesson.predict(
    "09 nearer noise",
    "Back to the small network's digits: with $d = 32$ components $z$ has 34 coordinates. Which "
    "share of the noise points is nearer to the centre (Mahalanobis) than the median new normal "
    "image?",
    options=["about a half", "5 to 20%", "about 1%", "below 0.2%"],
)

# %%
shape = {"representation": "pca", "steps": 200, "random_state": lesson.seed}
fitted = {d: lesson.CANCE(latent_dim=d, **shape).fit(train) for d in (2, 32)}
norms = {}
for d, detector in fitted.items():
    z, *tested = (detector.composite_features(rows) for rows in (train, new, strange))
    points = (*tested, lesson.noise_points(detector))
    norms[d] = tuple(lesson.squared_mahalanobis(z, each) for each in points)
within = {d: (noise < lesson.np.median(data)).mean() for d, (data, _, noise) in norms.items()}

# %% tags=["remove-input"]
lesson.answer(
    "09 nearer noise",
    "below 0.2%" if within[32] < 0.002 else "about 1%",
    """
    And with $d = 2$ it is {two:.0%}. If $K$ is one number, the squared norm of a noise point is
    $K^2$ times a $\\chi^2$ variable with $d + 2$ degrees of freedom, whose deviation is $\\sqrt{2 /
    (d + 2)}$ of its mean, {share:.0%} for $d = 32$. **Then the noise is a shell**, $K$ times as
    far out as Gaussian data would be. Inside it $T$ meets data and hardly a noise point: any large
    $T$ is right there, and the loss hardly cares which. There, nearer than 99% of the noise, lie
    {inside:.0%} of the new normal images, but {strange:.0%} of the anomalies: most anomalies lie in
    the shell, where $T$ has met noise, or beyond it.
    """,
    picture=lesson.figure(
        lesson.draw_squared_norms_by_components,
        norms,
        size=(9, 3),
        caption="With 2 components noise covers the data; with 32 it is a shell around most normal "
        "images.",
        alt=f"Nearer than the median image: {within[2]:.0%} of the noise, and {within[32]:.2%}.",
    ),
    share=(2 / 34) ** 0.5,
    two=within[2],
    inside=lesson.np.mean(norms[32][0] < lesson.np.quantile(norms[32][2], 0.01)),
    strange=lesson.np.mean(norms[32][1] < lesson.np.quantile(norms[32][2], 0.01)),
)

# %% tags=["remove-input"]
lesson.predict(
    "09 rank",
    "$S = -T - \\ln \\nu - \\ln p_{nK}$. Where $T$ is the same for all, the last term orders the "
    "scores. What is the rank correlation of $S$ with the squared Mahalanobis distance on new "
    "images, with 32 components?",
    unit="",
    within=0.1,
)

# %%
rank = {d: lesson.spearmanr(fitted[d].anomaly_score(new), norms[d][0]).statistic for d in fitted}
on_features = lesson.recording()["rank_correlation"]
over_distance = of["CANCE"] - of["Mahalanobis norm of z"]
losses = {k: lesson.recording()[k] for k in ("loss", "held_out_loss")}
turn = lesson.recording()["step"][0, 0][losses["held_out_loss"].argmin(-1)]
stopped = (of["CANCE, fewer steps"] - of["CANCE"]).mean(1)

# %% tags=["remove-input"]
lesson.answer(
    "09 rank",
    rank[32],
    """
    With 2 components {two:.2f}: there $T$ has learned a shape of its own. On ADBench's features,
    with 64 components and over whole test parts, 5% of them anomalies, it is {low:.2f} to
    {high:.2f}: the score is a Mahalanobis distance with some disorder added.

    A high correlation is no fault in itself: for Gaussian data the best $S$ *is* such a distance.
    But these features are not Gaussian. Is the disorder worth something, then? We see no gain: a
    class's mean AUROC is {worst:+.1f} to {best:+.1f} points from the plain distance's. And the
    distance is itself behind the neighbours, in each split. It knows one centre and one ellipsoid,
    the neighbours know each training row.
    """,
    two=rank[2],
    low=on_features.min(),
    high=on_features.max(),
    worst=over_distance.mean(1).min(),
    best=over_distance.mean(1).max(),
)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_overfitting,
    *(lesson.recording()["step"][0, 0], losses["loss"][0], losses["held_out_loss"][0]),
    caption="Where nothing else is to be learned, $T$ learns its training rows by heart.",
    alt="Airplane, five splits: the training loss falls to 0.03 and less, the held-out loss "
    "turns up.",
)

# %% tags=["remove-input"]
lesson.tell(
    """
    The held-out loss is least after {first} to {last} of 1,000 steps. You would now stop earlier.
    We did, after 200 steps, before that: the mean AUROC of a class moves by {worst:+.1f} to
    {best:+.1f} points, and stays below Error's. So what $T$ learns after step 200 does not explain
    the gap; what the best moment would give has not been tried. The shell is another suspect,
    though on our digits most anomalies lie in it or beyond. To decide you would have to move the
    noise, and see whether the AUROC follows.
    """,
    first=turn.min(),
    last=turn.max(),
    worst=stopped.min(),
    best=stopped.max(),
)

# %% [markdown]
# ## Recap
#
# - Features of other classes help when they drop a large variation that does not matter. An
#   untrained control tells how much of it is the architecture's.
# - Whitened components are well conditioned on training rows by construction.
# - In the paper's Table 5 the residual alone beats CANCE for five of CIFAR-10's ten classes; on
#   average the two are level.
# - Pair what shares a split; and know that splits of the same rows overlap.
# - In many dimensions wide noise is a shell that the bulk of the data does not meet.
#
# ## Questions
#
# 1. With $K = 1$ fixed and Gaussian data, which share of the noise is nearer than the median?
#    What does $T$ then have to learn?
#
# <details><summary>Answer</summary>
#
# A half: noise and data have the same law. $T$ has nothing to learn, and is 0 (for $\nu = 1$).
# </details>
#
# 2. You have 15 paired differences of CANCE and Error: 3 classes, 5 splits. Why is an interval
#    from all 15 as one sample too narrow?
#
# <details><summary>Answer</summary>
#
# Five of a class share their rows, so there are about three independent pieces of evidence, not
# fifteen.
# </details>
#
# 3. Rotate each image by a random angle instead of moving it. Should the untrained control still
#    get most of the gain?
#
# <details><summary>Answer</summary>
#
# A mean over the image forgets *where*, not *which way round*. So not by its architecture; try it.
# </details>
#
# ## Where to read on
#
# - Y. Liao and A. J. Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*:
#   Sec. 4.5, with Tables 5 and 6.
# - S. Han et al., *ADBench: Anomaly Detection Benchmark*, 2022: the features of section 4.
# - L. Bergman, N. Cohen and Y. Hoshen, *Deep Nearest Neighbor Anomaly Detection*, 2020.
# - C. Nadeau and Y. Bengio, *Inference for the Generalization Error*, 2003: splits that share rows.
# - B. Rhodes, K. Xu and M. U. Gutmann, *Telescoping Density-Ratio Estimation*, 2020: the gap
#   between data and noise.

# %% tags=["remove-input"]
lesson.calibration()
