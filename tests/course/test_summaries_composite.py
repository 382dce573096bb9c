from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from scipy import stats
from scipy.spatial.distance import cdist

from cance_edu.course.composite.figure import (
    draw_comparison,
    draw_moments,
    draw_plane,
    moments_animation,
    move_moments,
)
from cance_edu.course.composite.summary import (
    compare_features,
    running_frames,
    squared_mahalanobis,
)
from cance_edu.course.ellipse import ellipse

RNG = np.random.default_rng(0)
MIX = RNG.normal(size=(5, 5))
TRAINING = RNG.normal(size=(300, 5)) @ MIX + 3
NORMAL = RNG.normal(size=(200, 5)) @ MIX + 3
POINTS = TRAINING[:103, :2]


def test_the_distance_is_that_of_scipy():
    inverse = np.linalg.inv(np.cov(TRAINING.T, bias=True))
    centre = TRAINING.mean(0)[None]
    expected = cdist(NORMAL, centre, "mahalanobis", VI=inverse)[:, 0] ** 2
    np.testing.assert_allclose(squared_mahalanobis(TRAINING, NORMAL), expected)


def test_the_distance_is_the_gaussian_log_density():
    gaussian = stats.multivariate_normal(TRAINING.mean(0), np.cov(TRAINING.T, bias=True))
    twice = -2 * gaussian.logpdf(NORMAL)
    differences = twice - squared_mahalanobis(TRAINING, NORMAL)
    np.testing.assert_allclose(differences, differences[0])


def test_the_distance_of_the_training_points_has_the_dimension_as_its_mean():
    assert squared_mahalanobis(TRAINING, TRAINING).mean() == pytest.approx(5)


def comparison():
    """Anomalies that differ in one latent alone, and in the error alone."""
    far_latent, far_error = NORMAL.copy(), NORMAL.copy()
    far_latent[:, 0] += 30
    far_error[:, 3] += 30
    return compare_features(TRAINING, NORMAL, {"latent": far_latent, "error": far_error})


def test_each_set_of_features_sees_what_is_in_its_columns():
    compared = comparison()
    assert compared.auroc("latents", "latent") == 1
    assert compared.auroc("latents", "error") == pytest.approx(0.5)
    assert compared.auroc("error", "error") == 1
    assert compared.auroc("error", "latent") == pytest.approx(0.5)
    assert compared.aurocs[2:].min() == 1


def test_an_auroc_is_the_share_of_pairs_won():
    compared = compare_features(TRAINING, NORMAL[:100], {"shifted": NORMAL[100:] + 1})
    usual = squared_mahalanobis(TRAINING[:, :3], NORMAL[:100, :3])
    odd = squared_mahalanobis(TRAINING[:, :3], NORMAL[100:, :3] + 1)
    assert compared.auroc("latents", "shifted") == pytest.approx((odd[:, None] > usual).mean())


def test_an_alarm_is_a_score_above_95_percent_of_the_normal_ones():
    found = comparison().found["latents", "error"]
    assert found.mean() == pytest.approx(0.05)
    assert comparison().found["latents", "latent"].all()


@pytest.mark.parametrize("frames", [1, 2, 10, 34])
def test_running_moments_end_at_those_of_all_points(frames):
    views = running_frames(POINTS, frames)
    assert len(views) == frames
    assert sum(len(view.batch) for view in views) == len(views[-1].seen) == len(POINTS)
    np.testing.assert_allclose(views[-1].mean, POINTS.mean(0))
    np.testing.assert_allclose(views[-1].covariance, np.cov(POINTS.T, bias=True))
    np.testing.assert_allclose(views[-1].ellipse, views[-1].full_ellipse)


def test_every_frame_has_the_moments_of_what_was_seen():
    for view in running_frames(POINTS, 7):
        np.testing.assert_allclose(view.covariance, np.cov(view.seen.T, bias=True))
        np.testing.assert_array_equal(view.seen[-len(view.batch) :], view.batch)


def test_the_ellipse_lies_where_chi_squared_says():
    mean, covariance = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 0.5]])
    curve = ellipse(mean, covariance).T - mean
    distances = np.einsum("ij,jk,ik->i", curve, np.linalg.inv(covariance), curve)
    np.testing.assert_allclose(distances, stats.chi2(2).ppf(0.95))


def test_the_comparison_is_drawn_in_percent():
    axes = Figure().subplots()
    compared = comparison()
    lines = draw_comparison(axes, compared, "title")
    assert [line.get_label() for line in lines] == ["latent", "error"]
    np.testing.assert_allclose(lines[0].get_xdata(), 100 * compared.aurocs[:, 0])
    assert [label.get_text() for label in axes.get_yticklabels()] == list(compared.features)
    assert lines[0].get_marker() != lines[1].get_marker()


def test_the_plane_holds_every_group():
    groups = {"normal": np.exp(POINTS), "faint": np.exp(POINTS[:7])}
    normal, faint = draw_plane(Figure().subplots(), groups, "title")
    np.testing.assert_allclose(normal.get_offsets(), groups["normal"])
    np.testing.assert_allclose(faint.get_offsets(), groups["faint"])


def test_moments_move_to_another_frame():
    first, *_, last = running_frames(POINTS, 5)
    artists = draw_moments(Figure().subplots(), first)
    assert len(artists.seen.get_xdata()) == 0
    move_moments(artists, last)
    np.testing.assert_array_equal(artists.batch.get_xydata(), last.batch)
    np.testing.assert_array_equal(artists.seen.get_xydata(), last.seen[: -len(last.batch)])
    np.testing.assert_array_equal(artists.ellipse.get_xydata(), last.ellipse.T)
    assert len(artists.moving) == 3


def test_the_animation_has_a_small_picture_for_each_frame(monkeypatch):
    received = {}

    def keep(frames, captions, alt, **settings):
        received.update(frames=frames, captions=captions, alt=alt)

    monkeypatch.setattr("cance_edu.course.composite.figure.player", keep)
    moments_animation(running_frames(POINTS, 4), "what is seen")
    assert received["alt"] == "what is seen"
    assert received["captions"][-1] == f"batch 4: {len(POINTS)} images"
    pictures = [np.asarray(Image.open(BytesIO(f)).convert("RGB")) for f in received["frames"]]
    assert len(pictures) == 4
    assert all(len(frame) < 15_000 for frame in received["frames"])
    assert all((pictures[0] != other).any() for other in pictures[1:])
