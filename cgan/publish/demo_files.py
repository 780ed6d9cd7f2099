"""What the demo needs to run: its modules, their data, and the packages they import, pinned.

    python -I cgan/publish/demo_files.py FOLDER

copies all of it there. Uses the standard library alone and is no part of the package when run
like this, so that it works before anything is installed, as in the Dockerfile.
"""

import modulefinder
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = "demo/app.py"
REQUIREMENTS = "requirements.txt"
_BESIDES = ("LICENSE",)
# Its modules are found by listing it, so that no import names them: the page's languages.
_LISTED = "demo/text"

# Names by which packages are imported, where they aren't those by which they are installed.
_INSTALLED_AS = {"PIL": "pillow"}
_PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.!+-]+)")
_HEAD = f"# The part of {REQUIREMENTS} that {APP} imports, and what that needs.\n"


@dataclass
class Pin:
    """A line of the lock: the version, the line with its marker, and who needs the package."""

    version: str
    line: str
    needed_by: set[str] = field(default_factory=set)


def stage(folder: Path) -> None:
    """Copy what the demo needs, and write its requirements, into `folder`, made if missing."""
    for name in find_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    (folder / REQUIREMENTS).write_text(requirements(), encoding="utf-8")


def find_files() -> list[str]:
    """Return the names, relative to `ROOT`, of the modules, their packages' data and the license.

    A package's data are the files in it that are neither Python's nor hidden.
    """
    modules, _ = _find_imports()
    packages = {path.parent for path in modules if path.name == "__init__.py"}
    data = [
        path
        for package in packages
        for path in package.rglob("*")
        if path.is_file()
        and path.suffix not in (".py", ".pyc")
        and not any(part.startswith(".") for part in path.relative_to(package).parts)
    ]
    names = {path.relative_to(ROOT).as_posix() for path in [*modules, *data]}
    return sorted(names.union(_BESIDES))


def requirements() -> str:
    """Return a requirements file with what the demo imports and all that this needs, pinned.

    Raises:
        LookupError: the demo imports what `requirements.txt` does not pin.
    """
    pins = read_pins((ROOT / REQUIREMENTS).read_text(encoding="utf-8"))
    _, imported = _find_imports()
    needed = {normalise(_INSTALLED_AS.get(name, name)) for name in imported}
    if unknown := needed - pins.keys():
        raise LookupError(f"{APP} imports {', '.join(sorted(unknown))}: not in {REQUIREMENTS}.")
    while more := {name for name, pin in pins.items() if pin.needed_by & needed} - needed:
        needed |= more
    return _HEAD + "".join(f"{pins[name].line}\n" for name in sorted(needed))


def read_pins(text: str) -> dict[str, Pin]:
    """Read a lock as `uv pip compile` writes it; return its packages by normalised name."""
    pins: dict[str, Pin] = {}
    for line in text.splitlines():
        if found := _PIN.match(line):
            last = pins[normalise(found["name"])] = Pin(found["version"], line)
        elif pins and (said := re.match(r"\s+#(?: via| )\s+([\w.-]+)$", line)):
            last.needed_by.add(normalise(said[1]))
    return pins


def normalise(name: str) -> str:
    """Return a package's name as the packaging standard (PEP 503) compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _find_imports() -> tuple[list[Path], set[str]]:
    """Follow the imports from `APP`; return our modules, and the names of others' packages."""
    finder = modulefinder.ModuleFinder(path=[str(ROOT)])
    finder.run_script(str(ROOT / APP))
    for path in sorted((ROOT / _LISTED).glob("[!_]*.py")):
        finder.import_hook(f"{_LISTED.replace('/', '.')}.{path.stem}")
    found = (getattr(module, "__file__", None) for module in finder.modules.values())
    modules = [Path(name) for name in found if name]
    missing, _ = finder.any_missing_maybe()
    names = {name.partition(".")[0] for name in missing}
    return modules, names - sys.stdlib_module_names


if __name__ == "__main__":
    stage(Path(sys.argv[1]))
