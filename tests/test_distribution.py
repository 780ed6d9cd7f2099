"""What pip installs: a wheel and an sdist, in a new environment, away from the repository."""

import json
import subprocess
import sys
import tarfile
import venv
import zipfile

import pytest

from cgan import Sampler, __version__
from tests import hosting
from tests.conftest import ROOT

# What draws: the plain install's requirements, and what they need.
PLAIN = {"cgan", "contourpy", "numpy", "pillow", "pip", "safetensors", "setuptools"}
DRAW = """
import json, sys
from cgan import Sampler
picture = Sampler.from_pretrained().write("138", seed=7)
installed = {name.partition(".")[0] for name in sys.modules if "site-packages" in
             str(getattr(sys.modules[name], "__file__", ""))}
print(json.dumps([picture.tolist(), sorted(installed)]))
"""


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """The sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL, timeout=300)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def installed(distributions, tmp_path_factory):
    """Python in an environment with the plain wheel alone."""
    folder = tmp_path_factory.mktemp("plain")
    venv.create(folder / "venv", symlinks=True)
    python = hosting.add_pip(folder / "venv")
    hosting.install(python, distributions[1], cwd=folder)
    return python


def run(python, *arguments, cwd):
    return subprocess.run(
        [python, *arguments], cwd=cwd, capture_output=True, text=True, timeout=100, check=False
    )


def test_the_wheel_holds_the_library_its_weights_and_licences_and_nothing_else(distributions):
    with zipfile.ZipFile(distributions[1]) as wheel:
        names = set(wheel.namelist())
    info = f"cgan-{__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"cgan", info}
    weights = {f"cgan/pretrained/{name}" for name in ("model.safetensors", "config.json")}
    licences = {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE"}
    assert weights | licences | {"cgan/py.typed", "cgan/pretrained/metrics.json"} < names
    assert not [name for name in names if "test" in name.lower()]


def test_the_sdist_holds_what_the_repository_does(distributions):
    with tarfile.open(distributions[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"train.py", "demo/app.py", "tests/test_distribution.py", "requirements.txt"} < names
    assert not [name for name in names if name.startswith((".git/", "data/", "runs/"))]


def test_the_plain_install_draws_the_same_and_needs_little(installed, tmp_path):
    listed = run(installed, "-m", "pip", "list", "--format=json", cwd=tmp_path)
    assert {package["name"].lower() for package in json.loads(listed.stdout)} <= PLAIN
    drawn = run(installed, "-W", "error", "-c", DRAW, cwd=tmp_path)
    assert drawn.returncode == 0, drawn.stderr
    picture, modules = json.loads(drawn.stdout)
    assert picture == Sampler.from_pretrained().write("138", seed=7).tolist()
    ours = {name for name in modules if not name.startswith("_")}
    assert ours <= {"PIL", "cgan", "contourpy", "numpy", "safetensors"}


def test_its_command_draws_and_says_what_other_commands_need(installed, tmp_path):
    command = installed.parent / "cgan"
    assert run(command, "--help", cwd=tmp_path).stdout.startswith("usage: cgan ")
    assert run(command, "write", "138", "-o", "number.png", cwd=tmp_path).returncode == 0
    assert (tmp_path / "number.png").read_bytes()[:4] == b"\x89PNG"
    for arguments in (["write", "1", "--weights=ann/digits"], ["push", ".", "ann/digits"]):
        refused = run(command, *arguments, cwd=tmp_path)
        assert refused.returncode == 2, refused.stderr
        assert ".[hub]" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone")
def test_pip_installs_it_from_git(installed, tmp_path):
    """The last commit, into a folder that goes before the packages of the plain environment."""
    site = tmp_path / "site"
    # Without "cgan @ ", since pip before 24.1 takes that for a path where the URL has no host. And
    # without isolation: the environment of the tests has hatchling.
    source = f"git+file://{ROOT}"
    hosting.install(
        sys.executable, "--no-deps", "--no-build-isolation", "--target", site, source, cwd=tmp_path
    )
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n{DRAW}\nimport cgan; print(cgan.__file__)"
    )
    drawn = run(installed, "-W", "error", "-c", code, cwd=tmp_path)
    assert drawn.returncode == 0, drawn.stderr
    result, path = drawn.stdout.splitlines()
    assert json.loads(result)[0] == Sampler.from_pretrained().write("138", seed=7).tolist()
    assert path == str(site / "cgan/__init__.py")
