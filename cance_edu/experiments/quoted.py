"""What the paper takes from other papers, held against those papers and their code."""

import numpy as np

from cance_edu.experiments.paper import AVERAGE, Finding, paper_table

__all__ = ["DROCC_PRINTS", "caption", "impossible", "misprint", "possible_f1", "quoted", "slips"]

DROCC_TABLE = {
    "NN": (69.02, 44.2, 68.27, 51.32, 76.71, 49.97, 72.44, 51.13, 69.09, 43.33),
    "DROCC": (81.66, 76.74, 66.66, 67.13, 73.62, 74.43, 74.43, 71.39, 80.02, 76.21),
}
"""CIFAR-10's classes in DROCC's own paper (Goyal et al. 2020, Table 1)."""

DROCC_PRINTS = round(DROCC_TABLE["DROCC"][7], 1)
"""The class 7, horse, in the digits of Table 6."""

DAGMM_CLEAN = {"Precision": 0.9297, "Recall": 0.9442, "F1": 0.9369}
"""DAGMM's main result on KDDCUP99, of clean training data (Zong et al. 2018, Table 2)."""

ANOMALIES = {"Abalone": 29, "Thyroid": 93}
"""In the test part of DROCC's split, beside as many normal rows."""


def quoted() -> list[Finding]:
    """Return what was found; nothing here follows from the paper's own numbers alone."""
    return [misprint(), slips(), *impossible(), caption()]


def misprint() -> Finding:
    """Look for the row of Table 6 that spoils DROCC's average."""
    cells = {row.name: row.cells["DROCC"] for row in paper_table("table6")}
    average, seven = cells.pop(AVERAGE), cells["7"]
    others = [cell.value for name, cell in cells.items() if name != "7"]
    with_theirs = float(np.mean([*others, DROCC_PRINTS]))
    return Finding(
        "Table 6, CIFAR-10, DROCC, class 7",
        f"{seven}",
        f"DROCC's paper has {DROCC_PRINTS}; with it the rows give {with_theirs:.2f}, "
        f"and {average} is the printed average",
        seven.value == DROCC_PRINTS,
    )


def slips() -> Finding:
    """Compare the other cells of the two columns that Table 6 takes from DROCC's Table 1."""
    rows = [row for row in paper_table("table6") if row.name != AVERAGE]
    other = [
        (row, column, theirs[int(row.name)])
        for column, theirs in DROCC_TABLE.items()
        for row in rows
        if (column, row.name) != ("DROCC", "7")
    ]
    wrong = [(r, c, v) for r, c, v in other if abs(r.cells[c].value - v) > r.cells[c].rounding]
    return Finding(
        f"Table 6, CIFAR-10, {', '.join(f'{c} of class {r.name}' for r, c, _ in wrong)}",
        " and ".join(str(r.cells[c]) for r, c, _ in wrong),
        f"DROCC's paper has {' and '.join(str(v) for *_, v in wrong)}; "
        f"the other {len(other) - len(wrong)} cells are its own, rounded",
        not wrong,
    )


def possible_f1(anomalies: int, called_normal: float = 0.8) -> tuple[float, float]:
    """Return the least and the largest F1 of the normal class that any ranking can have.

    DROCC's released code calls a share of the test part normal, of which half is.

    Parameters
    ----------
    anomalies : int
        In the test part, beside as many normal rows.
    called_normal : float
        The share.
    """
    called = round(called_normal * 2 * anomalies)
    fewest = max(called - anomalies, 0)
    return 2 * fewest / (called + anomalies), 2 * min(called, anomalies) / (called + anomalies)


def impossible() -> list[Finding]:
    """Look for F1 in Table 7 that no ranking can have on DROCC's split with its code."""
    findings = []
    for row in paper_table("table7"):
        low, high = possible_f1(ANOMALIES[row.dataset])
        outside = [
            f"{column}'s {cell.value:.2f}"
            for column, cell in row.cells.items()
            if not low - cell.rounding < cell.value < high + cell.rounding
        ]
        findings.append(
            Finding(
                f"Table 7, {row.dataset}",
                "five F1 beside each other, taken from DROCC's Table 2 but for CANCE's",
                f"DROCC's released code gives {low:.3f} to {high:.3f} whatever the ranking; "
                f"outside {'is' if len(outside) == 1 else 'are'} {' and '.join(outside)}",
                not outside,
            )
        )
    return findings


def caption() -> Finding:
    """Compare the row that Table 8 takes from DAGMM with what its caption says of the data."""
    row = {r.name: r.cells["DAGMM-0"] for r in paper_table("table8")}
    clean = all(abs(row[k].value - 100 * v) <= row[k].rounding for k, v in DAGMM_CLEAN.items())
    values = " / ".join(str(row[name]) for name in DAGMM_CLEAN)
    return Finding(
        "Table 8, DAGMM-0",
        "contaminated training data, by the caption",
        f"{values} are, rounded, DAGMM's result of clean training data",
        not clean,
    )
