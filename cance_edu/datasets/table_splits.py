"""Four ways to split a table. The literature's are incompatible: an F1 means nothing without one.

Each takes the truth from the table, trains on normal rows (unless told to contaminate them), and
scales columns by the training part alone. F1 is meant at the test part's true number of anomalies.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.split import Split
from cance_edu.datasets.tables import Table

__all__ = [
    "SPLITS",
    "SharedRows",
    "adbench_split",
    "dagmm_split",
    "drocc_split",
    "goad_split",
    "is_training_row",
    "shared_rows",
]

Rows = NDArray[np.intp]


def drocc_split(table: Table, random_state: int = 0) -> Split:
    """Test all anomalies and as many random normal rows; train on the other normal rows.

    Half of the test part is anomalous. Source: Goyal et al. 2020, the released
    `process_abalone.py` and `process_odds.py`. They add 1e-4 to the deviations, which is left out.
    F1 is another number there than here: `drocc_trainer.py` takes normal as the positive class and
    calls the top 80% normal, so on this split no ranking gets above about 0.77.

    Raises
    ------
    ValueError
        If too few rows of a kind are left for a part.
    """
    normal, anomalies = _shuffled(table, random_state)
    tested, trained = np.split(normal, [len(anomalies)])
    return _task(table, "DROCC's split", trained, np.concatenate([tested, anomalies]))


def goad_split(table: Table, random_state: int = 0) -> Split:
    """Train on half of the normal rows; test the other half and all anomalies.

    Source: Bergman and Hoshen 2020, the released `data_loader.py`. The half is drawn at random, as
    they do for KDDCUP99; for Thyroid they take the file's first half. F1 at the true ratio.

    Raises
    ------
    ValueError
        If too few rows of a kind are left for a part.
    """
    normal, anomalies = _shuffled(table, random_state)
    trained, tested = np.split(normal, [len(normal) // 2])
    return _task(table, "GOAD's split", trained, np.concatenate([tested, anomalies]))


def dagmm_split(table: Table, random_state: int = 0, contamination: float = 0.0) -> Split:
    """Draw half of all rows and train on the normal ones among them; test the other half.

    So half of the anomalies are never seen. Source: Zong et al. 2018, Sec. 4,
    read as GOAD's released code reads it.

    Parameters
    ----------
    table : Table
        What to split.
    random_state : int
        Chooses the half.
    contamination : float
        Share of the drawn half's anomalies that stay in the training part, 0 to 1.

    Raises
    ------
    ValueError
        If the contamination is no share, or too few rows of a kind are left for a part.
    """
    if not 0 <= contamination <= 1:
        raise ValueError(f"contamination is {contamination}; expected a share between 0 and 1")
    order = np.random.default_rng(random_state).permutation(len(table.rows))
    drawn, tested = np.split(order, [len(order) // 2])
    normal, anomalies = drawn[~table.is_anomaly[drawn]], drawn[table.is_anomaly[drawn]]
    kept = anomalies[: int(contamination * len(anomalies))]
    name = "DAGMM's split" + (f", {contamination:.0%} contaminated" if contamination else "")
    return _task(table, name, np.concatenate([normal, kept]), tested)


def adbench_split(table: Table, random_state: int = 0, contaminated: bool = False) -> Split:
    """Train on 70% of the normal rows; test the other 30%, and 30% of the anomalies.

    Source: Han et al. 2022, the released `data_generator.py`: a stratified split of 70% and 30%.
    There unsupervised methods train on the 70% of the anomalies as well (`contaminated=True`), and
    every column is scaled to [0, 1]; here `table.standardized` says what is scaled.
    """
    normal, anomalies = _shuffled(table, random_state)
    trained, tested = np.split(normal, [round(0.7 * len(normal))])
    seen, unseen = np.split(anomalies, [round(0.7 * len(anomalies))])
    if contaminated:
        trained = np.concatenate([trained, seen])
    name = "ADBench's split" + (", contaminated" if contaminated else "")
    return _task(table, name, trained, np.concatenate([tested, unseen]))


SPLITS = {
    "drocc": drocc_split,
    "goad": goad_split,
    "dagmm": dagmm_split,
    "adbench": adbench_split,
}


@dataclass(frozen=True)
class SharedRows:
    """How much of a test part was seen in training, to the last digit.

    Attributes
    ----------
    normal, anomalous : float
        Share of the normal and of the anomalous test rows that are also training rows.
    """

    normal: float
    anomalous: float


def is_training_row(task: Split) -> NDArray[np.bool_]:
    """Return which test rows are copies of training rows, to the last digit."""
    train = set(_as_bytes(task.train))
    return np.array([row in train for row in _as_bytes(task.test)], dtype=bool)


def shared_rows(task: Split) -> SharedRows:
    """Count what duplicates do to a random split: test rows that are copies of training rows."""
    seen = is_training_row(task)
    return SharedRows(float(seen[~task.is_anomaly].mean()), float(seen[task.is_anomaly].mean()))


def _as_bytes(rows: NDArray[np.float64]) -> list[bytes]:
    # Adding 0 makes -0 a 0, which has other bytes.
    return [row.tobytes() for row in rows + 0.0]


def _shuffled(table: Table, random_state: int) -> tuple[Rows, Rows]:
    """Return the normal and the anomalous rows' numbers, each in random order."""
    generator = np.random.default_rng(random_state)
    normal = generator.permutation(np.flatnonzero(~table.is_anomaly))
    return normal, generator.permutation(np.flatnonzero(table.is_anomaly))


def _task(table: Table, split: str, trained: Rows, tested: Rows) -> Split:
    """Cut the table, and standardise by the training part; a constant column is only centred."""
    train, test = table.rows[trained], table.rows[tested]
    if not len(train) or table.is_anomaly[tested].all() or not table.is_anomaly[tested].any():
        raise ValueError(
            f"{table.name} has {(~table.is_anomaly).sum()} normal rows and "
            f"{table.is_anomaly.sum()} anomalies: too few for {split}"
        )
    centre = np.where(table.standardized, train.mean(0), 0.0)
    varies = table.standardized & (train.min(0) < train.max(0))
    spread = np.where(varies, train.std(0), 1.0)
    for part in (train, test):
        part -= centre
        part /= spread
    name = f"{table.name}, {split}"
    truth = table.is_anomaly[tested]
    return Split(name, train, test, truth, resplit=True, differs=table.differs)
