"""What a test needs besides Python: found from its code, and checked while it runs.

`conftest.py` turns the result into markers, so that `pytest -m quick` runs what needs none of
them. Nobody has to keep the markers right by hand: a quick test that starts a process, opens a
server or imports Jittor fails and says so.
"""

import dis
import functools
import itertools
import sys
import types
from pathlib import Path

TESTS = Path(__file__).parent
MARKERS = {
    "jittor": "needs Jittor, here or in a process of its own",
    "browser": "opens the page in Chromium",
    "hub": "needs a Hub, the one in tests/hub_server/",
    "process": "starts processes: the command line, the demo, a type check",
    "server": "listens at a port",
    "quick": "needs none of these and is not slow: all of them together take under a minute",
}
# Everything here is about Jittor; most of these modules import it when they are collected.
JITTOR_PATHS = (
    "backend",
    "commands/test_evaluate.py",
    "evaluation",
    "model/test_article.py",
    "model/test_reader.py",
    "test_training_benchmarks.py",
    "training",
)
# And these of them aren't.
OTHER_PATHS = ("backend/test_pickles.py",)
# Names in a test, in what it calls and in its fixtures, and what they stand for.
NAMES = {
    "load_jittor": "jittor",
    "train.py": "jittor",
    "train_speed.py": "jittor",
    "sync_playwright": "browser",
    "HubServer": "hub",
    "subprocess": "process",
    "multiprocessing": "process",
    "launch": "server",
    "ThreadingHTTPServer": "server",
    "create_server": "server",
    "bind": "server",
}


def needs_jittor(path):
    """Tell whether a test module or folder is about Jittor."""
    if any(Path(path) == TESTS / name for name in OTHER_PATHS):
        return False
    return any(Path(path).is_relative_to(TESTS / name) for name in JITTOR_PATHS)


def find(item):
    """Return the names of the markers of what a test needs."""
    fixtures = [
        made.func for found in item._fixtureinfo.name2fixturedefs.values() for made in found
    ]
    found = _needed_by((item.function, *fixtures))
    return found | {"jittor"} if needs_jittor(item.path) else found


@functools.cache  # a test with parameters asks many times
def _needed_by(functions):
    """Return the names of the markers that stand for names in functions."""
    names = set()
    seen = set()
    for function in functions:
        _collect(function, names, seen)
    return frozenset(NAMES[name] for name in names & NAMES.keys())


def _collect(function, names, seen):
    """Add all names that a function mentions, and those of the tests' own functions it names."""
    function = getattr(function, "hypothesis", function)
    function = getattr(function, "inner_test", function)
    if function in seen or not isinstance(function, types.FunctionType):
        return
    seen.add(function)
    function = getattr(function, "__wrapped__", function)
    mentioned = _names(function.__code__)
    names |= mentioned
    known = function.__globals__
    values = [known.get(name) for name in mentioned]
    values += [vars(known[name]).get(one) for name, one in _taken(function.__code__, known)]
    for value in values:
        if getattr(value, "__module__", "").startswith("tests."):
            _collect(value, names, seen)


def _taken(code, known):
    """Return what a function takes from the tests' modules: a module's name and its own name."""
    inside = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return {
        (before.argval, after.argval)
        for before, after in itertools.pairwise(dis.get_instructions(code))
        if before.opname == "LOAD_GLOBAL"
        and after.opname in ("LOAD_ATTR", "LOAD_METHOD")
        and isinstance(module := known.get(before.argval), types.ModuleType)
        and module.__name__.startswith("tests.")
    }.union(*(_taken(one, known) for one in inside))


def _names(code):
    """Return the names and texts in a function's code, and in the functions inside it."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
        elif isinstance(constant, str):
            names.add(constant.rpartition("/")[2])
    return names


class Watch:
    """Notes what this process does that a quick test must not."""

    def __init__(self):
        self.seen = set()
        sys.addaudithook(self._note)

    def _note(self, event, arguments):
        if event == "socket.bind":
            self.seen.add("server")
        elif event == "import" and arguments[0] == "jittor":
            self.seen.add("jittor")
        # Libraries ask small programs about the machine: these don't count.
        elif event == "subprocess.Popen" and str(arguments[0]) == sys.executable:
            self.seen.add("process")
