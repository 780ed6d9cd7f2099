"""The source of the installed Jittor, read without importing it, and its functions by themselves.

Here tests hold what we know of Jittor's private parts against Jittor itself: a text that is gone,
or a function that looks in another place, is a change.
"""

import ast
import importlib.util
from pathlib import Path

SITE = Path(importlib.util.find_spec("jittor").origin).parents[1]


def text(path):
    """Return a file's text; the path begins with "jittor/" or "jittor_utils/"."""
    return (SITE / path).read_text(encoding="utf-8")


def function(path, name, **known):
    """Return a function of Jittor's, and what is global to it: `known` alone, to begin with."""
    tree = ast.parse(text(path))
    (found,) = (
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
    )
    exec(compile(ast.Module([found], []), path, "exec"), known)
    return known[name], known


def variables(*paths):
    """Return the environment variables that some modules read."""
    found = set()
    for node in (node for path in paths for node in ast.walk(ast.parse(text(path)))):
        if isinstance(node, ast.Call):
            reads = ast.unparse(node.func) in ("os.environ.get", "env_or_find", "env_or_try_find")
            name = node.args[0] if reads else None
        elif isinstance(node, ast.Compare):
            name = node.left if ast.unparse(node.comparators[0]) == "os.environ" else None
        else:
            continue
        if isinstance(name, ast.Constant):
            found.add(name.value)
    return found
