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

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from cance_edu.experiments import comparison
from cance_edu.experiments.audit import audit
from cance_edu.experiments.pairs import pairs
from cance_edu.experiments.paper_tables import AVERAGE, paper_table
from cance_edu.experiments.report import stored
from cance_edu.figures import show
from cance_edu.figures.comparisons import draw_aurocs_by_group
from cance_edu.figures.paper_tables import Panel, Point, draw_panel
from cance_edu.lessons import show_source

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
# **Predict.** The means differ by 0.9 points. By how much may the difference be off, if both sides
# ran five times more? By 0.1, by 0.5, or by 2 points?

# %%
my_guess = ""  # in points

# %% [markdown]
# Each mean is off by about $s/\sqrt n$, and the two are independent, so the variances add:
#
# $$\bar a - \bar b \;\pm\; t_f \sqrt{\frac{s_a^2}{n_a} + \frac{s_b^2}{n_b}} .$$
#
# The deviations are themselves estimated, from five numbers each. So the factor $t_f$ comes from
# Student's distribution, with the degrees of freedom $f$ of Welch and Satterthwaite. And the paper
# rounds: its 97.5 may be anything from 97.45 to 97.55, which we add on either side.

# %%
show_source(comparison.difference_interval)

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
# By about half a point. The interval leaves out 0, so we call the cell **better**; had it held 0,
# we would have called it **same**. That is a shorthand: it says that the difference is larger than
# five runs can explain, not that it matters.
#
# SciPy, fed with five made-up numbers of the paper's mean and deviation, gives the same interval.
# </details>
#
# What the interval does not cover: the paper's authors ran other code, on other machines, perhaps
# with other splits. If the two programs differ, the difference is real and still no finding about
# the method.

# %% [markdown]
# ## 2. Forty cells
#
# **Predict.** Suppose that our program were exactly the paper's. There are 40 cells for MNIST: ten
# digits, four variants. How many would be called better or worse?

# %%
my_guess = ""  # a number of cells

# %%
digits = [c for c in mnist if c.row != AVERAGE and c.paper]
figure = Figure(figsize=(8, 6.2), layout="constrained")
points = [Point(c.row, c.column, c.difference, *c.interval) for c in digits]
draw_panel(figure.subplots(), Panel("Table 1, MNIST", "percent points", points))
verdicts = Counter(c.verdict for c in digits)
show(figure, f"Most differences are above zero, LatNCE's by several points. {dict(verdicts)}.")

# %%
differs = verdicts["better"] + verdicts["worse"]
by_chance = stats.binom(len(digits), 0.05)
print(dict(verdicts))
print(f"by chance: {by_chance.mean():.0f} of {len(digits)}; {differs} or more: ", end="")
print(f"{by_chance.sf(differs - 1):.0e}")

# %%
assert len(digits) == 40
assert by_chance.mean() == 2
assert verdicts["better"] > 20
assert verdicts["worse"] == 1
assert by_chance.sf(differs - 1) < 1e-10

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two: a 95% interval misses in one of twenty cases. More than twenty cells are better and one is
# worse, which chance does not do. Our program is not the paper's, and it does better.
# </details>
#
# Where does it? Look at the averages over the ten digits, column by column.

# %%
averages = {c.column: c for c in mnist if c.row == AVERAGE}
for name, average in averages.items():
    low, high = average.interval
    print(f"{name:7s}{average.paper}  {average.ours.mean:.1f}", end="  ")
    print(f"{average.difference:+.1f} [{low:+.1f}, {high:+.1f}]")

# %%
gain = {name: average.difference for name, average in averages.items()}
added = {
    "paper": averages["CANCE"].paper.value - averages["CNCE"].paper.value,
    "ours": averages["CANCE"].ours.mean - averages["CNCE"].ours.mean,
}
print({name: round(value, 1) for name, value in added.items()})

assert averages["Error"].verdict == "same"
assert gain["LatNCE"] > gain["CNCE"] > gain["CANCE"] > 0.4
assert averages["CNCE"].ours.mean > averages["CANCE"].paper.value
assert round(added["paper"], 1) == 0.7
assert added["ours"] < 0.2

# %% [markdown]
# The plain error is where the paper has it. So the autoencoders are about equally good, and what
# we do better is the density: by three points on the latents alone, by one on the composite.
#
# The consequence is worth a pause. The paper's augmentation buys 0.7 points over CNCE. Ours buys
# less than 0.2, for our CNCE is already above the paper's CANCE. **A component can look useful
# because it repairs a weakness of the rest.** Why our density is better we cannot know: the paper
# states neither $T$'s width, nor its training, nor when to stop it. Ours stops by held-out loss.
#
# The one worse cell is the plain error on the eights. It has nothing to do with the method: the
# error depends on the architecture alone, and the paper's is not ours.

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
print({digit: round(difference, 2) for digit, difference in paired.differences.items()})
print(f"mean {paired.mean:+.2f} [{low:+.2f}, {high:+.2f}], p = {paired.p_value:.3f}")

assert paired.p_value < 0.05
assert 0 < low < high < 0.2

# %% [markdown]
# The p-value is below 0.05, and the gain is below a fifth of a point. Both are true. A p-value
# answers "is it there?", and with pairs as alike as these a test finds what no user would notice.
# Read the interval first.

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
    print(f"{finding.where}\n  claim: {finding.claim}\n  found: {finding.found}\n")

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
# before they were rounded. So it is no error; it is a claim that its readers cannot check.
# </details>
#
# What the audit shows as well: 41 claims hold. Say that too when you report on a paper.

# %%
rows = {r.name: r.cells for r in paper_table("table1") if r.dataset == "CIFAR-10"}
equal = [name for name, c in rows.items() if c["CNCE"].value == c["LatNCE"].value]

assert len(equal) == 3
assert [f.where for f in failing] == ["Table 6, CIFAR-10, DROCC", failing[1].where]
assert 5 / 2**10 == 0.0048828125

# %% [markdown]
# ## 4. CIFAR-10, where it is hard
#
# Ten classes of small colour photographs; one is normal. The paper does not say how images were
# scaled. We ran two ways, each a documented setting of `CANCE` (`image_scaling`):
#
# - **in [0, 1]**, as they are;
# - **standardised**: from each image its own mean is subtracted, then it is divided by its own
#   deviation. So a photograph can no longer stand out by its contrast.
#
# Two systems stand beside CANCE that have no noise contrast at all: the mean distance to the two
# nearest neighbours among 64 principal components, and the squared norm of the autoencoder's
# latents.
#
# (Our photographs are not the official files: they were recompressed as JPEG. Every result on them
# says so.)
#
# **Predict.** Images standardised: in how many of the ten classes is CANCE above the neighbours?

# %%
my_guess = ""  # a number of classes

# %%
names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
scalings = ["images in [0, 1]", "each image standardised"]
systems = ["Error", "CANCE", "2-NN on 64 components", "squared norm of the latent"]


def by_class(protocol, system):
    cells = [c for c in results.cells("table1", "CIFAR-10", protocol) if c.column == system]
    rows = [c for c in cells if c.row != AVERAGE and c.ours]
    return {names[int(c.row)]: c.ours.mean / 100 for c in rows}


# %%
paper = {r.name: r.cells for r in paper_table("table1") if r.dataset == "CIFAR-10"}
printed = {name: paper[str(k)]["CANCE"].value / 100 for k, name in enumerate(names)}
figure = Figure(figsize=(9.5, 4.6), layout="constrained")
for axes, protocol in zip(figure.subplots(1, 2, sharey=True), scalings, strict=True):
    shown = {system: by_class(protocol, system) for system in systems}
    draw_aurocs_by_group(axes, {**shown, "CANCE, the paper": printed})
    axes.set_title(protocol)
axes.label_outer()
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
averages = {
    (protocol, system): 100 * np.mean(list(by_class(protocol, system).values()))
    for protocol in scalings
    for system in systems
}
told = ", ".join(f"{system} {averages[scalings[1], system]:.1f}" for system in systems)
show(figure, f"Standardised, averages: {told}. The neighbours lead; the classes differ widely.")

# %%
for (protocol, system), average in averages.items():
    print(f"{protocol:24s} {system:27s} {average:.1f}")
print("the paper: Error", paper[AVERAGE]["Error"], "CANCE", paper[AVERAGE]["CANCE"])
