"""The set-up: what is installed and how, the two commands, and the closed network of the tests."""

import ast
import importlib.util
import io
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from jupyter_client.manager import start_new_kernel
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.classroom.test_lab import make_clone

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell script, and POSIX signals")
BLOCKED = "the tests have no network"
MACHINES = [
    {"sys_platform": system, "platform_system": name, "platform_machine": chip, "os_name": os_name}
    for system, name, chip, os_name in (
        ("linux", "Linux", "x86_64", "posix"),
        ("darwin", "Darwin", "arm64", "posix"),
        ("win32", "Windows", "AMD64", "nt"),
    )
]
ADDRESS = re.compile(
    r"https?:|file:|--(extra-)?index|--find-links|--trusted|\.(com|org|io)\b| @ |-e "
    r"|/(home|root|work|tmp)\b"
)
PYTHONS = ("3.11", "3.12", "3.13")


def load_course(folder: Path) -> ModuleType:
    """Import the course.py of a folder under a name of its own."""
    spec = importlib.util.spec_from_file_location("course_under_test", folder / "course.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def read_lock(name: str) -> dict[tuple[str, str], list[str]]:
    """Return (pin, marker) -> hashes; a lock's entries start at the margin."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n", "", text(name), flags=re.MULTILINE))
    found = {}
    for entry in entries:
        head, *rest = (part.strip() for part in entry.strip().split("\\\n"))
        pin, _, marker = head.partition(" ; ")
        found[pin, marker] = rest
    return found


def read_versions(name: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for pin, _ in read_lock(name):
        package, version = pin.split("==")
        versions.setdefault(canonicalize_name(package), set()).add(version)
    return versions


# What is installed


def as_ranges(requirements: list[str]) -> dict[str, set[str]]:
    parsed = map(Requirement, requirements)
    return {canonicalize_name(r.name): {str(s) for s in r.specifier} for r in parsed}


def test_conda_asks_for_the_packages_and_ranges_of_pyproject():
    conda = yaml.safe_load(text("environment.yml"))["dependencies"]
    ranges = as_ranges([line for line in conda if isinstance(line, str)])
    ranges["torch"] = ranges.pop("pytorch")  # conda's name for it
    assert ranges.pop("pip") == set()  # conda wants it named where it is used
    assert ranges.pop("python") == as_ranges([f"python{PROJECT['requires-python']}"])["python"]
    assert ranges == as_ranges(PROJECT["dependencies"])
    # The project itself comes last, as the only thing that pip adds.
    assert [line for line in conda if not isinstance(line, str)] == [{"pip": ["--editable ."]}]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_has_hashes_and_no_address(name):
    assert not ADDRESS.search(text(name))
    lock = read_lock(name)
    assert len(lock) > 100
    for (pin, _), hashes in lock.items():
        assert re.fullmatch(r"[\w.-]+==[\w.]+", pin)
        assert hashes, f"{pin} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), pin


def installed(name: str, machine: dict[str, str], python: str) -> dict[str, frozenset[str]]:
    """Return pin -> hashes of what a lock installs on a machine."""
    environment = {**machine, "python_version": python, "python_full_version": f"{python}.0"}
    return {
        pin: frozenset(hashes)
        for (pin, marker), hashes in read_lock(name).items()
        if not marker or Marker(marker).evaluate(environment)
    }


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["sys_platform"])
def test_dev_lock_contains_the_student_lock(python, machine):
    student = installed("requirements.lock", machine, python)
    dev = installed("requirements-dev.lock", machine, python)
    assert student.items() < dev.items()
    assert f"and {len(dev) - len(student)} packages more" in " ".join(text("README.md").split())


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["sys_platform"])
def test_each_dependency_is_pinned_once_within_its_range(name, python, machine):
    pinned = [pin.split("==") for pin in installed(name, machine, python)]
    pins = dict(pinned)
    assert len(pins) == len(pinned)
    extra = PROJECT["optional-dependencies"]["dev"] if "dev" in name else []
    for requirement in map(Requirement, [*PROJECT["dependencies"], *extra]):
        version = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement.name


def test_torch_2_13_0_is_excluded():
    # A CPU build of it beside the registry's torchvision was seen to fail at import.
    (torch,) = [r for r in map(Requirement, PROJECT["dependencies"]) if r.name == "torch"]
    assert not torch.specifier.contains("2.13.0")
    assert torch.specifier.contains("2.13.1")


def test_nbval_comes_with_what_a_student_installs():
    assert {"nbval", "pytest"} <= read_versions("requirements.lock").keys()


# course.py


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course.py in a folder with an environment already made; its commands are only noted."""
    for name in ("course.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    module = load_course(tmp_path)
    for name in ("python", "pip"):
        program = Path(module.program(name))
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch()
    module.noted = []
    programs = [Path(module.program(name)) for name in ("python", "pip")]
    monkeypatch.setattr(module, "has_pip", lambda: all(map(Path.exists, programs)))
    monkeypatch.setattr(module, "run", lambda *command: module.noted.append(command))
    return module


def test_install_checks_hashes_then_adds_the_project_alone_and_compiles(course):
    course.install("student")
    packages, project, compiling = course.noted
    assert "--no-compile" in packages
    assert "compileall" in compiling[-2]
    assert compiling[-1] == str(course.ENVIRONMENT)
    assert "--require-hashes" in packages
    assert packages[-1] == "requirements.lock"
    assert "--no-deps" in project
    assert project[-2:] == ("--editable", ".")
    assert {command[0] for command in course.noted} == {course.program("python")}


@POSIX
def test_what_does_not_compile_is_left_and_the_rest_is_compiled(tmp_path):
    make_clone(tmp_path / "clone")
    module = load_course(tmp_path / "clone")
    (packages,) = (module.ENVIRONMENT / "lib").glob("python*/site-packages")
    (packages / "right.py").write_text("x = 1\n", encoding="utf-8")
    (packages / "wrong.py").write_text("x = \n", encoding="utf-8")
    module.compile_modules()
    compiled = [path.name.partition(".")[0] for path in packages.glob("__pycache__/*.pyc")]
    assert compiled == ["right"]


def test_install_is_skipped_while_nothing_changed(course):
    course.install("student")
    once = len(course.noted)
    course.install("student")
    assert len(course.noted) == once


@pytest.mark.parametrize(
    ("first", "then", "again"), [("dev", "student", False), ("student", "dev", True)]
)
def test_the_tests_packages_serve_the_student_too(course, first, then, again):
    course.install(first)
    assert course.is_installed(then) is not again


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_install_follows_a_change(course, changed):
    course.install("student")
    with (course.ROOT / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert not course.is_installed("student")


def test_install_follows_a_folder_that_moved(course):
    course.install("student")
    moved = course.ROOT.with_name("moved")
    course.ROOT.rename(moved)
    assert not load_course(moved).is_installed("student")


def test_install_notices_that_its_python_is_gone(course):
    course.install("student")
    Path(course.program("python")).unlink()
    assert not course.is_installed("student")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for another Python")
def test_a_python_that_finds_nothing_is_noticed(tmp_path, monkeypatch):
    shutil.copy(ROOT / "course.py", tmp_path)
    module = load_course(tmp_path)
    assert not module.has_pip()  # there is no environment
    another = tmp_path / "python"
    another.write_text("#!/bin/sh\necho 'No module named pip' >&2\nexit 1\n", encoding="utf-8")
    another.chmod(0o755)
    for python, found in ((another, False), (tmp_path, False), (sys.executable, True)):
        monkeypatch.setattr(module, "program", lambda name, python=python: str(python))
        assert module.has_pip() is found


def forbid_writing(monkeypatch, course, forbidden):
    """Make a folder one that no file can be made in."""

    def refuse(dir):
        if dir == forbidden:
            raise PermissionError(dir)
        return io.BytesIO()

    monkeypatch.setattr(course.tempfile, "TemporaryFile", refuse)


def test_a_read_only_folder_gets_its_environment_in_the_home(course, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(course.Path, "home", lambda: tmp_path / "home")
    at_home = tmp_path / "home" / "cance_edu_course" / ".venv"
    assert course.environment() == tmp_path / ".venv"
    forbid_writing(monkeypatch, course, tmp_path / ".venv")
    assert course.environment() == at_home
    (tmp_path / ".venv").rename(tmp_path / "gone")
    assert course.environment() == tmp_path / ".venv"
    forbid_writing(monkeypatch, course, tmp_path)
    assert course.environment() == at_home
    monkeypatch.setattr(course, "ENVIRONMENT", at_home)
    monkeypatch.setattr(course, "make_environment", lambda: at_home.mkdir(parents=True))
    course.install("student")
    assert "is read-only" in capsys.readouterr().out
    assert (at_home / course.STAMP).is_file()


def test_an_environment_that_others_installed_is_used(course, monkeypatch):
    course.install("student")
    forbid_writing(monkeypatch, course, course.ROOT / ".venv")
    assert course.environment() == course.ROOT / ".venv"
    with (course.ROOT / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# its owner has not followed this change\n")
    assert course.environment() != course.ROOT / ".venv"


@POSIX
@pytest.mark.parametrize("told", ["in variables", "in a file"])
def test_pip_installs_into_the_environment_though_it_is_told_otherwise(tmp_path, monkeypatch, told):
    make_clone(tmp_path / "clone")
    module = load_course(tmp_path / "clone")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    if told == "in variables":
        elsewhere = {key: tmp_path / key for key in ("target", "prefix", "root", "constraint")}
        for name, value in (elsewhere | {"user": "1", "dry_run": "1"}).items():
            monkeypatch.setenv(f"PIP_{name.upper()}", str(value))
    else:
        (tmp_path / "pip.conf").write_text("[install]\nuser = true\n", encoding="utf-8")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    wheel = make_wheel(tmp_path)
    module.pip_install("--quiet", "--no-index", "--no-deps", str(wheel))
    ask = [module.program("python"), "-I", "-c", "import planted; print(planted.__file__)"]
    said = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    assert Path(said.strip()).is_relative_to(tmp_path / "clone" / ".venv")


def make_wheel(folder):
    """Write a package of one empty module."""
    wheel = folder / "planted-1.0-py3-none-any.whl"
    about = {
        "METADATA": "Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "planted.py,,\n",
    }
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("planted.py", "")
        for name, text in about.items():
            file.writestr(f"planted-1.0.dist-info/{name}", text)
    return wheel


@pytest.mark.parametrize("failing", ["--require-hashes", "--editable"])
def test_a_failed_installation_is_tried_again(course, monkeypatch, failing):
    def fail(*command):
        if failing in command:
            raise SystemExit(7)

    course.install("student")
    with monkeypatch.context() as patch:
        patch.setattr(course, "run", fail)
        with pytest.raises(SystemExit, match="7"):
            course.install("dev")
    assert not course.is_installed("student")
    assert not course.is_installed("dev")


@pytest.mark.parametrize(
    ("missing", "clears"), [({"pip"}, False), ({"python"}, True), ({"python", "pip"}, True)]
)
def test_environment_is_completed_or_replaced(course, monkeypatch, missing, clears):
    made = []

    def note(command, **_):
        made.append(command)
        return subprocess.CompletedProcess(command, 0)

    course.make_environment()
    for name in missing:
        Path(course.program(name)).unlink()
    monkeypatch.setattr(course.subprocess, "run", note)
    course.make_environment()
    (command,) = made
    assert command[:3] == [sys.executable, "-m", "venv"]
    assert ("--clear" in command) is clears


def test_missing_venv_says_what_to_install(course, monkeypatch):
    Path(course.program("pip")).unlink()
    # Debian without python3-venv: `venv` is there, ensurepip is not, and the exit code is 1.
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(course.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(SystemExit, match="sudo apt install python3-venv"):
        course.install("student")
    assert course.noted == []


def test_old_python_is_told_so(monkeypatch):
    # An old Python has to understand the whole file before it gets to the sentence.
    ast.parse(text("course.py"), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    with pytest.raises(SystemExit, match=r"3\.11 or newer"):
        runpy.run_path(str(ROOT / "course.py"))


def test_commands_do_what_they_say(course):
    course.install("dev")
    course.noted.clear()
    course.main(["lab", "--no-browser"])
    course.main(["lab", "--executed", "--", "--port", "9000"])
    course.main(["test", "-k", "lognormal"])
    run_tests = (course.program("python"), "-m", "pytest")
    assert course.noted == [
        (course.program("cance-edu"), "lab", "--", "--no-browser"),
        (course.program("cance-edu"), "lab", "--executed", "--", "--port", "9000"),
        (*run_tests, "-n", "auto", "--dist", "loadfile", "-k", "lognormal"),
    ]


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["lab", "--help"], ["lab", "--", "-h"]])
def test_help_tells_the_usage_and_installs_nothing(course, capsys, words):
    course.main(words)
    assert "python3 course.py lab" in capsys.readouterr().out
    assert course.noted == []


@pytest.mark.parametrize(
    "words", [[], ["frobnicate"], ["lock", "--chekc"], ["install", "dev"], ["lock", "x"]]
)
def test_unknown_words_end_with_2_and_the_usage(course, capsys, words):
    with pytest.raises(SystemExit, match="2"):
        course.main(words)
    assert "python3 course.py lab" in capsys.readouterr().err
    assert course.noted == []


def fake_uv(added):
    """A uv that writes what is there plus `added` into its output file."""

    def run(*command):
        output = Path(command[command.index("--output-file") + 1])
        with output.open("a", encoding="utf-8") as file:
            file.write(added)

    return run


def test_lock_check_passes_on_what_does_not_change(course, monkeypatch):
    course.install("dev")
    monkeypatch.setattr(course, "run", fake_uv(""))
    course.main(["lock", "--check"])


def test_lock_check_notices_drift_and_writes_nothing(course, monkeypatch):
    course.install("dev")
    before = (course.ROOT / "requirements.lock").read_bytes()
    monkeypatch.setattr(course, "run", fake_uv("another==1.0\n"))
    with pytest.raises(SystemExit, match=r"requirements\.lock does not follow"):
        course.main(["lock", "--check"])
    assert (course.ROOT / "requirements.lock").read_bytes() == before


def test_lock_compiles_both_files_universally_with_hashes(course):
    course.install("dev")
    course.noted.clear()
    course.main(["lock"])
    for command, name in zip(course.noted, course.LOCKS.values(), strict=True):
        assert {"--universal", "--generate-hashes", "--no-emit-index-url"} <= set(command)
        assert command[-1] == name
        assert ("--extra" in command) is (name == "requirements-dev.lock")


def test_run_ends_with_the_exit_code_of_the_command():
    module = load_course(ROOT)
    module.run(sys.executable, "-c", "raise SystemExit(0)")
    with pytest.raises(SystemExit, match="3"):
        module.run(sys.executable, "-c", "raise SystemExit(3)")


@POSIX
def test_interrupt_leaves_the_command_the_time_to_end(tmp_path):
    # JupyterLab asks before it shuts down; subprocess.run would have killed it after 0.25 s.
    child = tmp_path / "child.py"
    child.write_text(
        textwrap.dedent("""
            import time
            try:
                print("started", flush=True)
                time.sleep(60)
            except KeyboardInterrupt:
                time.sleep(1)
                print("ended in its own way", flush=True)
        """),
        encoding="utf-8",
    )
    # What runs the tests in the background may have told its processes to ignore SIGINT.
    parent = "import course, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    parent += f"course.run(sys.executable, {str(child)!r})"
    with subprocess.Popen(
        [sys.executable, "-c", parent],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        time.sleep(0.2)  # until the child is inside its `try`, and the parent waits
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "ended in its own way\n"
    assert process.returncode == 0


# The README, hosted CI and .ci/run


def test_readme_names_the_commands_that_there_are(course):
    commands = re.findall(r"^(?:python3|py) course\.py (.+?)(?: +#.*)?$", text("README.md"), re.M)
    assert commands[:2] == ["lab", "test"]
    course.install("dev")
    for command in commands:
        course.noted.clear()
        course.main(command.split())
        assert len(course.noted) == 1


def test_hosted_ci_runs_the_same_two_commands():
    job = yaml.safe_load(text(".github/workflows/course.yml"))["jobs"]["course"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert [re.match(r"python course\.py (\w+)", line)[1] for line in commands] == ["lab", "test"]
    assert {"ubuntu-latest", "macos-latest", "windows-latest"} == set(
        job["strategy"]["matrix"]["os"]
    )


def test_citation_names_the_paper():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["license"] == PROJECT["license"]
    paper = citation["preferred-citation"]
    assert [author["family-names"] for author in paper["authors"]] == ["Liao", "Brockmeier"]


@POSIX
@pytest.mark.parametrize("broken", ["install", "format", "lint", "types", "locks", "tests", ""])
def test_ci_names_the_step_that_failed(tmp_path, broken):
    script = textwrap.dedent("""
        #!/bin/sh
        case "$(basename "$0") $*" in
            *"course.py install"*) step=install ;; *"course.py lock"*) step=locks ;;
            *"course.py test"*) step=tests ;; "ruff format"*) step=format ;;
            "ruff check"*) step=lint ;; mypy*) step=types ;; *) step=other ;;
        esac
        test "$step" != "$BROKEN"
    """).lstrip()
    programs = tmp_path / "main" / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("ruff", "mypy", "python", "python3.11", "python3"):
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o755)
    (tmp_path / "main" / ".ci").mkdir()
    ci = shutil.copy(ROOT / ".ci" / "run", tmp_path / "main" / ".ci" / "run")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "BROKEN": broken}
    done = subprocess.run(
        ["bash", ci], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    last = done.stdout.splitlines()[-1]
    assert (done.returncode, last) == (
        (1, f"FAILED: {broken}") if broken else (0, "all steps passed")
    )
    assert "=== tests" in done.stdout  # whatever failed before
    assert "NOT RUN: the tests on MNIST" in done.stdout


# Imports


HEAVY = {"torch", "torchvision", "jupyterlab", "sklearn", "scipy", "matplotlib", "numpy"}


@pytest.mark.parametrize(
    "code",
    [
        "import cance_edu",
        "from cance_edu.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
    ],
    ids=["import cance_edu", "cance-edu --help"],
)
def test_start_is_light(code):
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.splitlines()[-1].split())
    assert "cance_edu" in imported
    assert not imported & HEAVY


# The network: documentation addresses and a name that cannot exist, so nothing would be reached


ATTEMPTS = {
    "TCP": "socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "TCP over IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
    "a UDP message": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
    ".sendmsg([b'x'], [], 0, ('192.0.2.1', 9))",
    "a name, the old way": "socket.gethostbyname('nowhere.invalid')",
    "an address, the old way": "socket.gethostbyaddr('192.0.2.1')",
    "a name": "socket.getaddrinfo('nowhere.invalid', 80)",
    "an address's name": "socket.getnameinfo(('192.0.2.1', 80), 0)",
}


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_tests_have_no_network(attempt):
    with pytest.raises(PermissionError, match=BLOCKED):
        eval(attempt, {"socket": socket})


def test_urllib_has_no_network():
    with pytest.raises(OSError, match=BLOCKED):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)


def test_loopback_stays_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_child_processes_have_no_network():
    program = f"import socket; {ATTEMPTS['TCP']}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert f"PermissionError: {BLOCKED}" in done.stderr


def test_kernels_have_no_network():
    manager, client = start_new_kernel(kernel_name="python3")
    replies = []
    try:
        for attempt in (ATTEMPTS["TCP"], ATTEMPTS["a name"]):
            said = client.execute_interactive(
                f"import socket; {attempt}", timeout=60, output_hook=lambda message: None
            )
            replies.append((said["content"].get("ename"), said["content"].get("evalue", "")))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    for name, message in replies:
        assert name == "PermissionError"
        assert message.startswith(BLOCKED)
