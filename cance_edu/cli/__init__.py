"""The command line, `cance-edu`: open the course, try the detector, get data, find an equation."""

import os
import sys
from collections.abc import Sequence

from cance_edu.cli import commands
from cance_edu.cli.words import parser

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words behind `cance-edu`; those of the process unless told.

    Returns
    -------
    int
        0 if all went well, 1 if something failed, 130 if interrupted; a wrong argument exits
        with 2.
    """
    known = parser()
    options, unknown = known.parse_known_args(arguments)
    if unknown:
        hint = "; words for JupyterLab go behind `--`" if options.run == "lab" else ""
        known.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    try:
        code = int(getattr(commands, options.run)(options))
        sys.stdout.flush()  # here, where a closed pipe is expected
        return code
    except BrokenPipeError:  # `cance-edu report | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, OSError, ImportError, RuntimeError, ArithmeticError) as error:
        print(f"cance-edu: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cance-edu: interrupted", file=sys.stderr)
        return 130
