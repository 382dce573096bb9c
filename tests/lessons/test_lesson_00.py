"""What lesson 00 draws: who memorised, what T is shown, scores by digit, the recorded images."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from cance_edu.course import recordings
from cance_edu.course.contrast.ingredients import ingredients
from cance_edu.course.contrast.ingredients_figure import draw_ingredients
from cance_edu.course.lesson00 import first_images, mnist_aurocs_against
from cance_edu.course.pictured import pictured
from cance_edu.course.scores.figure import draw_scores
from cance_edu.course.scores.groups_figure import (
    draw_aurocs_against,
    draw_aurocs_over_seeds,
    draw_by_digit,
)
from cance_edu.course.scores.memorised import Alarms, alarm_rate, alarms_while_learning
from cance_edu.course.scores.memorised_figure import draw_memorised
from cance_edu.course.scores.rates_figure import draw_roc_and_threshold
from cance_edu.course.scores.summary import aurocs_by_group
from cance_edu.course.style import ANOMALY, NORMAL
from cance_edu.detectors.cance import CANCE
from cance_edu.method.composite import reconstruction_error


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return (rng.random((60, 1, 8, 8)) * rng.random((60, 1, 1, 8))).astype(np.float32)


@pytest.fixture(scope="module")
def detector(images):
    return CANCE(representation="pca", steps=120, random_state=0).fit(images[:40])


def test_the_alarm_rate_is_the_share_above_the_trainings_quantile():
    assert alarm_rate(np.arange(100), [95, 85, 89.5, 200], 0.1) == 0.75
    assert alarm_rate(np.arange(100), np.arange(100), 0.1) == 0.1


def test_alarms_by_error_are_those_of_the_error_and_each_record_has_its_own(detector, images):
    alarms = alarms_while_learning(detector, images[:40], images[40:], 0.2)
    before, after = (
        detector.composite_features(part)[:, -2] for part in (images[:40], images[40:])
    )
    assert alarms.by_error == np.mean(after > np.quantile(before, 0.8))
    np.testing.assert_array_equal(alarms.step, detector.history_.step)
    assert len(alarms.by_score) == len(alarms.step)


def test_alarms_by_score_are_those_of_the_detector_that_learned_so_long(images):
    """T is kept from the last fifth: with one record there, the detector's own scores are its."""
    detector = CANCE(representation="pca", steps=20, random_state=0).fit(images[:40])
    alarms = alarms_while_learning(detector, images[:40], images[40:], 0.2)
    before, after = (detector.anomaly_score(part) for part in (images[:40], images[40:]))
    last = [i for i, step in enumerate(alarms.step) if step > 16]
    rate = np.mean(after > np.quantile(before, 0.8))
    assert rate in alarms.by_score[last]


def test_training_images_alone_raise_as_many_alarms_as_was_asked_for(detector, images):
    alarms = alarms_while_learning(detector, images[:40], images[:40], 0.1)
    np.testing.assert_allclose(alarms.by_score, 0.1)
    assert alarms.by_error == 0.1


def test_who_memorised_is_drawn_with_the_guess():
    alarms = Alarms(np.array([0, 10]), np.array([0.2, 0.6]), 0.3)
    axes = Figure().subplots()
    (curve,) = draw_memorised(axes, {"a": alarms}, 0.1, stopped=5, said=0.4)
    np.testing.assert_array_equal(curve.get_ydata(), [0.2, 0.6])
    heights = {line.get_label(): line.get_ydata()[0] for line in axes.lines}
    assert heights["error alone, a"] == 0.3
    assert [text.get_text() for text in axes.texts] == ["your T stopped here", "10% asked for"]
    assert [5, 5] in [list(line.get_xdata()) for line in axes.lines]
    assert [0.1, 0.1] in [list(line.get_ydata()) for line in axes.lines]
    assert heights["your guess"] == 0.4


def test_what_t_is_shown_is_real_artificial_and_noise(detector, images):
    shown = ingredients(detector, images[:40])
    np.testing.assert_allclose(shown.real, detector.composite_features(images[:40])[:, -2])
    assert len(shown.artificial) == len(shown.noise) == 40
    assert 0 <= shown.artificial.min() <= shown.artificial.max() <= shown.mode
    wide = float(detector.scale_[-2] * detector.noise_.standard_deviation[-2])
    assert 0.6 < shown.noise.std() / wide < 1.4
    np.testing.assert_array_equal(shown.noise, ingredients(detector, images[:40]).noise)
    assert (shown.noise != ingredients(detector, images[:40], seed=1).noise).any()


def test_the_three_rows_are_the_three_kinds(detector, images):
    shown = ingredients(detector, images[:40])
    rows = draw_ingredients(Figure().subplots(), shown)
    for line, values, row in zip(
        rows, (shown.real, shown.artificial, shown.noise), (0, -1, -2), strict=True
    ):
        np.testing.assert_array_equal(line.get_xdata(), values)
        assert abs(np.asarray(line.get_ydata()) - row).max() < 0.5


def test_digits_are_ordered_by_their_medians_and_the_guess_is_marked():
    axes = Figure().subplots()
    scores, labels = [5, 6, 7, 1, 2, 3, 8, 9, 10], [3, 3, 3, 8, 8, 8, 1, 1, 1]
    assert draw_by_digit(axes, scores, labels, 8, "3") == [2, 6, 9]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["8", "3", "1"]
    assert to_rgba(axes.lines[0].get_color()) == to_rgba(NORMAL)
    assert to_rgba(axes.lines[2].get_color()) == to_rgba(ANOMALY)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["your guess"]


def test_bars_are_means_over_seeds_and_dots_the_seeds():
    axes = Figure().subplots()
    bars = draw_aurocs_over_seeds(axes, ["a", "b"], [[0.8, 0.6], [0.9, 0.6]], said=0.7)
    np.testing.assert_allclose([bar.get_width() for bar in bars], [85, 60])
    np.testing.assert_allclose(axes.lines[0].get_xdata(), [80, 90])
    np.testing.assert_allclose(axes.lines[-1].get_xdata(), [70, 70])


def test_each_kind_of_anomaly_has_a_panel_and_the_guess_its_own():
    figure = Figure()
    aurocs = {"ones": [[0.3, 0.9]], "fives": [[0.9, 0.7]]}
    bars = draw_aurocs_against(figure, ["a", "b"], aurocs, {"ones": 0.6})
    ones, fives = figure.axes
    np.testing.assert_allclose([[b.get_width() for b in row] for row in bars], [[30, 90], [90, 70]])
    assert [axes.get_title() for axes in figure.axes] == ["against ones", "against fives"]
    assert ones.get_legend() is not None
    assert fives.get_legend() is None
    assert ones.get_ylim() == fives.get_ylim()


def test_a_threshold_is_a_point_of_the_roc_curve():
    axes = Figure().subplots()
    point = draw_roc_and_threshold(axes, [1, 2, 3, 4], [False, True, False, True], "a", 2.5)
    assert (point.get_xdata(), point.get_ydata()) == ([0.5], [0.5])
    assert [0.5, 0.5] in np.column_stack(axes.lines[0].get_data()).tolist()


def test_scores_beyond_the_right_edge_are_counted():
    axes = Figure().subplots()
    draw_scores(axes, [0, 1, 2, 30, 400], [False, False, True, True, True], 1.5, right_edge=10)
    assert [text.get_text() for text in axes.texts] == ["2 more, up to 400 →"]


def test_the_recorded_images_come_with_names_and_numbers():
    three = pictured()
    assert three.name == ("an ordinary eight", "an ugly eight", "a one")
    assert three.image.shape == three.reconstruction.shape == (3, 1, 28, 28)
    assert 0.9 < three.image.max() <= 1
    np.testing.assert_allclose(
        reconstruction_error(three.image, three.reconstruction), three.error, atol=2e-4
    )
    assert pictured("others").name == tuple("012345679")
    assert set(pictured("lowest").name) == {"8"}
    assert "8" not in pictured("highest").name
    assert pictured("highest").score.min() > pictured("lowest").score.max()
    with pytest.raises(ValueError, match="'best'; expected one of named"):
        pictured("best")


def test_the_first_images_are_nine_eights_and_the_other_digits():
    first = first_images()
    assert first.name == tuple("8" * 9 + "012345679")
    np.testing.assert_array_equal(first.image[[0, 10]], pictured().image[[0, 2]])
    np.testing.assert_array_equal(first.score[1:9], pictured("lowest").score)
    assert len(first.error) == len(first.reconstruction) == 18


def test_the_aurocs_against_all_others_are_the_mean_of_those_against_each():
    recording, against = recordings.load("mnist_eights"), mnist_aurocs_against()
    scores, labels = recording["scores"][1, 0], recording["test_labels"]
    by_digit = aurocs_by_group(scores, labels != 8, labels)
    assert against["ones"][1, 0] == by_digit[1]
    assert against["fives"][1, 0] == by_digit[5]
    assert against["all other digits"][1, 0] == pytest.approx(np.mean(list(by_digit.values())))
