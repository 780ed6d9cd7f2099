"""The benchmarks run; what they measure is not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
@pytest.mark.parametrize(("arch", "other"), [("mlp", "article"), ("conv", "Jittor's")])
def test_train_speed_compares_us_with_jittor_as_others_use_it(arch, other):
    options = (f"--arch={arch}", "--rounds=2", "--steps=2")
    result = subprocess.run(
        [sys.executable, ROOT / "benchmarks/train_speed.py", *options],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if line.startswith(("ours", other))]
    assert len(lines) == 2


@pytest.mark.slow
def test_demo_latency_compares_the_demo_with_a_bare_app():
    options = ("--rounds=1", "--requests=2", "--clients", "2")
    result = subprocess.run(
        [sys.executable, ROOT / "benchmarks/demo_latency.py", *options],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    rows = [line.split("|")[2].strip() for line in result.stdout.splitlines() if line[:3] == "| 2"]
    assert rows == ["requests/s", "p50, ms", "p95, ms", "failed"]
    assert "| 2 | failed | 0 | 0 | |" in result.stdout


@pytest.mark.slow
def test_cold_start_compares_a_space_with_a_bare_app():
    result = subprocess.run(
        [sys.executable, ROOT / "benchmarks/cold_start.py", "--rounds=1"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line.split("|")[1].strip() for line in lines[-2:]] == [
        "start to first page",
        "start to first picture",
    ]


def test_write_speed_compares_numpy_with_jittor():
    result = subprocess.run(
        [sys.executable, ROOT / "benchmarks/write_speed.py", "--rounds=3"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if " ms (least " in line]
    assert [line.split()[0] for line in lines] == ["NumPy", "Jittor"]
    assert "NumPy / Jittor: " in result.stdout
