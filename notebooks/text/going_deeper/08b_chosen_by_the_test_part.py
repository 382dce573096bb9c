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
# # 08b · Chosen by the test part
#
# **You need:** [lesson 08](../08_other_detectors.ipynb), section 4.
#
# When you are done, you will be able to
#
# 1. read a detector's loss in the code, and write where DROCC may search;
# 2. say what it was worth to keep the epoch that the test part likes best;
# 3. tell luck from information;
# 4. say what a one-class detector may be chosen by.

# %%
from cance_edu.course import lesson08b as lesson

# %% [markdown]
# ## 1 · Three losses
#
# Lesson 08 wrote losses as formulas. Here are three of them as the code has them, with their
# descriptions taken away. Say of each what makes it small.

# %%
lesson.show_source(lesson.svdd_loss)

# %%
lesson.show_source(lesson.sad_loss)  # labels: -1 for an anomaly, 1 for normal, 0 for unknown

# %%
lesson.show_source(lesson.drocc_loss)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first: all outputs at the centre. The second: those of normal and unknown images at the
# centre,
# those of anomalies far away from it. The third: a large logit for each normal image, a very
# negative one for each point around it; it is positive, and comes near 0.
# </details>
#
# `on_negatives` are the logits of points $x + h$ around a normal image $x$. DROCC walks up the
# gradient to find the worst of them, and may not leave the shell $r \le \|h\| \le \gamma r$: after
# every tenth step each $h$ is brought back, in its own direction.
#
# **Your turn.** Write that. `steps` has a row for each image; none of them is zero.

# %%
from cance_edu.classroom import check


def my_project(steps, radius, gamma):
    return ...


check.project(my_project)

# %% [markdown]
# <details><summary>One answer</summary>
#
# ```python
# length = lesson.np.linalg.norm(steps, axis=1, keepdims=True)
# return steps / length * lesson.np.clip(length, radius, gamma * radius)
# ```
#
# The course's own takes images as well, which have more axes: `lesson.show_source(lesson.project)`.
# </details>
#
# ## 2 · Keep the best epoch
#
# How long do you train? DROCC's released trainer (`drocc_trainer.py` in microsoft/EdgeML) has an
# answer. After every epoch it computes the AUROC of a loader called `val_loader`, and at the end it
# prints the best of all epochs. The main program for CIFAR-10 hands it the *test* loader. Whether
# the DROCC of Tables 4, 6 and 7 was chosen so, the paper does not say.
#
# DROCC takes too long for a lesson. So take another detector that is trained by epochs: lesson 08's
# small Deep SVDD, without biases and with $\lambda = 0.01$, on each of the ten digits. It learns
# from
# nine tenths of the images, in 600 steps, and after every ten steps you look at the test part.

# %% tags=["remove-input"]
lesson.predict(
    "08b best epoch",
    "After the last step the mean AUROC over the ten digits is 81%. Keep for each digit the step "
    "at which its test AUROC was highest. What is the mean then?",
    unit="percent",
    within=1,
)

# %%
splits = [lesson.load_one_class("digits", [digit]) for digit in range(10)]
paths = [lesson.follow_svdd(s, False, 0.01, lesson.seed) for s in splits]  # no bias, λ = 0.01
areas = lesson.np.array([path.auroc for path in paths])  # (digits, steps)
last, best = areas[:, -1].mean(), areas.max(1).mean()

# %% tags=["remove-input"]
kept = lesson.np.array([path.steps[path.auroc.argmax()] for path in paths])
chosen_by_others = [lesson.np.delete(areas, digit, 0).mean(0).argmax() for digit in range(10)]
by_others = areas[range(10), chosen_by_others].mean()
lesson.answer(
    "08b best epoch",
    100 * best,
    """
    That is {gain:.1f} points more than after the last step; over seeds {gains:.1f} more. The
    trainings are the same ten; only where you stop is new. For {early} digits of ten that is by
    step 50, for the others it is later, up to step {latest}. And what one digit's test part says
    holds for this digit alone: stop each digit where the *nine others* are best on average, and the
    mean is {by_others:.1%}.

    **A number that chose its own epoch is no test any more.** But is the kept network better, or
    was it lucky?
    """,
    picture=lesson.figure(
        lesson.draw_paths,
        *(paths[0].steps, areas),
        size=(7, 3.4),
        caption="Ten trainings of one small Deep SVDD. If the test part may choose, the dashed "
        "line is printed; the end of the black line is what you had announced.",
        alt=f"Ten curves of AUROC over 600 steps. Their mean ends at {last:.2f}; their highest "
        f"points lie at steps {min(kept)} to {max(kept)} and are {best:.2f} on average.",
    ),
    gain=100 * (best - last),
    gains=lesson.over_seeds("08b gain of the best step"),
    early=(kept <= 50).sum(),
    latest=max(kept),
    by_others=by_others,
)

# %% [markdown]
# ## 3 · Luck, or information?
#
# Two things can be in that gain. *Luck*: of sixty steps one is the best on these very images, and
# would not be on others. *Information*: the labels say when to stop, and what they say holds for
# other images too. There is a way to tell. Cut the test part into two random halves. Choose the
# step on one, and measure on the other.

# %% tags=["remove-input"]
lesson.predict(
    "08b halves",
    "How much of the gain is left on the other half?",
    options=["less than a quarter", "a quarter to a half", "more than a half"],
)

# %%
on_chooser, on_other = [], []
for one, other in [path.of_halves for path in paths] + [path.of_halves[::-1] for path in paths]:
    on_chooser.append(one.max() - one[-1])
    on_other.append(other[one.argmax()] - other[-1])
share = lesson.np.mean(on_other) / lesson.np.mean(on_chooser)

# %% tags=["remove-input"]
lesson.answer(
    "08b halves",
    "less than a quarter"
    if share < 0.25
    else "a quarter to a half"
    if share < 0.5
    else "more than a half",
    """
    {one:.1f} points on the half that chose, {other:.1f} on the other (each half chose once; by
    digit from {least:+.1f} to {most:+.1f}). That is {share:.0%}; over seeds {shares:.0%}. Luck is
    small, although a half has only some {normal} normal images: all steps are judged on the *same*
    images, and their errors move together. **Most of the gain is information**: labelled anomalies
    told each training when to stop.

    So the kept network is better, and still the number is none of a one-class detector. That is one
    without labelled anomalies; this one has used hundreds, of the very kinds that it is tested on.
    Lesson 08's Deep SAD says so when it is shown ten.
    """,
    one=100 * lesson.np.mean(on_chooser),
    other=100 * lesson.np.mean(on_other),
    least=100 * min(on_other),
    most=100 * max(on_other),
    share=share,
    shares=lesson.over_seeds("08b share of the gain on other images"),
    normal=round(lesson.np.mean([(~s.is_anomaly).sum() / 2 for s in splits])),
)

# %% [markdown]
# What may you choose by? Normal images that were kept from training. A tenth of them was, all the
# while: twelve for each digit. So keep, for each digit, the step at which *their* loss is lowest.

# %% tags=["remove-input"]
by_loss = [path.auroc[path.held_out_loss.argmin()] for path in paths]
with_bias = [lesson.follow_svdd(s, True, 0.0, lesson.seed) for s in splits]
by_loss_too = [path.auroc[path.held_out_loss.argmin()] for path in with_bias]
changes = [chosen - path.auroc[-1] for chosen, path in zip(by_loss_too, with_bias, strict=True)]
last_too = lesson.np.mean([path.auroc[-1] for path in with_bias])
best_too = lesson.np.mean([path.auroc.max() for path in with_bias])
lesson.tell(
    """
    | AUROC, mean of ten digits | the last step | the least held-out loss | the test part's choice |
    |---|---|---|---|
    | no bias, $\\lambda = 0.01$ | {last:.1%} | {by_loss:.1%} | {best:.1%} |
    | bias, $\\lambda = 0$ | {last_too:.1%} | {by_loss_too:.1%} | {best_too:.1%} |

    Without biases twelve normal images change the mean by {first:+.1f} points, with biases by
    {second:+.1f}, most of it on one digit, the {digit} ({on_digit:+.1f}). You cannot count on them:
    their loss says how near *normal* images land, and lesson 08 has shown how little that says of
    anomalies. So name a number of steps before you begin, or choose by normal images, and say
    which.
    """,
    last=last,
    by_loss=lesson.np.mean(by_loss),
    best=best,
    last_too=last_too,
    by_loss_too=lesson.np.mean(by_loss_too),
    best_too=best_too,
    first=100 * (lesson.np.mean(by_loss) - last),
    second=100 * (lesson.np.mean(by_loss_too) - last_too),
    digit=lesson.np.argmax(changes),
    on_digit=100 * max(changes),
)

# %% [markdown]
# ## Recap
#
# - A loss is a few lines. Read them before you believe a name.
# - Keeping the best epoch by the test part was worth points, and no method had changed.
# - Most of that was not luck: labels of anomalies are information, and a one-class detector has
#   none.
# - Ask of a published column: who chose the epoch, the radius, the rate? If nobody says, the lead
#   over a system that was not chosen so may be that choice.
#
# ## Questions
#
# 1. Somebody chooses the epoch on one half of the test part and prints the AUROC of the other half.
#    Is that fair?
#
# <details><summary>Answer</summary>
#
# It is an honest estimate of a detector that was *tuned with labels*, if it is printed once. It is
# no
# estimate of a one-class detector, and unfair beside columns that had no labels.
# </details>
#
# 2. Suppose that two columns of a table were both tuned by test labels, one over sixty epochs and
#    one over ten numbers of latents. Is the comparison fair then?
#
# <details><summary>Answer</summary>
#
# No. What labels are worth depends on how far apart the choices lie, not on how many there are. The
# fair number of labels is none.
# </details>
#
# 3. You have twenty labelled anomalies, and you will meet others. What do you do with them?
#
# <details><summary>Answer</summary>
#
# Train on them (Deep SAD), or keep them for one last look. If they choose your settings, do not
# also
# report them; and expect less on kinds of anomalies that are not among them.
# </details>
#
# ## Where to read on
#
# - Sachin Goyal and others, *DROCC: deep robust one-class classification*, 2020, and its code.
# - Gavin Cawley and Nicola Talbot, *On over-fitting in model selection and subsequent selection
#   bias
#   in performance evaluation*, 2010.

# %% tags=["remove-input"]
lesson.calibration()
