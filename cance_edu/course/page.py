"""What the lessons share: their images, sources as code, small defects."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from IPython.display import Code
from numpy.typing import NDArray

from cance_edu.course.over_seeds import LessonDataset, lesson_dataset, lesson_seed, measured
from cance_edu.datasets import Split, load_one_class, mnist, one_class
from cance_edu.detectors.cance import CANCE
from cance_edu.training.scaling import in_own_units, scaling_of

__all__ = [
    "DEFECTS",
    "Defect",
    "lesson_dataset",
    "lesson_seed",
    "lesson_split",
    "measured",
    "rebuilt",
    "show_source",
    "small_mnist",
    "with_defect",
]

Defect = Literal["erased", "line", "shift", "noise"]

DEFECTS: tuple[Defect, ...] = ("erased", "line", "shift", "noise")
"""What `with_defect` can do to an image."""


def lesson_split(
    normal: Sequence[int], random_state: int = 0, dataset: LessonDataset | None = None
) -> Split:
    """Return the lessons' one-class task, small enough to run while you watch.

    Parameters
    ----------
    normal : sequence of int
        The normal digits.
    random_state : int
        Chooses the images.
    dataset : {"digits", "mnist"}, optional
        What `lesson_dataset` says unless told.

    Returns
    -------
    Split
        The digits' 70/30 split, or `small_mnist`.
    """
    if (dataset or lesson_dataset()) == "mnist":
        return small_mnist(normal, random_state)
    return load_one_class("digits", normal, random_state)


def small_mnist(normal: Sequence[int], random_state: int = 0) -> Split:
    """Return a one-class task of MNIST with 1,000 training and 2,000 test images.

    Parameters
    ----------
    normal : sequence of int
        The normal digits, whose training images are drawn together.
    random_state : int
        Chooses the images.

    Returns
    -------
    Split
        With 200 test images of each digit: of 0 first, of 9 last.
    """
    rng = np.random.default_rng(random_state)
    train, test = mnist("train"), mnist("test")
    rows = rng.choice(np.flatnonzero(np.isin(train.labels, normal)), 1000, replace=False)
    of_each = [rng.choice(np.flatnonzero(test.labels == d), 200, replace=False) for d in range(10)]
    tested = np.concatenate(of_each)
    small = replace(test, images=test.images[tested], labels=test.labels[tested])
    split = one_class(train, small, normal, "MNIST")
    return replace(split, train=train.images[rows])


def rebuilt(detector: CANCE, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a detector's representation makes of images, in their own units.

    The mean squared error of it is z_e, but for `image_scaling="standardized"`, which measures z_e
    in the units of the standardised images.
    """
    model, x = detector.representation_, torch.from_numpy(images)
    scaling = scaling_of(model)
    with torch.no_grad():
        made = model.decode(model.encode(scaling(x))).reshape(x.shape).to(x)
    return (made if scaling.images == "unit" else in_own_units(x, made)).numpy()


def show_source(function: Callable[..., object]) -> Code:
    """Return the source of a function without its docstring: the formula as code.

    Parameters
    ----------
    function : callable
        From the library.

    Returns
    -------
    IPython.display.Code
        To be the last value of a cell.
    """
    source = textwrap.dedent(inspect.getsource(function))
    (node,) = ast.parse(source).body
    lines = source.splitlines()
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
        docstring = node.body[0]
        del lines[docstring.lineno - 1 : docstring.end_lineno]
    return Code("\n".join(lines), language="python")


def with_defect(
    images: NDArray[np.float32], kind: Defect, random_state: int = 0
) -> NDArray[np.float32]:
    """Return copies of images with one small defect each, in a place of its own.

    Parameters
    ----------
    images : array of shape (n, channels, height, width)
        In [0, 1].
    kind : {"erased", "line", "shift", "noise"}
        A quarter of the height and width set to 0 around a bright pixel; a bright horizontal or
        vertical line across the image; everything moved by an eighth of the width, to the left or
        right, 0 coming in; or Gaussian noise of deviation 0.2, clipped to [0, 1].
    random_state : int
        The same integer gives the same defects.

    Returns
    -------
    array of shape (n, channels, height, width)
        float32, in [0, 1].

    Raises
    ------
    ValueError
        If the kind is none of the four.
    """
    rng = np.random.default_rng(random_state)
    if kind == "noise":
        noisy = images + rng.normal(scale=0.2, size=images.shape)
        return noisy.clip(0, 1).astype(np.float32)
    if kind not in DEFECTS:
        raise ValueError(f"kind is {kind!r}; expected one of {', '.join(map(repr, DEFECTS))}")
    draw = {"erased": _erase, "line": _add_line, "shift": _shift}[kind]
    return np.stack([draw(image.copy(), rng) for image in images])


def _erase(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    bright = np.argwhere(image.mean(0) >= np.quantile(image.mean(0), 0.8))
    row, column = rng.choice(bright)
    half_height, half_width = image.shape[1] // 8, image.shape[2] // 8
    rows = slice(max(0, row - half_height), row + half_height)
    image[:, rows, max(0, column - half_width) : column + half_width] = 0
    return image


def _add_line(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    axis = int(rng.integers(1, 3))
    width = max(1, image.shape[axis] // 14)
    start = int(rng.integers(image.shape[axis] - width + 1))
    place: list[slice] = [slice(None)] * 3
    place[axis] = slice(start, start + width)
    image[tuple(place)] = 1
    return image


def _shift(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    by = max(1, image.shape[2] // 8) * int(rng.choice([-1, 1]))
    moved = np.zeros_like(image)
    if by > 0:
        moved[..., by:] = image[..., :-by]
    else:
        moved[..., :by] = image[..., -by:]
    return moved
