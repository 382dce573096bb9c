"""What `import cance_edu` gives at once, and what TAB shows."""

import subprocess
import sys

import cance_edu


def test_tab_shows_the_detector():
    assert dir(cance_edu) == ["CANCE", "__version__"]
    code = "import sys, cance_edu; print(dir(cance_edu), 'torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "['CANCE', '__version__'] False\n"
    assert cance_edu.CANCE().get_params()["variant"] == "cance"


def test_only_what_grades_needs_a_package_that_lab_does_not_install():
    """`course.py lab` installs the course without the extras; the tests have them all."""
    code = """
import importlib, pkgutil, sys
import cance_edu
sys.modules["nbgrader"] = None
for module in pkgutil.walk_packages(cance_edu.__path__, "cance_edu."):
    try:
        importlib.import_module(module.name)
    except ImportError:
        print(module.name)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == [
        f"cance_edu.classroom.{name}"
        for name in ("assignments", "autograding", "grading", "running")
    ]
