"""Files are replaced whole or not at all."""

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cgan.common import files
from cgan.common.errors import MissingFile, UserError
from tests.conftest import message, run_python

NOBODY = 65534


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_written(tmp_path):
    files.write_bytes(tmp_path / "a", b"\x00\xff")
    assert (tmp_path / "a").read_bytes() == b"\x00\xff"
    assert names(tmp_path) == ["a"]


def test_a_file_and_its_name_are_on_the_disk_before_anybody_goes_on(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    files.write_bytes(tmp_path / "a", b"new")
    assert synced == [path.stat().st_ino for path in (tmp_path / "a", tmp_path)]


def test_text_is_utf8(tmp_path):
    files.write_text(tmp_path / "a", "计图\n")
    assert (tmp_path / "a").read_bytes() == "计图\n".encode()


def test_the_old_file_stays_until_the_block_ends(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with files.replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a"]


def test_the_temporary_is_hidden_and_in_the_same_folder(tmp_path):
    """A rename is atomic on one file system only."""
    with files.replacing(tmp_path / "a") as temporary:
        temporary.touch()
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MissingFile("Ours.")])
def test_an_error_in_the_block_keeps_the_old_file(tmp_path, error):
    path = tmp_path / "a"
    path.write_text("old")

    def stop_halfway():
        with files.replacing(path) as temporary:
            temporary.write_text("half of the new")
            raise error

    with pytest.raises(error if isinstance(error, type) else type(error)) as caught:
        stop_halfway()
    assert "Could not write" not in str(caught.value)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_the_previous_file_is_kept_under_its_own_name(tmp_path):
    path, previous = tmp_path / "a", tmp_path / "b"
    for text in ("1", "2", "3"):
        with files.replacing(path, previous) as temporary:
            temporary.write_text(text)
    assert (path.read_text(), previous.read_text()) == ("3", "2")
    # As after a kill between the two renames.
    previous.unlink()
    os.link(path, previous)
    with files.replacing(path, previous) as temporary:
        temporary.write_text("4")
    assert (path.read_text(), previous.read_text()) == ("4", "3")
    assert names(tmp_path) == ["a", "b"]


def test_a_failed_write_leaves_both(tmp_path):
    path, previous = tmp_path / "a", tmp_path / "b"
    path.write_text("2")
    previous.write_text("1")
    with pytest.raises(UserError), files.replacing(path, previous):
        pass
    assert (path.read_text(), previous.read_text()) == ("2", "1")


def test_a_full_disk_keeps_the_old_file(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    code = (
        "import pathlib, resource, signal\n"
        "from cgan.common import files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    files.write_bytes(pathlib.Path('a'), bytes(2000))\n"
        "except files.UserError as error:\n"
        "    print(error)\n"
    )
    result = run_python("-c", code, cwd=tmp_path)
    assert result.stderr == ""
    assert result.stdout.startswith("Could not write a: ")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_folder_in_the_way_stays(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(UserError) as caught:
        files.write_bytes(tmp_path / "a", b"new")
    assert str(tmp_path / "a") in message(caught)
    assert names(tmp_path) == ["a"]


def test_a_device_in_the_way_stays(tmp_path):
    """Guards `-o /dev/null`: root's rename would put a picture in the device's place."""
    path = tmp_path / "device"
    os.mkfifo(path)
    with pytest.raises(UserError) as caught:
        files.write_bytes(path, b"new")
    assert str(path) in message(caught)
    assert path.is_fifo()
    assert names(tmp_path) == ["device"]


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("old")
    (tmp_path / "second").symlink_to("folder/file")
    (tmp_path / "first").symlink_to(tmp_path / "second")
    (tmp_path / "to nothing").symlink_to("folder/new")
    for name in ("first", "to nothing"):
        files.write_text(tmp_path / name, name)
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "second").is_symlink()
    assert (tmp_path / "folder/file").read_text() == "first"
    assert (tmp_path / "folder/new").read_text() == "to nothing"
    assert names(tmp_path / "folder") == ["file", "new"]


def test_links_in_a_circle_stay(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(UserError) as caught:
        files.write_bytes(tmp_path / "a", b"new")
    assert str(tmp_path / "a") in message(caught)
    assert names(tmp_path) == ["a", "b"]
    assert (tmp_path / "a").is_symlink()


def test_what_a_process_has_open_is_no_name_of_a_file(tmp_path):
    """As /dev/stdout, which leads to /proc/self/fd/1."""
    with (tmp_path / "open").open("w") as file:
        (tmp_path / "link").symlink_to(f"/proc/self/fd/{file.fileno()}")
        inode = (tmp_path / "open").stat().st_ino
        with pytest.raises(UserError, match="is not a file"):
            files.write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "open").stat().st_ino == inode
    assert names(tmp_path) == ["link", "open"]


def test_nothing_is_put_beside_devices(tmp_path):
    code = (
        "import os, pathlib\n"
        "from cgan.common import files\n"
        f"os.getuid() or os.setuid({NOBODY})\n"  # so that it could not be, either
        "try:\n"
        "    files.write_bytes(pathlib.Path('/dev/cgan-test'), b'new')\n"
        "except files.UserError as error:\n"
        "    print(error)\n"
    )
    result = run_python("-c", code, cwd=tmp_path)
    assert result.stderr == ""
    assert "is not a file" in result.stdout


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o444])
def test_a_file_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "a"
    path.touch()
    path.chmod(mode)
    (tmp_path / "link").symlink_to("a")
    for name in ("a", "link"):
        files.write_text(tmp_path / name, name)
        assert path.read_text() == name
        assert path.stat().st_mode & 0o777 == mode


def test_several_files_are_written_or_none(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    files.write_all({a: b"1", b: b"2"})
    assert (a.read_bytes(), b.read_bytes()) == (b"1", b"2")
    with pytest.raises(UserError):
        files.write_all({a: b"3", tmp_path / "missing/b": b"4"})
    assert (a.read_bytes(), names(tmp_path)) == (b"1", ["a", "b"])


@pytest.mark.parametrize("path", [".", "/", ""])
def test_a_folder_without_a_name_stays(path):
    with pytest.raises(UserError, match="is not a file"):
        files.write_bytes(Path(path), b"new")


def test_a_missing_folder_is_no_matter_of_space(tmp_path):
    with pytest.raises(UserError, match="Make the folder first"):
        files.write_bytes(tmp_path / "missing/a", b"new")


@pytest.mark.parametrize("name", ["missing/a", "file/a", "a" * 300])
def test_a_path_that_cannot_be_is_named(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(UserError) as caught:
        files.write_bytes(tmp_path / name, b"new")
    assert str(tmp_path / name) in message(caught)
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["a" * 255, "é" * 127, os.fsdecode(b"\xff" * 255)])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path, name):
    files.write_bytes(tmp_path / name, b"new")
    assert names(tmp_path) == [name]


def test_long_names_that_begin_alike_do_not_mix(tmp_path):
    """As of the files that one export writes at once."""
    stem = "a" * 240
    paths = [tmp_path / f"{stem}-{number}" for number in "12"]
    with files.replacing(paths[0]) as first, files.replacing(paths[1]) as second:
        first.write_text("1")
        second.write_text("2")
    assert [path.read_text() for path in paths] == ["1", "2"]
    assert names(tmp_path) == [path.name for path in paths]


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        *((number, "Free some disk space") for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)),
        *((number, "another name") for number in (errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP)),
        *((number, "another folder") for number in (errno.EACCES, errno.EROFS, errno.EIO)),
        (errno.ENOENT, "Make the folder first"),
    ],
)
def test_what_to_do_fits_what_is_wrong(tmp_path, number, advice):
    with pytest.raises(UserError) as caught, files.replacing(tmp_path / "a"):
        raise OSError(number, os.strerror(number))
    assert advice in message(caught)
    assert ("disk space" in message(caught)) == ("disk space" in advice)


def test_a_block_that_writes_nothing_is_an_error(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(UserError), files.replacing(path):
        pass
    assert path.read_text() == "old"


def test_a_folder_that_cannot_be_listed_can_be_written_to(tmp_path):
    """The folder is synced if it can be; if it can't, the file is there all the same."""
    folder = tmp_path / "dropbox"
    folder.mkdir()
    code = (
        "import os, pathlib\n"
        "from cgan.common import files\n"
        f"os.geteuid() or (os.chown('.', {NOBODY}, {NOBODY}), os.seteuid({NOBODY}))\n"
        "os.chmod('.', 0o300)\n"
        "files.write_bytes(pathlib.Path('a'), b'new')\n"
    )
    result = run_python("-c", code, cwd=folder)
    folder.chmod(0o700)
    assert result.stderr == ""
    assert (folder / "a").read_bytes() == b"new"


def test_threads_that_write_the_same_file_do_not_mix(tmp_path):
    path = tmp_path / "a"
    both_wrote = threading.Barrier(2, timeout=60)

    def write(letter):
        with files.replacing(path) as temporary:
            temporary.write_text(letter * 9)
            both_wrote.wait()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, "xy"))
    assert path.read_text() in ("x" * 9, "y" * 9)
    assert names(tmp_path) == ["a"]


def test_only_stale_temporaries_are_removed(tmp_path):
    kept = ["model.safetensors", "notes.tmp", ".hidden"]
    for name in kept:
        (tmp_path / name).touch()
    (tmp_path / ".folder.tmp").mkdir()
    for name in ("model.safetensors", "a" * 250):
        files.temporary_name(tmp_path / name).touch()
    files.remove_stale_temporaries(tmp_path)
    assert names(tmp_path) == sorted([*kept, ".folder.tmp"])
