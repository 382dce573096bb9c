import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from cance_edu.course import recordings
from cance_edu.course.canvas import Canvas
from cance_edu.course.covariance.explorer import CovarianceExplorer
from cance_edu.course.covariance.figure import (
    draw_explorer,
    draw_latent_spread,
    draw_path,
    draw_schedules,
    move_explorer,
)
from cance_edu.course.covariance.summary import (
    ScheduleComparison,
    independent_eigenvalues,
    latent_spread,
    recorded_spread,
    schedule_comparison,
    weight_path,
)
from cance_edu.course.explorer import drive
from cance_edu.course.recordings import covariance as recorded
from cance_edu.method.autoencoder import convolutional_autoencoder
from cance_edu.training.autoencoder import train_autoencoder
from cance_edu.training.sources import Source

IMAGES = np.random.default_rng(0).random((60, 1, 8, 8), dtype=np.float32)


@pytest.fixture(scope="module")
def recording():
    return recordings.load("covariance")


@pytest.fixture(scope="module")
def model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = convolutional_autoencoder((1, 8, 8), 4, hidden=16)
    generator = torch.Generator().manual_seed(0)
    train_autoencoder(model, Source(IMAGES), generator=generator, epochs=(2, 0))
    return model


def latents(model):
    with torch.no_grad():
        return model.encode(torch.from_numpy(IMAGES)).double().numpy()


# -- the recording ------------------------------------------------------------------------------


def test_the_recording_is_the_one_that_its_settings_describe(recording):
    assert recording.about["settings"] == recorded.SETTINGS
    dims, weights, seeds = (
        recorded.SETTINGS[name] for name in ("latent_dims", "covariance_weights", "seeds")
    )
    assert recording["reconstruction_losses"].shape == (len(dims), len(weights), len(seeds), 2)
    for d in dims:
        assert recording[f"covariance_{d}"].shape == (len(weights), len(seeds), d, d)
    for array in recording.arrays.values():
        assert array.dtype.kind in "iU" or np.isfinite(array).all()


def test_a_row_of_the_recording_can_be_computed_again(recording):
    row = recorded.grid_row(latent_dim=6, covariance_weight=1.0, seed=0)
    covariance = recording["covariance_6"][3, 0]
    assert recording["covariance_weights"][3] == 1
    # Another processor, or number of threads, adds in another order: here to within a thousandth.
    np.testing.assert_allclose(
        row["losses"], recording["reconstruction_losses"][0, 3, 0], rtol=0.02
    )
    np.testing.assert_allclose(row["covariance"], covariance, atol=0.02)
    assert abs(row["covariance_loss"] - recording["covariance_losses"][0, 3, 0]) < 5e-4


def test_recorded_covariance_losses_belong_to_the_recorded_covariances(recording):
    for place, d in enumerate(recording["latent_dims"].tolist()):
        squares = recording[f"covariance_{d}"] ** 2
        off = squares.sum((-2, -1)) - np.trace(squares, axis1=-2, axis2=-1)
        np.testing.assert_allclose(
            recording["covariance_losses"][place], off / (d * (d - 1)), rtol=1e-4
        )


def test_schedules_begin_with_the_same_first_stage(monkeypatch):
    monkeypatch.setitem(recorded.SETTINGS, "epochs", [1, 1])
    monkeypatch.setitem(recorded.SETTINGS, "schedules", {"latent_dim": 3})
    calls = []
    train = recorded.train_autoencoder

    def spy(model, *args, **kwargs):
        before = [parameter.clone() for parameter in model.parameters()]
        train(model, *args, **kwargs)
        calls.append((kwargs["epochs"], before, [p.clone() for p in model.parameters()]))

    monkeypatch.setattr(recorded, "train_autoencoder", spy)
    losses = recorded.schedule_losses(1.0, 0)["losses"]
    assert np.shape(losses) == (len(recorded.SCHEDULES), 2)
    (_, start, halfway), *others = calls
    assert [epochs for epochs, _, _ in calls] == [(1, 0), (2, 0), *[(1, 0)] * 3, (0, 1)]
    for (_, before, _), expected in zip(others, [start, *[halfway] * 4], strict=True):
        assert all(map(torch.equal, before, expected))
    _, before, after = calls[recorded.SCHEDULES.index("decoder alone, batch norm live")]
    of_encoder = len(list(convolutional_autoencoder((1, 8, 8), 3).encoder.parameters()))
    assert all(map(torch.equal, before[:of_encoder], after[:of_encoder]))
    assert not any(map(torch.equal, before[of_encoder:], after[of_encoder:]))


def test_a_frozen_norm_keeps_its_averages_in_training(model):
    frozen = recorded.with_frozen_norm(model).train()
    averages = frozen.encoder[1].norm.running_mean.clone()
    batch = torch.from_numpy(IMAGES[:8])
    torch.testing.assert_close(frozen.encode(batch), model.encode(batch))
    assert torch.equal(frozen.encoder[1].norm.running_mean, averages)
    assert all(parameter.requires_grad for parameter in frozen.parameters())
    live = recorded.with_frozen_weights(model).train()
    live.encode(batch)
    assert not torch.equal(live.encoder[1].running_mean, averages)
    assert not any(parameter.requires_grad for parameter in live.encoder.parameters())


# -- the summaries ------------------------------------------------------------------------------


def test_a_spread_is_what_numpy_finds_in_the_latents(model):
    z = latents(model)
    covariance = np.cov(z.T, bias=True)
    spread = latent_spread(model, Source(IMAGES))
    np.testing.assert_allclose(spread.correlations, np.corrcoef(z.T), atol=1e-9)
    np.testing.assert_allclose(spread.eigenvalues, np.linalg.svd(covariance)[1], rtol=1e-6)
    np.testing.assert_allclose(spread.condition_number, np.linalg.cond(covariance), rtol=1e-6)
    off = covariance[~np.eye(4, dtype=bool)]
    np.testing.assert_allclose(spread.covariance_loss, (off**2).mean(), rtol=1e-6)
    with torch.no_grad():
        reconstructions = model(torch.from_numpy(IMAGES)).numpy()
    squares = ((IMAGES - reconstructions) ** 2).reshape(60, -1).sum(1)
    np.testing.assert_allclose(spread.reconstruction_loss, squares.mean(), rtol=1e-5)


def test_eigenvalues_of_independent_latents_fill_the_marchenko_pastur_law():
    d, n = 100, 400
    eigenvalues = independent_eigenvalues(d, n)
    edges = (1 + np.array([1, -1]) * np.sqrt(d / n)) ** 2
    np.testing.assert_allclose(eigenvalues[[0, -1]], edges, rtol=0.05)
    # Variances are biased (1/n), and the trace is their sum.
    np.testing.assert_allclose(eigenvalues.mean(), (n - 1) / n, rtol=2e-3)
    assert (np.diff(eigenvalues) < 0).all()


def test_one_latent_has_one_eigenvalue():
    # A sample's variance, divided by n, is (n - 1) / n on average.
    np.testing.assert_allclose(independent_eigenvalues(1, 50), [49 / 50], rtol=0.05)
    torch.manual_seed(0)
    spread = latent_spread(convolutional_autoencoder((1, 8, 8), 1).eval(), Source(IMAGES))
    assert spread.eigenvalues.shape == (1,)
    assert spread.condition_number == 1


def test_a_path_has_numpys_condition_numbers_and_the_first_that_is_below_100(recording):
    for d in recording["latent_dims"].tolist():
        path = weight_path(recording, d)
        conditions = np.linalg.cond(recording[f"covariance_{d}"])
        np.testing.assert_allclose(path.condition_numbers, conditions, rtol=1e-6)
        for seed, found in enumerate(path.smallest):
            fine = [w for w, c in zip(path.weights, conditions[:, seed], strict=True) if c < 100]
            assert found == fine[0] if fine else np.isnan(found)


def test_a_recorded_spread_is_a_point_of_the_path(recording):
    path = weight_path(recording, 16)
    spread = recorded_spread(recording, 16, 10.0, 1)
    place = list(path.weights).index(10), 1
    assert spread.condition_number == path.condition_numbers[place]
    assert spread.covariance_loss == path.covariance_losses[place]
    assert spread.reconstruction_loss == path.reconstruction_losses[place]


@pytest.mark.parametrize("wrong", [(5, 1.0, 0), (16, 2.0, 0), (16, 1.0, 9)])
def test_a_model_that_was_not_recorded_is_refused(recording, wrong):
    with pytest.raises(ValueError, match="is none of the recorded"):
        recorded_spread(recording, *wrong)


def test_changes_are_relative_to_joint_training():
    losses = np.array([[[[4.0, 8.0], [2.0, 5.0]]]])
    comparison = ScheduleComparison(("joint", "decoupled"), np.array([1.0]), losses)
    np.testing.assert_allclose(comparison.change("decoupled"), [[[-0.5, -0.375]]])
    np.testing.assert_allclose(comparison.change("joint"), 0)


# -- the figures --------------------------------------------------------------------------------


def test_a_drawn_spread_shows_its_numbers(model):
    figure = Figure(layout="constrained")
    heat_map, spectrum = figure.subplots(1, 2)
    spread = latent_spread(model, Source(IMAGES))
    artists = draw_latent_spread(heat_map, spectrum, spread)
    np.testing.assert_array_equal(artists.heat_map.get_array(), spread.correlations)
    np.testing.assert_array_equal(artists.eigenvalues.get_ydata(), spread.eigenvalues)
    np.testing.assert_array_equal(artists.independent.get_ydata(), spread.independent)
    assert artists.size.get_text() == "4 latents"


def test_moving_the_explorer_gives_every_artist_the_other_models_numbers(recording):
    figure = Figure(layout="constrained")
    start, path = recorded_spread(recording, 32, 0.0, 0), weight_path(recording, 32)
    artists = draw_explorer(figure, start, path, seed=0, weight=0)
    canvas = Canvas(figure, artists.moving)
    before = canvas.png()
    other, other_path = recorded_spread(recording, 6, 10.0, 2), weight_path(recording, 6)
    move_explorer(artists, other, other_path, seed=2, weight=5)
    assert canvas.png() != before
    assert artists.spread.heat_map.get_array().shape == (6, 6)
    np.testing.assert_array_equal(artists.spread.eigenvalues.get_ydata(), other.eigenvalues)
    np.testing.assert_array_equal(
        artists.conditions.get_ydata(), other_path.condition_numbers[:, 2]
    )
    assert artists.model.get_xydata().tolist() == [[5, other.condition_number]]


def test_paths_are_drawn_as_geometric_means_over_seeds(recording):
    paths = [weight_path(recording, d) for d in (6, 16, 32)]
    lines = draw_path(Figure(), paths)
    assert len(lines) == 6
    for line, path in zip(lines[:3], paths, strict=True):
        means = path.condition_numbers.prod(1) ** (1 / path.condition_numbers.shape[1])
        np.testing.assert_allclose(line.get_ydata(), means)


def test_schedules_are_drawn_point_for_point(recording):
    comparison = schedule_comparison(recording)
    groups = draw_schedules(Figure(), comparison)
    assert len(groups) == 3 * (len(recorded.SCHEDULES) - 1)
    percent = 100 * comparison.change("both frozen")[-1, :, 1]
    np.testing.assert_allclose(groups[-1].get_offsets()[:, 0], percent)


# -- the widget ---------------------------------------------------------------------------------


def test_the_explorer_reads_out_the_model_that_its_controls_name(recording):
    explorer = CovarianceExplorer()
    assert drive(explorer) == 12
    ends = recording["covariance_weights"][[0, 4, -1]].tolist()
    for weight in ends:
        for latent_dim in recording["latent_dims"].tolist():
            explorer.controls["latent_dim"].value = latent_dim
            explorer.controls["covariance_weight"].value = weight
            condition = np.linalg.cond(
                recording[f"covariance_{latent_dim}"][
                    recording["covariance_weights"].tolist().index(weight), 0
                ]
            )
            assert f'data-name="condition_number">{condition:.3g}<' in explorer.readout.value
    assert explorer.message.value == ""
