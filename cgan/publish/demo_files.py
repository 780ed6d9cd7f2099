"""What the demo needs to run: its modules, their data, and its pinned packages.

    python -I cgan/publish/demo_files.py FOLDER

copies all of it there. It uses the standard library alone and imports nothing from the package, so
that it works before anything is installed, as in the Dockerfile.
"""

import modulefinder
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = "demo/app.py"
# The demo's lock file, and the name under which Spaces expects it.
LOCK, REQUIREMENTS = "requirements-demo.txt", "requirements.txt"
_BESIDES = ("LICENSE", "NOTICE")
# Folders with modules that no import names: the code lists them, or a host runs them.
_LISTED = ("cgan/model/architectures", "demo/text", "demo/serve")


def stage(folder: Path) -> None:
    """Copy what the demo needs into `folder`, which is created if missing."""
    for name in find_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    shutil.copyfile(ROOT / LOCK, folder / REQUIREMENTS)


def find_files() -> list[str]:
    """Return the names, relative to `ROOT`, of the modules, their packages' data and the license.

    A package's data are the files in it, but not in packages in it, that are neither Python's nor
    hidden.
    """
    modules, _ = follow_imports()
    packages = {path.parent for path in modules if path.name == "__init__.py"}
    data = [
        path
        for package in packages
        for path in package.rglob("*")
        if path.is_file()
        and path.suffix not in (".py", ".pyc")
        and _package_of(path) == package
        and not any(part.startswith(".") for part in path.relative_to(package).parts)
    ]
    names = {path.relative_to(ROOT).as_posix() for path in [*modules, *data]}
    return sorted(names.union(_BESIDES))


def _package_of(path: Path) -> Path | None:
    """Return the folder of the innermost package around a file."""
    return next((one for one in path.parents if (one / "__init__.py").is_file()), None)


def follow_imports() -> tuple[list[Path], set[str]]:
    """Follow the imports from `APP`; return our modules, and the names of others' packages."""
    finder = modulefinder.ModuleFinder(path=[str(ROOT)])
    finder.run_script(str(ROOT / APP))
    for folder in _LISTED:
        for path in sorted((ROOT / folder).glob("[!_]*.py")):
            finder.import_hook(f"{folder.replace('/', '.')}.{path.stem}")
    found = (getattr(module, "__file__", None) for module in finder.modules.values())
    modules = [Path(name) for name in found if name]
    missing, _ = finder.any_missing_maybe()
    names = {name.partition(".")[0] for name in missing}
    return modules, names - sys.stdlib_module_names


if __name__ == "__main__":
    stage(Path(sys.argv[1]))
