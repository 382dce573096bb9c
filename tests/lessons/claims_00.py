"""Lesson 00, start here: what it claims, and on what."""

import numpy as np
import torch

from cance_edu.course import recordings
from cance_edu.course.pictured import pictured
from tests.lessons.claims import claim, guarantee, measured

EIGHTS = "MNIST's eights, one recorded detector (seed 0, 6 latents, 5,851 training images)"
DIGITS = "digits' eights, 122 training images, seeds 0 to 4"
SMALL = "MNIST's eights, 1,000 training images, three recorded seeds"


@guarantee(scope=EIGHTS)
def the_one_is_rebuilt_best_and_its_latents_give_it_away(first, three, best, mnist, digits):
    assert best == "1"
    assert first.name[10] == "1", "the answer says its error"
    assert first.name[14] == "5", "the answer says its error"
    assert first.error.argmin() == 10
    assert first.name[:9] == ("8",) * 9
    assert first.error[14] > first.error[:9].max(), "with the five the idea works"
    assert three.error[2] < min(three.error[:2])
    largest = abs(three.features[:, :-2]).max(1)
    assert largest[2] > max(largest[:2])
    assert largest.max() < 4, "the bars go from -4 to 4"
    lowest = np.sort(mnist[digits == 8])[:8]
    np.testing.assert_allclose(np.sort(first.score[1:9]), lowest, atol=0.01)


@guarantee(scope=EIGHTS)
def the_ugly_eight_is_data_to_t_and_scores_high_as_noise_is_rare_there(three, mnist, digits, page):
    ordinary, ugly, one = three.log_ratio
    assert one < 0, "T calls it noise"
    assert 0 < ordinary - ugly < 0.2, "T calls it data, almost like the ordinary one"
    log_noise = -three.score - three.log_ratio
    assert log_noise[1] < log_noise.min(where=[True, False, True], initial=np.inf) - 4
    below, above = page.numbers(r"more than (\d+)% of MNIST's eights[\s\S]*?(\d+)% of the eights")
    assert below == round(100 * (mnist[digits == 8] < three.score[2]).mean())
    assert above == round(100 * (mnist[digits == 8] > three.score[1]).mean())


@guarantee(scope="digits and MNIST, every recorded seed")
def the_score_is_minus_t_minus_the_log_density_of_the_noise(detector, split, scores):
    z = torch.from_numpy(detector.composite_features(split.test))
    with torch.no_grad():
        log_ratio = detector.log_ratio_(z).numpy().ravel()
    log_noise = detector.noise_.log_prob(z, detector.scale_.double()).numpy()
    np.testing.assert_allclose(scores, -log_ratio - log_noise, rtol=1e-5, atol=1e-4)


@guarantee(scope=EIGHTS)
def a_nine_is_nearest_and_a_two_farthest(medians, nearest):
    assert nearest == "9"
    assert sorted(medians, key=medians.get).index("3") == 5, "a three comes fifth"
    assert max(medians, key=medians.get) == "2"
    assert min(medians, key=medians.get) == "8"


@claim("no threshold tells eights from the others without a mistake", scope=EIGHTS)
def scores_of_eights_and_others_overlap(medians):
    recording = recordings.load("mnist_pictures")
    scores, labels = recording["test_scores"], recording["test_labels"]
    for digit in set(range(10)) - {8}:
        assert scores[labels == digit].min() < np.quantile(scores[labels == 8], 0.95)


@guarantee(was=["00-001", "00-002"], scope="digits and MNIST, every recorded seed")
def the_highest_scores_are_anomalies_and_the_lowest_mostly_eights(scores, is_anomaly):
    order = np.argsort(scores)
    assert is_anomaly[order[-8:]].all()
    assert is_anomaly[order[:8]].sum() <= 2


@guarantee(scope=f"{DIGITS}; MNIST")
def a_threshold_from_eights_set_aside_keeps_its_promise_about(alarms, found, page):
    assert measured("00 alarms at the held-out threshold", alarms.mean()) < 0.31
    assert measured("00 found at the held-out threshold", found.mean()) > 0.3
    count, new, share = page.numbers(r"(\d+) of (\d+) new eights raise an alarm, and (\d+)% of")
    assert count == alarms.sum()
    assert new == len(alarms)
    assert share == round(100 * found.mean())


@guarantee(was=["00-003", "00-004"], scope=f"{DIGITS}; MNIST")
def a_threshold_from_training_images_promises_too_much(promised_too_much):
    assert measured("00 alarms on new normal images", promised_too_much) > 0.15


@claim("The autoencoder has memorised the training images", scope=DIGITS, on=["digits"])
def the_autoencoder_has_memorised(memory, promised_too_much):
    flexible, stiff = memory["autoencoder"], memory["principal components"]
    assert measured("00 alarms by error, autoencoder", flexible.by_error) > 0.25
    assert measured("00 alarms by error, components", stiff.by_error) < flexible.by_error - 0.1
    assert promised_too_much > 0.4
    assert abs(promised_too_much - flexible.by_error) < 0.16, "T of 500 steps adds little"


@claim(
    "The longer $T$\nlearns from few images, the better it knows them by heart.",
    scope=f"{DIGITS}, 1,500 steps",
    on=["digits"],
)
def a_longer_training_memorises(memory, promised_too_much, detector):
    assert detector.history_.step[-1] == 500
    for each in memory.values():
        assert each.step[-1] == 1500
        first = each.by_score[each.step < 300]
        assert first.max() - first.min() < 0.16, "for some 300 steps little happens"
        assert abs(first.mean() - each.by_error) < 0.1
        between = each.by_score[(each.step > 300) & (each.step < 1200)].mean()
        late = each.by_score[each.step > 1200].mean()
        assert first.mean() < between < late
        assert late > first.mean() + 0.2
    longest = memory["autoencoder"].by_score[-1]
    assert promised_too_much < longest - 0.1, "yours stopped early in the rise"


@guarantee(scope=DIGITS, on=["digits"])
def the_training_eights_look_too_normal(detector, split, scores, is_anomaly):
    training = np.median(detector.anomaly_score(split.train))
    assert training < np.median(scores[~is_anomaly]) - 1.5
    assert np.median(scores[~is_anomaly]) < np.median(scores[is_anomaly]) - 20


@guarantee(was=["00-005", "00-006"], scope="digits and MNIST, every recorded seed")
def the_area_is_the_share_of_pairs_won(area, wins):
    measured("00 auroc cance", area)
    assert abs(wins.mean() - area) < 1e-3


@claim("Each half sees what the other one misses.", scope=SMALL)
def each_half_sees_what_the_other_one_misses(against):
    error, latents, together, augmented = against["all other digits"].T
    assert (together > error + 0.03).all()
    assert (together > latents + 0.03).all()
    assert abs(augmented - together).max() < 0.015
    error, latents, together, _ = against["ones"].T
    assert error.max() < 0.5, "less than a half"
    assert (latents > error + 0.4).all()
    assert (together > error + 0.4).all()
    error, latents, together, _ = against["fives"].T
    assert (error > latents + 0.2).all()
    assert (together > latents + 0.2).all()


@guarantee(scope=EIGHTS)
def the_five_is_rebuilt_worse_than_eights_and_its_latents_are_not_far_out():
    five = pictured("others").name.index("5")
    eights = np.append(pictured("lowest").error, pictured().error[:2])
    assert pictured("others").error[five] > eights.max()
    assert abs(pictured("others").features[five, :-2]).max() < 2.8


@guarantee(was=["00-007", "00-008", "00-010"], scope="digits' eights, five recorded seeds")
def on_the_digits_the_latents_alone_are_worst_and_the_error_alone_is_nearly_enough():
    recording = recordings.load("digits_ablation")
    assert recording["tasks"][0] == "one digit"
    error, latents, together, augmented = recording["aurocs"][0].mean(0)
    assert latents + 0.05 < min(error, together, augmented)
    assert max(together, augmented) < error + 0.05


@guarantee(was=["00-009"], scope=SMALL)
def the_latents_alone_are_worst(against):
    aurocs = against["all other digits"]
    assert (aurocs.argmin(1) == 1).all()
    assert aurocs[:, 0].mean().round(2) == 0.87, "the question says 87 of 100"


@guarantee(scope=DIGITS, on=["digits"])
def at_one_alarm_in_ten_most_anomalies_are_found(scores, is_anomaly):
    assert np.mean(scores[is_anomaly] > np.quantile(scores[~is_anomaly], 0.9)) > 0.8


@guarantee(scope="digits and MNIST, every recorded seed")
def artificial_errors_end_at_the_mode_and_noise_goes_below_zero(shown, detector):
    assert 0 <= shown.artificial.min() <= shown.artificial.max() <= shown.mode
    assert shown.noise.min() < 0 < shown.real.min()
    real, noise = np.quantile(shown.real, [0.1, 0.9]), np.quantile(shown.noise, [0.1, 0.9])
    assert np.mean((real[0] < shown.noise) & (shown.noise < real[1])) > 0.4, "they overlap"
    assert noise[0] < np.median(shown.artificial) < noise[1]
    assert (detector.scale_ >= 1).all(), "the noise is as wide as the data or wider"


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 4
    assert "Your calibration over 4 predictions" in page.text
