"""The script for a GPU machine, as far as it gets without one: what it refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks/gpu.sh"


def gpu_sh(*arguments, **environment):
    return subprocess.run(
        ["bash", SCRIPT, *arguments],
        env=os.environ | {"PYTHON": sys.executable} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ((), {}, "name what to do: 'prepare [PYTHON_VERSION]' or 'run [DATA]'."),
        (("train",), {}, "name what to do: 'prepare [PYTHON_VERSION]' or 'run [DATA]'."),
        (("prepare", "3.13"), {}, "a Python version from 3.10 to 3.12, as Jittor does, not '3.13'"),
        (("prepare", "3.12", "3.11"), {}, "prepare takes one Python version."),
        (("run", "a", "b"), {}, "run takes one folder, that of the IDX files."),
        (("run", "/nowhere"), {}, "/nowhere has no train-images-idx3-ubyte: name the folder"),
        (("run",), {"DEVICE": "tpu"}, "DEVICE must be cuda or cpu, not 'tpu'."),
        (("run",), {"STEPS": "many"}, "STEPS must be a whole number, not 'many'."),
        (("run",), {"LIMIT": "0"}, "LIMIT must be seconds, 10 or more, not '0'."),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(arguments, environment, said):
    result = gpu_sh(*arguments, **environment)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("gpu.sh: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_it_is_valid_bash():
    assert subprocess.run(["bash", "-n", SCRIPT], timeout=60).returncode == 0
