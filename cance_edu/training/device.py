"""Where work is done, with how many threads, and where its randomness comes from.

A fitted detector lives in main memory: a device is where a batch is worked on.
"""

import copy
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from sklearn.utils.validation import check_random_state
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

__all__ = [
    "Randomness",
    "choose_device",
    "drawing_from",
    "generator_on",
    "normal_like",
    "on_device",
    "one_thread",
    "private_randomness",
    "randomness",
    "reproducible",
    "sent",
]

Model = TypeVar("Model")

# The process has one global generator, whichever thread draws from it.
_GLOBAL_GENERATOR = threading.RLock()


def choose_device(device: str, images: bool = True) -> str:
    """Return "cpu" or a "cuda" device.

    Apple's "mps" is none of them: it lacks float64, in which composite features, mixtures and
    tables are computed.

    Parameters
    ----------
    device : str
        "cpu", "cuda", with several GPUs "cuda:1", or "auto": what CANCE_EDU_DEVICE says or, where
        it says nothing, a GPU if there is one, but the CPU for tables.
    images : bool
        Whether the inputs are images. A table's networks are so small that a GPU waits for its
        orders longer than it computes.

    Returns
    -------
    str
        "cpu", "cuda" or "cuda:1".

    Raises
    ------
    ValueError
        If there is no such device here.
    """
    told = os.environ.get("CANCE_EDU_DEVICE") if str(device) == "auto" else None
    wanted = str(told or device)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    gpus = ["cuda", *(f"cuda:{i}" for i in range(count))] if count else []
    if wanted == "auto":
        return "cuda" if gpus and images else "cpu"
    if wanted not in ("cpu", *gpus):
        raise ValueError(
            f"{'CANCE_EDU_DEVICE' if told else 'device'} is {wanted!r}; expected one of "
            + ", ".join(map(repr, ["auto", "cpu", *gpus]))
            + ("" if gpus else ": torch finds no GPU on this machine")
        )
    return wanted


def on_device(model: Model, device: str) -> Model:
    """Return a model that works on a device; the one that is given stays in main memory."""
    if device == "cpu" or not isinstance(model, nn.Module):
        return model
    return copy.deepcopy(model).to(device)


def sent(tensor: Tensor, device: str) -> Tensor:
    """Return a tensor on a device, without waiting until it is there.

    A GPU fetches from pinned memory by itself, while other work goes on; any other copy waits until
    all that it was given to do is done. torch keeps what is pinned until it has been fetched.
    """
    if device == "cpu" or tensor.device.type != "cpu":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def one_thread() -> AbstractContextManager[Any]:
    """Let this thread compute alone: T's products are so small that helpers cost more than they do.

    Where helpers wait by spinning, they cost ten times as much.
    """
    return threadpool_limits(1, user_api="openmp")


def reproducible(device: str) -> AbstractContextManager[Any]:
    """Let a GPU compute convolutions as it did the last time, and in whole float32."""
    if device == "cpu":
        return nullcontext()
    return torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False)


@dataclass(frozen=True)
class Randomness:
    """What a fit draws from: neither generator is the process's own.

    Attributes
    ----------
    order : torch.Generator
        Draws who is held out, the order of the inputs, batches and noise; on the CPU.
    weights : torch.Generator
        Draws the networks' first weights.
    """

    order: torch.Generator
    weights: torch.Generator


def randomness(random_state: Any) -> Randomness:
    """Return new generators.

    Parameters
    ----------
    random_state : int, RandomState or None
        The same integer seeds them alike. None takes the operating system's randomness.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    seed = _seed(random_state)
    return Randomness(torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed))


def generator_on(device: str, generator: torch.Generator) -> torch.Generator:
    """Return what draws on a device, where noise is needed in each step and not copied there.

    The same seed gives the same draws on the same kind of device; between kinds they differ.

    Parameters
    ----------
    device : str
        "cpu", or a GPU.
    generator : torch.Generator
        On the CPU. There it is what is returned; elsewhere it draws the seed of another.
    """
    if device == "cpu":
        return generator
    seed = int(torch.randint(2**62, (1,), generator=generator))
    return torch.Generator(device).manual_seed(seed)


def normal_like(tensor: Tensor, generator: torch.Generator) -> Tensor:
    """Return standard normal draws of a tensor's shape and precision, drawn where it lies.

    Parameters
    ----------
    tensor : tensor
        On the device that `generator_on` made the generator for.
    generator : torch.Generator
        Draws float32, whatever the tensor's precision.
    """
    return torch.randn(tensor.shape, generator=generator, device=tensor.device).to(tensor)


@contextmanager
def drawing_from(generator: torch.Generator | None) -> Iterator[None]:
    """Let networks that are built inside draw their first weights from a generator.

    The process's global generator, from which torch's layers draw, is as it was afterwards. Threads
    take turns.

    Parameters
    ----------
    generator : torch.Generator or None
        On the CPU; it moves on. None leaves the draws to the global one.
    """
    if generator is None:
        yield
        return
    with _GLOBAL_GENERATOR, torch.random.fork_rng(devices=[]):
        torch.default_generator.set_state(generator.get_state())
        yield
        generator.set_state(torch.default_generator.get_state())


@contextmanager
def private_randomness(random_state: Any) -> Iterator[torch.Generator]:
    """Give out a generator, and leave the CPU's global random state as it was found.

    Parameters
    ----------
    random_state : int, RandomState or None
        The same integer seeds the generator and, inside, the global state, from which networks draw
        their first weights. None takes the operating system's randomness.

    Yields
    ------
    torch.Generator
        On the CPU.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    random = randomness(random_state)
    with drawing_from(random.weights):
        yield random.order


def _seed(random_state: Any) -> int:
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if not isinstance(random_state, (int, np.integer)):
        return int(check_random_state(random_state).randint(2**31))
    if not -(2**63) <= random_state < 2**64:
        raise ValueError(
            f"random_state is {random_state}; expected a whole number from -2**63 to 2**64 - 1, a "
            "numpy.random.RandomState, or None"
        )
    return int(random_state)
