"""What lesson 03 draws: chance, collapse, the bound, the walk, conditioning against detection."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from cance_edu.course import recordings
from cance_edu.course.covariance.bound import (
    chance_loss,
    least_eigenvalue,
    smallest_eigenvalues,
)
from cance_edu.course.covariance.bound_figure import draw_bound
from cance_edu.course.covariance.chance import independent_correlations, root_mean_square
from cance_edu.course.covariance.collapse_figure import draw_collapse
from cance_edu.course.covariance.conditioning import conditionings
from cance_edu.course.covariance.conditioning_figure import draw_conditioning
from cance_edu.course.covariance.summary import latent_spread
from cance_edu.course.covariance.walk import latent_walk
from cance_edu.course.covariance.walk_figure import draw_walk
from cance_edu.course.recordings import conditioning as recorded
from cance_edu.method.autoencoder import convolutional_autoencoder, covariance_loss
from cance_edu.training.autoencoder import latent_covariance
from cance_edu.training.device import private_randomness
from cance_edu.training.sources import Source

IMAGES = np.random.default_rng(0).random((60, 1, 8, 8), dtype=np.float32)


@pytest.fixture(scope="module")
def model():
    with private_randomness(0):
        model = convolutional_autoencoder((1, 8, 8), 4, hidden=16)
    with torch.no_grad():
        model.train()
        model.encode(torch.from_numpy(IMAGES))  # the batch norm's averages
    return model.eval()


# -- chance -------------------------------------------------------------------------------------


def test_independent_latents_correlate_by_one_over_the_root_of_n_minus_1():
    found = independent_correlations(60, 101)
    np.testing.assert_allclose(np.diag(found), 1)
    assert abs(root_mean_square(found) - 0.1) < 0.005
    assert root_mean_square([[1, 0.6], [0.6, 1]]) == pytest.approx(0.6)


def test_the_least_eigenvalue_is_reached_where_all_others_are_equal():
    for d, rho in ((4, -0.2), (32, -1 / 31)):
        covariance = np.full((d, d), rho) + (1 - rho) * np.eye(d)
        assert np.linalg.eigvalsh(covariance)[0] == pytest.approx(
            least_eigenvalue(rho**2, d), abs=1e-12
        )


def test_no_correlation_matrix_has_a_smaller_eigenvalue():
    rng = np.random.default_rng(0)
    for _ in range(200):
        correlations = np.corrcoef(rng.normal(size=(5, rng.integers(6, 60))))
        loss = root_mean_square(correlations) ** 2
        assert np.linalg.eigvalsh(correlations)[0] >= least_eigenvalue(loss, 5) - 1e-12


def test_eq_2_is_the_variance_of_the_eigenvalues():
    for n, d in ((40, 3), (60, 8)):
        z = torch.randn(n, d, generator=torch.Generator().manual_seed(d)).double().cumsum(1)
        z = (z - z.mean(0)) / z.std(0, correction=0)
        eigenvalues = np.linalg.eigvalsh(np.cov(z.numpy().T, bias=True))
        assert covariance_loss(z).item() * (d - 1) == pytest.approx(eigenvalues.var())


def test_the_loss_of_independent_latents_in_a_batch_is_what_chance_gives():
    batches = torch.rand(500, 31, 8, generator=torch.Generator().manual_seed(0)).double()
    batches = (batches - batches.mean(1, keepdim=True)) / batches.std(1, correction=0)[:, None]
    average = torch.stack([covariance_loss(batch) for batch in batches]).mean()
    assert abs(average / chance_loss(31) - 1) < 0.03


def test_recorded_models_lie_above_the_bound_and_are_drawn_where_they_are():
    recording = recordings.load("covariance")
    points = smallest_eigenvalues(recording, 6)
    assert (points.eigenvalues >= least_eigenvalue(points.losses, 6)).all()
    line, models = draw_bound(Figure().subplots(), 6, points, 32)
    np.testing.assert_allclose(line.get_ydata(), least_eigenvalue(line.get_xdata(), 6))
    expected = np.column_stack([points.losses.ravel(), points.eigenvalues.ravel()])
    np.testing.assert_allclose(models.get_offsets(), expected)


def test_a_name_stands_beside_the_models_of_its_weight():
    points = smallest_eigenvalues(recordings.load("covariance"), 32)
    axes = Figure().subplots()
    draw_bound(axes, 32, points, 31)
    named = {text.get_text(): text.xy for text in axes.texts if text.get_text().startswith("λ")}
    row = list(points.weights).index(30)
    assert named["λ = 30"] == (points.losses[row].max(), np.median(points.eigenvalues[row]))
    assert len(named) == 4


def test_a_collapse_is_drawn_beside_independent_latents(model):
    spread = latent_spread(model, Source(IMAGES))
    maps, variances = draw_collapse(Figure(), spread, len(IMAGES), 10.0)
    np.testing.assert_array_equal(maps[0].get_array(), spread.correlations)
    np.testing.assert_array_equal(maps[1].get_array(), independent_correlations(4, len(IMAGES)))
    np.testing.assert_array_equal(variances.get_ydata(), spread.eigenvalues)


# -- the walk -----------------------------------------------------------------------------------


def test_a_walk_costs_what_the_eigenvalue_says(model):
    walk = latent_walk(model, Source(IMAGES), (-2, 0, 0.5), row=7)
    with torch.no_grad():
        z = model.encode(torch.from_numpy(IMAGES)).double().numpy()
    variances, directions = np.linalg.eigh(np.cov(z.T, bias=True))
    np.testing.assert_allclose(walk.eigenvalues, variances[[-1, 0]], rtol=1e-6)
    costs = np.array([-2, 0, 0.5]) ** 2 / (2 * walk.eigenvalues[:, None])
    np.testing.assert_allclose(walk.falls, costs, rtol=1e-6, atol=1e-9)
    with torch.no_grad():
        moved = [torch.from_numpy(z[7:8] + s * 2 * directions[:, 0]).float() for s in (1, -1)]
        either = [model.decode(latent)[0, 0].numpy() for latent in moved]
    assert min(np.abs(walk.images[1, 0] - image).max() for image in either) < 1e-5
    assert walk.changes[0, 1] == walk.changes[1, 1] == 0
    pictures = draw_walk(Figure(), walk)
    np.testing.assert_array_equal(pictures[3].get_array(), walk.images[1, 0])


# -- conditioning against detection -------------------------------------------------------------


def test_conditionings_are_the_recorded_models_of_one_width():
    recording = recordings.load("conditioning")
    assert recording.about["settings"] == recorded.SETTINGS
    widths = conditionings(recording)
    assert [(width.latent_dim, width.weight) for width in widths] == [(16, 3), (32, 30)]
    cance = recorded.SETTINGS["variants"].index("cance")
    areas, of_white = (recording[name][..., cance] for name in ("aurocs", "whitened_aurocs"))
    np.testing.assert_array_equal(widths[1].aurocs["cance"], [*areas[2:], of_white[1]])
    np.testing.assert_array_equal(widths[0].gain("cance"), areas[1] - areas[0])
    np.testing.assert_array_equal(widths[1].gain("cance", "whitened"), of_white[1] - areas[2])
    thin = recording["gaussian_aurocs"][:2, :, 2]
    np.testing.assert_array_equal(widths[0].aurocs["thinner half"][:2], thin)
    of_white = recording["whitened_condition_numbers"][0]
    np.testing.assert_array_equal(widths[0].condition_numbers[2], of_white)
    groups = draw_conditioning(Figure(), widths, {"latnce": "LatNCE", "cance": "CANCE"})
    rows = [100 * width.aurocs[name] for name in ("latnce", "cance") for width in widths]
    drawn = [group.get_offsets()[:, 0] for group in groups]
    np.testing.assert_allclose(drawn, np.concatenate(rows))


def test_whitened_latents_have_the_identity_as_covariance_and_rebuild_the_same(model):
    images, inputs = Source(IMAGES), torch.from_numpy(IMAGES)
    state = torch.get_rng_state()
    white = recorded.whitened(model, images)
    assert torch.equal(torch.get_rng_state(), state)
    torch.testing.assert_close(
        latent_covariance(white, images), torch.eye(4).double(), rtol=0, atol=1e-4
    )
    with torch.no_grad():
        torch.testing.assert_close(white(inputs), model(inputs), rtol=0, atol=1e-5)
        raw, moved = (each.encode(inputs).double().numpy() for each in (model, white))
    squares = recorded.squares_along_directions
    np.testing.assert_allclose(
        squares(raw, raw).sum(1), squares(moved, moved).sum(1), rtol=1e-3
    )  # whoever ranks by the distance from the mean ranks as before


def test_squares_along_directions_add_up_to_the_mahalanobis_distance():
    rng = np.random.default_rng(0)
    training, tested = rng.normal(size=(50, 3)) @ rng.normal(size=(3, 3)), rng.normal(size=(9, 3))
    squares = recorded.squares_along_directions(training, tested)
    apart = tested - training.mean(0)
    inverse = np.linalg.inv(np.cov(training.T, bias=True))
    np.testing.assert_allclose(squares.sum(1), np.einsum("ij,jk,ik->i", apart, inverse, apart))
    wide = np.linalg.eigh(np.cov(training.T, bias=True))[1][:, -1]
    np.testing.assert_allclose(squares[:, 0], (apart @ wide) ** 2 / (training @ wide).var())
