"""The benchmark runs; what it measures is not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_train_speed_compares_us_with_the_articles_script():
    result = subprocess.run(
        [sys.executable, ROOT / "benchmarks/train_speed.py", "--rounds=2", "--steps=2"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if line.startswith(("ours", "article"))]
    assert len(lines) == 2
