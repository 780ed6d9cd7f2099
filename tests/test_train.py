"""The command line of train.py, where nothing is trained."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import train
from cgan.model.option_fields import option, options_of
from cgan.training.options import Execution, TrainingOptions
from cgan.training.recipes import RECIPES
from tests.conftest import run_python

ROOT = Path(__file__).parent.parent


def dry_run(capsys, *arguments):
    assert train.main(["--dry-run", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_recipe_sets_what_is_not_given(capsys):
    assert dry_run(capsys, "--recipe=article") == dry_run(capsys)
    settings = dry_run(capsys, "--recipe=best", "--lr=0.5", "--g-widths=12,10,8,6")
    assert settings["architecture"] == "conv"
    assert settings["widths"] == [12, 10, 8, 6]
    assert settings["training"]["ema"] == RECIPES["best"]["ema"]
    assert settings["training"]["lr"] == 0.5


def test_bundled_digits_need_no_folder(capsys):
    settings = dry_run(capsys, "--dataset=digits", f"--data-dir={'a' * 300}")
    assert settings["training"]["dataset"] == "digits"


def test_a_misspelt_folder_of_data_is_no_wish_to_download(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for mode in ([], ["--resume=run"], ["--add-encoder=run"]):
        assert train.main([*mode, "--data-dir=my-digit"]) == 2
        assert capsys.readouterr().err == (
            "Error: There is no folder my-digit: say where the data are with --data-dir, or have "
            "MNIST downloaded into it with --dataset mnist.\n"
        )
    # There, and into the default one, it is downloaded.
    assert dry_run(capsys, "--data-dir=new", "--dataset=mnist") == dry_run(capsys)
    assert dry_run(capsys, "--data-dir=data") == dry_run(capsys)


@pytest.mark.parametrize("separator", ["_", "-"])
def test_options_may_be_written_with_hyphens_or_underscores(separator):
    name = "--" + "sample_interval".replace("_", separator)
    assert vars(train.parse([name, "7"]))["sample_interval"] == 7


def test_every_option_is_in_the_help(capsys):
    with pytest.raises(SystemExit) as stop:
        train.parse(["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    others = ("recipe", "out", "resume", "push_to_hub", "dry_run")
    for name in (*TrainingOptions.known(), *options_of(Execution), *others):
        assert f"--{name}" in shown


def test_a_new_option_of_how_to_run_is_on_the_command_line(monkeypatch):
    @dataclass(frozen=True)
    class WithNoise(Execution):
        noise: int = option(1, "how loud it is")

    monkeypatch.setattr(train, "Execution", WithNoise)
    assert train.parse(["--noise=3", "--quiet"]).noise == 3


def test_the_arguments_that_continue_a_run_are_those_of_the_command_line():
    execution = Execution(max_steps=9, device="cpu", evaluate=True, push_to_hub="ann/x")
    values = train.parse(execution.resume_arguments(Path("-run")))
    assert (values.resume, values.max_steps, values.device) == (Path("-run"), 9, "cpu")
    assert (values.evaluate, values.push_to_hub) == (True, "ann/x")


def test_a_dry_run_prints_the_settings_and_touches_nothing(tmp_path):
    result = subprocess.run(
        [
            sys.executable,
            "-X",
            "importtime",
            ROOT / "train.py",
            "--dry-run",
            "--n-epochs=7",
            "--number=007",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    settings = json.loads(result.stdout)
    assert settings["training"]["n_epochs"] == 7
    assert settings["training"]["number"] == "007"
    assert settings["latent_dim"] == 100
    assert "jittor_core" not in result.stderr
    assert list(tmp_path.iterdir()) == []


# Runs each program as Python does, one after the other.
HELP = """
import runpy, sys
for program in sys.argv[1:]:
    sys.argv = [program, "--help"]
    sys.path[0] = program.rpartition("/")[0]
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as stop:
        if stop.code:
            raise RuntimeError(program) from stop
    else:
        raise RuntimeError(program)
"""


def test_every_program_runs_without_docstrings(tmp_path):
    paths = [ROOT / "train.py", ROOT / "demo/app.py", ROOT / "cgan/__main__.py"]
    paths += [path for path in ROOT.glob("benchmarks/*.py") if "ArgumentParser" in path.read_text()]
    result = run_python("-OO", "-c", HELP, *map(str, paths), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("usage: ") == len(paths)
