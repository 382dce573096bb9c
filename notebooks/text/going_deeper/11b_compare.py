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
# **You need:** [lesson 11](../11_the_papers_tables.ipynb). Detectors and data are supplied; yours
# come in section 4.
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
# With PyOD you would write `lesson.from_pyod(ECOD())`; this class has the same face:


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
# CANCE joins as it is, here with a shorter training, so that you need not wait. (Its two latents
# are a bottleneck for thirty columns of biopsies, and none for a ring's two.) And one detector
# that fails, to see what becomes of it:


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
# the plane, and anomalies inside it. It is **one** split, so seeds differ by training alone.
#
# The second is a table of 569 biopsies, malignant ones are anomalies. It is a **function of the
# seed**: each seed draws another split of the same rows. `goad_split` learns from half of the
# normal rows, scales the columns by these, and tests on all others. Whichever it draws, all 569
# rows are in play: the splits overlap.

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
# alone; only `compare` sees the truth of the test part.

# %% tags=["remove-input"]
lesson.predict(
    "11b ring",
    "`Mine` is a Gaussian; the anomalies lie inside the ring. What is its AUROC there?",
    unit="%",
    within=0.1,
)

# %%
detectors = {"mine": Mine, "forest": forest, "mixture": mixture, "largest": largest}
detectors |= {"cance": cance, "broken": Broken}
found = lesson.compare(detectors, splits, seeds=3)
areas = 100 * found[found.measure == "auroc"].pivot_table("value", ["split", "seed"], "system")

# %% tags=["remove-input"]
lesson.answer(
    "11b ring",
    areas.loc["ring", "mine"].mean() / 100,
    """
    Far below a coin's 50%. A Gaussian takes the middle of a ring for its most normal place, and
    there the anomalies are. The score points the right way; the model is wrong.
    """,
)

# %%
found[["split", "system", "seed", "measure", "value"]].head(4)

# %% [markdown]
# A line for each split, system, seed and measure (`f1` alarms as many rows as there are
# anomalies, `precision at 20%` the highest fifth): a tidy frame, and pandas does the rest.

# %%
areas.groupby("split").agg(["mean", "std"]).T.unstack().round(1)

# %%
found[found.failed.notna()][["split", "system", "seed", "failed"]].head(3)

# %% [markdown]
# A fit that fails is a line with its reason, and the others go on. A detector without a random
# state has a deviation of zero on one split: it was not precise, it was merely run three times.
#
# ### Differences
#
# All detectors saw the same splits, so subtract seed by seed. On the biopsies `mine` is ahead of
# `largest` on all three:

# %%
ahead = (areas["mine"] - areas["largest"])["biopsies"]
ahead.round(2)

# %% tags=["remove-input"]
lesson.predict(
    "11b interval",
    "One 95% interval of their mean takes the splits for independent, one knows that they overlap. "
    "Which leaves zero out?",
    options=["either", "the one for independent splits", "neither"],
)

# %%
first = splits["biopsies"](0)
ratio = {"ring": 0, "biopsies": len(first.test) / len(first.train)}  # test to training rows
pairs = {
    (split, name): lesson.Pairs("mine", name, (of["mine"] - of[name]).to_dict(), ratio[split])
    for split, of in areas.groupby("split")
    for name in ("largest", "forest", "cance")
}
unwidened = {of: lesson.Pairs(p.first, p.second, p.differences) for of, p in pairs.items()}

# %% tags=["remove-input"]
lesson.answer(
    "11b interval",
    ["neither", "the one for independent splits", "either"][
        unwidened["biopsies", "largest"].shown + pairs["biopsies", "largest"].shown
    ],
    """
    Three independent data sets would give [{low:+.2f}, {high:+.2f}]. But three splits of the same
    rows overlap, and their mean is less certain. `Pairs` widens the interval for that (Nadeau and
    Bengio 2003): the variance of the mean is $s^2 (1/3 + r)$ in place of $s^2/3$, where $r$ is the
    ratio of test rows to training rows, here {ratio:.1f}. That is {wider:.1f} times as wide,
    [{wide_low:+.2f}, {wide_high:+.2f}], and holds zero.

    The ring's $r$ is 0, for its rows stay the same and only the training is repeated. Its intervals
    are of that alone: they say nothing of another ring.
    """,
    picture=lesson.figure(
        lesson.draw_differences_in_panels,
        {
            "one ring, learned three times": lesson.points(pairs, "ring", "of training"),
            "biopsies, three splits": [
                *lesson.points(unwidened, "biopsies", "as if independent"),
                *lesson.points(pairs, "biopsies", "widened"),
            ],
        },
        size=(9, 2.8),
        caption="Two kinds of 95% interval, each panel on a scale of its own. Widened, all three "
        "of the biopsies hold zero.",
        alt="; ".join(
            f"{split}, mine − {name}: {p.mean:+.1f} [{p.interval[0]:+.1f}, {p.interval[1]:+.1f}]"
            for (split, name), p in pairs.items()
        ),
    ),
    low=unwidened["biopsies", "largest"].interval[0],
    high=unwidened["biopsies", "largest"].interval[1],
    ratio=ratio["biopsies"],
    wider=(1 + 3 * ratio["biopsies"]) ** 0.5,
    wide_low=pairs["biopsies", "largest"].interval[0],
    wide_high=pairs["biopsies", "largest"].interval[1],
)

# %% tags=["remove-input"]
lesson.tell(
    """
    The ring was made to break a Gaussian. It need not be so drastic: the forest has
    {forest_ring:.1f} on the ring to CANCE's {cance_ring:.1f}, and {forest:.1f} to {cance:.1f} on
    the biopsies. **A comparison on one table is a statement about that table.**
    """,
    forest_ring=areas.loc["ring", "forest"].mean(),
    cance_ring=areas.loc["ring", "cance"].mean(),
    forest=areas.loc["biopsies", "forest"].mean(),
    cance=areas.loc["biopsies", "cance"].mean(),
)

# %% [markdown]
# ## 4 · Yours
#
# Put your arrays in place of the first three lines; `pandas.read_csv("yours.csv").to_numpy()`
# gives such arrays. Scale the columns by the training part alone. Your detector goes where `Mine`
# stands.

# %%
rng = lesson.np.random.default_rng(0)
y_test = lesson.np.arange(100) >= 80  # True for an anomaly
X_normal, X_test = rng.normal(size=(200, 5)), rng.normal(size=(100, 5)) + 2 * y_test[:, None]
center, spread = X_normal.mean(0), X_normal.std(0)
yours = lesson.Split("yours", (X_normal - center) / spread, (X_test - center) / spread, y_test)
on_yours = lesson.compare({"mine": Mine, "forest": forest}, {"yours": yours}, seeds=3)
on_yours[on_yours.measure == "auroc"].pivot_table("value", "seed", "system").round(3)

# %% [markdown]
# Far below one half? Either your score has the wrong sign, or, as with `mine` on the ring, your
# anomalies lie where your detector expects normal rows. Do not flip the sign to please the test
# part: its labels would have chosen for you. Score a row that must be an anomaly, far from all
# others, and look.
#
# ## What it does for you, and what not
#
# It does: fit on the training part alone; the same seeds and splits for all; ties counted as a
# random order of them would be on average; failures that are told; the data's checksum in each
# line, so that you notice when it changed.
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

# %% tags=["remove-input"]
lesson.calibration()
