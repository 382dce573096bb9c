"""Folders of pictures as people have them: archives' leftovers, cameras, greys among colours."""

import warnings

import numpy as np
import pytest
from PIL import Image

from cance_edu import CANCE, cli
from cance_edu.datasets import FolderImages, image_folder, largest_side

RNG = np.random.default_rng(0)


def write(folder, n, size=(6, 5), colour=False, suffix="png"):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        shape = (*size, 3) if colour else size
        pixels = RNG.integers(0, 256, shape).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{i}.{suffix}")


def test_hidden_files_and_masks_are_no_pictures(tmp_path):
    write(tmp_path, 3)
    for hidden in ("._0.png", ".ipynb_checkpoints/0.png", "__MACOSX/._0.png", "ground_truth/0.png"):
        (tmp_path / hidden).parent.mkdir(exist_ok=True)
        (tmp_path / hidden).write_bytes(b"Mac OS X resource fork")
    assert [file.name for file in FolderImages(tmp_path).files] == ["0.png", "1.png", "2.png"]
    inside = tmp_path / ".cache" / "pictures"  # hidden above the folder that was named
    write(inside, 2)
    assert len(FolderImages(inside)) == 2


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [(1, lambda a: a), (3, lambda a: a[::-1, ::-1]), (6, lambda a: a.T[:, ::-1])],
)
def test_pictures_are_turned_as_their_camera_says(tmp_path, orientation, turn):
    pixels = RNG.integers(0, 256, (6, 5)).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(tmp_path / "0.png", exif=exif)
    expected = turn(pixels).astype(np.float32) / 255
    np.testing.assert_array_equal(FolderImages(tmp_path).array(0)[0], expected)


def test_grey_pictures_among_colour_ones_are_converted_and_counted(tmp_path):
    write(tmp_path / "good", 9, colour=True)
    write(tmp_path / "bad", 2)
    with pytest.warns(UserWarning, match="2 of 11 pictures are grey, the others have colours"):
        split = image_folder(tmp_path)
    shown = split.test[split.group == "bad"]
    assert shown.shape == (2, 3, 6, 5)
    np.testing.assert_array_equal(shown[:, 0], shown[:, 2])
    greys = FolderImages(tmp_path / "bad").stacked()
    np.testing.assert_array_equal(shown[:, :1], greys)


def test_a_folder_that_is_read_picture_by_picture_has_one_number_of_channels(tmp_path):
    write(tmp_path / "a", 3)
    write(tmp_path / "b", 3, colour=True)
    with pytest.warns(UserWarning, match="3 of 6 pictures are grey"):
        assert {FolderImages(tmp_path)[i].shape for i in range(6)} == {(3, 6, 5)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert FolderImages(tmp_path / "a")[0].shape == (1, 6, 5)
        assert FolderImages(tmp_path / "a", colour=True)[0].shape == (3, 6, 5)


@pytest.mark.parametrize("normal", ["good", "normal", "OK"])
@pytest.mark.parametrize("defects", [["abnormal"], ["bad"], ["ng"], ["dent", "scratch"]])
def test_folders_side_by_side_are_understood(tmp_path, normal, defects):
    write(tmp_path / normal, 10)
    for n, defect in enumerate(defects, start=2):
        write(tmp_path / defect, n)
    write(tmp_path / "ground_truth" / defects[0], 2)
    split = image_folder(tmp_path)
    assert (len(split.train), (split.group == "good").sum()) == (7, 3)
    assert [(split.group == defect).sum() for defect in defects] == [2, 3][: len(defects)]
    np.testing.assert_array_equal(split.is_anomaly, split.group != "good")
    learned = {image.tobytes() for image in split.train}
    assert not learned & {image.tobytes() for image in split.test}
    again, other = image_folder(tmp_path), image_folder(tmp_path, random_state=1)
    np.testing.assert_array_equal(again.train, split.train)
    assert not np.array_equal(other.train, split.train)


def test_mvtecs_folders_keep_which_defect_a_picture_shows(tmp_path):
    write(tmp_path / "train" / "good", 3)
    for kind, n in (("good", 2), ("dent", 4), ("scratch", 1)):
        write(tmp_path / "test" / kind, n)
    write(tmp_path / "ground_truth" / "dent", 4)
    split = image_folder(tmp_path)
    assert split.group.tolist() == ["good"] * 2 + ["dent"] * 4 + ["scratch"]
    assert split.is_anomaly.tolist() == [False] * 2 + [True] * 5
    assert len(split.train) == 3


def test_a_folder_that_is_not_there_is_a_file_that_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*mine; expected FOLDER"):
        image_folder(tmp_path / "mine")


@pytest.mark.parametrize(
    "folders",
    [
        ["normal"],
        ["pictures"],
        ["good", "normal", "bad"],
        ["bad", "scratch"],
        ["normal", "test/scratch"],
        ["normal", "test/good"],
        ["train/good", "bad"],
    ],
    ids=str,
)
def test_other_layouts_are_shown_the_two_that_are_understood(tmp_path, folders):
    for folder in folders:
        write(tmp_path / folder, 2)
    expected = r"it has .*FOLDER/test/good and FOLDER/test/<defect>; or FOLDER/good .* side by side"
    with pytest.raises(ValueError, match=expected) as caught:
        image_folder(tmp_path)
    assert folders[0].partition("/")[0] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_largest_side_is_that_of_any_picture(tmp_path):
    write(tmp_path / "good", 2)
    write(tmp_path / "bad", 1, size=(9, 30))
    assert largest_side(tmp_path) == 30


class Quick(CANCE):
    """CANCE, for a demo that takes no minutes."""

    def _schedule(self, n):
        from dataclasses import replace

        return replace(super()._schedule(n), epochs=(1, 1), steps=10)


def test_the_demo_says_what_it_does_and_judges_each_kind(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("cance_edu.experiments.variants.CANCE", Quick)
    write(tmp_path / "good", 40, size=(150, 140), colour=True)
    write(tmp_path / "dent", 3, size=(150, 140), colour=True)
    write(tmp_path / "scratch", 4, size=(150, 140))
    figure = ["--figure", str(tmp_path / "figure.png")]
    assert cli.main(["demo", "--images", str(tmp_path), *figure]) == 0
    printed = capsys.readouterr().out
    assert "pictures of up to 150 pixels a side are read at 128 x 128" in printed
    assert "4 of 47 pictures are grey" in printed
    assert "28 normal images to learn from, 19 to test, of which 7 are anomalies" in printed
    for kind, count in (("dent", 3), ("scratch", 4)):
        (line,) = [line for line in printed.splitlines() if line.startswith(f"  cance on {kind}")]
        assert line.endswith(f"({count} pictures)")
        assert 0 <= float(line.partition("AUROC")[2].split()[0]) <= 100
    assert cli.main(["demo", "--images", str(tmp_path), "--image-size", "16", *figure]) == 0
    assert "are read at" not in capsys.readouterr().out
