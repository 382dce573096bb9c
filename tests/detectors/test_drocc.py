import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from cance_edu.detectors.drocc import DROCC, channel_scaling, drocc_loss
from cance_edu.detectors.drocc_search import project, search
from cance_edu.training.sources import Source


def norms(steps):
    return steps.flatten(1).norm(dim=1)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(16, 20), nn.Tanh(), nn.Linear(20, 1), nn.Flatten(0)
    )


def test_the_loss_is_torchs_cross_entropy():
    normal, negative = torch.randn(2, 8).double()
    expected = binary_cross_entropy_with_logits(normal, torch.ones_like(normal))
    expected += 0.3 * binary_cross_entropy_with_logits(negative, torch.zeros_like(negative))
    torch.testing.assert_close(drocc_loss(normal, negative, 0.3), expected)


@pytest.mark.parametrize("gamma", [1.0, 2.0])
def test_projections_keep_the_direction_and_stay_between_the_spheres(gamma):
    steps = torch.randn(50, 1, 4, 4).double() * torch.logspace(-2, 2, 50)[:, None, None, None]
    projected = project(steps, 3.0, gamma)
    assert (norms(projected) >= 3 - 1e-9).all()
    assert (norms(projected) <= 3 * gamma + 1e-9).all()
    cosine = (steps * projected).flatten(1).sum(1) / (norms(steps) * norms(projected))
    torch.testing.assert_close(cosine, torch.ones(50).double())
    inside = (norms(steps) >= 3) & (norms(steps) <= 3 * gamma)
    torch.testing.assert_close(projected[inside], steps[inside])


@pytest.mark.parametrize("gamma", [1.0, 2.0])
@pytest.mark.parametrize("ascent", [(50, 0.001), (25, 0.2)])
def test_the_search_stays_between_the_spheres_and_goes_no_further_than_its_path(
    network, gamma, ascent
):
    inputs, noise = torch.randn(2, 30, 1, 4, 4)
    start = project(noise, 2.0, gamma)
    end = search(network, inputs, noise, 2.0, gamma, ascent)
    assert (norms(end) >= 2 - 1e-5).all()
    assert (norms(end) <= 2 * gamma + 1e-5).all()
    # A projection undoes at most what the steps before it left the shell by.
    assert (norms(end - start) <= 2 * ascent[0] * ascent[1] + 1e-5).all()
    assert network(inputs + end).mean() > network(inputs + start).mean()


def test_within_the_shell_the_path_is_exactly_as_long_as_computed():
    line = torch.randn(16)
    inputs, noise = torch.randn(10, 16), torch.randn(10, 16)
    noise = 3 * noise / norms(noise)[:, None]
    end = search(lambda x: x @ line, inputs, noise, 1.0, 9.0, (50, 0.001))
    # A linear network has one direction: fifty steps of a thousandth are 0.05.
    torch.testing.assert_close(norms(end - noise), torch.full((10,), 0.05), atol=1e-4, rtol=0)


def test_a_network_without_gradient_goes_nowhere():
    inputs, noise = torch.randn(2, 5, 16)
    end = search(lambda x: 0.0 * x.sum(1), inputs, noise, 1.0, 2.0, (5, 0.1))
    torch.testing.assert_close(end, project(noise, 1.0, 2.0))


def test_each_channel_of_all_images_has_mean_zero_and_deviation_one():
    images = np.random.default_rng(0).random((30, 3, 4, 4), dtype=np.float32)
    images[:, 1] *= 0.2
    scaled = channel_scaling(Source(images))(torch.as_tensor(images)).double()
    torch.testing.assert_close(scaled.mean((0, 2, 3)), torch.zeros(3).double(), atol=1e-5, rtol=0)
    torch.testing.assert_close(
        scaled.std((0, 2, 3), correction=0), torch.ones(3).double(), atol=1e-5, rtol=0
    )


def test_the_search_leaves_batch_norms_statistics_alone(monkeypatch):
    """Of 52 passes a step 51 would be of negatives, whose statistics normal inputs then met."""
    modes = []

    def noted(network, *arguments):
        modes.append(network.training)
        return search(network, *arguments)

    monkeypatch.setattr("cance_edu.detectors.drocc.search", noted)
    images = np.random.default_rng(0).random((40, 1, 8, 8), dtype=np.float32)
    detector = DROCC(epochs=1, warm_up_epochs=0, ascent_steps=2, batch_size=20, random_state=0)
    detector.fit(images)
    assert modes == [False, False]
    counted = [m.num_batches_tracked for m in detector.network_.modules() if hasattr(m, "momentum")]
    assert {int(count) for count in counted} == {2}  # a batch of normal inputs and negatives each


def test_a_warm_up_has_its_own_epochs():
    table = np.random.default_rng(0).normal(size=(40, 3))
    detector = DROCC(epochs=3, warm_up_epochs=2, ascent_steps=2, random_state=0).fit(table)
    assert len(detector.losses_) == 5
