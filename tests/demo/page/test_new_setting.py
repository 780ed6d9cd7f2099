"""A setting that is added to the specification is everywhere, without another change."""

import gc
import json
import warnings
from dataclasses import dataclass, replace

import pytest

from cgan.common.errors import UserError
from cgan.writing.settings import Choice, Number, setting_field
from demo import actions
from demo.actions import Settings
from demo.models import Models
from demo.page import page

pytestmark = [
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

NUMBER = Number(low=2, high=9, description="a toy from {low:g} to {high:g}", text="frames")
CHOICE = Choice(choices=("gif", "webp"), description="{choices}", text="more")
MODELS = Models()


@dataclass(frozen=True)
class More(Settings):
    """The page's settings and two new ones."""

    toy: int = setting_field(4, NUMBER)
    kind: str = setting_field("gif", CHOICE)


@pytest.fixture(scope="module")
def built():
    demo = page.build(MODELS, More)
    yield demo
    demo.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


def endpoint(demo):
    (found,) = (function for function in demo.fns.values() if function.api_name == "write")
    return found


def is_toy(component):
    return getattr(component, "minimum", None) == NUMBER.low


def parameters(demo):
    return demo.get_api_info()["named_endpoints"]["/write"]["parameters"]


def test_it_has_a_control_on_the_page(built):
    shown = [component.get_config() for component in built.blocks.values()]
    (slider,) = (one for one in shown if (one.get("minimum"), one.get("maximum")) == (2, 9))
    assert (slider["label"], slider["value"], slider["step"]) == ("Frames", 4, 1)
    (radio,) = (one for one in shown if one.get("label") == "Look and details" and "choices" in one)
    assert [choice for _, choice in radio["choices"]] == ["gif", "webp"]


def test_a_change_of_it_draws(built):
    (control,) = (component for component in built.blocks.values() if is_toy(component))
    drawing = [f for f in built.fns.values() if (control._id, "change") in f.targets]
    assert len(drawing) == 1
    assert control in drawing[0].inputs


def test_it_is_in_the_link_and_comes_back():
    settings = replace(More(), toy=7, kind="webp")
    link = actions.fragment(settings)
    assert link.endswith("&toy=7&kind=webp")
    assert actions.restore(f"#{link}", MODELS, More) == (settings, None)


def test_it_is_restored_to_its_control(built):
    (load,) = (f for f in built.fns.values() if any(event == "load" for _, event in f.targets))
    restored = load.fn("#toy=8&kind=webp", "en")
    (toy,) = (component for component in built.blocks.values() if is_toy(component))
    assert restored[load.outputs.index(toy)] == 8
    assert "webp" in restored


def test_it_is_the_last_parameter_of_the_api(built):
    *old, toy, kind = parameters(built)
    assert old[0]["parameter_name"] == "digits"
    assert (toy["parameter_name"], toy["parameter_default"]) == ("toy", 4)
    assert toy["python_type"]["description"] == "a toy from 2 to 9"
    assert "between 2 and 9" in json.dumps(toy["type"])
    assert kind["python_type"]["description"] == '"gif" or "webp"'


@pytest.mark.parametrize("values", [[10, "gif"], [2.5, "gif"], ["x", "gif"], [4, "exe"]])
def test_a_bad_value_of_it_is_refused_in_a_sentence(built, values):
    write = endpoint(built)
    given = [component.value for component in write.inputs]
    assert write.fn(*given).endswith(".png")
    with pytest.raises(Exception, match="must be") as caught:
        write.fn(*given[:-2], *values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("link", ["#toy=10", "#toy=x", "#kind=exe"])
def test_a_bad_value_in_a_link_is_named_and_ignored(link):
    restored, wrong = actions.restore(link, MODELS, More)
    assert restored == More()
    assert isinstance(wrong, UserError)


def test_a_bad_value_is_refused_on_the_page():
    with pytest.raises(UserError, match="Toy must be a whole number from 2 to 9"):
        actions.paper_html(MODELS[""], More(toy=10), "en")
