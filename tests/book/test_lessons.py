"""A lesson as a page: captions under figures, answers folded, controls in words."""

import json

import nbformat

from cance_edu.classroom.book.lessons import readable_notebook


def readable(tmp_path, *outputs):
    cell = nbformat.v4.new_code_cell(
        "x", outputs=list(outputs), metadata={"tags": ["remove-input"]}
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    (read,) = json.loads(readable_notebook(tmp_path / "a.ipynb"))["cells"]
    return read


def output(data, **metadata):
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata)


PICTURE = output({"image/png": "iVBORw0KGgo="}, **{"image/png": {"alt": "A line."}})
CAPTION = output({"text/markdown": "*It **rises**.*"}, cance_edu="caption")
ANSWER = output(
    {"text/markdown": "<details><summary>Answer</summary>\n\n**It is 3.**\n\n</details>"},
    cance_edu="answer",
)


def test_a_caption_belongs_to_its_figure(tmp_path):
    cell = readable(tmp_path, PICTURE, CAPTION)
    assert cell["metadata"]["mystnb"]["image"] == {"alt": "A line."}
    assert cell["metadata"]["mystnb"]["figure"]["caption"] == "It **rises**."
    assert len(cell["outputs"]) == 1


def test_an_answer_is_folded_with_its_picture(tmp_path):
    cell = readable(tmp_path, PICTURE, CAPTION, ANSWER)
    assert cell["metadata"]["tags"] == ["remove-input", "hide-output"]
    assert cell["metadata"]["mystnb"]["code_prompt_show"] == "Show the answer"
    assert cell["metadata"]["mystnb"]["image"] == {"alt": "A line."}
    assert "figure" not in cell["metadata"]["mystnb"], "it would stand under the text as well"
    texts = ["".join(output["data"]["text/markdown"]) for output in cell["outputs"][1:]]
    assert texts == ["*It **rises**.*", "**It is 3.**"]


def test_other_cells_stay_as_they_are(tmp_path):
    cell = readable(tmp_path, output({"text/plain": "3"}))
    assert cell["metadata"] == {"tags": ["remove-input"]}
