"""How a command ends: with an exit code, and with one line where something is wrong."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cgan.common.command_line import Exit, Parser, ending, named_path, run
from cgan.common.errors import BadValue, UserError
from cgan.common.signals import Interrupted
from tests.conftest import ROOT, run_python


def raising(error):
    def main():
        raise error

    return main


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UserError("Wrong."), 2, "Error: Wrong.\n"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
        (Interrupted(signal.SIGTERM, "Saved."), 143, "Saved.\n"),
        (
            ModuleNotFoundError("No module named 'sklearn'", name="sklearn.datasets"),
            2,
            "Error: This needs the package scikit-learn: pip install '.[train]' in the clone.\n",
        ),
    ],
)
def test_what_ends_a_command_is_one_line_and_a_code(capsys, error, code, said):
    assert run(raising(error)) == code
    assert capsys.readouterr() == ("", said)


def test_a_name_that_no_file_can_have_is_told_in_a_line(capsys):
    for name in ("a" * 300, "a\nb" * 100):
        assert run(lambda name=name: Path(name).exists()) == 2
        shown = name.replace("\n", "\\n")
        said = capsys.readouterr().err
        assert said == f"Error: {shown} can't be used: File name too long. Choose another.\n"


def test_an_error_of_the_system_that_is_about_no_file_is_told_in_a_line(capsys):
    assert run(raising(OSError(28, "No space left on device"))) == 2
    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert "No space left on device" in said
    assert said.count("\n") == 1


def test_an_error_that_is_not_the_systems_is_ours():
    with pytest.raises(OSError, match="broken"):
        run(raising(OSError("broken")))


def test_a_command_that_returns_has_succeeded(capsys):
    assert run(lambda: None) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("code", [0, None])
def test_a_library_that_exits_is_not_a_success(capsys, code):
    assert run(lambda: sys.exit(code)) == 1
    assert capsys.readouterr().err.startswith("Error: A library ended the program early")


# Needs a new process so many times, with something in the environment that isn't for the next one.
STARTS = """
import os, sys
from pathlib import Path
from cgan.common.command_line import run
from cgan.common.errors import NeedsNewProcess

def main():
    with open("starts", "a") as file:
        print(os.getpid(), sys.argv[1:], os.environ.get("NEW"), file=file)
    print("begun")
    os.environ["NEW"] = "set"
    if len(Path("starts").read_text().splitlines()) <= {}:
        raise NeedsNewProcess("Start it again.")

sys.exit(run(main, whole_process={}))
"""


@pytest.mark.parametrize(
    ("times", "whole", "code", "starts"),
    [(1, True, 0, 2), (9, True, 2, 2), (1, False, 2, 1)],
)
def test_a_command_starts_again_once_where_a_library_needs_that(
    tmp_path, times, whole, code, starts
):
    result = run_python("-c", STARTS.format(times, whole), "a b", "$c", cwd=tmp_path)
    assert result.returncode == code, result.stderr
    lines = (tmp_path / "starts").read_text().splitlines()
    assert len(lines) == starts
    assert result.stdout == starts * "begun\n"
    assert {line.partition(" ")[2] for line in lines} == {"['a b', '$c'] None"}
    assert len({line.partition(" ")[0] for line in lines}) == 1  # it is replaced, not added to
    assert result.stderr.endswith("Error: Start it again.\n") == (code == 2)


def test_it_starts_again_with_other_arguments_where_those_go_on(tmp_path):
    starts = STARTS.format(1, True)
    asked = """
        error = NeedsNewProcess("Start it again.")
        error.arguments = ["go on"]
        raise error
"""
    starts = starts.replace('        raise NeedsNewProcess("Start it again.")\n', asked)
    result = run_python("-c", starts, "a b", "$c", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    lines = (tmp_path / "starts").read_text().splitlines()
    assert [line.partition(" ")[2] for line in lines] == ["['a b', '$c'] None", "['go on'] None"]


@pytest.mark.parametrize("code", [3, "why"])
def test_a_library_that_fails_has_failed(code):
    with pytest.raises(SystemExit) as caught:
        run(lambda: sys.exit(code))
    assert caught.value.code == code


@pytest.mark.parametrize("code", [0, 1])
def test_our_own_exit_is_as_it_says(code):
    with pytest.raises(SystemExit) as caught:
        run(raising(Exit(code)))
    assert caught.value.code == code


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["--nonsense"], 2)])
def test_help_is_a_success_and_a_bad_option_is_not(capsys, arguments, code):
    with pytest.raises(SystemExit) as caught:
        run(lambda: Parser(prog="x").parse_args(arguments))
    assert caught.value.code == code
    output, error = capsys.readouterr()
    assert bool(output) == (code == 0)
    assert error.count("\n") == (code != 0)


@pytest.mark.parametrize(
    ("arguments", "hinted"),
    [
        (["go", "1", "--nonsense"], False),
        (["go", "1", "--size"], False),
        (["go", "1", "2"], True),
        (["go"], True),
        (["go", "-1-2"], True),
        (["go", "1", "a\nb"], True),
    ],
)
def test_what_is_wrong_with_a_command_is_told_by_its_own_parser(capsys, arguments, hinted):
    parser = Parser(prog="x")
    command = parser.add_subparsers().add_parser("go", hint="try so")
    command.add_argument("number")
    command.add_option("size")
    with pytest.raises(SystemExit) as caught:
        run(lambda: parser.parse_args(arguments))
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("x go: ")
    assert error.endswith("(see x go --help)\n")
    assert error.count("\n") == 1
    assert ("try so" in error) == hinted


@pytest.mark.parametrize("error", [ModuleNotFoundError(name="no_such_module"), RuntimeError()])
def test_our_own_faults_are_not_hidden(error):
    with pytest.raises(type(error)):
        run(raising(error))


@pytest.mark.parametrize("spelling", ["--some_name", "--some-name"])
def test_an_option_has_two_spellings(spelling):
    parser = Parser()
    parser.add_option("some_name")
    assert parser.parse_args([spelling, "x"]).some_name == "x"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_pipe_ends_the_printing_and_not_the_program(stream, tmp_path):
    program = f"""
import sys
from cgan.common.command_line import run
def main():
    for line in range(5000):
        print(line, "x" * 100, file=sys.{stream})
    open("done", "w").close()
sys.exit(run(main))
"""
    command = [sys.executable, "-c", program]
    reader, writer = os.pipe()
    other = "stdout" if stream == "stderr" else "stderr"
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        **{stream: writer, other: subprocess.PIPE},
    ) as process:
        os.close(writer)
        os.read(reader, 100)
        os.close(reader)
        said = getattr(process, other).read()
    assert (process.returncode, said) == (0, b"")
    assert (tmp_path / "done").exists()


PRINTS = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from cgan.common.command_line import run
def main():
    print("result")
    print("note", file=sys.stderr)
    open("done", "w").close()
sys.exit(run(main))
"""


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        (
            ">/dev/full",
            2,
            "note\nError: The output could not be written: No space left on device.\n",
        ),
        ("2>/dev/full", 0, "result\n"),
        (">&-", 0, "note\n"),
        ("2>&-", 0, "result\n"),
        (">&- 2>&-", 0, ""),
    ],
)
def test_output_that_can_not_be_written_is_told_and_ends_nothing(tmp_path, redirection, code, said):
    found = subprocess.run(
        ["sh", "-c", f'"$0" -c "$1" {redirection}', sys.executable, PRINTS],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (found.returncode, found.stdout + found.stderr) == (code, said)
    assert (tmp_path / "done").exists()


def test_help_that_can_not_be_written_is_told():
    found = subprocess.run(
        ["sh", "-c", '"$0" -m cgan --help >/dev/full', sys.executable],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 2
    assert found.stderr.startswith("Error: The output could not be written: ")


def test_what_the_output_has_no_characters_for_is_escaped(tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", PRINTS.replace('"result"', '"数 é"')],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
    )
    assert (found.returncode, found.stdout) == (0, b"\\u6570 \xe9\n")
    assert found.stderr == b"note\n"


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_path_is_refused(capsys, text):
    parser = Parser(prog="x")
    parser.add_option("out", type=named_path)
    assert parser.parse_args(["--out", "a b"]).out == Path("a b")
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["--out", text])
    assert caught.value.code == 2
    assert "--out: it is empty" in capsys.readouterr().err


def test_a_hyphen_is_no_path(capsys):
    """Other programs write to standard output then; here it would be a file of that name."""
    parser = Parser(prog="x")
    parser.add_argument("-o", "--out", type=named_path)
    assert parser.parse_args(["-o", "./-"]).out == Path("-")
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["-o", "-"])
    assert caught.value.code == 2
    assert "--out: - is no file" in capsys.readouterr().err


def test_an_ending_is_no_name():
    endings = {"a/b.SVG": ".svg", "b": "", ".hidden.png": ".png", "a.b/c": "", "..": "", ".a-b": ""}
    assert {name: ending(Path(name)) for name in endings} == endings
    with pytest.raises(BadValue, match="is an ending without a name"):
        ending(Path("a/.svg"))
