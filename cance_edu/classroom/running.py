"""Run a submission's cells: every one gets its turn, whatever another of them does.

nbgrader's own step gives a notebook up as soon as its kernel dies or ignores an interrupt.
"""

from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from cance_edu.classroom.remarks import NotGradable, Remark

__all__ = ["ExecuteAll", "not_run"]

OUTPUT = 1_000_000
"""How many characters a cell may write, figures included; the rest is left out."""

LOST_CELLS = 5
"""How many cells may end the kernel, or hold it against an interrupt, in one notebook."""

TIMED_OUT, DIED = "CellTimeoutError", "DeadKernelError"

ADVICE = {
    TIMED_OUT: "Nothing: all other cells were run. If it only needs longer, grade again with a "
    "larger --limit.",
    DIED: "Nothing: all other cells were run.",
    "FileNotFoundError": "Ask for the file, put it into the notebook's folder, and grade again; if "
    "it is there, let the notebook load it by a relative path.",
}
"""What a teacher can do about an error that says more of the machine than of the answer."""


class _KernelLost(Exception):
    """The kernel is gone; without the cell that did it, the notebook is run anew."""


class ExecuteAll(Execute):  # type: ignore[misc]
    """Run every cell, whatever one of them does.

    A cell that runs too long is interrupted. One that ignores that, or ends the kernel, gets an
    error for its output, and the notebook is run once more without it. A cell that writes without
    end is cut short. A warning is output like any other: left on stderr, nbgrader would take the
    test's points for it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # 20 MB that are on their way must not be taken for a lost kernel.
        self.iopub_timeout = self.timeout
        self.extra_arguments = ["--log-level=ERROR"]  # the kernel's own words to this terminal
        error = _error(TIMED_OUT, f"stopped after {self.timeout} s")
        self.error_on_timeout = {key: error[key] for key in ("ename", "evalue", "traceback")}

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> Any:
        """Run the notebook, and again without each cell that loses its kernel."""
        self.lost: set[int] = set()
        while True:
            try:
                return super().preprocess(nb, resources, km)
            except _KernelLost as error:
                if len(self.lost) > LOST_CELLS:
                    raise NotGradable(
                        f"More than {LOST_CELLS} cells end the kernel, or cannot be stopped.",
                        "Take out what does it, or grade this one by hand.",
                    ) from error

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> Any:
        """Run one cell; note it where the kernel is lost."""
        if index in self.lost:
            return cell, resources
        self.written = 0
        try:
            return super().preprocess_cell(cell, resources, index)
        except CellTimeoutError as error:
            lost = _error(TIMED_OUT, f"stopped after {self.timeout} s; it ignored an interrupt")
            cause: Exception = error
        except DeadKernelError as error:
            lost = _error(DIED, "the kernel ended here: exit(), too little memory, or a crash")
            cause = error
        cell.outputs = [lost]
        self.lost.add(index)
        raise _KernelLost from cause

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Notice a cell that asks the kernel to end."""
        super().on_cell_executed(**kwargs)
        # `exit()` ends the kernel a moment later, in a cell that can do nothing about it.
        payload = kwargs["execute_reply"]["content"].get("payload", [])
        if any(item.get("source") == "ask_exit" for item in payload):
            raise DeadKernelError("Kernel died")

    def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> Any:
        """Keep what the cell wrote, up to `OUTPUT` characters."""
        room = OUTPUT - self.written
        kind, content = msg["msg_type"], msg["content"]
        if kind == "error":  # decides about points: never left out
            content["evalue"] = _cut(content["evalue"], OUTPUT)
            content["traceback"] = [_cut("\n".join(content["traceback"]), OUTPUT)]
        elif room <= 0:
            return None
        elif kind == "stream":
            self.written += len(content["text"])
            content.update(name="stdout", text=_cut(content["text"], room))
        elif "data" in content:
            size = sum(len(str(value)) for value in content["data"].values())
            self.written += size
            if size > room:
                plain = str(content["data"].get("text/plain", ""))
                content["data"] = {"text/plain": _cut(plain, room)}
        return super().output(outs, msg, display_id, cell_index)


def _error(name: str, words: str) -> NotebookNode:
    return nbformat.v4.new_output(
        "error", ename=name, evalue=words, traceback=[f"\x1b[0;31m{name}\x1b[0m: {words}"]
    )


def _cut(text: str, room: int) -> str:
    note = f"\n... more than {OUTPUT:,} characters: the rest is left out ...\n"
    return text if len(text) <= room else text[:room] + note


def not_run(notebook: NotebookNode) -> list[Remark]:
    """Return which cells ran too long, ended the kernel, or miss a file."""
    remarks = []
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if advice := ADVICE.get(output.get("ename")):
                name = cell.metadata.get("nbgrader", {}).get("grade_id", f"number {number}")
                remarks.append(Remark(f"In the cell {name}: {output.evalue}.", advice))
    return remarks
