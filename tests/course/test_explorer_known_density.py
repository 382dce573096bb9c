import math
import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import integrate, special, stats

from cance_edu.course.explorer import drive
from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.course.noise.known_density import known_density_view, known_fits
from cance_edu.course.noise.known_density_explorer import KnownDensityExplorer
from cance_edu.course.noise.known_density_figure import draw_known_density, move_known_density
from cance_edu.course.noise.known_errors import NOISE, errors, optimal_log_ratio

MEAN, COVARIANCE = NOISE.mean.numpy(), NOISE.covariance.numpy()
SCALES = [(1.0, 1.0), (1.25, 4.0)]


@pytest.fixture(scope="module")
def fits():
    return known_fits()


@pytest.fixture
def explorer():
    return KnownDensityExplorer()


def readout(explorer):
    """The numbers that the page shows, by name."""
    return dict(re.findall(r'data-name="([^"]*)">([^<]*)<', explorer.readout.value))


def log_truth(z):
    parts = zip(EXAMPLE.weights, EXAMPLE.means, EXAMPLE.covariances, strict=True)
    logs = [w.log().item() + stats.multivariate_normal(m, s).logpdf(z) for w, m, s in parts]
    return special.logsumexp(logs, axis=0)


def log_noise(z, scale):
    k = np.diag(scale)
    return stats.multivariate_normal(MEAN, k @ COVARIANCE @ k).logpdf(z)


# -- T* and the errors --------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_the_optimal_log_ratio_is_that_of_the_densities(scale):
    z = EXAMPLE.sample(50, torch.Generator().manual_seed(0))
    ours = optimal_log_ratio(z, torch.tensor(scale).double())
    np.testing.assert_allclose(ours, log_truth(z) - log_noise(z, scale), rtol=1e-9)


@pytest.mark.parametrize("scale", SCALES)
def test_the_optimal_log_ratio_has_no_error(scale):
    k = torch.tensor(scale).double()
    found = errors(lambda z: optimal_log_ratio(z, k), k)
    assert found.classifier == 0
    assert found.density == pytest.approx(0, abs=1e-6)
    assert found.mass == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("shift", [-0.5, 1.0])
def test_a_constant_added_changes_mass_and_classifier_but_not_the_normalised_density(scale, shift):
    k = torch.tensor(scale).double()
    found = errors(lambda z: optimal_log_ratio(z, k) + shift, k)
    assert found.mass == pytest.approx(math.exp(shift), rel=1e-6)
    assert found.density == pytest.approx(0, abs=1e-6)
    assert found.classifier > 0.01


@pytest.mark.parametrize("scale", SCALES)
def test_losses_by_counting_over_draws(scale):
    k = torch.tensor(scale).double()
    generator = torch.Generator().manual_seed(1)
    z = EXAMPLE.sample(200_000, generator).numpy()
    v = MEAN + (NOISE.sample(200_000, generator).numpy() - MEAN) * scale

    def labels_surprise(t_at_data, t_at_noise):
        """The mean of -ln of the probability given to the true label, and its standard error."""
        on_data, on_noise = np.logaddexp(0, -t_at_data), np.logaddexp(0, t_at_noise)
        variance = (on_data.var() + on_noise.var()) / len(on_data)
        return on_data.mean() + on_noise.mean(), math.sqrt(variance)

    best = (log_truth(u) - log_noise(u, scale) for u in (z, v))
    least, least_error = labels_surprise(*best)
    found = errors(lambda u: 0.3 * u[:, 0] - 0.1, k)
    assert found.least_loss == pytest.approx(least, abs=4 * least_error)
    loss, loss_error = labels_surprise(0.3 * z[:, 0] - 0.1, 0.3 * v[:, 0] - 0.1)
    assert found.least_loss + found.classifier == pytest.approx(loss, abs=4 * loss_error)


@pytest.mark.parametrize("scale", SCALES)
def test_the_density_error_of_a_gaussian_is_its_entropy_less_the_truths(scale):
    k = torch.tensor(scale).double()

    def gaussian(z):
        return NOISE.log_prob(z) - NOISE.log_prob(z, k)

    # Of all densities with these moments, the Gaussian's cross-entropy with p is its own entropy.
    cross_entropy = 0.5 * math.log(np.linalg.det(2 * math.pi * math.e * COVARIANCE))

    ends = np.linspace(-8, 8, 801)
    log_p = log_truth(np.stack(np.meshgrid(ends, ends), axis=-1))
    entropy = integrate.simpson(integrate.simpson(-np.exp(log_p) * log_p, ends), ends)
    found = errors(gaussian, k)
    assert found.density == pytest.approx(cross_entropy - entropy, abs=1e-6)
    assert found.mass == pytest.approx(1, abs=1e-6)


# -- summary and drawing ------------------------------------------------------------------------


def test_a_view_shows_truth_and_estimate_on_one_scale(fits):
    scale = (1.69, 2.5)
    view = known_density_view(fits, scale, seed=2)
    network = fits.log_ratio(scale, 2)
    (left, right), (low, high) = view.limits
    assert right - left == high - low == 10
    for row, column in ((0, 5), (30, 20), (63, 63)):
        z = np.array([left + 10 * (column + 0.5) / 64, low + 10 * (row + 0.5) / 64])
        fitted = network(torch.as_tensor(z)[None]).item()
        difference = view.truth[row, column] - view.estimate[row, column]
        # The truth's peak falls out of the difference.
        expected = fitted + log_noise(z, scale) - log_truth(z)
        assert difference == pytest.approx(expected, abs=1e-9)
    assert view.truth.min() == 0


def test_log_ratios_at_data_and_noise_are_those_of_the_points_drawn(fits):
    scale = (4.0, 1.25)
    view = known_density_view(fits, scale)
    network = fits.log_ratio(scale, 0)
    for points, (best, fitted) in ((view.data, view.on_data), (view.noise, view.on_noise)):
        exact = log_truth(points.T) - log_noise(points.T, scale)
        np.testing.assert_allclose(best, exact.clip(min=-12), atol=1e-9)
        ours = network(torch.as_tensor(points.T)).numpy()
        np.testing.assert_allclose(fitted, ours.clip(min=-12), atol=1e-9)
    narrow = known_density_view(fits, (1.0, 1.0)).noise
    np.testing.assert_allclose((view.noise - MEAN[:, None]).T, (narrow - MEAN[:, None]).T * scale)


def test_every_ellipse_lies_within_the_limits_of_the_noise(fits):
    view = known_density_view(fits, (6.0, 6.0))
    assert (view.noise_ellipse > view.noise_limits[:, :1]).all()
    assert (view.noise_ellipse < view.noise_limits[:, 1:]).all()


def test_a_fit_that_was_not_recorded_is_refused(fits):
    with pytest.raises(ValueError, match=r"no fit with K = \(1.0, 3.0\)"):
        known_density_view(fits, (1.0, 3.0))
    with pytest.raises(ValueError, match="and seed 9"):
        known_density_view(fits, (1.0, 1.0), seed=9)


def test_a_fit_is_looked_up_without_touching_the_random_state(fits):
    before = torch.get_rng_state()
    known_density_view(fits)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_drawing_shows_the_numbers_of_the_view(fits):
    artists = draw_known_density(Figure(layout="constrained"), known_density_view(fits))
    view = known_density_view(fits, (2.5, 6.0), seed=1)
    move_known_density(artists, view)
    np.testing.assert_allclose(artists.estimate.get_array(), view.estimate)
    np.testing.assert_allclose(artists.ellipse.get_data(), view.noise_ellipse)
    np.testing.assert_allclose(artists.noise.get_data(), view.noise)
    np.testing.assert_allclose(artists.on_data.get_data(), view.on_data)
    np.testing.assert_allclose(artists.on_noise.get_data(), view.on_noise)
    for (line, others), recorded in (
        (artists.classifier, fits.classifier_error),
        (artists.density, fits.density_error),
    ):
        np.testing.assert_array_equal(line.get_xdata(), fits.scales)
        np.testing.assert_array_equal(line.get_ydata(), recorded[1, :, 5])
        heights = others.get_ydata().reshape(len(fits.seeds), -1)
        np.testing.assert_array_equal(heights, recorded[:, :, 5])
    assert set(artists.chosen.get_xdata()) == {2.5}
    assert artists.title.get_text() == "errors, with K of coordinate 2 at 6"


# -- the widget ---------------------------------------------------------------------------------


def test_every_control_can_be_moved_to_both_ends_and_the_middle(explorer):
    start = readout(explorer)
    assert drive(explorer) == 3 * 4
    assert readout(explorer) == start
    assert all(control.description for control in explorer.controls.values())


@pytest.mark.parametrize(("first", "second", "seed"), [(0, 0, 0), (3, 2, 1), (5, 5, 2)])
def test_the_readout_has_the_recorded_errors(explorer, fits, first, second, seed):
    explorer.controls["first_scale"].value = fits.scales[first]
    explorer.controls["second_scale"].value = fits.scales[second]
    explorer.controls["seed"].value = seed
    shown, place = readout(explorer), (seed, first, second)
    assert (shown["K 1"], shown["K 2"]) == (f"{fits.scales[first]:g}", f"{fits.scales[second]:g}")
    assert shown["seed"] == str(seed)
    assert shown["least loss"] == f"{fits.least_loss[first, second]:.3f}"
    assert shown["classifier error"] == f"{fits.classifier_error[place]:.4f}"
    assert shown["density error"] == f"{fits.density_error[place]:.4f}"
    assert shown["mass"] == f"{fits.mass[place]:.3f}"


def test_a_slider_moves_the_picture_and_draws_no_background(explorer, monkeypatch):
    monkeypatch.setattr(explorer.canvas, "refresh_background", lambda: pytest.fail("drawn anew"))
    for name, value in (("first_scale", 6.0), ("second_scale", 2.5), ("seed", 2)):
        before = explorer.picture.value
        explorer.controls[name].value = value
        assert explorer.picture.value != before


def test_blitting_shows_what_a_full_drawing_shows(explorer):
    explorer.controls["first_scale"].value = 4.0
    blitted = explorer.canvas.pixels()[..., :3].astype(int)
    for artist in explorer.canvas.moving:
        artist.set_animated(False)
    explorer.canvas.agg.draw()
    whole = explorer.canvas.pixels()[..., :3].astype(int)
    assert (np.abs(blitted - whole).max(axis=2) > 40).mean() < 0.003
