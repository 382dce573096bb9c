"""A file is the old one or the new one, never a part of one."""

import pytest

from cance_edu.files import PROJECT, written_beside


def test_project_is_the_repository():
    assert (PROJECT / "pyproject.toml").is_file()


def test_new_content_takes_the_place_of_the_old(tmp_path):
    path = tmp_path / "folder" / "file.txt"
    for content in ("old", "new"):
        with written_beside(path) as beside:
            beside.write_text(content)
        assert path.read_text() == content
    assert list(path.parent.iterdir()) == [path]


def test_two_writers_do_not_share_what_lies_beside(tmp_path):
    path = tmp_path / "file.txt"
    with written_beside(path) as first, written_beside(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"  # it ended last
    assert list(tmp_path.iterdir()) == [path]


def test_an_exception_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def killed_half_way():
        with written_beside(path) as beside:
            beside.write_text("ne")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        killed_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
