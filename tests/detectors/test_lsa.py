import math
from itertools import product

import numpy as np
import pytest
import torch

from cance_edu.detectors.lsa import LSA, code_nll, lsa_loss
from cance_edu.detectors.masked_dense import CodeDistribution


@pytest.fixture
def distribution():
    torch.manual_seed(0)
    return CodeDistribution(3, channels=5, bins=4).double()


def middles(bins=4, d=3):
    """Return the middle of every cell of the code's cube, one a row."""
    return torch.tensor(list(product((np.arange(bins) + 0.5) / bins, repeat=d)))


def test_conditionals_sum_to_one(distribution):
    shares = distribution(middles()).softmax(2)
    torch.testing.assert_close(shares.sum(2), torch.ones(64, 3).double())


def test_all_codes_together_have_probability_one():
    torch.manual_seed(0)
    # The conditionals depend on the bin alone once the code is the middle of its bin.
    distribution = CodeDistribution(3, channels=5, bins=4).double()
    codes = middles()
    probabilities = (-code_nll(codes, distribution(codes))).exp()
    assert len(probabilities) == 64
    assert probabilities.sum().item() == pytest.approx(1)
    assert probabilities.std() > 0


def test_a_number_depends_on_earlier_ones_alone(distribution):
    code = torch.rand(3).double()
    jacobian = torch.autograd.functional.jacobian(lambda z: distribution(z[None])[0], code)
    influence = jacobian.abs().sum(1)  # of z_j on the logits of z_i, at [i, j]
    assert (influence.triu() == 0).all()
    assert (influence[1, 0] > 0) & (influence[2, :2] > 0).all()


def test_the_surprise_by_hand():
    logits, code = torch.randn(5, 3, 4).double(), torch.rand(5, 3).double()
    code[0, 0] = 1.0  # in the last bin
    for row in range(5):
        expected = 0.0
        for i in range(3):
            weights = np.exp(logits[row, i].numpy())
            place = min(int(code[row, i] * 4), 3)
            expected -= np.log(weights[place] / weights.sum())
        assert code_nll(code, logits)[row].item() == pytest.approx(expected)


def test_the_surprise_reaches_the_encoder_through_the_logits(distribution):
    code = torch.rand(2, 3).double().requires_grad_()
    code_nll(code, distribution(code)).sum().backward()
    assert (code.grad[:, :2] != 0).all()
    assert (code.grad[:, 2] == 0).all()  # nothing comes after the last number


def test_the_objective_by_hand():
    inputs, reconstructions = torch.rand(2, 5, 1, 2, 2).double()
    code, logits = torch.rand(5, 3).double(), torch.randn(5, 3, 4).double()
    errors = [((x - y) ** 2).sum().item() for x, y in zip(inputs, reconstructions, strict=True)]
    surprises = [code_nll(code[i : i + 1], logits[i : i + 1]).item() for i in range(5)]
    expected = sum(errors) / 5 + 0.3 * sum(surprises) / 5
    found = lsa_loss(inputs, reconstructions, code, logits, 0.3)
    assert found.item() == pytest.approx(expected)


def test_the_extremes_are_of_rows_that_were_not_trained_on(monkeypatch):
    table = np.random.default_rng(0).normal(size=(60, 4))
    trained_on = []

    def noted(detector, source, *arguments, **more):
        trained_on.append(source.batch(torch.arange(len(source))).numpy())
        return descend(detector, source, *arguments, **more)

    descend = LSA._descend
    monkeypatch.setattr(LSA, "_descend", noted)
    detector = LSA(epochs=2, random_state=0).fit(table)
    (seen,) = trained_on
    held_out = np.array([row for row in table if not (row == seen).all(1).any()])
    assert (len(seen), len(held_out)) == (54, 6)
    with torch.no_grad():
        terms = detector._terms(detector.scaling_(torch.as_tensor(held_out)))
    low, spread = detector.extremes_
    torch.testing.assert_close(low, terms.amin(0))
    torch.testing.assert_close(low + spread, terms.amax(0))


def test_training_makes_codes_less_surprising():
    table = np.random.default_rng(0).normal(size=(200, 4))
    settings = {"learning_rate": 1e-2, "random_state": 0}

    def surprise(epochs):
        detector = LSA(epochs=epochs, **settings).fit(table)
        with torch.no_grad():
            return detector._terms(detector.scaling_(torch.as_tensor(table)))[:, 1].mean()

    knows_nothing = 8 * math.log(16)
    assert surprise(40) < min(0.9 * knows_nothing, surprise(1))


def test_the_score_is_the_sum_of_two_scaled_terms():
    table = np.random.default_rng(0).normal(size=(60, 4))
    detector = LSA(epochs=2, random_state=0).fit(table)
    low, spread = detector.extremes_
    with torch.no_grad():
        terms = detector._terms(detector.scaling_(torch.as_tensor(table)))
    expected = (terms[:, 0] - low[0]) / spread[0] + (terms[:, 1] - low[1]) / spread[1]
    np.testing.assert_allclose(detector.anomaly_score(table), expected)
