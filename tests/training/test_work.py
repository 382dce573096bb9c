"""Work that training takes on once, not twice: passes through networks, sorting, copies."""

from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn

from cance_edu.method.autoencoder import convolutional_autoencoder
from cance_edu.method.nce import NOISE_OBJECTIVES, LogRatio
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.autoencoder import train_autoencoder
from cance_edu.training.contrast import Contrast, History, train_nce
from cance_edu.training.sources import Source


def seeded():
    return torch.Generator().manual_seed(0)


def fitted_noise(composite):
    return GaussianNoise(composite.mean(0), composite.T.cov(correction=0))


@pytest.mark.parametrize("objective", [*NOISE_OBJECTIVES, "fixed"])
def test_a_step_of_the_contrast_passes_t_once_for_its_loss_and_once_for_k(monkeypatch, objective):
    passes = Counter()
    forward = LogRatio.forward

    def counted(network, points):
        passes[len(points)] += 1
        return forward(network, points)

    monkeypatch.setattr(LogRatio, "forward", counted)
    monkeypatch.setattr(History, "record", lambda *_: None)  # its looks are not of a step
    composite = torch.randn(100, 3, generator=seeded()).double()
    settings = Contrast(noise_objective=objective, steps=20, batch_size=32, hidden=(4,))
    train_nce(composite, fitted_noise(composite), settings, generator=seeded())
    of_scale = 0 if objective == "fixed" else settings.rest
    assert sum(passes.values()) == settings.steps + of_scale
    assert passes[64] >= settings.steps, "data and noise in one pass"


def test_the_second_stage_does_not_encode_again():
    images = torch.rand(60, 1, 8, 8, generator=seeded())
    torch.manual_seed(0)
    model = convolutional_autoencoder((1, 8, 8), 2, (2, 4), 8)
    encoded = []
    model.encoder.register_forward_hook(lambda _, inputs, __: encoded.append(len(inputs[0])))
    train_autoencoder(model, Source(images), generator=seeded(), epochs=(2, 5), batch_size=20)
    assert sum(encoded) == 60 * (2 + 1), "two epochs, and once for the five that follow"


def test_convolutions_get_images_as_they_want_them():
    images = torch.rand(20, 3, 16, 16, generator=seeded())
    torch.manual_seed(0)
    model = convolutional_autoencoder((3, 16, 16), 2, (4, 8), 8)
    layouts = {}

    def look(layer, inputs, _):
        layouts[layer] = inputs[0].is_contiguous(memory_format=torch.channels_last)

    convolutions = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    for layer in convolutions:
        layer.register_forward_hook(look)
    train_autoencoder(model, Source(images), generator=seeded(), epochs=(1, 1), batch_size=10)
    last = {"memory_format": torch.channels_last}
    assert all(layer.weight.is_contiguous(**last) for layer in convolutions)
    # The dense layers' row comes to the decoder's first convolution in torch's own order.
    assert [layouts[layer] for layer in convolutions] == [True, True, False, True]


def test_rows_in_memory_are_not_sorted_to_be_read(monkeypatch, tmp_path):
    images = np.random.default_rng(0).random((30, 4, 4), dtype=np.float32)
    np.save(tmp_path / "images.npy", images)
    in_a_file = np.load(tmp_path / "images.npy", mmap_mode="r")
    rows, sorts = torch.tensor([5, 2, 29]), []
    argsort = torch.Tensor.argsort
    monkeypatch.setattr(torch.Tensor, "argsort", lambda t: sorts.append(t) or argsort(t))
    for data in (images, torch.from_numpy(images)):
        np.testing.assert_array_equal(Source(data).batch(rows)[:, 0], images[[5, 2, 29]])
    assert not sorts
    np.testing.assert_array_equal(Source(in_a_file).batch(rows)[:, 0], images[[5, 2, 29]])
    assert sorts, "forwards, as a disk likes it"
