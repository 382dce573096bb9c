"""The lessons' cards on the book's first page: a picture, a sentence and minutes for each."""

import base64
import re
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from cance_edu.files import lesson_number

__all__ = ["ABOUT", "card_list", "thumbnail"]

ABOUT = {
    "00": "What an anomaly is, the detector in four lines, and a map of what is to come.",
    "01": "The most likely reconstruction error is not the mean: Eq. 9 and its proof.",
    "02": "Why artificial low errors are mixed in, what is proved of them, and where it stops.",
    "03": "Latents that collapse, and the term of the loss that keeps them apart.",
    "04": "Neither latents nor errors suffice: what each of them misses.",
    "05": "A classifier that tells data from noise knows a density.",
    "06": "The noise learns its own width K, and the paper gives two signs for it.",
    "07": "The whole detector: what each part buys, thresholds, failures, your own images.",
    "08": "Other detectors on the same data, and what they do differently.",
    "09": "Features that another network has learned, and a baseline that is hard to beat.",
    "10": "Rows instead of images: F1, splits that cannot be compared, duplicates.",
    "11": "The paper's tables run again: what comes out as printed, and what does not.",
}
"""What each lesson is about, by its number."""

MINUTES = re.compile(r"\*\*Minutes:\*\*\D*(\d+)")


def card_list(lessons: list[Path], folder: Path) -> str:
    """Return the lessons as cards, in HTML; their pictures are written beside it.

    Parameters
    ----------
    lessons : list of Path
        Executed notebooks, in order.
    folder : Path
        Where the pictures go; the HTML has `_static/` before their names.
    """
    cards = []
    for lesson in lessons:
        number, picture = lesson_number(lesson.name), ""
        found = thumbnail(cells := _cells(lesson))
        if found is not None:
            (folder / f"card-{number}.webp").write_bytes(found)
            picture = f'<img src="_static/card-{number}.webp" alt="" width="320" height="200">'
        text = "".join(cells[0]["source"])
        title = text.partition("\n")[0].removeprefix("# ")
        minutes = MINUTES.search(text)
        time = f"<small>{minutes[1]} minutes to read</small>" if minutes else ""
        cards.append(
            f'<li><a href="notebooks/{lesson.stem}.html">{picture}<b>{title}</b></a>'
            f"<p>{ABOUT.get(number, '')}</p>{time}</li>"
        )
    return f'<ol class="cards">{"".join(cards)}</ol>'


def thumbnail(cells: list[dict[str, Any]]) -> bytes | None:
    """Return the first picture of a lesson that is wide enough to stand for it, made small.

    Parameters
    ----------
    cells : list of dict
        A notebook's.

    Returns
    -------
    bytes or None
        A WebP of 320 x 200 pixels; None if the lesson shows no picture.
    """
    for cell in cells:
        for output in cell.get("outputs", []):
            if picture := output.get("data", {}).get("image/png"):
                image = Image.open(BytesIO(base64.b64decode("".join(picture)))).convert("RGB")
                image.thumbnail((320, 200), Image.Resampling.LANCZOS)
                card = Image.new("RGB", (320, 200), "white")
                card.paste(image, ((320 - image.width) // 2, (200 - image.height) // 2))
                buffer = BytesIO()
                card.save(buffer, "webp", quality=80)
                return buffer.getvalue()
    return None


def _cells(lesson: Path) -> list[dict[str, Any]]:
    import nbformat

    return list(nbformat.read(lesson, as_version=4).cells)
