from itertools import product

import numpy as np
import pytest
import torch

from cance_edu.detectors.pixelcnn import GatedPixelCNN, image_nll, raster


def random_network(levels=2, layers=3):
    torch.manual_seed(0)
    return GatedPixelCNN(levels, channels=4, layers=layers).double()


@pytest.mark.parametrize("layers", [1, 3])
def test_all_binary_images_together_have_probability_one(layers):
    images = torch.tensor(list(product([0, 1], repeat=9))).reshape(512, 3, 3)
    with torch.no_grad():
        probabilities = (-image_nll(images, random_network(layers=layers)(images))).exp()
    assert probabilities.sum().item() == pytest.approx(1)
    assert probabilities.std() > 0


def test_a_changed_pixel_leaves_its_own_and_earlier_logits_alone():
    network = random_network(levels=5)
    image = torch.randint(5, (1, 6, 7))
    with torch.no_grad():
        before = network(image).flatten(2)
        for place in range(42):
            other = image.flatten(1).clone()
            other[0, place] = (other[0, place] + 2) % 5
            after = network(other.reshape(1, 6, 7)).flatten(2)
            assert torch.equal(after[..., : place + 1], before[..., : place + 1])
            # No blind spot: the next pixel in raster order always sees it.
            if place % 7 < 6:
                assert (after[..., place + 1] != before[..., place + 1]).any()


def test_there_is_no_blind_spot_above_to_the_right():
    network = random_network(levels=5, layers=4)
    inputs = torch.randint(5, (1, 6, 7))
    moved = inputs.clone()
    moved[0, 1, 5] = (moved[0, 1, 5] + 2) % 5
    with torch.no_grad():
        changed = (network(moved) != network(inputs)).any(1)[0]
    # Two rows below and two columns to the left: a single masked stack of 3 x 3 never sees it.
    assert changed[3, 3]


def test_the_surprise_by_hand():
    logits, levels = torch.randn(2, 4, 3, 3).double(), torch.randint(4, (2, 3, 3))
    for n in range(2):
        weights = np.exp(logits[n].numpy())
        shares = weights / weights.sum(0)
        places = np.ndindex(3, 3)
        expected = -sum(np.log(shares[levels[n, i, j], i, j]) for i, j in places)
        assert image_nll(levels, logits)[n].item() == pytest.approx(expected)


def test_the_channels_of_a_pixel_stand_side_by_side():
    image = torch.arange(12.0).reshape(1, 3, 2, 2)
    expected = torch.tensor([[0.0, 4, 8, 1, 5, 9], [2, 6, 10, 3, 7, 11]])
    assert torch.equal(raster(image), expected[None, None])


def test_levels_are_the_nearest():
    values = torch.tensor([0.0, 0.1, 0.13, 0.5, 1.0]).reshape(1, 1, 1, 5)
    assert GatedPixelCNN(5, 2, 1).quantize(values).flatten().tolist() == [0, 0, 1, 2, 4]
