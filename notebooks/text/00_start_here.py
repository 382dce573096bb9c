# ---
# jupyter:
#   cance_edu:
#     budget_seconds: 45
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
# # 00 · Start here
#
# **You need:** a little Python.
#
# When you are done, you will be able to
#
# 1. say what an anomaly detector learns from, and why a rebuilding error alone is not enough;
# 2. fit the detector of this course and read its scores;
# 3. set a threshold that keeps its promise, and say who memorised the training images if not;
# 4. judge a detector without a threshold, and find your way through the lessons.
#
# The method is CANCE, from the paper *Anomaly Detection via Autoencoder Composite Features and
# NCE* by Yalin Liao and Austin J. Brockmeier. You will meet its equations by number.

# %%
from cance_edu import CANCE
from cance_edu.course import lesson00 as lesson

# %% [markdown]
# ## 1 · What is an anomaly?
#
# Suppose that you have seen many eights, and nothing else. Somebody shows you a three. You have
# never learned what a three is, yet you notice at once that it is no eight.
#
# That is the task. You get *normal* examples alone; then you score new ones, and those that are
# unlike anything normal should score high. Nobody tells you what anomalies look like.

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_images,
    *lesson.digit_images(),
    columns=9,
    size=(7, 1.8),
    caption="Above, eights, like those that the detector learns from. Below, the nine other digits, "
    "which it meets for the first time when it is tested.",
    alt="Nine handwritten eights of MNIST, and below them the digits 0 to 7 and 9.",
)

# %% [markdown]
# An obvious idea: train an **autoencoder** on eights. It squeezes each image through six numbers,
# its *latents*, and rebuilds the image from them. What it rebuilds badly is no eight.
#
# Three images of the MNIST data set will go with you through all lessons: an ordinary eight, an
# ugly eight, and a one.

# %% tags=["remove-input"]
lesson.predict(
    "00 rebuilt best",
    "An autoencoder that has learned from eights alone rebuilds all three. Which one with the "
    "smallest error?",
    options=["an ordinary eight", "an ugly eight", "a one"],
)

# %%
three = lesson.pictured()
best = three.name[three.error.argmin()]

# %% tags=["remove-input"]
lesson.answer(
    "00 rebuilt best",
    best,
    """
    Its error is {one:.3f}; that of the ordinary eight is {eight:.3f}. A one is a single stroke, and
    what can draw an eight can draw a stroke. By the error alone, this one is the most normal of the
    three. What gives it away are its latents, the bars: one of them is farther from zero than any
    of the two eights'. The method of this course looks at both, and the last column is its score.
    """,
    picture=lesson.strip(),
    one=three.error[2],
    eight=three.error[0],
)

# %% [markdown]
# ## 2 · Scores, and a detector of your own
#
# The detector works in two steps, and the lessons take them apart:
#
# 1. The autoencoder gives the latents $z_l$; from image and rebuilt image come the *error* $z_e$ and
#    the *dissimilarity* $z_c$, a number that says how much the two point in different directions.
#    Together they are the **composite feature**.
# 2. A **network learns to tell** composite features of normal images **from noise**. That sounds
#    like a game; lesson 05 shows that it estimates a density.
#
# The score $S(x)$ is minus the logarithm of that density. **A higher score is more anomalous.** It
# is measured in *nats*, the unit of natural logarithms: one nat more is a density 2.7 times as
# low. Densities may exceed 1, so scores may be negative.

# %% tags=["remove-input"]
lesson.predict(
    "00 nearest digit",
    "The detector of section 1 has scored MNIST's 10,000 test images. Which of the other digits "
    "looks *most* like an eight to it: which has the lowest median score?",
    options=["0", "1", "2", "3", "4", "5", "6", "7", "9"],
)

# %%
mnist, digits = lesson.mnist_scores()
medians = lesson.mnist_medians()
nearest = min(medians.keys() - {"8"}, key=medians.get)


# %% tags=["remove-input"]
def by_digit(said):
    return lesson.figure(
        lesson.draw_by_digit,
        *(mnist, digits, 8, said),
        size=(6.5, 3.2),
        caption="Eights score lowest, but the lines overlap: **no threshold tells eights from the "
        "others without a mistake**.",
        alt=f"Scores by digit, from low to high: {', '.join(sorted(medians, key=medians.get))}.",
    )


# %% tags=["remove-input"]
lesson.answer(
    "00 nearest digit",
    nearest,
    """
    Its median is {low:.1f} nats, that of the eights {eight:.1f}. A nine has an eight's upper loop
    and half of its lower one. The farthest away is the {last}, with {high:.1f}.
    """,
    picture=by_digit,
    low=medians[nearest],
    eight=medians["8"],
    last=max(medians, key=medians.get),
    high=max(medians.values()),
)

# %% [markdown]
# Now fit one yourself. MNIST takes minutes; the small digits that come with scikit-learn, 8 by 8
# pixels, take seconds. Seven in ten of their eights are to learn from. (With
# `CANCE_EDU_DATASET=mnist` the cells below run on a part of MNIST instead.)

# %%
split = lesson.lesson_split(normal=[8], random_state=lesson.seed)
detector = CANCE(random_state=lesson.seed).fit(split.train)
is_anomaly = split.is_anomaly
scores = detector.anomaly_score(split.test)

# %% tags=["remove-input"]
lesson.tell(
    "{train} eights to learn from; {eights} new eights and {others} other digits to score. The "
    "median score of the new eights is {normal:.1f}, that of the others {anomalous:.1f}.",
    train=len(split.train),
    eights=(~is_anomaly).sum(),
    others=is_anomaly.sum(),
    normal=lesson.np.median(scores[~is_anomaly]),
    anomalous=lesson.np.median(scores[is_anomaly]),
)

# %% [markdown]
# ## 3 · A threshold, and who memorised
#
# To call an image anomalous you need a threshold. Take it from normal images: let one in ten of
# them raise an alarm. Every second new eight is **set aside** for that; the others show whether
# the threshold keeps its promise.

# %%
eights = split.test[~is_anomaly]
set_aside, new = eights[::2], eights[1::2]
threshold = lesson.held_out_threshold(detector.anomaly_score(set_aside), 0.1)
alarms = detector.anomaly_score(new) > threshold
found = scores[is_anomaly] > threshold

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_scores,
    scores,
    is_anomaly,
    threshold,
    caption=f"At a threshold from eights that were set aside, {alarms.sum()} of {alarms.size} new "
    f"eights raise an alarm, and {found.mean():.0%} of the other digits are found.",
    alt="Histograms of the scores: those of eights left of most others, with some overlap.",
)

# %% [markdown]
# About one in ten, as far as so few images can tell (lesson 07 says how far). Fine. But setting
# eights aside costs you eights. Why not use those that the detector was trained on?

# %% tags=["remove-input"]
lesson.predict(
    "00 training threshold",
    "Set the threshold so that one in ten of the *training* eights raises an alarm. How many of "
    "the new eights do?",
    unit="%",
    within=0.15,
)

# %%
promised_too_much = (detector.predict(eights) == -1).mean()
linear = CANCE(representation="pca", random_state=lesson.seed).fit(split.train)
memory = {
    "autoencoder": lesson.alarms_while_learning(detector, split.train, eights),
    "principal components": lesson.alarms_while_learning(linear, split.train, eights),
}
by_error, by_error_linear = (each.by_error for each in memory.values())


# %% tags=["remove-input"]
def who_memorised(said):
    return lesson.figure(
        lesson.draw_memorised,
        *(memory, 0.1, said),
        size=(6.5, 3.4),
        caption="Who memorised? The autoencoder lifts the dots, $T$ lifts the curves.",
        alt="Share of new eights that raise an alarm against T's steps: both curves rise, that of "
        "the autoencoder from a higher start.",
    )


# %% tags=["remove-input"]
lesson.answer(
    "00 training threshold",
    promised_too_much,
    """
    Over several splits {seeds:.0%}. **Both the autoencoder and $T$ have memorised the training
    images.** Look at the dots first, the error alone, before there is any $T$: with the autoencoder
    {error:.0%} of the new eights raise an alarm, with principal components, which are too stiff to
    memorise much, {error_linear:.0%}. Then follow the curves: as $T$ learns, both rise. It has seen
    the same {train} points again and again. So set a threshold on images that nothing was trained
    on.
    """,
    picture=who_memorised,
    seeds=lesson.over_seeds("00 alarms on new normal images"),
    error=by_error,
    error_linear=by_error_linear,
    train=len(split.train),
)

# %% [markdown]
# **Your turn.** Return the threshold that a given share of the scores exceeds.

# %%
from cance_edu.classroom import check


def my_threshold(scores, share):
    return ...


check.threshold(my_threshold)

# %% [markdown]
# <details><summary>One answer</summary>
#
# `return np.quantile(scores, 1 - share)`, after `import numpy as np`.
# </details>
#
# ## 4 · Without a threshold, and what each part buys
#
# A detector whose *order* is good can have any threshold put right. The **ROC curve** takes all
# thresholds at once. The area under it, the AUROC, is the probability that a random anomaly scores
# higher than a random normal image; one half is chance.

# %%
wins = scores[is_anomaly][:, None] > scores[~is_anomaly]
area = lesson.auroc(is_anomaly, scores)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_roc,
    scores,
    is_anomaly,
    f"CANCE, area {area:.3f}",
    size=(3.6, 3.6),
    caption=f"Of all pairs of an eight and another digit, the other digit scores higher in "
    f"{wins.mean():.1%}: that is the area, {area:.3f}.",
    alt="ROC curve of CANCE on the digits, close to the upper left corner.",
)

# %% [markdown]
# **Your turn.** Write that down as code; a tie counts one half.


# %%
def my_auroc(scores, is_anomaly):
    return ...


check.auroc(my_auroc)

# %% [markdown]
# <details><summary>One answer</summary>
#
# ```python
# anomalous, normal = scores[is_anomaly][:, None], scores[~is_anomaly]
# return (anomalous > normal).mean() + (anomalous == normal).mean() / 2
# ```
# </details>
#
# The paper takes its method apart into four variants: the **error alone**; the density of the
# latents alone (LatNCE); of the composite feature, latents and error together (CNCE); and with
# artificial low errors added in training (CANCE).

# %% tags=["remove-input"]
lesson.predict(
    "00 together",
    "On MNIST's eights the error alone wins 87 of 100 pairs. The latents alone win fewer. What do "
    "both together win?",
    unit="%",
    within=0.03,
)

# %%
aurocs = lesson.mnist_aurocs()
error_alone, latents_alone, together, augmented = aurocs.mean(0)


# %% tags=["remove-input"]
def by_variant(said):
    return lesson.figure(
        lesson.draw_aurocs_over_seeds,
        *(lesson.NAMES, aurocs, said),
        size=(6.5, 2.2),
        caption=f"On MNIST's eights, latents and error together win {together - error_alone:.1%} "
        "more of the pairs than the error alone. (1,000 training images, three seeds, recorded.)",
        alt=", ".join(f"{n} {a:.1%}" for n, a in zip(lesson.NAMES, aurocs.mean(0), strict=True)),
    )


# %% tags=["remove-input"]
lesson.answer(
    "00 together",
    together,
    """
    The latents alone win {latents:.0%}. **Each half sees where the other one is blind.** The one of
    section 1 is rebuilt well, and its latents give it away; the five above comes back as an eight,
    and its error gives it away. What the artificial errors of the fourth variant add, you see too:
    here, nothing. Lesson 02 asks what they are for.
    """,
    picture=by_variant,
    latents=latents_alone,
)

# %% [markdown]
# ## 5 · The whole machine on one page
#
# Here is the step that sounds like a game. In training, the network $T$ is shown three kinds of
# points, and learns to call two of them data and one noise. You will need this picture in lessons
# 01 and 02, long before lesson 05 explains why it works.

# %%
shown = lesson.ingredients(detector, split.train)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_ingredients,
    shown,
    size=(7, 2.6),
    caption="What $T$ learns from, along one of its inputs: errors of real eights; artificial "
    "errors between zero and the most likely one (lessons 01 and 02); and noise as wide as the "
    "data or wider (lessons 05 and 06), part of it below zero, where no error can be.",
    alt="Three rows of points: real errors, artificial ones from 0 to the mode, and noise, which "
    "spreads over both and below zero.",
)

# %% [markdown]
# | lesson | question |
# |---|---|
# | [01 The log-normal mode](01_lognormal_mode.ipynb) | What is the most likely reconstruction error, if not the mean? |
# | [02 Proposition 3.1](02_proposition_3_1.ipynb) | Why add artificial errors, and what exactly is proved? |
# | [03 Covariance-regularised autoencoder](03_covariance_regularized_autoencoder.ipynb) | What if the latents collapse? |
# | [04 Composite features](04_composite_features.ipynb) | Why is neither latent nor error enough? |
# | [05 Noise contrastive estimation](05_noise_contrastive_estimation.ipynb) | How does telling data from noise give a density? |
# | [06 Learning the noise](06_learning_the_noise.ipynb) | How wide should the noise be, and which way does the paper push it? |
# | [07 CANCE end to end](07_cance_end_to_end.ipynb) | What does each part buy, and where does it fail? |
# | [08 Other detectors](08_other_detectors.ipynb) | What do the other systems of the tables do, and what is the line to beat? |
# | [09 Pretrained features](09_pretrained_features.ipynb) | What can another network's features do, and what is left for a density? |
# | [10 Tables](10_tabular.ipynb) | What does an F1 mean, and what may be compared with what? |
# | [11 The paper's tables](11_the_papers_tables.ipynb) | What of the paper can be reproduced, and is it worth learning the noise? |
#
# ## Recap
#
# - You learn from normal data alone, and score what is new; higher is more anomalous.
# - The error alone is blind to what is easy to rebuild; the latents alone to what comes back wrong.
# - A threshold from training images promises too much: the autoencoder and $T$ know them by heart.
# - The AUROC needs no threshold.
#
# ## Questions
#
# 1. Your training set has a few mislabelled threes among the eights. What happens to the score
#    of a three?
#
# <details><summary>Answer</summary>
#
# It falls: the density now has some mass where threes are, and the autoencoder learns to rebuild
# them. How far depends on how many there are; a handful can be enough, for nothing else is near.
# </details>
#
# 2. An AUROC of 0.97 sounds good. A hospital scans 10,000 normal images a day and one anomalous;
#    the threshold lets one normal image in ten raise an alarm. How many alarms a day?
#
# <details><summary>Answer</summary>
#
# About 1,000 false ones, and one right one with some luck. The AUROC says nothing about how rare
# anomalies are. Lesson 07 comes back to it.
# </details>
#
# 3. Why is the density not estimated on the pixels themselves?
#
# <details><summary>Answer</summary>
#
# There are 64 or 784 of them, most nearly constant or nearly copies of their neighbours, and 122
# images say little about a density in so many dimensions. Eight numbers are within reach.
# </details>

# %% tags=["remove-input"]
lesson.calibration()
