"""The benchmarks of the demo run; what they measure is not tested.

Whole runs take minutes. Here the tables are made from one round.
"""

import importlib
import sys

import pytest


def run_main(monkeypatch, module, *arguments):
    monkeypatch.setattr(sys, "argv", [f"{module.__name__}.py", *arguments])
    module.main()


@pytest.mark.slow
@pytest.mark.process
def test_demo_latency_compares_the_demo_with_a_bare_app(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.demo_latency")
    run_main(monkeypatch, module, "--rounds=1", "--requests=2", "--clients", "2")
    output = capsys.readouterr().out
    rows = [line.split("|")[2].strip() for line in output.splitlines() if line[:3] == "| 2"]
    assert rows == ["requests/s", "p50, ms", "p95, ms", "failed"]
    assert "| 2 | failed | 0 | 0 | |" in output


@pytest.mark.slow
@pytest.mark.process
def test_cold_start_compares_a_space_with_a_bare_app(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.cold_start")
    run_main(monkeypatch, module, "--rounds=1", "--warm-ups=0")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[-2:]] == [
        "start to first page",
        "start to first picture",
    ]


@pytest.mark.slow
@pytest.mark.process
def test_a_short_soak_of_the_demo_fails_nowhere(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.soak")
    with pytest.raises(SystemExit) as ended:
        run_main(monkeypatch, module, "--calls=300", "--clients=16")
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0, lines
    assert lines[-1].startswith("| 300 | 0 |")


def test_strokes_compares_curves_with_the_outlines_before(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.strokes")
    run_main(monkeypatch, module, "--digits=22")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" pen ")[0] for line in lines if " pen " in line] == ["curves,"] * 3
    assert lines[-1].startswith("ms a number:")
