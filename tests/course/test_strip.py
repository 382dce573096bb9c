"""The strip: the numbers are the recording's, and those belong together."""

import numpy as np
import pytest

from cance_edu.course import recordings
from cance_edu.course.recordings.mnist_pictures import NAMED, SETTINGS, chosen
from cance_edu.course.strip import PARTS, strip
from cance_edu.detectors.cance import CANCE
from cance_edu.method.composite import cosine_dissimilarity, reconstruction_error


@pytest.fixture(scope="module")
def recording():
    return recordings.load("mnist_pictures")


def test_the_recorded_features_are_those_of_the_recorded_images(recording):
    before, after = (recording[n][:, None] / 255 for n in ("images", "reconstructions"))
    error, dissimilarity = recording["features"][:, -2:].T
    np.testing.assert_allclose(reconstruction_error(before, after), error, atol=2e-4)
    np.testing.assert_allclose(cosine_dissimilarity(before, after), dissimilarity, atol=2e-3)


def test_the_images_are_those_that_the_scores_choose(recording):
    rows = chosen(recording["test_scores"], recording["test_labels"])
    np.testing.assert_array_equal(recording["test_labels"][rows], recording["labels"])
    np.testing.assert_allclose(recording["test_scores"][rows], recording["scores"], rtol=1e-6)
    assert len(NAMED) == 3
    assert recording["labels"][:3].tolist() == [8, 8, 1]
    assert SETTINGS["normal"] == [8]


def test_the_caption_says_what_is_so(recording):
    error, (ordinary, ugly, one) = recording["features"][:, -2], recording["scores"][:3]
    assert error[2] < min(error[:2]), "the one is rebuilt best of all"
    assert ordinary < one < ugly
    assert f"still scores {one:.1f}" in strip().caption


def test_the_ugly_eight_is_a_false_alarm_of_the_gaussian_and_not_of_t(recording):
    log_ratio, scores = recording["log_ratio"][:3], recording["scores"][:3]
    assert CANCE().noise_ratio == 1, "S = -ln p_n - T"
    assert log_ratio[1] > 0, "T takes it for an eight"
    assert scores[1] > scores[2], "and yet it scores above the one"
    assert np.argmax(scores + log_ratio) == 1, "it lies farthest out"
    assert f"$-\\ln p_n = {scores[1] + log_ratio[1]:.1f}$" in strip().caption


@pytest.mark.parametrize("lit", [(), ("features",), ("noise", "contrast", "score")])
def test_the_strip_is_small_and_says_its_numbers(lit):
    picture = strip(*lit)
    assert len(picture.png) < 45_000  # 60 kB as base64
    assert "an ordinary eight: error 0.026" in picture.alt
    assert ("what is lit" in picture.caption) == bool(lit)


def test_other_parts_lit_is_another_picture():
    assert len({strip(part).png for part in PARTS}) == len(PARTS)


def test_an_unknown_part_is_named():
    with pytest.raises(ValueError, match=r"no part \['mixture'\]"):
        strip("mixture")
