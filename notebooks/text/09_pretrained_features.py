# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 25
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
# **Minutes:** 40 to read, under 1 to run on two CPU cores. **You need:** lessons 04, 05 and 07;
# principal components; what a confidence interval is.
#
# When you are done, you will be able to
#
# 1. say what features of a network trained on *other* classes are good for, and when they hurt;
# 2. put principal components in the autoencoder's place, and name the choices that this hides;
# 3. read the paper's Table 5 against its own baseline;
# 4. compare detectors on splits that differ more than the detectors do;
# 5. say where noise lies in 66 dimensions, and what its classifier can then not learn.
#
# | symbol | in the code | what it is |
# |---|---|---|
# | $x$ | `features` | what a network's last layer sees of an image; 512 numbers for ResNet-18 |
# | $d$ | `latent_dim` | number of principal components; $z$ has $d + 2$ coordinates |
# | $z_l,\ z_e,\ z_c$ | | whitened scores; residual of the components; its cosine (lesson 04) |
# | $K$ | `scale_` | how much wider than the data the noise is (lesson 06) |
# | $m^2(z)$ | `squared_mahalanobis` | $(z - \hat\mu)^T \hat\Sigma^{-1} (z - \hat\mu)$ |

# %%
import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.stats import chi2, spearmanr, ttest_ind

from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.composite.summary import squared_mahalanobis
from cance_edu.course.features.figure import draw_overfitting, draw_squared_norms

# %%
from cance_edu.course.features.pretrained import SmallClassifier, features_of, pretrain, scattered
from cance_edu.course.page import lesson_seed, show_source
from cance_edu.course.results.comparisons_figure import draw_ablation, draw_aurocs_by_group
from cance_edu.course.results.intervals_figure import Point, draw_intervals
from cance_edu.course.style import draw_images, show
from cance_edu.datasets import Images, digits, one_class_split

# %%
from cance_edu.detectors.classics import neighbours, pca_error
from cance_edu.experiments import auroc
from cance_edu.experiments.comparison import pairs
from cance_edu.experiments.paper import AVERAGE, paper_table
from cance_edu.experiments.report import stored
from cance_edu.experiments.statistics import mean_interval
from cance_edu.method.composite import PrincipalComponents
from cance_edu.method.moments import condition_number
from cance_edu.method.noise import widen
from cance_edu.training.sources import Source

# %% [markdown]
# ## 1. Features that other classes paid for
#
# Until now a detector saw normal images and nothing else. Section 4.5 of the paper lets it borrow.
# A ResNet-18 was trained to tell a thousand classes of ImageNet apart. Its last layer is thrown
# away; the 512 numbers which that layer used to read are the new input $x$ of the detector.
#
# ImageNet's weights are a download, so here is the same experiment in small. A network learns to
# tell the digits 0 to 4 apart, with labels. Then it looks at the digits 5 to 9, which it has never
# seen. One of these is normal and the other four are anomalies.

# %%
show_source(SmallClassifier)

# %% [markdown]
# Like ResNet-18 it ends in a mean over the image: each of the 64 features says how much of
# something is in the image, not where.
#
# The images come in two kinds: as they are, and **scattered**, each at a random place of a larger
# dark canvas. The network is trained on scattered digits.

# %%
seed = lesson_seed()
official = digits()
few = official.labels < 5
unseen = Images(official.images[~few], official.labels[~few])

taught = official.images[few], official.labels[few], scattered
network = pretrain(*taught, random_state=seed)
untrained = pretrain(*taught, random_state=seed, steps=0)

# %%
kinds = {
    "as they are": unseen.images,
    "scattered": scattered(unseen.images, np.random.default_rng(seed)),
}
first = [np.flatnonzero(unseen.labels == digit)[0] for digit in range(5, 10)]
again = scattered(unseen.images[first], np.random.default_rng(seed + 1))
shown = [*again, *kinds["scattered"][first]]
figure = Figure(figsize=(7, 3), layout="constrained")
draw_images(figure, np.stack(shown), [str(unseen.labels[i]) for i in first] * 2, columns=5)
show(figure, "Digits 5 to 9, each at two random places of a dark canvas.")

# %% [markdown]
# Two simple detectors are the judges: the mean distance to the 2 nearest training rows, and the
# squared error of 8 principal components. Each reads one of three things: the pixels; the features
# of the network; and, as a control, the features of the same network *before* training, with its
# first random weights. Each of the digits 5 to 9 is the normal class once, a line in the figure.
#
# **Predict.** On the digits as they are, which of the three is best, and which worst? And on the
# scattered ones?

# %%
my_guess = ""  # for example "as they are: pixels best; scattered: ..."


# %%
def areas(rows):
    """AUROC of the two detectors, one row for each normal class of 5 to 9."""
    found = []
    for digit in range(5, 10):
        split = one_class_split(Images(rows, unseen.labels), [digit], "", random_state=seed)
        train, test, truth = split.train, split.test, split.is_anomaly
        judges = neighbours(count=2).fit(train), pca_error(components=8).fit(train)
        found.append([auroc(truth, judge.anomaly_score(test)) for judge in judges])
    return np.array(found)


# %%
table = {}
for kind, images in kinds.items():
    pixels = images.reshape(len(images), -1).astype(float)
    seen_as = pixels, features_of(untrained, images), features_of(network, images)
    table[kind] = np.stack([areas(rows) for rows in seen_as], axis=-1)

names, judges = ("pixels", "untrained", "pretrained"), ("2 neighbours", "error of 8")
clean, moved = (100 * table[kind].mean(0) for kind in kinds)
told = ", ".join(f"{n} {a:.0f}" for n, a in zip(names, moved[1], strict=True))

# %%
figure = Figure(figsize=(10, 3.2), layout="constrained")
panels = iter(figure.subplots(1, 4, sharey=True))
for kind, found in table.items():
    for place, judge in enumerate(judges):
        axes = next(panels)
        draw_ablation(axes, names, found[:, place])
        axes.set_title(f"{kind}: {judge}", fontsize=10)
        axes.label_outer()
show(figure, f"Scattered, by the components' error: {told}. As they are, the order is reversed.")

# %%
assert (np.diff(clean) < -0.3).all()
assert (clean[:, 0] > 99).all()
assert clean[0, 0] - clean[0, 2] > 10
assert clean[1, 0] - clean[1, 2] > 5
assert (moved[:, 2] > moved[:, 0] + 2).all()
assert moved[1, 1] > moved[1, 0] + 15
assert moved[1, 2] > moved[1, 1] + 4
assert moved[0, 1] < moved[0, 0]
assert moved[1, 0] < 60

# %% [markdown]
# <details><summary>Answer</summary>
#
# As they are: pixels first, by far. They leave no room, with more than 99, and the pretrained
# features lose more than ten points of it for the neighbours and more than five for the error. Even
# the untrained network does better than the trained one. A likely reason is that training let go of
# what those five classes did not need; question 1 looks for another.
#
# Scattered: the order turns round. The pretrained features are best for both judges. For the
# components' error pixels are hardly better than a coin, below 60.
# </details>
#
# Nothing about the digits changed, only where they stand. To a distance between pixels, place is
# most of an image. The labels of 0 to 4 said that place does not matter, and what was learned from
# them holds for 5 to 9 as well. So features of other classes help **when they drop a variation that
# is large and beside the point**, and hurt when there is none to drop.
#
# The control keeps you honest. For the components' error more than 15 points of the gain are there
# before any training: convolutions and a mean over the image know nothing of place. Training adds
# more than 4 on top. For the neighbours the untrained features are worse than the pixels; there
# the labels did it all.
#
# Photographs are of the second kind. The paper's Table 6 has nearest neighbours on CIFAR-10's
# pixels and on ResNet-18's features.

# %%
table6 = {row.name: row.cells for row in paper_table("table6")}
printed = {name: [table6[AVERAGE][name].value] for name in ("NN", "NN on ResNet-18")}
lost = [k for k, row in table6.items() if row["NN on ResNet-18"].value < row["NN"].value]
print("average:", printed, "features worse for class:", lost)

assert printed == {"NN": [59.5], "NN on ResNet-18": [79.1]}
assert lost == ["2"]

# %% [markdown]
# From 59.5 to 79.1 on average, and worse for one class of ten, the birds. (The paper does not say
# how many neighbours these are.)
#
# ## 2. Principal components in the autoencoder's place
#
# 512 features are still too many for a density. The paper compresses them by PCA and keeps
# everything else: the latents $z_l$ are the scores, the reconstruction is the projection, and $z_e$
# and $z_c$ compare it with $x$. Whether the scores are whitened it does not say. We divide each by
# its deviation, as batch norm did with the autoencoder's latents.

# %%
show_source(PrincipalComponents.encode)

# %% [markdown]
# On the digits: 6 and 8 are normal, each training image is put at 8 random places, and the features
# are those of the network above. Lesson 03 trained with a covariance loss until the latents'
# condition number was below 100. Here nothing is trained.
#
# **Predict.** What is the condition number of the covariance of 32 whitened scores, on the training
# rows? And on those of new normal images?

# %%
my_guess = ""  # two numbers

# %%
split = one_class_split(unseen, [6, 8], "digits", random_state=seed)
good = split.test[~split.is_anomaly]
rng = np.random.default_rng(seed)
train = features_of(network, scattered(np.repeat(split.train, 8, axis=0), rng))
new = features_of(network, scattered(good, rng))

components = PrincipalComponents(train.shape[1], 32).fit(Source(train).batches())
conditions = {
    name: condition_number(torch.cov(components.encode(torch.from_numpy(rows)).T))
    for name, rows in (("training rows", train), ("new rows", new))
}
print({name: f"{value:.2f}" for name, value in conditions.items()})

# %%
share = np.sqrt(32 / len(new))
of_white_rows = ((1 + share) / (1 - share)) ** 2
print(f"{len(new)} white rows in 32 dimensions: about {of_white_rows:.0f}")

assert conditions["training rows"] < 1.001
assert 5 < conditions["new rows"] < 100
assert 0.5 < conditions["new rows"] / of_white_rows < 2
assert 100 < len(new) < 115
assert abs(of_white_rows - 12) < 1

# %% [markdown]
# <details><summary>Answer</summary>
#
# 1 on the training rows, by construction: that is what whitening means. On new rows more than 5,
# and still below 100.
# </details>
#
# Do not blame the PCA for the difference. A covariance that is estimated from few rows is never the
# identity, even if the truth is: of $n$ white rows in $d$ dimensions the eigenvalues spread from
# $(1 - \sqrt{d/n})^2$ to $(1 + \sqrt{d/n})^2$ (Marchenko and Pastur). For about a hundred rows in
# 32 dimensions that alone gives a condition number near 12, and ours are within a factor of 2 of
# it.
#
# So "well conditioned" is no achievement of a PCA, and a condition number needs many more rows than
# latents before it says anything.
#
# ### What whitening takes away
#
# Before whitening, a step along the first component counts more than one along the last. After it,
# all count the same. You might expect a loss: the large directions are where the normal class
# really varies.
#
# **Predict.** Real features now: ADBench's ResNet-18 features of CIFAR-10 (Han et al. 2022), three
# normal classes, five splits each. Two scores on the 64 first components, before and after
# whitening: distance to the 2 nearest neighbours, and distance to the mean. Which gets better, and
# which worse?

# %%
my_guess = ""  # for each: "better", "worse" or "the same"

# %%
recording = recordings.load("resnet18_features")
by_score = np.moveaxis(100 * recording["aurocs"], 2, 0)
of = dict(zip(recording["scores"].tolist(), by_score, strict=True))
change = {
    "2 neighbours": of["2-NN, whitened"] - of["2-NN, components"],
    "mean": of["distance to the mean, whitened"] - of["distance to the mean, components"],
}
for name, gained in change.items():
    print(f"{name}: whitened is {gained.min():+.1f} to {gained.max():+.1f} points better")

assert (abs(change["2 neighbours"]) < 2.5).all()
assert (change["mean"] > 2).all()

# %% [markdown]
# <details><summary>Answer</summary>
#
# The neighbours hardly notice: less than 2.5 points either way. The distance to the mean gets
# *better*, by more than 2 points in each of the 15 splits.
# </details>
#
# So whitening is not what a density on these features suffers from. Anomalies differ from the mean
# in directions where the normal class varies little, and whitening makes these count.
#
# ### Two choices that the paper does not state
#
# *How many components?* It does not say. We take 64, as for CIFAR-10's autoencoder. They keep about
# 90% of the variance.
#
# *Are the 512 columns standardised before the PCA?* It does not say either. All are means of
# activations, in one unit, and a raw PCA lets a busy unit count more than a quiet one. `CANCE`
# standardises the columns of a table, unless you pass `column_scaling="given"`. How much does that
# one setting cost? Here is the error of 64 components, without and with standardising.

# %%
cost = of["error"] - of["error, columns standardised"]
print(f"explained: {recording['explained'].round(2)}")
print(f"standardising costs {cost.min():.1f} to {cost.max():.1f} points, mean {cost.mean():.1f}")

assert (abs(recording["explained"] - 0.9) < 0.01).all()
assert (cost > 1).all()
assert 2.5 < cost.mean() < 3

# %% [markdown]
# Nearly three points on average, and more than one in each split. It makes the quiet units loud.
# Keep that number in mind when you read a table in which two methods differ by one point.
#
# Our runs of Table 5 take the columns as they are: the paper mentions no scaling, and none is the
# plainest reading. But you should know that we first ran them standardised, and had seen this cost
# before we read the paper again. Our reason would have been as good without; nobody can check that
# we would have found it.
#
# ## 3. A baseline inside the paper's own table
#
# Table 5 of the paper is the ablation of lesson 07 on ResNet-18's features. *Error* is the residual
# of the principal components, with no noise, no $T$ and nothing trained on top of the ResNet.
# **Predict.** For how many of CIFAR-10's ten classes is Error higher than CANCE?

# %%
my_guess = ""  # 0 to 10

# %%
rows = {dataset: [] for dataset in ("MNIST", "CIFAR-10")}
for row in paper_table("table5"):
    if row.name != AVERAGE:
        rows[row.dataset].append(row)

# %%
figure = Figure(figsize=(9, 3.8), layout="constrained")
for axes, (dataset, found) in zip(figure.subplots(1, 2), rows.items(), strict=True):
    systems = ("Error", "LatNCE", "CANCE")
    draw_aurocs_by_group(
        axes, {s: {row.name: row.cells[s].value / 100 for row in found} for s in systems}
    )
    axes.set(title=f"the paper: {dataset}", ylabel="normal class")
show(figure, "LatNCE is lowest in every row; Error and CANCE lie close together and take turns.")

# %%
lead = {
    dataset: {r.name: round(r.cells["CANCE"].value - r.cells["Error"].value, 1) for r in found}
    for dataset, found in rows.items()
}
behind = {dataset: [k for k, by in of_set.items() if by < 0] for dataset, of_set in lead.items()}
average = [row.cells for row in paper_table("table5") if row.name == AVERAGE]
for dataset, of_set in lead.items():
    print(f"{dataset:9s}", *(f"{by:+.1f}" for by in of_set.values()), "behind:", *behind[dataset])

assert behind == {"MNIST": ["1", "3", "5", "6"], "CIFAR-10": ["0", "2", "3", "4", "6"]}
assert [k for k, by in lead["MNIST"].items() if by == 0] == ["4", "7"]
assert [(a["Error"].value, a["CANCE"].value) for a in average] == [(94.5, 95.0), (87.8, 88.0)]

# %%
each = [row for found in rows.values() for row in found]
assert all(min(r.cells, key=lambda name: r.cells[name].value) == "LatNCE" for r in each)
assert max(row.cells["Error"].deviation for row in each) == 0.1
best = max(lead["CIFAR-10"], key=lead["CIFAR-10"].get)
assert (best, lead["CIFAR-10"][best]) == ("7", 4.6)

# %% [markdown]
# <details><summary>Answer</summary>
#
# For five of ten: airplane, bird, cat, deer and frog. For MNIST it is four of ten, and two are
# equal. The averages are 94.5 against 95.0, and 87.8 against 88.0. CANCE's largest lead is 4.6
# points, for the horse.
# </details>
#
# The paper says so itself: "CANCE only shows comparable performance with Error on average". It adds
# two possible reasons: PCA latents may be less useful than an autoencoder's, or the density that
# NCE learns may not be good enough. Section 5 looks at the second.
#
# Look at Error's deviations as well: at most 0.1. A PCA has next to no randomness, and the runs
# share the official split. So these deviations say how much *training* varies. They do not say how
# much the numbers would move with other images.

# %% [markdown]
# ## 4. Five splits of other features
#
# ADBench publishes features for some of this: one CIFAR-10 class normal, 5,000 images, and 263
# anomalies from the other nine. We split as it does: train on 70% of the normal rows, test on the
# other 30% and on 30% of the anomalies. (ADBench trains on the remaining anomalies as well; we
# leave them out, as the paper's protocol would.) The seed draws the split, so here the *data* vary.
#
# The results were computed beforehand and come with the project (`cance-edu reproduce table5
# --dataset cifar10 --protocol "ADBench's split"`).

# %%
protocol, names = "ADBench's split", {"0": "airplane", "4": "deer", "6": "frog"}
report = stored()
ours = {k: report.values("table5", "CIFAR-10", k, protocol) for k in names}
record = report.cells("table5", "CIFAR-10", protocol, "0")[0].ours.records[0]
told = {key: record[key] for key in ("trained_on", "tested_on", "anomalies")}
print(told)

assert told == {"trained_on": 3500, "tested_on": 1579, "anomalies": 79}
assert all(len(values) == 5 for of_class in ours.values() for values in of_class.values())

# %% [markdown]
# **Predict.** Order these by AUROC: CANCE, CNCE, Error, LatNCE, 2 neighbours.

# %%
my_guess = ""  # from worst to best

# %%
columns = ["LatNCE", "CNCE", "CANCE", "Error", "2-NN"]
figure = Figure(figsize=(10, 3.4), layout="constrained")
for axes, (k, values) in zip(figure.subplots(1, 3, sharey=True), ours.items(), strict=True):
    draw_ablation(axes, columns, np.transpose([values[c] for c in columns]) / 100)
    axes.set_title(names[k])
    axes.label_outer()
means = {c: np.mean([values[c] for values in ours.values()]) for c in columns}
told = ", ".join(f"{c} {mean:.1f}" for c, mean in means.items())
show(figure, f"A line a split; the lines rise to the right. Means of three classes: {told}.")

# %%
for values in ours.values():
    assert (np.diff([values[column].mean() for column in columns]) > 0).all()
    assert (values["Error"] > values["CANCE"]).all()
    assert (values["2-NN"] > values["CANCE"]).all()
    assert (values["CANCE"] > values["LatNCE"]).all()
printed = [
    [row.cells[c].value for c in columns[:-1]] for row in rows["CIFAR-10"] if row.name in names
]
assert (np.diff(printed) > 0).all()
range_of_error = [np.ptp(values["Error"]) for values in ours.values()]
print("range of Error over five splits, points:", np.round(range_of_error, 1))
assert min(range_of_error) > 5

# %% [markdown]
# <details><summary>Answer</summary>
#
# On average over the splits it is the order of the figure, in each of the three classes: LatNCE,
# CNCE, CANCE, Error, and best of all the two neighbours. CANCE is above LatNCE in every one of the
# 15 splits, and below Error and 2-NN, which train nothing, in every one.
#
# The first four have the paper's order: its Table 5 has the same for these three classes.
# </details>
#
# ### Pair what shares a split
#
# Look at how far the lines are apart: Error alone moves by more than 5 points from split to split.
# With 79 anomalies, which ones were drawn decides much. But they were the same for all columns, and
# the lines run side by side. So take the *difference* within each split first, and its spread
# afterwards.
#
# **Predict.** CANCE minus Error, five splits. The 95% interval that treats them as two separate
# samples (Welch), against that of the five differences: how many times as wide?

# %%
my_guess = ""  # a factor

# %%
kinds_of_interval = "unpaired", "paired", "paired, for splits that overlap"
points, widths = [], {}
for k, other in ((k, other) for k in names for other in ("Error", "2-NN")):
    pair = pairs(report.cells("table5", "CIFAR-10", protocol, k), "CANCE", other, by="seed")
    apart = ttest_ind(ours[k]["CANCE"], ours[k][other], equal_var=False).confidence_interval()
    paired = mean_interval(list(pair.differences.values()))
    intervals = apart, paired, pair.interval
    for kind, (low, high) in zip(kinds_of_interval, intervals, strict=True):
        points.append(Point(f"{names[k]}: {other}", kind, pair.mean, low, high))
        widths.setdefault((other, kind), []).append(high - low)
ratio = {o: np.divide(widths[o, "unpaired"], widths[o, "paired"]) for o in ("Error", "2-NN")}
print({other: values.round(1) for other, values in ratio.items()})

# %%
figure = Figure(figsize=(8, 3.2), layout="constrained")
axes = figure.subplots()
draw_intervals(axes, points)
axes.set_title("CANCE minus another, five splits")
axes.set_xlabel("difference in AUROC, percentage points, with 95% interval")
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
show(figure, "Paired intervals are about half as wide as unpaired; overlap takes most of it back.")

# %%
found = {(p.row, p.system): p for p in points}
assert (ratio["Error"] > 2).all()
assert (np.concatenate(list(ratio.values())) > 1.4).all()
assert all(found[f"{n}: Error", "unpaired"].high > 0 for n in names.values())
assert all(found[f"{n}: {o}", "paired"].high < 0 for n in names.values() for o in ratio)

# %%
corrected = kinds_of_interval[-1]
shown = {row for (row, kind), point in found.items() if kind == corrected and point.high < 0}
assert shown == {"frog: 2-NN"}
wider = [
    (found[row, corrected].high - found[row, corrected].low)
    / (found[row, "paired"].high - found[row, "paired"].low)
    for row, kind in found
    if kind == "paired"
]
assert np.allclose(wider, np.sqrt((1 / 5 + 1579 / 3500) * 5))

# %% [markdown]
# <details><summary>Answer</summary>
#
# More than twice as wide, in each class. Unpaired, no class shows a difference between CANCE and
# Error: all three intervals hold zero. Paired, CANCE is below Error in each of the three.
# </details>
#
# The price of pairing is small: five differences leave 4 degrees of freedom, two samples of five up
# to 8, so the factor from Student's t is a little larger. It pays as far as both numbers rise and
# fall together, which they do when the same few anomalies are hard for both.
#
# ### Five splits are not five samples
#
# The five splits are drawn from the same rows. Any two of them share most of their training rows,
# so their results are alike for that reason too, and their spread says too little about *other*
# images of these classes. Nadeau and Bengio (2003) add to the $1/n$ of a mean's variance the test
# rows for each training row:
#
# $$s^2 \left( \frac{1}{n} + \frac{n_{test}}{n_{train}} \right) .$$
#
# Here that is $1/5 + 1579/3500$, and the intervals become 1.8 times as wide: the third kind in the
# figure. Of the six, one is left below zero, the frog's against two neighbours. So CANCE was below
# Error and below the neighbours on *these* fifteen splits, each of them. That it would be so on
# other images, five splits do not show. Our report uses the third kind.
#
# The paper finds that the augmentation helps here. Is that so in pairs of ours? ($p$ is that of the
# paper's test, Wilcoxon's one-sided. With five differences it is at least $1/32$.)

# %%
for k, name in names.items():
    pair = pairs(report.cells("table5", "CIFAR-10", protocol, k), "CANCE", "CNCE", by="seed")
    low, high = pair.interval
    print(f"{name:9s} CANCE - CNCE {pair.mean:+.1f}, [{low:.1f}, {high:.1f}]; p {pair.p_value:.2f}")
    assert 0.5 < pair.mean < 1.5
    assert low < 0 < high

# %% [markdown]
# About a point in each class, and each interval holds zero. For airplane and deer all five
# differences are positive, which gives $p$ its least value; but that test takes the splits for
# independent, too. So here the augmentation may help, where on MNIST it buys next to nothing
# (lesson 11). In the paper's Table 5 CANCE is above CNCE by 3 to 6 points for these classes.

# %%
paper = {row.name: row.cells for row in rows["CIFAR-10"]}
gains = [paper[k]["CANCE"].value - paper[k]["CNCE"].value for k in names]
assert np.allclose(sorted(gains), [3.2, 3.4, 5.6])

# %% [markdown]
# ### Why are ours so much lower than the paper's?

# %%
for k, name in names.items():
    line = [f"{c} {paper[k][c].value:.1f} | {ours[k][c].mean():.1f}" for c in ("Error", "CANCE")]
    theirs = table6[k]["NN on ResNet-18"].value
    print(f"{name:9s} paper | ours:", *line, f"NN {theirs:.1f} | {ours[k]['2-NN'].mean():.1f}")
gap = {c: [paper[k][c].value - ours[k][c].mean() for k in names] for c in ("Error", "CANCE")}
gap["NN"] = [table6[k]["NN on ResNet-18"].value - ours[k]["2-NN"].mean() for k in names]

assert all(10.5 < value < 14 for value in gap["Error"] + gap["CANCE"])
assert all(3 < value < 6 for value in gap["NN"])
assert all(paper[k]["Error"].value > table6[k]["NN on ResNet-18"].value + 6 for k in names)

# %% [markdown]
# CANCE and Error are 11 to 14 points below the paper's. Nearest neighbours are only 3 to 6 below.
# And the order is another: in the paper Error beats the neighbours by more than 6 points for each
# of these classes, here the neighbours are above Error. Four things differ. Ask of each whether it
# could do *that*.
#
# 1. **Fewer training rows**: 3,500 instead of 5,000. That can cost a little.
# 2. **Few anomalies**: 79 instead of 9,000. That makes the numbers noisy. It does not make them
#    low.
# 3. **Other details**: how many components, for one. In another such detail section 2 found three
#    points.
# 4. **Other features.** Both are called ResNet-18's features after the average pool. But how large
#    was the image that went in?
#
# **Predict.** ResNet-18 halves an image five times; a ReLU and a mean over what is left end it. How
# often is a feature *exactly* 0 if the image has 224 pixels a side? And with CIFAR-10's own 32?

# %%
my_guess = ""  # for each size: a share of zeros

# %%
from torch.nn.functional import interpolate
from torchvision.models import resnet18

torch.manual_seed(seed)
trunk = torch.nn.Sequential(*list(resnet18().children())[:-1], torch.nn.Flatten()).eval()
photos = torch.rand(4, 3, 32, 32)
zeros = {}
with torch.no_grad():
    for side in (32, 224):
        zeros[side] = (trunk(interpolate(photos, side)) == 0).float().mean().item()
print({side: f"{share:.0%} zeros" for side, share in zeros.items()}, "(random weights)")
print("ADBench's files:", [f"{share:.0%}" for share in recording["zeros"]])

# %%
assert zeros[224] < 0.05 < 0.1 < zeros[32]
assert ((recording["zeros"] > 0.65) & (recording["zeros"] < 0.7)).all()

# %% [markdown]
# <details><summary>Answer</summary>
#
# 224 pixels leave 7 by 7 places, and a mean of 49 numbers, none of them negative, is 0 only if all
# are. Even with random weights that is rare, below 5%. 32 pixels leave a single place. There is
# nothing to average, and the ReLU's zeros survive, more than 10% here.
# </details>
#
# In ADBench's files two thirds of all numbers are exactly 0. That is a strong hint, not a proof,
# that the network saw the small images as they are, at a seventh of the 224 pixels that it was
# trained on. Whether this is all of the gap, only the run below can tell.
#
# **What cannot be compared:** any number of ours with one of the paper's. What can: our columns
# with each other, on the same splits.
#
# The paper's own protocol (MNIST and all of CIFAR-10, official splits) is **not run**: it needs
# ResNet-18's weights, which is a download. The paper does not say how large its images were; ours
# would be enlarged to 224. These two commands run it:
#
# ```
# cance-edu data resnet18
# cance-edu reproduce table5 --protocol "the paper's split, from weights"
# ```

# %%
waiting = [cell for cell in report.tables["table5"] if cell.protocol != protocol]
assert {cell.protocol for cell in waiting} == {"the paper's split, from weights"}
assert {cell.dataset for cell in waiting} == {"MNIST", "CIFAR-10"}
if all(cell.verdict == "not run" for cell in waiting):
    print(f"{len(waiting)} cells of the paper's own protocol are not run")

# %% [markdown]
# ## 5. Why does the density not win?
#
# The density has all that Error has, and 65 coordinates more. Why is it behind? Start from the
# noise that it is learned against: Gaussian, with the data's mean and covariance, widened by $K$.
#
# **Predict.** With $d = 2$ components, $z$ has 4 coordinates; with $d = 32$ it has 34. Which share
# of the noise points is nearer to the centre than the median new normal image? Distances are
# Mahalanobis distances, and $K \approx 1.65$.

# %%
my_guess = ""  # two shares

# %%
fits = {}
for d in (2, 32):
    detector = CANCE(representation="pca", latent_dim=d, steps=200, random_state=seed).fit(train)
    z, z_new = detector.composite_features(train), detector.composite_features(new)
    drawn = detector.noise_.sample(5000, torch.Generator().manual_seed(seed))
    noise = widen(drawn, detector.noise_.mean, detector.scale_).numpy()
    of_new, of_noise = squared_mahalanobis(z, z_new), squared_mahalanobis(z, noise)
    predicted = chi2(d + 2).cdf(np.median(of_new) / detector.scale_.mean().item() ** 2)
    fits[d] = (detector.anomaly_score(new), of_new, of_noise, predicted)
within = {d: (n < np.median(m)).mean().item() for d, (_, m, n, _) in fits.items()}
print(within, "by the formula below:", {d: f"{fit[3]:.5f}" for d, fit in fits.items()})

# %%
figure = Figure(figsize=(9, 3), layout="constrained")
for axes, (d, (_, of_new, of_noise, _)) in zip(figure.subplots(1, 2), fits.items(), strict=True):
    draw_squared_norms(axes, of_new, of_noise)
    axes.set_title(f"{d} components")
show(figure, "With 2 components noise covers the data; with 32 it is a thin shell around them.")

# %%
assert 0.05 < within[2] < 0.2
assert within[32] < 0.002
assert np.ptp(detector.scale_.numpy()) < 0.15  # of 34 coordinates
assert all(abs(within[d] - fits[d][3]) < 0.03 for d in fits)

# %% [markdown]
# <details><summary>Answer</summary>
#
# 5 to 20% with 4 coordinates, and less than 0.2% with 34.
# </details>
#
# If $K$ is one number for all coordinates, and here it nearly is, the squared norm of a noise point
# $v$ is $K^2$ times a $\chi^2$ variable with $d + 2$ degrees of freedom, so
#
# $$\Pr(m^2(v) < q) = F_{\chi^2_{d+2}}(q / K^2) .$$
#
# The deviation of a $\chi^2$ variable is $\sqrt{2 / (d + 2)}$ of its mean, little if $d$ is large.
# Then the noise is a thin shell, $K$ times as far out as Gaussian data would be. Inside it $T$
# meets data and hardly a noise point: every large $T$ is right there, and the loss hardly cares
# which. Now put in the numbers of ADBench's features, 64 components ($z_l$ alone, 64 degrees of
# freedom).

# %%
low, median, high = recording["squared_norms"].mean((0, 1))
k_mean = recording["mean_scale"].mean()
inside = chi2(64).cdf(median / k_mean**2)
print(f"normal rows: 5% {low:.0f}, median {median:.0f}, 95% {high:.0f}")
print("a Gaussian's:", chi2(64).ppf([0.05, 0.5, 0.95]).round(), f"K = {k_mean:.2f}")
print(f"share of the noise nearer than the median normal row: {inside:.0e}")

assert inside < 1e-7
assert median < 56 < 60 < chi2(64).median()
assert high > 120 > 90 > chi2(64).ppf(0.95)

# %% [markdown]
# Of ten million noise points hardly one would fall where half of the normal rows are. These are not
# Gaussian either: half of them are within 56 where a Gaussian has its median above 60, and one in
# twenty is beyond 120, out where the noise is. There $T$ has something to learn. Of the bulk
# it learns one thing: that it is inside.
#
# ### What is left is the noise's own density
#
# $S = -T - \ln \nu - \ln p_{nK}$. Where $T$ is the same for all, the last term orders the scores,
# and if $K$ is one number that is $m^2(z) / (2 K^2)$ plus a constant. **Predict.** On new normal
# images, the rank correlation of $S$ with $m^2(z)$, for 2 and for 32 components?

# %%
my_guess = ""  # two correlations

# %%
rank = {d: spearmanr(score, of_new).statistic for d, (score, of_new, _, _) in fits.items()}
print("digits:", {d: f"{value:.2f}" for d, value in rank.items()})
on_features = recording["rank_correlation"]
print(f"ADBench, 64 components: {on_features.min():.2f} to {on_features.max():.2f}")

assert rank[2] < 0.5
assert rank[32] > 0.85
assert on_features.min() > 0.9

# %% [markdown]
# <details><summary>Answer</summary>
#
# Below 0.5 with 2 components: $T$ has learned a shape of its own. Above 0.85 with 32, and above
# 0.9 on ADBench's features in all 15 splits (there over all test rows, anomalies too). The score
# is a Mahalanobis distance with some disorder added.
# </details>
#
# A high correlation is no fault in itself: for Gaussian data the best $S$ *is* half of $m^2(z)$,
# plus a constant. But these features are not Gaussian. Is the disorder worth something, then? Take
# the plain distance $m^2(z)$ as a score.

# %%
change = of["CANCE"] - of["Mahalanobis norm of z"]
print("CANCE minus Mahalanobis, mean of each class:", change.mean(1).round(1))
print(f"lower in {(change < 0).sum()} of {change.size} splits")

assert (change.mean(1) < 0.1).all()
assert (change < 0).sum() == 12
assert np.allclose(of["CANCE"], [values["CANCE"] for values in ours.values()], atol=0.05)
assert (of["Mahalanobis norm of z"] < of["2-NN"]).all()

# %% [markdown]
# No: the trained score is lower than the distance in 12 of 15 splits, and in no class higher by a
# tenth of a point on average. (It is the CANCE of section 4, trained anew with the same seeds.) And
# the distance is itself behind the neighbours, in every split. It knows one centre and one
# ellipsoid, the neighbours know each training row.
#
# ### T learns the rows by heart
#
# Where nothing else is to be learned, a network of this size learns its training rows.

# %%
figure = Figure(figsize=(6.5, 3), layout="constrained")
losses = recording["loss"][0], recording["held_out_loss"][0]
draw_overfitting(figure.subplots(), recording["step"][0, 0], *losses)
show(
    figure,
    "Airplane, five splits: the training loss falls to 0.03 and less, the held-out loss turns up.",
)

# %%
held_out = recording["held_out_loss"]
turn = recording["step"][0, 0][held_out.argmin(-1)]
print(f"least held-out loss after {turn.min()} to {turn.max()} of 1000 steps")
stopped = (of["CANCE, fewer steps"] - of["CANCE"]).mean(1)
print("stopped after 200 steps instead, mean of each class:", stopped.round(1))

assert recording["loss"][..., -1].max() < 0.035
assert (held_out[..., -1] > 1.9 * held_out.min(-1)).all()
assert (turn.min(), turn.max()) == (325, 750)
assert (abs(stopped) < 0.6).all()

# %% [markdown]
# At the end the training loss is below 0.035, and the held-out loss more than 1.9 times its least
# value, which it had after 325 to 750 steps. You would now stop earlier. We did, after 200 steps:
# it changes the mean AUROC of no class by as much as 0.6 points. So overfitting is not what costs
# CANCE its points here.
#
# The shell is the better suspect. To convict it you would have to move the noise, and see the AUROC
# follow: narrower noise, fewer components, or a chain of noises, each a little wider than the last
# (Rhodes et al. 2020). That has not been tried here; question 3 is a start.
#
# ## Recap
#
# 1. Features of a network trained on other classes help when they drop a large variation that does
#    not matter, and hurt when there is none. Part of the gain is the architecture's; an untrained
#    control tells you which.
# 2. Whitened principal components are well conditioned on training rows by construction. Whitening
#    did little to the neighbours here, and helped the distance to the mean. Standardising the
#    columns before the PCA cost nearly three points.
# 3. In the paper's Table 5 the residual alone beats CANCE for five of CIFAR-10's ten classes.
# 4. On ADBench's features the four variants have the paper's order: LatNCE, CNCE, CANCE, Error. Two
#    nearest neighbours are above all of them. Pairing by split more than halves the interval of
#    CANCE against Error. The paper's numbers are most likely on other features.
# 5. In 66 dimensions wide noise is a shell that the bulk of the data never meets. The score is
#    nearly a Mahalanobis distance, and no better than that.
#
# ## Questions
#
# 1. Pretrain on digits *as they are* instead of scattered ones. Which of the four panels change? Is
#    the loss in the first two a matter of the canvas, or of the five classes?
# 2. Rotate each image by a random angle instead of moving it. Does the untrained control still get
#    most of the gain? Why not?
# 3. With $K = 1$ fixed and Gaussian data, which share of the noise is nearer than the median? What
#    does $T$ then have to learn? Try `initial_scale=1, noise_objective="fixed"`.
# 4. You have 15 paired differences of CANCE and Error: 3 classes, 5 splits. Why is an interval from
#    all 15 as one sample too narrow?
# 5. How many anomalies would you need for a standard error of half a point? Where could you get
#    them?
#
# ## Where to read on
#
# - Y. Liao and A. J. Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*:
#   Sec. 4.5, with Tables 5 and 6.
# - S. Han et al., *ADBench: Anomaly Detection Benchmark*, 2022: the features of section 4.
# - L. Bergman, N. Cohen and Y. Hoshen, *Deep Nearest Neighbor Anomaly Detection*, 2020: neighbours
#   on a ResNet's features.
# - T. Reiss et al., *PANDA: Adapting Pretrained Features for Anomaly Detection and Segmentation*,
#   2021: what to do with the features instead of freezing them.
# - C. Nadeau and Y. Bengio, *Inference for the Generalization Error*, 2003: splits that share rows.
# - B. Rhodes, K. Xu and M. U. Gutmann, *Telescoping Density-Ratio Estimation*, 2020: the gap
#   between data and noise that section 5 met.
