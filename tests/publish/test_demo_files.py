"""What the demo needs: found by following its imports, so that nothing is kept by hand."""

import subprocess
import sys

import pytest

from cgan.publish import demo_files
from tests.conftest import ROOT

LOCK = """\
# made by a tool
alpha==1.0
    # via -r requirements.in
beta-two==2.0+cpu ; python_version < '3.11'
    # via alpha
gamma==3.0
    # via
    #   -r requirements.in
    #   beta_two
    #   other
other==4.0
    # via -r requirements.in
"""


def test_a_lock_is_read_with_markers_and_with_who_needs_what():
    pins = demo_files.read_pins(LOCK)
    assert {name: (pin.version, pin.needed_by) for name, pin in pins.items()} == {
        "alpha": ("1.0", set()),
        "beta-two": ("2.0+cpu", {"alpha"}),
        "gamma": ("3.0", {"beta-two", "other"}),
        "other": ("4.0", set()),
    }
    assert pins["beta-two"].line == "beta-two==2.0+cpu ; python_version < '3.11'"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project instead of this one."""
    for name, text in {
        "demo/__init__.py": "",
        "demo/app.py": "import sys, alpha.part\nfrom demo import look\nfrom lib import one\n",
        "demo/look.py": "",
        "demo/static/page.js": "",
        "demo/static/.hidden": "",
        "lib/__init__.py": "",
        "lib/one.py": "def late():\n    from lib.two import x\n",
        "lib/two.py": "",
        "lib/three.py": "import other\n",
        "lib/data/a.bin": "",
        "lib/__pycache__/one.cpython-311.pyc": "",
        "elsewhere/__init__.py": "",
        "requirements.txt": LOCK,
        "LICENSE": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(demo_files, "ROOT", tmp_path)
    return tmp_path


def test_imports_are_followed_into_functions_and_no_further_than_needed(project):
    assert demo_files.find_files() == [
        "LICENSE",
        "demo/__init__.py",
        "demo/app.py",
        "demo/look.py",
        "demo/static/page.js",
        "lib/__init__.py",
        "lib/data/a.bin",
        "lib/one.py",
        "lib/two.py",
    ]


def test_requirements_are_what_is_imported_and_what_that_needs(project):
    lines = demo_files.requirements().splitlines()[1:]
    assert lines == ["alpha==1.0", "beta-two==2.0+cpu ; python_version < '3.11'", "gamma==3.0"]


def test_an_import_that_is_not_pinned_is_an_error(project):
    (project / "lib/two.py").write_text("import delta\n")
    with pytest.raises(LookupError, match=r"imports delta: not in requirements\.txt"):
        demo_files.requirements()


def test_the_demo_needs_neither_training_nor_its_packages():
    names = demo_files.find_files()
    assert {"demo/app.py", "demo/static/page.js", "cgan/sampler.py"} < set(names)
    assert {"cgan/pretrained/model.safetensors", "cgan/pretrained/config.json"} < set(names)
    others = ("backend", "commands", "data", "evaluation", "publish", "training")
    assert not [name for name in names if name.startswith(tuple(f"cgan/{o}/" for o in others))]
    assert all((ROOT / "cgan" / other).is_dir() for other in others)
    pins = demo_files.read_pins(demo_files.requirements())
    assert {"gradio", "numpy", "pillow", "safetensors"} < set(pins)
    assert not {"jittor", "scikit-learn", "scipy", "matplotlib", "astunparse"} & set(pins)
    assert demo_files.requirements().isascii()


def test_it_runs_before_anything_is_installed(tmp_path):
    """As in the Dockerfile: -S leaves out site-packages."""
    command = [sys.executable, "-I", "-S", ROOT / "cgan/publish/demo_files.py", tmp_path / "staged"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    found = {path for path in (tmp_path / "staged").rglob("*") if path.is_file()}
    names = {path.relative_to(tmp_path / "staged").as_posix() for path in found}
    assert names == {*demo_files.find_files(), "requirements.txt"}
