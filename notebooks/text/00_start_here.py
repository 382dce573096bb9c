# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 45
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
# # 00 · Start here
#
# **Minutes:** 10 to read, under 1 to run on two CPU cores. **You need:** a little Python.
#
# When you are done, you will be able to
#
# 1. say what an anomaly detector learns from, and what it never sees;
# 2. fit the detector of this course and read its scores;
# 3. judge it without choosing a threshold;
# 4. find your way through the lessons.
#
# The method is CANCE, from the paper *Anomaly Detection via Autoencoder Composite Features and
# NCE* by Yalin Liao and Austin J. Brockmeier. You will meet its equations by number.

# %% [markdown]
# ## What is an anomaly?
#
# Suppose that you have seen many eights, and nothing else. Somebody shows you a three. You have
# never learned what a three is, yet you notice at once that it is no eight.
#
# That is the task. You get *normal* examples only; then you score new ones, and those that are
# unlike anything normal should score high. Nobody tells you what anomalies look like.
#
# Our images are scans of handwritten digits, 8 by 8 pixels, which come with scikit-learn. The
# eights are normal. Seven in ten of them are for learning; the others, and all other digits, are
# for testing. (With `CANCE_EDU_DATASET=mnist` every lesson runs on MNIST's larger images instead.)

# %%
import numpy as np
from matplotlib.figure import Figure

from cance_edu import CANCE
from cance_edu.course.page import lesson_dataset, lesson_seed, lesson_split, measured
from cance_edu.course.scores.figure import draw_aurocs, draw_roc, draw_scores
from cance_edu.course.style import draw_images, show
from cance_edu.experiments import auroc, fit_variants

# %%
split = lesson_split(normal=[8], random_state=lesson_seed())

print("to learn from: ", split.train_images.shape, "all normal")
print("to test:       ", split.test_images.shape, split.test_is_anomaly.sum(), "anomalous")

# %%
row = [*split.train_images[:8], *split.test_images[split.test_is_anomaly][:8]]
titles = ["normal"] * 8 + ["anomalous"] * 8
figure = Figure(figsize=(8, 2.4), layout="constrained")
draw_images(figure, row, titles)
show(figure, "Eight handwritten eights, and below them eight other digits.")

# %% [markdown]
# ## Fit, and score
#
# The detector works in two steps, and the lessons take them apart:
#
# 1. An **autoencoder** squeezes each image through a few numbers, its *latents*, and rebuilds it.
#    The latents, the size of the rebuilding error and one angle make up the *composite feature*.
# 2. A **network learns to tell** composite features of normal images **from noise**. That sounds
#    like a game; lesson 05 shows that it estimates a density.
#
# The score is minus the logarithm of that density. **A higher score is more anomalous.**
#
# **Predict.** Of all test images, which will score highest: a badly written eight, or some other
# digit? Write your guess down before you run the cell.

# %%
my_guess = ""  # "an eight" or "another digit"

# %%
detector = CANCE(random_state=lesson_seed()).fit(split.train_images)
scores = detector.anomaly_score(split.test_images)
order = np.argsort(scores)

# %%
shown = [*order[:8], *order[-8:]]
titles = [f"S = {scores[i]:.0f}" for i in shown]
figure = Figure(figsize=(8, 2.6), layout="constrained")
draw_images(figure, split.test_images[shown], titles)
show(figure, "The eight test images with the lowest scores, and the eight with the highest.")

# %% [markdown]
# The upper row has the lowest scores, the lower row the highest.
#
# <details><summary>Answer</summary>
#
# Another digit: the eight highest scores all belong to anomalies. The lowest belong to eights,
# with an exception or two if you are unlucky with the seed. The cell below asserts both; between
# these extremes the two groups overlap.
# </details>

# %%
assert split.test_is_anomaly[order[-8:]].all()
assert split.test_is_anomaly[order[:8]].sum() <= 2

# %% [markdown]
# ## How good is it?
#
# To call an image anomalous you need a threshold. The detector chooses one from the *normal*
# images: `contamination=0.1` lets one training image in ten raise an alarm. That number is a
# choice of yours, not a property of the detector.
#
# **Predict.** One training image in ten raises an alarm. How many of the *new* eights will?

# %%
figure = Figure(figsize=(6, 3), layout="constrained")
draw_scores(figure.subplots(), scores, split.test_is_anomaly, -detector.offset_)
show(figure, "Scores of eights lie left of most scores of other digits, with some overlap.")

# %%
alarms = detector.predict(split.test_images) == -1
print(f"alarms on normal images:    {alarms[~split.test_is_anomaly].mean():.0%}")
print(f"alarms on anomalous images: {alarms[split.test_is_anomaly].mean():.0%}")

# %%
measured("00 alarms on new normal images", alarms[~split.test_is_anomaly].mean())
assert alarms[~split.test_is_anomaly].mean() > (0.5 if lesson_dataset() == "digits" else 0.2)

# %% [markdown]
# <details><summary>Answer</summary>
#
# More than half of them (on MNIST, whose training set is larger, more than two in ten). The
# autoencoder has seen some hundred eights, over and over, and rebuilds these better than any new
# one; a threshold set on their scores is too low. In practice, set it on normal images that were
# never trained on. Lesson 07 does.
# </details>
#
# The *order* of the scores is good all the same, and that is what the next figure is about.
#
# The **ROC curve** takes all thresholds at once. The area under it, the AUROC, is the probability
# that a random anomaly scores higher than a random normal image. One half is chance.

# %%
figure = Figure(figsize=(4, 4), layout="constrained")
area = auroc(split.test_is_anomaly, scores)
draw_roc(figure.subplots(), scores, split.test_is_anomaly, f"CANCE, area {area:.3f}")
show(figure, f"ROC curve of CANCE on the digits, close to the upper left corner: {area:.3f}.")

# %%
measured("00 auroc cance", area)
wins = scores[split.test_is_anomaly][:, None] > scores[~split.test_is_anomaly]
assert abs(wins.mean() - area) < 1e-3

# %% [markdown]
# ## What does each part buy?
#
# The paper takes the method apart into four variants: the reconstruction **error** alone; the
# density of the latents alone (**latnce**); of the composite feature (**cnce**); and with
# artificial low errors added in training (**cance**).
#
# **Predict.** Which of the four is worst on these digits?

# %%
results = list(fit_variants(split, random_state=lesson_seed(), steps=800))

figure = Figure(figsize=(6, 2.2), layout="constrained")
names, areas = [r.variant for r in results], [r.auroc for r in results]
draw_aurocs(figure.subplots(), names, areas)
show(figure, ", ".join(f"{n} {100 * a:.1f}" for n, a in zip(names, areas, strict=True)))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The latents alone, by more than five points (on MNIST, by more than two). A three squeezed through
# an autoencoder that knows only eights can land where eights land; that it comes back as an eight
# shows in the error.
# </details>
#
# The other three are close together: these small digits are nearly solved by the error alone.
# On MNIST, with its 28 by 28 pixels, they come apart; try `cance-edu demo --dataset mnist`.

# %%
by_name = {r.variant: measured(f"00 auroc {r.variant}, 800 steps", r.auroc) for r in results}
margin = {"digits": 0.05, "mnist": 0.02}[lesson_dataset()]
assert by_name["latnce"] + margin < min(by_name["error"], by_name["cnce"], by_name["cance"])
if lesson_dataset() == "digits":
    assert max(by_name["cnce"], by_name["cance"]) < by_name["error"] + 0.05
else:
    assert by_name["error"] + 0.03 < min(by_name["cnce"], by_name["cance"])

# %% [markdown]
# ## The course
#
# | lesson | question |
# |---|---|
# | [01 The log-normal mode](01_lognormal_mode.ipynb) | What is the most likely reconstruction error, if not the mean? |
# | [02 Proposition 3.1](02_proposition_3_1.ipynb) | Why add artificial errors, and what exactly is proved? |
# | [03 Covariance-regularised autoencoder](03_covariance_regularized_autoencoder.ipynb) | What if the latents collapse? |
# | [04 Composite features](04_composite_features.ipynb) | Why is neither latent nor error enough? |
# | [05 Noise contrastive estimation](05_noise_contrastive_estimation.ipynb) | How does telling data from noise give a density? |
# | [06 Learning the noise](06_learning_the_noise.ipynb) | How wide should the noise be, and which way does the paper push it? |
# | [07 CANCE end to end](07_cance_end_to_end.ipynb) | What does each part buy, and where does it fail? |
# | [09 Pretrained features](09_pretrained_features.ipynb) | What can another network's features do, and what is left for a density? |
# | [10 Tables](10_tabular.ipynb) | What does an F1 mean, and what may be compared with what? |
# | [11 The paper's tables](11_the_papers_tables.ipynb) | What of the paper can be reproduced, and is it worth learning the noise? |
#
# ## Recap
#
# - You learn from normal data alone, and score what is new; higher is more anomalous.
# - The threshold is your choice; the AUROC needs none.
# - Latents and reconstruction error together are worth more than the latents alone.
#
# ## Questions
#
# 1. Your training set has a few mislabelled threes among the eights. What happens to the score
#    of a three?
# 2. An AUROC of 0.96 sounds good. A hospital scans 10,000 normal images a day and one anomalous:
#    how many alarms at the threshold above?
# 3. Why is the density not estimated on the pixels themselves?
