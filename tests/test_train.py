"""The command line of train.py, as far as it needs no training."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import train
from cgan.training.options import TrainingOptions
from cgan.training.recipes import RECIPES

ROOT = Path(__file__).parent.parent
ARTICLE = {
    "n_epochs": 100,
    "batch_size": 64,
    "lr": 0.0002,
    "b1": 0.5,
    "b2": 0.999,
    "n_cpu": 8,
    "latent_dim": 100,
    "img_size": 32,
    "sample_interval": 1000,
}


def test_the_articles_options_have_its_defaults():
    defaults = TrainingOptions().to_dict()
    assert {name: defaults[name] for name in ARTICLE} == ARTICLE


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


@pytest.mark.parametrize("separator", ["_", "-"])
def test_options_may_be_written_with_hyphens_or_underscores(separator):
    name = "--" + "sample_interval".replace("_", separator)
    assert vars(train.parse([name, "7"]))["sample_interval"] == 7


def test_every_option_is_in_the_help(capsys):
    with pytest.raises(SystemExit) as stop:
        train.parse(["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    for name in TrainingOptions().to_dict() | dict.fromkeys(
        (
            "recipe",
            "data_dir",
            "out",
            "resume",
            "max_steps",
            "evaluate",
            "device",
            "dry_run",
            "push_to_hub",
            "quiet",
        )
    ):
        assert f"--{name}" in shown


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
