"""Every misconception is caught and named, in two differently written solutions."""

import contextlib
import math
import runpy
from fractions import Fraction
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cance_edu import experiments
from cance_edu.classroom import check
from cance_edu.classroom.check import agree, observed
from cance_edu.course.scores import summary, thresholds
from cance_edu.detectors.deep_sad import sad_loss
from cance_edu.detectors.drocc_search import project
from cance_edu.experiments.cell import Comparison
from cance_edu.files import PROJECT
from cance_edu.method import augmentation, autoencoder, composite, lognormal, nce
from cance_edu.method import moments as library_moments
from tests.classroom.bank import BANK
from tests.classroom.bank_apart import BANK_APART

NAMES = list(check.TASKS)
CASES = [
    (name, misconception.name)
    for name in NAMES
    for misconception in getattr(check, name).misconceptions
]


def library_covariance_loss(latent):
    return autoencoder.covariance_loss(torch.from_numpy(latent))


def library_features(inputs, reconstructions):
    error = composite.reconstruction_error(inputs, reconstructions)
    return np.stack([error, composite.cosine_dissimilarity(inputs, reconstructions)], 1)


def library_truncated(u, mode, scale):
    """The library draws by the same inverse, with u from a generator: put ours in its place."""
    original = torch.rand
    torch.rand = lambda n, m, **_: torch.from_numpy(u)[:, None]
    try:
        pair = torch.tensor([mode], dtype=float), torch.tensor([scale], dtype=float)
        return augmentation.sample_truncated_normal(*pair, len(u))[:, 0]
    finally:
        torch.rand = original


def library_k_aware(u, mode, deviation, noise_scale):
    scale = augmentation.truncation_scale(deviation, noise_scale, "k-aware")
    return library_truncated(u, mode, float(scale))


def library_score(log_ratio, noise_log_prob, noise_ratio):
    return nce.anomaly_score(
        torch.from_numpy(log_ratio), torch.from_numpy(noise_log_prob), noise_ratio
    )


def library_verdict(low, high, margin):
    """The report's own, of a cell whose interval is given."""
    seeds = SimpleNamespace(values=dict.fromkeys(range(5)))
    cell = SimpleNamespace(
        ours=seeds, paper=0.0, comparable=True, interval=(low, high), margin=margin
    )
    return Comparison.verdict.fget(cell)


REFERENCE = {
    "threshold": lambda scores, share: np.quantile(scores, 1 - share),
    "mode": lognormal.lognormal_mode,
    "truncated_normal": library_truncated,
    "k_aware": library_k_aware,
    "covariance_loss": library_covariance_loss,
    "merge_covariances": library_moments.merge_covariances,
    "reconstruction_features": library_features,
    "nce_loss": nce.nce_loss,
    "noise_objective": nce.noise_objective_eq8,
    "anomaly_score": library_score,
    "auroc": lambda scores, is_anomaly: experiments.auroc(is_anomaly, scores),
    "precision": summary.precision,
    "promised_rank": thresholds.promised_rank,
    "sad_loss": lambda outputs, centre, labels, weight: sad_loss(
        *map(torch.from_numpy, (outputs, centre, labels)), weight
    ),
    "project": lambda steps, radius, gamma: project(torch.from_numpy(steps), radius, gamma),
    "verdict": library_verdict,
}


@pytest.mark.parametrize("name", NAMES)
def test_the_librarys_own_function_passes(name):
    feedback = getattr(check, name)(REFERENCE[name])
    assert feedback.passed, str(feedback)
    assert feedback.misconception is None
    assert str(feedback).startswith("right")


@pytest.mark.parametrize(("name", "misconception"), CASES)
@pytest.mark.parametrize("bank", [BANK, BANK_APART], ids=["developed on", "apart"])
def test_a_wrong_solution_fails_and_its_misconception_is_named(name, misconception, bank):
    feedback = getattr(check, name)(bank[name][misconception])
    assert not feedback.passed
    assert feedback.misconception == misconception, str(feedback)
    assert misconception in feedback.text


def test_there_are_at_least_forty_misconceptions_and_four_for_each_task():
    assert len(CASES) >= 40
    readme = " ".join((PROJECT / "README.md").read_text(encoding="utf-8").split())
    assert f"the {len(CASES)} misconceptions" in readme
    assert all(len(getattr(check, name).misconceptions) >= 4 for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_misconceptions_give_the_same_numbers(name):
    task = getattr(check, name)
    seen = {m.name: observed(task, m.looks_like) for m in task.misconceptions}
    seen["right"] = task.expected()
    for one, other in combinations(seen, 2):
        assert not agree(seen[one], seen[other]), f"{one} | {other}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("nothing", [None, ...])
def test_an_empty_stub_is_not_answered_yet(name, nothing):
    feedback = getattr(check, name)(lambda *arguments: nothing)
    assert not feedback.passed
    assert "not answered yet" in feedback.text
    assert getattr(check, name).signature in feedback.text


def test_an_exception_is_feedback_with_its_line():
    def mode(mean, standard_deviation):
        return mean / undefined_name  # noqa: F821

    feedback = check.mode(mode)
    assert "it raised NameError in the line `return mean / undefined_name" in feedback.text


def test_the_line_is_the_students_where_a_library_raises():
    def mode(mean, standard_deviation):
        return np.linalg.inv(np.zeros((2, 2)))

    text = check.mode(mode).text
    assert "it raised LinAlgError in the line `return np.linalg.inv(np.zeros((2, 2)))`" in text


def test_the_line_is_found_in_a_folder_that_is_called_as_the_course_is(tmp_path):
    """git clones the course into `cance_edu`, and the student's copy lies in there."""
    file = tmp_path / "cance_edu" / "my_course" / "mine.py"
    file.parent.mkdir(parents=True)
    file.write_text("def mode(mean, standard_deviation):\n    return mean / 0 + undefined\n")
    text = check.mode(runpy.run_path(str(file))["mode"]).text
    assert "in the line `return mean / 0 + undefined`" in text


def test_a_wrong_shape_and_a_wrong_type_are_told():
    assert "shape (1,); expected a single number." in check.mode(lambda m, s: np.array([m])).text
    assert "shape (20,)" in check.covariance_loss(lambda z: np.zeros(20)).text
    assert "expected numbers of shape (2, 2)" in check.merge_covariances(lambda *_: 1.0).text
    assert "returned a str" in check.mode(lambda m, s: "the mode").text
    assert "returned 'equal'; expected one of 'rep" in check.verdict(lambda *of: "equal").text


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError("this error cannot be printed")


class Unreadable:
    def __array__(self, *_, **__):
        raise RuntimeError("no array")


def raises(error):
    def function(*arguments):
        raise error

    return function


def endless(*arguments):
    return endless(*arguments)


STRANGE = {
    "nothing in it": lambda *_: [],
    "text": lambda *_: "1.5",
    "bytes": lambda *_: b"3",
    "a dictionary": lambda *_: {},
    "an object": lambda *_: object(),
    "a function": lambda *_: len,
    "a generator": lambda *_: (x for x in [1.0]),
    "a complex number": lambda *_: 1 + 0j,
    "a complex array": lambda *_: np.array(1 + 2j),
    "a date": lambda *_: np.datetime64("2026"),
    "ragged": lambda *_: [[1, 2], [3]],
    "no numbers": lambda *_: [None] * 20,
    "too large": lambda *_: 10**400,
    "what was given": lambda *arguments: arguments,
    "NaN": lambda *_: math.nan,
    "a tensor that learns": lambda *_: torch.tensor(1.0, requires_grad=True),
    "a list of them": lambda *_: [torch.tensor(1.0, requires_grad=True)] * 7,
    "a tensor without numbers": lambda *_: torch.empty((), device="meta"),
    "a sparse tensor": lambda *_: torch.eye(2).to_sparse(),
    "a complex tensor": lambda *_: torch.tensor(1j),
    "an object that is no array": lambda *_: Unreadable(),
    "an error": raises(ValueError()),
    "an error of a page": raises(ValueError("x" * 100_000 + chr(10))),
    "an error that cannot be printed": raises(Unspeakable()),
    "exit()": raises(SystemExit(1)),
    "no memory": raises(MemoryError()),
    "endless recursion": endless,
    "no parameters": lambda: 1.0,
    "a number, not a function": 3.0,
    "what a function returned": None,
    "a class": int,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", STRANGE)
def test_whatever_a_function_does_the_answer_is_in_words(name, kind):
    feedback = getattr(check, name)(STRANGE[kind])
    assert not feedback.passed
    assert 20 < len(feedback.text) < 600
    assert "Traceback" not in feedback.text
    assert feedback._repr_markdown_()


@pytest.mark.parametrize("name", NAMES)
def test_a_function_that_changes_what_it_was_given_spoils_nothing(name):
    def changes(*arguments):
        for one in arguments:
            if isinstance(one, np.ndarray | torch.Tensor):
                with contextlib.suppress(RuntimeError):  # K has a gradient and refuses
                    one[...] = 0
        return 0.0

    task = getattr(check, name)
    before = task.expected()
    task(changes)
    assert agree(task.expected(), before)
    assert task(REFERENCE[name]).passed


def test_tensors_of_every_kind_are_numbers():
    def modes(kind):
        return lambda m, s: kind(lognormal.lognormal_mode(m, s))

    learning = modes(lambda value: torch.tensor(value, dtype=float, requires_grad=True))
    assert check.mode(learning).passed
    assert check.mode(modes(Fraction)).passed
    by_point = BANK_APART["anomaly_score"]["nu is forgotten"]
    seen = check.anomaly_score(
        lambda t, n, nu: [torch.tensor(x, requires_grad=True) for x in by_point(t, n, nu)]
    )
    assert seen.misconception == "nu is forgotten"


def test_the_words_say_what_to_do():
    assert "an object; expected a single number." in check.mode(STRANGE["an object"]).text
    of_a_power = check.mode(lambda m, s: (-m) ** 1.5).text
    assert of_a_power.startswith("it returned a complex; expected a single number: is a negative")
    assert "a ndarray of complex128" in check.mode(STRANGE["a complex array"]).text
    assert check.mode(lambda: 1).text.endswith("Write `mode(mean, standard_deviation)`.")
    for feedback in (check.mode(), check.mode(1.0, 2.0), check.mode(3.0)):
        assert "do not call it: `check.mode(mode)`" in feedback.text


def test_an_interrupt_is_not_feedback():
    with pytest.raises(KeyboardInterrupt):
        check.mode(raises(KeyboardInterrupt()))


def test_tab_shows_the_tasks_and_no_tools():
    shown = dir(check)
    assert set(NAMES) < set(shown)
    assert not {"np", "traceback", "Any", "import_module", "Path"} & set(shown)
    assert all(hasattr(check, name) for name in shown)


def test_an_unknown_mistake_gets_no_name():
    feedback = check.mode(lambda m, s: 17.0)
    assert (feedback.passed, feedback.misconception) == (False, None)
    assert "differ from Eq. 9: for mean 1 and standard deviation 0.5" in feedback.text
    assert "NaN or infinite" in check.mode(lambda m, s: float("nan")).text


UNKNOWN = {
    "mode": (lambda m, s: m * (s**4 / m**2 + 1) ** -1.5, "0.913075, expected 0.715542"),
    "truncated_normal": (lambda u, m, s: m * u**2, "0.000625, expected 0.0490372"),
    "k_aware": (lambda u, m, s, k: m * u**2, "0.000625, expected 0.0315453"),
    "covariance_loss": (lambda z: z.sum(), "9, expected 4"),
    "merge_covariances": (lambda n, a, s, m, b, t: s + t + np.outer(b, b), "4, expected 1"),
    "reconstruction_features": (
        lambda x, y: np.stack([abs(x - y).max((1, 2))] * 2, 1),
        "1, expected 0.0666667",
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_mistake_is_shown_on_the_first_case_that_it_changes(name):
    function, shown = UNKNOWN[name]
    feedback = getattr(check, name)(function)
    assert feedback.misconception is None
    assert feedback.text.endswith(f"yours gives {shown}.")


def test_the_case_shown_is_one_that_came_out_wrong():
    only_small = check.mode(lambda m, s: min(lognormal.lognormal_mode(m, s), 1.5)).text
    assert "for mean 40 and standard deviation 35 yours gives 1.5, expected 17.0" in only_small


def test_where_no_case_can_be_said_there_is_still_something_to_do():
    by_name = check.merge_covariances(
        lambda n, a, s, m, b, t: library_moments.merge_covariances(n, a, s, m, b, t) + (n > 1)
    )
    assert by_name.text.endswith("Work one case out by hand, and compare.")


def test_each_case_in_words_has_its_number():
    for name in NAMES:
        task = getattr(check, name)
        assert len(task.cases) <= len(task.expected())


SLIPS = {
    "the cosine's absolute value": lambda x, y: (1 - abs(1 - 2 * x)) / 2,
    "a clipped cosine": lambda x, y: np.minimum(x, 0.5),
    "NaN for a zero reconstruction": lambda x, y: np.where(y.any((1, 2)), x, np.nan),
    "NaN where both are zero": lambda x, y: np.where(y.any((1, 2)) | (x != 0.5), x, np.nan),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_cosine_that_is_right_for_images_between_0_and_1_alone_is_not_enough(slip):
    def features(inputs, reconstructions):
        right = library_features(inputs, reconstructions)
        right[:, 1] = slip(right[:, 1], reconstructions)
        return right

    images = np.random.default_rng(0).random((2, 5, 3, 4))
    np.testing.assert_allclose(features(*images), library_features(*images))
    assert not check.reconstruction_features(features).passed


def test_draws_of_a_generator_are_told_from_draws_of_u():
    draw = np.random.default_rng
    anew = check.truncated_normal(lambda u, m, s: m * draw().random(u.shape))
    whatever_u_is = check.truncated_normal(lambda u, m, s: m * draw(0).random(u.shape))
    assert anew.misconception == whatever_u_is.misconception == "u is not used"
    assert "NaN" in check.truncated_normal(lambda u, m, s: u * np.nan).text


def test_hints_do_not_hold_a_formula():
    for name in NAMES:
        for misconception in getattr(check, name).misconceptions:
            assert not set("=^/") & set(misconception.hint.replace("sigma_z / mu_z", ""))


def test_an_unknown_task_lists_the_known_ones():
    with pytest.raises(AttributeError, match="no task 'median'; there are threshold, mode, "):
        _ = check.median
