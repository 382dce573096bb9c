# ---
# jupyter:
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
# # Capstone · A detector for your own data
#
# **Time:** about 180 minutes. **After** lesson 07.
#
# Replace each `...` by your answer. Below task 1 two `check` cells say at once whether your functions are right,
# and if not, what they look like. The cells with `assert` give points when the notebook is graded, some by tests
# that you do not see: run them too. Your page in task 4 is read. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from cance_edu import CANCE
from cance_edu.classroom import check
from cance_edu.course.page import lesson_split, with_defect

# %% [markdown]
# ## 1 · The score and its judge (25 minutes)
#
# Write Eq. 6, and the area under the ROC curve with ties counted as one half.


# %% nbgrader={"grade": false, "grade_id": "score", "locked": false, "schema_version": 3, "solution": true, "task": false}
def anomaly_score(log_ratio, noise_log_prob, noise_ratio):
    """Return S; higher is more anomalous."""
    ### BEGIN SOLUTION
    return -(log_ratio + np.log(noise_ratio) + noise_log_prob)
    ### END SOLUTION


def auroc(scores, is_anomaly):
    """Return how often an anomaly outscores a normal input."""
    ### BEGIN SOLUTION
    apart = scores[is_anomaly][:, None] - scores[~is_anomaly][None, :]
    return np.mean((apart > 0) + 0.5 * (apart == 0))
    ### END SOLUTION


# %%
check.anomaly_score(anomaly_score)

# %%
check.auroc(auroc)

# %% nbgrader={"grade": true, "grade_id": "score-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.anomaly_score(anomaly_score).passed
assert check.auroc(auroc).passed
### BEGIN HIDDEN TESTS
assert auroc(np.array([1.0, 1.0]), np.array([True, False])) == 0.5
assert np.isclose(auroc(np.array([0.2, 0.6, 0.6]), np.array([True, True, False])), 0.25)
### END HIDDEN TESTS

# %% [markdown]
# ## 2 · Your data (45 minutes)
#
# Make three arrays of your own data, images (n, channels, height, width) or (n, height, width) in [0, 1], or
# rows (n, features) of a table: `normal`, what is normal; `held_out`, at least 20 normal inputs more, for task 3;
# `test`, new inputs, normal and not. Take copies out and shuffle before you set `held_out` aside: no input may
# stand in two of the three. Then fit a `CANCE` on `normal` alone, and call it `detector`.
#
# `cance_edu.datasets.image_folder` reads a folder. If you have no data, take a digit by `lesson_split` and spoil
# some images by `with_defect(images, kind)`, which wants (n, channels, height, width) and one of the kinds
# `"erased"`, `"line"`, `"shift"` and `"noise"`.
#
# Your notebook is run again where it is graded. Put your data into the notebook's folder, load it by a relative
# path, and hand it in too. No cell may run longer than 120 seconds.

# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
split = lesson_split(normal=[0])
order = np.random.default_rng(0).permutation(len(split.train))
held_out, normal = split.train[order[:29]], split.train[order[29:]]
good = split.test[~split.is_anomaly]
test = np.concatenate([good, with_defect(good, "line")])
detector = CANCE(epochs=(20, 5), steps=300, random_state=0).fit(normal)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "fit-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
scores = detector.anomaly_score(test)
assert scores.shape == (len(test),), "there is not one score for each input of `test`"
assert np.isfinite(scores).all(), "some score of `test` is NaN or infinite"

# %% [markdown]
# ## 3 · A threshold without labels (20 minutes)
#
# Set `threshold` so that a *new* normal input scores above it with a probability of at most one in ten: take the
# score of `held_out`, by the same `detector`, whose rank keeps that promise (lesson 07, section 4). Use no label
# of `test`, and no score of `normal`: `detector` has learned from these inputs, so their scores are too low.

# %% nbgrader={"grade": false, "grade_id": "threshold", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
held = np.sort(detector.anomaly_score(held_out))
k = int(np.ceil(round((len(held) + 1) * 0.9, 9)))
threshold = held[k - 1]
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "threshold-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from cance_edu.course.scores.thresholds import promised_rank

parts = [{row.tobytes() for row in np.asarray(part, float)} for part in (normal, held_out, test)]
assert len(held_out) >= 20, f"`held_out` has {len(held_out)} inputs; expected at least 20"
assert len(set.union(*parts)) == sum(map(len, parts)), (
    "some input stands in two of `normal`, `held_out` and `test`"
)
ordered = np.sort(detector.anomaly_score(held_out))
assert np.isclose(threshold, ordered[promised_rank(len(ordered), 0.1) - 1]), (
    f"{np.sum(ordered > threshold)} of {len(ordered)} held-out scores lie above it: not lesson 07's rank"
)

# %% [markdown]
# ## 4 · One page (90 minutes)
#
# Which inputs does your detector miss, and why? Which normal ones does it accuse? Make the change that you
# think matters most, and compare over three seeds. Write one page, with two figures.
#
# **Rubric** (10 points): data and what is normal (2) · how the threshold was chosen (2) · failures shown
# and explained, not only counted (4) · one change that you tried, with its result over three seeds (2).

# %% [markdown] nbgrader={"grade": true, "grade_id": "report", "locked": false, "points": 10, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# A report is graded by hand along the rubric.
# ### END SOLUTION
