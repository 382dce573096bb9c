"""An answer that misses what a task asks for fails its test, and is told why in words."""

import re

import jupytext
import numpy as np
import pytest
import torch

from cance_edu.classroom.assignments import ASSIGNMENTS
from cance_edu.classroom.autograding import LIMIT

NAMES = {path.stem[:2]: path for path in ASSIGNMENTS.glob("[0-9]*.ipynb")}


def cells_of(assignment):
    """Return the code cells up to the one that is asked for, by name."""
    cells = [c for c in jupytext.read(NAMES[assignment]).cells if c.cell_type == "code"]
    return [(c.metadata.get("nbgrader", {}).get("grade_id"), c.source) for c in cells]


def run_up_to(test, assignment, **answers):
    """Run an assignment's model answers with others in their place, to the end of a test."""
    known = {}
    for name, source in cells_of(assignment):
        exec(answers.get(name, source), known)
        if name == test:
            return known
    raise AssertionError(f"there is no cell {test}")


OBJECTIVE = """
import torch.nn.functional as F
def noise_objective(network, z, v, mean, scale, noise_ratio):
    tied = scale * ((z - mean) / scale).detach() + mean
    on_noise = network({})
    return F.logsigmoid(network(tied)).mean() + noise_ratio * F.logsigmoid(-on_noise).mean()
"""


@pytest.mark.parametrize(
    "widened",
    [
        "F.linear(v - mean, scale.diag(), mean)",
        "torch.addmm(mean, v - mean, scale.diag())",
        "torch.lerp(mean.expand_as(v), v, scale.expand_as(v))",
    ],
)
def test_right_objectives_pass_the_hidden_test_too(widened):
    run_up_to("objective-test", "06", objective=OBJECTIVE.format(widened))


NETWORKS = "def pushes_up(u): return {}\ndef pushes_down(u): return {}"
OPTIMUM = """
from torch.distributions import Normal
def pushes_up(u):
    return (Normal(0.0, 0.5).log_prob(u) - Normal(0.0, 0.5 * (1 + math.log(2))).log_prob(u))[:, 0]
def pushes_down(u): return 1 - u[:, 0] ** 2
"""
RANDOM = """
torch.manual_seed({})
layers = torch.nn.Linear(1, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1)
by_chance = torch.nn.Sequential(*layers).double()
def pushes_up(u): return by_chance(u)[:, 0]
def pushes_down(u): return 1 - u[:, 0] ** 2
"""


@pytest.mark.parametrize(
    "answer",
    [
        OPTIMUM,
        *(RANDOM.format(seed) for seed in range(10)),
        NETWORKS.format("u[:, 0] ** 2", "u[:, 0] ** 2"),
        NETWORKS.format("1 - u[:, 0] ** 2", "1 - u[:, 0] ** 2"),
        NETWORKS.format("1 - u[:, 0] ** 2", "u[:, 0] ** 2"),
    ],
)
def test_chance_pushes_k_neither_way(answer):
    with pytest.raises(AssertionError, match=r"the gradient is -?\d\.\d+, not"):
        run_up_to("break-test", "06", **{"break": answer})


def test_the_optimal_t_scatters_as_the_text_says():
    known = run_up_to("break-test", "06")
    exec(OPTIMUM, known)
    slopes = []
    for seed in range(1, 101):
        draws = torch.Generator().manual_seed(seed)
        for name in ("data", "before"):
            known[name] = 0.5 * torch.randn(500, 1, generator=draws, dtype=torch.float64)
        slopes.append(known["gradient"](known["pushes_up"]))
    assert np.std(slopes) == pytest.approx(0.02, abs=0.004)
    assert abs(np.mean(slopes)) < 0.006


SVDD = "W1, b1 = {}\nW2, b2 = {}\nconstant_score = 0.0"


@pytest.mark.parametrize(
    ("answer", "passes"),
    [
        (SVDD.format("np.ones((64, 8)), np.zeros(8)", "np.full((8, 2), 1e-6), centre"), False),
        (SVDD.format("np.ones((64, 8)), np.full(8, -1e3)", "np.ones((8, 2)), centre"), False),
        (SVDD.format("np.ones((64, 8)), np.full(8, -1e9)", "np.ones((8, 2)), centre"), False),
        (SVDD.format("np.ones((64, 8)), np.zeros(8)", "np.zeros((8, 2)), centre + 1e-6"), False),
        (SVDD.format("np.zeros((64, 8)), np.zeros(8)", "np.ones((8, 2)), centre"), True),
        (SVDD.format("np.zeros((64, 8)), np.ones(8)", "np.ones((8, 2)), centre - 8"), True),
    ],
)
def test_a_collapse_is_one_for_any_images(answer, passes):
    if passes:
        run_up_to("break-test", "08", **{"break": answer})
    else:
        with pytest.raises(AssertionError, match="have scores up to"):
            run_up_to("break-test", "08", **{"break": answer})


DETECTOR = """
class Detector:
    def anomaly_score(self, inputs): return inputs.sum(axis=1).round(3)
detector = Detector()
rows = np.random.default_rng(0).normal(size=(230, 4))
normal, held_out, test = rows[:100], rows[100:130], rows[130:] + 0.1
"""
"""The fit of the capstone without its minute: a detector that has learned nothing."""


@pytest.fixture(scope="module")
def threshold_test():
    """Run the capstone's test of the threshold after an answer; the score's task is left out."""
    cells = dict(cells_of("07"))
    start = ["import numpy as np", DETECTOR]

    def run(threshold, change=""):
        known = {}
        steps = [*start, change, cells["fit-test"], threshold, cells["threshold-test"]]
        for source in steps:
            exec(source, known)

    run.answer = cells["threshold"]
    return run


@pytest.mark.parametrize("n", [20, 28, 29, 30, 60])
def test_the_rank_keeps_its_promise_for_any_number_held_out(threshold_test, n):
    change = f"normal, held_out = rows[:60], rows[60:{60 + n}]"
    threshold_test(threshold_test.answer, change)
    library = "from cance_edu.course.scores.thresholds import held_out_threshold\n"
    threshold_test(
        f"{library}threshold = held_out_threshold(detector.anomaly_score(held_out), 0.1)", change
    )


def test_ties_do_no_harm(threshold_test):
    ties = "Detector.anomaly_score = lambda self, inputs: inputs.sum(axis=1).round(0)"
    threshold_test(threshold_test.answer, ties)


@pytest.mark.parametrize(
    "threshold",
    [
        "threshold = scores.min()",
        "threshold = np.quantile(scores, 0.9)",
        "threshold = np.quantile(detector.anomaly_score(normal), 0.9)",
        "threshold = np.quantile(detector.anomaly_score(held_out), 0.9)",
        "threshold = detector.anomaly_score(held_out).max()",
        "threshold = np.inf",
        "threshold = np.nan",
    ],
)
def test_a_threshold_that_promises_nothing_fails(threshold_test, threshold):
    with pytest.raises(AssertionError, match="of 30 held-out scores lie above it"):
        threshold_test(threshold)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("held_out = normal[:30]", "stands in two of"),
        ("held_out = test[:30].copy()", "stands in two of"),
        ("normal = rows[:101]", "stands in two of"),
        ("test = np.concatenate([test, normal[:1]])", "stands in two of"),
        ("normal = rows[:101].astype(np.float64).tolist()", "stands in two of"),
        ("held_out = held_out[:19]", "has 19 inputs"),
    ],
)
def test_what_is_held_out_is_enough_and_is_held_out(threshold_test, change, words):
    with pytest.raises(AssertionError, match=words):
        threshold_test(threshold_test.answer, change)


AREA = """
def anomaly_score(log_ratio, noise_log_prob, noise_ratio):
    return -(log_ratio + np.log(noise_ratio) + noise_log_prob)
def auroc(scores, is_anomaly):
    wins = scores[is_anomaly][:, None] - scores[~is_anomaly][None, :]
    area = np.mean((wins > 0) + 0.5 * (wins == 0))
    return {}
"""


def test_an_area_that_is_turned_over_gets_no_points():
    run_up_to("score-test", "07", score=AREA.format("area"))
    with pytest.raises(AssertionError):
        run_up_to("score-test", "07", score=AREA.format("max(area, 1 - area)"))


def test_the_capstone_says_how_long_a_cell_may_run():
    text = jupytext.read(NAMES["07"])
    said = re.findall(r"longer than (\d+) seconds", "".join(c.source for c in text.cells))
    assert said == [str(LIMIT)]


@pytest.mark.parametrize("assignment", ["05", "06", "07", "08"])
def test_every_assert_that_a_student_sees_says_what_is_wrong(assignment):
    for name, source in cells_of(assignment):
        shown = re.sub(r"### BEGIN HIDDEN.*?### END HIDDEN TESTS", "", source, flags=re.DOTALL)
        for line in re.findall(r"^ *(assert .*)$", shown, re.M):
            assert ", " in line or line.endswith(("(", ".passed")), f"{name}: {line}"
