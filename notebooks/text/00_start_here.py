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
# **You need:** a little Python and NumPy; what a density is.
#
# When you are done, you will be able to
#
# 1. say what an anomaly detector learns from, and what it looks at;
# 2. fit the detector of this course and read its scores;
# 3. set a threshold that keeps its promise;
# 4. judge a detector without a threshold, and find your way through the lessons.
#
# The method is CANCE, from the paper *Anomaly Detection via Autoencoder Composite Features and
# NCE* by Yalin Liao and Austin J. Brockmeier.

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
first = lesson.first_images()
lesson.figure(
    lesson.draw_images,
    *(1 - first.image, [""] * 18),
    columns=9,
    size=(7, 1.8),
    caption="Above, eights, like those that a detector learns from: an ordinary one, then the "
    "eight that this course's will find most normal. Below, the nine other digits, which it meets for "
    "the first time when it is tested.",
    alt="Nine handwritten eights of MNIST, and below them the digits 0 to 7 and 9.",
)

# %% [markdown]
# An obvious idea: train an **autoencoder** on eights, a network that squeezes each image through
# six numbers, its *latents*, and rebuilds the image from them. What comes back with a large
# *error*, the mean squared difference of the pixels, is no eight.

# %% tags=["remove-input"]
lesson.predict(
    "00 rebuilt best",
    "An autoencoder that has learned from eights alone rebuilds the 18 images above. Which digit "
    "comes back with the smallest error?",
    options=list("0123456789"),
)

# %%
best = first.name[first.error.argmin()]

# %% tags=["remove-input"]
lesson.answer(
    "00 rebuilt best",
    best,
    """
    Its error is {one:.3f}; those of the nine eights are {low:.3f} to {high:.3f}. A one is a single
    stroke, and what can draw an eight can draw a stroke. By the error alone, it is the most normal
    image of all. With the five the idea works: it comes back as an eight, and its error is
    {five:.3f}.
    """,
    picture=lesson.figure(
        lesson.draw_images,
        *(1 - first.reconstruction, [f"{error:.3f}" for error in first.error]),
        columns=9,
        size=(7, 2),
        caption="The images as they come back, each under its error: the one has the smallest.",
        alt="The 18 images rebuilt. Eights are eights; the five looks like an eight, the one is "
        "still a one.",
    ),
    one=first.error[10],
    low=first.error[:9].min(),
    high=first.error[:9].max(),
    five=first.error[14],
)

# %% [markdown]
# ## 2 · Scores, and a detector of your own
#
# So the detector of this course looks at the latents as well. This is its way from an image to a
# score:
#
# $$ \text{image } x \;\to\; \text{latents } z_l \;\to\; \text{rebuilt } x' \;\to\;
#    \text{error } z_e, \text{ dissimilarity } z_c \;\to\; \text{network } T
#    \;\to\; \text{score } S $$
#
# 1. The *dissimilarity* $z_c$ is zero where $x$ and $x'$, taken as vectors of pixels, point the same
#    way. $z = (z_l, z_e, z_c)$ is the **composite feature**.
# 2. A **network, $T$, learns to tell** composite features of normal images **from noise**: random
#    points, drawn in a wide cloud around them from a density $p_n$ that we know. $T(z)$ is the
#    logarithm of a ratio: at $z$, how much denser are normal images than noise?
# 3. Add the logarithm of $p_n$, and the noise cancels: you have the logarithm of normal images'
#    density (lesson 05). The score is minus that: $S(x) = -T(z) - \ln p_n(z)$.
#
# **A higher score is more anomalous.** It is measured in *nats*, the unit of natural logarithms: one
# nat more is a density 2.7 times as low. Densities may exceed 1, so scores may be negative.
#
# Three images of the MNIST data set go with you through all lessons:

# %% tags=["remove-input"]
lesson.strip()

# %% tags=["remove-input"]
three = lesson.pictured()
mnist, digits = lesson.mnist_scores()
lesson.tell(
    """
    One latent of the *one* is farther from zero than any of the two eights' (the bars go from −4 to
    4). $T$ calls it noise, and {score:.1f} is more than {below:.0%} of MNIST's eights score. The
    *ugly eight* $T$ calls data, almost like the ordinary one; but where it lies even noise is rare,
    so its score is high. {above:.0%} of the eights score higher still: false alarms.
    """,
    score=three.score[2],
    below=(mnist[digits == 8] < three.score[2]).mean(),
    above=(mnist[digits == 8] > three.score[1]).mean(),
)

# %% tags=["remove-input"]
lesson.predict(
    "00 nearest digit",
    "The detector that has learned MNIST's eights has scored all 10,000 test images. Which of the "
    "other digits looks *most* like an eight to it: which has the lowest median score?",
    options=["0", "1", "2", "3", "4", "5", "6", "7", "9"],
)

# %%
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
    and half of its lower one. Looks are no proof, though: a three comes {place}th of the nine. The
    farthest away is the {last}, with {high:.1f}.
    """,
    picture=by_digit,
    low=medians[nearest],
    eight=medians["8"],
    last=max(medians, key=medians.get),
    high=max(medians.values()),
    place=sorted(medians, key=medians.get).index("3"),
)

# %% [markdown]
# Now fit one yourself. MNIST takes minutes; the small digits that come with scikit-learn, 8 by 8
# pixels, take seconds. Seven in ten of their eights are to learn from.

# %%
split = lesson.lesson_split(normal=[8], random_state=lesson.seed)
detector = CANCE(random_state=lesson.seed).fit(split.train)
is_anomaly = split.is_anomaly
scores = detector.anomaly_score(split.test)

# %% tags=["remove-input"]
lesson.tell(
    "{train} eights to learn from; {eights} new eights and {others} other digits to score. The "
    "median score of the new eights is {normal:.1f}, that of the others {anomalous:.1f}. Compare a "
    "score with others of the same detector, not with those of another one above.",
    train=len(split.train),
    eights=(~is_anomaly).sum(),
    others=is_anomaly.sum(),
    normal=lesson.np.median(scores[~is_anomaly]),
    anomalous=lesson.np.median(scores[is_anomaly]),
)

# %% [markdown]
# ## 3 · A threshold that keeps its promise
#
# To call an image anomalous you need a threshold. Take it from normal images, so high that no more
# than one in ten of them raises an alarm. Every second new eight is **set aside** for that; the
# others show whether the threshold keeps its promise.

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
    caption=f"Half of the eights set the threshold. Of the other half, {alarms.sum()} of "
    f"{alarms.size} new eights raise an alarm, and {found.mean():.0%} of the other digits are "
    "found. (Blue: both halves. The last bar stands for all scores beyond it.)",
    alt="Histograms of the scores: those of eights left of most others, with some overlap.",
)

# %% [markdown]
# About one in ten, as far as so few images can tell (lesson 07 says how far). But setting
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
promised_too_much = (detector.predict(eights) == -1).mean()  # beyond a tenth of what it saw

# %%
longer = {"steps": 1500, "random_state": lesson.seed}  # three times as many as yours took
flexible = CANCE(representation=detector.representation_, **longer)
stiff = CANCE(representation="pca", **longer)
memory = {
    name: lesson.alarms_while_learning(each.fit(split.train), split.train, eights)
    for name, each in {"autoencoder": flexible, "principal components": stiff}.items()
}
by_error, by_error_linear = (each.by_error for each in memory.values())


# %% tags=["remove-input"]
def who_memorised(said):
    return lesson.figure(
        lesson.draw_memorised,
        *(memory, 0.1, detector.history_.step[-1], said),
        size=(6.5, 3.4),
        caption="Who memorises? The autoencoder lifts the dots, $T$ lifts the curves. (Two new "
        "$T$ that learn for 1,500 steps.)",
        alt="Share of new eights that raise an alarm against T's steps: both curves rise, that of "
        "the autoencoder from a higher start.",
    )


# %% tags=["remove-input"]
lesson.answer(
    "00 training threshold",
    promised_too_much,
    """
    Over several splits {seeds:.0%}. Look at the dots first: alarms by the error alone, without any
    $T$. **The autoencoder has memorised the training images**: {error:.0%} of the new eights raise
    an alarm. Put principal components in its place, a linear map that is too stiff to memorise
    much, and it is {error_linear:.0%}.

    And $T$? The curves are the alarms by the score $S$ while two new $T$ learn for 1,500 steps. For
    some 300 steps little happens, then both rise, for $T$ sees the same {train} composite features
    again and again. (Yours stopped at 500, early in the rise.) **The longer $T$ learns from few
    images, the better it knows them by heart.** So set a threshold on images that nothing was
    trained on.
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
# `return np.quantile(scores, 1 - share)`, after `import numpy as np`. The lesson's
# `held_out_threshold` goes about one score higher: it promises something about *new* images
# (lesson 07).
# </details>
#
# ## 4 · Without a threshold, and what each part buys
#
# Memorising makes the *training* eights look too normal; the *order* of new eights and other digits
# can still be good, and then a new threshold puts things right. So judge the order by itself. The
# **ROC curve** takes all thresholds at once. The area under it, the AUROC, is the probability that a
# random anomaly scores higher than a random normal image; one half is chance.

# %%
wins = scores[is_anomaly][:, None] > scores[~is_anomaly]
area = lesson.auroc(is_anomaly, scores)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_roc_and_threshold,
    scores,
    is_anomaly,
    f"CANCE, area {area:.3f}",
    threshold,
    size=(3.6, 3.6),
    caption=f"Of all pairs of an eight and another digit, the other digit scores higher in "
    f"{wins.mean():.1%}: that is the area, {area:.3f}.",
    alt="ROC curve of CANCE on the digits, close to the upper left corner; the threshold of "
    "section 3 is a point near its bend.",
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
# latents alone (LatNCE; NCE, noise contrastive estimation, is what $T$ does); of the whole composite
# feature (CNCE); and that with artificial low errors added in training (CANCE; section 5).

# %% tags=["remove-input"]
lesson.predict(
    "00 ones by error",
    "On MNIST's eights the error alone wins 87 of 100 pairs. What share does it win where the other "
    "digit is a *one*?",
    unit="%",
    within=0.15,
)

# %%
against = lesson.mnist_aurocs_against()
aurocs, ones, fives = (each.mean(0) for each in against.values())


# %% tags=["remove-input"]
def by_variant(said):
    return lesson.figure(
        lesson.draw_aurocs_against,
        *(lesson.NAMES, against, {"ones": said}),
        size=(7.5, 2.4),
        caption="Against ones the error alone is worse than chance, against fives the latents are "
        f"weak; both together win {aurocs[2]:.1%} of all pairs, the error alone {aurocs[0]:.1%}. "
        "(1,000 training images, three seeds, recorded.)",
        alt="; ".join(
            f"{title}: " + ", ".join(f"{area:.0%}" for area in each.mean(0))
            for title, each in against.items()
        ),
    )


# %% tags=["remove-input"]
lesson.answer(
    "00 ones by error",
    ones[0],
    """
    Less than a half: it calls most ones *more* normal than an eight. The latents alone win
    {latents_ones:.0%} of these pairs. With fives it is the other way round, {error_fives:.0%} by
    the error and {latents_fives:.0%} by the latents. **Each half sees what the other one misses.**
    What the artificial errors of the fourth variant add, you see too: here, nothing. Lesson 02 asks
    what they are for.
    """,
    picture=by_variant,
    latents_ones=ones[1],
    error_fives=fives[0],
    latents_fives=fives[1],
)

# %% [markdown]
# ## 5 · What $T$ learns from
#
# In training, your detector's $T$ is shown three kinds of points, and told that two of them are data
# and one is noise. So, strictly, its score is minus the log-density of a mixture, half real and half
# artificial (Eq. 10). Lessons 01 and 02 need this picture; lesson 05 explains why it works.

# %%
shown = lesson.ingredients(detector, split.train)

# %% tags=["remove-input"]
lesson.figure(
    lesson.draw_ingredients,
    shown,
    size=(7, 2.6),
    caption="What $T$ learns from, along one of its inputs: errors of real eights; artificial "
    "errors between zero and the most likely one (lessons 01 and 02); and noise (lessons 05 and "
    "06), part of it below zero, where no error can be. They overlap: $T$ can learn how likely "
    "each is at a place, not which is which.",
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
# - A threshold from training images promises too much: the autoencoder knows them by heart, and $T$
#   the better, the longer it learns.
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
# them. How far depends on how many there are. Try it: add some to `split.train`.
# </details>
#
# 2. An AUROC of 0.97 sounds good. A hospital scans 10,000 normal images a day and one anomalous;
#    the threshold lets one normal image in ten raise an alarm. How many alarms a day?
#
# <details><summary>Answer</summary>
#
# About 1,000 false ones, and most likely the right one among them. The AUROC says nothing about how
# rare anomalies are. Lesson 07 comes back to it.
# </details>
#
# 3. Why is the density not estimated on the pixels themselves?
#
# <details><summary>Answer</summary>
#
# There are 64 or 784 of them, most nearly constant or nearly copies of their neighbours, and 122
# images say little about a density in so many dimensions. A few numbers are better, and section 3
# showed that $T$ learns even those of 122 images by heart.
# </details>

# %% tags=["remove-input"]
lesson.calibration()
