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
