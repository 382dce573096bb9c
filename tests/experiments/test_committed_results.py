"""What lies in data/results: every line whole, and cheap fits of them done again."""

import re
import subprocess
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

from cance_edu import __version__
from cance_edu.experiments.blocks import DIGITS
from cance_edu.experiments.results import FOLDER, file_name, key_of, read, read_folder
from cance_edu.experiments.run import key
from cance_edu.experiments.sweep import Fit, fits, run_fit
from cance_edu.experiments.systems import SYSTEMS
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
    failures = [record for record in records if "failed" in record]
    assert len(records) == len(path.read_bytes().splitlines()) > len(failures)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_says_what_it_is_of(path):
    for record in read(path)[0]:
        assert file_name(record["dataset"]) == path.name
        assert record["system"] in SYSTEMS
        resolved = (record["settings"].get(name) for name in ("epochs", "steps", "batch_size"))
        assert "auto" not in resolved
        assert re.fullmatch("[0-9a-f]{64}", record["data_sha256"])
        assert {"cance-edu", "python", "torch"} <= record["made_with"].keys()
        assert record.get("failed") or record["measures"]
        assert all(0 <= value <= 1 for value in record.get("measures", {}).values())


def test_a_split_that_no_seed_changes_is_of_one_data_set():
    fixed = [record for record in read_folder(FOLDER)[0] if not record["resplit"]]
    for _, records in groupby(sorted(fixed, key=lambda r: r["split"]), lambda r: r["split"]):
        assert len({record["data_sha256"] for record in records}) == 1


def commit():
    """Return the commit's hash; outside of a repository, the package's version."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return __version__
    return head.stdout.strip()


def chosen_fit(systems=None):
    """Return one fit of the digits that has committed results, another one for each commit."""
    done = {key_of(record) for record in read_folder(FOLDER)[0] if "failed" not in record}
    stored = [
        fit
        for fit in fits(chosen("digits", systems=systems), seeds=5)
        if all(key_of(key(fit.recipe.load(), s, fit.seed)) in done for s in fit.systems)
    ]
    assert stored, "no result has the settings of today: run `cance-edu reproduce digits` anew"
    return drawn_by_commit(stored)


def drawn_by_commit(choices):
    return choices[sum(commit().encode()) % len(choices)]


OURS = ["error", "latnce", "cnce", "cance"]
# What a class of the digits costs: under 3 seconds, and 5 to 14, of which one is run.
QUICK = ["kde_10", "kde_100", "ocsvm", "nn1_pixels", "deep_svdd", "deep_sad", "deep_sad_10"]
QUICK += ["dagmm_0", "dagmm_1", "goad"]
SLOW = ["vae", "lsa", "pixelcnn", "dagmm_cance", "drocc"]


def test_each_system_is_rerun_sooner_or_later():
    assert {*OURS, *QUICK, *SLOW} == set(DIGITS[0].ours.values())


@pytest.mark.parametrize("systems", [OURS, [*QUICK, drawn_by_commit(SLOW)]], ids=["ours", "others"])
def test_a_fit_chosen_by_the_commit_comes_out_as_it_was_stored(systems):
    """Each system's AUROC lies where a further seed's would, by the stored seeds.

    The seed is a stored one, and on the machine that stored it every digit is the same. On another
    one, round-off grows in training until the outcome is like that of another seed; so the interval
    is the prediction interval of one more draw: mean ± t s √(1 + 1/n). A system
    that draws nothing has one value, and comes out the same.
    """
    fit: Fit = chosen_fit(systems)
    stored = read_folder(FOLDER)[0]
    for again in run_fit(fit):
        same = [r for r in stored if key_of(r | {"seed": fit.seed}) == key_of(again)]
        assert fit.seed in {record["seed"] for record in same}
        values = np.array([record["measures"]["auroc"] for record in same])
        reach, off = 0.0, abs(again["measures"]["auroc"] - values.mean())
        if SYSTEMS[again["system"]].random:
            of_one_more = np.sqrt(1 + 1 / len(values)) * values.std(ddof=1)
            reach = t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * of_one_more
        assert off <= reach + FEW_PAIRS, f"{again['system']}, {again['split']}"
