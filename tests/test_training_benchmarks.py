"""The benchmarks of training and of Jittor run; what they measure is not tested.

Whole runs take minutes, most of them for warming up. Here each contestant trains one step, and
the tables are made from a few rounds.
"""

import runpy
import subprocess
import sys
import types

import pytest

from tests import mpi
from tests.conftest import ROOT

FOLDER = ROOT / "benchmarks"


def measured(script, *options):
    """Run a benchmark; return what it prints."""
    result = subprocess.run(
        [sys.executable, FOLDER / script, *options],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "worker",
    [["step_ours.py", "conv"], ["step_conv_plain.py"]],
    ids=" ".join,
)
def test_the_contestants_of_the_convolutional_networks_train(monkeypatch, worker):
    """The protocol with train_speed.py is that of the test below."""
    steps = []

    def serve(step, finish):
        step()
        finish()
        steps.append(step)

    monkeypatch.setitem(
        sys.modules, "rounds", types.SimpleNamespace(serve=serve, device=lambda: "cpu")
    )
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(sys, "argv", worker)
    runpy.run_path(str(FOLDER / worker[0]), run_name="__main__")
    assert len(steps) == 1


@pytest.mark.slow
def test_train_speed_compares_us_with_jittor_as_others_use_it():
    options = ("--rounds=2", "--steps=2", "--threads=1", "--torch-python=none")
    printed = measured("train_speed.py", *options)
    lines = [line for line in printed.splitlines() if line.startswith(("ours", "article"))]
    assert len(lines) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "multiplies"), [("mlp", "products of matrices"), ("conv", "convolutions")]
)
def test_step_parts_shows_where_the_time_of_a_step_goes(architecture, multiplies):
    options = (f"--arch={architecture}", "--steps=2", "--warm-up=1", "--threads=1")
    lines = measured("step_parts.py", *options).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith(architecture))
    step = float(lines[first].split(":")[1].split()[0])
    rows = lines[first + 2 : -1]
    parts = [float(row.split("%")[0].split()[-2]) for row in rows]
    assert sum(parts) == pytest.approx(step, abs=0.1 * len(parts))
    fast = next(row for row in rows if row.startswith(multiplies))
    assert float(fast.split()[-1]) > 1
    assert lines[-1].split(" GFLOP")[0].replace(".", "").isdigit()


@pytest.mark.slow
def test_ranks_speed_compares_two_processes_with_one():
    mpi.command(2)  # without OpenMPI, there is nothing to compare
    printed = measured("ranks_speed.py", "--rounds=2", "--steps=2")
    assert "1 process, " in printed
    assert "2 processes, " in printed
    assert "several / one: " in printed


def test_a_hand_and_a_number_with_marks_are_timed():
    printed = measured("hand.py", "--rounds=3")
    lines = printed.splitlines()
    begin = ["a hand from one digit", "a hand from ten digits", "a number with marks"]
    begin += ["a number as before", "ratio"]
    assert len(lines) == len(begin)
    assert all(line.startswith(words) for line, words in zip(lines, begin, strict=True))


def test_write_speed_compares_numpy_with_jittor_and_onnxruntime():
    printed = measured("write_speed.py", "--rounds=3", "--parts")
    lines = [line for line in printed.splitlines() if " ms (least " in line]
    assert [line.split()[0] for line in lines] == ["NumPy", "Jittor", "onnxruntime"]
    assert "NumPy / Jittor: " in printed
    assert "  transposed_convolution\n" in printed
    assert "  ConvTranspose\n" in printed
