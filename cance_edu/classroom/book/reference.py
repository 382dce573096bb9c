"""The reference's pages: one a module, which Sphinx fills from the docstrings."""

import inspect
import re
from importlib import import_module
from pkgutil import walk_packages

import cance_edu
from cance_edu.method.equations import METHOD

__all__ = ["reference_pages"]


def reference_pages() -> dict[str, str]:
    """Return the reference.

    Returns
    -------
    dict of str to str
        From a page's path in the book to its Markdown; modules whose names begin with an
        underscore have none, nor has a lesson's module, which only hands on what others define.
    """
    modules = sorted(
        module.name
        for module in walk_packages(cance_edu.__path__, "cance_edu.")
        if not re.match(r"_|lesson\d", module.name.rpartition(".")[2])
    )
    pages = {f"api/{name}.md": _module_page(name) for name in modules}
    return {"api/index.md": _overview(modules), **pages}


def _overview(modules: list[str]) -> str:
    method = [f"cance_edu.method.{name}" for name in METHOD]
    others = [name for name in modules if name not in method]
    page = ["# Reference", "## The method, in the order in which it builds up"]
    page += [_summaries(method), "## Everything else", _summaries(others)]
    page.append("```{toctree}\n:hidden:\n\n" + "\n".join([*method, *others]) + "\n```")
    return "\n\n".join(page)


def _summaries(modules: list[str]) -> str:
    lines = []
    for name in modules:
        summary = (inspect.getdoc(import_module(name)) or "").partition("\n")[0]
        lines.append(f"- [{name.removeprefix('cance_edu.')}]({name}.md): {summary}")
    return "\n".join(lines)


def _module_page(name: str) -> str:
    module = import_module(name)
    directive = f".. automodule:: {name}\n   :members:\n   :special-members: __call__"
    if hasattr(module, "__path__"):
        directive += "\n   :ignore-module-all:"  # what a package passes on has an entry elsewhere
    page = [f"# {name.removeprefix('cance_edu.')}", f"```{{eval-rst}}\n{directive}\n```"]
    passed_on = [_entry(name, member) for member in getattr(module, "__all__", [])]
    if any(passed_on):
        page += ["Can be imported from here:", "\n".join(filter(None, passed_on))]
    return "\n\n".join(page)


def _entry(package: str, member: str) -> str:
    """Return a list's item for what a package passes on, or nothing for what is its own."""
    home = getattr(getattr(import_module(package), member), "__module__", package)
    return f"- {{py:obj}}`{member} <{home}.{member}>`" if home.startswith(f"{package}.") else ""
