"""A missing compiler, missing headers or a strange path are named before Jittor meets them."""

import os
import pwd
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from cgan.backend.toolchain import check_compiler, check_paths, provide_python_headers
from cgan.common.errors import UserError
from tests.conftest import ROOT, message, run_python


@pytest.fixture
def empty_path(tmp_path, monkeypatch):
    """A PATH with one folder, which holds nothing yet."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("cc_path", raising=False)
    return tmp_path


def program(folder, name):
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_no_compiler_is_a_sentence_with_the_package(empty_path):
    with pytest.raises(UserError) as caught:
        check_compiler()
    assert message(caught) == (
        "Jittor compiles its operators with g++, which is not installed: "
        "on Debian or Ubuntu, sudo apt-get install g++."
    )


def test_a_compiler_that_may_not_be_executed_counts_as_none(empty_path):
    program(empty_path, "g++").chmod(0o644)
    with pytest.raises(UserError, match=r"g\+\+, which is not installed"):
        check_compiler()


def test_a_compiler_on_the_path_will_do(empty_path):
    program(empty_path, "g++")
    check_compiler()


def test_the_users_compiler_is_taken_as_it_is(empty_path, monkeypatch):
    monkeypatch.setenv("cc_path", str(program(empty_path, "my-compiler")))
    check_compiler()
    assert os.environ["cc_path"] == str(empty_path / "my-compiler")


def test_a_compiler_variable_that_points_nowhere_is_named(empty_path, monkeypatch):
    program(empty_path, "g++")
    monkeypatch.setenv("cc_path", "/nowhere/g++")
    with pytest.raises(UserError, match=r"'/nowhere/g\+\+', named by .*cc_path") as caught:
        check_compiler()
    assert message(caught).endswith("correct the variable or unset it.")


def test_headers_are_found_here(monkeypatch):
    monkeypatch.setenv("python_config_path", "")  # so that what is set is undone afterwards
    monkeypatch.delenv("python_config_path")
    provide_python_headers()
    configured = os.environ.get("python_config_path")
    assert configured is None or os.access(configured, os.X_OK)


def config_of_python_3_99(folder, *made):
    """Return what is said about a Python 3.99 in folder/venv whose base is folder/base.

    No machine has a python3.99-config in /usr/bin, where those of this version may be.
    """
    for path in made:
        (folder / path).parent.mkdir(parents=True)
        program(folder, path)
    code = (
        "import os, sys, types\n"
        "from cgan.common.errors import UserError\n"
        "from cgan.backend.toolchain import provide_python_headers\n"
        "os.environ.pop('python_config_path', None)\n"
        "sys.version_info = types.SimpleNamespace(minor=99)\n"
        "sys.executable, sys.base_prefix = 'venv/bin/python', 'base'\n"
        "try:\n    provide_python_headers()\n"
        "except UserError as error:\n    print(error)\n"
        "else:\n    print(os.environ.get('python_config_path'))\n"
    )
    result = run_python("-c", code, cwd=folder)
    assert result.stderr == ""
    return result.stdout.removesuffix("\n")


def test_the_base_interpreters_config_is_named_to_jittor(tmp_path):
    said = config_of_python_3_99(tmp_path, "base/bin/python3.99-config")
    assert said == "base/bin/python3.99-config"


@pytest.mark.parametrize("name", ["python3.99-config", "python-config", "python3-config"])
def test_a_config_that_jittor_finds_itself_is_not_named_to_it(tmp_path, name):
    said = config_of_python_3_99(tmp_path, f"venv/bin/{name}", "base/bin/python3.99-config")
    assert said == "None"


def test_headers_without_a_config_are_a_sentence_with_the_package(tmp_path):
    said = config_of_python_3_99(tmp_path, "base/bin/python3.98-config")
    assert said.startswith("Jittor needs the headers of Python 3.99 ")
    assert said.endswith("sudo apt-get install python3.99-dev.")


def test_the_users_python_config_is_left_alone(monkeypatch):
    monkeypatch.setenv("python_config_path", "/mine/python3-config")
    provide_python_headers()
    assert os.environ["python_config_path"] == "/mine/python3-config"


def test_no_headers_is_a_sentence_with_the_package(monkeypatch, tmp_path):
    # An installed Python.h can't be taken away for a test: it is looked for elsewhere instead.
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(UserError) as caught:
        provide_python_headers()
    version = f"python3.{sys.version_info.minor}-dev"
    assert message(caught).endswith(f"sudo apt-get install {version}.")


def test_training_without_a_compiler_ends_in_one_sentence(tmp_path):
    (tmp_path / "bin").mkdir()
    result = run_python(
        "-c",
        "import sys, train; sys.exit(train.main(['--dataset', 'digits', '--quiet']))",
        cwd=tmp_path,
        PATH=str(tmp_path / "bin"),
        cc_path="",
    )
    assert result.returncode == 2
    assert result.stderr.startswith("Error: Jittor compiles its operators with g++")
    assert result.stderr.count("\n") == 1


def test_an_environment_in_a_folder_with_a_space_is_a_sentence_before_anything_is_compiled(
    tmp_path,
):
    (tmp_path / "a b").symlink_to(sys.prefix)
    result = subprocess.run(
        [
            tmp_path / "a b/bin" / Path(sys.executable).name,
            ROOT / "train.py",
            *("--dataset=digits", "--quiet", f"--out={tmp_path / 'run'}"),
        ],
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith(
        f"Error: Jittor can't compile with a space in a path, as in {tmp_path}/a b/"
    )
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / ".cache").exists()


@pytest.mark.parametrize("character", "\t\n\"$&'();<>\\`|")
def test_what_a_shell_takes_for_itself_is_refused_wherever_it_is(tmp_path, monkeypatch, character):
    for place in ("python", "home", "compiler"):
        with monkeypatch.context() as patch:
            folder = tmp_path / f"a{character}b"
            if place == "python":
                patch.setattr(sys, "executable", str(folder / "bin/python"))
            elif place == "home":
                patch.setenv("HOME", str(folder))
            else:
                patch.setenv("cc_path", str(folder / "g++"))
            with pytest.raises(
                UserError, match=r"^Jittor can't compile with .* in a path"
            ) as caught:
                check_paths()
            message(caught)


def test_other_names_of_folders_are_none_of_its_business(tmp_path, monkeypatch):
    folder = tmp_path / "手写 a#%+=@[]{}~!^*?b"
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "bin/python").replace(" ", "_"))
    check_paths()


def test_a_user_without_a_home_is_told_to_set_one(monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)  # no user has an entry
    with pytest.raises(
        UserError, match=r"^There is no home folder for Jittor's cache: set .* HOME"
    ):
        check_paths()
