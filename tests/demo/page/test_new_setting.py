"""A setting that is added to the specification is everywhere, without another change."""

import io
import json
import re
from dataclasses import dataclass, replace

import gradio as gr
import pytest
from PIL import Image

from cgan.common.errors import UserError
from cgan.writing.setting import Choice, Number, setting_field
from cgan.writing.settings import GridSettings, MorphSettings, WritingSettings
from demo import actions
from demo.actions import Kinds, Settings
from demo.models import Models
from demo.page import page, views
from demo.serve.gate import check_values

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

NUMBER = Number(low=2, high=9, description="a toy from {low:g} to {high:g}", text="frames")
CHOICE = Choice(choices=("gif", "webp"), description="{choices}", text="more", strokes=False)
MODELS = Models()


@dataclass(frozen=True)
class More(Settings):
    """The page's settings and two new ones."""

    toy: int = setting_field(4, NUMBER)
    kind: str = setting_field("gif", CHOICE)


@dataclass(frozen=True)
class MoreGrid(GridSettings):
    """The grid's settings and two new ones."""

    toy: int = setting_field(4, NUMBER)
    kind: str = setting_field("gif", CHOICE)


@dataclass(frozen=True)
class MoreMorph(MorphSettings):
    """The morph's settings and two new ones."""

    toy: int = setting_field(4, NUMBER)
    kind: str = setting_field("gif", CHOICE)


NAMES = ("write", "grid", "morph")
every_tab = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def built():
    demo = page.build(MODELS, check_values, Kinds(More, MoreGrid, MoreMorph))
    yield demo
    demo.close()


def endpoint(demo, name):
    (found,) = (function for function in demo.fns.values() if function.api_name == name)
    return found


def named(demo, function):
    """Return the event's function of this name."""
    (found,) = (f for f in demo.fns.values() if getattr(f.fn, "__name__", "") == function)
    return found


def toys(demo):
    """Return the controls of the toy, one for each tab."""
    blocks = demo.blocks.values()
    return [one for one in blocks if getattr(one, "minimum", None) == NUMBER.low]


def toy_of(demo, name):
    return toys(demo)[NAMES.index(name)]


def parameters(demo, name):
    return demo.get_api_info()["named_endpoints"][f"/{name}"]["parameters"]


def test_it_has_a_control_on_each_tab(built):
    for slider in toys(built):
        shown = slider.get_config()
        assert (shown["label"], shown["value"], shown["step"]) == ("Frames", 4, 1)
    blocks = [component.get_config() for component in built.blocks.values()]
    radios = [one for one in blocks if one.get("label") == "Look and details" and "choices" in one]
    assert [[choice for _, choice in one["choices"]] for one in radios] == [["gif", "webp"]] * 3
    assert len(toys(built)) == 3


@every_tab
def test_a_change_of_it_draws(built, name):
    control = toy_of(built, name)
    # The browser notes it, and presses a button that draws the tab's picture.
    (noted,) = (f for f in built.fns.values() if (control._id, "change") in f.targets)
    assert f'cgan.set({control._id}, value, {{"{name}": ' in noted.js
    (button,) = (one for one in built.blocks.values() if one.elem_id == f"draw-{name}")
    (drawing,) = (f for f in built.fns.values() if (button._id, "click") in f.targets)
    assert control in drawing.inputs
    (sent,) = re.findall(r"cgan[.](?:given|askForNumber)\((.*)\)", drawing.js)
    assert json.loads(sent) == [one._id for one in drawing.inputs]


def test_it_is_in_the_link_and_comes_back():
    settings = replace(More(), toy=7, kind="webp")
    link = actions.fragment(settings, MODELS[""])
    assert "&toy=7&kind=webp" in link
    assert actions.restore(f"#{link}", MODELS, More) == (settings, None)


def restored_by(built, *given):
    """Return the values that the page begins with, by component; None for those that stay."""
    _, components = kept(built)
    values = json.loads(named(built, "load").fn(*given)[-1])
    return dict(zip(components, values, strict=True))


def kept(built):
    """Return the version of what the browser keeps, and its components."""
    (ready,) = (f.js for f in built.fns.values() if "cgan.ready(" in (f.js or ""))
    _, version, numbers = json.loads(f"[{ready.partition('cgan.ready(')[2].removesuffix(')')}]")
    return version, [built.blocks[number] for number in numbers]


def test_it_is_restored_to_its_control(built):
    restored = restored_by(built, "#toy=8&kind=webp", "en", "", "")
    assert restored[toy_of(built, "write")] == 8
    assert "webp" in restored.values()


def test_it_is_kept_in_the_browser_and_comes_back(built):
    version, components = kept(built)
    values = [one.value for one in components]
    toys = [toy_of(built, name) for name in ("write", "grid", "morph")]
    for toy, value in zip(toys, (7, "x", 9), strict=True):
        values[components.index(toy)] = value
    restored = restored_by(built, "", "en", json.dumps([version, values]), "")
    assert [restored[toy] for toy in toys] == [7, None, 9]  # a wrong value
    nothing = restored_by(built, "", "en", "", "")
    for unusable in ("", "null", "[1]", "{}", json.dumps([version, values[1:]]), "[" * 9999):
        assert restored_by(built, "", "en", unusable, "") == nothing


@every_tab
def test_it_is_the_last_parameter_of_the_api(built, name):
    *old, toy, kind = parameters(built, name)
    assert old[0]["parameter_name"] in ("digits", "rows", "start")
    assert (toy["parameter_name"], toy["parameter_default"]) == ("toy", 4)
    assert toy["python_type"]["description"] == "a toy from 2 to 9"
    assert "between 2 and 9" in json.dumps(toy["type"])
    assert kind["python_type"]["description"] == '"gif" or "webp"'


@every_tab
@pytest.mark.parametrize("values", [[10, "gif"], [2.5, "gif"], ["x", "gif"], [4, "exe"]])
def test_a_bad_value_of_it_is_refused_in_a_sentence(built, name, values):
    function = endpoint(built, name)
    given = [component.value for component in function.inputs]
    with pytest.raises(Exception, match="must be") as caught:
        function.fn(*given[:-2], *values)
    assert "\n" not in str(caught.value)


@every_tab
def test_a_right_value_of_it_is_taken(built, name):
    function = endpoint(built, name)
    given = [component.value for component in function.inputs]
    assert function.fn(*given[:-2], 5, "webp").endswith((".png", ".gif"))


@pytest.mark.parametrize("link", ["#toy=10", "#toy=x", "#kind=exe"])
def test_a_bad_value_in_a_link_is_named_and_ignored(link):
    restored, wrong = actions.restore(link, MODELS, More)
    assert restored == More(seed=WritingSettings.seed, variation=1.0, spacing="grid")
    assert isinstance(wrong, UserError)


def test_a_bad_value_is_refused_on_the_page():
    with pytest.raises(UserError, match="Toy must be a whole number from 2 to 9"):
        views.paper_html(MODELS[""], More(toy=10), "en")


def test_a_bad_value_is_refused_beside_the_grid_and_the_film(built):
    for name, function in (("grid", "show"), ("morph", "film")):
        event = named(built, function)
        toy = event.inputs.index(toy_of(built, name))
        given = [component.value for component in event.inputs]
        said = event.fn(*given[:toy], 10, *given[toy + 1 :])
        assert "Toy must be a whole number from 2 to 9" in str(said)


@pytest.mark.parametrize("target", ["write", "morph"])
def test_a_cell_of_the_grid_is_carried_over_with_its_default(built, target):
    carry = named(built, "carry")
    values = carry.fn(gr.EventData(None, {"digit": 7, "row": 3, "seed": 12}), target, 0.5)
    assert values.keys() <= set(carry.outputs)
    assert values[toy_of(built, target)] == 4  # it changes the strokes
    assert "gif" not in values.values()  # `kind` doesn't


def test_an_unknown_tab_gets_no_cell(built):
    event = gr.EventData(None, {"digit": 7, "row": 3, "seed": 12})
    with pytest.raises(gr.Error, match="target must be one of write, morph"):
        named(built, "carry").fn(event, "about", 0.5)


def test_a_file_says_what_it_was(built):
    model = MODELS[""]
    number = actions.number_png(model, More(toy=5, kind="webp"), 1)
    grid = actions.make_grid(model, MoreGrid(rows=1, toy=5, kind="webp"), 1).file
    for file in (number, grid):
        texts = Image.open(io.BytesIO(file.data)).text
        assert texts["toy"] == "5"
        assert "kind" not in texts
