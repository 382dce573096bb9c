import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cance_edu.moments import RunningMoments, merge_covariances, merge_means


@pytest.mark.equation("13", "14")
@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.sampled_from([0.0, 1e5]))
def test_any_batching_gives_the_moments_of_all_points(sizes, offset):
    points = np.random.default_rng(sum(sizes)).normal(offset, 2, size=(sum(sizes), 3))
    moments = RunningMoments(3)
    for batch in np.split(points, np.cumsum(sizes)[:-1]):
        moments.update(torch.from_numpy(batch))
    np.testing.assert_allclose(moments.mean, points.mean(0), rtol=1e-12)
    covariance = np.cov(points.T, bias=True)
    np.testing.assert_allclose(moments.covariance, covariance, rtol=1e-9, atol=1e-9)
    assert moments.count == len(points)
    assert moments.covariance.dtype == torch.float64


@pytest.mark.equation("13", "14")
def test_merging_two_groups_in_numpy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 2)), rng.normal(3, 2, size=(2, 2))
    mean = merge_means(5, a.mean(0), 2, b.mean(0))
    covariance = merge_covariances(
        5, a.mean(0), np.cov(a.T, bias=True), 2, b.mean(0), np.cov(b.T, bias=True)
    )
    both = np.concatenate([a, b])
    np.testing.assert_allclose(mean, both.mean(0))
    np.testing.assert_allclose(covariance, np.cov(both.T, bias=True))


def test_wrong_batches_are_refused():
    with pytest.raises(ValueError, match=r"expected \(n, 3\)"):
        RunningMoments(3).update(torch.zeros(0, 3))
    with pytest.raises(ValueError, match="shape"):
        RunningMoments(3).update(torch.zeros(2, 4))
