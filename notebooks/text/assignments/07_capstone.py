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
# Replace each `...` by your answer. The cell `check.auroc(...)` below a task tells you at once
# whether it is right; if it is not, it says what it looks like. Nothing is sent anywhere.

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
### END HIDDEN TESTS

# %% [markdown]
# ## 2 · Your data (45 minutes)
#
# Fill `normal` with your own normal images, (n, channels, height, width) or (n, height, width) in [0, 1], or
# a table (n, features), and `test` with new inputs, normal and not. `cance_edu.datasets.image_folder` reads
# a folder. If you have no data, take a digit by `lesson_split` and spoil some images by `with_defect`. Then fit a `CANCE`, and call it `detector`.

# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
split = lesson_split(normal=[0])
normal = split.train
good = split.test[~split.is_anomaly]
test = np.concatenate([good, with_defect(good, "line")])
detector = CANCE(epochs=(20, 5), steps=300, random_state=0).fit(normal)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "fit-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
scores = detector.anomaly_score(test)
assert scores.shape == (len(test),)
assert np.isfinite(scores).all()

# %% [markdown]
# ## 3 · A threshold without labels (20 minutes)
#
# Choose `threshold` so that about one in ten *new* normal inputs raises an alarm. No label of `test` may
# be used. The detector saw `normal`, so their scores are too low: hold some out.

# %% nbgrader={"grade": false, "grade_id": "threshold", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
half = len(normal) * 3 // 4
part = CANCE(epochs=(20, 5), steps=300, random_state=0).fit(normal[:half])
threshold = float(np.quantile(part.anomaly_score(normal[half:]), 0.9))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "threshold-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
assert np.isfinite(threshold)
assert 0 < np.mean(scores > threshold) < 1

# %% [markdown]
# ## 4 · One page (90 minutes)
#
# Which inputs does your detector miss, and why? Which normal ones does it accuse? What would you
# change first? Write one page, with two figures.
#
# **Rubric** (10 points): data and what is normal (2) · how the threshold was chosen (2) · failures shown
# and explained, not only counted (4) · one change that you tried, with its result over three seeds (2).

# %% [markdown] nbgrader={"grade": true, "grade_id": "report", "locked": false, "points": 10, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# A report is graded by hand along the rubric.
# ### END SOLUTION
