"""Imports go one way between the rooms, and each room says what it knows. See docs/design.md."""

import ast
import graphlib
import re

import pytest

from tests.conftest import ROOT

# A row of the table of rooms: the room's path, what it knows, and what it may import.
ROW = re.compile(r"\| `((?:cgan|demo)/\w+)(?:/|\.py)` \|[^|]+\| ([^|]+) \|")


def read_rules():
    """Return what each room may import of ours, besides itself, as docs/design.md says it."""
    rules = {"demo": []}
    for row in ROW.finditer((ROOT / "docs/design.md").read_text(encoding="utf-8")):
        names = [] if row[2] == "nothing of ours" else row[2].split(", ")
        rules[row[1].replace("/", ".")] = [full_name(name) for name in names]
    return rules


def full_name(name):
    """Return the room that the table calls by the last part of its name."""
    if name == "cgan":
        return name
    found = [
        f"{package}.{name}"
        for package in ("cgan", "demo")
        if (ROOT / package / name).is_dir() or (ROOT / package / f"{name}.py").is_file()
    ]
    assert len(found) == 1, f"{name!r} in docs/design.md is no room, or two of them: {found}"
    return found[0]


MAY_IMPORT = read_rules()
# Only some rooms know what is slow to import, or not always installed.
MAY_KNOW = {
    "gradio": {
        *("demo.compat", "demo.sessions", "demo.gradio_queue", "demo.components", "demo.api"),
        *("demo.page", "demo.serve"),
    },
    # Jittor has to be set up before it is imported: this function does both.
    "cgan.backend.setup.load_jittor": {
        *("cgan.backend", "cgan.commands", "cgan.evaluation", "cgan.training"),
    },
    "huggingface_hub": {"cgan.hub", "cgan.publish"},
    "matplotlib": {"cgan.training"},
    "onnx": {"cgan.export"},
    "onnxruntime": {"cgan.export"},
    "sklearn": {"cgan.data"},
}


def modules():
    """Yield the name, the syntax tree and whether it is a package, of every module of ours."""
    for package in ("cgan", "demo"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            yield name, ast.parse(path.read_text(encoding="utf-8")), is_package


def room_of(module):
    """Return the room of a module's or an imported name."""
    return ".".join(module.split(".")[:2])


def imports(tree):
    """Yield the full names that a module imports anywhere, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


VERSION = ("cgan", "cgan.__version__")
ENTRIES = ("cgan", "cgan.__main__")  # they may import anything of their package


def test_no_room_may_import_itself_by_way_of_others():
    graphlib.TopologicalSorter(MAY_IMPORT).prepare()


def test_imports_go_one_way():
    wrong = []
    for name, tree, _ in modules():
        room = room_of(name)
        if name in ENTRIES:
            continue
        for imported in imports(tree):
            # Every room may use the version.
            if imported.split(".")[0] not in ("cgan", "demo") or imported in VERSION:
                continue
            # `from cgan import Sampler` is the package's public interface.
            face = ("cgan.Sampler", "cgan.UserError")
            target = "cgan" if imported in face else room_of(imported)
            if target != room and target not in MAY_IMPORT[room]:
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


@pytest.mark.parametrize("library", MAY_KNOW)
def test_only_some_rooms_import(library):
    found = {
        room_of(name)
        for name, tree, _ in modules()
        if any(f"{imported}.".startswith(f"{library}.") for imported in imports(tree))
    }
    assert found  # it is still used, under this name
    assert found <= MAY_KNOW[library]


def test_each_room_says_what_it_knows_and_holds_nothing_else():
    rooms = 0
    for name, tree, is_package in modules():
        if is_package and name != "cgan":
            rooms += 1
            assert ast.get_docstring(tree), name
            assert len(tree.body) == 1, f"{name}: code in __init__.py ships to every Space"
    assert rooms > 10


def test_the_rules_name_every_room():
    assert {room_of(name) for name, _, _ in modules()} - set(ENTRIES) == MAY_IMPORT.keys()


def test_the_tests_have_a_folder_for_each_package_and_stand_where_their_module_does():
    tests = ROOT / "tests"
    homes = {}  # by folder in tests/: the names of the modules there; those of cgan/ are at the top
    for name, _, is_package in modules():
        folder, _, module = (f"{name}." if is_package else name).rpartition(".")
        homes.setdefault(folder.removeprefix("cgan").removeprefix("."), set()).add(module)
    found = {}
    for path in tests.rglob("__init__.py"):
        folder = ".".join(path.parent.relative_to(tests).parts)
        found[folder] = {one.stem.removeprefix("test_") for one in path.parent.glob("test_*.py")}
    assert found.keys() - {"hub_server", "toy"} == homes.keys()
    del found[""]  # those are about the whole program
    for folder, names in found.items():
        for name in names:
            elsewhere = [home for home, there in homes.items() if name in there]
            assert not elsewhere or folder in elsewhere, f"{folder}/test_{name}.py"
