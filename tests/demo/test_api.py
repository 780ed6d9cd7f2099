"""The four endpoints, by `gradio_client` and by plain HTTP, with good input and bad."""

import base64
import io
import json
import os
import re
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import numpy as np
import pytest
from gradio.utils import get_function_description
from gradio_client import Client
from PIL import Image

from cgan import Sampler
from cgan.writing.own_hand import OwnHand
from cgan.writing.setting import specified
from cgan.writing.settings import GridSettings, HandSettings, MorphSettings, WritingSettings
from demo import actions
from demo.api import ENDPOINTS
from demo.models import Models
from demo.page import page
from demo.serve import health
from demo.serve.gate import check_values
from tests import browser
from tests.writing.sheets import sheet

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    pytest.mark.slow,
    # Gradio and its client leave sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with browser.served(tmp_path_factory.mktemp("demo")) as served:
        yield served


@pytest.fixture(scope="module")
def client(served, tmp_path_factory):
    downloads = tmp_path_factory.mktemp("downloads")
    client = Client(served.address, verbose=False, download_files=str(downloads))
    yield client
    client.close()


def test_each_parameter_says_what_it_may_be(client):
    """Endpoints share components, and with them the descriptions of parameters."""
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    settings = {
        "/write": WritingSettings,
        "/grid": GridSettings,
        "/morph": MorphSettings,
        "/hand": HandSettings,
    }
    for name, endpoint in described.items():
        assert endpoint["description"].endswith(".")
        specification = specified(settings[name])
        for parameter in endpoint["parameters"]:
            told = parameter["python_type"]["description"]
            assert told
            assert not told.endswith(".")
            if setting := specification.get(parameter["parameter_name"]):
                assert told == setting.describe()
                assert parameter["parameter_default"] == setting.default


def test_mcp_knows_each_tool_and_its_parameters_by_name(built):
    """As Gradio reads them for MCP, which needs a package that isn't here."""
    functions = {one.api_name: one.fn for one in built.fns.values() if one.api_name}
    for endpoint in ENDPOINTS:
        function = functions[endpoint.name]
        described, parameters, _ = get_function_description(function)
        assert function.__name__ == endpoint.name
        assert described == endpoint.description
        assert set(endpoint.order) <= set(parameters)
        assert all(parameters.values())


def test_there_are_exactly_four_endpoints(client):
    described = client.view_api(return_format="dict", print_info=False)
    assert sorted(described["named_endpoints"]) == ["/grid", "/hand", "/morph", "/write"]
    assert described["unnamed_endpoints"] == {}
    assert "hyphens, dots" in client.view_api(return_format="str", print_info=False)
    parameters = {
        name: [parameter["parameter_name"] for parameter in endpoint["parameters"]]
        for name, endpoint in described["named_endpoints"].items()
    }
    assert parameters == {
        "/write": [
            "digits",
            "seed",
            "style",
            "truncation",
            "redrawn",
            "look",
            "ink",
            "scale",
            "row",
            "weights",
            "best_of",
            "format",
            "variation",
            "spacing",
            "pen",
            "hand",
            "card",
        ],
        "/grid": ["rows", "seed", "look", "ink", "weights"],
        "/morph": [
            "start",
            "end",
            "start_seed",
            "end_seed",
            "frames",
            "ink",
            "format",
            "weights",
            "look",
        ],
        "/hand": ["picture", "digits", "weights"],
    }


def test_write_is_what_the_sampler_writes(client):
    path = client.predict("+86 138", 7, look="mnist", scale=1, api_name="/write")
    with Image.open(path) as image:
        assert image.text["digits"] == "86138"
        assert image.text["seed"] == "7"
        picture = np.asarray(image)
    np.testing.assert_array_equal(picture, Sampler.from_pretrained().write("+86 138", seed=7))


def test_write_gives_svg_as_well_and_files_say_what_is_not_written(client):
    for kind, attribute in (("svg", "fill-rule"), ("strokes", "stroke-linecap")):
        path = client.predict("Tel. 138", format=kind, api_name="/write")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        assert path.endswith(".svg")
        assert f" {attribute}=" in text
        assert "left_out: Not written: “Tel”." in text
    path = client.predict("Tel. 138", api_name="/write")
    with Image.open(path) as image:
        assert image.text["left_out"] == "Not written: “Tel”."
    path = client.predict("Tel. 1", "2", look="mnist", api_name="/morph")
    with Image.open(path) as image:
        assert image.info["comment"].decode() == "Not written: “Tel”."
        assert image.convert("RGB").getpixel((0, 0)) == (0, 0, 0)


def test_write_spaces_by_ink_if_it_is_asked_to(client):
    new = {"variation": 0.22, "spacing": "ink", "pen": 0.3}
    path = client.predict("+86 (138)", 7, format="svg", **new, api_name="/write")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert re.findall('data-name="(.)"', text) == list("+86(138)")
    assert "variation 0.22; " in text
    assert "spacing: ink; pen: 0.3" in text
    with Image.open(client.predict("+86 138", 7, scale=2, **new, api_name="/write")) as image:
        assert (image.height, image.text["spacing"]) == (64, "ink")
    # A call that doesn't name them gets what it got before: from commit 3751c4d.
    path = client.predict("+86 138-1234", 7, ink="blue", format="svg", api_name="/write")
    with open(path, "rb") as file:
        svg = "4be1a2c98e60052a2ce9e322c2a47c7908e4277a052b4a7288ffcd1cc0e45298"
        assert sha256(file.read()).hexdigest() == svg
    with pytest.raises(Exception, match="Pen must be a number from -1 to 1"):
        client.predict("1", pen=2, api_name="/write")


def test_write_gives_cards(client):
    path = client.predict("+86 138", format="pdf", api_name="/write")
    assert path.endswith(".pdf")
    with open(path, "rb") as file:
        assert file.read(5) == b"%PDF-"
    with Image.open(client.predict("+86 138", card="phone", api_name="/write")) as image:
        assert image.size == (1080, 1920)


def test_write_may_choose_the_most_legible(client):
    path = client.predict("4499", 7, look="mnist", scale=1, best_of=4, api_name="/write")
    with Image.open(path) as image:
        assert image.text["best_of"] == "4"
        picture = np.asarray(image)
    expected = Sampler.from_pretrained().write("4499", seed=7, best_of=4)
    np.testing.assert_array_equal(picture, expected)


def test_one_hand_may_be_any_row_of_the_grid(client):
    path = client.predict("7", 7, "one", look="mnist", scale=1, row=2, api_name="/write")
    with Image.open(path) as image:
        picture = np.asarray(image)
    grid = Sampler.from_pretrained().grid(3, seed=7)
    np.testing.assert_array_equal(picture, grid[2 * 32 :, 7 * 32 : 8 * 32])


def test_a_photo_becomes_a_hand_that_writes(client, served):
    file = io.BytesIO()
    Image.fromarray(sheet([2, 5], noise=3)).save(file, "JPEG")
    photo = base64.b64encode(file.getvalue()).decode()
    text = client.predict(photo, "25", api_name="/hand")
    sampler = Sampler.from_pretrained()
    hand = OwnHand.from_dict(json.loads(text), sampler.config, sampler.sha256)
    assert sorted(hand.digits) == [2, 5]
    for form in (text, hand.to_text()):
        path = client.predict("253", look="mnist", scale=1, hand=form, api_name="/write")
        with Image.open(path) as image:
            assert image.text["hand"] == "own"
            np.testing.assert_array_equal(np.asarray(image), sampler.write("253", hand=hand))
    said = "No digits were found|2 digits were found in the picture instead of 3"
    with pytest.raises(Exception, match=said):
        client.predict(photo, "253", api_name="/hand")
    assert photo[:40] not in "".join(served.output)
    assert not [path for path in served.temporary.rglob("*") if path.suffix in (".jpg", ".jpeg")]


def bomb():
    """Return a small file of a picture with more pixels than a server takes."""
    file = io.BytesIO()
    Image.new("1", (5000, 4000)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_grid_is_what_the_sampler_draws(client):
    path = client.predict(rows=3, seed=7, look="mnist", api_name="/grid")
    with Image.open(path) as image:
        picture = np.asarray(image)[::4, ::4]
    np.testing.assert_array_equal(picture, Sampler.from_pretrained().grid(3, seed=7))


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_morph_is_an_animation(client, kind):
    path = client.predict("12", "34", 1, 2, 8, "blue", kind, api_name="/morph")
    with Image.open(path) as image:
        assert (image.format, image.n_frames) == (kind.upper(), 14)


def test_a_picture_has_an_address(client, served):
    path = client.predict("+1 38", seed=7, variation=0.2, spacing="ink", api_name="/write")
    asked = "write.png?digits=%2B1+38&seed=7&variation=0.2&spacing=ink"
    with urllib.request.urlopen(served.address + asked) as found:  # it follows the redirect
        assert "weights=" in found.url
        assert "immutable" in found.headers["cache-control"]
        with open(path, "rb") as file:
            assert found.read() == file.read()
    head = urllib.request.Request(found.url, method="HEAD")
    with urllib.request.urlopen(head) as answer:
        assert answer.read() == b""
        assert answer.headers["etag"] == found.headers["etag"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{served.address}write.svg?digits=x&look=neon")
    assert (refused.value.code, refused.value.read().count(b"\n")) == (400, 1)


def test_the_same_request_gives_the_same_bytes(client):
    first, second = (
        open(client.predict("77", api_name="/write"), "rb").read()  # noqa: SIM115
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("endpoint", "values", "said"),
    [
        ("/write", {"digits": "a"}, "There is no digit to write"),
        ("/write", {"digits": "1", "format": "gif"}, "format must be one of png, svg, strokes"),
        ("/write", {"digits": ""}, "There is no digit to write"),
        ("/write", {"digits": "1" * 65}, "the limit is 64 digits"),
        ("/write", {"digits": "1" * 100_000}, "the limit is 64 digits"),
        ("/write", {"digits": "1", "seed": 10_000}, "9999"),
        ("/write", {"digits": "1", "seed": -1}, "0"),
        ("/write", {"digits": "1", "seed": 5.5}, "Seed must be"),
        ("/write", {"digits": "1", "truncation": 2}, "1.5"),
        ("/write", {"digits": "1", "redrawn": "x"}, "redrawn must be pairs"),
        ("/write", {"digits": "1", "style": "both"}, "style must be one of own, one"),
        ("/write", {"digits": "1", "look": "glass"}, "look must be one of paper, mnist"),
        ("/write", {"digits": "1", "scale": 9}, "8"),
        ("/write", {"digits": "1", "best_of": 9}, "Best_of must be"),
        ("/write", {"digits": "1", "weights": "ann/x"}, "weights must be left out"),
        ("/write", {"digits": "1", "hand": "x"}, "no hand that can be read"),
        ("/write", {"digits": "1", "hand": f"1.0123456789ab.{'A' * 134}"}, "with other weights"),
        ("/hand", {"picture": "x"}, "must be a JPEG, PNG or WebP"),
        ("/hand", {"picture": "R0lGODlhAQABAAAAACw="}, "must be a JPEG, PNG or WebP"),
        ("/hand", {"picture": bomb()}, "12 megapixels"),
        ("/hand", {"picture": "", "digits": "a"}, "There is no digit"),
        ("/grid", {"rows": 21}, "20"),
        ("/grid", {"rows": 0}, "1"),
        ("/morph", {"start": "1", "end": "12"}, "they have 1 and 2"),
        ("/morph", {"start": "1", "end": "x"}, "no digit"),
        ("/morph", {"start": "1", "end": "2", "frames": 61}, "60"),
        ("/morph", {"start": "1", "end": "2", "format": "exe"}, "format must be one of gif, webp"),
    ],
)
def test_bad_input_gets_a_sentence(client, served, endpoint, values, said):
    with pytest.raises(Exception, match=r"^[^\n]+$") as caught:
        client.predict(**values, api_name=endpoint)
    assert said in str(caught.value)
    assert "Traceback" not in "".join(served.output)


def test_plain_http_gives_the_same_picture_and_the_same_sentences(served):
    settings = [7, "own", 1, "", "mnist", "black", 1]
    said = browser.call(served.address, ["138", *settings])
    assert said.startswith("event: complete")
    url = json.loads(said.split("data: ")[1])[0]["url"]
    with urllib.request.urlopen(url, timeout=30) as answer, Image.open(answer) as image:
        picture = np.asarray(image)
    np.testing.assert_array_equal(picture, Sampler.from_pretrained().write("138", seed=7))
    assert "There is no digit to write" in browser.call(served.address, ["x", *settings])


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("call/v2/write", {"digits": "1", "sed": 3}, 422, "`sed` is not a valid key-word"),
        ("call/v2/rite", {"digits": "1"}, 404, "The endpoints are /write, /grid, /morph and /hand"),
        ("call/rite", {"data": ["1"]}, 404, "The endpoints are /write, /grid, /morph and /hand"),
        (
            "queue/join",
            {"data": ["1"], "fn_index": 999, "session_hash": "x"},
            404,
            "The endpoints are /write, /grid, /morph and /hand",
        ),
    ],
)
def test_a_wrong_name_gets_a_sentence_over_plain_http(served, path, body, status, said):
    address, headers = f"{served.address}gradio_api/{path}", {"Content-Type": "application/json"}
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=30)
    with caught.value as answer:
        assert answer.code == status
        assert said in json.load(answer)["error"]
    assert "Traceback" not in "".join(served.output)


def test_parameters_may_be_given_by_name(served):
    body = json.dumps({"digits": "138", "look": "mnist", "scale": 1, "seed": 7}).encode()
    headers = {"Content-Type": "application/json"}
    url = f"{served.address}gradio_api/call/v2/write"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{served.address}gradio_api/call/write/{event}") as answer:
        assert answer.read().decode().startswith("event: complete")


@pytest.mark.parametrize("data", [[], ["13966667777"], ["13966667777", -1], ["13966667777"] * 20])
def test_any_number_of_values_is_answered_and_never_logged(served, data):
    said = browser.call(served.address, data)
    assert said.startswith("event: complete") == (data in ([], ["13966667777"])), said
    assert "13966667777" not in "".join(served.output)
    assert "Traceback" not in "".join(served.output)


def test_names_of_files_on_the_server_do_not_tell_the_digits(client, served):
    client.predict("13977778888", api_name="/write")
    kept = [path.name for path in served.temporary.rglob("*.png")]
    assert kept
    assert not any("139" in name for name in kept)


@pytest.mark.parametrize("path", ["monitoring", "monitoring/summary", "gradio_api/monitoring"])
def test_there_is_no_monitoring_page(served, path):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{served.address}{path}", timeout=30)
    assert caught.value.code in (403, 404)
    caught.value.close()


def test_the_health_check_draws_a_digit(served):
    assert health.problem(int(served.address.rstrip("/").rpartition(":")[2])) == ""


def test_many_who_ask_for_the_same_at_once_all_get_it_whole(served):
    def ask(_):
        said = browser.call(served.address, ["138"])
        assert said.startswith("event: complete"), said
        url = json.loads(said.partition("data: ")[2])[0]["url"]
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read()

    with ThreadPoolExecutor(16) as pool:
        pictures = set(pool.map(ask, range(48)))
    assert len(pictures) == 1


def test_small_drawings_do_not_wait_for_morphs(built, monkeypatch, tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def wait(*given):
        begun.set()
        go_on.wait(60)
        return make_morph(*given)

    make_morph = actions.make_morph
    monkeypatch.setattr(actions, "make_morph", wait)
    monkeypatch.setenv("NO_PROXY", os.environ.get("NO_PROXY", "") + ",127.0.0.1,localhost")
    _, address, _ = built.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    client = Client(address, verbose=False, download_files=False)
    try:
        morphs = [client.submit("1", "2", api_name="/morph")]
        assert begun.wait(60)  # only one of a session may wait in so short a line
        morphs.append(client.submit("1", "2", api_name="/morph"))
        assert client.predict("5", api_name="/write")
        assert [morph.exception() for morph in morphs if morph.done()] == []
        go_on.set()
        assert all(morph.result(timeout=60) for morph in morphs)
    finally:
        go_on.set()
        client.close()
        built.close()


@pytest.fixture(scope="module")
def built():
    """The page in this process, where only two may wait in a line."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page, "PLACES", 2)
        demo = page.build(Models(), check_values)
    yield demo
    demo.close()


def test_a_burst_over_the_queue_gets_a_sentence_and_does_not_hang(built, monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", os.environ.get("NO_PROXY", "") + ",127.0.0.1,localhost")
    _, address, _ = built.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    client = Client(address, verbose=False, download_files=False)
    try:
        jobs = [
            client.submit("1" * 12, "2" * 12, 1, 2, 40, "black", "webp", api_name="/morph")
            for _ in range(12)
        ]
        errors = [error for job in jobs if (error := job.exception(timeout=120)) is not None]
        assert errors
        assert all("Queue is full" in str(error) for error in errors)
        assert client.predict("5", api_name="/write")
    finally:
        client.close()
        built.close()
