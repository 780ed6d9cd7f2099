"""The packages that this project uses: which are installed, in which version, and for what."""

import importlib
import importlib.metadata
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from cgan.common.errors import UserError
from cgan.common.finding import Finding, Level, describe

LOCK = Path(__file__).parents[2] / "requirements.txt"
"""The exact versions, in a clone; an installed package has ranges in its metadata instead."""

_PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.!+-]+)", re.MULTILINE)
_HASH = re.compile(r"\s*\\\n\s*--hash=\S+")
_RANGE = re.compile(r"(?P<name>[\w.-]+)\s*(?P<wanted>[^;\[]*)")


@dataclass(frozen=True)
class Package:
    """A package that this project imports.

    Attributes:
        name: its name on the package index.
        module: what `import` calls it.
        use: what it is needed for, in words.
        extra: which of this project's extras installs it; empty if the plain install does.
    """

    name: str
    module: str
    use: str
    extra: str = ""


PACKAGES = (
    Package("numpy", "numpy", "drawing"),
    Package("pillow", "PIL", "drawing"),
    Package("safetensors", "safetensors", "drawing"),
    Package("contourpy", "contourpy", "drawing"),
    Package("huggingface-hub", "huggingface_hub", "the Hugging Face Hub", "hub"),
    Package("httpx2", "httpx2", "the Hugging Face Hub", "hub"),
    Package("gradio", "gradio", "the web page", "demo"),
    Package("onnx", "onnx", "ONNX files", "onnx"),
    Package("onnxruntime", "onnxruntime", "ONNX files", "onnx"),
    Package("jittor", "jittor", "training and evaluation", "train"),
    Package("scikit-learn", "sklearn", "training on its digits", "train"),
    Package("matplotlib", "matplotlib", "plots of the losses", "train"),
    Package("tqdm", "tqdm", "training", "train"),
    Package("onednn-cpu-gomp", "", "fast training on x86-64 Linux", "train"),
    Package("onednn-devel-cpu-gomp", "", "fast training on x86-64 Linux", "train"),
)


def read_pins(text: str) -> dict[str, str]:
    """Return the versions that a lock pins, by the packages' canonical names."""
    return {canonical_name(pin["name"]): pin["version"] for pin in _PIN.finditer(text)}


def without_hashes(text: str) -> str:
    """Return a lock without the hashes of its packages' files.

    With a single hash in its requirements, pip wants one for everything that it installs.
    """
    return _HASH.sub("", text)


def canonical_name(name: str) -> str:
    """Return a package's name as the packaging standard (PEP 503) compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_installed(module: str) -> bool:
    """Return whether a top-level module can be found, without importing it."""
    return importlib.util.find_spec(module) is not None


def missing_package(use: str, package: str, extra: str) -> UserError:
    """Return the error for a feature whose package is not installed.

    Args:
        use: the beginning of the sentence, such as "Training needs".
        package: its name on the package index.
        extra: which of this project's extras installs it.
    """
    return UserError(f"{use} the package {package}: pip install '.[{extra}]' in the clone.")


def explain_missing(error: ModuleNotFoundError) -> UserError | None:
    """Return the sentence for an import that failed, or None if it isn't one of `PACKAGES`."""
    module = (error.name or "").partition(".")[0]
    for package in PACKAGES:
        if module and package.module == module and package.extra:
            return missing_package("This needs", package.name, package.extra)
    return None


def find_package(package: Package) -> Finding:
    """Look for a package; import it only if drawing needs it."""
    install = (
        f"pip install '.[{package.extra}]' in the clone"
        if package.extra
        else f"pip install {package.name}"
    )
    level: Level = "note" if package.extra else "fault"
    try:
        version = importlib.metadata.version(package.name)
    except importlib.metadata.PackageNotFoundError:
        text = f"not installed: needed for {package.use}: {install}"
        return Finding(package.name, text, level)
    if not package.extra:
        try:
            importlib.import_module(package.module)
        except (Exception, SystemExit) as error:
            text = f"{version} can't be imported ({describe(error)}); to reinstall it: {install}"
            return Finding(package.name, text, level)
    wanted = _wanted(package.name)
    if wanted and not _fits(version, wanted):
        return Finding(package.name, f"{version}: this project was tested with {wanted}", "note")
    return Finding(package.name, version)


def _wanted(name: str) -> str:
    """Return the required version, such as "==1.26.4" or ">=1.22,<2"; "" if unknown."""
    try:
        version = read_pins(LOCK.read_text(encoding="utf-8")).get(name)
    except OSError:  # not a clone
        return _range(name)
    return "" if version is None else f"=={version}"


def _range(name: str) -> str:
    """Return the range in the metadata of the installed cgan, or ""."""
    try:
        requirements = importlib.metadata.requires("cgan") or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    for requirement in requirements:
        found = _RANGE.match(requirement)
        if found and canonical_name(found["name"]) == name:
            return found["wanted"].strip()
    return ""


def _fits(version: str, wanted: str) -> bool:
    try:
        from packaging.specifiers import SpecifierSet  # usually installed by other packages
    except ImportError:
        return not wanted.startswith("==") or version == wanted.removeprefix("==")
    return SpecifierSet(wanted).contains(version, prereleases=True)
