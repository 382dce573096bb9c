"""Run benchmarks, print each as a table, and keep it in `results/NAME.md` beside this file."""

import argparse
import importlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

# Before torch is imported: see cance_edu/__init__.py.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from cance_edu.files import written_beside

NAMES = (
    *("startup", "widgets", "lessons", "digits", "mnist", "throughput", "memory"),
    *("kernels", "grading", "first_widget", "jobs", "settings", "settings_cifar10"),
    *("faster", "faster_cifar10"),
    *("systems", "pages", "dial", "test_command", "contrast_steps", "costs"),
)
RESULTS = Path(__file__).parent / "results"


def machine() -> str:
    packages = ("torch", "numpy", "scikit-learn")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.machine()}, {python}, {versions}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; or all")
    names = parser.parse_args().names or NAMES
    unknown = set(names) - set(NAMES)
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for name in names:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        lines = [
            f"# {name}",
            "",
            (module.__doc__ or "").strip(),
            "",
            f"Measured on {machine()}.",
            "",
        ]
        for line in module.table():
            print(line, flush=True)
            lines.append(line)
        with written_beside(RESULTS / f"{name}.md") as beside:
            beside.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
