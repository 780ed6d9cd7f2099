"""What the demo needs: found by following its imports, so that nothing is kept by hand."""

import importlib.metadata
import subprocess
import sys

import pytest

from cgan.common import packages
from cgan.publish import demo_files
from tests.conftest import ROOT

# Imported only where it is installed.
OPTIONAL = {"spaces", "mcp", "socksio"}

LOCK = """\
# made by a tool
alpha==1.0
    # via cgan (pyproject.toml)
beta_Two==2.0+cpu ; python_version < '3.11'
    # via alpha
"""


def test_a_lock_is_read():
    assert packages.read_pins(LOCK) == {"alpha": "1.0", "beta-two": "2.0+cpu"}


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
        "requirements-demo.txt": LOCK,
        "LICENSE": "",
        "NOTICE": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(demo_files, "ROOT", tmp_path)
    return tmp_path


def test_imports_are_followed_into_functions_and_no_further_than_needed(project):
    assert demo_files.find_files() == [
        "LICENSE",
        "NOTICE",
        "demo/__init__.py",
        "demo/app.py",
        "demo/look.py",
        "demo/static/page.js",
        "lib/__init__.py",
        "lib/data/a.bin",
        "lib/one.py",
        "lib/two.py",
    ]


def test_imports_are_named_and_the_lock_goes_along(project, tmp_path):
    assert demo_files.follow_imports()[1] == {"alpha"}
    demo_files.stage(tmp_path / "staged")
    assert (tmp_path / "staged/requirements.txt").read_text() == LOCK


def test_the_demo_needs_neither_training_nor_its_packages():
    names = demo_files.find_files()
    assert {"demo/app.py", "demo/static/page.js", "cgan/sampler.py"} < set(names)
    assert {"cgan/pretrained/model.safetensors", "cgan/pretrained/config.json"} < set(names)
    others = ("backend", "commands", "data", "evaluation", "export", "publish", "training")
    assert not [name for name in names if name.startswith(tuple(f"cgan/{o}/" for o in others))]
    assert all((ROOT / "cgan" / other).is_dir() for other in others)
    assert {"cgan/py.typed", "LICENSE", "NOTICE"} < set(names)


def test_all_that_the_demo_imports_is_in_its_lock_which_is_part_of_the_whole_one():
    pins = packages.read_pins((ROOT / demo_files.LOCK).read_text())
    # By their files: Python 3.10's `packages_distributions` doesn't know packages such as NumPy.
    distributions = {
        path.parts[0].removesuffix(".py"): name
        for distribution in importlib.metadata.distributions()
        for name in [distribution.metadata["Name"]]
        for path in distribution.files or ()
    }
    needed = {
        packages.canonical_name(distributions[module])
        for module in demo_files.follow_imports()[1] - OPTIONAL
    }
    assert {"gradio", "numpy", "pillow", "safetensors"} < needed
    assert needed <= pins.keys()
    assert not {"jittor", "scikit-learn", "scipy", "matplotlib", "astunparse"} & pins.keys()
    assert pins.items() <= packages.read_pins((ROOT / "requirements.txt").read_text()).items()


def test_it_runs_before_anything_is_installed(tmp_path):
    """As in the Dockerfile: -S leaves out site-packages."""
    command = [sys.executable, "-I", "-S", ROOT / "cgan/publish/demo_files.py", tmp_path / "staged"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    found = {path for path in (tmp_path / "staged").rglob("*") if path.is_file()}
    names = {path.relative_to(tmp_path / "staged").as_posix() for path in found}
    assert names == {*demo_files.find_files(), "requirements.txt"}
