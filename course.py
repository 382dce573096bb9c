"""One command opens the course, one command tests it; both install what they need into .venv.

    python3 course.py lab       # open JupyterLab at the first lesson of your copy, my_course/
    python3 course.py test      # run all tests, on all cores; further words go to pytest
    python3 course.py install   # install only (--dev: with the tests' packages)
    python3 course.py lock      # renew the lock files (--check: only say whether they drifted)

It needs Python 3.11 or newer with its standard library, and nothing else. The system's Python is
not touched: everything goes into `.venv` beside this file, at the versions and hashes of the
lock files. Where this folder is read-only and has none, `.venv` goes to `cance_edu_course` in your
home folder.
"""

import hashlib
import locale
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# This file keeps to the syntax of Python 3.6, so that an old Python reads as far as this line.
if sys.version_info < (3, 11):  # noqa: UP036
    raise SystemExit(
        f"course.py: this is Python {sys.version.split()[0]}; install 3.11 or newer and start "
        "course.py with it, for example `python3.13 course.py lab`"
    )

ROOT = Path(__file__).resolve().parent
STAMP = "cance-edu-installed"
LOCKS = {"student": "requirements.lock", "dev": "requirements-dev.lock"}
# What would lead Python or pip elsewhere. Where packages come from (an index, a proxy, a
# certificate) is the user's to say, and stays.
ELSEWHERE = {
    *("PYTHONHOME", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "VIRTUAL_ENV"),
    *("PIP_CONSTRAINT", "PIP_DRY_RUN", "PIP_NO_BINARY", "PIP_PYTHON", "PIP_REQUIREMENT"),
    *("PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER"),
}


def environment() -> Path:
    """Return where the packages are, or will be."""
    beside = ROOT / ".venv"
    try:
        # Tried, since permission bits say nothing about read-only mounts and access lists.
        tempfile.TemporaryFile(dir=beside if beside.exists() else ROOT).close()
    except OSError:
        if not is_stamped(beside, "student"):
            return Path.home() / "cance_edu_course" / ".venv"
    return beside


def program(name: str) -> str:
    """Return the path of a program in the environment."""
    windows = sys.platform == "win32"
    return str(ENVIRONMENT / ("Scripts" if windows else "bin") / (name + ".exe" * windows))


def stamp(kind: str) -> str:
    """Return what the stamp says after an installation: the kind, and a hash of what it used."""
    content = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", LOCKS[kind]))
    # The scripts in .venv name its place, so a folder that moved is installed again.
    return f"{kind} {hashlib.sha256(content + os.fsencode(ROOT)).hexdigest()}"


def is_installed(kind: str) -> bool:
    """Return whether the environment runs and is up to date."""
    return is_stamped(ENVIRONMENT, kind) and has_pip()


def is_stamped(folder: Path, kind: str) -> bool:
    """Return whether an environment's stamp is up to date; the tests' packages include all."""
    path = folder / STAMP
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    return written in {stamp(kind), stamp("dev")}


def has_pip() -> bool:
    """Return whether the environment's Python runs and finds what was installed for it."""
    # After an upgrade of the system's Python the link may lead to one that finds nothing.
    ask = [program("python"), "-I", "-c", "import pip"]
    try:
        asked = subprocess.run(ask, env=surroundings(), stderr=subprocess.DEVNULL, check=False)
        return not asked.returncode
    except OSError:
        return False


def install(kind: str) -> None:
    """Make the environment if need be, and install the locked packages and the project."""
    if is_installed(kind):
        return
    if ENVIRONMENT.parent != ROOT:
        print(f"course.py: {ROOT} is read-only; its owner could run `python3 course.py install`")
    make_environment()
    (ENVIRONMENT / STAMP).unlink(missing_ok=True)
    print(f"course.py: installing {LOCKS[kind]} into {ENVIRONMENT}; the first time takes minutes")
    pip_install("--no-compile", "--require-hashes", "--requirement", LOCKS[kind])
    pip_install("--quiet", "--no-deps", "--editable", ".")
    compile_modules()
    (ENVIRONMENT / STAMP).write_text(stamp(kind), encoding="utf-8")


def pip_install(*what: str) -> None:
    """Install into the environment, whatever else pip is told."""
    pip = (program("python"), "-m", "pip", "install", "--disable-pip-version-check")
    run(*pip, "--no-user", *what)  # wins over pip's own files


def compile_modules() -> None:
    """Compile what was installed on all cores; pip would take one."""
    # Packages bring files that are not for this Python: what does not compile is left as it is.
    quietly = "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2, workers=0)"
    run(program("python"), "-W", "ignore", "-c", quietly, str(ENVIRONMENT))


def make_environment() -> None:
    """Make `.venv`; complete one that lacks pip, replace one whose Python is gone."""
    if has_pip():
        return
    clear = [] if Path(program("python")).exists() else ["--clear"]
    venv = [sys.executable, "-m", "venv", *clear, str(ENVIRONMENT)]
    made = subprocess.run(venv, env=surroundings(), check=False)
    if made.returncode:
        raise SystemExit(
            "course.py: this Python could not make .venv (see above). On Debian and Ubuntu its "
            "venv is a package of its own: `sudo apt install python3-venv`, then run this again"
        )


def lock(check: bool) -> None:
    """Compile both lock files from pyproject.toml; with `check`, only say whether they drifted."""
    install("dev")
    for name, extra in ((LOCKS["student"], []), (LOCKS["dev"], ["--extra", "dev"])):
        compile_lock = (
            *(program("uv"), "pip", "compile", "--quiet"),
            *("--universal", "--python-version=3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-header", *extra, "pyproject.toml"),
        )
        if not check:
            run(*compile_lock, "--upgrade", "--output-file", name)
        elif not is_unchanged(ROOT / name, compile_lock):
            raise SystemExit(
                f"course.py: {name} does not follow from pyproject.toml; run "
                "`python3 course.py lock` and commit both lock files"
            )


def is_unchanged(path: Path, compile_lock: "tuple[str, ...]") -> bool:
    """Return whether compiling onto a copy of a lock file leaves the copy as it was."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(path.read_bytes())
        run(*compile_lock, "--output-file", str(copy))
        return copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def surroundings() -> "dict[str, str]":
    """Return the environment variables without those that lead elsewhere."""
    # Python up to 3.12 reads the project's place in the encoding of the locale. In one without
    # UTF-8, or one that is not installed, it would not find a folder with accents.
    tongue = set() if locale.getencoding().upper() == "UTF-8" else {"LC_ALL", "LC_CTYPE", "LANG"}
    unwanted = ELSEWHERE | tongue
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def run(*command: str) -> None:
    """Run a command in the project's folder; if it fails, end with its exit code."""
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings())
    while process.returncode is None:
        try:
            process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reaches the command too, which ends in its own way: JupyterLab asks first.
            continue
    if process.returncode:
        raise SystemExit(process.returncode)


def main(words: "list[str]") -> None:
    """Do what the first word says."""
    if words[:1] == ["lab"] and {"-h", "--help"} & set(words):  # JupyterLab's own speaks of others
        print((__doc__ or "").strip())
    elif words[:1] == ["lab"]:
        install("student")
        ours = [word for word in words if word == "--executed"]
        theirs = [word for word in words[1:] if word not in {"--", *ours}]
        run(program("cance-edu"), "lab", *ours, "--", *theirs)
    elif words[:1] == ["test"]:
        install("dev")
        # What comes later wins: `-n 4`, or `-n 0` for one process, as `-s` needs it.
        run(program("python"), "-m", "pytest", "-n", "auto", "--dist", "loadfile", *words[1:])
    elif words in (["install"], ["install", "--dev"]):
        install("dev" if "--dev" in words else "student")
    elif words in (["lock"], ["lock", "--check"]):
        lock(check="--check" in words)
    elif words in (["-h"], ["--help"]):
        print((__doc__ or "").strip())
    else:
        said = f"what is `{' '.join(words)}`?" if words else "say what to do"
        print(f"course.py: {said}\n\n{(__doc__ or '').strip()}", file=sys.stderr)
        raise SystemExit(2)


ENVIRONMENT = environment()

if __name__ == "__main__":
    main(sys.argv[1:])
