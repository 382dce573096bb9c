import hashlib
import json
import subprocess
import sys

import pytest

from cance_edu.detectors.cance import CANCE
from cance_edu.experiments.results import YOUNGER, identity, opened, read, read_folder


def result(seed, value=0.5):
    key = {"table": "table1", "dataset": "MNIST", "protocol": "", "task": "8", "system": "cance"}
    return key | {"seed": seed, "settings": {"channels": (16, 32)}, "measures": {"auroc": value}}


@pytest.fixture
def path(tmp_path):
    """A results file of three lines."""
    path = tmp_path / "table1_mnist.jsonl"
    with opened(path) as file:
        file.append([result(0), result(1)])
        file.append([result(2)])
    return path


def seeds(path):
    return [record["seed"] for record in read(path)[0]]


def test_what_was_appended_is_read_back(path):
    records, damaged = read(path)
    assert damaged == []
    assert records == [json.loads(json.dumps(result(seed))) for seed in range(3)]
    assert [identity(record) for record in records] == [identity(result(s)) for s in range(3)]
    assert read(path.with_name("none.jsonl")) == ([], [])


def test_results_that_are_there_are_not_appended_again(path):
    before = path.read_bytes()
    with opened(path) as file:
        file.append([result(1, value=0.9), result(1, value=0.8)])
        file.append([result(3), result(3)])
    assert path.read_bytes().startswith(before)
    assert seeds(path) == [0, 1, 2, 3]
    assert read(path)[0][1]["measures"] == {"auroc": 0.5}


def test_a_line_cut_anywhere_is_found_and_taken_out(path):
    content = path.read_bytes()
    start = content.rindex(b"\n", 0, -1) + 1
    for end in range(start, len(content)):
        path.write_bytes(content[:end])
        records, damaged = read(path)
        assert [record["seed"] for record in records] == [0, 1]
        assert [line.rsplit(", ", 1)[1] for line in damaged] == ["line 3: the line is cut"][
            : end > start
        ]
    with opened(path) as file:
        assert len(file.damaged) == 1
        file.append([result(2)])
    assert path.read_bytes() == content


def test_a_changed_byte_anywhere_is_found(path):
    content = path.read_bytes()
    second = range(content.index(b"\n") + 1, content.rindex(b"\n", 0, -1))
    for place in second:
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        records, damaged = read(path)
        assert [record["seed"] for record in records] == [0, 2]
        assert damaged
        assert all(", line 2: " in line or ", line 3: " in line for line in damaged)


def test_a_doubled_line_counts_once_and_is_named(path):
    content = path.read_bytes()
    path.write_bytes(content + content.splitlines(keepends=True)[0])
    assert seeds(path) == [0, 1, 2]
    assert read(path)[1] == [f"{path}, line 4: this fit is there already, further up"]
    with opened(path):
        pass
    assert path.read_bytes() == content


@pytest.mark.parametrize("line", [b"\n", b"[1, 2]\n", b"null\n", b"{}\n", b"\xff\xfe\n"])
def test_what_is_no_result_is_named(path, line):
    path.write_bytes(line + path.read_bytes())
    assert seeds(path) == [0, 1, 2]
    (damaged,) = read(path)[1]
    assert damaged.startswith(f"{path}, line 1: ")


def test_a_whole_line_that_does_not_say_what_it_is_of_is_damaged(path):
    record = result(3)
    del record["settings"]
    content = json.dumps(record, sort_keys=True).encode()
    line = json.dumps(record | {"sha256": hashlib.sha256(content).hexdigest()}).encode()
    path.write_bytes(line + b"\n" + path.read_bytes())
    assert seeds(path) == [0, 1, 2]
    assert read(path)[1] == [f"{path}, line 1: it does not say its settings"]


def test_a_result_without_a_younger_parameter_has_what_was_done_then(path):
    assert {name: CANCE().get_params()[name] for name in YOUNGER} == YOUNGER
    cance, classic = result(3), result(4)
    cance["settings"], classic["settings"] = {"latent_dim": 6}, {}
    with opened(path) as file:
        file.append([cance, classic])
    settings = [record["settings"] for record in read(path)[0][-2:]]
    assert settings == [{"latent_dim": 6} | YOUNGER, {}]
    with opened(path) as file:
        assert identity(cance | {"settings": {"latent_dim": 6} | YOUNGER}) in file.done


def test_a_file_that_another_process_writes_to_is_refused(path):
    # The lock alone: importing the package would take seconds.
    code = (
        "import filelock, sys; lock = filelock.FileLock(sys.argv[1]); lock.acquire()\n"
        "print('locked'); sys.stdin.read()"
    )
    command = [sys.executable, "-u", "-c", code, f"{path}.lock"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline().strip() == b"locked"
        with pytest.raises(ValueError, match="another process is writing to"), opened(path):
            pass
        other.kill()
    with opened(path) as file, pytest.raises(ValueError, match="--results DIR"), opened(path):
        pass
    assert len(file.done) == 3


def test_a_folder_is_read_file_by_file(path):
    other = path.with_name("table1_cifar10.jsonl")
    other.write_bytes(path.read_bytes()[:-1])
    records, damaged = read_folder(path.parent)
    assert [record["seed"] for record in records] == [0, 1, 0, 1, 2]
    assert damaged == [f"{other}, line 3: the line is cut"]
    with pytest.raises(FileNotFoundError, match="--results DIR"):
        read_folder(path / "none")
