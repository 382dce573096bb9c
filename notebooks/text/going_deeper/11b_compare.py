# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 30
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
# # 11b · Your own detector on your own data
#
# **You need:** [lesson 11](../11_the_papers_tables.ipynb); a detector, and data.
#
# When you are done, you will be able to
#
# 1. bring a detector, of your own or of scikit-learn or PyOD, into a comparison;
# 2. bring data, with one split or a new one for each seed;
# 3. read what comes out, with intervals that know how the splits overlap;
# 4. say which mistakes this machinery takes off your hands, and which it cannot.

# %%
from cance_edu import CANCE
from cance_edu.course import lesson11b as lesson

# %% [markdown]
# ## 1 · A detector
#
# A detector is anything with `fit(X, y)` and `anomaly_score(X)`, higher for anomalies. It needs
# no base class. Here is one, a Gaussian with a shrunken covariance:


# %%
class Mine:
    def fit(self, X, y=None):
        self.mean, covariance = X.mean(0), lesson.np.cov(X.T)
        self.covariance = 0.9 * covariance + 0.1 * lesson.np.diag(lesson.np.diag(covariance))
        return self

    def anomaly_score(self, X):
        away = X - self.mean
        return (away * lesson.np.linalg.solve(self.covariance, away.T).T).sum(1)


# %% [markdown]
# Other packages have other faces. Scikit-learn's `score_samples` is *lower* for anomalies, PyOD's
# `decision_function` higher. Two adapters know that; each is one line. A function that takes
# `random_state` is given the seed, and hands it on:


# %%
def forest(random_state):
    return lesson.from_sklearn(lesson.IsolationForest(), random_state)


def mixture(random_state):
    return lesson.from_sklearn(lesson.GaussianMixture(8), random_state)


# %% [markdown]
# With PyOD installed you would write `lesson.from_pyod(ECOD())`. It is not part of this course,
# so here is a class with the same face:


# %%
class LikePyOD(lesson.BaseEstimator):
    def fit(self, X, y=None):
        self.center_, self.spread_ = X.mean(0), X.std(0)
        return self

    def decision_function(self, X):
        return lesson.np.abs((X - self.center_) / self.spread_).max(1)


def largest():
    return lesson.from_pyod(LikePyOD())


# %% [markdown]
# CANCE joins as it is; here it trains for a shorter time than it would by itself, so that you
# need not wait. And one detector that fails, to see what becomes of it:


# %%
def cance(random_state):
    return CANCE(latent_dim=2, epochs=(20, 4), steps=200, random_state=random_state)


class Broken(Mine):
    def anomaly_score(self, X):
        raise RuntimeError("out of memory")


# %% [markdown]
# ## 2 · Data
#
# A `Split` has what to learn from, what to test, and the truth. The first one is made up: a ring in
# the plane, and anomalies inside it. It is **one** split, so seeds differ by training
# alone.
#
# The second is a table of 569 biopsies, malignant ones are anomalies. It is a **function of the
# seed**: each seed draws another split of the same rows. `goad_split` learns from half of the
# normal rows, scales the columns by these, and tests on all others.

# %%
train, test, is_anomaly = lesson.ring(0)
table = lesson.biopsies()
splits = {
    "ring": lesson.Split("ring", train, test, is_anomaly),
    "biopsies": lambda seed: lesson.goad_split(table, seed),
}

# %% [markdown]
# ## 3 · The comparison
#
# `compare` fits each detector on each split with each seed. A detector gets the training part
# alone; the truth of the test part meets scores in one place, and that is not in a detector's
# hands.

# %%
detectors = {"mine": Mine, "forest": forest, "mixture": mixture, "largest": largest}
detectors |= {"cance": cance, "broken": Broken}
found = lesson.compare(detectors, splits, seeds=3)
found.head(4)

# %% [markdown]
# A line for each split, system, seed and measure: a tidy frame, and pandas does the rest.

# %%
areas = 100 * found[found.measure == "auroc"].pivot_table("value", ["split", "seed"], "system")
areas.groupby("split").agg(["mean", "std"]).T.unstack().round(1)

# %%
found[found.failed.notna()][["split", "system", "seed", "failed"]].head(3)

# %% [markdown]
# A fit that fails is a line with its reason, and the others go on. A detector without a random
# state has a deviation of zero on one split: it was not precise, it was merely run three times.
#
# ### Differences
#
# All detectors saw the same splits, so subtract seed by seed. On the biopsies the three splits
# share most of their rows, and a mean of three does not settle as one of three independent data
# sets would. `Pairs` widens the interval for that (Nadeau and Bengio 2003): it wants the ratio of
# test rows to training rows.

# %%
overlap = {"ring": 0.0, "biopsies": (391) / 178}
pairs = {
    (split, name): lesson.Pairs("mine", name, (of["mine"] - of[name]).to_dict(), overlap[split])
    for split, of in areas.groupby("split")
    for name in ("forest", "mixture", "cance")
}

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_differences,
    [
        lesson.Point(f"mine − {name}", split, p.mean, *p.interval)
        for (split, name), p in pairs.items()
    ],
    size=(7, 2.6),
    caption="Percentage points of AUROC, with 95% intervals of three seeds. The same detector is "
    "far behind on one table, and not told apart on the other.",
    alt="; ".join(f"{split}, mine − {name}: {p.mean:+.1f}" for (split, name), p in pairs.items()),
)

# %% tags=["remove-input"]
lesson.tell(
    """
    A Gaussian takes the middle of a ring for its most normal place: {ring:+.1f} points against
    the mixture. On the biopsies it is {biopsies:+.1f} from it, and the interval from {low:+.1f}
    to {high:+.1f} tells you that three overlapping splits decide nothing. **A comparison on one
    table is a statement about that table.**
    """,
    ring=pairs["ring", "mixture"].mean,
    biopsies=pairs["biopsies", "mixture"].mean,
    low=pairs["biopsies", "mixture"].interval[0],
    high=pairs["biopsies", "mixture"].interval[1],
)

# %% [markdown]
# ## What it does for you, and what not
#
# It does: fit on the training part alone; the same seeds and splits for all; expected values over
# ties; failures that are told; the data's checksum in each line, so that you notice when it
# changed.
#
# It does not: choose your settings. If you try ten and report the best AUROC, you have learned
# from the test part, and no harness can see it. Choose on held-out *normal* data, or fix the
# settings before the first run, for your own detector and for its rivals alike.
#
# ## Questions
#
# 1. Your detector needs labelled anomalies. How would you give them to it?
#
# <details><summary>Answer</summary>
#
# `Split(..., train_labels=...)`: 1 for normal, -1 for an anomaly, 0 for unknown. `fit` gets them
# as `y`. The rivals should then be told that you had more to learn from than they.
# </details>
#
# 2. Which of the detectors above would you run with one seed only?
#
# <details><summary>Answer</summary>
#
# On one split, `mine` and `largest`: no seed changes them. Where the split follows the seed, none.
# </details>
