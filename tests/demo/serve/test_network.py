"""The port and the proxies."""

import importlib.util
import os
import socket

import pytest

from cgan.common.errors import BadValue, UserError
from demo.serve import network


@pytest.fixture
def busy_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.fixture
def proxies(monkeypatch):
    """Return a function that sets the only proxies there are."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_PROXY", "no_proxy"):  # so that they are restored
        monkeypatch.setenv(name, "")

    def set_proxies(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    return set_proxies


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "１２", "7860.0", ""])
def test_an_invalid_port_is_refused(port):
    with pytest.raises(BadValue, match="must be a number from 1 to 65535"):
        network.choose_port("127.0.0.1", port)


def test_a_busy_port_is_refused_and_passed_over(monkeypatch, busy_port):
    with pytest.raises(UserError, match=f"Can't listen on 127.0.0.1:{busy_port}: .*in use"):
        network.choose_port("127.0.0.1", str(busy_port))
    monkeypatch.setattr(network, "FIRST_PORT", busy_port)
    assert network.choose_port("127.0.0.1", None) > busy_port
    monkeypatch.setattr(network, "PORTS_TO_TRY", 1)
    with pytest.raises(UserError, match="Choose another --host or --port"):
        network.choose_port("127.0.0.1", None)


@pytest.mark.server
def test_a_host_that_is_not_ours_is_refused():
    with pytest.raises(UserError, match=r"Can't listen on 192\.0\.2\.1"):
        network.choose_port("192.0.2.1", None)


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_our_own_server_is_asked_without_a_proxy(proxies, name):
    proxies(http_proxy="http://127.0.0.1:9", **{name: "example.org,localhost"})
    network.bypass_proxies("::1")
    assert os.environ[name] == "example.org,localhost,::1,127.0.0.1,0.0.0.0"
    assert os.environ["http_proxy"] == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALL_PROXY", "socks://127.0.0.1:9", "it is not written like http://host:port"),
        ("ALL_PROXY", "socks4://127.0.0.1:9", "it is not written like http://host:port"),
        ("https_proxy", "ann:secret@host:port", "it is not written like http://host:port"),
        ("HTTPS_PROXY", "://", "it is not written like http://host:port"),
        ("NO_PROXY", "host:port", "it is not written like http://host:port"),
        ("SSL_CERT_FILE", "/nowhere", "can't be read as certificates (No such file or directory)"),
        ("SSL_CERT_FILE", "/", "can't be read as certificates (Is a directory)"),
        ("SSL_CERT_FILE", __file__, "can't be read as certificates ("),
        ("HTTPS_PROXY", "https://127.0.0.1:9", ""),
        ("http_proxy", "127.0.0.1", ""),
        ("SSL_CERT_DIR", "/nowhere", ""),
    ],
)
def test_what_would_crash_gradio_is_not_used(proxies, monkeypatch, capsys, name, value, said):
    for certificates in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(certificates, raising=False)
    proxies(**{name: value})
    network.drop_unusable()
    noted = capsys.readouterr().err
    assert (os.environ.get(name) == value) is (said == "")
    assert "secret" not in noted
    assert noted == "" if said == "" else noted.startswith(f"{name} is not used: ")
    assert said in noted


def test_socks_needs_a_package(proxies, capsys):
    proxies(ALL_PROXY="socks5://127.0.0.1:9")
    network.drop_unusable()
    used = "ALL_PROXY" in os.environ
    assert used is (importlib.util.find_spec("socksio") is not None)
    assert used or "install the package socksio" in capsys.readouterr().err


def test_no_number_for_the_hub_is_refused(monkeypatch):
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "soon")
    with pytest.raises(BadValue, match="HF_HUB_ETAG_TIMEOUT must be a whole number"):
        network.drop_unusable()


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("", ""),
        ("/", ""),
        ("/numbers/", "/numbers"),
        ("https://x.org:8/a/b/", "https://x.org:8/a/b"),
    ],
)
def test_the_path_that_a_proxy_serves(wanted, path):
    assert network.check_root_path(wanted) == path


@pytest.mark.parametrize(
    "wanted", ["numbers", "//x.org", "ftp://x.org", "/a?b", "/a b", "https://"]
)
def test_what_is_no_path_is_refused(wanted):
    with pytest.raises(BadValue, match="The root path must be a path like /numbers"):
        network.check_root_path(wanted)
