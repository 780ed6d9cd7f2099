"""`python -m cgan export`: files, sentences, and what stays when it fails."""

import shutil
from dataclasses import replace

import onnxruntime
import pytest

from cgan.__main__ import main
from cgan.model import architectures, registry, weights
from cgan.sampler import Sampler
from tests import toy
from tests.conftest import TINY, random_tensors, run_python


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with weights in "full", which have reader and encoder, and in "old" ones without."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "full", replace(TINY, reader=True, encoder=True))
    save(tmp_path / "old", TINY)
    return tmp_path


def save(folder, config):
    folder.mkdir()
    weights.save_config(folder, config)
    weights.save_tensors(folder, config, random_tensors(config))


def sha(path):
    return onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map["weights-sha256"]


def onnx_files(folder):
    return sorted(path.name for path in folder.glob("*.onnx"))


def test_a_file_for_each_part_that_the_weights_have(folder, capsys):
    assert main(["export", "full", "-o", "a.onnx"]) == 0
    assert onnx_files(folder) == ["a-encoder.onnx", "a-reader.onnx", "a.onnx"]
    said = capsys.readouterr().err
    assert "Wrote a-reader.onnx: the reader" in said
    assert "have no" not in said
    assert main(["export", "old"]) == 0
    assert onnx_files(folder)[3:] == ["model.onnx"]
    assert "These weights have no reader and no encoder." in capsys.readouterr().err
    assert main(["export", "old", "-o", "a.onnx"]) == 0
    assert "a-reader.onnx is the reader of other weights" in capsys.readouterr().err
    assert sha(folder / "model.onnx") == Sampler.from_pretrained(folder / "old").sha256
    (folder / "a.onnx").write_bytes(b"")
    assert main(["export", "full", "--output", "a.onnx"]) == 0  # in the place of another
    assert sha(folder / "a.onnx") == Sampler.from_pretrained(folder / "full").sha256


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere/at/all"], "nowhere/at/all"),
        (["./nowhere"], "config.json is missing"),
        (["old/model.safetensors"], "model.safetensors"),
        (["broken"], "is not a safetensors file"),
        (["other"], "architecture must be one of"),
        (["old", "-o", "model.pt"], "must end in .onnx, not 'model.pt'"),
        (["old", "-o", "model"], "must end in .onnx, not 'model'"),
        (["old", "-o", ".onnx"], "is an ending without a name"),
        (["old", "-o", "nowhere/model.onnx"], "Could not write nowhere/model.onnx"),
        (["full", "-o", "taken.onnx"], "Could not write taken-encoder.onnx: it is not a file"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence_and_leaves_all_as_it_was(
    folder, capsys, arguments, said
):
    shutil.copytree("old", "broken")
    (folder / "broken/model.safetensors").write_bytes(b"onnx")
    shutil.copytree("old", "other")
    config = (folder / "other/config.json").read_text()
    (folder / "other/config.json").write_text(config.replace('"mlp"', '"transformer"'))
    (folder / "taken-encoder.onnx").mkdir()
    (folder / "taken.onnx").write_bytes(b"kept")
    before = sorted(folder.rglob("*"))
    assert main(["export", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert error.count("\n") == 1
    assert said in error
    assert sorted(folder.rglob("*")) == before
    assert (folder / "taken.onnx").read_bytes() == b"kept"


def test_an_architecture_without_a_graph_is_one_sentence(folder, monkeypatch, capsys):
    shutil.copy(toy.__path__[0] + "/linear.py", folder)
    monkeypatch.setattr(architectures, "__path__", [*architectures.__path__, str(folder)])
    linear = registry.discover()["linear"]
    monkeypatch.setitem(registry.ARCHITECTURES, "linear", linear)
    save(folder / "toy", linear.config(latent_dim=3, img_size=8))
    assert main(["export", "toy"]) == 2
    error = capsys.readouterr().err
    assert "the architecture 'linear' can't be exported: it has no ONNX graph" in error
    assert error.count("\n") == 1
    assert onnx_files(folder) == []


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_without_the_packages_it_says_what_to_install(folder, package):
    # As where it isn't installed: neither found nor imported.
    code = (
        "import sys\nfrom importlib.machinery import PathFinder\n"
        "find = PathFinder.find_spec\n"
        f"hide = lambda name, *rest: None if name == {package!r} else find(name, *rest)\n"
        "PathFinder.find_spec = hide\n"
        "from cgan.__main__ import main\nsys.exit(main(['export', 'old']))\n"
    )
    result = run_python("-c", code, cwd=folder)
    wanted = f"Error: Exporting needs the package {package}: pip install '.[onnx]' in the clone.\n"
    assert (result.returncode, result.stderr) == (2, wanted)
