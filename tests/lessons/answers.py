"""The teacher's key to the predict prompts: `python -m tests.lessons.answers` writes it anew.

Questions and answers are read from the lessons' committed outputs, so the key in TEACHING.md says
what the lessons say; `test_answers.py` compares the two.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from cance_edu.files import lesson_number, lessons_in
from tests.check_notebooks import NOTEBOOKS

GUIDE = NOTEBOOKS / "TEACHING.md"
BEGIN, END = "<!-- answers: python -m tests.lessons.answers -->\n", "<!-- end of answers -->\n"
ASKED = "**Predict.** "


def shown(notebook: Path) -> Iterator[tuple[str, str]]:
    """Yield the kind ("answer", or "" for most) and the Markdown of what a lesson's cells show."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            text = "".join(output.get("data", {}).get("text/markdown", ""))
            yield output.get("metadata", {}).get("cance_edu", ""), text


def prompts(notebook: Path) -> list[tuple[str, str]]:
    """Return each question of a lesson, without its options, and its answer in a few words."""
    outputs = list(shown(notebook))
    questions = [text.removeprefix(ASKED) for _, text in outputs if text.startswith(ASKED)]
    answers = [text for kind, text in outputs if kind == "answer"]
    short = [re.findall(r"\*\*It is (.+?)\.\*\*", text, re.DOTALL)[0] for text in answers]
    return [
        (" ".join(question.partition("\n\n")[0].split()), " ".join(answer.split()))
        for question, answer in zip(questions, short, strict=True)
    ]


def key() -> str:
    """Return the table of all lessons' questions and answers, 01b's behind 01's."""
    rows = [
        f"| {number} | {question} | {answer} |"
        for number, lesson in sorted((lesson_number(p.name), p) for p in lessons_in(NOTEBOOKS))
        for question, answer in (
            [part.replace("|", r"\|") for part in prompt] for prompt in prompts(lesson)
        )
    ]
    return "\n".join(["| lesson | prompt | answer |", "|---|---|---|", *rows]) + "\n"


def with_key(guide: str) -> str:
    """Return a guide with the key as it is now between its two marks."""
    before, _, rest = guide.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{key()}\n{END}{after}"


if __name__ == "__main__":
    GUIDE.write_text(with_key(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
