import numpy as np
import pytest

from cance_edu.course import recordings
from cance_edu.course.dial.rope import FixedSample
from cance_edu.course.noise.walk import optimal_walk
from cance_edu.course.page import lesson_split
from cance_edu.course.recordings import drift
from cance_edu.training.contrast import Contrast


@pytest.fixture
def few(monkeypatch):
    """Few training sets, and few steps."""
    for name, value in {"steps": 3, "sets": 2, "pools": 2, "subsets": 3}.items():
        monkeypatch.setitem(drift.SETTINGS, name, value)


def test_each_training_set_has_a_walk_and_subsets_share_most_of_a_pool(few, monkeypatch):
    seen = []

    def walk(density, noise, contrast, *, random_state):
        seen.append((density, contrast, random_state))
        return optimal_walk(density, noise, contrast, random_state=random_state)

    monkeypatch.setattr(drift, "optimal_walk", walk)
    arrays = drift.record()
    assert arrays["overlapping"].shape == (2, 3, 8)
    assert arrays["apart"].shape == (2, 8)
    assert {(contrast.steps, state) for _, contrast, state in seen} == {(3, 0)}
    sets = [{tuple(row) for row in density.rows.tolist()} for density, _, _ in seen]
    n = len(lesson_split([8], 0, "digits").train)
    assert {len(rows) for rows in sets} == {n}
    assert len(sets[0] & sets[1]) > n / 2
    assert not sets[0] & sets[3], "another pool"
    assert not sets[6] & sets[7], "sets that share nothing"


def test_a_stored_walk_is_found_again():
    settings, stored = drift.SETTINGS, recordings.load("drift")["apart"]
    train = lesson_split(settings["normal"], settings["seed"], "digits").train
    density, noise = drift.stand_in(train, settings["seed"])
    sets, _ = drift.training_sets(density, len(train))
    contrast = Contrast(steps=settings["steps"])
    walk = optimal_walk(FixedSample(density, sets[0]), noise, contrast, random_state=0)
    np.testing.assert_allclose(walk.scale[-1], stored[0], rtol=1e-3)
