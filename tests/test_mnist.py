"""Downloading the four files, over real HTTP from servers that fail in every way."""

import gzip
import http.server
import socket
import threading

import pytest

from cgan import idx, mnist
from cgan.errors import UserError
from tests import idx_files
from tests.conftest import message

CONTENTS = idx_files.data_set()


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves the files of `CONTENTS` at /good/, and faults at other folders."""

    def do_GET(self):
        _, folder, name = self.path.split("/")
        self.server.asked.append(self.path)
        data = gzip.compress(CONTENTS[name.removesuffix(".gz")], mtime=0)
        length = len(data)
        if folder == "missing":
            self.send_error(404)
            return
        if folder == "garbage":
            self.wfile.write(b"\x00\x01garbage\r\n\r\n")
            return
        if folder == "flipped":
            middle = length // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        if folder == "other":
            data = gzip.compress(b"some other file")
            length = len(data)
        if folder == "page":
            data = b"<html>Please log in to this network</html>"
            length = len(data)
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(data[: length // 2] if folder == "cut" else data)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mirrors(server, monkeypatch):
    """Set the mirrors to folders of the server; the real ones are out of reach."""
    # The same check as of MNIST, on files of 2 KB instead of 11 MB.
    sums = {name: idx.md5(data) for name, data in CONTENTS.items()}
    monkeypatch.setattr(mnist, "MD5", sums)
    monkeypatch.setattr(mnist, "MIRRORS", ())

    def use(*folders):
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv(
            "CGAN_MNIST_MIRRORS", ",".join(f"{address}/{folder}" for folder in folders)
        )

    return use


def names(folder):
    return sorted(path.name for path in folder.iterdir())


ALL = sorted(f"{name}.gz" for name in CONTENTS)


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


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("missing", "failed (Not Found)"),
        ("garbage", "failed"),
        ("cut", "failed (it sent"),
        ("flipped", "sent"),
        ("other", "sent something else"),
        ("page", "sent a damaged file"),
    ],
)
def test_a_bad_mirror_is_named_and_the_next_one_serves(mirrors, tmp_path, capsys, fault, said):
    mirrors(fault, "good")
    mnist.download_missing(tmp_path, quiet=True)
    assert names(tmp_path) == ALL
    warnings = capsys.readouterr().err.splitlines()
    assert len(warnings) == 4
    assert all(f"/{fault}/ " in line and said in line for line in warnings)


@pytest.mark.parametrize("fault", ["missing", "garbage", "cut", "flipped", "other", "page"])
def test_without_a_good_mirror_nothing_is_written(mirrors, tmp_path, fault):
    mirrors(fault, fault)
    with pytest.raises(UserError) as caught:
        mnist.download_missing(tmp_path, quiet=True)
    text = message(caught)
    assert "no mirror could give it (2 tried)" in text
    assert "--data-dir" in text
    assert "--dataset digits" in text
    assert names(tmp_path) == []


def test_without_internet_the_sentence_offers_what_works(monkeypatch, tmp_path):
    with socket.socket() as closed:  # bound, but nobody listens
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(mnist, "MIRRORS", (f"http://127.0.0.1:{closed.getsockname()[1]}/",))
        with pytest.raises(UserError, match="--dataset digits"):
            mnist.download_missing(tmp_path, quiet=True)


def test_an_address_that_is_none_is_passed_over(mirrors, monkeypatch, tmp_path, server):
    good = f"http://127.0.0.1:{server.server_address[1]}/good"
    mirrors()
    monkeypatch.setenv("CGAN_MNIST_MIRRORS", f"nonsense, ,{good}/,")
    mnist.download_missing(tmp_path, quiet=True)
    assert names(tmp_path) == ALL


def test_a_folder_that_can_not_be_made_is_named(mirrors, tmp_path):
    mirrors("good")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"Could not make the data folder .*--data-dir"):
        mnist.download_missing(tmp_path / "file/data")


def test_two_mirrors_are_known_and_one_s_own_come_first(monkeypatch):
    assert len(set(mnist.MIRRORS)) >= 2
    assert all(url.startswith("https://") for url in mnist.MIRRORS)
    monkeypatch.setenv("CGAN_MNIST_MIRRORS", "http://a, http://b/x/")
    assert mnist._mirrors() == ["http://a/", "http://b/x/", *mnist.MIRRORS]
