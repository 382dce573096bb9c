import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from cance_edu.method.moments import RunningMoments, merge_covariances, merge_means


@pytest.mark.equation("13", "14")
@given(
    st.lists(st.integers(1, 20), min_size=1, max_size=8),
    st.sampled_from([0.0, 1e5, 1e8]),
    st.integers(0, 99),
)
@example([1] * 8, 1e8, 0)
def test_any_batching_gives_the_moments_of_all_points(sizes, offset, seed):
    points = np.random.default_rng(seed).normal(offset, 2, size=(sum(sizes), 3))
    moments = RunningMoments(3)
    for batch in np.split(points, np.cumsum(sizes)[:-1]):
        moments.update(torch.from_numpy(batch))
    np.testing.assert_allclose(moments.mean, points.mean(0), rtol=1e-15, atol=1e-14)
    # Points of deviation 2 are rounded at eps * offset; E[x^2] - E[x]^2 would lose eps * offset^2.
    round_off = 50 * np.finfo(float).eps * (offset + 10)
    covariance = np.cov(points.T, bias=True)
    np.testing.assert_allclose(moments.covariance, covariance, rtol=1e-12, atol=round_off)
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
