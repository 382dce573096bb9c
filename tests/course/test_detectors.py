"""What lesson 08 computes, records and draws."""

import json

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy.stats import spearmanr
from sklearn.neighbors import KernelDensity

from cance_edu.course import lesson08
from cance_edu.course.detectors import (
    experiments,
    figure,
    paths_figure,
    small_svdd,
    summary,
    systems,
)
from cance_edu.course.recordings import other_detectors
from cance_edu.course.recordings import rows as kept_rows
from cance_edu.datasets import Split, load_one_class
from cance_edu.datasets.split import with_labels
from cance_edu.detectors.neighbours import NearestNeighbours
from cance_edu.experiments import auroc
from cance_edu.experiments.report import stored
from cance_edu.experiments.results import FOLDER


@pytest.fixture(scope="module")
def eights():
    return load_one_class("digits", [8])


@pytest.fixture
def few():
    """Twenty images of noise to learn from, and twenty to score of which ten are bright."""
    images = np.random.default_rng(0).random((40, 1, 8, 8), dtype=np.float32)
    images[30:] = 1 - images[30:] / 10
    return Split("", images[:20], images[20:], np.repeat([False, True], 10))


# -- computed -------------------------------------------------------------------------------------


def test_total_variation_adds_up_the_differences_of_neighbours():
    step = np.zeros((1, 1, 3, 3))
    step[..., 1:] = 2  # three rows, each with one step
    dot = np.zeros((1, 1, 3, 3))
    dot[0, 0, 1, 1] = 1  # four neighbours
    assert summary.total_variation(np.concatenate([step, dot, step * 0])).tolist() == [6, 4, 0]


def test_areas_by_space_are_those_of_a_density_in_fewer_components():
    found = summary.areas_by_space([2, 10], [0.5], digits=[8, 3])
    by_hand = []
    for k in (2, 10):
        areas = []
        for digit in (8, 3):
            split = load_one_class("digits", [digit])
            train, test = (x.reshape(len(x), -1).astype(float) for x in (split.train, split.test))
            values, vectors = np.linalg.eigh(np.cov(train.T))
            axes = vectors[:, ::-1][:, :k] / np.sqrt(values[::-1][:k])
            density = KernelDensity(bandwidth=0.5, rtol=1e-12).fit((train - train.mean(0)) @ axes)
            scores = -density.score_samples((test - train.mean(0)) @ axes)
            areas.append(auroc(split.is_anomaly, scores))
        by_hand.append(np.mean(areas))
    # scikit-learn's density is off far from the data, where it changes the order of anomalies.
    np.testing.assert_allclose(found, [by_hand], atol=2e-3)


def test_the_machine_ranks_as_what_it_turns_into(eights):
    pairs = summary.rankings(eights)
    agreement = [spearmanr(*pair).statistic for pair in pairs.values()]
    assert agreement[0] > 0.99999
    assert agreement[1] > 0.99999
    assert agreement[2] > 0.98
    assert 0.9 < agreement[3] < 0.99, "at a smaller ν it is not quite the density's"


def test_the_distance_between_neighbours_leaves_out_the_image_itself(few):
    found = summary.distance_between_neighbours(few)
    rows = few.train.reshape(20, -1).astype(float)
    nearest = [
        min(np.linalg.norm(one - other) for j, other in enumerate(rows) if j != i)
        for i, one in enumerate(rows)
    ]
    assert found == pytest.approx(np.median(nearest))


@pytest.mark.parametrize("seed", [0, 1])
def test_biases_and_weight_decay_together_collapse(eights, seed):
    both = small_svdd.train_svdd(eights, bias=True, weight_decay=0.01, random_state=seed)
    assert (both.spread, both.auroc) == (0, 0.5)
    alone = small_svdd.train_svdd(eights, bias=False, weight_decay=0.01, random_state=seed)
    assert alone.loss > 1e-4
    assert alone.spread > 0.05


def test_a_training_leaves_the_global_random_state_alone(few):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    small_svdd.train_svdd(few, bias=True, weight_decay=0.0, steps=2)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_followed_training_is_the_same_training_on_nine_tenths(eights):
    path = small_svdd.follow_svdd(eights, bias=True, weight_decay=0.01, random_state=1, steps=30)
    assert path.steps.tolist() == [10, 20, 30]
    order = np.random.default_rng(1).permutation(len(eights.train))
    rest = eights.train[order[len(order) // 10 :]]
    fewer = Split("", rest, eights.test, eights.is_anomaly)
    for step, area in zip(path.steps, path.auroc, strict=True):
        ending = small_svdd.train_svdd(fewer, True, 0.01, random_state=1, steps=int(step))
        assert ending.auroc == area


def test_halves_of_the_test_part_are_two_and_together_all(few):
    path = small_svdd.follow_svdd(few, bias=False, weight_decay=0.0, steps=10)
    assert path.of_halves.shape == (2, 1)
    assert path.held_out_loss.shape == (1,)
    rng = np.random.default_rng(0)
    rng.permutation(20)  # the training images
    half = rng.permutation(20) % 2 == 0
    assert half.sum() == 10
    assert 0 < few.is_anomaly[half].sum() < 10


def test_the_best_steps_are_drawn_where_they_are():
    axes = Figure().subplots()
    *lines, best, mean = paths_figure.draw_paths(
        axes, [10, 20, 30], [[0.5, 0.8, 0.7], [0.9, 0.6, 0.7]]
    )
    assert len(lines) == 2
    assert best.get_xydata().tolist() == [[20, 80], [10, 90]]
    np.testing.assert_allclose(mean.get_ydata(), [70, 70, 70])
    assert axes.get_xlabel()
    assert axes.get_ylabel()


# -- the systems ----------------------------------------------------------------------------------


def test_a_run_is_one_fit_with_its_settings(monkeypatch, few):
    monkeypatch.setattr(systems, "load_one_class", lambda name, normal: few)
    monkeypatch.setitem(systems.SYSTEMS, "5-NN", (NearestNeighbours, {"neighbours": 5}))
    run = systems.run_system("5-NN", 0, seed=1)
    fit = NearestNeighbours(neighbours=5).fit(few.train)
    scores = fit.anomaly_score(few.test)
    assert run.auroc == auroc(few.is_anomaly, scores)
    blank = fit.anomaly_score(np.zeros_like(few.test[:1]))[0]
    assert run.below_blank == np.mean(scores[:10] < blank)
    assert run.seconds >= 0


# -- the experiments, cut short -------------------------------------------------------------------


def cut_short(monkeypatch, name, **less):
    """Let an experiment make a detector with less to do; return how to make the same."""
    kind = getattr(experiments, name)
    monkeypatch.setattr(experiments, name, lambda **settings: kind(**(settings | less)))
    return lambda **settings: kind(**(settings | less))


def test_the_two_terms_of_the_elbo_are_the_score(monkeypatch, few):
    vae = cut_short(monkeypatch, "VAE", epochs=3, batch_size=10, latent_dim=2)
    found = experiments.elbo_terms(few, 0, [0.1, "learned"])
    assert set(found) == {"error", "toll", "sum", "share", "loss"}
    for place, variance in enumerate([0.1, "learned"]):
        same = vae(noise_variance=variance, random_state=0).fit(few.train)
        assert found["sum"][place] == auroc(few.is_anomaly, same.anomaly_score(few.test))
        assert found["loss"][place] == same.losses_[-1]
    assert min(found["share"]) > 0


def test_the_terms_of_lsa_are_those_of_its_score(monkeypatch, few):
    lsa = cut_short(monkeypatch, "LSA", epochs=3, batch_size=10)
    cut_short(monkeypatch, "CANCE", epochs=(1, 1), steps=5, latent_dim=2)
    found = experiments.lsa_terms(few, 0)
    same = lsa(random_state=0).fit(few.train)
    assert found["sum"] == [auroc(few.is_anomaly, same.anomaly_score(few.test))]
    assert list(found) == ["error", "surprise", "sum", "CANCE"]
    assert all(0 <= area <= 1 for (area,) in found.values())


def test_a_mixture_that_fell_apart_is_told_and_not_raised(monkeypatch, few):
    cut_short(monkeypatch, "DAGMM", epochs=2, batch_size=20)
    found = experiments.latents_of_a_mixture(few, 0, [1, 2], [0.005, 0.0])
    assert found.shape == (5, 2, 2)
    assert np.isfinite(found).all()
    assert (found[1] >= 1e-6).all(), "what is added to the diagonal"
    model = experiments.DAGMM(latent_dim=2, covariance_penalty=0.0, random_state=0).fit(few.train)
    errors = [mean_squared_errors(model, part) for part in (few.train, few.test)]
    np.testing.assert_allclose(found[3, 1, 1], errors[0].mean(), rtol=1e-5)
    assert found[4, 1, 1] == auroc(few.is_anomaly, errors[1])

    class Singular:
        def __init__(self, **settings):
            pass

        def fit(self, images):
            raise FloatingPointError

    monkeypatch.setattr(experiments, "DAGMM", Singular)
    fallen = experiments.latents_of_a_mixture(few, 0, [1], [0.0])
    np.testing.assert_equal(fallen[:, 0, 0], [np.nan, 0, np.nan, np.nan, np.nan])


def mean_squared_errors(dagmm, images):
    with torch.no_grad():
        rebuilt = dagmm.network_.autoencoder(torch.from_numpy(images)).numpy()
    return ((images.astype(float) - rebuilt) ** 2).mean((1, 2, 3))


def test_without_labels_the_curve_begins_at_deep_sad_alone(monkeypatch, few):
    sad = cut_short(monkeypatch, "DeepSAD", epochs=3, pretraining_epochs=1, batch_size=10)
    found = experiments.labelled_anomalies(few, 0, [0, 2])
    told = with_labels(few, 2, 0)
    alone = sad(random_state=0).fit(few.train).anomaly_score(told.test)
    assert found[0] == auroc(told.is_anomaly, alone)
    assert found[1] != found[0]


def test_one_area_for_each_radius_and_each_number_of_questions(monkeypatch, few):
    drocc = cut_short(monkeypatch, "DROCC", epochs=2, warm_up_epochs=1)
    areas = experiments.radii(few, 0, [1.0, 3.0], [0.0, 0.1])
    assert np.shape(areas) == (2, 2)
    rows, test = (part.reshape(len(part), -1).astype(float) for part in (few.train, few.test))
    same = drocc(radius=3.0, ascent_rate=0.0, ascent_steps=0, column_scaling="given")
    scores = same.set_params(random_state=0).fit(rows).anomaly_score(test)
    assert areas[0][1] == auroc(few.is_anomaly, scores)

    cut_short(monkeypatch, "GOAD", dimensions=4)
    trained, drawn = experiments.questions_asked(few, 0, [2, 3])
    assert len(trained) == len(drawn) == 2
    assert trained != drawn


def test_the_scores_of_mnist_are_four_and_the_last_is_the_neighbours(monkeypatch, few):
    monkeypatch.setattr(experiments, "load_one_class", lambda name, normal: few)
    found = experiments.of_mnist(8)
    scores = NearestNeighbours().fit(few.train).anomaly_score(few.test)
    assert len(found) == len(experiments.OF_MNIST) == 4
    assert found[3] == auroc(few.is_anomaly, scores)
    assert found[0] == auroc(few.is_anomaly, summary.total_variation(few.test))


# -- recorded -------------------------------------------------------------------------------------


def test_a_recording_has_its_axes_and_goes_on_where_it_was(monkeypatch, tmp_path):
    asked = []

    def run(name, size):
        def numbers(digit, seed):
            asked.append((name, digit, seed))
            return np.full(size, 10 * digit + seed)

        return numbers

    monkeypatch.setattr(kept_rows, "DONE", tmp_path)
    small = {"digits": [3, 8], "seeds": [0, 1]}
    settings = {"lsa": small, "systems": small | {"names": ["A", "B"]}}
    monkeypatch.setattr(other_detectors, "SETTINGS", settings)
    monkeypatch.setattr(other_detectors, "_experiments", lambda: {"lsa": run("lsa", (4, 1))})
    monkeypatch.setattr(other_detectors, "_system", lambda name: run(name, 3))
    arrays = other_detectors.record()
    assert arrays["lsa"].shape == (2, 2, 4, 1)
    assert arrays["lsa"][1, 0, 2, 0] == 80
    assert arrays["aurocs"].shape == (2, 2, 2)
    assert arrays["seconds"][1, 1].tolist() == [31, 81], "(systems, seeds, digits)"
    assert len(asked) == 12
    other_detectors.record()
    assert len(asked) == 12, "all was kept"


def test_own_averages_are_those_of_the_stored_runs(monkeypatch, tmp_path):
    found = lesson08.own_averages("digits", "CANCE", dataset="digits")
    rows = [json.loads(line) for line in (FOLDER / "digits.jsonl").read_text().splitlines()]
    first = [r["measures"]["auroc"] for r in rows if (r["system"], r["seed"]) == ("cance", 0)]
    assert len(first) == 10
    assert found[0] == pytest.approx(np.mean(first))
    by_digit = lesson08.own_rows("digits", "CANCE", dataset="digits")
    assert by_digit.keys() == set("0123456789")
    assert np.mean([*by_digit.values()]) == pytest.approx(np.mean(found))
    # A folder without results: what the project ships may have this column by tomorrow.
    monkeypatch.setattr(lesson08, "stored", lambda: stored(tmp_path))
    with pytest.raises(ValueError, match="no results are stored for 'LSA' of table3 on MNIST"):
        lesson08.own_averages("table3", "LSA")
    assert lesson08.own_rows("table3", "LSA") == {}, "no row was run"


# -- drawn ----------------------------------------------------------------------------------------


def test_areas_are_drawn_in_percent_a_thin_line_for_each_run():
    axes = Figure().subplots()
    lines = figure.draw_areas(axes, [1, 10], {"a": [[0.5, 1.0], [0.7, 0.8]]}, "k", 0.9, 0.6)
    assert lines[0].get_ydata().tolist() == pytest.approx([60, 90])
    runs = [line.get_ydata().tolist() for line in axes.lines if line.get_linewidth() < 1]
    assert runs == [[50, 100], [70, 80]]
    levels = {line.get_label(): line.get_ydata()[0] for line in axes.lines}
    assert levels["1-NN"] == pytest.approx(90)
    assert levels["your guess"] == pytest.approx(60)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "10"]


def test_what_is_left_to_100_is_drawn_and_no_name_covers_another():
    names = [f"system {place}" for place in range(8)]
    seconds = dict(zip(names, [0.01, 1, 2, 2.1, 2.2, 2.3, 20, 20], strict=True))
    areas = dict(zip(names, [0.998, 0.96, 0.961, 0.962, 0.961, 0.96, 0.8, 0.99], strict=True))
    canvas = Figure(figsize=(9, 5))
    labels = figure.draw_systems(canvas, seconds, areas, baseline="system 0")
    assert [label.get_text() for label in labels] == names
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    (axes,) = canvas.axes
    assert axes.yaxis_inverted(), "up is better"
    points = np.concatenate([line.get_ydata() for line in axes.lines[:2]])
    assert sorted(points) == pytest.approx(sorted(100 * (1 - area) for area in areas.values()))
    heap = dict.fromkeys((f"system {place}" for place in range(20)), 0.9)
    with pytest.raises(ValueError, match="take a larger figure"):
        figure.draw_systems(Figure(), heap, heap, baseline="system 0")


def test_belonging_endings_rankings_and_mixtures_are_where_the_numbers_are():
    canvas = Figure()
    share = np.linspace(0, 1, 10)
    by_system = {"one": share, "other": share**2}
    *blank, printed = figure.draw_belonging(canvas, by_system, share / 2, share)
    for points, (name, below) in zip(blank, by_system.items(), strict=True):
        np.testing.assert_allclose(points.get_offsets()[:, 1], 100 * (1 - below))
        assert points.get_label() == name
    np.testing.assert_allclose(printed.get_offsets(), 100 * np.column_stack([share / 2, share]))

    axes = Figure().subplots()
    points = figure.draw_endings(axes, {"a": (1e-20, 0.5), "b": (1e-3, 0.7)}, baseline=0.99)
    assert axes.lines[-1].get_ydata() == [99, 99]
    found = [(point.get_xdata()[0], point.get_ydata()[0]) for point in points]
    assert found == [(1e-20, 50), (1e-3, pytest.approx(70))]

    canvas = Figure()
    figure.draw_rankings(canvas, {"limit: what": ([3.0, 1.0, 2.0], [5.0, 9.0, 7.0])})
    drawn = canvas.axes[0].lines[0]
    assert drawn.get_ydata().tolist() == [3, 1, 2]
    assert drawn.get_xdata().tolist() == [1, 3, 2]
    assert canvas.axes[0].get_title() == "limit"

    canvas = Figure()
    figure.draw_mixture(canvas, [1, 2], np.full((3, 2, 2), 1e-4), np.full((3, 2, 2), 0.9), 0.99)
    left, right = canvas.axes
    assert left.get_yscale() == "log"
    assert {y for line in right.lines for y in line.get_ydata()} == {90, 99}
