import numpy as np
import pytest
import torch

from cance_edu.datasets import load_one_class
from cance_edu.detectors.deep_sad import DeepSAD, sad_loss
from cance_edu.detectors.deep_svdd import ContrastNormalized, DeepSVDD, first_pass_centre, svdd_loss
from cance_edu.training.sources import Source

IMAGES = load_one_class("digits", [3]).train[:60]
QUICK = {"epochs": 5, "pretraining_epochs": 2, "batch_size": 20, "random_state": 0}


def test_the_loss_and_a_step_of_a_linear_network_by_hand():
    rng = np.random.default_rng(0)
    x, w, c = rng.normal(size=(7, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)
    weight = torch.tensor(w, requires_grad=True)
    loss = svdd_loss(torch.tensor(x) @ weight.T, torch.tensor(c))
    loss.backward()
    assert loss.item() == pytest.approx(sum(np.sum((w @ row - c) ** 2) for row in x) / 7)
    by_hand = 2 / 7 * sum(np.outer(w @ row - c, row) for row in x)
    np.testing.assert_allclose(weight.grad, by_hand)


def test_no_component_of_the_centre_is_near_zero():
    outputs = torch.tensor([[0.5, 0.05, -0.02, 0.0, -3.0]])
    expected = torch.tensor([0.5, 0.1, -0.1, 0.1, -3.0])
    torch.testing.assert_close(first_pass_centre(outputs), expected)


def test_contrast_brings_the_training_images_to_zero_and_one():
    scaled = ContrastNormalized(Source(IMAGES))(torch.as_tensor(IMAGES))
    assert scaled.min().item() == pytest.approx(0, abs=1e-6)
    assert scaled.max().item() == pytest.approx(1, abs=1e-6)
    # Brightness and contrast are taken away.
    darker = ContrastNormalized(Source(IMAGES))(0.5 * torch.as_tensor(IMAGES) + 0.1)
    torch.testing.assert_close(darker, scaled, atol=1e-4, rtol=0)
    assert ContrastNormalized(Source(IMAGES))(torch.full((1, 1, 8, 8), 0.3)).isfinite().all()


def test_pretraining_is_an_autoencoders_and_comes_first():
    plain = DeepSVDD(**{**QUICK, "pretraining_epochs": 0}).fit(IMAGES)
    detector = DeepSVDD(**{**QUICK, "pretraining_epochs": 30, "learning_rate": 1e-2}).fit(IMAGES)
    assert (len(plain.losses_), len(detector.losses_)) == (5, 35)
    # An image of 64 pixels is worth more than its distance to a centre, and is learned.
    assert detector.losses_[29] < 0.7 * detector.losses_[0]
    assert (plain.centre_ != detector.centre_).any()


def spread(bias):
    """Return how far a trained network's outputs lie apart, over their distance from zero."""
    table = np.random.default_rng(0).normal(size=(200, 4))
    settings = {"pretraining_epochs": 0, "epochs": 150, "batch_size": 100, "learning_rate": 1e-2}
    detector = DeepSVDD(bias=bias, outputs=4, hidden=(8,), random_state=0, **settings).fit(table)
    outputs = detector.network_(detector.scaling_(torch.as_tensor(table)))
    return (outputs.std(0).norm() / detector.centre_.norm()).item()


def test_it_collapses_with_a_bias_and_not_without():
    collapsed, useful = spread(bias=True), spread(bias=False)
    assert useful > 0.2
    assert collapsed < useful / 10


def test_deep_sads_loss_against_a_loop():
    rng = np.random.default_rng(1)
    outputs, centre, labels = rng.normal(size=(9, 3)), rng.normal(size=3), [0, 1, -1] * 3
    terms = []
    for row, y in zip(outputs, labels, strict=True):
        distance = np.sum((row - centre) ** 2)
        terms.append(distance if y == 0 else 2.5 * (distance if y == 1 else 1 / (distance + 1e-6)))
    loss = sad_loss(torch.tensor(outputs), torch.tensor(centre), torch.tensor(labels), 2.5)
    assert loss.item() == pytest.approx(np.mean(terms))


@pytest.mark.parametrize("y", [None, np.zeros(60, dtype=int), np.ones(60, dtype=int)])
def test_deep_sad_without_anomalies_is_deep_svdd(y):
    svdd = DeepSVDD(**QUICK).fit(IMAGES)
    sad = DeepSAD(contrast=True, **QUICK).fit(IMAGES, y)
    np.testing.assert_array_equal(sad.anomaly_score(IMAGES), svdd.anomaly_score(IMAGES))


def test_a_labelled_anomaly_is_pushed_away():
    y = np.zeros(60, dtype=int)
    y[:6] = -1
    settings = {**QUICK, "epochs": 30, "learning_rate": 1e-2}
    told, untold = (DeepSAD(**settings).fit(IMAGES, labels) for labels in (y, None))

    def lift(detector):
        scores = detector.anomaly_score(IMAGES)
        return np.median(scores[:6]) / np.median(scores[6:])

    assert lift(told) > 2 * lift(untold)


@pytest.mark.parametrize("y", [np.full(60, 2), np.zeros(59), np.full(60, np.nan)])
def test_labels_that_are_none(y):
    with pytest.raises(ValueError, match="expected 60 labels: 1 normal, -1 anomaly, 0 unknown"):
        DeepSAD(**QUICK).fit(IMAGES, y)
