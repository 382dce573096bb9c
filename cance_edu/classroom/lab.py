"""JupyterLab for the course, whatever else is set up on the machine.

It gets folders of its own beside the student's copy: no configuration, kernel, extension or start
file that the user has for other purposes reaches the lessons.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cance_edu.classroom.working_copy import LESSONS, lay_out, working_copy
from cance_edu.files import PROJECT, written_beside

__all__ = ["start"]

FIRST = "00_start_here.ipynb"
NEWS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}


def start(executed: bool, words: Sequence[str] = ()) -> None:
    """Bring the student's copy up to date, and run JupyterLab until it is stopped.

    Parameters
    ----------
    executed : bool
        Open the lessons as they are committed, with their outputs, instead of the copy.
    words : sequence of str, optional
        Passed on to `jupyter lab`; they win over what is set here.

    Raises
    ------
    FileNotFoundError
        If the course's notebooks are not there.
    PermissionError
        If there is no place for the copy.
    """
    copy = working_copy()
    for line in [*lay_out(copy), *remarks()]:
        print(f"cance-edu: {line}", flush=True)
    with tempfile.TemporaryDirectory(prefix="cance-edu-") as run:
        configure(Path(run) / "config", (LESSONS if executed else copy) / FIRST, bool(words))
        seclude(copy / ".jupyter", Path(run))
        from jupyterlab.labapp import LabApp

        if executed:
            trust(LESSONS)
        server = LabApp.initialize_server(argv=list(words))
        server.no_browser_open_file = True  # it would be told before the address
        print("cance-edu: JupyterLab starts; Ctrl-C ends it", flush=True)
        server.start()


def remarks() -> list[str]:
    """Return what is special about this machine and changes how JupyterLab is started."""
    lines = []
    if _is_root():
        lines.append("you are root, so JupyterLab is started with --allow-root")
    if not _has_display():
        lines.append(
            "no browser can be opened here: open the address below in yours\n"
            "  (from another machine `ssh -L 8888:127.0.0.1:8888 THIS_ONE` first, with the port of "
            "the address; from outside a container `--ip 0.0.0.0` behind `lab`)"
        )
    return lines


def configure(folder: Path, notebook: Path, usual_log: bool) -> None:
    """Write JupyterLab's configuration.

    Parameters
    ----------
    folder : Path
        Where JupyterLab will look for it.
    notebook : Path
        The notebook to open.
    usual_log : bool
        Whether JupyterLab tells all that it does; otherwise errors and the address.
    """
    root = PROJECT if notebook.is_relative_to(PROJECT) else notebook.parent
    opened = {
        "default_url": "/lab/tree/" + quote(notebook.relative_to(root).as_posix()),
        "open_browser": _has_display(),
    }
    server = {
        **opened,
        "root_dir": str(root),
        "allow_root": _is_root(),
        "ip": "127.0.0.1",
        # Browsers in a sandbox (Ubuntu's) cannot read the file that would lead them here.
        "use_redirect_file": False,
    }
    settings: dict[str, Any] = {"ServerApp": server, "LabApp": opened}
    if not usual_log:
        settings["Application"] = {"log_level": "ERROR"}
    _write(folder / "jupyter_server_config.json", settings)
    _write(folder / "labconfig" / "default_setting_overrides.json", NEWS)


def seclude(folder: Path, run: Path) -> None:
    """Give this process, and the kernels that it will start, folders of the course.

    Parameters
    ----------
    folder : Path
        For what Jupyter keeps: the student's settings, which tabs were open.
    run : Path
        For this run, with what `configure` wrote. Not on the student's disk, where Jupyter may find
        that its keys cannot be hidden from others, and end.
    """
    for name in [name for name in os.environ if name.startswith("JUPYTER")]:
        del os.environ[name]
    os.environ |= {
        "JUPYTER_CONFIG_PATH": str(run / "config"),  # before all other configuration
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(run / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel `python3` is this Python's
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        # `!pip install` in a notebook, and `cance-edu` in a terminal, are this Python's.
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        ),
    }


def trust(folder: Path) -> None:
    """Let JupyterLab show all outputs of a folder's notebooks: unasked it hides what can move."""
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    for path in folder.glob("*.ipynb"):
        notary.sign(nbformat.read(path, as_version=4))


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _has_display() -> bool:
    """Return whether a browser can be opened; one that draws letters in a terminal is none."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("win32", "darwin") or any(map(os.environ.get, names))


def _write(path: Path, content: dict[str, Any]) -> None:
    with written_beside(path) as beside:
        beside.write_text(json.dumps(content, indent=1), encoding="utf-8")
