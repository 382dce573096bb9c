from fractions import Fraction
from operator import mul

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from cance_edu.method.moments import (
    RunningMoments,
    merge_covariances,
    merge_means,
    moments_of,
)
from tests.round_off import rounded


def exact_moments(points):
    """Return mean and covariance in fractions, each rounded once."""
    columns = [[Fraction(value) for value in column] for column in points.T.tolist()]
    means = [sum(column) / len(column) for column in columns]
    centred = [[v - m for v in column] for column, m in zip(columns, means, strict=True)]
    covariance = [[sum(map(mul, a, b)) / len(points) for b in centred] for a in centred]
    return np.array(means, float), np.array(covariance, float)


def moments_errors(points, sizes):
    """Return how far off the running mean and covariance can be.

    A batch's mean is rounded once a point, and each update rounds it three times more. An update
    weighs the product of two differences of means by 1/4 at most; a difference is at most the
    points' spread and off by two errors of a mean. All else is rounding of squares of the spread:
    once a point and three times in a batch's covariance, seven times an update.
    """
    updates, spread = len(sizes), np.ptp(points, axis=0).max()
    mean = rounded(max(sizes) + 3 * updates + 1) * np.abs(points).max()
    products = updates * (spread * mean + mean**2)
    return mean, products + rounded(max(sizes) + 7 * updates + 4) * spread**2


@pytest.mark.equation("13", "14")
@given(
    st.lists(st.integers(1, 20), min_size=1, max_size=8),
    st.sampled_from([0.0, 1e5, 1e8]),
    st.integers(0, 99),
)
@example([1] * 8, 1e8, 0)
@example([1, 14, 20, 20, 20, 20], 1e5, 23)
def test_any_batching_gives_the_moments_of_all_points(sizes, offset, seed):
    points = np.random.default_rng(seed).normal(offset, 2, size=(sum(sizes), 3))
    moments = RunningMoments(3)
    for batch in np.split(points, np.cumsum(sizes)[:-1]):
        moments.update(torch.from_numpy(batch))
    mean, covariance = exact_moments(points)
    mean_error, covariance_error = moments_errors(points, sizes)
    np.testing.assert_allclose(moments.mean, mean, rtol=0, atol=mean_error)
    # E[x^2] - E[x]^2 would lose eps * offset^2.
    np.testing.assert_allclose(moments.covariance, covariance, rtol=0, atol=covariance_error)
    assert moments.count == len(points)
    assert moments.mean.dtype == moments.covariance.dtype == torch.float64


def test_float32_batches_are_computed_in_float64():
    points = torch.randn(50, 3, generator=torch.Generator().manual_seed(0)) + 1e4
    moments = RunningMoments(3).update(points[:20]).update(points[20:])
    exact = points.numpy().astype(float)
    np.testing.assert_allclose(moments.mean, exact.mean(0), rtol=1e-14)
    np.testing.assert_allclose(moments.covariance, np.cov(exact.T, bias=True), rtol=1e-9)


@pytest.mark.equation("13", "14")
@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_merging_two_groups_keeps_the_arguments_kind(kind):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 2)), rng.normal(3, 2, size=(2, 2))
    mean_a, mean_b = kind(a.mean(0)), kind(b.mean(0))
    covariance_a, covariance_b = kind(np.cov(a.T, bias=True)), kind(np.cov(b.T, bias=True))
    mean = merge_means(5, mean_a, 2, mean_b)
    covariance = merge_covariances(5, mean_a, covariance_a, 2, mean_b, covariance_b)
    assert type(mean) is type(covariance) is type(mean_a)
    both = np.concatenate([a, b])
    np.testing.assert_allclose(mean, both.mean(0))
    np.testing.assert_allclose(covariance, np.cov(both.T, bias=True))


def test_wrong_batches_are_refused():
    with pytest.raises(ValueError, match=r"expected \(n, 3\)"):
        RunningMoments(3).update(torch.zeros(0, 3))
    with pytest.raises(ValueError, match="shape"):
        RunningMoments(3).update(torch.zeros(2, 4))
    with pytest.raises(ValueError, match="shape"):
        RunningMoments(3).update(torch.zeros(3))


def test_moments_of_no_batch_are_refused():
    with pytest.raises(ValueError, match="got no batch; expected at least one"):
        moments_of([])
