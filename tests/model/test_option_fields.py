"""One field is all that an option needs: a toy one is on the command line, checked and recorded."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cgan.common.command_line import Parser
from cgan.common.errors import BadValue
from cgan.model.option_fields import (
    add_to,
    check_needs,
    check_values,
    option,
    options_of,
    shown,
)
from cgan.training.options import TrainingOptions
from tests.conftest import message


@dataclass(frozen=True)
class WithSwirl(TrainingOptions):
    """The training options and a new one, which only this test knows."""

    swirl: int = option(3, "how much the digits swirl", at_least=1, less_than=9, because="so")
    swirl_interval: float = option(0.5, "epochs between swirls", decides_weights=False)


def parse(options_class, *arguments):
    parser = Parser(prog="prog")
    known = getattr(options_class, "known", lambda: options_of(options_class))
    add_to(parser, known().values())
    return vars(parser.parse_args(arguments))


def test_a_new_option_is_on_the_command_line_in_either_spelling():
    assert parse(WithSwirl, "--swirl=5", "--swirl-interval=2") == {
        "swirl": 5,
        "swirl_interval": 2.0,
    }
    assert parse(WithSwirl, "--swirl_interval=2") == {"swirl_interval": 2.0}


def test_a_new_option_is_in_the_help(capsys):
    with pytest.raises(SystemExit):
        parse(WithSwirl, "--help")
    assert "how much the digits swirl (default 3)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("value", [0, 9, 2.5, "2", None, True])
def test_a_new_option_is_checked(value):
    with pytest.raises(BadValue, match=r"^--swirl must be "):
        WithSwirl(swirl=value)


def test_the_reason_for_a_bound_is_said():
    with pytest.raises(BadValue) as caught:
        WithSwirl(swirl=9)
    assert message(caught) == "--swirl must be at least 1 and less than 9, not 9: so."


def test_a_new_option_is_in_the_record_and_old_records_get_its_default():
    options = WithSwirl(swirl=4, seed=1)
    record = options.to_dict()
    assert record["swirl"] == 4
    assert list(record)[: len(TrainingOptions().to_dict())] == list(TrainingOptions().to_dict())
    assert WithSwirl.from_dict(record) == options
    assert WithSwirl.from_dict(TrainingOptions(seed=1).to_dict()) == replace(options, swirl=3)


def test_a_new_option_is_kept_or_changed_by_resume():
    run = WithSwirl(swirl=4)
    assert run.resumed({"swirl": 4, "swirl_interval": 2.0}) == replace(run, swirl_interval=2.0)
    with pytest.raises(BadValue, match="--swirl is 4 there, not 5"):
        run.resumed({"swirl": 5})


def test_what_resume_changes_is_checked():
    with pytest.raises(BadValue, match="--checkpoint_interval must be at least 1, not 0"):
        TrainingOptions().resumed({"checkpoint_interval": 0})


@dataclass(frozen=True)
class EveryType:
    """An option of each type."""

    whole: int = option(1, "a whole number")
    real: float = option(0.5, "a number", greater_than=0)
    text: str = option("a", "one of two", choices=("a", "b"))
    switch: bool = option(False, "a flag")
    path: Path | None = option(None, "a path")  # noqa: RUF009
    several: tuple[int, ...] | None = option(None, "some numbers", at_most=5)
    dependent: int = option(0, "needs the flag", needs="switch")


def test_every_type_is_read():
    arguments = "--whole=7 --real=1e-3 --text=b --switch --path=x/y --several=1,2 --dependent=1"
    values = parse(EveryType, *arguments.split())
    assert values == {
        "whole": 7,
        "real": 0.001,
        "text": "b",
        "switch": True,
        "path": Path("x/y"),
        "several": (1, 2),
        "dependent": 1,
    }
    check_values(EveryType(**values))
    check_needs(EveryType(**values))


@pytest.mark.parametrize(
    "argument", ["--whole=1.5", "--real=x", "--text=c", "--several=1,x", "--several=", "--swi"]
)
def test_what_cannot_be_read_is_refused_in_one_line(capsys, argument):
    with pytest.raises(SystemExit) as stop:
        parse(EveryType, argument)
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("whole", [None, True, 1.0, "1"]),
        ("real", [None, "1", True, float("nan"), float("inf"), 0, -1.0]),
        ("text", [None, "c", 1]),
        ("switch", [None, 1, "yes"]),
        ("path", ["x"]),
        ("several", [(1, True), (1.0,), (6,), 1]),
    ],
)
def test_every_type_is_checked(name, values):
    for value in values:
        with pytest.raises(BadValue) as caught:
            check_values(EveryType(**{name: value}))
        assert message(caught).startswith(f"--{name} must be ")


def test_what_is_needed_must_be_there():
    with pytest.raises(BadValue, match="--dependent needs --switch"):
        check_needs(EveryType(dependent=1))


def test_values_are_shown_as_they_are_given():
    assert [shown(value) for value in (None, True, (1, 2), 0.5)] == ["not set", "on", "1,2", "0.5"]
