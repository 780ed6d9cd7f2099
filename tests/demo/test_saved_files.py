"""The files of answers: whole from the first moment on, and gone in time."""

import errno
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from cgan import UserError
from demo import saved_files
from demo.saved_files import SavedFiles


def test_a_file_that_somebody_may_be_downloading_is_not_written_again(tmp_path):
    files = SavedFiles()
    first = Path(files.save(b"data", "picture.png", str(tmp_path)))
    before = first.stat()
    assert files.save(b"data", "picture.png", str(tmp_path)) == str(first)
    assert first.stat() == before
    assert first.read_bytes() == b"data"
    assert first.name == "picture.png"
    assert files.save(b"other", "picture.png", str(tmp_path)) != str(first)
    assert files.save(b"data", "other.png", str(tmp_path)) != str(first)


def test_equal_files_that_are_saved_at_once_share_one(tmp_path):
    files = SavedFiles()
    barrier = threading.Barrier(8)

    def save(_):
        barrier.wait()
        return files.save(b"data", "picture.png", str(tmp_path))

    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(save, range(8)))
    assert len(paths) == 1
    assert [path.read_bytes() for path in tmp_path.rglob("*.png")] == [b"data"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_somebody_deleted_is_written_again(tmp_path):
    files = SavedFiles()
    first = Path(files.save(b"data", "picture.png", str(tmp_path)))
    first.unlink()
    assert Path(files.save(b"data", "picture.png", str(tmp_path))).read_bytes() == b"data"


def test_an_answer_keeps_its_file_for_ten_minutes_more(tmp_path, monkeypatch):
    now = 0
    monkeypatch.setattr(saved_files, "time", SimpleNamespace(monotonic=lambda: now))
    files = SavedFiles()
    paths = [Path(files.save(data, "a.png", str(tmp_path))) for data in (b"data", b"more")]
    now = 500
    files.save(b"data", "a.png", str(tmp_path))
    now = 700
    files.delete_old()
    assert [path.exists() for path in paths] == [True, False]


def test_the_file_of_the_last_answer_is_kept_longest(tmp_path, monkeypatch):
    monkeypatch.setattr(saved_files, "MAX_BYTES", 8)
    files = SavedFiles()
    first, second = (
        Path(files.save(data, "picture.png", str(tmp_path))) for data in (b"data", b"more")
    )
    files.save(b"data", "picture.png", str(tmp_path))
    files.save(b"most", "picture.png", str(tmp_path))
    files.delete_old()
    assert first.exists()
    assert not second.exists()


def test_files_are_deleted_with_their_folders_when_they_are_old(tmp_path, monkeypatch):
    files = SavedFiles()
    files.save(b"data", "picture.png", str(tmp_path))
    files.delete_old()
    assert len(list(tmp_path.rglob("*.png"))) == 1
    assert saved_files.MAX_AGE == 600  # the docs say ten minutes
    monkeypatch.setattr(saved_files, "MAX_AGE", 0)
    files.delete_old()
    assert list(tmp_path.iterdir()) == []
    assert not files._kept


def test_the_oldest_files_are_deleted_if_all_take_too_much_space(tmp_path, monkeypatch):
    monkeypatch.setattr(saved_files, "MAX_BYTES", 10)
    files = SavedFiles()
    paths = [Path(files.save(b"dat%d" % i, "picture.png", str(tmp_path))) for i in range(4)]
    files.delete_old()
    assert [path.exists() for path in paths] == [False, False, True, True]


def test_only_this_user_can_read_them_even_if_the_folder_was_deleted(tmp_path):
    folder = tmp_path / "gone"
    path = Path(SavedFiles().save(b"data", "picture.png", str(folder)))
    for private in (folder, path.parent):
        assert private.stat().st_mode & 0o777 == 0o700


def test_where_a_file_cannot_be_written_there_is_a_sentence_and_nothing_is_left(
    tmp_path, monkeypatch
):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match="can't save the picture: No space left on device"):
        SavedFiles().save(b"data", "picture.png", str(tmp_path))
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(UserError, match="can't save"):
        SavedFiles().save(b"data", "picture.png", str(tmp_path))
    assert list(tmp_path.iterdir()) == []
