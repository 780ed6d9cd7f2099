"""Private parts of Gradio: each is tested on its own, so that new versions' changes are noticed."""

import re
import urllib.request
from pathlib import Path

import gradio as gr
import pytest
import uvicorn
from fastapi.testclient import TestClient
from gradio.routes import App

from cgan.common.packages import read_pins
from cgan.writing.look import LOOKS
from demo import compat
from demo.page.page import STATIC
from demo.serve import gate, options
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NUMBER = "13912345678"


def refuse_lists(values):
    if any(isinstance(value, list) for value in values):
        raise gr.Error("no lists")


def shout(text, times):
    """Say it aloud."""
    return text.upper() * int(times)


@pytest.fixture(scope="module")
def built():
    """A small page with one endpoint, `/write`."""
    with compat.LenientBlocks(refuse_lists, analytics_enabled=False) as page:
        assert compat.current_page() is page
        text, times = gr.Textbox("a", label="text"), gr.Number(2, label="times")
        compat.describe(text, "what to say")
        compat.describe(times, "how often")
        button = gr.Button()
        button.click(shout, [text, times], gr.Textbox(), api_name="write")
        button.click(None, text, None, js="alert", api_visibility="private")
        aloud = button.click(shout, [text, times], gr.Textbox(), api_name="aloud")
        compat.send_as_text(aloud, times)
    page.queue()
    yield page
    page.close()


@pytest.fixture(scope="module")
def client(built):
    app = App.create_app(
        built, app_kwargs={"exception_handlers": gate.exception_handlers(["write"])}
    )
    compat.keep_no_sessions(built)
    with TestClient(app) as client:
        assert client.get("/gradio_api/startup-events").json()  # starts the queue
        yield client


def post(client, path, body):
    return client.post(f"/gradio_api/{path}", json=body)


def test_all_of_this_is_for_the_version_that_is_pinned():
    pins = read_pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert pins["gradio"] == compat.VERSION
    assert f"gradio[mcp]=={compat.VERSION}" == options.MCP_PACKAGES
    hosting = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
    assert f"`pip install '{options.MCP_PACKAGES}'`" in hosting


def test_no_page_is_being_built_now():
    with pytest.raises(AssertionError):
        compat.current_page()


@pytest.mark.parametrize(
    ("sent", "result"), [([], "AA"), (["b"], "BB"), (["b", 3], "BBB"), (["b", 1, "c"], "B")]
)
def test_a_call_may_have_fewer_values_or_more(client, sent, result):
    event = post(client, "call/write", {"data": sent}).json()["event_id"]
    said = client.get(f"/gradio_api/call/write/{event}").text
    assert said.startswith("event: complete")
    assert f'["{result}"]' in said


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (['["b", 3]'], '["BBB"]'),
        (["b", 3], '["BBB"]'),
        (["b"], '["BB"]'),
        (['"b"'], '["\\"B\\"\\"B\\""]'),
        (["[" * 9999], "[[["),
        (['[["b"], 3]'], "no lists"),
        (["[null, 3]"], "Value 1 must be text."),
    ],
)
def test_an_event_may_bring_all_values_as_one_text(built, client, sent, said):
    events = {one["api_name"]: one for one in built.get_config_file()["dependencies"]}
    assert events["aloud"]["inputs"] == events["write"]["inputs"][1:]
    event = post(client, "call/aloud", {"data": sent}).json()["event_id"]
    assert said in client.get(f"/gradio_api/call/aloud/{event}").text


def test_the_values_of_a_call_are_checked(client):
    event = post(client, "call/write", {"data": [["b"]]}).json()["event_id"]
    assert "no lists" in client.get(f"/gradio_api/call/write/{event}").text


def test_a_result_is_pending_until_it_is_fetched(built, client):
    assert not compat.is_pending(built, "nothing")
    for session in ({}, {"session_hash": "mine"}):
        event = post(client, "call/write", {"data": ["b"]} | session).json()["event_id"]
        assert compat.is_pending(built, event)
        if not session:
            client.get(f"/gradio_api/call/write/{event}")
            assert not compat.is_pending(built, event)


def test_a_session_has_results_pending_until_they_are_fetched(built, client):
    assert not compat.has_pending(built, "hers")
    body = {"data": ["b"], "fn_index": 0, "session_hash": "hers"}
    post(client, "queue/join", body)
    assert compat.has_pending(built, "hers")
    client.get("/gradio_api/queue/data?session_hash=hers")
    assert not compat.has_pending(built, "hers")


def test_some_events_are_the_browsers_alone(built):
    assert [compat.has_function(built, number) for number in (0, 1, 3, -1)] == [
        *(True, False, False, False)
    ]


def test_some_events_are_beside_the_queue():
    with gr.Blocks(analytics_enabled=False) as page:
        text = gr.Textbox()
        text.change(str, text, text)
        text.change(str, text, text, queue=False)
    assert [compat.is_beside_the_queue(page, number) for number in (0, 1, 2)] == [
        *(False, True, False)
    ]


def test_the_servers_settings_can_be_given(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")  # Gradio asks its own server whether it has started
    given = {}

    def make(app, **settings):
        given.update(settings)
        return uvicorn.Config(app, **settings | {"headers": [("x-ours", "yes")]})

    with gr.Blocks(analytics_enabled=False) as page:
        gr.Textbox()
    with compat.server_made_by(make):
        _, address, _ = page.launch(quiet=True, prevent_thread_lock=True)
    with urllib.request.urlopen(f"{address}config", timeout=20) as answer:
        assert answer.headers["x-ours"] == "yes"
    page.close(verbose=False)
    assert given["log_level"] == "warning"
    assert gr.http_server.uvicorn is uvicorn


def test_a_parameter_is_described(client):
    endpoint = client.get("/gradio_api/info").json()["named_endpoints"]["/write"]
    told = [parameter["python_type"]["description"] for parameter in endpoint["parameters"]]
    assert told == ["what to say", "how often"]
    assert endpoint["description"].startswith("Say it aloud.")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("call/rite", {"data": []}, 404, gate.no_endpoint(["write"])),
        (
            "queue/join",
            {"data": [], "fn_index": 999, "session_hash": "x"},
            404,
            gate.no_endpoint(["write"]),
        ),
        ("call/v2/write", {"txt": "b"}, 422, "Parameter `txt` is not a valid key-word argument."),
    ],
)
def test_what_gradio_raises_becomes_a_sentence(client, path, body, status, said):
    answer = post(client, path, body)
    assert (answer.status_code, answer.json()) == (status, {"error": said})


def test_other_errors_are_not_hidden():
    assert not compat.is_unknown_endpoint(KeyError("name"))
    assert not compat.is_unknown_endpoint(KeyError())


def test_a_component_keeps_no_names_of_files(monkeypatch, tmp_path):
    with gr.Blocks(analytics_enabled=False) as page:
        component = gr.Image()
    monkeypatch.setattr(component, "GRADIO_CACHE", str(tmp_path))
    path = tmp_path / "picture.png"
    path.write_bytes(b"data")
    compat.keep_no_names(component)
    assert component.move_resource_to_block_cache(path) == str(path)
    assert list(component.temp_files) == []
    assert not any(page.temp_file_sets)


def test_a_picture_is_returned_as_a_file(tmp_path):
    path = tmp_path / "picture.svg"
    path.write_text("<svg/>")
    component = gr.Image(type="filepath", render=False)
    compat.return_files(component)
    assert component.postprocess(str(path)).path == str(path)
    assert component.postprocess(None) is None


@pytest.mark.parametrize(("sent", "read"), [({"digit": 7}, {"digit": 7}), (None, {}), ("x", {})])
def test_what_the_browser_sends_with_an_event(sent, read):
    assert compat.event_data(gr.EventData(None, sent)) == read


def test_a_session_is_new_each_time(built):
    compat.keep_no_sessions(built)
    holder = built.app.state_holder
    assert built.state_holder is holder
    first = holder["mine"]
    component = next(iter(built.blocks))
    first._update_value_in_config(component, NUMBER)
    first._update_config(component)
    assert list(first.components) == []
    assert holder["mine"] is not first
    assert "mine" not in holder
    assert holder.session_data == {}


def test_nothing_that_is_sent_stays_in_a_session(built, client):
    body = {"data": [NUMBER, 1], "session_hash": "mine"}
    event = post(client, "call/write", body).json()["event_id"]
    assert event
    assert built.state_holder.session_data == {}


def test_a_session_has_what_gradio_gives_it(built):
    """Ours skips Gradio's `__init__`: a new attribute there must be set here too."""
    own, gradios = compat.NoSessions(), gr.state_holder.StateHolder()
    own.blocks = gradios.blocks = built
    assert vars(own["mine"]).keys() == vars(gradios["mine"]).keys()


def test_what_is_printed_at_a_launch_says_why_there_is_no_link(monkeypatch, capsys):
    def refuse(**_):
        raise RuntimeError

    monkeypatch.setattr(gr.networking, "setup_tunnel", refuse)
    monkeypatch.setenv("no_proxy", "*")  # Gradio asks its own server whether it has started
    with gr.Blocks(analytics_enabled=False) as page:
        gr.Textbox()
    with compat.quiet_launch() as printed:
        _, _, public = page.launch(share=True, quiet=True, prevent_thread_lock=True)
    page.close(verbose=False)
    assert public is None
    assert compat.why_no_link(printed).startswith("Could not create share link. ")
    assert capsys.readouterr().out == ""


@pytest.fixture(scope="module")
def front_end():
    """The text of Gradio's script and style for the browser."""
    folder = Path(gr.__file__).parent / "templates/frontend/assets"
    files = [path for path in folder.iterdir() if path.suffix in (".js", ".css")]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


@pytest.mark.parametrize("name", compat.CLASSES)
def test_the_browser_still_gets_a_class_that_the_page_looks_for(front_end, name):
    assert re.search(rf'\.{name}(?![\w-])|="{name}"', front_end)


@pytest.mark.parametrize("name", compat.LABELS)
def test_the_browser_still_gets_a_label_that_the_page_looks_for(front_end, name):
    assert name in front_end


def test_the_page_looks_for_these_names():
    looked_for = "".join(
        (STATIC / name).read_text() for name in ("page.js", "repairs.js", "style.css")
    )
    for name in (*compat.CLASSES, *compat.LABELS):
        assert name in looked_for, name


# Classes of our own whose names are put together, in `paper`, `game` and `hand_html`.
COMPOSED = {"by-ink", "by-grid", "real", "chosen", "main", "own-keep", "own-remove", "own-write"}


def our_classes():
    """Return the classes that the page gives to its own parts, and to Gradio's components."""
    paths = [path for path in STATIC.parent.rglob("*") if path.suffix in (".py", ".js")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    given = re.findall(r"""class(?:es)?=["'](.*?)["']|elem_classes=\[(.*?)\]""", text)
    toggled = re.findall(r'classList\.(?:add|toggle)\("([\w-]+)"', text)
    return {*LOOKS, *COMPOSED, *toggled, *re.findall(r"[\w-]+", str(given))}


def our_style():
    return re.sub(r"/\*.*?\*/", "", (STATIC / "style.css").read_text(), flags=re.DOTALL)


def test_what_holds_on_some_screens_alone_is_about_the_inside_of_the_page():
    """In @media, Gradio puts its own container before our selectors: `html` isn't inside of it."""
    blocks = re.findall(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)", our_style())
    assert any("#hand-back" in block for block in blocks)
    selectors = re.findall(r"([^{}]+)\{", "".join(blocks))
    outside = r"(^|[\s,])(html|body|main|gradio-app|:root|\.dark|\.gradio-container)\b"
    assert [selector for selector in selectors if re.search(outside, selector)] == []


def test_no_other_class_of_gradios_is_looked_for():
    style = our_style()
    selectors = " ".join(re.findall(r"([^{};]+)\{", style))
    used = set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))
    assert {"sheet", "problem", "mnist"} <= used & our_classes()
    assert used - our_classes() - {*compat.CLASSES} == set()


# The routes of Gradio's server by their first part, for which the gate was made.
ROUTES = """
api app_id assets call cancel component_server config custom_component deep_link dev favicon.ico
file file= heartbeat info login login_check logout manifest.json monitoring openapi.json
process_recording proxy= pwa_icon queue reset robots.txt run run-history runs startup-events static
stream svelte theme.css token undo-vibe-edit upload upload_progress user vibe-code vibe-edit
vibe-starter-queries
"""


def test_every_route_is_known(client):
    """A new one may store or fetch something: close it in `gate.py`, or add it here."""
    paths = client.app.openapi()["paths"]
    names = [re.sub(r"^/(gradio_api/)?|[{/].*", "", path) for path in paths]
    assert set(filter(None, names)) <= set(ROUTES.split())
    assert {"upload", "proxy=", "call"} <= set(names)
