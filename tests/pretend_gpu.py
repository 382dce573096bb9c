"""A GPU where there is none: tensors that say they lie on it, and refuse what CUDA refuses.

They compute on the CPU. Mixing them with tensors of main memory is refused, and so is drawing them
from a generator of the CPU. Copies to and from the device, and waits for it, are counted, with the
line of the library that caused them; a copy to it is "blocking" unless it is of pinned memory.
torch's "meta" device lends the name: torch sets up nothing for it.
"""

import linecache
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch.utils import _foreach_utils
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only

import cance_edu

LIBRARY = str(Path(cance_edu.__file__).parent)
NAME = "meta"
WAITS = ("aten::_local_scalar_dense", "aten::item", "aten::nonzero", "aten::masked_select")
Generator = torch.Generator
INDEXING = ("aten::index", "aten::index_put_", "aten::_index_put_impl_")


class OnGPU(torch.Tensor):
    """A tensor on the pretended device, around the one in main memory that computes."""

    inner: torch.Tensor
    is_meta = property(lambda self: False)

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> "OnGPU":
        return torch.Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            layout=inner.layout,
            device=torch.device(NAME),
        )

    def __init__(self, inner: torch.Tensor) -> None:
        self.inner = inner

    def __repr__(self) -> str:
        return f"OnGPU({self.inner})"

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        raise RuntimeError(f"a tensor of the pretended GPU is used outside of it, in {func}")


class GeneratorAnywhere(Generator):
    """A generator, also of the pretended device; torch knows it by the address of what draws."""

    there: ClassVar[dict[int, Generator]] = {}

    def __new__(cls, device: str = "cpu") -> "GeneratorAnywhere":
        made = super().__new__(cls)
        if torch.device(device).type == NAME:
            cls.there[made._cdata] = made  # kept: its address is given to no other
        return made


class PretendGPU(TorchDispatchMode):
    """While it is on, "meta" is a GPU.

    Attributes
    ----------
    counts : Counter
        Of "to the device", those of them that are "blocking", "back", "wait" and "kernel".
    lines : Counter
        The same but for kernels, with the line of the library that caused each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.lines: Counter[tuple[str, str]] = Counter()

    def count(self, what: str) -> None:
        self.counts[what] += 1
        if what == "kernel":
            return
        frame = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(LIBRARY):
            frame = frame.f_back
        if frame is not None:
            file = frame.f_code.co_filename
            line = linecache.getline(file, frame.f_lineno).strip()
            self.lines[what, f"{file.rpartition('/')[2]}: {line}"] += 1

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, func._schema.name
        if name == "aten::_pin_memory":
            return pinned(args[0])
        if not concerns_the_gpu((*args, *kwargs.values())):
            return func(*args, **kwargs)
        if func._can_decompose():  # under inference_mode operations arrive whole
            with self:
                return func.decompose(*args, **kwargs)
        flat, _ = tree_flatten((args, kwargs))
        tensors = [item for item in flat if isinstance(item, torch.Tensor)]
        there = [tensor for tensor in tensors if isinstance(tensor, OnGPU)]
        asked = kwargs.get("device")
        target = torch.device(asked).type if asked is not None else None
        if name == "aten::_to_copy":
            return self.copied(func, args, kwargs, bool(there) if target is None else target)
        if name == "aten::copy_":
            return self.copied_into(func, *args)
        of_gpu = {g._cdata in GeneratorAnywhere.there for g in flat if isinstance(g, Generator)}
        if not there and target != NAME:
            if True in of_gpu:
                raise RuntimeError(f"{name}: expected a generator of the CPU, but found the GPU's")
            return func(*args, **kwargs)
        if False in of_gpu:
            raise RuntimeError(f"{name}: expected a generator of the GPU, but found the CPU's")
        if name in WAITS:
            self.count("wait")
        self.refuse_a_mixture(name, tensors)
        if target is not None:
            kwargs = {**kwargs, "device": torch.device("cpu")}
        result = func(*inside(args), **inside(kwargs))
        self.count("kernel")
        if name in WAITS[:2]:
            return result
        if func._schema.is_mutable and isinstance(args[0], OnGPU) and result is args[0].inner:
            return args[0]
        return tree_map_only(torch.Tensor, OnGPU, result)

    def copied(self, func, args, kwargs, target):
        """Return a copy on one side or the other: what `.to`, `.cpu` and `.float` come down to."""
        there = isinstance(args[0], OnGPU)
        onto = target if isinstance(target, bool) else target == NAME
        if there != onto:
            self.count("to the device" if onto else "back")
            if onto and not (kwargs.get("non_blocking") and hasattr(args[0], "is_pinned_here")):
                self.count("blocking")
        left_out = ("device", "non_blocking")
        rest = {key: value for key, value in kwargs.items() if key not in left_out}
        result = func(*inside(args), **rest)
        return OnGPU(result) if onto else result

    def copied_into(self, func, into, source, *rest):
        if isinstance(into, OnGPU) != isinstance(source, OnGPU):
            self.count("to the device" if isinstance(into, OnGPU) else "back")
            if isinstance(into, OnGPU):
                self.count("blocking")
        func(inside(into), inside(source), *rest)
        return into

    def refuse_a_mixture(self, name, tensors):
        for tensor in tensors:
            if isinstance(tensor, OnGPU) or tensor.ndim == 0:
                continue
            if name.partition(".")[0] in INDEXING:  # CUDA takes an index of main memory, and waits
                self.count("to the device")
                self.count("blocking")
                continue
            where = [(tuple(t.shape), "GPU" if isinstance(t, OnGPU) else "CPU") for t in tensors]
            raise RuntimeError(f"{name}: expected all tensors on the same device, found {where}")


def concerns_the_gpu(arguments: Iterable[Any]) -> bool:
    """Return whether a tensor of the device is among the arguments, or the name of a device is."""
    return any(
        isinstance(item, OnGPU | torch.device | str | Generator)
        or (isinstance(item, list | tuple) and concerns_the_gpu(item))
        for item in arguments
    )


def pinned(tensor: torch.Tensor) -> torch.Tensor:
    """Return a copy that is said to lie in pinned memory, which no CPU alone has."""
    copied = tensor.clone()
    copied.is_pinned_here = True
    return copied


def inside(value: Any) -> Any:
    """Return a value with the tensors that compute in the place of those on the device."""
    return tree_map_only(OnGPU, lambda tensor: tensor.inner, value)


@contextmanager
def pretended_gpu(monkeypatch) -> Iterator[PretendGPU]:
    """Let the library find a GPU; give out what counts."""
    fused = _foreach_utils._get_fused_kernels_supported_devices
    supported = [*fused(), NAME]
    for name, module in list(sys.modules.items()):  # wherever torch has imported it
        if name.startswith("torch.") and "_get_fused_kernels_supported_devices" in vars(module):
            monkeypatch.setattr(module, "_get_fused_kernels_supported_devices", lambda: supported)
    monkeypatch.setattr(torch, "Generator", GeneratorAnywhere)
    monkeypatch.setattr("cance_edu.detectors.inputs.choose_device", chosen)
    monkeypatch.setattr("cance_edu.detectors.files.choose_device", chosen)
    before = torch.__future__.get_overwrite_module_params_on_conversion()
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    try:
        with PretendGPU() as gpu:
            yield gpu
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(before)


def chosen(device: str, images: bool = True) -> str:
    """Return what `choose_device` returns where there is a GPU, by the pretended one's name."""
    if device == "cuda":
        return NAME
    return NAME if device == "auto" and images else "cpu"
