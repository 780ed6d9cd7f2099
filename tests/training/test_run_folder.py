"""The run folder: never overwritten, used by one process at a time, cut back to a checkpoint."""

import multiprocessing
import os

import pytest

from cgan.common.errors import BadValue, MissingFile, UserError
from cgan.training.run_folder import RunFolder
from tests.conftest import message


@pytest.fixture
def run(tmp_path):
    with RunFolder.create(tmp_path) as run:
        yield run


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    with RunFolder.create(tmp_path / "a/b") as run:
        assert run.samples.is_dir()
        assert run.sample(20) == tmp_path / "a/b/samples/20.png"


@pytest.mark.parametrize("name", ["config.json", "samples/0.png", ".hidden"])
def test_a_folder_with_any_file_is_left_alone(tmp_path, name):
    (tmp_path / "samples").mkdir()
    (tmp_path / name).write_text("mine")
    with pytest.raises(UserError, match="is already in use") as caught:
        RunFolder.create(tmp_path)
    # Only a run can be continued.
    assert ("--resume" in message(caught)) == (name == "config.json")
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(UserError, match="is already in use"):
        RunFolder.create(tmp_path / "run")


def try_to_create(path, answers):
    try:
        with RunFolder.create(path):
            answers.put("created")
    except UserError as error:
        answers.put(str(error))


def test_a_second_process_is_kept_out(tmp_path):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=try_to_create, args=(tmp_path, answers))
    with RunFolder.create(tmp_path):
        process.start()
        assert "Another process is training" in answers.get(timeout=60)
    process.join()


def test_reopening_clears_what_a_killed_process_left(tmp_path):
    with RunFolder.create(tmp_path) as run:
        (tmp_path / "config.json").write_text("{}")
        run.checkpoint.parent.mkdir()
        left = [
            tmp_path / ".model.safetensors.12.tmp",
            run.checkpoint.parent / ".last.safetensors.12.tmp",
        ]
        for path in left:
            path.write_text("half")
    run.samples.rmdir()  # somebody cleaned up
    with RunFolder.reopen(tmp_path):
        assert not any(path.exists() for path in left)
        assert run.samples.is_dir()


def test_there_must_be_a_run_to_reopen(tmp_path):
    with pytest.raises(MissingFile, match="There is no run in"):
        RunFolder.reopen(tmp_path / "nothing")


def test_weights_without_a_checkpoint_are_not_trained_over(tmp_path):
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(MissingFile, match="no checkpoint to continue from"):
        RunFolder.reopen(tmp_path)
    with pytest.raises(UserError, match=r"choose another folder with --out\.$"):
        RunFolder.create(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize("exists", [False, True])
def test_where_nothing_was_begun_nothing_is_left(tmp_path, exists):
    path = tmp_path / "run"
    if exists:
        path.mkdir()
    with RunFolder.create(path) as run:
        run.leave_nothing()
    assert path.exists() == exists
    assert not exists or not [*path.iterdir()]
    with RunFolder.create(path) as run:
        run.append_losses(1, 0, 0.25, 1.5)
        run.leave_nothing()
    assert run.losses_csv.exists()


def test_losses_come_back_as_they_were_written(run):
    assert run.read_losses() == []
    run.append_losses(1, 0, 0.25, 1.5)
    run.append_losses(50, 1, 1 / 3, 1e-9)
    assert run.read_losses() == [(1, 0, 0.25, 1.5), (50, 1, 0.333333, 1e-9)]
    assert run.losses_csv.read_text().splitlines()[0] == "step,epoch,d_loss,g_loss"


def test_a_row_cut_short_is_left_out(run):
    run.append_losses(1, 0, 0.25, 1.5)
    with open(run.losses_csv, "a") as file:
        file.write("50,1,0.3")
    assert run.read_losses() == [(1, 0, 0.25, 1.5)]


HEADER = "step,epoch,d_loss,g_loss\r\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a,b\n1,2\n", 1),
        ("\0\1\n", 1),
        ("step,epoch\n", 1),
        *(
            (f"{HEADER}1,0,0.5,0.5\r\n{row}\r\n", 3)
            for row in (
                "50,1",
                "50,1,0.5,0.5,0.5",
                "50,1,low,0.5",
                "50,1,nan,0.5",
                "50,1,0.5,inf",
                "50,1,0.5,1e39",
                "-50,1,0.5,0.5",
                "50,-1,0.5,0.5",
                "5.5,1,0.5,0.5",
                f"1{'0' * 400},1,0.5,0.5",
                "",
                '"50,1,0.5,0.5',
                "\xff",
            )
        ),
    ],
)
def test_an_edited_row_is_named(run, text, line):
    run.losses_csv.write_text(text, encoding="latin-1")
    with pytest.raises(BadValue, match=rf"losses\.csv is damaged in line {line}, ") as caught:
        run.read_losses()
    message(caught)


@pytest.mark.parametrize("text", ["", "step,ep", HEADER, HEADER.replace("\r", "")])
def test_losses_without_a_row_are_none(run, text):
    run.losses_csv.write_text(text, newline="")
    assert run.read_losses() == []
    run.forget_after(5)
    assert run.losses_csv.read_bytes() == HEADER.encode()


def make_huge(path):
    path.touch()
    os.truncate(path, 1 << 40)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, make_huge])
def test_losses_that_can_not_be_read_are_named(run, make):
    make(run.losses_csv)
    with pytest.raises(UserError, match=r"Could not read .*losses\.csv: "):
        run.read_losses()


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_sample_that_is_no_file_is_not_one(run, make):
    make(run.sample(100))
    run.forget_after(50)
    assert run.sample_paths() == []


def test_the_lock_follows_no_link_and_waits_for_no_pipe(tmp_path):
    (tmp_path / "mine").write_text("mine")
    lock = tmp_path / "run/.lock"
    lock.parent.mkdir()
    lock.symlink_to(tmp_path / "mine")
    with pytest.raises(UserError):
        RunFolder.create(tmp_path / "run")
    assert (tmp_path / "mine").read_text() == "mine"
    lock.unlink()
    os.mkfifo(lock)
    with RunFolder.create(tmp_path / "run"):
        pass


def test_what_came_after_the_checkpoint_is_forgotten_and_the_rest_kept_to_the_byte(run):
    for step in (1, 50):
        run.append_losses(step, 0, 1 / step, step / 7)
    kept = run.losses_csv.read_bytes()
    run.append_losses(100, 1, 0.5, 0.5)
    for step in (0, 50, 100):
        run.sample(step).write_bytes(b"png")
    run.forget_after(50)
    assert run.losses_csv.read_bytes() == kept
    assert run.sample_paths() == [run.sample(0), run.sample(50)]


def test_samples_are_in_order_of_steps_not_of_letters(run):
    for step in (1000, 0, 200, 90000):
        run.sample(step).write_bytes(b"png")
    assert [path.stem for path in run.sample_paths()] == ["0", "200", "1000", "90000"]
