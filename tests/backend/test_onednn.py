"""oneDNN: linked into Jittor's cache, left alone where there is one, skipped if unavailable."""

import multiprocessing
import os
import platform
import sys

import pytest

from cgan.backend import onednn
from cgan.backend.onednn import provide_onednn
from cgan.common.errors import UserError

WHEELS = platform.machine() == "x86_64" and sys.platform == "linux"
needs_wheels = pytest.mark.skipif(not WHEELS, reason="the wheels are for x86-64 Linux")
PARTS = ("include/dnnl.hpp", "lib/libmkldnn.so", "lib/libdnnl.so.2")


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("use_mkl", "")  # so that what a test sets is undone after it
    monkeypatch.delenv("use_mkl")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / onednn.onednn_folder()


@pytest.fixture
def no_packages(monkeypatch):
    """A machine without the wheels and without Debian's package."""
    monkeypatch.setattr(onednn, "_from_wheels", lambda: None)
    monkeypatch.setattr(onednn, "_from_system", lambda: None)


def make_complete(folder):
    (folder / "include").mkdir(parents=True)
    (folder / "lib").mkdir()
    for part in PARTS:
        (folder / part).write_text("the user's own")


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@needs_wheels
def test_the_wheels_are_linked_under_the_names_that_jittor_looks_for(tmp_path, folder, capsys):
    provide_onednn(str(tmp_path))
    assert all((folder / part).is_file() for part in PARTS)
    assert (folder / "lib/libmkldnn.so").read_bytes()[:4] == b"\x7fELF"
    assert "use_mkl" not in os.environ
    assert capsys.readouterr() == ("", "")
    assert {path.name for path in tmp_path.iterdir()} == {".cache"}


@needs_wheels
def test_a_second_call_changes_nothing(tmp_path, folder):
    provide_onednn(str(tmp_path))
    before = {path: path.lstat().st_ino for path in folder.rglob("*")}
    provide_onednn(str(tmp_path))
    assert {path: path.lstat().st_ino for path in folder.rglob("*")} == before


@needs_wheels
@pytest.mark.parametrize("part", ["include", "lib/libmkldnn.so", "lib/libdnnl.so.2"])
def test_a_dangling_link_is_repaired(tmp_path, folder, part):
    provide_onednn(str(tmp_path))
    (folder / part).unlink()
    (folder / part).symlink_to(tmp_path / "a/deleted/virtual/environment")
    provide_onednn(str(tmp_path))
    assert all((folder / name).is_file() for name in PARTS)


def test_what_jittor_downloaded_is_left_alone(tmp_path, folder):
    make_complete(folder)
    before = contents(folder)
    provide_onednn(str(tmp_path))
    assert contents(folder) == before


def test_links_to_the_users_own_build_are_left_alone(tmp_path, folder):
    make_complete(tmp_path / "build")
    folder.mkdir(parents=True)
    for name in ("include", "lib"):
        (folder / name).symlink_to(tmp_path / "build" / name)
    before = contents(tmp_path)
    provide_onednn(str(tmp_path))
    assert contents(tmp_path) == before
    assert (folder / "lib").readlink() == tmp_path / "build/lib"


@needs_wheels
def test_what_is_missing_beside_the_users_own_is_added(tmp_path, folder):
    own = folder / "lib/libmkldnn.so"
    own.parent.mkdir(parents=True)
    own.write_text("the user's own")
    provide_onednn(str(tmp_path))
    assert own.read_text() == "the user's own"
    assert all((folder / part).is_file() for part in PARTS)


@needs_wheels
def test_all_links_of_a_deleted_environment_are_repaired(tmp_path, folder):
    (folder / "lib").mkdir(parents=True)
    for link in ("include", "lib/libmkldnn.so", "lib/libdnnl.so.2"):
        (folder / link).symlink_to(tmp_path / "a/deleted/virtual/environment")
    provide_onednn(str(tmp_path))
    assert all((folder / part).is_file() for part in PARTS)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package of three files, whatever pip would call it."""
    site = tmp_path / "lib/site-packages"
    library = tmp_path / "lib/libx.so.2"
    record = site / "own_package-1.0.dist-info/RECORD"
    record.parent.mkdir(parents=True)
    (record.parent / "METADATA").write_text("Metadata-Version: 2.1\nName: own-package\n")
    record.write_text("../oneapi/x.hpp,,\n../include/x.hpp,,\n../libx.so.2,,\n")
    for name in ("oneapi/x.hpp", "include/x.hpp", "libx.so.2"):
        (tmp_path / "lib" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "lib" / name).touch()
    monkeypatch.syspath_prepend(site)
    return library


def test_a_file_of_a_package_is_found_wherever_pip_put_it(package):
    assert onednn._file_of("own-package", "libx.so.2") == package
    header = onednn._file_of("own-package", "x.hpp")
    assert header == package.parent / "include/x.hpp"


def test_a_file_that_is_gone_or_never_was_is_not_found(package):
    assert onednn._file_of("own-package", "libx.so.3") is None
    assert onednn._file_of("no-such-package", "libx.so.2") is None
    package.unlink()
    assert onednn._file_of("own-package", "libx.so.2") is None


@pytest.mark.parametrize("value", ["0", ""])
def test_a_user_who_wants_none_gets_none(tmp_path, folder, monkeypatch, value):
    monkeypatch.setenv("use_mkl", value)
    provide_onednn(str(tmp_path))
    assert os.environ["use_mkl"] == value
    assert not folder.exists()


@needs_wheels
def test_a_user_who_wants_one_gets_that_of_the_wheels(tmp_path, folder, monkeypatch):
    monkeypatch.setenv("use_mkl", "1")
    provide_onednn(str(tmp_path))
    assert os.environ["use_mkl"] == "1"
    assert all((folder / part).is_file() for part in PARTS)


def link(home, start):
    start.wait()
    provide_onednn(str(home))


@needs_wheels
def test_processes_that_start_at_once_do_not_break_each_other(tmp_path, folder):
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    processes = [context.Process(target=link, args=(tmp_path, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert all((folder / part).is_file() for part in PARTS)
    assert len(list(folder.rglob(".*"))) == 0


def test_without_packages_it_does_without_and_says_what_to_install(
    tmp_path, folder, no_packages, capsys
):
    provide_onednn(str(tmp_path))
    assert os.environ["use_mkl"] == "0"
    assert not folder.exists()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    for words in ("Warning", "19 times slower", "pip install", "libdnnl-dev", "use_mkl=1"):
        assert words in said


def test_a_machine_that_jittor_has_no_onednn_for_does_without(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    provide_onednn(str(tmp_path))
    assert os.environ["use_mkl"] == "0"
    assert "19 times slower" in capsys.readouterr().err
    assert onednn.find(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_without_packages_jittor_downloads_its_own_if_the_user_asks_for_that(
    tmp_path, no_packages, monkeypatch, capsys
):
    monkeypatch.setenv("use_mkl", "1")
    provide_onednn(str(tmp_path))
    assert os.environ["use_mkl"] == "1"
    assert capsys.readouterr().err.startswith("Jittor is downloading")


def test_what_a_killed_process_with_the_same_id_left_does_no_harm(tmp_path, monkeypatch):
    monkeypatch.delenv("use_mkl", raising=False)
    folder = tmp_path / onednn.onednn_folder()
    folder.mkdir(parents=True)
    (folder / f".include.{os.getpid()}").symlink_to("/nowhere")
    provide_onednn(str(tmp_path))
    assert (folder / "include/dnnl.hpp").is_file()


def test_a_folder_in_place_of_a_link_is_named(tmp_path, folder):
    (folder / "include").mkdir(parents=True)
    with pytest.raises(UserError, match=r"dnnl_lnx.* is incomplete: delete it"):
        provide_onednn(str(tmp_path))
