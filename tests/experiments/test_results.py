import hashlib
import json
import subprocess
import sys

import pytest

from cance_edu.experiments.results import file_name, frame, key_of, opened, read, read_folder, slug


def result(seed, value=0.5):
    key = {"split": "MNIST, normal 8", "data_sha256": "ab", "system": "cance", "seed": seed}
    return key | {"settings": {"channels": (16, 32)}, "measures": {"auroc": value}}


@pytest.fixture
def path(tmp_path):
    """A results file of three lines."""
    path = tmp_path / "mnist.jsonl"
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
    assert [key_of(record) for record in records] == [key_of(result(s)) for s in range(3)]
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


def test_other_data_are_another_result(path):
    with opened(path) as file:
        file.append([result(1) | {"data_sha256": "cd"}])
    assert seeds(path) == [0, 1, 2, 1]


def test_a_failure_is_tried_again_and_gives_way_to_a_result(path):
    failed = result(3)
    del failed["measures"]
    with opened(path) as file:
        file.append([failed | {"failed": "ValueError: once"}])
        assert key_of(failed) not in file.done
        file.append([failed | {"failed": "ValueError: twice"}])
    assert read(path)[0][-1]["failed"] == "ValueError: twice"
    with opened(path) as file:
        file.append([result(3)])
        assert key_of(failed) in file.done
    records, damaged = read(path)
    assert (records[-1]["measures"], len(records), damaged) == ({"auroc": 0.5}, 4, [])


def test_the_frame_has_a_line_for_each_number():
    failed = {k: v for k, v in result(1).items() if k != "measures"} | {"failed": "ValueError: no"}
    many = result(0) | {"measures": {"auroc": 0.9, "f1": 0.5}, "seconds": 2.0}
    found = frame([many, failed])
    assert found[["seed", "measure"]][:2].values.tolist() == [[0, "auroc"], [0, "f1"]]
    assert found.value.tolist()[:2] == [0.9, 0.5]
    assert found.measure.isna().tolist() == [False, False, True]
    assert found.value.isna().tolist() == [False, False, True]
    assert found.failed.tolist()[2] == "ValueError: no"
    assert frame([]).empty


@pytest.mark.parametrize(
    ("name", "expected"), [("CIFAR-10", "cifar10"), ("MNIST-C", "mnistc"), ("KDDCUP99", "kddcup99")]
)
def test_a_file_is_named_by_letters_and_digits_alone(name, expected):
    assert (slug(name), file_name(name)) == (expected, f"{expected}.jsonl")


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
    other = path.with_name("cifar10.jsonl")
    other.write_bytes(path.read_bytes()[:-1])
    records, damaged = read_folder(path.parent)
    assert [record["seed"] for record in records] == [0, 1, 0, 1, 2]
    assert damaged == [f"{other}, line 3: the line is cut"]
    with pytest.raises(FileNotFoundError, match="--results DIR"):
        read_folder(path / "none")
