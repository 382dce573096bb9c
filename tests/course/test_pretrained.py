import numpy as np
import torch

from cance_edu.course.features.pretrained import SmallClassifier, features_of, pretrain, scattered
from cance_edu.datasets import digits


def test_scattered_images_are_whole_and_alone_on_their_canvas():
    images = np.random.default_rng(0).uniform(0.1, 1, (30, 1, 8, 6)).astype(np.float32)
    canvas = scattered(images, np.random.default_rng(1), size=11)
    assert canvas.shape == (30, 1, 11, 11)
    corners = set()
    for page, image in zip(canvas, images, strict=True):
        rows, columns = np.nonzero(page[0])
        corners.add((rows.min(), columns.min()))
        top, left = rows.min(), columns.min()
        np.testing.assert_array_equal(page[:, top : top + 8, left : left + 6], image)
        assert np.count_nonzero(page) == 48
    assert {top for top, _ in corners} == {0, 1, 2, 3}
    assert {left for _, left in corners} == {0, 1, 2, 3, 4, 5}


def test_features_are_the_means_of_the_last_maps_and_feed_the_last_layer():
    network = SmallClassifier(3, n_features=5).eval()
    images = np.random.default_rng(0).random((4, 1, 10, 12), dtype=np.float32)
    features = features_of(network, images)
    x = torch.from_numpy(images)
    with torch.no_grad():
        maps = network.trunk[:-2](x)
        logits = network.head(torch.from_numpy(features).float())
        torch.testing.assert_close(network(x), logits)
    np.testing.assert_allclose(features, maps.numpy().mean((2, 3)), rtol=1e-5)
    assert (features >= 0).all()
    assert features.shape == (4, 5)


def test_it_learns_and_the_same_seed_gives_the_same_network():
    known = digits()
    few = known.labels < 3
    images, labels = known.images[few], known.labels[few]
    state = torch.random.get_rng_state()
    first, again = (pretrain(images, labels, _as_is, steps=40, random_state=3) for _ in range(2))
    untrained = pretrain(images, labels, _as_is, steps=0, random_state=3)
    assert torch.equal(torch.random.get_rng_state(), state)
    shares = [
        (network(torch.from_numpy(images)).argmax(1).numpy() == labels).mean()
        for network in (first, untrained)
    ]
    assert shares[0] > 0.95 > shares[1]
    np.testing.assert_array_equal(features_of(first, images), features_of(again, images))


def _as_is(images, rng):
    return images
