"""Lesson 07b, failures that one number hides: what it claims, and on what."""

import numpy as np
from scipy.stats import spearmanr

from cance_edu.course import recordings
from cance_edu.course.lesson07 import EVEN, aurocs
from cance_edu.datasets import digits
from cance_edu.experiments import auroc
from tests.lessons.claims import claim, guarantee, measured

LIVE = "digits, even digits normal, seeds 0 to 2"
SMALL = "digits, one split, the even digits normal, five recorded seeds of training"


@guarantee(scope=SMALL, was=["07-047", "07-048"])
def the_latents_alone_hardly_see_noise(recorded, blind):
    latent_alone, noise = recorded[:, 1], 3
    assert (latent_alone[:, noise] < 0.65).all()
    others = np.delete(latent_alone, noise, axis=1)
    assert (others.min(1) > latent_alone[:, noise] + 0.1).all()
    assert blind == "noise"


@claim(
    "the error alone sees noise better than CANCE does, for every seed", scope=SMALL, was=["07-049"]
)
def the_error_sees_noise_better(recorded):
    error_alone, composite, noise = recorded[:, 0], recorded[:, 3], 3
    assert (error_alone[:, noise] > composite[:, noise]).all()


@guarantee(scope=SMALL)
def over_the_four_defects_the_error_alone_does_as_well(means, recorded):
    assert abs(means[0].mean() - means[3].mean()) < 0.002
    assert recorded[:, [0, 3]].min() > 0.9 > 0.65 > means[1].min()


@guarantee(scope=SMALL, was=["07-050"])
def a_missing_piece_and_noise_are_harder(recorded):
    erased, line, shift, noise = range(4)
    hard, easy = recorded[:, 3][:, [erased, noise]], recorded[:, 3][:, [line, shift]]
    assert (hard.max(1) < easy.min(1)).all()


@guarantee(scope="digits, five seeds", on=["digits"])
def the_latents_are_a_good_part_of_the_loss_on_noise(regained, alone, errors, composite):
    assert measured("07b regained on noise", regained) > 0.3
    assert composite["noise"] < min(errors["noise"], alone["noise"])


@guarantee(scope="digits, five seeds", on=["digits"])
def the_latents_are_not_all_that_the_density_costs(alone, errors, composite):
    assert all(errors[each] < alone[each] for each in ("noise", "shift"))
    assert errors["shift"] < composite["shift"]
    assert abs(errors["erased"] - composite["erased"]) < 0.015


@guarantee(scope="digits, five seeds", on=["digits"])
def without_the_latents_other_digits_are_seen_worse(errors, composite):
    assert measured("07b auroc without latents", errors["odd digit"]) < composite["odd digit"]


@guarantee(scope=SMALL, was=["07-051", "07-052", "07-053"])
def five_seeds_agree_on_the_auroc_and_not_on_the_misses(
    five, by_all, by_any, shared, missed, odd, seeds_that_miss
):
    areas = aurocs()[EVEN][:, 3]
    assert (round(areas.min(), 3), round(areas.max(), 3)) == (0.970, 0.981)
    assert spearmanr(five.T).statistic.min() > 0.8
    assert by_all < 0.5 * by_any
    assert 0.7 < shared.mean() < 0.8, "about three quarters"
    assert not missed[:, ~odd].any()
    assert (by_any, by_all) == (missed.any(0).sum(), missed.all(0).sum())
    assert seeds_that_miss[1] == (missed.sum(0) == 1).sum()
    assert by_any - by_all == 2 * by_all, "twice as many are missed by some"


@guarantee(scope=SMALL)
def by_chance_they_would_share_a_few_in_a_hundred(missed, odd, shared):
    shuffled = [np.random.default_rng(seed).permutation(missed[0][odd]) for seed in range(200)]
    by_chance = np.mean([(missed[1][odd] & each).sum() / missed[1].sum() for each in shuffled])
    assert abs(by_chance - missed[0].sum() / odd.sum()) < 0.01
    assert 0.05 < missed[:, odd].mean() < 0.08 < 0.5 < shared.min()


@guarantee(scope=SMALL)
def what_all_five_miss_are_mostly_ones(labels, missed, tested_digits, ones, by_all):
    assert ones == sum(digit == 1 for digit in labels[missed.all(0)]) >= 0.9 * by_all
    assert np.array_equal(digits().labels_of(tested_digits), labels)


@guarantee(scope=SMALL)
def the_mean_of_five_scores_is_better_than_one(five, odd, missed):
    together = five.mean(0)
    assert auroc(odd, together) > np.mean([auroc(odd, each) for each in five])
    passed = together <= np.quantile(together[~odd], 0.9)
    assert ((odd & passed).sum() < missed.sum(1)).sum() == 4


@guarantee(scope=LIVE, was=["07-054", "07-055", "07-056", "07-057"])
def threes_in_training_cost_new_threes(lost, others):
    assert measured("07b lost on threes", lost[3]) > 0.08
    assert max(lost, key=lost.get) == 3
    assert others < 0.5 * lost[3]


@guarantee(scope=LIVE)
def a_contamination_moves_no_score(careless, split):
    order = np.argsort(careless.anomaly_score(split.test[:200]))
    before = careless.offset_
    careless.offset_ = before - 1
    assert np.array_equal(np.argsort(careless.anomaly_score(split.test[:200])), order)
    careless.offset_ = before
    assert (careless.predict(split.test[:200]) == 1).any()


@guarantee(scope=LIVE, was=["07-058", "07-061"])
def a_folder_of_images_is_enough(own_auroc, my_images):
    assert measured("07b auroc own folder", own_auroc) > 0.7
    assert (my_images / "normal").is_dir()


@guarantee(scope=LIVE, was=["07-059", "07-060"])
def the_folder_has_what_was_written(own):
    assert len(own.train) == 200
    assert own.is_anomaly.sum() == 120


@guarantee(scope=LIVE, was=["07-004"])
def a_file_gives_the_same_scores(restored, own_detector, own, kept):
    assert np.array_equal(restored.anomaly_score(own.test), own_detector.anomaly_score(own.test))
    assert kept


@guarantee(scope="noise, and the ones; digits, five seeds", on=["digits"])
def the_larger_of_two_ranks_is_not_far_from_the_better_of_the_two(
    trained, detector, images, kind, split, is_anomaly, digit, good
):
    def rank(fitted, some):
        return np.searchsorted(np.sort(fitted.anomaly_score(good)), fitted.anomaly_score(some))

    noisy, ones = images[kind == "noise"], split.test[digit == 1]
    for anomalies in (noisy, ones):
        some = np.concatenate([good, anomalies])
        truth = np.arange(len(some)) >= len(good)
        by_error, by_score = (rank(d, some) for d in (trained["error alone"], detector))
        areas = [auroc(truth, r) for r in (by_error, by_score, np.maximum(by_error, by_score))]
        assert areas[2] > max(areas[:2]) - 0.03
        assert areas[2] > min(areas[:2]) - 0.005, "where the two are as good, it may lose a little"


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 4
    assert "Your calibration over 4 predictions" in page.text


@guarantee(scope="the recording")
def the_recording_is_of_the_four_defects_and_variants():
    recording = recordings.load("digits_ablation")
    assert [str(name) for name in recording["defects"]] == ["erased", "line", "shift", "noise"]
    assert [str(name) for name in recording["variants"]] == ["error", "latnce", "cnce", "cance"]
