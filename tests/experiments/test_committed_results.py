"""What lies in data/results: every line whole, and one cheap fit of them done again."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

from cance_edu import __version__
from cance_edu.experiments.comparison import series
from cance_edu.experiments.fits import Fit, fits, run
from cance_edu.experiments.methods import FEATURE_CLASSICS, TABLE_CLASSICS
from cance_edu.experiments.results import FOLDER, identity, read, read_folder
from cance_edu.experiments.tables import chosen

PROJECT = Path(__file__).parents[2]
FILES = sorted(FOLDER.glob("*.jsonl"))
# Four systems are compared: by chance one of 250 runs on another machine is outside.
CONFIDENCE = 0.999
# Some digits are told apart without an error by all stored seeds, and have no deviation: 26 of the
# 26,000 pairs that an AUROC counts there may change places.
FEW_PAIRS = 0.001


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_is_whole(path):
    records, damaged = read(path)
    assert damaged == []
    assert len(records) == len(path.read_bytes().splitlines()) > 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_says_how_it_was_made(path):
    for record in read(path)[0]:
        place = f"{record['table']}_{re.sub('[^a-z0-9]', '', record['dataset'].lower())}"
        assert path.stem == place
        assert record["command"].startswith(f"cance-edu reproduce {record['table']} --dataset ")
        assert record["command"].endswith(f" --seeds {record['seed'] + 1}")
        # Those that heed no setting: what they do is in their names.
        heedless = (*TABLE_CLASSICS.systems, *FEATURE_CLASSICS.systems)
        assert (record["settings"] == {}) == (record["system"] in heedless)
        assert re.fullmatch("[0-9a-f]{64}", record["data_sha256"])
        assert {"cance-edu", "python", "torch"} <= record["made_with"].keys()
        assert record["measures"]
        assert all(0 <= value <= 1 for value in record["measures"].values())
        assert record["seconds"] > 0


def commit():
    """Return the commit's hash; outside of a repository, the package's version."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return __version__
    return head.stdout.strip()


def chosen_fit():
    """Return one fit of the digits that has committed results, another one for each commit."""
    done = {identity(record) for record in read_folder(FOLDER)[0]}
    wanted = fits(chosen("digits"), seeds=5)
    stored = [fit for fit in wanted if all(identity(key) in done for key in fit.keys)]
    assert stored, "no result has the settings of today: run `cance-edu reproduce digits` anew"
    return stored[sum(commit().encode()) % len(stored)]


def test_a_fit_chosen_by_the_commit_comes_out_as_it_was_stored():
    """Each system's AUROC lies where a further seed's would, by the stored seeds.

    The seed is a stored one, and on the machine that stored it every digit is the same. On another
    one, round-off grows in training until the outcome is like that of another seed; so the interval
    is the prediction interval of one more draw: mean ± t s √(1 + 1/n).
    """
    fit: Fit = chosen_fit()
    stored = read_folder(FOLDER)[0]
    for again in run(fit):
        same = [record for record in stored if series(record) == series(again)]
        (before,) = [record for record in same if record["seed"] == fit.seed]
        assert again["data_sha256"] == before["data_sha256"]
        values = np.array([record["measures"]["auroc"] for record in same])
        reach = t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * np.sqrt(1 + 1 / len(values))
        off = abs(again["measures"]["auroc"] - values.mean())
        assert off <= reach * values.std(ddof=1) + FEW_PAIRS, f"{again['system']}, {fit.task.name}"
