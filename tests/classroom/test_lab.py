"""`python3 course.py lab` as a newcomer starts it, on machines that are set up in unlucky ways."""

import json
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from nbformat.sign import NotebookNotary

from cance_edu.classroom.lab import configure, remarks, start, trust
from cance_edu.files import PROJECT

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and permissions")


class Machine(NamedTuple):
    """A folder that is all that the started process may write to, with a clone and a home."""

    clone: Path
    home: Path


class Lab(NamedTuple):
    """A JupyterLab that `course.py lab` started."""

    address: str
    printed: str
    runtime: Path

    def ask(self, path: str, method: str = "GET", **fields: Any) -> Any:
        """Ask the server as the browser does, with the token of its address."""
        base, _, token = self.address.partition("?token=")
        host = base[: base.index("/", len("http://"))]
        data = json.dumps(fields).encode() if fields else None
        request = urllib.request.Request(f"{host}{path}", data, method=method)
        request.add_header("Authorization", f"token {token}")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as reply:
            return json.load(reply)


def make_clone(folder: Path) -> None:
    """Copy the project to a folder, with an environment that borrows the packages of this one."""
    folder.mkdir(parents=True)
    for name in ("course.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder)
    for name in ("cance_edu", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = folder / ".venv"
    venv.create(environment, symlinks=True)
    here = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    packages = [str(folder), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    (here / "borrowed.pth").write_text("\n".join(packages), encoding="utf-8")
    for name in ("etc", "share"):
        (environment / name).symlink_to(Path(sys.prefix) / name)
    script = environment / "bin" / "cance-edu"
    code = "import sys\nfrom cance_edu.cli import main\nsys.exit(main())\n"
    # As pip writes it where the path has blanks.
    head = f"#!/bin/sh\n'''exec' \"{environment}/bin/python\" \"$0\" \"$@\"\n' '''\n"
    script.write_text(head + code, encoding="utf-8")
    script.chmod(0o755)
    course = runpy.run_path(str(folder / "course.py"))
    (environment / "cance-edu-installed").write_text(course["stamp"]("student"), encoding="utf-8")


@contextmanager
def started(machine: Machine, *before: str, **variables: str) -> Iterator[Lab]:
    """Run `course.py lab` until it has printed the address; `before` is put before the command."""
    temporary = machine.home / "tmp"
    temporary.mkdir(parents=True)
    log = machine.home / "log"
    command = [*before, sys.executable, str(machine.clone / "course.py"), "lab"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(machine.home), "TMPDIR": str(temporary)}
    with log.open("w") as file:
        process = subprocess.Popen(
            command,
            env=environment | variables,
            cwd=machine.home,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        address = _wait_for_address(process, log)
        yield Lab(address, log.read_text(), next(temporary.glob("cance-edu-*/runtime")))
    finally:
        with suppress(ProcessLookupError):  # it has ended already, which the test says
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _wait_for_address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(1800):
        found = re.search(r"^ *(http://127\.0\.0\.1:\d+/\S+\?token=\w+)$", log.read_text(), re.M)
        if found:
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise TimeoutError(log.read_text())


# A machine on which much is set up that has nothing to do with the course


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


POISON = "raise SystemExit('this file has nothing to do with the course')"
KERNEL = {"argv": ["false"], "display_name": "another Python", "language": "python"}


def spoil(home: Path) -> dict[str, str]:
    """Set up a home as other tools leave it; return the environment variables that go with it."""
    for name in ("numpy", "traitlets", "cance_edu"):
        write(home / "path" / f"{name}.py", POISON)
        write(
            home
            / "env"
            / "lib"
            / "python{}.{}".format(*sys.version_info)
            / "site-packages"
            / f"{name}.py",
            POISON,
        )
    for place in (home / ".local" / "share" / "jupyter", home / "jupyter"):
        write(place / "kernels" / "python3" / "kernel.json", json.dumps(KERNEL))
    (home / "elsewhere").mkdir()
    configuration = f"""
c.ServerApp.root_dir = {str(home / "elsewhere")!r}
c.ServerApp.contents_manager_class = "not_installed.here.Manager"
c.ServerApp.default_url = "/tree"
"""
    for place in (home / ".jupyter", home / "config"):
        write(place / "jupyter_server_config.py", configuration)
    write(home / ".ipython" / "profile_default" / "startup" / "00.py", POISON)
    for browser in ("www-browser", "lynx", "w3m"):
        write(home / "bin" / browser, f"#!/bin/sh\ntouch '{home}/a browser was started'\n")
        (home / "bin" / browser).chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(home / "bin"), os.environ["PATH"]]),
        "TERM": "xterm",
        "PYTHONPATH": str(home / "path"),
        "PYTHONOPTIMIZE": "2",
        "LC_ALL": "xx_YY.UTF-8",  # told by `ssh`, and not installed
        "VIRTUAL_ENV": str(home / "env"),
        "CONDA_PREFIX": str(home / "env"),
        "CONDA_DEFAULT_ENV": "another",
        "JUPYTER_PATH": str(home / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(home / "config"),
        "JUPYTER_PORT": "tcp://192.0.2.1:80",  # Kubernetes, beside a service called jupyter
        "PIP_USER": "1",
        "PIP_TARGET": str(home / "target"),
    }


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    base = tmp_path_factory.mktemp("machine")
    machine = Machine(base / "Übungen à deux" / "cance edu", base / "home")
    make_clone(machine.clone)
    return machine


@pytest.fixture(scope="module")
def lab(machine: Machine) -> Iterator[Lab]:
    with ExitStack() as stack:
        with suppress(OSError):  # then somebody else has taken it, which serves as well
            stack.enter_context(socket.create_server(("127.0.0.1", 8888)))
        yield stack.enter_context(started(machine, **spoil(machine.home)))


def test_lab_answers_wherever_it_lies_whoever_starts_it_and_whatever_listens_on_8888(lab):
    assert "version" in lab.ask("/api")
    assert ":8888/" not in lab.address
    assert lab.address.partition("?")[0].endswith("/lab/tree/my_course/00_start_here.ipynb")


def test_root_is_told(lab):
    assert ("you are root" in lab.printed) is (os.geteuid() == 0)


def test_without_a_display_the_address_is_printed_and_no_browser_started(lab, machine):
    assert "no browser can be opened here" in lab.printed
    assert re.findall(r"\w+://\S+", lab.printed) == [lab.address]
    assert not (machine.home / "a browser was started").exists()


def test_lab_shows_the_project_and_the_copy_without_outputs(lab):
    assert {"cance_edu", "notebooks", "my_course"} <= names(lab.ask("/api/contents"))
    assert "01_lognormal_mode.ipynb" in names(lab.ask("/api/contents/my_course"))
    lesson = lab.ask("/api/contents/my_course/01_lognormal_mode.ipynb")["content"]
    assert not any(cell.get("outputs") for cell in lesson["cells"])


def names(listing: dict[str, Any]) -> set[str]:
    return {file["name"] for file in listing["content"]}


def test_what_a_student_writes_is_kept(lab, machine):
    place = "my_course/02_proposition_3_1.ipynb"
    lesson = lab.ask(f"/api/contents/{place}")["content"]
    lesson["cells"][1]["source"] = "mine"
    lab.ask(f"/api/contents/{place}", "PUT", type="notebook", content=lesson)
    assert json.loads((machine.clone / place).read_text())["cells"][1]["source"] == ["mine"]


def test_lessons_run_in_the_environment_of_the_course(lab, machine):
    code = "import sys, numpy, cance_edu; print(sys.executable, cance_edu.__file__, __debug__)"
    kernel = lab.ask("/api/kernels", "POST", name="python3")
    client = BlockingKernelClient(connection_file=str(lab.runtime / f"kernel-{kernel['id']}.json"))
    client.load_connection_file()
    # No heartbeat: on a busy machine it takes a kernel that starts slowly for one that died.
    client.start_channels(hb=False)
    try:
        client.wait_for_ready(timeout=180)
        printed = []
        client.execute_interactive(code, timeout=180, output_hook=printed.append)
    finally:
        client.stop_channels()
    (said,) = [m["content"].get("text") for m in printed if m["msg_type"] == "stream"]
    python, package = machine.clone / ".venv" / "bin" / "python", machine.clone / "cance_edu"
    assert said == f"{python} {package / '__init__.py'} True\n"


def test_nobody_is_asked_about_news(lab):
    plugin = lab.ask("/lab/api/settings/@jupyterlab/apputils-extension:notification")
    properties = plugin["schema"]["properties"]
    assert properties["fetchNews"]["default"] == "false"
    assert properties["checkForUpdates"]["default"] is False


# A folder that the student cannot write to


def test_a_read_only_clone_is_opened_from_a_copy_in_the_home(tmp_path):
    machine = Machine(tmp_path / "clone", tmp_path / "home")
    make_clone(machine.clone)
    with read_only(machine.clone) as before, started(machine, *before) as lab:
        copy = machine.home / "cance_edu_course" / "my_course"
        assert str(copy) in lab.printed
        assert lab.address.partition("?")[0].endswith("/lab/tree/00_start_here.ipynb")
        assert "00_start_here.ipynb" in names(lab.ask("/api/contents"))
        assert (copy / "00_start_here.ipynb").is_file()
        assert not (machine.clone / "my_course").exists()


@contextmanager
def read_only(folder: Path) -> Iterator[list[str]]:
    """Take the write permission from a folder; yield what a command has to be started with."""
    # Root is asked for no permission, unless it gives that privilege up.
    asked = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    if asked and subprocess.run([*asked, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root cannot give up its privileges here")
    places = [folder, folder / ".venv"]
    for place in places:
        place.chmod(0o555)
    try:
        yield asked
    finally:
        for place in places:
            place.chmod(0o755)


# What is told to JupyterLab


@pytest.mark.parametrize(
    ("platform", "variables", "opens"),
    [
        ("linux", {}, False),
        ("linux", {"TERM": "xterm", "DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "wslview"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_display(
    monkeypatch, tmp_path, platform, variables, opens
):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(os, "environ", variables)
    told = "\n".join(remarks())
    assert ("no browser can be opened here" in told) is not opens
    configure(tmp_path, tmp_path / "first.ipynb", usual_log=False)
    settings = json.loads((tmp_path / "jupyter_server_config.json").read_text())
    assert settings["ServerApp"]["open_browser"] is opens
    assert settings["LabApp"]["open_browser"] is opens


@pytest.mark.parametrize("uid", [0, 1000])
def test_only_root_is_started_as_root(monkeypatch, tmp_path, uid):
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert any("you are root" in line for line in remarks()) is (uid == 0)
    configure(tmp_path, tmp_path / "first.ipynb", usual_log=False)
    settings = json.loads((tmp_path / "jupyter_server_config.json").read_text())
    assert settings["ServerApp"]["allow_root"] is (uid == 0)


@pytest.mark.parametrize(
    ("executed", "opened"), [(False, "my_course"), (True, "notebooks")], ids=["copy", "executed"]
)
def test_lab_opens_the_copy_or_the_executed_lessons_and_passes_words_on(
    monkeypatch, tmp_path, capsys, executed, opened
):
    copy, seen, trusted = PROJECT / "my_course", [], []
    monkeypatch.setattr("cance_edu.classroom.lab.working_copy", lambda: copy)
    monkeypatch.setattr("cance_edu.classroom.lab.lay_out", lambda folder: [f"laid out in {folder}"])
    monkeypatch.setattr("cance_edu.classroom.lab.seclude", lambda *folders: seen.append(folders))
    monkeypatch.setattr("cance_edu.classroom.lab.trust", trusted.append)
    monkeypatch.setattr("jupyterlab.labapp.LabApp", NotStarted)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    start(executed, ["--port", "9000"])
    assert f"laid out in {copy}" in capsys.readouterr().out
    ((private, run),) = seen
    assert private == copy / ".jupyter"
    assert not run.exists()  # no more
    server = NotStarted.settings["ServerApp"]
    assert (server["root_dir"], NotStarted.words) == (str(PROJECT), ["--port", "9000"])
    assert NotStarted.settings["LabApp"]["default_url"] == f"/lab/tree/{opened}/00_start_here.ipynb"
    assert trusted == ([PROJECT / "notebooks"] if executed else [])
    assert "Application" not in NotStarted.settings  # who says more is told more


def test_the_executed_lessons_are_trusted_and_what_was_changed_since_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    lesson = tmp_path / "01.ipynb"
    shutil.copy(PROJECT / "notebooks" / "01_lognormal_mode.ipynb", lesson)
    notebook = nbformat.read(lesson, as_version=4)
    assert not NotebookNotary().check_signature(notebook)
    trust(tmp_path)
    assert NotebookNotary().check_signature(notebook)
    notebook.cells[-1].source += " changed"
    assert not NotebookNotary().check_signature(notebook)


class NotStarted:
    """A JupyterLab that only notes how it would be started."""

    settings: dict[str, Any]
    words: list[str]

    @classmethod
    def initialize_server(cls, argv):
        (run,) = Path(tempfile.gettempdir()).glob("cance-edu-*")
        cls.settings = json.loads((run / "config" / "jupyter_server_config.json").read_text())
        cls.words = argv
        return cls()

    def start(self):
        pass
