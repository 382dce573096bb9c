import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from cance_edu.composite import (
    PrincipalComponents,
    composite,
    cosine_dissimilarity,
    reconstruction_error,
)
from cance_edu.sources import Source

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


def test_zero_images_have_dissimilarity_one_half_and_opposite_ones_one():
    zero, one = np.zeros((1, 4)), np.ones((1, 4))
    for kind in (np.asarray, torch.from_numpy):
        assert cosine_dissimilarity(kind(zero), kind(one)) == 0.5
        assert cosine_dissimilarity(kind(one), kind(zero)) == 0.5
        assert cosine_dissimilarity(kind(one), kind(-one)) == 1
        assert cosine_dissimilarity(kind(one), kind(one)) == 0


def test_principal_components_are_scikit_learns_whitened_ones():
    data = np.random.default_rng(1).normal(size=(2500, 5)) * [5, 4, 3, 2, 1] + 7
    ours = PrincipalComponents(5, 3).fit(Source(data))
    theirs = PCA(3, whiten=True).fit(data)
    scores = ours.encode(torch.from_numpy(data)).numpy()
    # Biased against unbiased variance, and the sign of a direction is free.
    expected = theirs.transform(data) * np.sqrt(2500 / 2499)
    np.testing.assert_allclose(np.abs(scores), np.abs(expected), atol=1e-8)
    np.testing.assert_allclose(
        ours.decode(torch.from_numpy(scores)), theirs.inverse_transform(theirs.transform(data))
    )


def test_too_many_components_are_refused():
    data = np.random.default_rng(2).normal(size=(50, 2)) @ np.ones((2, 4))
    with pytest.raises(ValueError, match="choose at most 1"):
        PrincipalComponents(4, 3).fit(Source(data))
