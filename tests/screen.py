"""A notebook's screen for tests: what was displayed, in its order, also what was changed later."""

from typing import Any

import pytest

from cance_edu.course import picture, predict


class Screen:
    """Stands in for IPython's `display` and `publish_display_data`."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def display(self, *things: Any, display_id: bool = False) -> "Place | None":
        for thing in things:
            if hasattr(thing, "_ipython_display_"):
                thing._ipython_display_()
            else:
                self.shown.append(thing)
        return Place(self) if display_id else None

    def publish(self, data: dict[str, str], metadata: dict[str, str]) -> None:
        self.shown.append((data, metadata))

    @property
    def texts(self) -> list[str]:
        """The Markdown on the screen."""
        found = [thing[0] if isinstance(thing, tuple) else thing for thing in self.shown]
        return [
            each["text/markdown"] if isinstance(each, dict) else each.data
            for each in found
            if isinstance(each, dict) or type(each).__name__ == "Markdown"
        ]


class Place:
    """A display that can be updated."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.row = screen, len(screen.shown) - 1

    def update(self, thing: Any) -> None:
        self.screen.shown[self.row] = thing


def screen_for(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Return a screen that the course's pictures and predictions are shown on."""
    screen = Screen()
    for module in (picture, predict):
        monkeypatch.setattr(module, "display", screen.display)
        monkeypatch.setattr(module, "publish_display_data", screen.publish)
    return screen
