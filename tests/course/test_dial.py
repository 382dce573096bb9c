"""The K dial: pulls, stops, sentences, the recording's claims, and what a page is given."""

import base64
import io
import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import chi2
from sklearn.metrics import roc_auc_score

from cance_edu.course import recordings
from cance_edu.course.dial.data import edge, fitted_dial, page_data, recorded_dial
from cance_edu.course.dial.rope import FixedSample, optimal_pulls, pulls, pulls_on
from cance_edu.course.dial.summary import Run, stops_of
from cance_edu.course.dial.widget import KDial, to_html
from cance_edu.course.dial.words import punch, rope_guesses
from cance_edu.course.noise.understudy import augmented_understudy, optimal_network
from cance_edu.datasets import load_one_class
from cance_edu.detectors.cance import CANCE
from cance_edu.files import PROJECT
from cance_edu.method.nce import LogRatio, noise_objective_eq8, noise_objective_naive
from cance_edu.method.noise import GaussianNoise


@pytest.fixture(scope="module")
def density():
    """An understudy for made-up features, with its noise."""
    rng = np.random.default_rng(0)
    latents, errors = rng.normal(size=(600, 2)), np.exp(rng.normal(size=(600, 2)) * 0.4 - 3)
    features = torch.from_numpy(np.hstack([latents, errors]))
    noise = GaussianNoise(features.mean(0), features.T.cov())
    return augmented_understudy(features.numpy(), noise), noise


@pytest.fixture(scope="module")
def fits():
    """CANCE on the digits: K held at 1, 2 and 4 on one autoencoder, and K learned by Eq. 8."""
    split = load_one_class("digits", [8])
    short = {"epochs": (3, 1), "steps": 80, "random_state": 0}
    detectors, representation = [], "autoencoder"
    for way in [("fixed", 1.0), ("fixed", 2.0), ("fixed", 4.0), ("eq8", 1.69)]:
        objective, scale = way
        detector = CANCE(
            representation=representation,
            noise_objective=objective,
            initial_scale=scale,
            **short,
        ).fit(split.train)
        representation = detector.representation_
        detectors.append(detector)
    normal = split.test[~split.is_anomaly]
    return detectors, normal, split.test[split.is_anomaly][:120]


@pytest.fixture(scope="module")
def dial():
    return recorded_dial()


# -- the rope --


@pytest.mark.parametrize("noise_ratio", [1.0, 0.5])
def test_pulls_are_minus_the_gradients_of_eq8s_terms_in_ln_k(density, noise_ratio):
    _, noise = density
    torch.manual_seed(1)
    network = LogRatio(noise.mean, noise.standard_deviation, (16, 16)).double()
    z, v = noise.sample(64) + 0.01, noise.sample(32)
    log_scale = torch.tensor([0.1, 0.4, 0.7, 0.2], dtype=torch.float64, requires_grad=True)
    arguments = (network, z, v, noise.mean, log_scale.exp(), noise_ratio)
    (both,) = torch.autograd.grad(noise_objective_eq8(*arguments), log_scale)
    (of_noise,) = torch.autograd.grad(
        noise_objective_naive(*arguments[:4], log_scale.exp(), noise_ratio), log_scale
    )
    pulled = pulls(network, z, v, noise.mean, log_scale.exp().detach(), noise_ratio)
    np.testing.assert_allclose(pulled.sum(0), -both.numpy(), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(pulled[1], -of_noise.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("scale", [1.0, 1.69, 3.0])
@pytest.mark.parametrize("noise_ratio", [1.0, 0.25])
def test_at_the_optimal_t_the_terms_cancel_and_are_what_plain_means_say(
    density, scale, noise_ratio
):
    truth, noise = density
    k = torch.full((4,), scale, dtype=torch.float64)
    torch.manual_seed(0)
    pulled = optimal_pulls(truth, noise, k, 40_000, noise_ratio)
    assert np.abs(pulled.sum(0)).max() < 1e-12
    assert np.abs(pulled).max() > 1e-3
    network = optimal_network(truth, noise, k, noise_ratio)
    z, v = truth.sample(torch.Size([40_000])), noise.sample(40_000)
    plain = pulls(network, z, v, noise.mean, k, noise_ratio)
    np.testing.assert_allclose(plain, pulled, atol=0.02)


def test_with_one_training_set_a_little_is_left_over(density):
    truth, noise = density
    k = torch.full((4,), 1.69, dtype=torch.float64)
    torch.manual_seed(0)
    few, many = (FixedSample(truth, truth.real.sample(torch.Size([n]))) for n in (100, 20_000))
    left_over = []
    for sample in (few, many):
        pulled = optimal_pulls(sample, noise, k, 40_000)
        left_over.append(np.abs(pulled.sum(0)).max())
        on_set = optimal_network(truth, noise, k)
        expected = pulls(on_set, sample.all(200), noise.sample(10), noise.mean, k)[0]
        np.testing.assert_allclose(pulled[0], expected, atol=0.01)
    assert left_over[0] > 3 * left_over[1]


def test_a_fixed_sample_draws_its_rows_and_nothing_else(density):
    truth, _ = density
    rows = truth.real.sample(torch.Size([5]))
    sample = FixedSample(truth, rows)
    drawn = sample.sample(torch.Size([200]))
    assert {tuple(z) for z in drawn[:, :2].tolist()} == {tuple(z) for z in rows[:, :2].tolist()}
    kept, artificial = sample.all(3).split(15)
    assert torch.equal(kept, rows.repeat(3, 1))
    assert torch.equal(artificial[:, :2], kept[:, :2])
    assert (artificial[:, 2:] <= truth.augmentation.mode).all()
    assert torch.equal(sample.log_prob(rows), truth.log_prob(rows))


def test_eq12_pulls_the_other_way_and_the_naive_objective_has_no_data_term():
    pulled = np.array([[0.3, -0.1], [-0.2, 0.4]])
    np.testing.assert_allclose(pulls_on("eq8", pulled)[2], [0.1, 0.3])
    np.testing.assert_array_equal(pulls_on("eq12", pulled), -pulls_on("eq8", pulled))
    np.testing.assert_array_equal(pulls_on("naive", pulled), [[0, 0], pulled[1], pulled[1]])


# -- the stops --


def test_the_parts_add_up_to_the_detectors_score(fits):
    detectors, normal, anomalies = fits
    inputs = np.concatenate([normal, anomalies])
    is_anomaly = np.arange(len(inputs)) >= len(normal)
    stops = stops_of(detectors[2::-1], inputs, is_anomaly)
    np.testing.assert_array_equal(stops.scale, [1, 2, 4])
    areas = stops.areas()
    for at, detector in enumerate(detectors[:3]):
        score = detector.anomaly_score(inputs)
        np.testing.assert_allclose(stops.parts[at, 2], score, rtol=1e-9)
        np.testing.assert_allclose(areas[at, 2], roc_auc_score(is_anomaly, score))
        standing = (score - score[~is_anomaly].mean()) / score[~is_anomaly].std()
        np.testing.assert_allclose(stops.standing()[at, 2], standing, rtol=1e-7, atol=1e-9)
    parts = stops.standing()
    np.testing.assert_allclose(parts[:, 0] + parts[:, 1], parts[:, 2], atol=1e-9)
    distance = detectors[0].noise_.squared_distance(torch.from_numpy(stops.features))
    np.testing.assert_allclose(stops.radius**2 * 8, distance.numpy(), rtol=1e-9)


def test_the_order_of_the_gaussian_alone_does_not_depend_on_k(dial):
    areas = dial.stops.areas()
    assert np.ptp(areas[:, 0]) < 1e-12


def test_noise_lies_beyond_its_edge_once_in_a_thousand():
    v = np.random.default_rng(0).normal(size=(200_000, 8))
    radius = 3 * np.sqrt(np.square(v).mean(1))
    assert (radius > 3 * edge(8)).mean() == pytest.approx(1e-3, abs=3e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda fits: fits[:1], "at least two detectors"),
        (lambda fits: [fits[0], fits[0]], "each with another initial_scale"),
        (lambda fits: fits[3:], "at least two detectors"),
    ],
)
def test_what_makes_no_dial_is_refused(fits, change, message):
    detectors, normal, anomalies = fits
    with pytest.raises(ValueError, match=message):
        fitted_dial(change(detectors), normal, anomalies)


def test_detectors_of_other_features_are_refused(fits):
    detectors, normal, anomalies = fits
    other = CANCE(
        representation="pca", noise_objective="fixed", initial_scale=3.0, steps=20, random_state=0
    ).fit(normal)
    with pytest.raises(ValueError, match="K = 1 and 3 have other composite features"):
        fitted_dial([detectors[0], other], normal, anomalies)


def test_detectors_without_inputs_are_refused(fits):
    with pytest.raises(ValueError, match="pass normal and anomalous inputs"):
        KDial(fits[0])


# -- the recording, and what the dial says of it --


def test_the_recorded_areas_and_standing_are_those_of_the_recorded_scores(dial):
    np.testing.assert_allclose(dial.stops.areas(), dial.areas[0], atol=1e-6)
    np.testing.assert_allclose(dial.stops.mean_standing(), dial.standing[0], atol=1e-4)


def test_turn_k_and_the_two_trade_places_while_the_sum_hardly_moves(dial):
    """The dial's sentence, for each of three seeds: every one has its own autoencoder."""
    assert len(dial.areas) == 3
    brought, learned, both = np.moveaxis(dial.standing, 2, 0)
    assert (brought[:, 0] > 0.9 * both[:, 0]).all()
    assert (learned[:, -1] > 0.8 * both[:, -1]).all()
    assert (np.diff(brought, axis=1) < 0).all(), "what was brought carries less at every stop"
    assert (learned[:, 0] < 0.3 * both[:, 0]).all()
    assert (np.ptp(dial.areas[:, :, 2], axis=1) < 0.03).all(), "AUROC of the sum"
    assert (dial.areas[:, -1, 1] - dial.areas[:, 0, 1] > 0.4).all(), "AUROC of what was learned"
    areas = dial.stops.areas()[:, 2]
    assert punch(dial.areas[0], dial.standing[0]) == (
        "Turn K and the two trade places; what the sum finds hardly moves: "
        f"AUROC {areas.min():.3f} to {areas.max():.3f}."
    )


def test_the_rope_cancels_at_the_optimal_t_and_only_in_expectation(dial):
    learned, optimal, fixed = (dial.runs[scene] for scene in ("learned", "optimal", "fixed"))
    for objective in ("eq8", "eq12"):
        terms = np.abs(optimal[objective].pulls[:, :2]).mean()
        assert np.abs(optimal[objective].pulls[:, 2]).max() < 1e-6 * terms
        assert np.abs(fixed[objective].pulls[:, 2]).mean() > 1e-3 * terms
        assert np.abs(learned[objective].pulls[:, 2]).mean() > 1e-3 * terms
        # With one training set K goes astray farther than by the luck of fresh batches.
        strayed = [np.log(run[objective].scale[-1] / (1 + np.log(2))) for run in (fixed, optimal)]
        assert np.abs(strayed[0]).mean() > 2 * np.abs(strayed[1]).mean()
    assert not np.abs(optimal["naive"].pulls[:, 0]).any()


def test_a_pull_that_persists_moves_k_its_way(dial):
    """What "one training set" says: in most coordinates K ends where the left-over pulls it."""
    naive = dial.runs["optimal"]["naive"]
    for objective in ("eq8", "eq12"):
        run = dial.runs["fixed"][objective]
        left_over = run.pulls[:32, 2]  # while K moves
        steady = np.abs(np.sign(left_over).mean(0))
        assert (steady == 1).mean() >= 0.75, "the same sign at every record"
        moved = np.log(run.scale[-1] / (1 + np.log(2)))
        assert (np.sign(left_over.mean(0)) == np.sign(moved)).mean() >= 0.75
        # Its arrows are far shorter than the naive objective's, its way is not so much shorter.
        shorter = np.abs(left_over).mean() / np.abs(naive.pulls[:32, 2]).mean()
        assert shorter < 0.1
        assert np.abs(moved).mean() / np.log((1 + np.log(2)) / naive.scale[-1]).mean() > 2 * shorter


def test_what_is_said_depends_on_what_is_true(dial):
    areas, standing = dial.areas[0].copy(), dial.standing[0]
    areas[-1, 2] -= 0.1
    assert "; what the sum finds changes as well: AUROC 0.85" in punch(areas, standing)
    assert "what each part carries changes" in punch(areas, standing[::-1])
    learned = dial.runs["learned"]
    swapped = {"eq8": learned["eq12"], "eq12": learned["eq8"]}
    resting = Run(learned["eq8"].step, np.full_like(learned["eq8"].scale, 1.69), np.zeros(3))
    truths = [
        rope_guesses(runs)[0]["truth"] for runs in (learned, swapped, {**learned, "eq8": resting})
    ]
    assert truths == ["narrower", "wider", "back"]
    assert "8 of 8 coordinates narrower" in rope_guesses(learned)[0]["why"]
    assert rope_guesses(learned)[1]["truth"] == "none"


# -- what a page is given --


def test_the_page_needs_no_other_host_and_ends_where_it_should():
    page = to_html()
    assert not re.search(r"https?://", page)
    assert page.count("</script") == 1
    assert page.count('class="kd-guess"') == 3
    assert len(page) < 400_000
    assert "$" not in re.sub(r"<(script|style)[\s\S]*?</\1", "", page)


def test_the_pictures_of_the_page_are_the_recorded_ones(dial):
    sheet = page_data(dial)["pictures"]
    png = base64.b64decode(sheet["url"].partition(",")[2])
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    for point in (0, 19, 20, 399):
        row, column = divmod(point, sheet["columns"])
        picture = pixels[28 * row : 28 * (row + 1), 28 * column : 28 * (column + 1)]
        np.testing.assert_array_equal(picture, dial.images[point])
    assert sheet["rows"] * sheet["columns"] >= len(dial.titles) == 400


def test_points_of_the_page_have_their_true_distance(dial):
    data, shown = page_data(dial), dial.shown
    radius, angle = (np.array(data["points"][name]) for name in ("radius", "angle"))
    np.testing.assert_allclose(radius, dial.stops.radius[shown], atol=1e-6)
    assert len(np.unique(angle)) > 300
    assert data["edges"][1] ** 2 * 2 == pytest.approx(chi2.isf(1e-3, 2))


def test_a_dial_of_ones_own_fits(fits):
    detectors, normal, anomalies = fits
    widget = KDial(detectors, normal, anomalies)
    json.dumps(widget.data)
    assert widget.K == 1
    assert widget.data["stops"] == [1, 2, 4]
    assert set(widget.data["runs"]) == {"learned"}
    assert set(widget.data["runs"]["learned"]) == {"eq8"}
    assert widget.data["pictures"] is not None
    assert widget.to_html().count('class="kd-guess"') == 1
    table = KDial(detectors[:3], normal, anomalies)
    assert table.data["runs"] == {}


def test_a_dial_of_a_table_has_no_pictures_and_of_latents_no_errors():
    rng = np.random.default_rng(0)
    normal, anomalies = rng.normal(size=(60, 4)), rng.normal(size=(20, 4)) * 5
    first = CANCE("latnce", epochs=(1, 1), steps=20, noise_objective="fixed", random_state=0)
    first.set_params(initial_scale=1.0).fit(normal)
    second = CANCE("latnce", steps=20, noise_objective="fixed", random_state=0)
    second.set_params(initial_scale=2.0, representation=first.representation_).fit(normal)
    dial = fitted_dial([first, second], normal, anomalies)
    assert dial.images is None
    assert dial.coordinates == ("latent 1", "latent 2", "latent 3", "latent 4")
    assert dial.stops.features.shape == (80, 4)


def test_the_readmes_picture_is_small_and_described_with_the_recordings_numbers(dial):
    readme = " ".join((PROJECT / "README.md").read_text(encoding="utf-8").split())
    (alt,) = re.findall(r"!\[([^]]*)\]\(book/k_dial\.png\)", readme)
    for k, area in zip(dial.stops.scale[[0, -1]], dial.areas[0][[0, -1], 2], strict=True):
        assert f"{area:.3f} at K = {k:g}" in alt
    assert "their sum still ranks 95 of 100 pairs" in readme
    assert (dial.areas[0][:, 2] >= 0.95).all()
    assert (dial.stops.radius[dial.shown] <= edge(8) * 5).all(), "all anomalies lie within"
    assert (PROJECT / "book" / "k_dial.png").stat().st_size < 150_000


def test_the_recording_is_small_and_names_its_settings():
    recording = recordings.load("k_dial")
    assert recording["images"].shape == (400, 28, 28)
    assert set(np.unique(recording["images"])) <= set(range(0, 256, 17))
    assert recording["log_ratio"].shape == (len(recording["scale"]), 10_000)
