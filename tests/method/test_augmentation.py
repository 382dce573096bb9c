import numpy as np
import pytest
import torch
from scipy import stats

from cance_edu.method.augmentation import ReconstructionAugmentation, sample_truncated_normal

MODE = torch.tensor([0.02, 0.1], dtype=torch.float64)
DEVIATION = torch.tensor([0.015, 0.3], dtype=torch.float64)
SCALE = torch.tensor([1.0, 1.0, 2.0, 5.0], dtype=torch.float64)


def test_augmentations_are_hashed_by_identity():
    assert len({ReconstructionAugmentation(MODE, DEVIATION) for _ in range(2)}) == 2


def batch(n):
    """Latents and reconstruction features that hang together, as real ones do."""
    u = torch.rand(n, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    return u + u[:, :1] + 5


@pytest.mark.equation("10")
@pytest.mark.parametrize("kind", ["paper", "k-aware"])
def test_half_is_real_and_half_has_truncated_normal_features(kind):
    z = batch(20_000)
    before = z.clone()
    augment = ReconstructionAugmentation(MODE, DEVIATION, kind)
    augmented = augment(z, SCALE, torch.Generator().manual_seed(0))
    torch.testing.assert_close(z, before)
    torch.testing.assert_close(augmented[:10_000], z[:10_000])
    torch.testing.assert_close(augmented[:, :2], z[:, :2])
    artificial = augmented[10_000:].numpy()
    for j in (0, 1):
        s = (DEVIATION[j] * (SCALE[2 + j] if kind == "k-aware" else 1)).item()
        truth = stats.truncnorm(-MODE[j].item() / s, 0, loc=MODE[j].item(), scale=s)
        assert stats.kstest(artificial[:, 2 + j], truth.cdf).pvalue > 1e-3
    correlation = stats.spearmanr(artificial).statistic[2:]
    assert np.abs(correlation - np.eye(4)[2:]).max() < 0.04
    assert stats.spearmanr(z).statistic.min() > 0.3  # the augmentation made them independent


def test_moments_give_the_mode():
    mean = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    augment = ReconstructionAugmentation.from_moments(mean, torch.diag(mean + 1))
    expected = [m * (1 + (m + 1) / m**2) ** -1.5 for m in (1.0, 2.0)]
    np.testing.assert_allclose(augment.mode, expected)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_draws_stay_inside_for_extreme_scales(scale):
    draws = sample_truncated_normal(
        MODE, torch.full_like(MODE, scale), 10_000, torch.Generator().manual_seed(0)
    )
    assert (draws >= 0).all()
    assert (draws <= MODE).all()
    if scale == 1e9:  # then it is uniform
        assert stats.kstest(draws[:, 0].numpy() / 0.02, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("kind", ["paper", "k-aware"])
def test_a_vast_k_leaves_the_batch_finite_and_inside(kind):
    z, scale = batch(1000), torch.full((4,), 1e12, dtype=torch.float64)
    artificial = ReconstructionAugmentation(MODE, DEVIATION, kind)(z, scale)[500:, 2:]
    assert ((artificial >= 0) & (artificial <= MODE)).all()


def test_the_same_generator_gives_the_same_batch():
    augment = ReconstructionAugmentation(MODE, DEVIATION)
    first, second, other = (
        augment(batch(10), SCALE, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_an_odd_batch_has_no_half():
    with pytest.raises(ValueError, match="half and half"):
        ReconstructionAugmentation(MODE, DEVIATION)(batch(3), SCALE)
