"""Values of another kind than the page sends, which only a program of somebody's own would send."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest

from demo import compat
from demo.models import Models
from demo.page import page
from demo.serve.gate import check_values

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def built():
    demo = page.build(Models(), check_values)
    yield demo
    demo.close()


def events(demo):
    """Return the page's own events that have a function on the server."""
    return [one for one in demo.fns.values() if one.fn and one.api_visibility == "private"]


def said(demo, event, values):
    """Send values to an event; return the error's sentence, "" if there is none."""
    cell = gr.EventData(None, {"digit": 7, "row": 3, "seed": 12})
    sent = [json.dumps(values)] if getattr(event, "sent_as_text", False) else values
    call = demo.process_api(event, sent, request=None, state=None, event_data=cell)
    try:
        with ThreadPoolExecutor(1) as pool:  # a browser's own loop may run in this one
            pool.submit(asyncio.run, call).result()
    except gr.Error as error:
        return error.message
    return ""


@pytest.mark.slow
def test_nothing_in_place_of_a_value_is_taken_or_refused_in_a_sentence(built, capsys):
    for event in events(built):
        right = [component.value for component in event.inputs]
        for place in range(len(right)):
            sentence = said(built, event, [*right[:place], None, *right[place + 1 :]])
            assert sentence != compat.FAILED, (event, place)
            assert "\n" not in sentence
    assert capsys.readouterr().err == ""


def named(demo, name):
    (found,) = (one for one in events(demo) if one.fn.__name__ == name)
    return found


@pytest.mark.parametrize("wrong", [None, False, 7])
def test_what_is_shown_has_to_be_text(built, wrong):
    for name, place in (("_draw", 0), ("_other_hands", 1), ("show", 3), ("film", 0)):
        event = named(built, name)
        values = ["x"] * len(event.inputs)  # wrong settings: what is shown is needed
        values[place] = wrong
        assert said(built, event, values) == f"Value {place + 1} must be text."


@pytest.mark.parametrize("wrong", ["x", "[" * 9999, "null", "7", "[]", '["zh", []]', '["zh", 7]'])
def test_a_film_that_its_event_has_not_returned_is_refused(built, wrong):
    event = named(built, "film")
    right = [component.value for component in event.inputs]
    start = next(at for at, one in enumerate(event.inputs) if one.label == "From")
    values = [wrong, *right[1:start], "x", *right[start + 1 :]]
    assert said(built, event, values).startswith("The film that is shown can't be read")
