"""The port and the proxies."""

import os
import socket

import httpx
import pytest

from cgan.common.errors import BadValue, UserError
from cgan.hub import variables
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


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "１２", "7860.0", "", "9" * 5000])
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
    with pytest.raises(UserError, match=r"Can't listen on ü\.\.x: that is no host's name"):
        network.choose_port("ü..x", None)


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_our_own_server_is_asked_without_a_proxy(proxies, name):
    proxies(http_proxy="http://127.0.0.1:9", **{name: "example.org,localhost"})
    network.bypass_proxies("::1")
    assert os.environ[name] == "example.org,localhost,::1,127.0.0.1,0.0.0.0"
    assert os.environ["http_proxy"] == "http://127.0.0.1:9"


@pytest.mark.parametrize("entry", ["::1/128", "fe80::/10", "a:b"])
def test_what_would_crash_gradio_is_left_out_of_no_proxy(proxies, capsys, entry):
    proxies(no_proxy=f"*.example.org,{entry},::2,10.0.0.0/8", http_proxy="http://127.0.0.1:9")
    network.bypass_proxies("127.0.0.1")
    assert os.environ["no_proxy"].startswith("*.example.org,::2,10.0.0.0/8,127.0.0.1,")
    assert entry in capsys.readouterr().err
    httpx.Client().close()


@pytest.mark.parametrize(
    ("proxy", "package", "kept"),
    [
        ("socks://127.0.0.1:9", None, False),
        ("SOCKS5://127.0.0.1:9", None, False),
        ("socks5://127.0.0.1:9", "socksio", True),
        ("socks4://127.0.0.1:9", "socksio", False),
        ("https://127.0.0.1:9", None, True),
    ],
)
def test_a_proxy_that_would_crash_gradio_is_not_used(
    monkeypatch, proxies, capsys, proxy, package, kept
):
    monkeypatch.setattr(variables, "is_installed", lambda name: package is not None)
    proxies(ALL_PROXY=proxy)
    network.leave_out_unusable()
    assert ("ALL_PROXY" in os.environ) is kept
    assert capsys.readouterr().err.startswith("ALL_PROXY is not used") is not kept


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
