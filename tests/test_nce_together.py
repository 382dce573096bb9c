from dataclasses import replace

import pytest
import torch

from cance_edu.augmentation import ReconstructionAugmentation
from cance_edu.moments import RunningMoments
from cance_edu.nce import Contrast, NCEFit, nce_loss, train_nce
from cance_edu.nce_together import LogRatios, train_nce_together
from cance_edu.noise import GaussianNoise, widen

CONTRAST = Contrast(noise_ratio=0.7, steps=60, batch_size=32, hidden=(16, 8))


def features(seed, n=400):
    generator = torch.Generator().manual_seed(seed)
    z = (1 + seed) * torch.randn(n, 4, dtype=torch.float64, generator=generator)
    z[:, -2:] = (0.3 * z[:, -2:] / (1 + seed)).exp()
    return z


def fit(seed, kind=None, contrast=CONTRAST, held_out=True):
    z = features(seed)
    moments = RunningMoments(4).update(z)
    augmentation = kind and ReconstructionAugmentation.from_moments(
        moments.mean, moments.covariance, kind
    )
    return NCEFit(
        z,
        GaussianNoise(moments.mean, moments.covariance),
        contrast,
        torch.Generator().manual_seed(seed),
        augmentation,
        features(seed, 100) if held_out else None,
    )


def several(contrast=CONTRAST):
    """Fits that differ in all that may differ."""
    wide = replace(contrast, initial_scale=3.0)
    return [fit(0, None, contrast), fit(1, "paper", wide), fit(2, "k-aware", contrast, False)]


def together(fits):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return train_nce_together(fits)


def one_by_one(fits):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return [train_nce(**vars(each)) for each in fits]


def assert_same(ours, theirs, tolerance):
    (network, scale, history), (other, other_scale, other_history) = ours, theirs
    close = {"rtol": tolerance, "atol": tolerance}
    torch.testing.assert_close(network.state_dict(), other.state_dict(), **close)
    torch.testing.assert_close(scale, other_scale, **close)
    assert network.training is other.training is False
    assert history.step == other_history.step
    for name in ("loss", "held_out_loss", "mass", "scale", "weights"):
        torch.testing.assert_close(getattr(history, name), getattr(other_history, name), **close)


def first_gradients(dtype):
    """Of the first step, each fit's and layer's: taken together, and of each fit alone."""
    fits = several(replace(CONTRAST, hidden=(64, 64)))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        networks = [each.new_network().to(dtype) for each in fits]
    points = []
    for each in fits:
        scale = torch.full_like(each.noise.mean, each.contrast.initial_scale)
        z, v = each.draw(scale)
        points.append(torch.cat([z, widen(v, each.noise.mean, scale)]))
    stacked = LogRatios(networks)
    on_data, on_noise = stacked(torch.stack(points)).split([32, 22], dim=1)
    (len(fits) * nce_loss(on_data, on_noise, 0.7)).backward()
    for i, (network, own) in enumerate(zip(networks, points, strict=True)):
        nce_loss(*network(own).split([32, 22]), 0.7).backward()
        ours = [g for pair in zip(stacked.weights, stacked.biases, strict=True) for g in pair]
        alone = [weight.grad for weight in network.parameters()]
        yield [g.grad[i].T.reshape(w.shape) for g, w in zip(ours, alone, strict=True)], alone


def test_gradients_of_the_first_step_are_those_of_separate_fits():
    for ours, alone in first_gradients(torch.float32):
        ours, alone = (torch.cat([g.ravel() for g in layers]) for layers in (ours, alone))
        assert (ours - alone).norm() < 1e-5 * alone.norm()


def test_without_round_off_so_are_those_of_every_layer():
    # In float32 the last bias, whose terms nearly cancel, may be off by more, either way of two.
    for ours, alone in first_gradients(torch.float64):
        for mine, layer in zip(ours, alone, strict=True):
            assert (mine - layer).norm() < 1e-10 * layer.norm()


@pytest.mark.parametrize("objective", ["eq8", "eq12", "naive", "fixed"])
def test_each_fit_is_what_train_nce_makes_of_it_alone(objective):
    contrast = replace(CONTRAST, noise_objective=objective)
    for ours, theirs in zip(
        together(several(contrast)), one_by_one(several(contrast)), strict=True
    ):
        assert_same(ours, theirs, 1e-5)


def test_one_fit_alone_is_trained_too():
    (ours,), (theirs,) = together([fit(1, "paper")]), one_by_one([fit(1, "paper")])
    assert_same(ours, theirs, 1e-5)


def test_nothing_leaks_from_one_fit_to_another():
    first, _, last = together(several())
    fits = several()
    fits[1] = fit(7, "k-aware")
    same, other, same_too = together(fits)
    assert_same(first, same, 1e-6)
    assert_same(last, same_too, 1e-6)
    assert not torch.allclose(other[1], first[1])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hidden": (16,)}, r"hidden is \(16, 8\) in one fit and \(16,\)"),
        ({"steps": 7}, "steps is 60 in one fit and 7 in another"),
        ({"batch_size": 8}, "batch_size is 32 in one fit and 8"),
        ({"noise_ratio": 2.0}, "noise_ratio is 0.7 in one fit and 2.0"),
        ({"noise_objective": "fixed"}, "noise_objective is 'eq8' in one fit and 'fixed'"),
        ({"learning_rate": 1.0}, "learning_rate is 0.002 in one fit and 1.0"),
    ],
)
def test_fits_with_other_settings_are_refused_by_name(changed, message):
    with pytest.raises(ValueError, match=message):
        train_nce_together([fit(0), fit(1, contrast=replace(CONTRAST, **changed))])


def test_fits_of_another_dimension_are_refused():
    small = fit(0)
    flat = GaussianNoise(small.noise.mean[:3], small.noise.covariance[:3, :3])
    with pytest.raises(ValueError, match="dimension is 4 in one fit and 3 in another"):
        train_nce_together([small, replace(small, composite=small.composite[:, :3], noise=flat)])


def test_no_fits_are_refused():
    with pytest.raises(ValueError, match="no fits"):
        train_nce_together([])


def test_widths_as_a_list_are_the_widths_as_a_tuple():
    short = replace(CONTRAST, steps=1)
    both = [fit(0, contrast=short), fit(1, contrast=replace(short, hidden=[16, 8]))]
    assert len(together(both)) == 2


def test_a_loss_that_is_not_finite_stops_all_fits():
    wild = replace(CONTRAST, learning_rate=1e30)
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        together([fit(0, contrast=wild), fit(1, contrast=wild)])
