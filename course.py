"""One command opens the course, one command tests it; both install what they need into .venv.

    python3 course.py lab       # open JupyterLab at notebooks/00_start_here.ipynb
    python3 course.py test      # run all tests; further words go to pytest
    python3 course.py install   # install only (--dev: with the tests' packages)
    python3 course.py lock      # renew the lock files (--check: only say whether they drifted)

It needs Python 3.11 or newer with its standard library, and nothing else. The system's Python is
not touched: everything goes into `.venv` beside this file, at the versions and hashes of the
lock files.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "cance-edu-installed"
LOCKS = {"student": "requirements.lock", "dev": "requirements-dev.lock"}


def program(name: str) -> str:
    """Return the path of a program in the environment."""
    windows = sys.platform == "win32"
    return str(ENVIRONMENT / ("Scripts" if windows else "bin") / (name + ".exe" * windows))


def stamp(kind: str) -> str:
    """Return what the stamp says after an installation: the kind, and a hash of what it used."""
    content = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", LOCKS[kind]))
    return f"{kind} {hashlib.sha256(content).hexdigest()}"


def is_installed(kind: str) -> bool:
    """Return whether the environment is up to date; the tests' packages include the student's."""
    written = STAMP.read_text(encoding="utf-8") if STAMP.is_file() else ""
    return written in {stamp(kind), stamp("dev")}


def install(kind: str) -> None:
    """Make the environment if need be, and install the locked packages and the project."""
    if is_installed(kind):
        return
    if not Path(program("python")).exists():
        try:
            venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
        except subprocess.CalledProcessError as error:
            raise SystemExit(
                "course.py: this Python cannot make environments with pip (on Debian and Ubuntu: "
                "sudo apt install python3-venv), or the disk is full"
            ) from error
    pip = [program("python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    print(f"course.py: installing {LOCKS[kind]} into .venv, several minutes at the first time")
    run(*pip, "--require-hashes", "-r", str(ROOT / LOCKS[kind]))
    run(*pip, "--no-deps", "--editable", str(ROOT))
    STAMP.write_text(stamp(kind), encoding="utf-8")


def lock(check: bool) -> None:
    """Compile both lock files from pyproject.toml; with `check`, fail if that changes one."""
    install("dev")
    for name, extra in ((LOCKS["student"], []), (LOCKS["dev"], ["--extra", "dev"])):
        before = (ROOT / name).read_text(encoding="utf-8")
        run(
            *(program("uv"), "pip", "compile", "--quiet", "--universal", "--python-version=3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-header", *extra),
            *([] if check else ["--upgrade"]),
            *("pyproject.toml", "-o", name),
        )
        if check and (ROOT / name).read_text(encoding="utf-8") != before:
            raise SystemExit(
                f"course.py: {name} does not follow from pyproject.toml; run "
                "`python3 course.py lock` and commit both"
            )


def run(*command: str) -> None:
    """Run a command in the project's folder; if it fails, end with its exit code."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        raise SystemExit(code)


def main(words: list[str]) -> None:
    """Do what the first word says."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the check is for those who have less
        raise SystemExit(f"course.py: this is Python {sys.version.split()[0]}; 3.11 is needed")
    match words:
        case ["lab", *rest]:
            install("student")
            run(program("cance-edu"), "lab", "--", *rest)
        case ["test", *rest]:
            install("dev")
            run(program("python"), "-m", "pytest", *rest)
        case ["install"]:
            install("student")
        case ["install", "--dev"]:
            install("dev")
        case ["lock"] | ["lock", "--check"]:
            lock(check=len(words) == 2)
        case _:
            raise SystemExit((__doc__ or "").strip())


if __name__ == "__main__":
    main(sys.argv[1:])
