"""The packages that this project uses: those that pyproject.toml names, each with its extra."""

import re

import pytest

from cgan.common.packages import PACKAGES, canonical_name, explain_missing, read_pins
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


def test_the_lock_pins_each_of_them_by_its_name():
    pins = read_pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert {package.name for package in PACKAGES} <= pins.keys()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_an_import_that_fails_names_the_package_and_its_extra(package):
    explained = explain_missing(ModuleNotFoundError(name=f"{package.module}.part"))
    if package.extra and package.module:  # oneDNN's packages have libraries alone
        assert f"the package {package.name}: pip install 'cgan[{package.extra}]'" in str(explained)
    else:
        assert explained is None


def test_an_import_error_without_a_name_names_no_package():
    assert explain_missing(ModuleNotFoundError("something is not there")) is None
