"""The folder for temporary files: private, gone however the process ends, or a sentence."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cgan.common.errors import MissingFile, UserError
from demo.serve import temporary
from tests.conftest import ROOT

# Keeps a file, says where, and then does what its argument says.
KEEPS_A_FILE = """
import os, shutil, sys, time
from pathlib import Path
from cgan.common.command_line import run
from demo.serve import process, temporary

def keep():
    process.share_arenas()
    temporary.make_folder()
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    (folder / "picture.png").touch()
    print(folder, oct(folder.stat().st_mode & 0o777), flush=True)
    exec(sys.argv[1])

process.stop_in_order()
sys.exit(run(keep))
"""
WAIT = "time.sleep(60)"
NOBODY = 65534


def start(folder, then, command=()):
    """Start such a process; return it, its folder and the folder's mode."""
    started = subprocess.Popen(
        [*command, sys.executable, "-c", KEEPS_A_FILE, then],
        cwd=ROOT,
        env=os.environ | {"GRADIO_TEMP_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    place, mode = started.stdout.readline().split()
    return started, Path(place), mode


@pytest.fixture
def started():
    """A function that starts one; all are ended after the test."""
    with contextlib.ExitStack() as stack:

        def start_one(*arguments, **options):
            process, *rest = start(*arguments, **options)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process, *rest

        yield start_one


def test_the_folder_is_private_and_deleted_at_the_end(started, tmp_path):
    parent = tmp_path / "new" / "parent"
    process, folder, mode = started(parent, "")
    process.wait(20)
    assert str(folder).startswith(f"{parent}/cgan-demo-")
    assert mode == "0o700"
    assert list(parent.iterdir()) == []


def test_signals_end_it_in_order_and_a_second_one_does_not_interrupt_that(started, tmp_path):
    cleans_up_slowly = f"""
try:
    print("waiting", flush=True)
    {WAIT}
finally:
    print("cleaning", flush=True)
    time.sleep(0.3)
"""
    numbers = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1]
    processes = [started(tmp_path, cleans_up_slowly)[0] for _ in numbers]
    for process, number in zip(processes, numbers, strict=True):
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(number)
        assert process.stdout.readline() == "cleaning\n"
        for again in numbers:
            process.send_signal(again)
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert (process.returncode, said) == (130, "Stopped.\n")
    assert list(tmp_path.iterdir()) == []


def test_nohup_keeps_it_running_when_the_terminal_is_closed(started, tmp_path):
    process, _, _ = started(tmp_path, WAIT, command=["nohup"])
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    # The one that is not ignored ended it.
    process.communicate(timeout=120)
    assert process.returncode == 130


def test_a_start_deletes_what_killed_processes_left_and_nothing_else(started, tmp_path):
    killed, left, _ = started(tmp_path, WAIT)
    _, in_use, _ = started(tmp_path, WAIT)
    others = tmp_path / "cgan-demo-notes"
    others.mkdir()
    (others / "note").touch()
    (tmp_path / "cgan-demo-link").symlink_to(in_use)
    linked = tmp_path / "cgan-demo-linked"
    linked.mkdir()
    (linked / ".lock").symlink_to(others / "note")
    foreign = tmp_path / "cgan-demo-foreign"
    foreign.mkdir()
    (foreign / ".lock").touch()
    if os.geteuid() == 0:
        os.chown(foreign, NOBODY, NOBODY)
    else:  # nobody else's folder can be made
        foreign = others
    killed.kill()
    killed.wait(20)
    assert (left / "picture.png").exists()
    _, new, _ = started(tmp_path, WAIT)
    assert not left.exists()
    kept = {in_use, new, others, linked, foreign, tmp_path / "cgan-demo-link"}
    assert {*tmp_path.iterdir()} == kept
    assert (in_use / "picture.png").exists()
    assert (others / "note").exists()


def test_a_folder_that_was_deleted_is_private_when_it_is_made_again(started, tmp_path):
    """By us or by Gradio; and what is in it then is found by the next start, too."""
    deleted = """
shutil.rmtree(folder)
temporary.keep_private()
print(oct(folder.stat().st_mode & 0o777), flush=True)
shutil.rmtree(folder)
folder.mkdir()
(folder / "picture.png").touch()
temporary.keep_private()
print(oct(folder.stat().st_mode & 0o777), flush=True)
time.sleep(60)
"""
    process, folder, _ = started(tmp_path, deleted)
    assert [process.stdout.readline() for _ in range(2)] == ["0o700\n", "0o700\n"]
    started(tmp_path, WAIT)
    assert folder.exists()
    process.kill()
    process.wait(20)
    started(tmp_path, WAIT)
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    with pytest.raises(UserError, match=r"Not a directory\. Set GRADIO_TEMP_DIR"):
        temporary.make_folder()


@contextlib.contextmanager
def nothing_can_be_written():
    """No file may have a single byte, pytest's own log neither: Python finds no folder."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_no_folder_for_temporary_files_is_said_in_a_sentence(monkeypatch):
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    sentence = "set GRADIO_TEMP_DIR to one that can"
    with pytest.raises(MissingFile, match=sentence), nothing_can_be_written():
        temporary.make_folder()
