"""What is shown where the page's address is shared, and its icons."""

import io
import re

import gradio as gr
import httpx
import pytest
from PIL import Image

from demo import compat
from demo.serve import launch, options
from demo.serve.pictures import PREVIEW_SIZE

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PREVIEW = {"en": ("By hand", 'It "writes".'), "zh-CN": ("手写", "写号码。")}
PROXY = {"X-Forwarded-Host": "example.org", "X-Forwarded-Proto": "https"}


def serve(*arguments):
    """Serve a page without anything on it; return it and a client."""

    def build():
        with compat.LenientBlocks(lambda _: None, title="By hand", analytics_enabled=False) as page:
            gr.Button()
        return page.queue()

    given = options.parse(["--host=127.0.0.1", *arguments], "Serve.")
    drawn = (), lambda app: app
    page = launch.launch(build, ["write"], given, drawn, PREVIEW)
    return page, httpx.Client(base_url=page.local_url, timeout=30)


@pytest.fixture(scope="module")
def client():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")  # Gradio asks its own server whether it has started
        page, client = serve()
        yield client
        client.close()
        page.close(verbose=False)


def told(client, **headers):
    """Return title and meta tags of the page's HTML."""
    text = client.get("/", headers=headers).text
    found = re.findall(r'<meta\s+(?:name|property)="([\w:]+)"\s+content="([^"]*)"', text)
    assert len(found) == len(dict(found))  # each once
    return dict(found) | {"title": re.findall("<title>(.*?)</title>", text)}


def test_it_has_the_pages_title_and_no_address_that_nobody_told(client):
    found = told(client)
    assert found["title"] == ["By hand"]
    assert found["og:title"] == "By hand"
    assert found["og:description"] == found["description"] == "It &quot;writes&quot;."
    assert found["twitter:card"] == "summary"
    assert not {"og:url", "og:image", "twitter:image"} & found.keys()
    # A proxy that passes on one of them hasn't told the other.
    for name, value in PROXY.items():
        assert "og:image" not in told(client, **{name: value})
    assert "og:image" not in told(client, **PROXY | {"X-Forwarded-Proto": "javascript"})


@pytest.mark.parametrize(
    ("accepted", "title"),
    [("zh", "手写"), ("zh-TW,en;q=0.5", "手写"), ("fr-FR", "By hand"), (";;,", "By hand")],
)
def test_it_is_in_the_language_that_is_asked_for(client, accepted, title):
    assert told(client, **{"Accept-Language": accepted})["og:title"] == title


def test_behind_a_proxy_the_picture_has_a_whole_address(client):
    found = told(client, **PROXY | {"X-Forwarded-Host": "example.org, 10.0.0.1"})
    assert found["og:url"] == "https://example.org/"
    assert found["og:image"] == "https://example.org/preview.png"
    assert found["twitter:card"] == "summary_large_image"


def test_a_space_and_a_root_path_say_where_they_are(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    page, client = serve("--root-path=https://example.org/numbers")
    with client:
        assert told(client)["og:image"] == "https://example.org/numbers/preview.png"
        monkeypatch.setenv("SPACE_HOST", "me-numbers.hf.space")
        assert told(client)["og:image"] == "https://me-numbers.hf.space/preview.png"
    page.close(verbose=False)


def test_its_pictures_are_served(client):
    answer = client.get("/preview.png")
    assert answer.headers["content-type"] == "image/png"
    assert "max-age" in answer.headers["cache-control"]
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == PREVIEW_SIZE
    page = client.get("/").text
    links = re.findall(r'<link rel="(?:icon|apple-touch-icon)" href="\./([^"]+)', page)
    assert len(links) == 3
    for name in links[:1] + links[2:]:  # this page has no favicon.ico
        assert client.get(f"/{name}").headers["content-type"].startswith("image/")
    assert "Gradio" not in client.get("/icon.svg").text


def test_the_page_is_sent_small_and_once(client):
    whole = client.get("/", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in whole.headers
    small = client.get("/", headers={"accept-encoding": "br, gzip;q=0.8"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == whole.content
    assert int(small.headers["content-length"]) < len(whole.content) / 2
    assert {"Accept-Language", "Accept-Encoding"} <= set(small.headers["vary"].split(", "))
    again = client.get("/", headers={"if-none-match": f'"x", {small.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    chinese = {"accept-language": "zh", "if-none-match": small.headers["etag"]}
    assert client.get("/", headers=chinese).status_code == 200
    refused = client.get("/", headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers
