"""Tasks of lessons 03 and 04: Eq. 2, Eq. 14, and the two reconstruction features."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.spatial import distance

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["COMPOSITE", "COVARIANCE_LOSS", "MERGE_COVARIANCES"]

_RNG = np.random.default_rng(0)
_LATENTS = (
    np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 3.0]]),  # small enough to work out by hand
    *(_RNG.normal(size=(n, d)) @ _RNG.normal(size=(d, d)) + 2 for n, d in ((6, 3), (9, 4), (5, 2))),
)


def _observe_loss(function: Function) -> Array:
    return np.concatenate([as_numbers(function(latent.copy()), ()) for latent in _LATENTS])


def _covariance(latent: Array) -> Array:
    return np.cov(latent.T, bias=True)


def _off(matrix: Array) -> Array:
    return matrix[~np.eye(len(matrix), dtype=bool)]


def _pairs(latent: Array) -> int:
    d = latent.shape[1]
    return d * (d - 1)


def _expected_losses() -> Array:
    """Sum over pairs of columns, one product at a time."""
    losses = []
    for latent in _LATENTS:
        n, d = latent.shape
        means = [sum(column) / n for column in latent.T]
        pairs = [(j, k) for j in range(d) for k in range(d) if j != k]
        covariances = [
            sum((row[j] - means[j]) * (row[k] - means[k]) for row in latent) / n for j, k in pairs
        ]
        losses.append(sum(c * c for c in covariances) / len(pairs))
    return np.array(losses)


COVARIANCE_LOSS = Task(
    name="covariance loss",
    equation="Eq. 2",
    minutes=15,
    signature="covariance_loss(latent)",
    observe=_observe_loss,
    expected=_expected_losses,
    misconceptions=(
        Misconception(
            "the diagonal was not removed",
            "Should a latent be punished for having a variance?",
            lambda z: (_covariance(z) ** 2).sum() / _pairs(z),
        ),
        Misconception(
            "the identity was subtracted instead of the diagonal",
            "That is the same only if every variance is exactly 1.",
            lambda z: ((_covariance(z) - np.eye(z.shape[1])) ** 2).sum() / _pairs(z),
        ),
        Misconception(
            "1/(n-1) instead of 1/n",
            "The paper's covariances are the biased ones. What does your library do by default?",
            lambda z: (_off(np.cov(z.T)) ** 2).mean(),
        ),
        Misconception(
            "the latents are not centred",
            "Add 10 to every latent: should the loss change?",
            lambda z: (_off(z.T @ z / len(z)) ** 2).mean(),
        ),
        Misconception(
            "divided by d squared",
            "How many elements are there off the diagonal?",
            lambda z: (_off(_covariance(z)) ** 2).sum() / z.shape[1] ** 2,
        ),
        Misconception(
            "the sum instead of the mean",
            "What stands in front of the norm in Eq. 2?",
            lambda z: (_off(_covariance(z)) ** 2).sum(),
        ),
        Misconception(
            "correlations instead of covariances",
            "What happens to the loss in Eq. 2 if a latent is doubled?",
            lambda z: (_off(np.corrcoef(z.T)) ** 2).mean(),
        ),
        Misconception(
            "absolute values instead of squares",
            "Which norm carries the F?",
            lambda z: np.abs(_off(_covariance(z))).mean(),
        ),
        Misconception(
            "the norm is not squared",
            "What stands behind the norm in Eq. 2, above and below?",
            lambda z: np.linalg.norm(_off(_covariance(z))) / _pairs(z),
        ),
        Misconception(
            "the covariance of images, not of latents: a transpose is missing",
            "`np.cov` takes each row for one variable. Print the shape of your covariance.",
            lambda z: (_off(np.cov(z, bias=True)) ** 2).sum() / _pairs(z),
        ),
        Misconception(
            "the mean over pairs of images, not of latents",
            "Print the shape of your covariance. How many latents are there?",
            lambda z: (_off(np.cov(z, bias=True)) ** 2).mean(),
        ),
        Misconception(
            "the sum is over one triangle, the divisor counts both",
            "How many elements do you add up, and by how many do you divide?",
            lambda z: (np.triu(_covariance(z), 1) ** 2).sum() / _pairs(z),
        ),
    ),
    cases=(f"the latents {_LATENTS[0].astype(int).tolist()}",),
)

_GROUPS = (
    (np.array([[0.0, 0.0]]), np.array([[2.0, 4.0]])),  # small enough to work out by hand
    *(
        (_RNG.normal(size=(n, d)) * 2, _RNG.normal(size=(m, d)) + 3)
        for n, m, d in ((5, 3, 2), (2, 9, 3), (7, 1, 2))
    ),
)


def _observe_merge(function: Function) -> Array:
    seen = []
    for a, b in _GROUPS:
        moments = (len(a), a.mean(0), _covariance(a), len(b), b.mean(0), _covariance(b))
        seen.append(as_numbers(function(*moments), (a.shape[1],) * 2))
    return np.concatenate(seen)


def _expected_merges() -> Array:
    """Take the covariance of all points at once."""
    return np.concatenate([_covariance(np.concatenate(group)).ravel() for group in _GROUPS])


def _merge(moments: Sequence[Any], between: float, share: float | None = None) -> Array:
    """Return Eq. 14 with another factor between the groups, or another share of the first."""
    n_t, mean_t, covariance_t, n_b, mean_b, covariance_b = moments
    share = n_t / (n_t + n_b) if share is None else share
    apart = np.outer(mean_t - mean_b, mean_t - mean_b)
    merged: Array = share * covariance_t + (1 - share) * covariance_b + between * apart
    return merged


def _factor(n_t: int, n_b: int) -> float:
    return n_t * n_b / (n_t + n_b) ** 2


MERGE_COVARIANCES = Task(
    name="covariance of two groups",
    equation="Eq. 14",
    minutes=15,
    signature="merge_covariances(n_t, mean_t, covariance_t, n_b, mean_b, covariance_b)",
    observe=_observe_merge,
    expected=_expected_merges,
    misconceptions=(
        Misconception(
            "the distance between the means is forgotten",
            "Two groups with no spread of their own, far apart: is the joint covariance zero?",
            lambda *m: _merge(m, between=0.0),
        ),
        Misconception(
            "the term between the groups is subtracted",
            "Can points get closer together because their groups are farther apart?",
            lambda *m: _merge(m, between=-_factor(m[0], m[3])),
        ),
        Misconception(
            "both groups weigh the same",
            "A batch of one and a batch of a thousand: who should have more to say?",
            lambda *m: _merge(m, between=_factor(m[0], m[3]), share=0.5),
        ),
        Misconception(
            "the weights are swapped",
            "Which group's covariance should the larger weight go to?",
            lambda *m: _merge(m, between=_factor(m[0], m[3]), share=m[3] / (m[0] + m[3])),
        ),
        Misconception(
            "1/(n-1) instead of 1/n",
            "Eq. 14 is for covariances that are divided by the number of points.",
            lambda *m: _merge(m, between=_factor(m[0], m[3])) * (m[0] + m[3]) / (m[0] + m[3] - 1),
        ),
        Misconception(
            "the term between the groups is divided by n, not by its square",
            "Double both groups: should their joint covariance change?",
            lambda *m: _merge(m, between=m[0] * m[3] / (m[0] + m[3])),
        ),
        Misconception(
            "the means' difference is squared coordinate by coordinate",
            "What does the transpose in Eq. 14 make of a row: a number, a row or a matrix?",
            lambda *m: _merge(m, between=0.0) + _factor(m[0], m[3]) * np.diag((m[1] - m[4]) ** 2),
        ),
        Misconception(
            "the term between the groups is one number, added to each element",
            "NumPy transposes an array of shape (d,) to itself. Print the shape of your product.",
            lambda *m: _merge(m, between=0.0) + _factor(m[0], m[3]) * ((m[1] - m[4]) ** 2).sum(),
        ),
        Misconception(
            "the term between the groups is a row, added to each row",
            "Print the shape of your term. Which one does a covariance have?",
            lambda *m: _merge(m, between=0.0) + _factor(m[0], m[3]) * (m[1] - m[4]) ** 2,
        ),
    ),
    cases=tuple(
        f"one point at (0, 0) and one at (2, 4), element [{i}, {j}],"
        for i in range(2)
        for j in range(2)
    ),
)

_X, _Y = _RNG.normal(size=(2, 7, 3, 5))  # negative values, and cosines of both signs
_X[0], _Y[0] = 0, 0
_X[0, 0, :1], _Y[0, 0, :2] = 1, 1  # small enough to work out by hand
_X[4], _Y[5], _X[6], _Y[6] = 0, 0, 0, 0


def _observe_features(function: Function) -> Array:
    return as_numbers(function(_X.copy(), _Y.copy()), (len(_X), 2))


def _expected_features() -> Array:
    """Take SciPy's distances, image by image; where one of the two is zero, the cosine is 0."""
    rows = []
    for x, y in zip(_X.reshape(len(_X), -1), _Y.reshape(len(_Y), -1), strict=True):
        cosine = 1 - distance.cosine(x, y) if x.any() and y.any() else 0.0
        rows.append((distance.sqeuclidean(x, y) / x.size, (1 - cosine) / 2))
    return np.array(rows).ravel()


def _features(
    x: Array,
    y: Array,
    half: float = 0.5,
    sign: float = -1.0,
    safe: bool = True,
    centre: bool = False,
) -> Array:
    """Return (z_e, z_c) with a slip in the cosine's part."""
    x, y = x.reshape(len(x), -1), y.reshape(len(y), -1)
    error = ((x - y) ** 2).mean(1)
    if centre:
        x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosine = (x * y).sum(1) / (np.where(lengths == 0, 1, lengths) if safe else lengths)
    return np.stack([error, half * (1 + sign * cosine)], 1)


def _with_error(error: Function) -> Function:
    """Return a slip in the error's part."""

    def features(x: Array, y: Array) -> Array:
        difference = (x - y).reshape(len(x), -1)
        return np.stack([error(difference), _features(x, y)[:, 1]], 1)

    return features


def _at_zero(dissimilarity: float, rows: Callable[[Any, Any], Any]) -> Function:
    """Return a slip in z_c on some rows; `rows` is told which x, and which y, are not zero."""

    def features(x: Array, y: Array) -> Array:
        seen = _features(x, y)
        seen[rows(x.any((1, 2)), y.any((1, 2))), 1] = dissimilarity
        return seen

    return features


COMPOSITE = Task(
    name="reconstruction error and cosine dissimilarity",
    equation="Sec. 3.2's z_e and z_c",
    minutes=15,
    signature="reconstruction_features(inputs, reconstructions)",
    observe=_observe_features,
    expected=_expected_features,
    misconceptions=(
        Misconception(
            "the error is summed over pixels, not averaged",
            "Should an image with four times the pixels have four times the error?",
            _with_error(lambda d: (d**2).sum(1)),
        ),
        Misconception(
            "the root of the error was taken",
            "Sec. 3.2 squares the norm. What is undone by your last step?",
            _with_error(lambda d: np.sqrt((d**2).mean(1))),
        ),
        Misconception(
            "absolute differences instead of squares",
            "Which norm is it, and is it squared?",
            _with_error(lambda d: np.abs(d).mean(1)),
        ),
        Misconception(
            "the norm is not squared",
            "What stands behind the norm in Sec. 3.2, above and below?",
            _with_error(lambda d: np.linalg.norm(d, axis=1) / d.shape[1]),
        ),
        Misconception(
            "the cosine similarity instead of the dissimilarity",
            "A perfect reconstruction should have the smallest value.",
            lambda x, y: _features(x, y, sign=1.0),
        ),
        Misconception(
            "the factor one half is forgotten",
            "What is the largest value that one minus a cosine can have?",
            lambda x, y: _features(x, y, half=1.0),
        ),
        Misconception(
            "a zero image divides by zero",
            "Where the image or its reconstruction is zero, the course takes the cosine as 0.",
            lambda x, y: _features(x, y, safe=False),
        ),
        Misconception(
            "a zero reconstruction divides by zero",
            "You took care of a zero image. What else can have no length?",
            _at_zero(np.nan, lambda x, y: x & ~y),
        ),
        Misconception(
            "z_c, not the cosine, is 0 for a zero image",
            "A z_c of 0 says that two images point the same way. Does a zero image point anywhere?",
            _at_zero(0.0, lambda x, y: ~(x & y)),
        ),
        Misconception(
            "the images are centred before the cosine",
            "That is a correlation. Is there a mean in the paper's formula?",
            lambda x, y: _features(x, y, centre=True),
        ),
        Misconception(
            "the two features are in the wrong order",
            "Which comes first in z?",
            lambda x, y: _features(x, y)[:, ::-1],
        ),
    ),
    cases=tuple(
        f"x = [1, 0, 0, ...] and x' = [1, 1, 0, ...] of {_X[0].size} pixels, {z},"
        for z in ("z_e", "z_c")
    ),
)
