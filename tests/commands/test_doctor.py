"""`doctor` says what a machine has, whatever that is, and never ends in a traceback."""

import os

import pytest

from cgan.__main__ import main
from cgan.backend.machine import find_machine
from cgan.commands import doctor
from cgan.common import packages
from tests.conftest import run_python

# A Python where these packages are not installed.
WITHOUT = "import sys\nfor name in {!r}: sys.modules[name] = None\n"
# Their metadata are not found, either.
UNLISTED = (
    "import importlib.metadata as metadata\n"
    "version = metadata.version\n"
    "def unlisted(name):\n"
    "    if name not in ('numpy', 'pillow', 'safetensors', 'contourpy'):\n"
    "        raise metadata.PackageNotFoundError(name)\n"
    "    return version(name)\n"
    "metadata.version = unlisted\n"
)
OPTIONAL = ("huggingface_hub", "httpx2", "hf_xet", "jittor", "jittor_utils", "gradio", "sklearn")
OPTIONAL += ("matplotlib", "tqdm", "packaging")


def lines(text):
    """Return (level, text) by name."""
    found = {}
    for line in text.splitlines():
        level, rest = line.split(maxsplit=1)
        name, text = rest.split("  ", 1)
        found[name] = (level, text.strip())
    return found


def test_a_real_run(tmp_path):
    """As a user calls it, without starting Jittor."""
    result = run_python("-m", "cgan", "doctor", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    found = lines(result.stdout)
    assert found["drawing"][0] == "ok"
    assert found["Python"][0] == "ok"
    for name in ("cgan", "platform", "numpy", "jittor", "C++ compiler", "oneDNN", "MNIST", "disk"):
        assert name in found
    assert "cgan/classifiers" in found["trained networks"][1]
    assert list(tmp_path.iterdir()) == []


def test_a_plain_install(tmp_path):
    """Drawing works; the rest says what it is for and how to get it. Jittor is not imported."""
    code = (
        UNLISTED
        + WITHOUT.format(OPTIONAL)
        + ("from cgan.__main__ import main\nsys.exit(main(['doctor']))\n")
    )
    result = run_python("-c", code, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    found = lines(result.stdout)
    assert found["drawing"][0] == "ok"
    assert found["jittor"] == (
        "note",
        "not installed: needed for training and evaluation: pip install '.[train]' in the clone",
    )
    assert found["huggingface-hub"][1].endswith("pip install '.[hub]' in the clone")
    assert found["gradio"][1].endswith("pip install '.[demo]' in the clone")


@pytest.mark.parametrize("missing", ["numpy", "PIL", "safetensors"])
def test_without_what_drawing_needs_the_exit_code_is_1(tmp_path, missing):
    code = WITHOUT.format([missing]) + (
        "import runpy\nsys.argv = ['cgan', 'doctor']\n"
        "runpy.run_module('cgan', run_name='__main__')\n"
    )
    result = run_python("-c", code, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (1, "")
    found = lines(result.stdout)
    assert found["drawing"][0] == "fault"
    assert found["pillow" if missing == "PIL" else missing][0] == "fault"


def test_another_command_without_numpy_points_to_doctor(tmp_path):
    code = WITHOUT.format(["numpy"]) + (
        "from cgan.__main__ import main\nsys.exit(main(['write', '1']))\n"
    )
    result = run_python("-c", code, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("Error: A package is missing or broken (")
    assert "python -m cgan doctor" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.fixture
def find(tmp_path, monkeypatch):
    """Return what is found on a machine with nothing but `programs` (name to script) on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("cc_path", "nvcc_path", "use_mkl", "JITTOR_HOME", "mpicc_path"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("cgan.backend.compat.NVCC_PLACES", ())

    def find(**programs):
        for name, script in programs.items():
            path = folder / name.replace("gxx", "g++")
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)
        before = dict(os.environ)
        findings = {finding.name: finding for finding in find_machine()}
        assert dict(os.environ) == before
        return findings

    return find


def test_a_machine_without_a_compiler(find):
    finding = find()["C++ compiler"]
    assert finding.level == "note"
    assert "training needs one" in finding.text
    assert "sudo apt-get install g++" in finding.text


def test_a_machine_with_a_compiler(find):
    finding = find(gxx="echo 'g++ (Fake) 12.3'")["C++ compiler"]
    assert (finding.level, finding.text) == ("ok", "g++ (Fake) 12.3")


def test_a_compiler_that_does_not_run(find):
    finding = find(gxx="exit 1")["C++ compiler"]
    assert finding.level == "note"
    assert "does not run" in finding.text


def test_an_nvcc_without_a_runtime(find):
    finding = find(nvcc="echo 'Cuda compilation tools, release 12.2'")["nvcc"]
    assert finding.level == "note"
    assert "release 12.2, without a CUDA runtime" in finding.text
    assert "training uses the CPU" in finding.text


def test_an_nvcc_that_does_not_run(find):
    assert "does not run" in find(nvcc="exit 1")["nvcc"].text


def test_a_card_is_named(find):
    finding = find(**{"nvidia-smi": "echo 'Fake GPU, 550.1'"})["GPU"]
    assert finding.text.endswith("Fake GPU, 550.1")


def test_mpi_is_found(find):
    assert "mpirun and mpicc not found" in find()["MPI"].text
    version = "echo 'mpirun (Open MPI) 4.1.4'"
    assert "mpicc not found" in find(mpirun=version)["MPI"].text
    found = find(mpicc="exit 0", mpirun=version)["MPI"]
    assert (found.level, found.text[:25]) == ("ok", "mpirun (Open MPI) 4.1.4: ")
    other = find(mpicc="exit 0", mpirun="echo 'HYDRA build details:'")["MPI"]
    assert (other.level, "needs OpenMPI's" in other.text) == ("note", True)


def test_variables_are_named(find, monkeypatch):
    for name in ("use_mkl", "use_mpi", "mpicc_path"):
        monkeypatch.setenv(name, "0")
    found = find()
    shown = found["variables"].text.split(", ")
    assert {"mpicc_path=0", "use_mkl=0", "use_mpi=0"} <= set(shown)
    assert found["oneDNN"].level == "note"


def test_an_error_in_a_check_becomes_a_line(find, monkeypatch):
    def broken():
        raise SystemExit("first\nthe last line")

    monkeypatch.setattr("cgan.backend.cuda.why_no_cuda", broken)
    finding = find()["GPU"]
    assert (finding.level, finding.text) == (
        "note",
        "could not be checked (SystemExit: the last line)",
    )


def test_an_empty_cache_and_one_that_can_not_be_made(find, tmp_path, monkeypatch):
    assert "empty" in find()["Jittor cache"].text
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "can't be written" in find()["Jittor cache"].text


@pytest.mark.parametrize(
    ("version", "level"), [("1.2.3", "ok"), ("1.2.4", "note"), ("0.9", "note")]
)
@pytest.mark.parametrize("source", ["lock", "metadata"])
def test_another_version_than_the_tested_one(tmp_path, monkeypatch, version, level, source):
    lock = tmp_path / "requirements.txt"
    if source == "lock":
        lock.write_text("# a comment\nTqdm==1.2.3 ; sys_platform == 'x'\n    # via y\n")
    monkeypatch.setattr(packages, "LOCK", lock)
    metadata = packages.importlib.metadata
    monkeypatch.setattr(metadata, "requires", lambda _: ["x", "tqdm<1.2.4,>=1; extra == 'train'"])
    monkeypatch.setattr(metadata, "version", lambda _: version)
    finding = packages.find_package(packages.Package("tqdm", "tqdm", "training", "train"))
    assert finding.level == level
    assert finding.text.startswith(version)


def test_a_package_that_can_not_be_imported(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("raise ImportError('no libx.so')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(packages.importlib.metadata, "version", lambda _: "1.0")
    finding = packages.find_package(packages.Package("broken", "broken_package", "drawing"))
    assert finding.level == "fault"
    assert "1.0 can't be imported (ImportError: no libx.so)" in finding.text


def test_mnist_files_are_counted(tmp_path, capsys):
    (tmp_path / "train-images-idx3-ubyte.gz").touch()
    assert main(["doctor", "--data-dir", str(tmp_path)]) == 0
    assert "3 of 4 files" in lines(capsys.readouterr().out)["MNIST"][1]


def test_images_of_ones_own_are_noticed(tmp_path, capsys):
    (tmp_path / "0").mkdir()
    (tmp_path / "0/a.png").touch()
    assert main(["doctor", "--data-dir", str(tmp_path)]) == 0
    assert "images of your own" in lines(capsys.readouterr().out)["MNIST"][1]


def test_little_disk_is_a_note(monkeypatch):
    usage = doctor.shutil.disk_usage("/")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    assert doctor._disk().level == "note"


def test_a_fault_is_the_exit_code(monkeypatch, capsys):
    fault = doctor.Finding("drawing", "does not work", "fault")
    monkeypatch.setattr(doctor, "_drawing", lambda: fault)
    with pytest.raises(SystemExit) as caught:
        main(["doctor"])
    assert caught.value.code == 1
    assert "fault drawing" in capsys.readouterr().out


def test_help_names_it(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "doctor" in capsys.readouterr().out
