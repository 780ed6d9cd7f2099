"""Downloading the four files, over real HTTP from servers that fail in every way."""

import gzip
import http.server
import socket
import threading
import urllib.parse

import numpy as np
import pytest

from cgan.common.errors import UserError
from cgan.data import datasets as training_data
from cgan.data import idx, mnist
from tests import idx_files
from tests.conftest import message, run_python

CONTENTS = idx_files.data_set()
REAL_MIRRORS = mnist.MIRRORS


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves the files of `CONTENTS` at /good/, and faults at other folders."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.close_connection = True
        _, folder, name = urllib.parse.unquote(self.path).split("/")
        self.server.asked.append(self.path)
        data = gzip.compress(CONTENTS[name.removesuffix(".gz")], mtime=0)
        length = len(data)
        if folder == "missing":
            self.send_error(404)
            return
        if folder == "garbage":
            self.wfile.write(b"\x00\x01garbage\r\n\r\n")
            return
        if folder == "hangup":
            return
        if folder == "drip":  # a byte a time, and never long enough without one
            self.send_response(200)
            self.end_headers()
            while not self.server.over.wait(0.05):
                self.wfile.write(b"\0")
            return
        if folder == "silent":
            self.server.over.wait(20)
            return
        if folder == "flipped":
            middle = length // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        if folder == "other":
            data = gzip.compress(b"some other file")
            length = len(data)
        if folder == "bomb":  # it announces 4 GB
            data = gzip.compress(b"\0\0\x08\1\xff\xff\xff\xff" + bytes(1000))
            length = len(data)
        if folder == "page":
            data = b"<html>Please log in to this network</html>"
            length = len(data)
        if folder == "flood":
            data = bytes(100_000)
            length = len(data)
        self.send_response(200)
        if folder == "cut chunk":
            self.send_header("Transfer-Encoding", "chunked")
            data = b"%x\r\n%b" % (length, data[: length // 2])
        elif folder != "cut unnoticed":
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(data[: length // 2] if folder in ("cut", "cut unnoticed") else data)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked = []
        server.over = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch):
    """No real mirror is in reach, and no proxy gets in the way."""
    monkeypatch.setattr(mnist, "MIRRORS", ())
    monkeypatch.delenv("CGAN_MNIST_MIRRORS", raising=False)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def mirrors(server, monkeypatch):
    """Set the mirrors to folders of the server."""
    # The same checks as for MNIST, on files of 2 KB instead of 11 MB.
    sums = {name: idx.md5(data) for name, data in CONTENTS.items()}
    monkeypatch.setattr(mnist, "MD5", sums)
    monkeypatch.setattr(mnist, "_MAX_BYTES", 50_000)

    def use(*folders):
        address = f"http://127.0.0.1:{server.server_address[1]}"
        urls = [f"{address}/{urllib.parse.quote(folder)}" for folder in folders]
        monkeypatch.setenv("CGAN_MNIST_MIRRORS", ",".join(urls))

    return use


def names(folder):
    return sorted(path.name for path in folder.iterdir())


ALL = sorted(f"{name}.gz" for name in CONTENTS)

# What a bad mirror does, and what is said of it.
FAULTS = {
    "missing": "failed (Not Found)",
    "garbage": "failed (",
    "hangup": "failed (Remote end closed connection",
    "cut": "failed (it sent",
    "cut chunk": "failed (IncompleteRead",
    "cut unnoticed": "sent a damaged file",
    "flipped": "sent a damaged file",
    "other": "sent something else",
    "bomb": "sent a damaged file",
    "page": "sent a damaged file",
    "flood": "failed (it sends far more than MNIST)",
}


def test_all_files_come_and_are_what_they_should_be(mirrors, tmp_path, capsys):
    mirrors("good")
    mnist.download_missing(tmp_path / "new/data")
    assert names(tmp_path / "new/data") == ALL
    for name, data in CONTENTS.items():
        assert idx.read_bytes(tmp_path / "new/data" / f"{name}.gz") == data
    assert "train-images-idx3-ubyte.gz" in capsys.readouterr().err


def test_quiet_is_quiet(mirrors, tmp_path, capsys):
    mirrors("good")
    mnist.download_missing(tmp_path, quiet=True)
    assert capsys.readouterr() == ("", "")


def test_only_what_is_missing_is_asked_for(mirrors, server, tmp_path):
    mirrors("good")
    plain, zipped = idx_files.TRAIN_IMAGES, idx_files.TEST_LABELS
    idx_files.write(tmp_path, {plain: CONTENTS[plain]})
    idx_files.write(tmp_path, {zipped: CONTENTS[zipped]}, zipped=True)
    mnist.download_missing(tmp_path)
    assert server.asked == [
        f"/good/{idx_files.TRAIN_LABELS}.gz",
        f"/good/{idx_files.TEST_IMAGES}.gz",
    ]


@pytest.mark.parametrize(("fault", "said"), FAULTS.items())
def test_a_bad_mirror_is_named_and_the_next_one_serves(mirrors, tmp_path, capsys, fault, said):
    mirrors(fault, "good")
    mnist.download_missing(tmp_path, quiet=True)
    assert names(tmp_path) == ALL
    warnings = capsys.readouterr().err.splitlines()
    assert len(warnings) == 4
    address = f"/{urllib.parse.quote(fault)}/ "
    assert all(address in line and said in line for line in warnings)


def test_a_mirror_that_would_take_for_ever_is_given_up(mirrors, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(mnist, "_MAX_SECONDS", 0.3)
    mirrors("drip")
    with pytest.raises(UserError):
        mnist.download_missing(tmp_path, quiet=True)
    assert "failed (it sends too slowly)" in capsys.readouterr().err


def test_a_mirror_that_falls_silent_is_given_up(mirrors, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(mnist, "_TIMEOUT_SECONDS", 0.2)
    mirrors("silent")  # alone: a busy machine keeps good ones silent for as long
    with pytest.raises(UserError):
        mnist.download_missing(tmp_path, quiet=True)
    assert "/silent/ failed (timed out)" in capsys.readouterr().err


@pytest.mark.parametrize("fault", FAULTS)
def test_without_a_good_mirror_nothing_is_written(mirrors, tmp_path, fault):
    mirrors(fault, fault)
    with pytest.raises(UserError) as caught:
        mnist.download_missing(tmp_path / "new/data", quiet=True)
    text = message(caught)
    assert "from any mirror (2 tried)" in text
    assert "--data-dir" in text
    assert "--dataset digits" in text
    assert names(tmp_path) == []


def test_without_internet_the_sentence_offers_what_works(monkeypatch, tmp_path, capsys):
    with socket.socket() as closed:  # bound, but nobody listens
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(mnist, "MIRRORS", (f"http://127.0.0.1:{closed.getsockname()[1]}/",))
        with pytest.raises(UserError, match=r"\(1 tried\).*--dataset digits") as caught:
            mnist.download_missing(tmp_path, quiet=True)
    message(caught)
    assert "Connection refused" in capsys.readouterr().err
    assert names(tmp_path) == []


def test_a_download_that_cannot_be_saved_is_not_the_mirrors_fault(mirrors, server, tmp_path):
    mirrors("good", "good")
    in_the_way = tmp_path / f"{idx_files.TRAIN_IMAGES}.gz"
    in_the_way.mkdir()
    with pytest.raises(UserError) as caught:
        mnist.download_missing(tmp_path, quiet=True)
    assert message(caught).startswith(f"Could not write {in_the_way}: ")
    assert len(server.asked) == 1
    assert names(tmp_path) == [in_the_way.name]


def test_training_on_mnist_downloads_it_once(mirrors, server, tmp_path):
    mirrors("good")
    first = training_data.load("mnist", tmp_path / "data", 8, quiet=True)
    assert first.name == "MNIST"
    assert len(server.asked) == 4
    second = training_data.load("mnist", tmp_path / "data", 8, quiet=True)
    assert len(server.asked) == 4
    np.testing.assert_array_equal(first.images, second.images)


def test_a_download_that_stopped_halfway_goes_on(mirrors, server, tmp_path):
    first, *others = CONTENTS
    idx_files.write(tmp_path, {first: CONTENTS[first]}, zipped=True)
    mirrors("good")
    assert training_data.load("mnist", tmp_path, 8, quiet=True).name == "MNIST"
    assert server.asked == [f"/good/{name}.gz" for name in others]


def test_an_invalid_address_is_skipped(mirrors, monkeypatch, tmp_path, server):
    good = f"http://127.0.0.1:{server.server_address[1]}/good"
    mirrors()
    monkeypatch.setenv("CGAN_MNIST_MIRRORS", f"nonsense, ,{good}/,")
    mnist.download_missing(tmp_path, quiet=True)
    assert names(tmp_path) == ALL


def test_a_folder_that_cannot_be_made_is_named(mirrors, tmp_path):
    mirrors("good")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"Could not make the data folder .*--data-dir") as caught:
        mnist.download_missing(tmp_path / "file/data")
    assert str(tmp_path / "file/data") in message(caught)


def test_two_mirrors_are_known_and_the_users_own_come_first(monkeypatch):
    monkeypatch.setattr(mnist, "MIRRORS", REAL_MIRRORS)
    assert len(set(mnist.MIRRORS)) >= 2
    assert all(url.startswith("https://") for url in mnist.MIRRORS)
    monkeypatch.setenv("CGAN_MNIST_MIRRORS", "http://a, http://b/x/")
    assert mnist._mirrors() == ["http://a/", "http://b/x/", *mnist.MIRRORS]


def test_a_file_is_found_plain_before_zipped_and_a_folder_is_none(tmp_path):
    name = idx_files.TRAIN_LABELS
    assert mnist.find(tmp_path, name) is None
    (tmp_path / name).mkdir()
    assert mnist.find(tmp_path, name) is None
    (tmp_path / f"{name}.gz").touch()
    assert mnist.find(tmp_path, name) == tmp_path / f"{name}.gz"
    (tmp_path / name).rmdir()
    (tmp_path / name).touch()
    assert mnist.find(tmp_path, name) == tmp_path / name


def test_a_data_folder_with_an_impossible_name_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "MIRRORS", ())
    with pytest.raises(UserError) as caught:
        training_data.load("mnist", tmp_path / ("a" * 300), 8)
    assert "a" * 300 in message(caught)
    assert "--data-dir" in message(caught)


def test_a_data_folder_that_may_not_be_entered_is_named(tmp_path):
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut").chmod(0)
    code = (
        "import os, pathlib\n"
        "from cgan.common.errors import UserError\n"
        "from cgan.data import mnist\n"
        "os.geteuid() or os.seteuid(65534)\n"
        "try:\n    mnist.find(pathlib.Path('shut'), 'name')\n"
        "except UserError as error:\n    print(error)\n"
    )
    # The folders above belong to root alone, too; the name is looked up from within.
    tmp_path.chmod(0o755)
    result = run_python("-c", code, cwd=tmp_path)
    assert result.stderr == ""
    assert "Permission denied" in result.stdout
    assert "--data-dir" in result.stdout


@pytest.mark.parametrize("end", ["", ".gz"])
def test_names_with_a_dot_are_read(tmp_path, end):
    for name in mnist.MD5:
        (tmp_path / f"{name.replace('-idx', '.idx')}{end}").touch()
    mnist.download_missing(tmp_path)  # nothing is missing
    assert all(mnist.find(tmp_path, name) for name in mnist.MD5)


@pytest.mark.parametrize(
    "name", ["emnist-digits-train-images-idx3-ubyte.gz", "train_images-idx3-ubyte", "a.ubyte"]
)
def test_a_folder_with_other_idx_files_is_not_mixed_with_mnist(mirrors, server, tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(ValueError, match="which is none of the names that are read") as caught:
        mnist.download_missing(tmp_path)
    assert name in message(caught)
    assert [path.name for path in tmp_path.iterdir()] == [name]
