import gzip
import hashlib
import io
import socket
import subprocess
import sys
import tarfile
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torchvision
from sklearn.datasets import _kddcup99

from cance_edu import cli, datasets
from cance_edu.datasets import DATASETS, Remote, catalogue, download
from cance_edu.datasets.download import RECORD, fetch, file_digest

CONTENT = np.random.default_rng(0).bytes(1_000_000)


class Server(ThreadingHTTPServer):
    """Serves `files`; answers `cuts` times with half of what was asked for, then whole."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.cuts, self.ranges, self.asked = {}, 0, True, []
        self.says_range = True

    def url(self, name):
        return f"http://127.0.0.1:{self.server_address[1]}/{name}"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        return

    def do_GET(self):
        server, wanted = self.server, self.headers["Range"]
        server.asked.append((self.path[1:], wanted))
        whole = server.files.get(self.path[1:])
        if whole is None:
            return self.send_error(404)
        start = int(wanted[6:-1]) if wanted and server.ranges else 0
        if start >= len(whole):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        if start and server.says_range:
            self.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
        self.send_header("Content-Length", str(len(whole) - start))
        self.end_headers()
        body = whole[start:]
        if server.cuts:
            server.cuts -= 1
            body = body[: len(body) // 2]
        return self.wfile.write(body)


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def remote(server):
    server.files["file.bin"] = CONTENT
    checksum = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
    return Remote(server.url("file.bin"), "folder/file.bin", checksum)


def part(root):
    return root / "folder" / ".file.bin.part"


def test_a_download_lands_whole(remote, server, tmp_path):
    fetch(remote, tmp_path)
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["file.bin"]
    assert server.asked == [("file.bin", None)]


def test_a_cut_connection_goes_on_where_it_was(remote, server, tmp_path):
    server.cuts = 2
    fetch(remote, tmp_path)
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [None, "bytes=500000-", "bytes=750000-"]


def test_the_next_call_resumes_what_a_cut_one_left(remote, server, tmp_path):
    server.cuts = 3
    with pytest.raises(ConnectionError, match=r"cut after.*goes on from there.*go on offline"):
        fetch(remote, tmp_path)
    assert not (tmp_path / "folder" / "file.bin").exists()
    assert part(tmp_path).read_bytes() == CONTENT[:875_000]
    server.asked.clear()
    fetch(remote, tmp_path)
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT
    assert server.asked == [("file.bin", "bytes=875000-")]
    assert not part(tmp_path).exists()


def test_a_server_without_ranges_sends_the_whole_again(remote, server, tmp_path):
    server.cuts, server.ranges = 1, False
    fetch(remote, tmp_path)
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT


def test_a_part_without_its_place_is_thrown_away(remote, server, tmp_path):
    server.cuts, server.says_range = 1, False
    fetch(remote, tmp_path)
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [None, "bytes=500000-", None]


def test_a_part_that_was_whole_is_only_verified(remote, server, tmp_path):
    part(tmp_path).parent.mkdir()
    part(tmp_path).write_bytes(CONTENT)
    fetch(remote, tmp_path)
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT
    assert server.asked == [("file.bin", f"bytes={len(CONTENT)}-")]


@pytest.mark.parametrize("left", [b"", b"another file's beginning"])
def test_a_wrong_checksum_leaves_nothing(remote, server, tmp_path, left):
    server.files["file.bin"] = CONTENT if left else CONTENT[:-1] + b"\0\0"
    if left:
        part(tmp_path).parent.mkdir()
        part(tmp_path).write_bytes(left)
    with pytest.raises(ConnectionError, match=r"its sha256 is \w{64}, expected .*nothing was kept"):
        fetch(remote, tmp_path)
    assert list((tmp_path / "folder").iterdir()) == []


def test_an_absent_file_and_no_server_are_one_line(remote, server, tmp_path):
    with pytest.raises(ConnectionError, match=r"404.*nothing was kept.*put it there as") as caught:
        fetch(replace(remote, url=server.url("other.bin")), tmp_path)
    assert "\n" not in str(caught.value)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # it does not listen
        nobody = replace(remote, url=f"http://127.0.0.1:{deaf.getsockname()[1]}/file.bin")
        with pytest.raises(ConnectionError, match=r"refused.*go on offline"):
            fetch(nobody, tmp_path)


def test_a_killed_download_goes_on(remote, server, tmp_path):
    """SIGKILL in the middle: what is on disk is a beginning, and the next call completes it."""
    server.cuts = 1
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from cance_edu.datasets import Remote\n"
        "from cance_edu.datasets.download import _append, fetch\n"
        "def dies(url, part):\n"
        "    try: _append(url, part)\n"
        "    finally: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.modules['cance_edu.datasets.download']._append = dies\n"
        f"fetch({remote!r}, Path({str(tmp_path)!r}))\n"
    )
    died = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert died.returncode == -9, died.stderr
    assert part(tmp_path).read_bytes() == CONTENT[:500_000]
    fetch(remote, tmp_path)
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT


def packed(kind, files):
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_is_unpacked_and_recorded(server, tmp_path, kind):
    archive = packed(kind, {"set/fog/a.npy": b"fog", "set/zigzag/a.npy": b"zigzag"})
    server.files["set"] = archive
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "notes.txt").write_text("mine", encoding="utf-8")
    checksum = f"md5:{hashlib.md5(archive).hexdigest()}"
    fetch(Remote(server.url("set"), "set", checksum, packed=kind), tmp_path)
    assert (tmp_path / "set" / "fog" / "a.npy").read_bytes() == b"fog"
    assert (tmp_path / "set" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["set"]
    for line in (tmp_path / "set" / RECORD).read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert digest == hashlib.sha256((tmp_path / "set" / name).read_bytes()).hexdigest()


def test_a_python_without_filters_unpacks_as_well(server, tmp_path, monkeypatch):
    """Debian 12 has Python 3.11.2, and its tarfile takes no filter."""
    extract = tarfile.TarFile.extractall
    asked = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}

    def without_filter(self, path):
        extract(self, path, **asked)

    archive = packed("tar", {"set/a.npy": b"abc"})
    server.files["set"] = archive
    monkeypatch.setattr(tarfile.TarFile, "extractall", without_filter)
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    checksum = f"md5:{hashlib.md5(archive).hexdigest()}"
    fetch(Remote(server.url("set"), "set", checksum, packed="tar"), tmp_path)
    assert (tmp_path / "set" / "a.npy").read_bytes() == b"abc"


def test_the_record_is_there_before_the_files(server, tmp_path, monkeypatch):
    """Killed while files are moved into place, what was moved is known to be verified."""
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        for name in ("set/a.txt", "set/b.txt"):
            entry = tarfile.TarInfo(name)
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"abc"))
    server.files["set.tar"] = (tmp_path / "set.tar").read_bytes()
    checksum = f"sha256:{hashlib.sha256(server.files['set.tar']).hexdigest()}"
    remote = Remote(server.url("set.tar"), "set", checksum, packed="tar")
    replaced = Path.replace

    def dies(path, target):
        if path.name == "b.txt":
            raise KeyboardInterrupt
        return replaced(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dies)
        with pytest.raises(KeyboardInterrupt):
            fetch(remote, tmp_path)
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == ["a.txt", RECORD]
    fetch(remote, tmp_path)
    assert len((tmp_path / "set" / RECORD).read_text(encoding="utf-8").splitlines()) == 2
    assert (tmp_path / "set" / "b.txt").read_bytes() == b"abc"


def test_an_archive_without_its_folder_is_refused(server, tmp_path):
    server.files["set"] = packed("zip", {"other/a.npy": b"fog"})
    checksum = f"md5:{hashlib.md5(server.files['set']).hexdigest()}"
    with pytest.raises(ConnectionError, match="the archive has no folder set"):
        fetch(Remote(server.url("set"), "set", checksum, packed="zip"), tmp_path)
    assert not (tmp_path / "set").exists()


def test_a_data_set_by_name_fetches_only_what_is_missing(server, tmp_path, monkeypatch):
    files = {name: name.encode() for name in datasets.IDX_FILES}
    remotes = []
    for name, content in files.items():
        server.files[f"{name}.gz"] = gzip.compress(content)
        md5 = hashlib.md5(server.files[f"{name}.gz"]).hexdigest()
        url = server.url(f"{name}.gz")
        remotes.append(Remote(url, f"MNIST/raw/{name}", f"md5:{md5}", packed="gz"))
    small = replace(catalogue.described("mnist"), remotes=tuple(remotes))
    monkeypatch.setattr(catalogue, "DATASETS", (small,))
    first, *others = datasets.IDX_FILES
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    (tmp_path / "MNIST" / "raw" / first).write_bytes(b"here already")
    assert download("mnist", tmp_path) == tmp_path
    assert sorted(name for name, _ in server.asked) == sorted(f"{name}.gz" for name in others)
    assert (tmp_path / "MNIST" / "raw" / others[0]).read_bytes() == files[others[0]]
    assert small.present(tmp_path)
    server.asked.clear()
    download("mnist", tmp_path)
    assert server.asked == []
    monkeypatch.setenv("CANCE_EDU_DATA", str(tmp_path / "other"))
    server.files.clear()
    assert cli.main(["data", "mnist"]) == 1


def test_of_a_class_that_begins_at_once_one_downloads(server, remote, tmp_path, monkeypatch):
    one = replace(catalogue.described("mnist"), remotes=(remote,), files=(remote.target,))
    monkeypatch.setattr(catalogue, "DATASETS", (one,))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: download("mnist", tmp_path), range(8)))
    assert found == [tmp_path] * 8
    assert server.asked == [("file.bin", None)]
    assert (tmp_path / "folder" / "file.bin").read_bytes() == CONTENT


def test_digits_need_no_download_and_an_unknown_name_is_told(tmp_path):
    assert download("digits", tmp_path) == tmp_path
    with pytest.raises(ValueError, match=r"no data set 'imagenet'; there are digits, mnist"):
        download("imagenet", tmp_path)


def test_checksums_are_those_that_the_libraries_know():
    known = {data_set.name: data_set for data_set in DATASETS}
    md5 = {name.removesuffix(".gz"): md5 for name, md5 in torchvision.datasets.MNIST.resources}
    for remote in known["mnist"].remotes:
        assert remote.checksum == f"md5:{md5[remote.target.rpartition('/')[2]]}"
        assert remote.url.startswith(tuple(torchvision.datasets.MNIST.mirrors))
    cifar10 = torchvision.datasets.CIFAR10
    assert known["cifar10"].remotes[0].checksum == f"md5:{cifar10.tgz_md5}"
    assert known["cifar10"].remotes[0].url == cifar10.url
    batches = [name for name, _ in cifar10.train_list + cifar10.test_list]
    expected = {f"cifar-10-batches-py/{name}" for name in [*batches, cifar10.meta["filename"]]}
    assert set(known["cifar10"].files) == expected
    archive = _kddcup99.ARCHIVE_10_PERCENT
    assert known["kddcup99"].remotes[0].checksum == f"sha256:{archive.checksum}"
    assert known["kddcup99"].remotes[0].url == archive.url
    weights = torchvision.models.ResNet18_Weights.IMAGENET1K_V1
    assert known["resnet18"].remotes[0].url == weights.url
    assert known["resnet18"].remotes[0].checksum.split(":")[1] in weights.url


def test_each_data_set_names_its_checksum_and_fits_the_listing():
    for data_set in DATASETS:
        assert len(data_set.name) <= 8
        assert len(data_set.size) <= 8
        for remote in data_set.remotes:
            assert remote.checksum.split(":")[1][:8] in data_set.source
            assert any(file.startswith(remote.target) for file in data_set.files)


def test_a_digest_is_that_of_the_bytes(tmp_path):
    (tmp_path / "file").write_bytes(CONTENT)
    assert file_digest(tmp_path / "file") == hashlib.sha256(CONTENT).hexdigest()
