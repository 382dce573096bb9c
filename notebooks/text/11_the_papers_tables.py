# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 30
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
# # 11 · The paper's tables
#
# **Minutes:** 50 to read, under 1 to run on two CPU cores. **You need:** lessons 06 and 07; for
# features and tables of numbers, lessons 09 and 10.
#
# When you are done, you will be able to
#
# 1. compare two means of five runs, and say how far apart they may be;
# 2. read a table of many comparisons without being fooled by chance;
# 3. compute again what a paper claims from the numbers that it prints;
# 4. say what of this paper we could reproduce, what not, and the most likely reason;
# 5. answer, with intervals, whether it helps to learn $K$ and to add artificial low errors.
#
# | symbol | in the code | what it is |
# |---|---|---|
# | $\bar a,\ \bar b$ | `cell.ours.mean`, `cell.paper.value` | our mean and the paper's |
# | $s_a,\ s_b$ | `deviation` | standard deviations over runs |
# | $n_a,\ n_b$ | `len(values)`, `cell.runs` | numbers of runs |
# | $p$ | `p_value` | of the paper's one-sided Wilcoxon signed-rank test |
#
# Nothing is trained here. `cance-edu reproduce` ran the experiments, and wrote a line for each
# result into `data/results/`: what was run, on which data, with which settings and seed, in how
# many seconds. `cance-edu report` prints all of it beside the paper. You read the same lines here.

# %%
from collections import Counter
from dataclasses import replace
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

# %%
from cance_edu.course.page import show_source
from cance_edu.course.results.comparisons_figure import draw_aurocs_by_group
from cance_edu.course.results.intervals_figure import Point, draw_intervals
from cance_edu.course.results.paper_tables_figure import Panel, draw_panel
from cance_edu.course.style import show
from cance_edu.experiments.cell import difference_interval

# %%
from cance_edu.experiments.comparison import pairs

# %%
from cance_edu.experiments.paper import AVERAGE, audit, paper_table
from cance_edu.experiments.report import stored
from cance_edu.experiments.statistics import Pairs, mean_interval
from cance_edu.experiments.tables import TABLES
from cance_edu.training.scaling import in_own_units

# %%
results = stored()
mnist = results.cells("table1", "MNIST")
(cell,) = [c for c in mnist if (c.row, c.column) == ("7", "CANCE")]

print("the paper:", cell.paper, "over", cell.runs, "runs")
print("ours:", [round(value, 1) for value in cell.ours.values.values()])

# %% [markdown]
# ## 1. One cell
#
# Sevens are normal, all other digits are anomalies. The paper prints mean and deviation of five
# runs; we have five runs as well.
#
# **Predict.** The means differ by 0.9 points. How far may that be from what endless runs on both
# sides would give? By 0.1, by 0.5, or by 2 points?

# %%
my_guess = ""  # in points

# %% [markdown]
# Each mean is off by about $s/\sqrt n$, and the two are independent, so the variances add. The 95%
# interval of the difference is
#
# $$\bar a - \bar b \;\pm\; t_f \sqrt{\frac{s_a^2}{n_a} + \frac{s_b^2}{n_b}} .$$
#
# The deviations are themselves estimated, from five numbers each. So the factor $t_f$ comes from
# Student's distribution, with the degrees of freedom $f$ of Welch and Satterthwaite. And the paper
# rounds: its 97.5 may be anything from 97.45 to 97.55, which we add on either side.

# %%
show_source(difference_interval)

# %%
ours = np.array(list(cell.ours.values.values()))
shape = np.arange(5) - 2.0
paper_like = cell.paper.value + cell.paper.deviation * shape / shape.std(ddof=1)
by_scipy = stats.ttest_ind(ours, paper_like, equal_var=False).confidence_interval(0.95)
low, high = cell.interval
print(f"{cell.difference:+.1f}, from {low:+.1f} to {high:+.1f}")

assert round(cell.difference, 1) == 0.9
assert np.allclose([low, high], [by_scipy.low - 0.05, by_scipy.high + 0.05])
assert 0.3 < (high - low) / 2 < 0.6

# %% [markdown]
# <details><summary>Answer</summary>
#
# By about half a point. The interval leaves out 0, so we call the cell **better**. Had it held 0,
# we would have called it **not told apart**: the difference may be zero, which is not to say that
# it is. And had it lain within half a point of 0 on both sides, **reproduced**, whether it holds 0
# or not: that margin was fixed before any cell was judged by it. All three are shorthands;
# "better" says that the difference is larger than the chance in five runs explains, not that it
# matters.
#
# SciPy, fed with five made-up numbers of the paper's mean and deviation, gives the same interval
# but for the rounding.
# </details>
#
# What the interval does not cover: the paper's authors ran other code, on other machines, perhaps
# with other splits. If the two programs differ, the difference is real and still no finding about
# the method.

# %% [markdown]
# ## 2. Forty cells
#
# **Predict.** Suppose that our program were exactly the paper's. There are 40 cells for MNIST: ten
# digits, four variants. How many of their intervals would leave zero out?

# %%
my_guess = ""  # a number of cells

# %%
digits = [c for c in mnist if c.row != AVERAGE and c.paper]
figure = Figure(figsize=(8, 6.2), layout="constrained")
points = [Point(c.row, c.column, c.difference, *c.interval) for c in digits]
axes = figure.subplots()
draw_panel(axes, Panel("Table 1, MNIST", "percentage points", points))
axes.set_ylabel("normal digit")
verdicts = Counter(c.verdict for c in digits)
show(figure, f"Most differences are above zero, LatNCE's by 3 on average. {dict(verdicts)}.")


# %%
def side_of_zero(low, high):
    return "above" if low > 0 else "below" if high < 0 else "holds zero"


sides = Counter(side_of_zero(*c.interval) for c in digits)
with_one = {c.row for c in digits if side_of_zero(*c.interval) != "holds zero"}
by_chance = stats.binom(10, 4 * 0.05).sf(len(with_one) - 1)
print(dict(sides), f"by chance: {0.05 * len(digits):.0f} of {len(digits)} leave zero out")
print(f"digits with such a cell: {len(with_one)}; by chance, at most {by_chance:.0e}")

# %%
(worse,) = (c for c in digits if c.verdict == "worse")

assert len(digits) == 40
assert sides == {"above": 24, "holds zero": 15, "below": 1}
assert verdicts == {"better": 18, "reproduced": 9, "not told apart": 12, "worse": 1}
within = [c for c in digits if c.verdict == "reproduced"]
assert sum(side_of_zero(*c.interval) == "above" for c in within) == 6
assert (worse.row, worse.column) == ("8", "Error")
assert len(with_one) == 10
assert by_chance < 1e-6

# %%
rounded = Counter()
for c in digits:
    at_most = replace(c.paper, deviation=c.paper.deviation + 0.05)
    low, high = difference_interval(c.ours.values.values(), at_most, c.runs)
    rounded[side_of_zero(low, high)] += 1

assert rounded == {"above": 22, "holds zero": 17, "below": 1}

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two: a 95% interval misses in one of twenty cases. (A little less, for the rounding widens ours.
# The deviations are rounded too, and a 0.0 may be 0.05. Add 0.05 to each: two of the 24 intervals
# above zero come to hold it, and the one below stays.) It is 25: 24 above and one below. Six of the
# 24 lie within half a point of zero, and count as reproduced; 18 cells are better.
#
# How unlikely is that? Forty cells are not forty coins: a digit's four variants share autoencoders.
# So count digits. Whatever its four cells share, a digit has such a cell by chance with
# probability $4 \cdot 0.05$ at most. All ten have one, which chance does in less than one of a
# million cases, if the digits are independent. Our program is not the paper's, and mostly it does
# better.
# </details>
#
# Where does it? Look at the averages over the ten digits, column by column. The paper prints no
# deviation with these. You can work it out, if its digits were run independently: their variances
# add, and the mean of ten divides by 10. The brackets know it, with the rounding and our own
# spread.

# %%
averages_of_mnist = {c.column: c for c in mnist if c.row == AVERAGE}
missing = {}
for name, average in averages_of_mnist.items():
    variance = sum(c.paper.deviation**2 for c in digits if c.column == name)
    missing[name] = np.sqrt(variance) / 10 / np.sqrt(average.runs)
    low, high = average.interval
    print(f"{name:7s}{average.paper}  {average.ours.mean:.1f}", end="  ")
    print(f"{average.difference:+.1f} [{low:+.1f}, {high:+.1f}]", end="  ")
    print(f"the paper's mean is off by {missing[name]:.2f}")

# %%
cance, cnce = averages_of_mnist["CANCE"], averages_of_mnist["CNCE"]
gain = {name: average.difference for name, average in averages_of_mnist.items()}
added = {
    "paper": cance.paper.value - cnce.paper.value,
    "ours": cance.ours.mean - cnce.ours.mean,
}
print({name: round(value, 2) for name, value in added.items()})

# %%
assert averages_of_mnist["Error"].verdict == "reproduced"
above = ("LatNCE", "CNCE", "CANCE")
assert all(averages_of_mnist[name].interval[0] > 2 * missing[name] for name in above)
assert gain["LatNCE"] > gain["CNCE"] > gain["CANCE"] > 0.4
assert cnce.ours.mean > cance.paper.value
assert round(added["paper"], 1) == 0.7
assert added["ours"] < 0.1

# %% [markdown]
# The plain error is, on average, where the paper has it, to within half a point: reproduced. The
# other three are above it. So what we do better is not to
# reconstruct: it is the density, or the latents that it is fitted to. It makes three points on the
# latents alone, one on the composite.
#
# The consequence is worth a pause. The paper's augmentation buys 0.7 points over CNCE. Ours buys
# less than 0.1, and our CNCE is already above the paper's CANCE. **A component can look useful
# because it repairs a weakness of the rest.** Whether this one did we cannot know, nor why our CNCE
# is better: the paper states neither $T$'s width, nor its training, nor when to stop it. Ours is
# taken where the held-out loss is least.
#
# The one worse cell is the plain error on the eights. No density is in it: it depends on the
# autoencoder alone, on its architecture and training, and the paper's are not ours. And one worse
# cell of forty is what chance would leave.

# %% [markdown]
# ### What a p-value can say here
#
# Is CANCE better than CNCE in *our* runs? Both share the autoencoder and the split, so we may pair
# them: one difference a digit, the mean over seeds. The paper tests such differences with
# Wilcoxon's signed-rank test: if the two were equal, each of the $2^{10}$ patterns of signs would
# be equally likely.

# %%
paired = pairs(mnist, "CANCE", "CNCE")
low, high = paired.interval
print(*(f"{digit:>5s}" for digit in paired.differences))
print(*(f"{difference:+.2f}" for difference in paired.differences.values()))
print(f"mean {paired.mean:+.2f} [{low:+.2f}, {high:+.2f}], p = {paired.p_value:.3f}")

assert paired.p_value < 0.05
assert 0 < paired.mean < 0.1
assert 0 < low < high < 0.2

# %% [markdown]
# The p-value is below 0.05, and the gain is below a tenth of a point. Both are true. A p-value
# answers "is it there?", and with pairs as alike as these a test finds what no user would notice.
# Read the interval first. (It runs over ten digits, as if they were drawn from many: question 2.
# And keep it in mind, for section 7 looks at it again.)

# %% [markdown]
# ## 3. Do the paper's numbers add up?
#
# Before you compare with a table, check the table. Its averages can be computed from its rows, its
# counts can be counted, and its test can be run on the printed cells.
#
# **Predict.** `audit` looks at 43 claims of the paper: 41 averages, one count and one p-value. How
# many do not follow from what is printed?

# %%
my_guess = ""  # a number of claims

# %%
findings = audit()
failing = [finding for finding in findings if not finding.holds]
for finding in failing:
    print(f"{finding.where}\n  claim: {finding.claim}")
    print(fill(finding.found, 85, initial_indent="  found: ", subsequent_indent="    "), end="\n\n")

assert len(findings) == 43
assert len(failing) == 2

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two. The average of DROCC's column in Table 6 is off by 0.3 points, in DROCC's disfavour. It
# changes no ranking.
#
# The p-value is more instructive. The paper says that CNCE beats LatNCE on CIFAR-10 with
# $p = 0.00488$. Three of ten printed rows are equal, and the other seven give $p = 0.0156$. But
# $0.00488 = 5/1024$ is a value that the test can take when all ten rows differ, as they may have
# before they were rounded. So it need not be an error; it is a claim that readers cannot check.
# </details>
#
# What the audit shows as well: 41 claims hold. Say that too when you report on a paper.

# %%
rows = {r.name: r.cells for r in paper_table("table1") if r.dataset == "CIFAR-10"}
equal = [name for name, c in rows.items() if c["CNCE"].value == c["LatNCE"].value]

assert len(equal) == 3
assert "74.51" in failing[0].found
assert "0.0156" in failing[1].found
assert [f.where for f in failing] == ["Table 6, CIFAR-10, DROCC", failing[1].where]
assert 5 / 2**10 == 0.0048828125

# %% [markdown]
# ## 4. CIFAR-10, where it is hard
#
# Ten classes of small colour photographs; one is normal. The paper says neither how images were
# scaled nor what $\lambda$ was. We ran three protocols:
#
# - **in [0, 1]**, as they are, $\lambda = 1000$;
# - **standardised**: from each image its own mean is subtracted, then it is divided by its own
#   deviation, so that it cannot stand out by its contrast; $\lambda = 1000$ again;
# - **standardised, $\lambda = 1$**, the default.
#
# Why 1000? In lesson 03 you asked for a condition number below 100. On standardised cats, with 64
# latents, $\lambda = 1$ left 289, 100 left 163 and 1000 left 9.7, on held-out normal images. In
# [0, 1] no $\lambda$ that we tried was enough: on airplanes 1000 left 3417. (These numbers were
# noted when $\lambda$ was chosen, on one class a scaling; no cell here computes them.)
#
# Two systems stand beside CANCE that have no noise contrast at all: the mean distance to the two
# nearest neighbours among 64 principal components, and the squared norm of the autoencoder's
# latents. Every number is a mean over seeds: five of the first two protocols, two of the third. (A
# fit takes minutes.)
#
# (Our photographs are not the official files: they were recompressed as JPEG. Every result on them
# says so.)
#
# **Predict.** Images standardised, latents well conditioned: in how many of the ten classes is
# CANCE above the two neighbours?

# %%
my_guess = ""  # a number of classes

# %%
names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
protocols = ["images in [0, 1]", "each image standardised", "standardised, λ = 1"]
systems = ["Error", "CNCE", "CANCE", "2-NN on 64 components", "squared norm of the latent"]


def by_class(protocol, system):
    cells = [c for c in results.cells("table1", "CIFAR-10", protocol) if c.column == system]
    return np.array([c.ours.mean for c in cells if c.row != AVERAGE])


# %%
areas = {p: {system: by_class(p, system) for system in systems} for p in protocols}
printed = {
    system: np.array([rows[str(k)][system].value for k in range(10)])
    for system in ("Error", "CNCE", "CANCE")
}

# %%
average = {(p, s): areas[p][s].mean() for p in protocols for s in systems}
figure = Figure(figsize=(10, 4.4), layout="constrained")
panels = figure.subplots(1, 3, sharex=True, sharey=True)
shown = ("Error", "CANCE", "2-NN on 64 components")
for axes, protocol in zip(panels, protocols, strict=True):
    of_panel = {system: areas[protocol][system] for system in shown}
    of_panel["CANCE, the paper"] = printed["CANCE"]
    as_shares = {s: dict(zip(names, a / 100, strict=True)) for s, a in of_panel.items()}
    draw_aurocs_by_group(axes, as_shares)
    axes.set(title=protocol, xlabel="AUROC, percent")
    axes.get_legend().remove()

# %%
panels[2].legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
told = "; ".join(f"{p}: CANCE {average[p, 'CANCE']:.1f}" for p in protocols)
show(figure, f"On average the neighbours lead, middle and right. Averages, {told}.")

# %%
over_seeds = {
    (protocol, c.column): c.ours
    for protocol in protocols
    for c in results.cells("table1", "CIFAR-10", protocol, AVERAGE)
}

# %%
for protocol in protocols:
    print(f"{protocol}, {len(over_seeds[protocol, 'CANCE'].values)} seeds")
    for system in systems:
        found = over_seeds[protocol, system]
        spread = "" if found.deviation is None else f" ± {found.deviation:.1f}"
        print(f"    {system:28s}{found.mean:.1f}{spread}")
print("the paper:", ", ".join(f"{s} {a.mean():.1f}" for s, a in printed.items()))

# %%
unit, standardized, weak = protocols
ours, neighbours = areas[standardized]["CANCE"], areas[standardized]["2-NN on 64 components"]
better = [name for name, a, b in zip(names, ours, neighbours, strict=True) if a > b]
print("CANCE above the neighbours:", better)

# %%
assert better == ["dog"]
assert [len(over_seeds[protocol, "CANCE"].values) for protocol in protocols] == [5, 5, 3]
assert all(np.isclose(over_seeds[k].mean, average[k]) for k in average)
assert max(found.deviation or 0 for found in over_seeds.values()) < 1
assert (neighbours - ours).mean() > 4
over_norm = ours - areas[standardized]["squared norm of the latent"]
assert abs(over_norm.mean()) < 1
assert -5 < over_norm.min() < -3 < 3 < over_norm.max() < 5

# %% [markdown]
# <details><summary>Answer</summary>
#
# In one of ten, the dog. Two neighbours, for which no network is trained, lead by more than four
# points on average. And the squared norm of the latents, the score of a round Gaussian, is on
# average within a point of CANCE, though single classes differ by up to 5, either way. On average
# $T$ adds little to the latents' distance from the centre; in the 66 dimensions of lesson 09 CANCE
# was even below such a distance.
# </details>
#
# ### Which protocol is the paper's?
#
# Ten classes are ten numbers, and these have a profile: for the paper's Error automobile is hard,
# ship is easy. Compare class by class, not averages: by how many points do our ten numbers differ
# from a column of the paper? A distance needs a yardstick. Take a flat column, without any profile:
# the paper's average, ten times.

# %%
apart = {
    (system, protocol): abs(areas[protocol][system] - theirs).mean()
    for system, theirs in printed.items()
    for protocol in protocols
}
flat = {system: abs(theirs - theirs.mean()).mean() for system, theirs in printed.items()}
for (system, protocol), points in apart.items():
    print(f"{system:6s} {protocol:24s} {points:.1f} points a class; flat: {flat[system]:.1f}")

# %%
automobile = names.index("automobile")
print("automobile, the paper:", {s: float(a[automobile]) for s, a in printed.items()})
for protocol in protocols:
    print(protocol, {s: round(float(areas[protocol][s][automobile]), 1) for s in printed})

# %%
alike = {k: np.corrcoef(areas[k[1]][k[0]], printed[k[0]])[0, 1] for k in apart}
for protocol in protocols:
    print(f"{protocol:24s} correlation of CANCE {alike['CANCE', protocol]:.2f}")

assert alike["Error", unit] > 0.95
assert alike["CANCE", unit] < 0.6 < 0.75 < alike["CANCE", standardized] < 0.85
assert apart["Error", unit] < 4 < 9 < flat["Error"] < 10 < apart["Error", standardized]
assert flat["CANCE"] < min(apart["CANCE", p] for p in (standardized, weak))
assert apart["CANCE", standardized] < 5 < 9 < apart["CANCE", unit]
assert abs(areas[unit]["CANCE"][automobile] - 40) < 1
assert areas[standardized]["CANCE"][automobile] > 60

# %% [markdown]
# The paper's *Error* fits images in [0, 1], to less than 4 points a class; the flat column misses
# it by more than 9, standardised images by more than 10. The paper's *CANCE* is more than 9 points
# from images in [0, 1]. Standardised images are nearer, less than 5, and have a similar profile
# (the correlation is about 0.8, and below 0.6 in [0, 1]). But the flat column is nearer still, so
# do not call that a fit. No protocol of ours fits both columns.
#
# Look at the automobile. In the paper Error has 33.8 and CANCE 63.6. In [0, 1] our CANCE is at
# 40. Standardised it is above 60, so what holds it down is likely the images' brightness or
# contrast. It is as if something in the paper's program took these from the latents, but not from
# the error. That is a guess: the paper names only a batch norm before the latents, which ours has
# too, and that does no such thing.
#
# ### The guess, tested
#
# A guess about a program that you cannot see is worth a run of your own. So we made a fourth
# protocol, $\lambda = 1$: the autoencoder is the same as in the third, it is trained on
# standardised images and so are its latents. But $z_e$ and $z_c$ compare the image *as it is* with
# its reconstruction scaled back:

# %%
show_source(in_own_units)

# %% [markdown]
# **Predict.** Which columns of the paper will this fit: Error, CANCE, both or neither? And will the
# average of CANCE rise to 65.4?

# %%
my_guess = ""  # a column or two; yes or no

# %%
raw = "standardised, λ = 1, raw error"
mixed = {system: by_class(raw, system) for system in printed}
for system, theirs in printed.items():
    points = abs(mixed[system] - theirs).mean()
    correlation = np.corrcoef(mixed[system], theirs)[0, 1]
    print(f"{system:6s} {mixed[system].mean():.1f}, the paper {theirs.mean():.1f}: ", end="")
    print(f"{points:.1f} points a class, correlation {correlation:.2f}")

# %%
figure = Figure(figsize=(8.5, 4.2), layout="constrained")
for axes, system in zip(figure.subplots(1, 2, sharey=True), ("Error", "CANCE"), strict=True):
    columns = {"the paper": printed[system], "in [0, 1]": areas[unit][system]}
    columns |= {"standardised, λ = 1": areas[weak][system], "raw error": mixed[system]}
    shares = {s: dict(zip(names, a / 100, strict=True)) for s, a in columns.items()}
    draw_aurocs_by_group(axes, shares)
    axes.set(title=system, xlabel="AUROC, percent")
    axes.get_legend().remove()
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
show(figure, "Raw errors lie with those in [0, 1], and CANCE with that of standardised images.")

# %%
closeness = {s: abs(mixed[s] - theirs).mean() for s, theirs in printed.items()}
raw_alike = {s: np.corrcoef(mixed[s], theirs)[0, 1] for s, theirs in printed.items()}
short = printed["CANCE"] - mixed["CANCE"]
for name, points in zip(names, short, strict=True):
    print(f"{name:12s}{points:+5.1f}")

# %%
assert np.array_equal(by_class(raw, "LatNCE"), by_class(weak, "LatNCE"))  # the same latents
assert abs(closeness["Error"] - apart["Error", unit]) < 0.2
assert round(closeness["Error"], 1) == 3.0
assert raw_alike["Error"] > 0.95
assert raw_alike["CANCE"] > max(alike["CANCE", p] for p in protocols)
assert round(apart["CANCE", weak], 1) == 4.4
assert round(flat["CANCE"], 1) == 3.9 < round(closeness["CANCE"], 1) == 4.1
assert round(raw_alike["CANCE"], 2) == 0.86

# %%
of_automobile = {system: areas_of[automobile] for system, areas_of in mixed.items()}
assert abs(of_automobile["Error"] - printed["Error"][automobile]) < 2
assert of_automobile["CANCE"] > of_automobile["Error"] + 20
assert [n for n, points in zip(names, short, strict=True) if points > 5] == ["cat", "dog"]
assert round(short.mean(), 1) == 1.7
assert {len(c.ours.values) for c in results.cells("table1", "CIFAR-10", raw) if c.paper} == {2, 3}

# %% [markdown]
# <details><summary>Answer</summary>
#
# The Error, to 3 points a class, as near as images in [0, 1] came. CANCE hardly better than
# standardised images did: 4.1 points for 4.4, and the flat column's 3.9 is still nearer. What is
# more alike than with any of the three is its profile (the correlation is 0.86). The automobile has
# the paper's low Error, within 2 points, and a CANCE that is more than 20 points above it.
#
# And no: the average stays 1.7 points short. (Two or three seeds a class, not five.)
# </details>
#
# So one program can have the paper's Error and a CANCE *like* the paper's, if its latents do not
# see an image's brightness and contrast and its error does. That makes the guess plausible. It does
# not prove it: other programs may do the same. And it leaves the level open. Most is missing at cat
# and dog, which are more than 5 points below the paper, and no other class is. No scaling that we
# tried explains those.
#
# ### What good conditioning costs

# %%
for system in ("CANCE", "squared norm of the latent"):
    print(f"{system}: λ = 1000 {average[standardized, system]:.1f}, ", end="")
    print(f"λ = 1 {average[weak, system]:.1f}; the paper's CANCE {printed['CANCE'].mean():.1f}")

# %%
changed = ("CNCE", "CANCE", "squared norm of the latent")
cost = {s: average[weak, s] - average[standardized, s] for s in changed}
better = {s: int((areas[weak][s] > areas[standardized][s]).sum()) for s in changed}
for system, points in cost.items():
    print(f"{system:28s}{points:+.1f}, higher in {better[system]} classes")

assert all(1.4 < cost[name] < 1.8 for name in ("CNCE", "CANCE"))
assert 3.5 < cost["squared norm of the latent"] < 4.5
assert average[weak, "squared norm of the latent"] > average[weak, "CANCE"] + 1
of_any = [*(average[p, "CANCE"] for p in protocols), mixed["CANCE"].mean()]
assert max(of_any) < printed["CANCE"].mean() - 1
assert min(better.values()) >= 9

# %% [markdown]
# With $\lambda = 1$ the latents are worse conditioned, and better at finding anomalies: CNCE and
# CANCE gain about one and a half points, the plain norm about four, each in at least nine of the
# ten classes; and the norm passes CANCE. Sec. 3.2 asks for "the smallest λ that yields a
# well-conditioned covariance". With lesson 03's limit of 100, and normal data alone, you take 1000,
# and pay. That is what such a rule means: you do not get to see the price.
#
# **CIFAR-10 is not reproduced.** By any of the four our CANCE is more than a point below the
# paper's 65.4, with recompressed images. But what you should take along is another thing: on
# standardised images two neighbours are, on average, above all of these numbers, ours and the
# paper's. In [0, 1] they stay below the paper's CANCE, and the neighbours of its own Table 6, in
# the original space, have 59.5.

# %%
assert average[standardized, "2-NN on 64 components"] > printed["CANCE"].mean() + 1
assert average[unit, "2-NN on 64 components"] < printed["CANCE"].mean() - 1
(nearest,) = (r.cells["NN"] for r in paper_table("table6") if r.name == AVERAGE)
assert nearest.value == 59.5

# %% [markdown]
# ## 5. Several classes in one
#
# Table 2 calls two digits normal at once; and then all of MNIST, against fifteen corruptions of its
# test images (MNIST-C, Mu and Gilmer 2019; ours were made anew, with other random numbers).
#
# How many latents? For pairs the paper takes the hyper-parameters of a single digit (Sec. 4.4), so
# six. We had read ten first, which it names for MNIST-C alone. Both are here.

# %%
of_table2, verdict_of = {}, {}
for dataset, protocol, row in (
    ("MNIST", "6 latents", AVERAGE),
    ("MNIST", "10 latents, our first reading", AVERAGE),
    ("MNIST-C", "", "MNIST-C"),
):
    place = protocol or dataset
    for c in results.cells("table2", dataset, protocol, row):
        of_table2[place, c.column] = c.ours.mean
        verdict_of[place, c.column] = c.verdict, c.difference
        seeds = len(c.ours.values)
        print(f"{place:30s}{c.column:7s}{c.paper}  {c.ours.mean:.1f}, seeds: {seeds}")

# %% [markdown]
# **Predict.** MNIST-C's number is an average over fifteen kinds of damage. Which kinds does an
# autoencoder's error miss: those that add something to a digit, or those that change the shape of
# its strokes? And does CANCE miss the same ones?

# %%
my_guess = ""  # for example "the shape; CANCE too"

# %%
cells = [c for c in results.cells("table2", "MNIST-C") if c.row != "MNIST-C"]
by_corruption = {
    name: {c.row: c.ours.mean / 100 for c in cells if c.column == name}
    for name in ("Error", "LatNCE", "CANCE")
}
figure = Figure(figsize=(6.5, 4.4), layout="constrained")
axes = figure.subplots()
draw_aurocs_by_group(axes, by_corruption)
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
worst = sorted(by_corruption["CANCE"], key=by_corruption["CANCE"].get)[:2]
show(figure, f"Most are near 100 but for LatNCE; CANCE is lowest for {' and '.join(worst)}.")

# %%
error, cance = by_corruption["Error"], by_corruption["CANCE"]
hard = sorted(error, key=error.get)[:3]
print("hardest for the error:", hard)
print({k: f"{100 * error[k]:.0f} -> {100 * cance[k]:.0f}" for k in hard})

assert set(hard) == {"shear", "rotate", "scale"}
assert set(worst) == {"shear", "rotate"}
assert cance["scale"] - error["scale"] > 0.2
assert all(0 < cance[k] - error[k] < 0.1 for k in worst)
assert max(error[k] for k in hard) < 0.7 < 0.85 < min(error[k] for k in error if k not in hard)
assert error["translate"] > 0.98
assert all(0.63 < by_corruption["LatNCE"][k] < 0.78 for k in hard)

# %%
assert 92.2 < of_table2["MNIST-C", "CANCE"] < 93.2
assert of_table2["MNIST-C", "CNCE"] > of_table2["MNIST-C", "CANCE"]
assert of_table2["MNIST-C", "CANCE"] > of_table2["MNIST-C", "Error"] + 2
assert 64 < of_table2["MNIST-C", "LatNCE"] < 70
six, ten = "6 latents", "10 latents, our first reading"
assert round(of_table2[six, "CANCE"], 1) == 97.7
assert round(of_table2[ten, "CANCE"], 1) == 98.2
assert round(of_table2[six, "LatNCE"], 1) == 88.4
assert round(of_table2[ten, "LatNCE"], 1) == 95.0
assert round(100 * (error["dotted_line"] - cance["dotted_line"])) == 4
assert (round(100 * error["scale"]), round(100 * cance["scale"])) == (66, 91)
assert {len(c.ours.values) for c in cells} == {5}

# %%
by_cnce = {c.row: c.ours.mean / 100 for c in cells if c.column == "CNCE"}
lower = {k: by_cnce[k] - cance[k] for k in cance if cance[k] < by_cnce[k] - 0.009}
assert lower.keys() == {"dotted_line", "spatter", "rotate"}
assert {round(100 * cost) for cost in lower.values()} == {1, 2}
assert max(cance[k] - by_cnce[k] for k in cance) < 0.01
assert [verdict_of[p, "CANCE"][0] for p in (six, ten)] == ["reproduced", "better"]
assert verdict_of["MNIST-C", "CANCE"][0] == "not told apart"
assert verdict_of[six, "LatNCE"][0] == "not told apart"

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three kinds that bend, turn or shrink the strokes. The error is below 70 there, and above 85 for
# the other twelve. A likely reason: what they leave is still a digit's stroke, and the decoder
# knows those. It cannot be all of it, for a digit that is only *moved* is found.
#
# CANCE finds all three better. Two of them stay its worst, with gains of less than 10 points; for
# the shrunken digit it goes from 66 to 91. The latents alone do not explain that, for LatNCE is
# below 78 on all three. Which part of $z$ does is question 3. Nor does CANCE win everywhere: on
# dotted lines it is 4 points below the error. All of it is the mean of five seeds.
# </details>
#
# On pairs of digits our CANCE is 97.7 with the paper's six latents, and its 97.6 is reproduced.
# Ten latents raise it to 98.2. What they change is the latents alone: 88.4 with six, where the
# paper has 87.6, and 95.0 with ten. As long as we had read "ten", we wondered where our LatNCE
# took seven points from. **When a number does not fit, read the paper once more before you explain
# it.**
#
# On MNIST-C our CANCE cannot be told from the paper's. There it is below our own CNCE: the
# artificial errors cost 1 to 2 points on dotted lines, spatter and rotation, and gain a point
# nowhere. The latents alone are near 67, where the paper has 78; we do not know why.
#
# ### Pairs of photographs
#
# Table 2 also pairs three classes of CIFAR-10: airplane, automobile, ship. **Predict.** Section 4
# left the question of scaling open. With images in [0, 1] the paper's Error was matched, and its
# CANCE with standardised ones, about. Will that hold for pairs?

# %%
my_guess = ""  # yes or no

# %%
of_pairs, runs = {}, set()
for protocol in (unit, standardized):
    for c in results.cells("table2", "CIFAR-10", protocol, AVERAGE):
        of_pairs[protocol, c.column] = c.ours.mean, c.paper and c.paper.value
        paper, seeds = str(c.paper or "–"), len(c.ours.values)
        if c.column == "CANCE":
            runs.add(seeds)
        print(f"{protocol:24s}{c.column:28s}{paper:6s}{c.ours.mean:.1f}, seeds: {seeds}")

# %%
(error_unit, error_paper), (cance_unit, cance_paper) = (
    of_pairs[unit, system] for system in ("Error", "CANCE")
)
error_standard, cance_standard, neighbours_standard = (
    of_pairs[standardized, s][0] for s in ("Error", "CANCE", "2-NN on 64 components")
)
assert 4 < error_unit - error_paper < 5 < 11 < error_standard - error_paper
assert cance_unit < cance_paper - 5 < cance_paper + 3 < cance_standard
assert abs(error_standard - cance_standard) < 0.5
assert neighbours_standard > cance_standard + 6
assert runs == {5}

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. CANCE in [0, 1] is again far below the paper's, by more than 5 points, and standardised it is
# above, by more than 3. The Error is above the paper's under either scaling. What holds is which
# scaling is nearer: [0, 1] for the Error, standardised for CANCE. (Means of five seeds.)
# </details>
#
# So the paper's 60.9 is passed with standardised images. But look at what else passes it there:
# our plain Error is as good as our CANCE, and the two neighbours are more than 6 points above both.

# %% [markdown]
# ## 6. Is it worth learning $K$?
#
# The paper has no experiment about one of its own steps. Sec. 3.4 reshapes the noise by a learned
# $K$; Eq. 8 and Eq. 12 push $K$ in opposite directions (lesson 06); and no table keeps $K$ fixed.
# So we ran one: on one autoencoder for each digit of MNIST, eleven noise contrasts.
#
# | $K$ | what becomes of it |
# |---|---|
# | `K = 1` | the noise keeps the moments of the data and is never widened |
# | `K = 1.69` | $1 + \ln 2$, where $\psi = 0$; never moved |
# | `Eq. 8` | starts at 1.69, learned by Eq. 8 |
# | `Eq. 12` | starts at 1.69, learned with the opposite sign |
#
# Each without artificial errors (`none`), with the `paper's`, and with the `K-aware` ones of
# lesson 02. (For $K = 1$ these two are the same.)
#
# **Predict.** Take the best and the worst of the eleven averages over ten digits. Are they more
# than 2 points apart, about 1, or less than a half?

# %%
my_guess = ""  # in points

# %%
contrasts = results.cells("contrasts", "MNIST")
means = {c.column: c.ours.mean for c in contrasts if c.row == AVERAGE}
for name, mean in means.items():
    print(f"{name:19s} {mean:.2f}")

# %%
questions = {
    "artificial errors, K = 1": ("K = 1, paper's", "K = 1, none"),
    "artificial errors, K = 1.69": ("K = 1.69, paper's", "K = 1.69, none"),
    "artificial errors, Eq. 8": ("Eq. 8, paper's", "Eq. 8, none"),
    "artificial errors, Eq. 12": ("Eq. 12, paper's", "Eq. 12, none"),
    "K-aware errors, Eq. 8": ("Eq. 8, K-aware", "Eq. 8, paper's"),
    "wider noise": ("K = 1.69, paper's", "K = 1, paper's"),
    "learned by Eq. 8": ("Eq. 8, paper's", "K = 1.69, paper's"),
    "learned by Eq. 12": ("Eq. 12, paper's", "K = 1.69, paper's"),
}
answers = {name: pairs(contrasts, *both) for name, both in questions.items()}


# %%
def draw_gains(title, gains):
    """Draw means over digits with their intervals; return the figure, and the means in words."""
    points = [Point(name, "mean of ten digits", g.mean, *g.interval) for name, g in gains.items()]
    figure = Figure(figsize=(8, 1.8 + 0.2 * len(points)), layout="constrained")
    axes = figure.subplots()
    draw_intervals(axes, points)
    axes.set(title=title, xlabel="gain in AUROC, percentage points, with its 95% interval")
    return figure, ", ".join(f"{name} {g.mean:+.2f}" for name, g in gains.items())


# %%
figure, told = draw_gains("MNIST, paired by digit", answers)
show(figure, f"All intervals lie within half a point of zero; all but two hold it: {told}.")

# %%
for name, answer in answers.items():
    low, high = answer.interval
    print(f"{name:28s} {answer.mean:+.2f} [{low:+.2f}, {high:+.2f}]  p = {answer.p_value:.2f}")

# %%
spread = max(means.values()) - min(means.values())
print(f"best minus worst: {spread:.2f} points")

assert len(means) == 11
assert spread < 0.5
without_zero = [name for name, a in answers.items() if not a.interval[0] < 0 < a.interval[1]]
assert without_zero == ["artificial errors, K = 1.69", "artificial errors, Eq. 8"]
assert all(abs(answers[f"learned by Eq. {k}"].mean) < 0.02 for k in (8, 12))
errors = [a.mean for name, a in answers.items() if name.startswith("artificial")]
assert 0 < min(errors) < max(errors) < 0.1
assert {len(cell.ours.values) for cell in contrasts} == {5}

# %% [markdown]
# <details><summary>Answer</summary>
#
# Less than a half: all eleven lie within a quarter of a point, around 98.1.
#
# - **Learning $K$** changes the average by less than 0.02 points, by Eq. 8 and by the opposite sign
#   alike. Two objectives push $K$ apart (lesson 06), and the AUROC stays what it was. A likely
#   reason: the optimal score does not depend on the noise, and with thousands of images and eight
#   coordinates $T$ may be near enough to its optimum.
# - **Artificial errors** gain in all four rows, by less than 0.1 points, and two of the four
#   intervals leave zero out. These are not four witnesses, for all rows share a digit's
#   autoencoder. Nor does section 2 confirm them: its CANCE and CNCE *are* the two runs of Eq. 8.
#   And section 7 asks what becomes of the gain after twice the epochs.
# - **Wider noise** than $K = 1$: also a gain whose interval holds zero. On the small digits of
#   lesson 06 the interval left zero out.
# </details>
#
# So on MNIST a $K$ fixed at 1.69 does what a learned one does, with less to explain. That is a
# finding about this data, these eight coordinates, and five seeds a digit. In 66 dimensions noise
# and data are further apart (lesson 09), and the experiment has not been done there. Nor does "no
# difference was seen" mean "there is none". What the intervals say of learning $K$ is: below a
# tenth of a point, on average over digits.

# %%
assert spread < 0.25
assert 97.9 < min(means.values()) < max(means.values()) < 98.3
of = {(c.row, c.column): c.ours.values for c in (*mnist, *contrasts) if c.row != AVERAGE}
same = {"CANCE": "Eq. 8, paper's", "CNCE": "Eq. 8, none"}
assert all(of[k, a] == of[k, b] for k in "0123456789" for a, b in same.items())
widest = max(abs(bound) for k in (8, 12) for bound in answers[f"learned by Eq. {k}"].interval)
assert widest < 0.1

# %% [markdown]
# ## 7. What was chosen, and by what
#
# Sec. 4.1 of the paper says that model selection sees normal data only. Hold us to that as well.
# Our settings are of five kinds:
#
# 1. **The paper's**: the numbers of latents, and little else is stated.
# 2. **Chosen on held-out normal data**: the length and rate of $T$'s training on MNIST; for
#    CIFAR-10 also $\lambda$, by the condition number.
# 3. **Chosen by looking at AUROCs**, hence at labels: ELU, the channels and the epochs of the
#    autoencoder follow prototypes on two digits of MNIST and on CIFAR-10. Those two are the 8 and
#    the 2.
# 4. **Read in the paper, but late**: that features keep their columns' scales (lesson 09), and that
#    KDDCUP99 has the network of App. D (lesson 10). We ran the defaults first, and read again when
#    the results were far from the paper's.
# 5. **Made to fit the paper's columns**: the fourth protocol of CIFAR-10, after we had seen our
#    other three beside them (section 4).
#
# The fourth kind is better argued than the third, and no more innocent: had the first results been
# near the paper's, nobody would have read again. A repair that is only looked for when a number
# disappoints pulls all numbers to one side.
#
# The third kind should not be there. For MNIST you can look at the damage in three ways.
#
# **Ask the normal images afterwards.** A benchmark trained autoencoders with one setting changed,
# on four digits, two of which nobody had looked at (`tests/benchmarks/results/settings.md`). On
# each of the four, held-out normal images are reconstructed better with ELU than with ReLU; better
# still with twice the channels, or twice the epochs. That is one training each, and on the two ReLU
# is behind by less than 1%, but all four agree. Normal data would have chosen ELU as well, and then
# more of both. Where more stops helping we did not look.
#
# Three classes of CIFAR-10, standardised, were asked too (`settings_cifar10.md`). There normal data
# would have chosen what we had: ReLU, fewer channels, and half or twice the epochs are all worse.
# Twice the channels are better by 2.2% at most, and their latents are ill conditioned.
#
# **Do as they say.** So we ran the ten digits again with twice the epochs of the autoencoder; its
# architecture and $T$'s training stay. (Of 8 and 2 we had seen AUROCs after as many epochs before.)
#
# **Predict.** The benchmark's held-out images are reconstructed 2 to 6% better. Which of the four
# variants will find more anomalies, and by how much on average: more than half a point, 0.1 to 0.3,
# or less than 0.1?

# %%
my_guess = ""  # variants; a range

# %%
longer = results.cells("table1", "MNIST", "twice the epochs")
after = {(c.row, c.column): c.ours.mean for c in longer}
more = {}
for name in averages_of_mnist:
    of_name = {c.row: after[c.row, name] - c.ours.mean for c in digits if c.column == name}
    more[name] = Pairs("twice the epochs", "the default", of_name)

# %%
figure, told = draw_gains("MNIST, twice the epochs", more)
show(figure, f"MNIST's digits with twice the epochs: {told}.")

# %%
for name, m in more.items():
    low, high = m.interval
    before = averages_of_mnist[name].ours.mean
    print(f"{name:7s}{before:.2f} -> {after[AVERAGE, name]:.2f}: ", end="")
    print(f"{m.mean:+.2f} [{low:+.2f}, {high:+.2f}]")

# %%
assert [name for name, m in more.items() if m.interval[0] > 0] == ["CNCE", "CANCE"]
assert [round(more[name].mean, 2) for name in ("Error", "CNCE", "CANCE")] == [0.07, 0.25, 0.17]
assert more["LatNCE"].mean < 0 < more["LatNCE"].interval[1]

# %%
unseen = [d for d in more["CANCE"].differences if d not in ("8", "2")]
for name, mean in {"Error": -0.06, "CNCE": 0.18, "CANCE": 0.14}.items():
    clean = [more[name].differences[d] for d in unseen]
    low, high = mean_interval(clean)
    print(f"without 8 and 2, {name:6s} {np.mean(clean):+.2f} [{low:+.2f}, {high:+.2f}]")
    assert low < 0 < high
    assert round(np.mean(clean), 2) == mean

# %% [markdown]
# <details><summary>Answer</summary>
#
# By 0.1 to 0.3, the two that have a density of the whole composite feature: CNCE by 0.25 and CANCE
# by 0.17, and both intervals leave zero out. For the error and for LatNCE no gain is seen.
#
# So a better reconstruction need not tell anomalies apart better: without 8 and 2 the error's mean
# is even below zero.
#
# On the eight digits that no prototype had seen, CNCE gains 0.18 and CANCE 0.14, and these two
# intervals hold zero. They run over digits: some are at their ceiling, and whether an eleventh
# would gain you cannot say.
# </details>
#
# CANCE's average is now 98.4, and all ten of its digits are above the paper's. Look at what became
# of section 2's other finding, the gain over CNCE.

# %%
verdicts_after = Counter(c.verdict for c in longer if c.row != AVERAGE)
paired_after = pairs(longer, "CANCE", "CNCE")
change = {d: paired_after.differences[d] - paired.differences[d] for d in paired.differences}
changed_by = Pairs("after twice the epochs", "with the default", change)
for what, found in (("default", paired), ("twice", paired_after), ("change", changed_by)):
    low, high = found.interval
    print(f"CANCE over CNCE, {what:8s}{found.mean:+.2f} [{low:+.2f}, {high:+.2f}]")
print(f"change of the eight: {change['8']:+.2f}; verdicts:", dict(verdicts_after))

# %%
assert round(after[AVERAGE, "CANCE"], 1) == round(after[AVERAGE, "CNCE"], 1) == 98.4
assert all(c.difference > 0 for c in longer if c.column == "CANCE")
assert verdicts_after == {"better": 19, "reproduced": 9, "not told apart": 12}
assert -0.1 < paired_after.interval[0] < 0 < paired_after.interval[1] < 0.1
assert -0.01 < paired_after.mean < 0
assert round(paired.p_value, 2) == 0.02
assert round(changed_by.mean, 2) == -0.07
assert changed_by.interval[0] < 0 < changed_by.interval[1]
assert 0.4 < change["8"] / sum(change.values()) < 0.6

# %% [markdown]
# With the default, CANCE was above CNCE by less than 0.1 points, with an interval that left zero
# out and $p = 0.02$. After twice the epochs its mean is -0.01, and the interval lies within a tenth
# of a point of zero, on both sides.
#
# Did the gain vanish? Two verdicts do not answer that. Subtract, digit by digit: the change is
# -0.07, half of it the eight's, and its interval just holds zero. So the change itself is not
# certain. But do not rely on a gain that one schedule shows and the next does not. The ten digits
# of one schedule could not have told you.
#
# **Leave out the two digits.** How far is the default above the paper on the other eight?

# %%
clean = [c for c in mnist if c.column == "CANCE" and c.row in set("01345679")]
gains = [c.difference for c in clean]
print(f"CANCE over the paper, without 2 and 8: {np.mean(gains):+.2f} points on {len(gains)} digits")

assert len(gains) == 8
assert min(gains) > 0
assert round(np.mean(gains), 2) == 0.46
assert round(averages_of_mnist["CANCE"].difference, 2) == 0.49

# %% [markdown]
# By 0.46 points, and by 0.49 on all ten: it is not the eight and the two that make the gain. For
# CIFAR-10 you cannot do this, for the prototypes looked at CIFAR-10 itself.

# %% [markdown]
# ## 8. What was not run
#
# A report that leaves out what is missing looks complete. Ours prints it.

# %%
for name, cells in results.tables.items():
    counts = Counter(c.verdict for c in cells if c.column in TABLES[name].columns)
    run = sum(count for verdict, count in counts.items() if verdict != "not run")
    print(f"{TABLES[name].title}: {run} of {sum(counts.values())} cells")

# %%
waiting = {
    (name, c.protocol)
    for name, cells in results.tables.items()
    for c in cells
    if c.verdict == "not run" and c.column in TABLES[name].columns
}
print(*sorted(waiting), sep="\n")

assert {"table5", "table6"} <= {name for name, _ in waiting}

# %% [markdown]
# The paper's split of Table 5, and with it Table 6, waits for a download: ResNet-18's ImageNet
# weights (lesson 09). The others wait for time. Two gaps do not show in such counts:
#
# - **Time.** CIFAR-10 takes minutes a fit; what has fewer than five seeds says so.
# - **Other people's systems.** DAGMM, LSA, DROCC and the rest of Tables 3, 4, 6 and 7 are quoted,
#   not run.
#
# `cance-edu reproduce TABLE` goes on where the results end.
#
# ## Recap
#
# 1. Compare means by an interval that knows both numbers of runs, and the paper's rounding.
# 2. Of forty comparisons two go wrong by chance. Count before you tell a story.
# 3. MNIST is reproduced, and exceeded: the error agrees on average, the densities find more. Over
#    such a CNCE the augmentation buys less than 0.1 points, and after twice the epochs none that we
#    can see.
# 4. CIFAR-10 is not, by any of four protocols. Latents of standardised images beside
#    errors of the images as they are fit the paper's Error, and resemble its CANCE without fitting
#    it; and on standardised images two nearest neighbours are above all of it.
# 5. Learning $K$ made no difference on MNIST that we could see, in either direction.
# 6. Of the paper's 41 averages 40 follow from its rows, and its count does; one p-value cannot be
#    checked.
#
# ## Questions
#
# 1. Of the 15 cells whose interval holds zero, 12 are "not told apart" and three "reproduced". What
#    is shown of the three that is not shown of the twelve?
# 2. Ten digits are not a random sample of data sets. What does the Wilcoxon p-value of section 2
#    refer to, then?
# 3. Take one digit of MNIST and shrink some test images. Which of $z_l$, $z_e$ and $z_c$ gives them
#    away? Leave one out at a time (lesson 04).
# 4. Repeat section 6 on the bundled digits with 100 training images. Why may $K$ matter there?
# 5. Find a number in lesson 07 that rests on the same choice by labels as section 7's.
#
# ## Where to read on
#
# - Y. Liao and A. J. Brockmeier, *Anomaly Detection via Autoencoder Composite Features and NCE*:
#   Sec. 4, all of its tables.
# - J. Demšar, *Statistical Comparisons of Classifiers over Multiple Data Sets*, 2006: the Wilcoxon
#   test, and when to use it.
# - X. Bouthillier et al., *Accounting for Variance in Machine Learning Benchmarks*, 2021.
# - L. Ruff et al., *A Unifying Review of Deep and Shallow Anomaly Detection*, 2021: why photographs
#   are hard for one-class methods.
