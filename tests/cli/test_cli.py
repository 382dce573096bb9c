import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cance_edu import cli
from cance_edu.files import PROJECT


def test_a_wrong_argument_is_one_line_and_exit_code_2(capsys):
    for words in (["frobnicate"], ["demo", "--seed", "none"], []):
        with pytest.raises(SystemExit) as stop:
            cli.main(words)
        assert stop.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert cli.main(["data", "imagenet"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_words_for_jupyterlab_are_told_where_they_go(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["lab", "--port", "8899"])
    assert stop.value.code == 2
    assert "--port; words for JupyterLab go behind `--`" in capsys.readouterr().err


def test_demo_names_the_sets_of_images_that_there_are(capsys):
    assert cli.main(["demo", "--dataset", "imagenet"]) == 1
    error = capsys.readouterr().err
    assert "expected one of 'digits', 'mnist', 'cifar10'" in error
    assert error.count("\n") == 1


def test_a_failure_is_one_line_and_exit_code_1(tmp_path, capsys):
    assert cli.main(["demo", "--images", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "not laid out as expected" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--images", "x", "--normal", "8"], "--normal chooses digits"),
        (["--image-size", "8"], "--image-size resizes a folder's pictures"),
    ],
)
def test_demo_refuses_what_does_not_go_together(words, reason, capsys):
    assert cli.main(["demo", *words]) == 1
    assert reason in capsys.readouterr().err


def test_an_interrupt_is_one_line_and_exit_code_130(monkeypatch, capsys):
    def interrupt(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.commands, "equations", interrupt)
    assert cli.main(["equations"]) == 130
    assert capsys.readouterr().err == "cance-edu: interrupted\n"


def test_a_reader_who_has_read_enough_is_no_failure():
    code = "import sys; from cance_edu import cli; sys.exit(cli.main(['equations']))"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "executed", "passed_on"),
    [
        ([], False, []),
        (["--executed"], True, []),
        (["--", "--port", "9000"], False, ["--port", "9000"]),
        (["--executed", "--", "--debug"], True, ["--debug"]),
    ],
)
def test_lab_starts_jupyterlab_as_it_is_told(monkeypatch, words, executed, passed_on):
    seen = []
    monkeypatch.setattr("cance_edu.classroom.lab.start", lambda *said: seen.append(said))
    assert cli.main(["lab", *words]) == 0
    assert seen == [(executed, passed_on)]


def test_record_prints_where_the_recording_is(monkeypatch, capsys):
    monkeypatch.setattr("cance_edu.course.recordings.record", lambda name: Path(f"{name}.npz"))
    assert cli.main(["record", "covariance"]) == 0
    assert capsys.readouterr().out == "covariance.npz\n"


def test_equations_prints_number_function_lesson_and_test(capsys):
    assert cli.main(["equations"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 15
    assert "lognormal.lognormal_mode" in lines[8]
    assert "lesson 01" in lines[8]
    test = lines[8].split()[-1].partition("::")
    assert f"def {test[2]}(" in (PROJECT / test[0]).read_text("utf-8")


def test_data_lists_what_is_present(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CANCE_EDU_DATA", str(tmp_path))
    assert cli.main(["data"]) == 0
    listing = capsys.readouterr().out
    assert "digits   present" in listing
    assert "mnist    absent" in listing


@pytest.mark.parametrize("module", ["cance_edu", "cance_edu.cli"])
def test_importing_stays_light(module):
    heavy = "{'torch', 'jupyterlab', 'sklearn'}"
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_demo_on_a_folder_of_ones_own(tmp_path, capsys, monkeypatch):
    rng = np.random.default_rng(0)
    for folder, n, bright in (("normal", 40, 1.0), ("test/good", 5, 1.0), ("test/dark", 5, 0.3)):
        (tmp_path / folder).mkdir(parents=True)
        for i in range(n):
            pixels = (rng.random((9, 7)) * 60 + 190) * bright
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / folder / f"{i}.png")
    figure = tmp_path / "figure.png"
    assert (
        cli.main(["demo", "--images", str(tmp_path), "--image-size", "8", "--figure", str(figure)])
        == 0
    )
    printed = capsys.readouterr().out
    for variant in ("error", "latnce", "cnce", "cance"):
        assert f"  {variant}" in printed
    assert figure.read_bytes().startswith(b"\x89PNG")
