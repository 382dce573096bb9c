import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from cance_edu.method.autoencoder import convolutional_autoencoder
from cance_edu.method.composite import (
    PrincipalComponents,
    composite,
    cosine_dissimilarity,
    reconstruction_error,
)
from cance_edu.training.features import composite_features
from cance_edu.training.sources import Source
from tests.round_off import rounded

X, Y = np.random.default_rng(0).random((2, 6, 1, 4, 4))


def test_features_against_loops_in_numpy_and_torch():
    error = [np.mean((a - b) ** 2) for a, b in zip(X, Y, strict=True)]
    angle = [
        0.5 * (1 - np.vdot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))
        for a, b in zip(X, Y, strict=True)
    ]
    for kind in (np.asarray, torch.from_numpy):
        np.testing.assert_allclose(reconstruction_error(kind(X), kind(Y)), error)
        np.testing.assert_allclose(cosine_dissimilarity(kind(X), kind(Y)), angle)
    z = composite(torch.zeros(6, 3, dtype=torch.float64), torch.from_numpy(X), torch.from_numpy(Y))
    np.testing.assert_allclose(z, np.c_[np.zeros((6, 3)), error, angle])


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, bool])
def test_features_of_integers_are_those_of_the_same_numbers(dtype):
    x, y = np.array([[0, 255, 1]], dtype), np.array([[255, 0, 1]], dtype)
    for kind in (np.asarray, torch.from_numpy):
        for feature in (reconstruction_error, cosine_dissimilarity):
            found, expected = feature(kind(x), kind(y)), feature(x.astype(float), y.astype(float))
            assert found == pytest.approx(expected)
    assert reconstruction_error(*np.array([[[0, 255]], [[255, 0]]], np.uint8)) == 65025


def test_no_inputs_have_no_features():
    for feature in (reconstruction_error, cosine_dissimilarity):
        assert feature(X[:0], Y[:0]).shape == (0,)
        assert feature(*torch.zeros(2, 0, 1, 4, 4)).shape == (0,)


@pytest.mark.parametrize("other", [Y[:1], Y[..., :1], Y[:3].reshape(6, 8)])
def test_features_of_unequal_shapes_are_refused(other):
    for feature in (reconstruction_error, cosine_dissimilarity):
        with pytest.raises(ValueError, match=r"shape \(6, 1, 4, 4\), .*; expected as many"):
            feature(X, other)
    assert reconstruction_error(X, Y.reshape(6, 16)) == pytest.approx(reconstruction_error(X, Y))


def test_zero_images_have_dissimilarity_one_half_and_opposite_ones_one():
    zero, one = np.zeros((1, 4)), np.ones((1, 4))
    for kind in (np.asarray, torch.from_numpy):
        assert cosine_dissimilarity(kind(zero), kind(one)) == 0.5
        assert cosine_dissimilarity(kind(one), kind(zero)) == 0.5
        assert cosine_dissimilarity(kind(one), kind(-one)) == 1
        assert cosine_dissimilarity(kind(one), kind(one)) == 0


@given(
    arrays(np.float64, (2, 3, 4), elements=st.floats(0, 1, width=16)),
    st.floats(0.01, 100),
    st.floats(0.01, 100),
)
def test_range_and_scale_of_the_features(pair, a, b):
    x, y = pair
    error, dissimilarity = reconstruction_error(x, y), cosine_dissimilarity(x, y)
    assert ((error >= 0) & (error <= 1)).all()
    assert ((dissimilarity >= 0) & (dissimilarity <= 0.5)).all()
    # A cosine of n numbers: n roundings of the product, n of the two lengths, six more; twice.
    n = x.shape[1]
    scaled = cosine_dissimilarity(a * x, b * y)
    np.testing.assert_allclose(scaled, dissimilarity, rtol=0, atol=rounded(2 * n + 8))
    # Different 16-bit numbers differ by 2**-11 of the larger one, so that the roundings of a x and
    # a y are 2**12 times as large beside a (x - y), and twice that beside its square.
    scaled = reconstruction_error(a * x, a * y)
    np.testing.assert_allclose(scaled, a**2 * error, rtol=rounded(2**13 + 2 * n + 8))
    assert (reconstruction_error(x, x) == 0).all()


def test_features_of_batches_are_those_of_all_images():
    model = convolutional_autoencoder((1, 4, 4), 3, channels=(2,), hidden=8).eval()
    images = np.random.default_rng(3).random((2300, 4, 4), dtype=np.float32)
    features = composite_features(model, Source(images))
    x = torch.from_numpy(images)[:, None]
    latent = model.encode(x)
    expected = composite(latent, x, model.decode(latent)).detach()
    assert (features.dtype, features.requires_grad) == (torch.float64, False)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-6)


def test_dissimilarity_of_images_of_low_contrast_is_more_than_round_off():
    """Grey values that differ by a thousandth: z_c is about 1e-7, the step of float32 near 1."""
    images = (0.5 + 0.001 * (np.random.default_rng(0).random((300, 1, 8, 8)) - 0.5)).astype("f4")
    components = PrincipalComponents(64, 6).fit([torch.from_numpy(images)])
    features = composite_features(components, Source(images))
    x = torch.from_numpy(images)
    rebuilt = components.decode(components.encode(x)).reshape(x.shape)
    expected = cosine_dissimilarity(*(a.double().numpy() for a in (x, rebuilt)))
    assert 0 < expected.max() < 1e-6
    np.testing.assert_allclose(features[:, -1], expected, rtol=1e-6)


def test_principal_components_are_scikit_learns_whitened_ones():
    data = np.random.default_rng(1).normal(size=(2500, 5)) * [5, 4, 3, 2, 1] + 7
    ours = PrincipalComponents(5, 3).fit(Source(data).batches())
    theirs = PCA(3, whiten=True).fit(data)
    scores = ours.encode(torch.from_numpy(data)).numpy()
    # Biased against unbiased variance, and the sign of a direction is free.
    expected = theirs.transform(data) * np.sqrt(2500 / 2499)
    np.testing.assert_allclose(np.abs(scores), np.abs(expected), atol=1e-8)
    np.testing.assert_allclose(
        ours.decode(torch.from_numpy(scores)), theirs.inverse_transform(theirs.transform(data))
    )
    np.testing.assert_allclose(scores.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(scores.std(0), 1)


def test_too_many_components_are_refused():
    data = np.random.default_rng(2).normal(size=(50, 2)) @ np.ones((2, 4))
    with pytest.raises(ValueError, match="latent_dim = 3; choose fewer than 1, or 1 for"):
        PrincipalComponents(4, 3).fit(Source(data).batches())
