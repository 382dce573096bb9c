"""What a teacher is told about one submission: what was found, and what to do."""

from typing import NamedTuple

__all__ = ["NotGradable", "Remark"]


class Remark(NamedTuple):
    """Something that a teacher should know about one submission."""

    what: str
    """What was found, a sentence."""
    advice: str
    """What the teacher can do, a sentence."""


class NotGradable(Exception):
    """One submission cannot be graded; `remark` says why and what to do."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.remark = Remark(what, advice)
