"""The notebook that is graded: the student's cells, and all else as it was released.

Students copy cells, delete tests and change them; tools change a cell's type, or the kernel's name.
"""

import copy
from collections import defaultdict
from collections.abc import Mapping

from nbformat import NotebookNode

from cance_edu.classroom.remarks import NotGradable, Remark

__all__ = ["mended"]

Cells = list[NotebookNode]
Named = dict[str, NotebookNode]


def mended(
    cells: Cells, assignment: str, released: Mapping[str, NotebookNode]
) -> tuple[NotebookNode, list[Remark]]:
    """Return the released notebook with a student's cells, and what had to be put right.

    Parameters
    ----------
    cells : list of cells
        The student's, in the order in which they run.
    assignment : str
        What they were handed in for.
    released : mapping of str to notebook
        What was handed out, by assignment.

    Raises
    ------
    NotGradable
        If they are another assignment's cells, or nobody's.
    """
    _belongs(cells, assignment, released)
    notebook = copy.deepcopy(released[assignment])
    theirs: Named = {_name(cell): cell for cell in notebook.cells if _name(cell)}
    cells = list(cells)
    remarks = _one_of_each(cells, theirs)
    remarks += _as_released(cells, theirs)
    remarks += _put_back(cells, theirs)
    notebook.cells = cells
    return notebook, remarks


def _name(cell: NotebookNode) -> str:
    """Return what nbgrader calls a cell; nothing if it does not know it."""
    name: str = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return name


def _belongs(cells: Cells, assignment: str, released: Mapping[str, NotebookNode]) -> None:
    """Raise if the notebook has more of another assignment's cells, or none of this one's."""
    names = {_name(cell) for cell in cells} - {""}
    shared = {
        other: len(names & {_name(cell) for cell in notebook.cells})
        for other, notebook in released.items()
    }
    nearest = max(shared, key=lambda other: (shared[other], other == assignment))
    if nearest != assignment:
        raise NotGradable(
            f"This is {nearest}, not {assignment}.",
            f"Move it to the folder {nearest}, ask for {assignment}, and grade again.",
        )
    if not shared[assignment]:
        raise NotGradable(
            "It has none of the assignment's cells: it is not the notebook that was handed out, or "
            "was saved by a program that drops their names.",
            "Paste the answers into the notebook that was handed out, and grade again.",
        )


def _one_of_each(cells: Cells, released: Named) -> list[Remark]:
    """Leave the name to one of several copies of a cell; the others are run, but not graded."""
    copies = defaultdict(list)
    for cell in cells:
        if name := _name(cell):
            copies[name].append(cell)
    remarks = []
    for name, found in copies.items():
        kept = []
        if name in released:
            # A test belongs behind the answer; of copies of an answer, one may be still empty.
            original = released[name]
            edited = [] if _locked(original) else [c for c in found if _differs(c, original)]
            kept = (edited or found)[-1:]
        for cell in found:
            if not any(cell is one for one in kept):
                del cell.metadata["nbgrader"]
        if kept and len(found) > 1:
            remarks.append(
                Remark(
                    f"The cell {name} is there {len(found)} times.",
                    "Look whether the right one counts: the last one that was edited does.",
                )
            )
    return remarks


def _as_released(cells: Cells, released: Named) -> list[Remark]:
    """Give every cell of the assignment its type and its points, and a locked one its text."""
    remarks = []
    for place, cell in enumerate(cells):
        if not (name := _name(cell)):
            continue
        original = released[name]
        if not _locked(original):
            cells[place] = NotebookNode({**copy.deepcopy(original), "source": cell.source})
            if original.cell_type == "markdown" and "attachments" in cell:
                cells[place].attachments = cell.attachments
            continue
        cells[place] = copy.deepcopy(original)
        if _differs(cell, original):
            remarks.append(
                Remark(
                    f"The cell {name}, which was not to be changed, was.",
                    "Nothing: it was graded with the original.",
                )
            )
    return remarks


def _put_back(cells: Cells, released: Named) -> list[Remark]:
    """Put missing cells back, before that of the assignment's which comes next, or last.

    A code cell for an answer is not put back: its empty function would hide one that was written in
    another cell.
    """
    remarks = []
    place = len(cells)
    for name, original in reversed(released.items()):
        present = [i for i, cell in enumerate(cells) if _name(cell) == name]
        if present:
            place = present[0]
            continue
        by_hand = original.cell_type == "markdown"
        if not (_locked(original) or by_hand):
            continue
        cells.insert(place, copy.deepcopy(original))
        advice = "Nothing: it was put back."
        if by_hand:
            # Changed, it waits to be read, as it would not if nobody had touched it.
            cells[place].source = f"(This cell was missing.)\n\n{original.source}"
            advice = (
                "Look whether the answer stands in another cell, and give its points by hand "
                "(/formgrader in JupyterLab)."
            )
        remarks.append(Remark(f"The cell {name} is missing.", advice))
    return remarks[::-1]


def _locked(cell: NotebookNode) -> bool:
    return bool(cell.metadata.nbgrader.locked)


def _differs(cell: NotebookNode, original: NotebookNode) -> bool:
    return bool(
        cell.cell_type != original.cell_type or cell.source.strip() != original.source.strip()
    )
