"""Lesson 07, CANCE end to end: what it claims, and on what."""

import math
import re
from fractions import Fraction

import numpy as np
from scipy import stats

from cance_edu.course import recordings
from cance_edu.course.lesson07 import EIGHT, EIGHTS, EVEN, PAPER
from cance_edu.course.pictured import pictured
from cance_edu.course.scores import summary
from cance_edu.course.scores.explorer import ScoreExplorer
from cance_edu.course.scores.thresholds import held_out_threshold, promised_rank
from cance_edu.datasets import load_one_class
from cance_edu.experiments import auroc
from cance_edu.method.nce import anomaly_score
from tests.lessons.claims import claim, guarantee, measured, proved_in

LIVE = "digits, even digits normal, seeds 0 to 2; its main figures on MNIST, seeds 0 to 2"
SMALL = "digits, one split, five recorded seeds of training"
MNIST = "MNIST's eights, 1,000 training images, three recorded seeds"


@guarantee(scope=LIVE, was=["07-001"])
def the_one_number(area, is_anomaly, scores, page):
    measured("07 auroc cance", area)
    assert area == auroc(is_anomaly, scores)
    assert page.numbers(r"\*\*AUROC ([\d.]+)\*\*") == [round(area, 3)]


@claim("A score is Eq. 6, with the trained $T$ and $K$", scope=LIVE, was=["07-002"])
def a_score_is_eq_6(by_hand, scores, log_ratio, log_noise, detector):
    assert np.allclose(by_hand.cpu(), scores)
    assert np.allclose(anomaly_score(log_ratio, log_noise, detector.noise_ratio), scores)


@guarantee(scope=LIVE)
def two_scores_are_worked_out(first, is_anomaly, by_hand, scores, page):
    assert (is_anomaly[first] == [False, True]).all()
    for row in first:
        pattern = r"(-?[\d.]+) \| " + re.escape(f"{scores[row]:.2f} |") + r"(?:\n|$)"
        shown = page.numbers(pattern)
        assert shown == [round(float(by_hand[row]), 2)]


@guarantee(scope="the strip's two eights, MNIST")
def the_eights_differ_by_the_noise_s_density():
    images = pictured()
    t, s = images.log_ratio, images.score
    log_noise = -(s + t)  # Eq. 6, noise ratio 1
    assert abs(t[0] - t[1]) < 0.2
    assert (s[1] - s[0]).round(1) == 9.1
    assert 0.95 < (log_noise[0] - log_noise[1]) / (s[1] - s[0]) < 1


@guarantee(scope="digits, the eight alone normal", on=["digits"])
def there_are_122_eights_to_learn_from():
    assert len(load_one_class("digits", [8]).train) == 122


@guarantee(scope=LIVE)
def what_was_learned_from_gets_lower_scores(detector, split, normal_scores):
    learned = detector.anomaly_score(split.train)
    new = np.repeat([False, True], [len(learned), len(normal_scores)])
    assert auroc(new, np.concatenate([learned, normal_scores])) > 0.55


@guarantee(scope=LIVE, was=["07-003"])
def the_threshold_of_fit_is_a_quantile_of_its_training_scores(detector, split):
    training_scores = detector.anomaly_score(split.train)
    training_threshold = np.percentile(training_scores, 100 * (1 - detector.contamination))
    assert np.isclose(training_threshold, -detector.offset_)


@claim(
    "LatNCE is last for every seed, on every task shown here",
    scope=f"{SMALL}, two tasks; {MNIST}; the paper's printed means",
    was=["07-005"],
)
def the_latents_alone_are_last(aurocs):
    assert all((table.argmin(1) == 1).all() for table in aurocs.values())
    assert [len(table) for table in aurocs.values()] == [5, 5, 3, 1]
    names = [str(name) for name in recordings.load("digits_ablation")["variants"]]
    assert names == ["error", "latnce", "cnce", "cance"]


@guarantee(scope=f"{SMALL}; {MNIST}; the paper", was=[f"07-{i:03d}" for i in range(6, 12)])
def the_gain_depends_on_the_task(gain, winner):
    assert winner == "five seeds cannot tell"
    assert -1 < gain[EIGHT].min() < 0 < gain[EIGHT].max() < 1, "of either sign"
    assert stats.ttest_1samp(gain[EIGHT], 0).pvalue > 0.1
    assert round(gain[EVEN].mean(), 1) == 0.6
    assert 0 < gain[EVEN].min() < 0.1, "one seed: next to nothing"
    assert ((gain[EIGHTS] > 5) & (gain[EIGHTS] < 8)).all()
    assert np.isclose(gain[PAPER], 8.8)


@guarantee(scope=f"{SMALL}; {MNIST}; the paper", was=["07-011", "07-012"])
def the_artificial_errors_change_less_than_a_point(aurocs):
    extra = {task: 100 * (table[:, 3] - table[:, 2]) for task, table in aurocs.items()}
    assert np.isclose(extra[PAPER], 1.0)
    ours = np.concatenate([extra[EIGHT], extra[EVEN], extra[EIGHTS]])
    assert -1 < ours.min() < 0 < ours.max() < 1


@guarantee(scope=SMALL, was=["07-013"])
def an_auroc_is_the_mean_of_its_kinds(digit_aurocs, aurocs):
    labels = recordings.load("digits_ablation")["test_labels"]
    areas = digit_aurocs[EVEN]["CANCE"]
    together = np.average(list(areas.values()), weights=[(labels == k).sum() for k in areas])
    assert np.isclose(together, aurocs[EVEN][:, 3].mean())


@guarantee(scope=f"{SMALL}, the even digits; {MNIST}", was=[f"07-{i:03d}" for i in range(14, 19)])
def the_gain_is_on_the_ones(digit_aurocs, won, top, error_alone, from_top):
    small = digit_aurocs[EVEN]
    on_digits = {k: small["CANCE"][k] - small["Error"][k] for k in small["CANCE"]}
    assert max(on_digits, key=on_digits.get) == 1
    assert top == 1
    assert error_alone[1] < 0.4
    assert digit_aurocs[EIGHTS]["LatNCE"][1] > 0.85
    assert from_top > 0.8
    assert sorted(digit for digit, gained in won.items() if gained < 0) == [0, 2, 9]
    labels = recordings.load("mnist_eights")["test_labels"]
    assert len({(labels == digit).sum() for digit in won}) == 1
    assert max(abs(gained) for digit, gained in won.items() if digit != 1) < 0.06
    left, right = (
        np.ptp([area for areas in digit_aurocs[task].values() for area in areas.values()])
        for task in (EVEN, EIGHTS)
    )
    assert 2 < right / left < 2.5, "the right scale spans more than twice as much"


@guarantee(scope=f"{MNIST}, the 1s")
def on_the_ones_the_latents_alone_beat_the_whole():
    recording = recordings.load("mnist_eights")
    labels = recording["test_labels"]
    rows = np.isin(labels, [1, 8])
    for _, latents, both, whole in recording["scores"][..., rows]:
        areas = [auroc(labels[rows] == 1, each) for each in (latents, both, whole)]
        assert areas[0] > max(areas[1:])


@guarantee(scope=MNIST, was=["07-019", "07-020"])
def the_error_finds_more_at_one_percent(aurocs, found, recorded, no_eight, page):
    ahead = 100 * (aurocs[EIGHTS][:, 3] - aurocs[EIGHTS][:, 0])
    assert (abs(ahead - 6.3) < 0.7).all()
    assert (found[:, 0] > found[:, 3]).all()
    assert page.numbers(r"There the error alone finds (\d+)%") == [round(100 * found[:, 0].mean())]
    assert found[0, 0] > found[0, 3]
    assert aurocs[EIGHTS][:, 0].mean().round(2) == 0.87, "as lesson 00 has it"
    assert aurocs[EIGHTS][:, 2].mean().round(2) == 0.93, "both together"
    for rate in (0.04, 0.05, 0.06, 0.08, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9):
        limits = np.quantile(recorded[..., ~no_eight], 1 - rate, axis=-1)
        at_rate = (recorded[..., no_eight] > limits[..., None]).mean(-1)
        assert (at_rate[:, 3] > at_rate[:, 0]).all()


@guarantee(scope=LIVE)
def the_cliff_is_one_normal_image(scores, is_anomaly, normal_scores):
    highest = np.sort(normal_scores)[-2:]
    before = (scores[is_anomaly] > highest[1]).sum()
    within = ((scores > highest[0]) & ~is_anomaly).sum()
    assert (before > 0) & (within == 1)


@guarantee(scope=LIVE, was=["07-022", "07-023"])
def in_the_hospital_one_alarm_in_a_thousand_is_real(alarms_a_day, hospital, page):
    assert 950 < alarms_a_day < 1050
    assert hospital.precision < 0.0011
    real = page.numbers(r"alarms a day, ([\d.]+)% of them real")
    assert real == [round(100 * hospital.precision, 2)]


@guarantee(scope=LIVE, was=["07-021", "07-024", "07-025"])
def rarer_anomalies_make_fewer_alarms_real(here, scores, is_anomaly):
    assert here.precision > 0.8
    curves = summary.decision_curves(scores, is_anomaly)
    one_in_100 = summary.decision_curves(scores, is_anomaly, 1e-2)
    assert np.nanmin(curves.precision - one_in_100.precision) >= 0
    assert np.nanmax(curves.precision - one_in_100.precision) > 0.5
    assert np.array_equal(curves.false_positive_rate, one_in_100.false_positive_rate)
    assert (1 - 1e-4) ** (~is_anomaly).sum() > 0.9  # sets without any alarm
    t, f = here.true_positive_rate, here.false_positive_rate
    share = f / (t + f)  # at which pi t = (1 - pi) f
    assert np.isclose(summary.precision(t, f, share), 0.5)
    assert np.isclose(summary.precision(1, 1e-4, 1 / 10_001), 0.5, atol=1e-3)


@guarantee(scope=LIVE, was=["07-026", "07-027", "07-028", "07-029"])
def the_explorer_is_as_it_was_given_and_another_one_moves(scores, is_anomaly, split, threshold):
    another = ScoreExplorer(scores, is_anomaly, split.test, threshold)
    another.controls["anomaly_share"].value = 0.001
    assert another.decision.precision < 0.02
    another.controls["threshold"].value = scores[~is_anomaly].max()
    assert another.decision.false_positives == 0
    assert "no alarm" in another.readout.value or another.decision.precision == 1


@guarantee(scope=LIVE)
def the_students_explorer_was_not_moved(explorer, threshold):
    at = explorer.controls["threshold"]
    assert abs(at.value - threshold) <= at.step
    assert explorer.controls["anomaly_share"].index == 0


@guarantee(scope=f"{LIVE}: more than twice the promise", was=["07-030", "07-031"])
def the_threshold_of_fit_breaks_its_promise(training_alarms, page):
    assert measured("07 false alarms, training threshold", training_alarms) > 0.2
    assert page.numbers(r"and \*\*(\d+)%\*\* of\s+the new normal images raise an") == [
        round(100 * training_alarms)
    ]


K_rests = proved_in(
    "tests/method/test_nce.py::test_k_rests_in_the_last_fifth_while_the_network_goes_on",
    "hold $K$ for the last fifth of the steps",
    scope="every objective of K",
)


the_best_T_is_kept = proved_in(
    "tests/method/test_nce.py::"
    "test_network_of_least_held_out_loss_is_taken_but_only_from_where_k_rests",
    "keep the $T$ of least loss on the tenth",
    scope="any record of training",
)


proof_of_the_ranks = proved_in(
    "tests/course/test_explorer_scores.py::test_the_promised_rate_holds_for_the_last_of_n_plus_one",
    scope="n of 9 to 99, rates of 0.01 to 0.25, each score left out in turn",
)


@guarantee(scope=LIVE, was=["07-032", "07-033", "07-034"])
def the_counts_follow_the_beta_binomial_law(counts, law, m, low, high):
    assert abs(np.mean(counts) - law.mean()) < 4 * law.std() / math.sqrt(2000)
    assert law.mean() <= 0.1 * m
    inside = np.mean([(low <= count) & (count <= high) for count in counts])
    assert 0.93 < inside < 0.99


@guarantee(scope="150 ranks, 18%")
def rounding_first_matters():
    assert math.ceil(150 * (1 - 0.18)) == 124
    assert promised_rank(149, 0.18) == 123
    assert Fraction(150) * (1 - Fraction(18, 100)) == 123


@guarantee(scope=LIVE)
def the_rate_of_one_threshold_varies_less_than_the_counts(law, n, m, low, high):
    k = promised_rank(n, 0.1)
    rate = stats.beta(n + 1 - k, k).ppf([0.025, 0.975])
    assert low / m < rate[0] < rate[1] < high / m
    assert np.isclose(law.mean() / m, (n + 1 - k) / (n + 1))


@guarantee(scope=LIVE, was=["07-035"])
def the_spread_is_wider_than_a_binomials(law, m):
    binomial_deviation = math.sqrt(m * 0.1 * 0.9)
    assert abs(law.std() / binomial_deviation - 1.4) < 0.05


@guarantee(scope="digits", on=["digits"], was=["07-036"])
def of_134_images_5_to_24(m, low, high):
    assert (m, low, high) == (134, 5, 24)


@guarantee(scope=LIVE, was=["07-037"])
def the_lowest_promise_is_at_the_largest_score(scores, order, n):
    held_out = order[:n]
    assert held_out_threshold(scores[held_out], 1 / (n + 1)) == scores[held_out].max()
    assert Fraction(1, 9_999 + 1) == Fraction(1, 10_000)


@guarantee(scope=LIVE, was=["07-038", "07-039"])
def the_held_out_threshold_keeps_its_promise_about(raised, order, n, law, promised, detector):
    new = order[n:]
    assert law.ppf(0.0005) <= raised[new].sum() <= law.ppf(0.9995)
    assert promised > -detector.offset_


@guarantee(scope="99 held-out images, a promise of 1%")
def one_held_out_set_in_twenty_is_off_by_three_times():
    assert 0.045 < stats.beta(1, 99).sf(0.03) < 0.055
    assert np.isclose(stats.beta(1, 99).sf(0.03), 0.97**99)


@guarantee(scope="the hospital: t about 1 or 1/2, f 0.1")
def a_second_independent_look_makes_ten_times_as_many_real(hospital):
    t, f = hospital.true_positive_rate, hospital.false_positive_rate
    once, twice = (summary.precision(t**k, f**k, 1 / 10_001) for k in (1, 2))
    assert np.isclose(twice / (1 - twice) / (once / (1 - once)), t / f)
    assert 0.002 < twice < 0.011


@guarantee(scope=LIVE, was=["07-040", "07-043"])
def what_is_missed_is_mostly_ones_or_nines(digit, is_anomaly, missed):
    assert np.array_equal(digit % 2 == 1, is_anomaly)
    assert np.isin(digit[missed], [1, 9]).mean() > 0.5


@guarantee(scope=LIVE, was=["07-041", "07-042"])
def it_is_sure_of_even_digits_and_of_anomalies(is_anomaly, ranked):
    assert not is_anomaly[ranked[:8]].any()
    assert is_anomaly[ranked[-8:]].sum() >= 6


@guarantee(scope=LIVE, was=["07-044", "07-045"])
def missed_anomalies_are_rebuilt_well_and_false_alarms_badly(medians, accused, z):
    found, missed = medians["anomalies that are found"], medians["anomalies that are missed"]
    assert missed < 0.7 * found
    assert np.median(z[accused.copy(), -2]) > 1.3 * medians["normal images"]
    assert medians["normal images"] < missed < medians["false alarms"] < found


@guarantee(scope="digits, seeds 0 to 4", on=["digits"], was=["07-043", "07-046"])
def on_the_digits_ones_are_missed(digit, missed, medians):
    found = medians["anomalies that are found"]
    assert (digit[missed] == 1).mean() > 0.5
    assert medians["anomalies that are missed"] < 0.5 * found


@guarantee(scope=LIVE)
def the_case_file_is_of_this_one_detector(areas, hardest, is_anomaly, digit, area, page):
    sizes = [(digit[is_anomaly] == k).sum() for k in areas]
    assert np.isclose(np.average(list(areas.values()), weights=sizes), area)
    assert areas[hardest] == min(areas.values())
    (shown,) = re.findall(r"([\d.]+) on the (\d)s, at least ([\d.]+) on other digits", page.text)
    others = min(value for kind, value in areas.items() if kind != hardest)
    assert shown == (f"{areas[hardest]:.3f}", str(hardest), f"{others:.3f}")


@guarantee(scope="digits, seeds 0 to 4", on=["digits"])
def the_ones_are_hardest_on_the_digits(hardest):
    assert hardest == 1


@guarantee(scope=LIVE)
def most_of_what_is_accused_comes_back_badly(accused, is_anomaly, z):
    errors = z[:, -2].numpy()
    usual = np.median(errors[~is_anomaly])
    assert (errors[accused] > usual).mean() > 0.6


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 6
    assert "Your calibration over 6 predictions" in page.text
