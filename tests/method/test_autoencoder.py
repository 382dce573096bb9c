import json
import math

import numpy as np
import pytest
import torch

from cance_edu.method.autoencoder import (
    convolutional_autoencoder,
    covariance_loss,
    dense_autoencoder,
    reconstruction_loss,
)
from cance_edu.method.moments import condition_number
from cance_edu.training import autoencoder as training
from cance_edu.training.autoencoder import (
    latent_covariance,
    smallest_well_conditioned,
    train_autoencoder,
)
from cance_edu.training.sources import Source


@pytest.mark.equation("1")
def test_reconstruction_loss_sums_over_pixels_and_averages_over_images():
    x, y = np.random.default_rng(0).random((2, 5, 3, 4, 4))
    brute = sum(((a - b) ** 2).sum() for a, b in zip(x, y, strict=True)) / 5
    ours = reconstruction_loss(torch.from_numpy(x), torch.from_numpy(y))
    np.testing.assert_allclose(ours, brute)


def test_images_and_reconstructions_of_unequal_shapes_have_no_loss():
    with pytest.raises(ValueError, match=r"shape \(2, 1, 4, 4\), reconstructions \(2, 4, 4\); exp"):
        reconstruction_loss(torch.zeros(2, 1, 4, 4), torch.ones(2, 4, 4))


@pytest.mark.equation("2")
@pytest.mark.parametrize("d", [1, 2, 5])
def test_covariance_loss_is_the_mean_squared_off_diagonal_element(d):
    z = np.random.default_rng(d).normal(size=(7, d)) @ np.random.default_rng(9).normal(size=(d, d))
    covariance = np.atleast_2d(np.cov(z.T, bias=True))
    off = [covariance[i, j] ** 2 for i in range(d) for j in range(d) if i != j]
    ours = covariance_loss(torch.from_numpy(z))
    np.testing.assert_allclose(ours, np.mean(off) if off else 0.0)


def test_losses_have_the_gradients_of_finite_differences():
    z = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.autograd.gradcheck(covariance_loss, z.requires_grad_())
    assert torch.autograd.gradcheck(lambda x: reconstruction_loss(z.detach(), x), (z * 2,))


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 32, 32), (1, 28, 28), (3, 11, 7), (1, 1, 5)])
def test_reconstructions_have_the_images_shape(shape):
    model = convolutional_autoencoder(shape, 4).eval()
    reconstructions = model(torch.rand(2, *shape))
    assert reconstructions.shape == (2, *shape)
    assert ((reconstructions >= 0) & (reconstructions <= 1)).all()
    assert model.encode(torch.rand(2, *shape)).shape == (2, 4)


def test_without_bounds_a_reconstruction_is_the_sigmoids_logit():
    models = []
    for bounded in (True, False):
        torch.manual_seed(0)
        models.append(convolutional_autoencoder((1, 8, 8), 4, bounded=bounded).eval())
    images = torch.rand(3, 1, 8, 8)
    inside, anywhere = (model(images) for model in models)
    torch.testing.assert_close(inside.logit(), anywhere)
    assert (anywhere < 0).any()


def test_latents_are_standardised_without_learned_scale():
    norm = dense_autoencoder(5, 3).encoder[-1]
    assert isinstance(norm, torch.nn.BatchNorm1d)
    assert list(norm.parameters()) == []
    table = 100 * np.random.default_rng(0).normal(size=(64, 5))
    latent = dense_autoencoder(5, 3).double().encode(torch.from_numpy(table)).detach()
    np.testing.assert_allclose(latent.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(latent.std(0, correction=0), 1, atol=1e-3)


def test_second_stage_leaves_encoder_and_its_statistics_alone(monkeypatch):
    model = dense_autoencoder(5, 2).double()
    source = Source(np.random.default_rng(0).normal(size=(64, 5)))
    seen = [{k: v.clone() for k, v in model.state_dict().items()}]
    of_steps = []
    step = training.Descent.step

    def spy(self, loss):
        value = step(self, loss)
        of_steps.append(value)
        seen.append({k: v.clone() for k, v in model.state_dict().items()})
        return value

    monkeypatch.setattr(training.Descent, "step", spy)
    generator = torch.Generator().manual_seed(0)
    losses = train_autoencoder(model, source, generator=generator, epochs=(2, 3), batch_size=32)
    np.testing.assert_allclose(losses, np.reshape(of_steps, (5, 2)).mean(1), rtol=1e-6)
    start, first, last = seen[0], seen[4], seen[-1]
    for name, before in first.items():
        assert not torch.equal(start[name], before)
        same = torch.equal(before, last[name])
        assert same if name.startswith("encoder") else not same
    assert not any(module.training for module in model.modules())


def test_condition_number_against_numpy_and_for_a_singular_matrix():
    a = np.random.default_rng(0).normal(size=(9, 4))
    covariance = torch.from_numpy(a.T @ a)
    np.testing.assert_allclose(condition_number(covariance), np.linalg.cond(covariance))
    assert condition_number(torch.ones(3, 3)) == math.inf
    assert condition_number(torch.zeros(3, 3)) == math.inf


def test_latent_covariance_of_batches_is_that_of_all_latents():
    model = dense_autoencoder(5, 3).double().eval()
    table = np.random.default_rng(0).normal(size=(2300, 5))
    latent = model.encode(torch.from_numpy(table)).detach().numpy()
    covariance = latent_covariance(model, Source(table))
    np.testing.assert_allclose(covariance, np.cov(latent.T, bias=True), rtol=1e-9)


def test_auto_takes_the_smallest_well_conditioned_weight():
    conditions = {0.0: 1e6, 1.0: 150.0, 10.0: 50.0, 100.0: 2.0}
    models = {}

    def train(weight):
        models[weight] = dense_autoencoder(2, 2)
        return models[weight], conditions[weight]

    model, found = smallest_well_conditioned(train, list(conditions))
    assert list(models) == [0.0, 1.0, 10.0]
    assert model is models[10.0]
    assert found == {w: conditions[w] for w in models}
    model, found = smallest_well_conditioned(train, [0.0, 1.0])
    assert model is models[1.0]
    assert list(found) == [0.0, 1.0]
    with pytest.raises(ValueError, match="weights is empty; expected at least one"):
        smallest_well_conditioned(train, ())


def test_channels_may_be_an_array():
    model = convolutional_autoencoder((1, 8, 8), 2, np.array([4, 8]))
    assert model.config["channels"] == [4, 8]
    assert json.dumps(model.config)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 17, 30), (4, 63, 21)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_last_layer_is_the_transposed_convolution_of_its_weights(shape, dtype):
    torch.manual_seed(0)
    model = convolutional_autoencoder(shape, 4).to(dtype)
    last = [layer for layer in model.decoder if isinstance(layer, torch.nn.ConvTranspose2d)][-1]
    assert type(last) is not torch.nn.ConvTranspose2d
    inputs = torch.randn(5, last.in_channels, 9, 7, dtype=dtype)
    plain = torch.nn.ConvTranspose2d(last.in_channels, shape[0], 4, stride=2, padding=1).to(dtype)
    plain.load_state_dict(last.state_dict())
    outputs, gradients = [], []
    for layer in (last, plain):
        outputs.append(layer(inputs))
        loss = outputs[-1].sin().sum()
        gradients.append(torch.autograd.grad(loss, [layer.weight, layer.bias]))
    tolerance = {"rtol": 1e-4, "atol": 1e-4} if dtype == torch.float32 else {}
    torch.testing.assert_close(outputs[0], outputs[1], **tolerance)
    torch.testing.assert_close(gradients[0], gradients[1], **tolerance)


def test_small_images_keep_the_transposed_convolution():
    layers = convolutional_autoencoder((1, 16, 16), 4).decoder
    kinds = {type(layer) for layer in layers if isinstance(layer, torch.nn.ConvTranspose2d)}
    assert kinds == {torch.nn.ConvTranspose2d}


def test_a_dense_autoencoder_needs_a_hidden_layer():
    with pytest.raises(ValueError, match="got no hidden layer; expected the width of at least one"):
        dense_autoencoder(5, 3, hidden=())
