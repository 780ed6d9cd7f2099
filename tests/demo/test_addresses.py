"""Pictures by address: the same bytes for ever, for pages, documents and caches."""

import io
import re
import shutil
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cgan.hub.source import BUNDLED
from cgan.writing.formats import CARD, FILE, FORMATS
from cgan.writing.setting import specified, unnamed
from cgan.writing.settings import SCALE, WritingSettings
from demo import actions, addresses
from demo.models import Models
from tests.formats import assert_is


@pytest.fixture(scope="module")
def models():
    return Models()


@pytest.fixture(scope="module")
def client(models):
    with served(models) as client:
        yield client


def served(models):
    """Return a client of a server that has nothing else."""

    async def other(_):
        return PlainTextResponse("passed on")

    middleware = [Middleware(addresses.PicturesByAddress, models)]
    app = Starlette(routes=[Route("/{path:path}", other)], middleware=middleware)
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def sha256(models):
    return models[""].sampler.sha256


def address(ending="png", **values):
    return f"/write.{ending}?{urlencode(values)}"


def test_what_the_weights_sha256_names_may_be_kept_for_ever(client, models, sha256):
    asked = address(digits="+86 138", seed=7, look="clear", weights=sha256)
    found = client.get(asked)
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    file = actions.number_png(
        models[""], actions.Settings(digits="+86 138", seed=7, look="clear", variation=-1,
                                     spacing="grid"), SCALE.default,
    )  # fmt: skip
    assert found.content == file.data
    again = client.get(asked, headers={"if-none-match": f'"x", W/{found.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == found.headers["etag"]
    assert client.get(asked, headers={"if-none-match": '"x"'}).status_code == 200
    assert client.get(asked.replace(sha256, sha256.upper())).content == found.content
    private = client.get(asked, headers={"authorization": "Basic eDp5"})
    assert private.headers["cache-control"].startswith("private")


def test_without_it_an_address_leads_to_the_one_that_has_it(client, sha256):
    first = client.get(address("svg", digits="+86 138", variation=0.3, spacing="ink"))
    assert first.status_code == 307
    assert re.fullmatch(r"public, max-age=\d{1,4}", first.headers["cache-control"])
    # Relative, so it works under a proxy's path as well.
    assert first.headers["location"].startswith("write.svg?")
    asked = parse_qs(urlsplit(first.headers["location"]).query)
    assert asked == {
        "digits": ["+86 138"], "variation": ["0.3"], "spacing": ["ink"], "weights": [sha256],
    }  # fmt: skip
    found = client.get("/" + first.headers["location"])
    assert (found.status_code, found.headers["content-type"]) == (200, "image/svg+xml")
    assert b'data-name="+"' in found.content


def test_all_settings_of_the_api_are_parameters():
    known = {*specified(WritingSettings), SCALE.name, FILE.name, CARD.name}
    assert known <= set(addresses.parameters_of(actions.Settings))


@pytest.mark.parametrize(
    ("ending", "values", "kind", "size"),
    [
        ("webp", {"scale": 2, "look": "clear"}, "WEBP", (192, 64)),
        ("webp", {"look": "mnist", "scale": 1}, "WEBP", (96, 32)),
        ("png", {"scale": 2}, "PNG", (192, 64)),
        ("png", {"card": "business"}, "PNG", (1004, 650)),
        ("webp", {"card": "business"}, "WEBP", (1004, 650)),
    ],
)
def test_pictures_of_pixels(client, sha256, ending, values, kind, size):
    found = client.get(address(ending, digits="138", weights=sha256, **values))
    with Image.open(io.BytesIO(found.content)) as image:
        assert (image.format, image.size) == (kind, size)
        pixels = image.convert("RGBA")
    png = client.get(address("png", digits="138", weights=sha256, **values)).content
    with Image.open(io.BytesIO(png)) as image:
        assert pixels.tobytes() == image.convert("RGBA").tobytes()


def test_the_ending_may_be_named_as_the_format(client, sha256):
    for ending in addresses.ENDINGS:
        named = client.get(address(ending, digits="1", format=ending, weights=sha256))
        assert named.content == client.get(address(ending, digits="1", weights=sha256)).content
        first = client.get(address(ending, digits="1", format=ending))
        assert client.get("/" + first.headers["location"]).content == named.content
    first = client.get(address("svg", digits="1", format="strokes"))
    assert b"stroke-linecap" in client.get("/" + first.headers["location"]).content


def test_the_bytes_do_not_tell_where_the_weights_are_from(client, sha256, tmp_path):
    """They may have another name on another server, or here tomorrow."""
    copied = shutil.copytree(BUNDLED, tmp_path / "mine")
    others = served(Models([str(copied)]))
    for ending in addresses.ENDINGS:
        asked = address(ending, digits="138", weights=sha256)
        expected, found = client.get(asked), others.get(asked)
        assert (found.content, found.headers["etag"]) == (
            expected.content,
            expected.headers["etag"],
        )
        assert client.get(address(ending, digits="138")).headers == (
            others.get(address(ending, digits="138")).headers
        )


def test_the_bundled_weights_have_addresses_on_every_server(sha256, tiny_weights):
    """They draw while the Hub hasn't answered, and what leads to them is kept for minutes."""
    others = served(Models([str(tiny_weights)]))
    assert others.get(address(digits="1", weights=sha256)).status_code == 200
    assert sha256 not in others.get(address(digits="1")).headers["location"]


@pytest.mark.parametrize("kind", FILE.choices)
def test_every_format_has_an_address(client, models, sha256, kind):
    ending = FORMATS[kind].ending
    found = client.get(address(ending, digits="138", format=kind, weights=sha256))
    assert found.headers["content-type"] == FORMATS[kind].mime
    assert_is(kind, found.content)
    # The API's endpoint does the same.
    settings = actions.Settings(**unnamed(actions.Settings) | {"digits": "138"})
    file = actions.write_file(models[""].unlabelled, settings, SCALE.default, kind, CARD.default)
    assert file.data == found.content
    if FORMATS[kind].card:
        asked = address(ending, digits="138", format=kind, card="business", weights=sha256)
        assert_is(kind, client.get(asked).content)


def test_head_answers_as_get_does(client, sha256):
    asked = address(digits="138", weights=sha256)
    got, head = client.get(asked), client.head(asked)
    assert got.status_code == head.status_code == 200
    assert dict(head.headers) == dict(got.headers)
    assert client.head(address(digits="138")).status_code == 307


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ("/write.png", 400, "?digits="),
        ("/write.png?digits=", 400, "digit"),
        ("/write.png?digits=abc", 400, ""),
        ("/write.png?digits=138&seed=x&weights=SHA", 400, "Seed"),
        ("/write.png?digits=138&seed=10000&weights=SHA", 400, "9999"),
        ("/write.png?digits=138&seed=nan&weights=SHA", 400, "Seed"),
        ("/write.png?digits=138&scale=99&weights=SHA", 400, "Scale"),
        ("/write.png?digits=138&hand=x&weights=SHA", 400, "hand"),
        ("/write.png?digits=138&look=neon&weights=SHA", 400, "paper"),
        ("/write.png?digits=138&format=svg&weights=SHA", 400, "format"),
        ("/write.svg?digits=138&format=png&weights=SHA", 400, "format"),
        ("/write.png?digits=138&format=&weights=SHA", 400, "format"),
        ("/write.svg?digits=138&format=strokes&card=phone&weights=SHA", 400, "either card"),
        ("/write.png?digits=138&size=40", 400, "'size'"),
        ("/write.png?digits=138&colour=red", 400, "'colour'"),
        ("/write.png?digits=138&seed=1&seed=2", 400, "'seed'"),
        ("/write.png?digits=138&weights=" + "0" * 64, 404, "sha256"),
        ("/write.png?digits=138&weights=user/name", 404, "eights"),
        ("/write.png?digits=" + "1" * 3000 + "&weights=SHA", 400, ""),
        ("/write.png?digits=%ff%00&weights=SHA", 400, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_the_language_asked_for(client, sha256, asked, status, says):
    asked = asked.replace("SHA", sha256)
    english = client.get(asked)
    assert english.status_code == status
    assert english.headers["content-type"].startswith("text/plain")
    assert english.headers["cache-control"] == "no-store"
    assert english.headers["vary"] == "accept-language"
    assert says in english.text
    assert english.text.count("\n") == 1
    # qtz stands for no language (ISO 639-2).
    chinese = client.get(asked, headers={"accept-language": "qtz, zh-CN;q=0.9, en;q=0.8"})
    assert chinese.headers["content-language"] == "zh-CN"
    assert re.search("[\u4e00-\u9fff]", chinese.text)


def test_nothing_is_sent_to_such_an_address(client):
    refused = client.post(address(digits="138"))
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


def test_other_addresses_are_passed_on(client):
    for other in ("/", "/write", "/write.gif", "/x/write.png", "/write.png/"):
        assert client.get(other).text == "passed on"


@pytest.fixture
def asks_slowly(models, sha256, monkeypatch):
    """Ask for a picture from network addresses at once; drawings wait for a number of answers.

    Returns:
        A function that returns the answers in their order, and how many were drawn at a time.
    """
    monkeypatch.setattr(addresses, "_WAITING", 6)
    draw = actions.write_file

    def ask(hosts, refused):
        together, most = [], []
        lock, go = threading.Lock(), threading.Event()
        pair = threading.Barrier(2)  # else a thread that gets the CPU would draw several

        def slowly(*given, **named):
            with lock:
                together.append(1)
                most.append(len(together))
            go.wait(20)
            pair.wait(20)
            file = draw(*given, **named)
            with lock:
                together.pop()
            return file

        monkeypatch.setattr(actions, "write_file", slowly)
        answers = []

        async def get(app, host):
            transport = httpx.ASGITransport(app, client=(host, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                answer = await client.get(address(digits="138", weights=sha256))
            answers.append((host, answer))
            if len(answers) == refused:
                while len(together) < 2:  # their threads may begin late
                    await anyio.sleep(0.01)
                go.set()

        async def ask_all():
            app = addresses.PicturesByAddress(PlainTextResponse(""), models)
            async with anyio.create_task_group() as group:
                for host in hosts:
                    group.start_soon(get, app, host)

        anyio.run(ask_all)
        return answers, max(most)

    return ask


def test_many_are_drawn_a_few_at_a_time_and_too_many_refused(asks_slowly):
    hosts = [f"192.0.2.{number}" for number in range(12)]
    answers, together = asks_slowly(hosts, refused=4)  # two are drawn and six wait
    assert [answer.status_code for _, answer in answers] == [503] * 4 + [200] * 8
    assert answers[0][1].headers["retry-after"] == "1"
    assert together == 2


def test_one_address_leaves_places_to_the_others(asks_slowly):
    many, other = "192.0.2.1", "198.51.100.1"
    answers, _ = asks_slowly([many] * 9 + [other], refused=4)  # half of the places are for one
    assert [answer.status_code for host, answer in answers if host == many] == [503] * 4 + [200] * 5
    (place,) = [place for place, (host, _) in enumerate(answers) if host == other]
    assert answers[place][1].status_code == 200
    assert place < len(answers) - 1  # it doesn't wait for all that came before it
