"""Importing Gradio in half the time. `prepare` comes before that, so it isn't imported here."""

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# Parses and renders the source of each component's class, to write its .pyi file anew. That takes
# Gradio 6.31.0 about half of its import; its packages have these files already.
MODULE, FUNCTION = "gradio.component_meta", "create_or_modify_pyi"


class _Finder(MetaPathFinder):
    """Finds that module alone, and replaces its function once it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_replace(module: ModuleType) -> None:
            del spec.loader.exec_module  # type: ignore[union-attr]
            execute(module)
            setattr(module, FUNCTION, _leave_as_it_is)

        spec.loader.exec_module = execute_and_replace  # type: ignore[method-assign]
        return spec


def _leave_as_it_is(component: type, name: str, events: Sequence[object]) -> None:
    """Write no .pyi file."""


def prepare() -> None:
    """Import Gradio without that, when it is imported."""
    if MODULE not in sys.modules:
        sys.meta_path.insert(0, _Finder())
