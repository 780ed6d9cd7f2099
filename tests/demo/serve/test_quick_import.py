"""Importing Gradio without what only its developers need."""

import inspect
import sys

from gradio import component_meta

from demo.serve import quick_import
from tests.conftest import run_python

# Prints each file with a component's interface that is opened.
PROGRAM = """
import sys
from demo.serve import environment, quick_import
environment.prepare()
sys.addaudithook(
    lambda event, arguments: event == "open" and str(arguments[0]).endswith(".pyi")
    and print(arguments[0])
)
import gradio as gr
with gr.Blocks() as page:
    gr.Slider(0, 1).change(None)
left = [one for one in sys.meta_path if type(one).__module__ == quick_import.__name__]
print(len(page.fns), left)
"""


def test_gradio_works_and_leaves_its_interfaces_alone(tmp_path):
    result = run_python("-c", PROGRAM, cwd=tmp_path)
    assert result.stdout == "1 []\n", result.stdout + result.stderr


def test_gradio_still_has_what_is_replaced():
    assert component_meta.__name__ == quick_import.MODULE
    source = " ".join(inspect.getsource(component_meta).split())
    given = "component_class: type, class_name: str, events: list[str | EventListener]"
    assert f"def {quick_import.FUNCTION}( {given} ):" in source
    assert f"{quick_import.FUNCTION}(" in source.partition("class ComponentMeta")[2]


def test_once_gradio_is_imported_nothing_is_done():
    before = list(sys.meta_path)
    quick_import.prepare()
    assert sys.meta_path == before
