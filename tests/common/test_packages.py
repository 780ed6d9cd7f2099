"""The packages that this project uses: those that pyproject.toml names, each with its extra."""

import re

import pytest

from cgan.common.packages import (
    PACKAGES,
    canonical_name,
    explain_missing,
    read_pins,
    without_hashes,
)
from tests.conftest import ROOT

# Asked for a version of theirs alone: another package of the same extra, or the plain install,
# brings them and is what we import.
ONLY_BOUNDS = {("pydantic", "demo"), ("numpy", "train")}


def declared():
    """Return (canonical name, extra) of each requirement in pyproject.toml."""
    tomllib = pytest.importorskip("tomllib", reason="new in Python 3.11")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    names = {
        (canonical_name(re.match(r"[\w.-]+", requirement)[0]), extra)
        for extra, requirements in groups.items()
        for requirement in requirements
    }
    return {(name, extra) for name, extra in names if name != "cgan"}  # an extra in another


def test_the_packages_are_those_of_pyproject():
    listed = [(package.name, package.extra) for package in PACKAGES]
    assert len(set(listed)) == len(listed)
    assert set(listed) == declared() - ONLY_BOUNDS
    assert declared() >= ONLY_BOUNDS


def test_the_locks_pin_each_of_them_by_its_name():
    whole, dev = (
        read_pins((ROOT / name).read_text(encoding="utf-8"))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    only_dev = {package.name for package in PACKAGES if package.extra == "onnx"}
    assert {package.name for package in PACKAGES} - only_dev <= whole.keys()
    assert only_dev <= dev.keys() - whole.keys()  # neither the page nor training needs them


LOCKS = ("requirements-demo.txt", "requirements-dev.txt")
_PINNED = re.compile(r"^([\w.-]+)==.*?(?=^[\w.-]+==|\Z)", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_of_each_package(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    hashes = {
        found[1]: re.findall(r"--hash=sha256:[0-9a-f]{64}\b", found[0])
        for found in _PINNED.finditer(text)
    }
    assert hashes.keys() == read_pins(text).keys()
    assert [name for name, several in hashes.items() if not several] == []
    # Of all files: those for other machines and Pythons, and the source.
    assert len(hashes["numpy"]) > 30


def test_the_locks_pin_the_same_versions():
    whole = read_pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    demo, dev = (read_pins((ROOT / name).read_text(encoding="utf-8")) for name in LOCKS)
    assert demo.items() <= whole.items() <= dev.items()


def test_a_lock_without_hashes_is_otherwise_the_same():
    text = (ROOT / "requirements-demo.txt").read_text(encoding="utf-8")
    stripped = without_hashes(text)
    assert "hash=" not in stripped.replace("--generate-hashes", "")
    assert "\\" not in stripped
    assert read_pins(stripped) == read_pins(text)
    kept = [line.removesuffix(" \\") for line in text.splitlines() if "--hash=" not in line]
    assert stripped.splitlines() == kept


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_an_import_that_fails_names_the_package_and_its_extra(package):
    explained = explain_missing(ModuleNotFoundError(name=f"{package.module}.part"))
    if package.extra and package.module:  # oneDNN's packages have libraries alone
        assert f"the package {package.name}: pip install '.[{package.extra}]' in the clone" in str(
            explained
        )
    else:
        assert explained is None


def test_an_import_error_without_a_name_names_no_package():
    assert explain_missing(ModuleNotFoundError("something is not there")) is None
