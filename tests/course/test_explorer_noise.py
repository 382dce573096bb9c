import re

import ipywidgets
import matplotlib.path
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import stats
from sklearn.exceptions import NotFittedError

from cance_edu import CANCE
from cance_edu.course.explorer import drive
from cance_edu.course.noise.explorer import NoiseExplorer
from cance_edu.course.noise.figure import draw_noise, frame_noise, move_noise
from cance_edu.course.noise.summary import (
    log_density,
    noise_frame,
    noise_run,
    noise_runs,
    noise_view,
)
from cance_edu.datasets import load_one_class
from cance_edu.method.noise import widen

SPLIT = load_one_class("digits", normal=[8])
QUICK = {"epochs": (2, 1), "steps": 40, "random_state": 0, "device": "cpu"}
ERROR, DISSIMILARITY = "reconstruction error", "cosine dissimilarity"


@pytest.fixture(scope="module")
def detectors():
    first = CANCE(noise_objective="eq8", **QUICK).fit(SPLIT.train)
    shared = {"representation": first.representation_} | QUICK
    # Far from 1, K moves far enough to be seen, and differently in each coordinate.
    second = CANCE(noise_objective="eq12", initial_scale=3.0, noise_ratio=2.0, **shared)
    return {"eq8": first, "eq12, K starts at 3": second.fit(SPLIT.train)}


@pytest.fixture(scope="module")
def features(detectors):
    normal, anomalies = (
        detectors["eq8"].composite_features(SPLIT.test[SPLIT.is_anomaly == is_anomaly])
        for is_anomaly in (False, True)
    )
    return normal, anomalies


@pytest.fixture(scope="module")
def runs(detectors):
    return noise_runs(detectors)


@pytest.fixture
def explorer(detectors, features):
    return NoiseExplorer(detectors, *features)


def readout(explorer):
    """The numbers that the page shows, by name."""
    return dict(re.findall(r'data-name="([^"]*)">([^<]*)<', explorer.readout.value))


def gaussians(run, record, places):
    """Mean and the two covariances, of all coordinates first and then of the two chosen."""
    covariance, k = run.noise.covariance.numpy(), np.diag(run.scale[record])
    for full in (covariance, k @ covariance @ k):
        yield run.noise.mean.numpy()[places], full[np.ix_(places, places)]


# -- summaries ----------------------------------------------------------------------------------


def test_a_run_is_what_the_detector_recorded(detectors, runs):
    run, history = runs["eq12, K starts at 3"], detectors["eq12, K starts at 3"].history_
    assert run.coordinates[0] == "latent 1"
    assert run.coordinates[-2:] == (ERROR, DISSIMILARITY)
    assert (run.objective, run.initial_scale, run.noise_ratio) == ("eq12", 3.0, 2.0)
    np.testing.assert_array_equal(run.step, history.step)
    np.testing.assert_array_equal(run.mass, history.mass)
    np.testing.assert_array_equal(run.held_out_loss, history.held_out_loss)
    assert run.scale.shape == (40, 8)
    assert np.abs(run.scale[-1] - 3).max() > 0.01


def test_the_ratio_of_volumes_is_that_of_the_ellipsoids(runs):
    run = runs["eq12, K starts at 3"]
    data, noise = gaussians(run, -1, list(range(8)))
    volumes = [np.sqrt(np.linalg.det(covariance)) for _, covariance in (data, noise)]
    np.testing.assert_allclose(run.volume_ratio[-1], volumes[1] / volumes[0], rtol=1e-9)


@pytest.mark.parametrize("label", ["eq8", "eq12, K starts at 3"])
def test_the_log_density_is_the_detectors_own_at_the_step_that_it_kept(
    detectors, runs, features, label
):
    detector = detectors[label]
    kept = detector.log_ratio_.layers[0].weight
    (record,) = (
        r
        for r, weights in enumerate(runs[label].weights)
        if torch.equal(weights["layers.0.weight"].double(), kept)
    )
    images = SPLIT.test[SPLIT.is_anomaly]
    ours = log_density(runs[label], torch.as_tensor(features[1]), record)
    np.testing.assert_allclose(ours, -detector.anomaly_score(images), rtol=1e-9)


def test_the_picture_is_a_slice_through_the_mean_of_the_other_coordinates(runs, features):
    run = runs["eq12, K starts at 3"]
    frame = noise_frame([run], *features, pair=(DISSIMILARITY, "latent 2"))
    view = noise_view(run, frame, 5)
    (left, right), (low, high) = frame.limits
    for row, column in ((0, 0), (3, 40), (47, 20)):
        z = run.noise.mean.clone()[None]
        z[0, 7] = left + (right - left) * (column + 0.5) / 48
        z[0, 1] = low + (high - low) * (row + 0.5) / 48
        np.testing.assert_allclose(view.log_density[row, column], log_density(run, z, 5)[0])
    assert view.below_peak.min() == 0
    np.testing.assert_allclose(np.ptp(view.below_peak), np.ptp(view.log_density))


@pytest.mark.parametrize("pair", [(ERROR, DISSIMILARITY), (DISSIMILARITY, "latent 3")])
@pytest.mark.parametrize("record", [0, 20, -1])
def test_shares_inside_the_ellipses_by_counting(runs, features, pair, record):
    run = runs["eq12, K starts at 3"]
    frame = noise_frame([run], *features, pair=pair)
    view = noise_view(run, frame, record)
    for number, (mean, covariance) in enumerate(gaussians(run, record, frame.places)):
        for points, shares in zip(
            features, (view.normal_inside, view.anomalies_inside), strict=True
        ):
            from_mean = points[:, frame.places] - mean
            squared = np.einsum("ni,ij,nj->n", from_mean, np.linalg.inv(covariance), from_mean)
            inside = squared <= stats.chi2.ppf(0.95, 2)
            assert shares[number] == pytest.approx(inside.mean(), abs=1e-12)


def test_an_ellipse_holds_95_percent_of_its_gaussian(runs, features):
    run = runs["eq12, K starts at 3"]
    frame = noise_frame([run], *features, pair=("latent 1", ERROR))
    view = noise_view(run, frame)
    draws = run.noise.sample(40_000, torch.Generator().manual_seed(0))
    wide = widen(draws, run.noise.mean, torch.as_tensor(run.scale[-1]))
    for ellipse, points in ((view.data_ellipse, draws), (view.noise_ellipse, wide)):
        polygon = matplotlib.path.Path(ellipse.T)
        # The polygon of 180 sides is a little smaller than the ellipse; 0.0011 is one deviation.
        share = polygon.contains_points(points.numpy()[:, frame.places]).mean()
        assert share == pytest.approx(0.95, abs=0.004)


def test_the_frame_holds_all_ellipses_of_all_runs(runs, features):
    frame = noise_frame(list(runs.values()), *features)
    for run in runs.values():
        for record in range(len(run.step)):
            view = noise_view(run, frame, record)
            for ellipse in (view.data_ellipse, view.noise_ellipse):
                assert (ellipse > frame.limits[:, :1]).all()
                assert (ellipse < frame.limits[:, 1:]).all()
    assert frame.largest_scale == max(run.scale.max() for run in runs.values())


def test_points_beyond_the_frame_are_counted(runs, features):
    frame = noise_frame([runs["eq8"]], *features, pair=("latent 1", ERROR))
    (left, right), (low, high) = frame.limits
    counts = tuple(
        sum(not (left <= z[0] <= right and low <= z[6] <= high) for z in points)
        for points in features
    )
    assert frame.out_of_sight == counts
    assert counts[1] > 0


def test_without_anomalies_their_share_is_unknown(runs, features):
    view = noise_view(runs["eq8"], noise_frame([runs["eq8"]], features[0]))
    assert np.isnan(view.anomalies_inside).all()
    assert view.frame.out_of_sight[1] == 0


def test_a_view_draws_no_random_numbers(runs, features):
    before = torch.get_rng_state()
    noise_view(runs["eq8"], noise_frame([runs["eq8"]], *features))
    assert torch.equal(torch.get_rng_state(), before)


def test_latents_alone_have_latent_coordinates(detectors, features):
    detector = CANCE("latnce", representation=detectors["eq8"].representation_, **QUICK)
    run = noise_run(detector.fit(SPLIT.train))
    assert run.coordinates == tuple(f"latent {j}" for j in range(1, 7))
    frame = noise_frame([run], features[0][:, :-2])
    assert frame.pair == ("latent 5", "latent 6")
    with pytest.raises(ValueError, match="without the last two columns"):
        noise_frame([run], features[0])
    explorer = NoiseExplorer({"latnce": detector}, features[0][:, :-2])
    assert drive(explorer) == 4 * 4
    assert f"K {ERROR}" not in readout(explorer)
    assert readout(explorer)["K latent 6"] == f"{run.scale[-1, 5]:.2f}"


def test_a_detector_without_weights_in_its_history_is_refused(detectors, tmp_path):
    with pytest.raises(NotFittedError):
        noise_run(CANCE())
    loaded = CANCE.load(detectors["eq8"].save(tmp_path / "eights"))
    with pytest.raises(ValueError, match="loaded from a file keeps only the last"):
        noise_run(loaded)
    error = CANCE("error", representation=detectors["eq8"].representation_, **QUICK)
    with pytest.raises(ValueError, match="variant 'error' trains no T"):
        noise_run(error.fit(SPLIT.train))


def test_detectors_that_cannot_be_compared_are_refused(detectors):
    first = detectors["eq8"]
    shared = {"representation": first.representation_} | QUICK

    def with_other(**parameters):
        other = CANCE(**(shared | parameters)).fit(SPLIT.train)
        return noise_runs({"one": first, "other": other})

    with pytest.raises(ValueError, match="'one' and 'other' have different representations"):
        with_other(representation="pca")
    with pytest.raises(ValueError, match="different coordinates"):
        with_other(variant="latnce")
    with pytest.raises(ValueError, match="recorded different steps"):
        with_other(steps=30)
    with pytest.raises(ValueError, match="no detectors"):
        noise_runs({})


def test_features_and_pairs_that_do_not_fit_are_refused(runs, features):
    ours = [runs["eq8"]]
    with pytest.raises(ValueError, match=r"shape \(\d+, 6\); expected \(n, 8\)"):
        noise_frame(ours, features[0][:, :6])
    with pytest.raises(ValueError, match=r"expected \(n, 8\)"):
        noise_frame(ours, features[0], SPLIT.test)
    for pair in ((ERROR, ERROR), (ERROR, "latent 7"), (ERROR,)):
        with pytest.raises(ValueError, match="expected two different ones"):
            noise_frame(ours, *features, pair=pair)


# -- drawing ------------------------------------------------------------------------------------


def test_the_drawing_shows_the_numbers_of_the_view(runs, features):
    run = runs["eq12, K starts at 3"]
    frame = noise_frame(list(runs.values()), *features)
    artists = draw_noise(Figure(layout="constrained"), noise_view(run, frame, 0))
    view = noise_view(run, frame, 30)
    move_noise(artists, view)
    np.testing.assert_allclose(artists.density.get_array(), view.below_peak)
    assert artists.density.get_extent() == frame.limits.ravel().tolist()
    np.testing.assert_allclose(artists.noise_ellipse.get_data(), view.noise_ellipse)
    np.testing.assert_allclose(artists.data_ellipse.get_data(), view.data_ellipse)
    np.testing.assert_allclose(np.transpose(artists.normal.get_data()), features[0][:, -2:])
    np.testing.assert_allclose(np.transpose(artists.anomalies.get_data()), features[1][:, -2:])
    np.testing.assert_allclose([bar.get_width() for bar in artists.bars], run.scale[30])
    np.testing.assert_allclose(artists.start.get_xdata(), 3)
    assert artists.title.get_text() == "eq12 from K = 3.00, step 31"
    assert (artists.plane.get_xlabel(), artists.plane.get_ylabel()) == frame.pair
    assert artists.scales.get_xlim()[1] > frame.largest_scale


def test_another_frame_changes_limits_labels_points_and_the_bars_in_sight(runs, features):
    run = runs["eq8"]
    artists = draw_noise(
        Figure(layout="constrained"), noise_view(run, noise_frame([run], *features))
    )
    frame = noise_frame([run], *features, pair=("latent 3", "latent 1"))
    frame_noise(artists, noise_view(run, frame))
    np.testing.assert_allclose(artists.plane.get_xlim(), frame.limits[0])
    np.testing.assert_allclose(artists.plane.get_ylim(), frame.limits[1])
    assert (artists.plane.get_xlabel(), artists.plane.get_ylabel()) == ("latent 3", "latent 1")
    np.testing.assert_allclose(np.transpose(artists.normal.get_data()), features[0][:, [2, 0]])
    assert [bar.get_alpha() == 1 for bar in artists.bars] == [True, False, True] + [False] * 5


# -- the widget ---------------------------------------------------------------------------------


def test_every_control_can_be_moved_to_both_ends_and_the_middle(explorer):
    start = readout(explorer)
    assert drive(explorer) == 4 * 4 + 2
    assert readout(explorer) == start
    assert explorer.message.value == ""


@pytest.mark.parametrize("label", ["eq8", "eq12, K starts at 3"])
@pytest.mark.parametrize("record", [0, 20, 39])
def test_the_readout_has_the_detectors_numbers(explorer, detectors, label, record):
    explorer.controls["detector"].value = label
    explorer.controls["step"].value = record + 1
    history, shown = detectors[label].history_, readout(explorer)
    assert shown["step"] == str(history.step[record])
    assert shown[f"K {ERROR}"] == f"{history.scale[record][-2]:.2f}"
    assert shown[f"K {DISSIMILARITY}"] == f"{history.scale[record][-1]:.2f}"
    assert shown["det K"] == f"{history.scale[record].prod():.3g}"
    assert shown["batch loss"] == f"{history.loss[record]:.3f}"
    assert shown["held-out loss"] == f"{history.held_out_loss[record]:.3f}"
    assert shown["mass"] == f"{history.mass[record]:.3g}"
    view = explorer.view
    for which, gaussian in enumerate(("N(μ, Σ)", "N(μ, KΣK)")):
        assert shown[f"normal in {gaussian}"] == f"{view.normal_inside[which]:.1%}"
        assert shown[f"anomalies in {gaussian}"] == f"{view.anomalies_inside[which]:.1%}"


def test_the_readout_names_k_of_the_coordinates_in_sight(explorer, detectors):
    explorer.controls["horizontal"].value = "latent 4"
    k = detectors["eq8"].history_.scale[-1]
    assert readout(explorer)["K latent 4"] == f"{k[3]:.2f}"
    assert readout(explorer)[f"K {ERROR}"] == f"{k[6]:.2f}"


def test_a_step_moves_artists_and_a_pair_draws_the_background(explorer, monkeypatch):
    drawn = []
    refresh = explorer.canvas.refresh_background
    monkeypatch.setattr(explorer.canvas, "refresh_background", lambda: (drawn.append(1), refresh()))
    for name, value in (("step", 3), ("detector", "eq12, K starts at 3"), ("anomalies", False)):
        before = explorer.picture.value
        explorer.controls[name].value = value
        assert explorer.picture.value != before
    assert not drawn
    explorer.controls["vertical"].value = "latent 2"
    assert len(drawn) == 1


def test_after_a_change_of_coordinates_nothing_of_the_old_axes_is_left(explorer):
    explorer.controls["horizontal"].value = "latent 2"
    explorer.controls["step"].value = 7
    shown = explorer.canvas.pixels().copy()
    explorer.canvas.refresh_background()
    explorer.canvas.png()
    np.testing.assert_array_equal(explorer.canvas.pixels(), shown)


def test_blitting_shows_what_a_full_drawing_shows(explorer):
    explorer.controls["step"].value = 7
    blitted = explorer.canvas.pixels()[..., :3].astype(int)
    for artist in explorer.canvas.moving:
        artist.set_animated(False)
    explorer.canvas.agg.draw()
    whole = explorer.canvas.pixels()[..., :3].astype(int)
    assert (np.abs(blitted - whole).max(axis=2) > 40).mean() < 0.002


def test_two_equal_coordinates_are_asked_to_differ(explorer):
    picture, view = explorer.picture.value, explorer.view
    explorer.controls["horizontal"].value = DISSIMILARITY
    assert "choose two different ones" in explorer.readout.value
    assert explorer.picture.value == picture
    assert explorer.view is view


def test_hidden_anomalies_are_neither_drawn_nor_counted(explorer):
    explorer.controls["anomalies"].value = False
    assert not explorer.artists.anomalies.get_visible()
    assert not [name for name in readout(explorer) if name.startswith("anomalies")]
    explorer.controls["anomalies"].value = True
    assert explorer.artists.anomalies.get_visible()


def test_without_anomalies_there_is_no_check_box(detectors, features):
    explorer = NoiseExplorer(detectors, features[0])
    assert "anomalies" not in explorer.controls
    assert drive(explorer) == 4 * 4
    assert "nan" not in explorer.readout.value


def test_a_view_is_computed_once(explorer):
    first = explorer.view
    explorer.controls["step"].value = 1
    explorer.controls["step"].value = 40
    assert explorer.view is first


def test_the_play_button_runs_through_the_recorded_steps(explorer):
    slider = explorer.controls["step"]
    assert (explorer.play.min, explorer.play.max) == (0, len(slider.options) - 1)
    assert explorer.link.source == (explorer.play, "value")
    assert explorer.link.target == (slider, "index")
    slider.index = 4
    assert explorer.view.step == slider.options[4]
    assert isinstance(explorer.children[0], ipywidgets.HBox)


def test_every_control_has_a_visible_label(explorer):
    assert all(control.description for control in explorer.controls.values())
    assert explorer.children[0].children[0].value == "play the training steps"
