"""Where a detector computes, and where its randomness comes from."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_random_state

__all__ = ["choose_device", "private_randomness"]


def choose_device(device: str) -> str:
    """Return "cpu" or a "cuda" device; CANCE_EDU_DEVICE overrides the argument.

    Parameters
    ----------
    device : str
        "auto", "cpu", "cuda" or, with several, "cuda:1".

    Returns
    -------
    str
        "cpu", "cuda" or "cuda:1".

    Raises
    ------
    ValueError
        If there is no such device here.
    """
    overriding = os.environ.get("CANCE_EDU_DEVICE")
    wanted = str(overriding or device)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    gpus = ["cuda", *(f"cuda:{i}" for i in range(count))] if count else []
    if wanted == "auto":
        return "cuda" if gpus else "cpu"
    if wanted not in ("cpu", *gpus):
        raise ValueError(
            f"{'CANCE_EDU_DEVICE' if overriding else 'device'} is {wanted!r}; expected one of "
            + ", ".join(map(repr, ["auto", "cpu", *gpus]))
            + ("" if gpus else ": torch finds no GPU on this machine")
        )
    return wanted


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
    if random_state is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    elif isinstance(random_state, (int, np.integer)):
        seed = int(random_state)
    else:
        seed = int(check_random_state(random_state).randint(2**31))
    with torch.random.fork_rng(devices=[]):
        # Not `torch.manual_seed`, which would seed GPUs too: nothing here draws on them.
        torch.default_generator.manual_seed(seed)
        yield torch.Generator().manual_seed(seed)
