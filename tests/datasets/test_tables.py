import gzip
import hashlib
import sys
from dataclasses import replace

import joblib
import numpy as np
import pytest
import scipy.io

from cance_edu.datasets import abalone, adbench_features, catalogue, kddcup99, thyroid

ABALONE = """\
M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15,15
F,0.53,0.42,0.135,0.677,0.2565,0.1415,0.21,9
I,0.33,0.255,0.08,0.205,0.0895,0.0395,0.055,8
M,0.44,0.365,0.125,0.516,0.2155,0.114,0.155,10
F,0.7,0.6,0.2,1.9,0.9,0.4,0.5,21
I,0.15,0.1,0.025,0.015,0.0045,0.004,0.005,3
I,0.425,0.3,0.095,0.3515,0.141,0.0775,0.12,2
"""


def test_abalone_is_droccs(tmp_path):
    (tmp_path / "abalone.data").write_text(ABALONE, encoding="utf-8")
    table = abalone(tmp_path)
    assert table.is_anomaly.tolist() == [False, False, False, True, True]
    assert table.rows[:, 0].tolist() == [1, 2, 0, 1, 2]
    assert table.rows[3].tolist() == [1, 0.7, 0.6, 0.2, 1.9, 0.9, 0.4, 0.5]
    assert table.standardized.all()
    digest = hashlib.sha256(ABALONE.encode()).hexdigest()[:8]
    assert table.differs == f"abalone.data is not the known file: sha256 {digest}"
    (tmp_path / "abalone.data").write_text("X,1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is not UCI's Abalone"):
        abalone(tmp_path)


def save_both(tmp_path, rows, truth):
    np.savez(tmp_path / "thyroid.npz", X=rows, y=truth)
    scipy.io.savemat(tmp_path / "thyroid.mat", {"X": rows, "y": truth[:, None].astype(float)})


def test_thyroid_from_adbench_and_from_odds(tmp_path):
    rows = np.random.default_rng(0).random((3772, 6))
    truth = (np.arange(3772) < 93).astype(int)
    save_both(tmp_path, rows, truth)
    shipped = thyroid(tmp_path)
    assert "not the known file" in shipped.differs
    (tmp_path / "thyroid.npz").unlink()
    original = thyroid(tmp_path)
    assert original.differs == ""
    np.testing.assert_array_equal(original.rows, rows)
    for table in (shipped, original):
        np.testing.assert_array_equal(table.is_anomaly, truth == 1)
    save_both(tmp_path, rows[:100], truth[:100])
    assert thyroid(tmp_path).differs == "Thyroid with 100 rows and 93 anomalies, not 3772 and 93"
    np.savez(tmp_path / "thyroid.npz", Z=rows)
    with pytest.raises(ValueError, match=r"has \['Z'\]; expected X"):
        thyroid(tmp_path)


@pytest.mark.parametrize("name", ["thyroid.npz", "thyroid.mat"])
@pytest.mark.parametrize("keep", [0, 20, 0.5])
def test_a_damaged_table_is_named(tmp_path, name, keep):
    save_both(tmp_path, np.ones((50, 6)), np.ones(50))
    content = (tmp_path / name).read_bytes()
    (tmp_path / "thyroid.npz").unlink()
    cut = int(keep * len(content)) if keep < 1 else keep
    (tmp_path / name).write_bytes(content[:cut])
    with pytest.raises(ValueError, match=f"{name} is damaged .*download it again"):
        thyroid(tmp_path)


def test_features_keep_their_scale(tmp_path):
    folder = tmp_path / "adbench" / "CV_by_ResNet18"
    folder.mkdir(parents=True)
    rows = np.random.default_rng(0).random((5, 512), np.float32)
    for name in (1, 4):
        np.savez(folder / f"CIFAR10_{name}.npz", X=rows, y=[0, 0, 1, 0, 1])
    table = adbench_features(4, tmp_path)
    assert table.is_anomaly.tolist() == [False, False, True, False, True]
    assert not table.standardized.any()
    assert "CIFAR10_4.npz is not the known file" in table.differs
    assert "no checksum of it is known" in adbench_features(1, tmp_path).differs


def test_arrays_that_do_not_belong_together_are_named(tmp_path):
    folder = tmp_path / "adbench" / "CV_by_ResNet18"
    folder.mkdir(parents=True)
    np.savez(folder / "CIFAR10_0.npz", X=np.zeros((10, 3)), y=np.zeros(4))
    with pytest.raises(ValueError, match=r"X of shape \(10, 3\) and 4 values y"):
        adbench_features(0, tmp_path)
    with (folder / "CIFAR10_0.npz").open("wb") as opened:
        np.save(opened, np.zeros((10, 3)))
    with pytest.raises(ValueError, match="is damaged"):
        adbench_features(0, tmp_path)


def test_a_class_that_is_not_there_says_what_helps(tmp_path):
    with pytest.raises(ValueError, match="normal is 17; expected a class of CIFAR-10, 0 to 9"):
        adbench_features(17, tmp_path)
    with pytest.raises(FileNotFoundError, match="run `cance-edu data adbench`"):
        adbench_features(4, tmp_path)
    with pytest.raises(FileNotFoundError, match="put it there, for no command does"):
        adbench_features(1, tmp_path)


@pytest.mark.parametrize(
    ("load", "name"),
    [
        (abalone, "abalone"),
        (thyroid, "thyroid"),
        (lambda root: adbench_features(0, root), "adbench"),
    ],
)
def test_a_missing_table_says_how_to_get_it(tmp_path, load, name):
    with pytest.raises(FileNotFoundError, match=f"run `cance-edu data {name}`"):
        load(tmp_path)


def connection(protocol, service, flag, label, numbers=range(38)):
    """Return a line of the file: numbers around columns 1 to 3, which are text."""
    first, *others = map(str, numbers)
    return ",".join([first, protocol, service, flag, *others, label])


LINES = [
    connection("tcp", "http", "SF", "normal."),
    connection("udp", "private", "S0", "smurf."),
    connection("icmp", "netbios_dgm", "RSTOS0", "buffer_overflow.", range(100, 138)),
    connection("tcp", "private", "SF", "neptune."),
]


def check_connections(table):
    assert table.rows.shape == (4, 38 + 3 + 3 + 3)
    assert table.is_anomaly.tolist() == [True, False, False, False]
    np.testing.assert_array_equal(table.rows[2, :38], np.arange(100, 138))
    np.testing.assert_array_equal(table.rows[0, :38], np.arange(38))
    # icmp, tcp, udp; http, netbios_dgm, private; RSTOS0, S0, SF
    one_hot = [[0, 1, 0, 1, 0, 0, 0, 0, 1], [0, 0, 1, 0, 0, 1, 0, 1, 0]]
    one_hot += [[1, 0, 0, 0, 1, 0, 1, 0, 0], [0, 1, 0, 0, 0, 1, 0, 0, 1]]
    np.testing.assert_array_equal(table.rows[:, 38:], one_hot)
    # land, logged_in, is_host_login and is_guest_login are columns 6, 11, 20 and 21 of the file.
    flags = [6 - 3, 11 - 3, 20 - 3, 21 - 3]
    expected = [i not in flags for i in range(38)] + [False] * 9
    assert table.standardized.tolist() == expected


def test_kddcup99_from_the_gzip_file(tmp_path):
    text = "\n".join(LINES).encode() + b"\n"
    (tmp_path / "kddcup.data_10_percent.gz").write_bytes(gzip.compress(text))
    table = kddcup99(tmp_path)
    check_connections(table)
    digest = hashlib.sha256(text).hexdigest()[:8]
    assert table.differs == f"kddcup.data_10_percent.gz has other rows: sha256 {digest}"


def test_another_wrapping_of_the_same_rows_is_no_difference(tmp_path, monkeypatch):
    text = "\n".join(LINES).encode()
    module = sys.modules["cance_edu.datasets.kddcup99"]  # the package has the function's name
    monkeypatch.setattr(module, "ROWS_SHA256", hashlib.sha256(text).hexdigest())
    for level in (1, 9):
        packed = gzip.compress(text, level)
        (tmp_path / "kddcup.data_10_percent.gz").write_bytes(packed)
        assert kddcup99(tmp_path).differs == ""
    monkeypatch.setattr(module, "ROWS_SHA256", "")
    assert kddcup99(tmp_path).differs
    (known,) = catalogue.described("kddcup99").remotes
    known = replace(known, checksum=f"sha256:{hashlib.sha256(packed).hexdigest()}")
    described = replace(catalogue.described("kddcup99"), remotes=(known,))
    monkeypatch.setattr(catalogue, "DATASETS", (described,))
    assert kddcup99(tmp_path).differs == ""


def test_kddcup99_from_scikit_learns_folder(tmp_path, monkeypatch):
    """Its cache holds objects: numbers, and bytes for text, as `fetch_kddcup99` writes them."""
    home = tmp_path / "home"
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home))
    with pytest.raises(FileNotFoundError, match="cance-edu data kddcup99"):
        kddcup99(tmp_path)
    assert not home.exists()
    cells = np.array([line.split(",") for line in LINES], dtype=object)
    for column in range(42):
        kind = "S16" if column in (1, 2, 3, 41) else int
        cells[:, column] = cells[:, column].astype(kind)
    (home / "kddcup99_10-py3").mkdir(parents=True)
    joblib.dump(cells[:, :-1], home / "kddcup99_10-py3" / "samples", compress=3)
    joblib.dump(cells[:, -1], home / "kddcup99_10-py3" / "targets", compress=3)
    table = kddcup99(tmp_path)
    check_connections(table)
    assert table.differs == ""


@pytest.mark.parametrize(
    "content", [b"no gzip", gzip.compress(b"1,2,3\n"), "cut"], ids=["no gzip", "no table", "cut"]
)
def test_a_damaged_kddcup99_is_named(tmp_path, content):
    if content == "cut":
        content = gzip.compress("\n".join(LINES * 100).encode())[:-20]
    (tmp_path / "kddcup.data_10_percent.gz").write_bytes(content)
    with pytest.raises(ValueError, match="is not KDDCUP99's 10% file"):
        kddcup99(tmp_path)
