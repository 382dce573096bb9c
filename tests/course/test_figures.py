import json
import re
from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from cance_edu.course.animation import player
from cance_edu.course.features.figure import draw_overfitting, draw_squared_norms
from cance_edu.course.proposition.proof_figure import draw_curves
from cance_edu.course.scores.figure import draw_aurocs, draw_roc, draw_scores
from cance_edu.course.style import draw_images, line_style, marker_style, show

SCORES = np.array([0.0, 1.0, 2.0, 3.0, 10.0])
IS_ANOMALY = np.array([False, False, True, False, True])


def test_lines_and_points_among_several_are_all_different():
    assert len({str(line_style(place)) for place in range(35)}) == 35
    assert len({str(marker_style(place)) for place in range(7)}) == 7
    names = [f"curve {place}" for place in range(9)]
    lines = draw_curves(Figure().subplots(), [0, 1], {name: [0, 1] for name in names}, "y")
    assert [line.get_label() for line in lines] == names


def test_histograms_have_mass_one_and_the_threshold_is_where_it_was_put():
    axes = Figure().subplots()
    line = draw_scores(axes, SCORES, IS_ANOMALY, threshold=1.5)
    assert line.get_xdata() == [1.5, 1.5]
    for patch in axes.patches:
        x, y = patch.get_xy().T
        # A step polygon's area by the shoelace formula.
        area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        np.testing.assert_allclose(area, 1)
    assert axes.get_xlabel()
    assert axes.get_ylabel()


def test_roc_goes_through_the_shares_counted_by_hand():
    line = draw_roc(Figure().subplots(), SCORES, IS_ANOMALY, "a")
    false_alarms, found = line.get_data()
    points = set(zip(false_alarms.round(6).tolist(), found.tolist(), strict=True))
    assert {(0, 0), (0, 0.5), (0.333333, 0.5), (0.333333, 1), (1, 1)} <= points
    won = (SCORES[IS_ANOMALY][:, None] > SCORES[~IS_ANOMALY]).mean()
    assert np.trapezoid(found, false_alarms) == pytest.approx(won)


def test_bars_are_as_long_as_the_aurocs_in_percent():
    bars = draw_aurocs(Figure().subplots(), ["a", "b"], [0.9, 0.75])
    np.testing.assert_allclose([bar.get_width() for bar in bars], [90, 75])


def test_images_keep_their_pixels_and_empty_places_stay_empty():
    images = np.random.default_rng(0).random((3, 1, 4, 4))
    figure = Figure()
    draw_images(figure, images, list("abc"), columns=2)
    drawn = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    np.testing.assert_allclose(drawn, images[:, 0])
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", ""]


def test_a_shown_figure_is_a_png_with_alternative_text():
    picture = show(Figure(figsize=(1, 1)), "an empty page")
    assert Image.open(BytesIO(picture.data)).format == "PNG"
    _, metadata = picture._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == "an empty page"


def test_an_animation_asks_no_other_host_and_holds_its_captions():
    page = player([b"one", b"two"], ["K = 1", "</script> & <b>"], alt='a "quoted" word').data
    assert "http" not in page
    assert page.count("</script>") == 1
    captions = json.loads(re.search(r"captions = (\[.*?\]);", page)[1])
    assert captions == ["K = 1", "</script> & <b>"]
    assert 'alt="a &quot;quoted&quot; word"' in page


def test_an_animation_needs_a_caption_for_each_frame():
    with pytest.raises(ValueError, match="got 2 frames and 1 captions"):
        player([b"one", b"two"], ["a"], alt="")


def test_squared_norms_are_two_histograms_whose_bars_sum_to_one():
    axes = Figure().subplots()
    draw_squared_norms(axes, [1.0, 2.0, 4.0], [90.0, 100.0])
    heights = [[bar.get_height() for bar in bars] for bars in axes.containers]
    np.testing.assert_allclose([sum(of) for of in heights], 1)
    assert np.count_nonzero(heights[0]) == 3
    ticks = [float(text.get_text()) for text in axes.get_xticklabels()]
    assert ticks == [1, 2, 5, 10, 20, 50, 100]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["new normal images", "noise"]


def test_overfitting_has_a_line_for_each_training_and_two_names():
    axes = Figure().subplots()
    lines = draw_overfitting(axes, [1, 2], [[3.0, 1.0], [4.0, 2.0]], [[5.0, 6.0], [7.0, 8.0]])
    drawn = [list(line.get_ydata()) for line in lines]
    assert drawn == [[3, 1], [4, 2], [5, 6], [7, 8]]
    assert len({line.get_linestyle() for line in lines}) == 2
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["batches of training rows", "held-out rows"]
