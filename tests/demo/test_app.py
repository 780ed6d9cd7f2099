"""Starting the demo: as it is, with every option, and with everything in its way."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from unittest.mock import patch

import pytest
from gradio_client import Client

from cgan import Sampler
from cgan.model import weights
from cgan.model.architectures.mlp import MlpConfig
from demo.serve.options import MCP_PACKAGES
from tests import browser
from tests.conftest import ROOT, random_tensors

APP = str(ROOT / "demo/app.py")
# What users may have set; each test sets what it needs itself.
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("GRADIO_", "CGAN_")) and name != "PORT"
}
# Variables that Gradio and uvicorn fail at, or which would have them do something else.
FOR_GRADIO = {
    "GRADIO_DEBUG": "1",
    "GRADIO_NUM_PORTS": "many",
    "GRADIO_NODE_NUM_PORTS": "many",
    "GRADIO_NUM_WORKERS": "many",
    "GRADIO_WATCH_DIRS": "/",
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_SSR_MODE": "true",
    "WEB_CONCURRENCY": "many",
}


def run(*arguments, cwd, **environment):
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, APP, *map(str, arguments)],
        cwd=cwd,
        env=CLEAN | environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture
def main(tmp_path, monkeypatch, capsys):
    """Run the same command line in this process, which keeps its own environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with patch.dict(os.environ, CLEAN, clear=True):
        from demo import app

        def call(*arguments, **environment):
            with patch.dict(os.environ, environment):
                try:
                    code = app.main([*map(str, arguments)])
                except SystemExit as stop:
                    code = stop.code
            return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

        yield call


def check_refused(result, *words):
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.fixture
def busy_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "１２", "7860.0"])
def test_an_invalid_port_is_refused(main, port):
    check_refused(main(f"--port={port}"), "must be a number from 1 to 65535", port)


def test_a_busy_port_is_refused(main, busy_port, tmp_path):
    said = f"Can't listen on 127.0.0.1:{busy_port}: Address already in use"
    # As a process of its own; other refusals come by the same way.
    check_refused(run("--port", busy_port, cwd=tmp_path), said, "--port")
    for name in ("GRADIO_SERVER_PORT", "PORT"):
        check_refused(main(**{name: str(busy_port)}), said)


@pytest.mark.server
def test_a_host_that_is_not_ours_is_refused(main):
    check_refused(main("--host=192.0.2.1"), "Can't listen on 192.0.2.1")


def test_a_bad_weights_folder_is_refused(main):
    check_refused(main("--weights=nowhere"), "nowhere/config.json is missing")
    check_refused(main(CGAN_WEIGHTS="nowhere"), "nowhere/config.json is missing")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (MlpConfig(latent_dim=3, img_size=8, conditional=False), "these are unconditional"),
        (MlpConfig(latent_dim=3, img_size=8, n_classes=9), "9 classes and 1 channels"),
        (MlpConfig(latent_dim=3, img_size=8, channels=3), "10 classes and 3 channels"),
    ],
    ids=["unconditional", "nine classes", "colour"],
)
def test_weights_that_cannot_write_numbers_are_refused(main, tmp_path, config, said):
    weights.save_config(tmp_path, config)
    weights.save_tensors(tmp_path, config, random_tensors(config))
    check_refused(main("--weights", tmp_path), "The page needs weights", said)


@pytest.mark.server
@pytest.mark.skipif(importlib.util.find_spec("mcp") is not None, reason="mcp is installed")
def test_mcp_without_its_package_says_what_to_install(main):
    check_refused(main("--mcp"), f"pip install '{MCP_PACKAGES}'")
    check_refused(main(GRADIO_MCP_SERVER="true"), "pip install")


@pytest.mark.server
def test_a_folder_for_temporary_files_that_cannot_be_made_is_refused(main, tmp_path):
    (tmp_path / "file").touch()
    result = main(GRADIO_TEMP_DIR=str(tmp_path / "file" / "folder"))
    check_refused(result, "folder for temporary files", "Not a directory", "Set GRADIO_TEMP_DIR")


def test_an_unknown_option_is_refused(main):
    check_refused(main("--prot=1"), "--prot")


def get(address):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(address, timeout=30) as answer:
        return answer.read().decode()


def write_and_stop(served, number, folder):
    """Draw something, stop the demo by a signal, and check that nothing is left of it."""
    client = Client(served.address, verbose=False, download_files=str(folder))
    client.predict("138", api_name="/write")
    client.close()
    assert list(served.temporary.rglob("*.png"))
    served.process.send_signal(number)
    served.process.wait(20)
    assert served.process.returncode in (0, 130)
    assert list(served.temporary.iterdir()) == []


@pytest.mark.slow
def test_proxies_and_a_taken_first_port_do_no_harm_and_ctrl_c_stops_it(tmp_path, busy_port):
    proxy = f"http://127.0.0.1:{busy_port}"  # accepts, and never answers
    proxies = {
        "http_proxy": proxy,
        "https_proxy": proxy,
        "all_proxy": f"socks5://127.0.0.1:{busy_port}",
        "ALL_PROXY": "socks://127.0.0.1:9",
        "SSL_CERT_FILE": "/nowhere",
        "HF_HUB_ETAG_TIMEOUT": "soon",  # only the Hub's business
        "GRADIO_SERVER_PORT": "",  # the first free one
    }
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Another test's demo may hold it for a moment. If something keeps it, that is as good.
    for _ in range(100):
        try:
            held.bind(("127.0.0.1", 7860))
            held.listen()
            break
        except OSError:
            time.sleep(0.1)
    with held, browser.served(tmp_path, **proxies) as served:
        assert not served.address.endswith(":7860/")
        assert "written by hand" in get(served.address)
        write_and_stop(served, signal.SIGINT, tmp_path / "mine")
    for name in ("all_proxy", "ALL_PROXY", "SSL_CERT_FILE"):
        assert sum(line.startswith(f"{name} is not used") for line in served.output) == 1
    # Only these sentences come before.
    said = [line for line in served.output if " is not used. " not in line]
    assert said[0] == f"Open {served.address}\n"
    assert "Traceback" not in "".join(served.output)


@pytest.mark.slow
def test_a_missing_public_link_is_reported(tmp_path):
    """Asked for by the environment; that `--share` is the same is tested in test_options.py."""
    nowhere = "http://127.0.0.1:9"  # the discard port: a proxy that nobody runs
    environment = {"GRADIO_SHARE": "True", "http_proxy": nowhere, "https_proxy": nowhere}
    result = run(cwd=tmp_path, **environment)
    check_refused(result, "Gradio created no public link", "leave out --share", "Could not create")


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A folder of weights."""
    folder = tmp_path_factory.mktemp("own") / "my-weights"
    folder.mkdir()
    config = MlpConfig(latent_dim=3, img_size=8)
    weights.save_config(folder, config)
    weights.save_tensors(folder, config, random_tensors(config))
    return folder


def free_port(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as probe:
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory, own):
    """A demo set up by the environment, behind a proxy; where there is IPv6, with such an address.

    The tests below use it in turn, and the last one stops it.
    """
    try:
        host, port = "::1", free_port("::1")
    except OSError:
        host, port = "127.0.0.1", free_port("127.0.0.1")
    environment = {"CGAN_WEIGHTS": str(own), "GRADIO_SERVER_PORT": str(port)} | FOR_GRADIO
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment["http_proxy"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
        place = tmp_path_factory.mktemp("served")
        with browser.served(place, f"--host={host}", **environment) as served:
            shown = f"[{host}]" if ":" in host else host
            assert served.address == f"http://{shown}:{port}/"
            yield served
    assert "Traceback" not in "".join(served.output)


@pytest.mark.slow
def test_options_come_from_the_environment_and_own_weights_are_named(served, own):
    sha = Sampler.from_pretrained(own).sha256[:12]
    assert f"weights my-weights {sha}" in get(served.address)


@pytest.mark.slow
def test_an_address_of_ipv6_behind_a_proxy(served):
    if "[" not in served.address:
        pytest.skip("this machine has no IPv6")
    assert "written by hand" in get(served.address)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_visitors(served):
    """Each call of the API is a session of its own, which Gradio would remember for ever."""
    status = Path(f"/proc/{served.process.pid}/status")

    def megabytes_after(calls):
        for _ in range(calls):
            assert "complete" in browser.call(served.address, ["138"])
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read_text())[1]) / 1000

    before = megabytes_after(100)
    assert megabytes_after(200) - before < 12  # 32 if it did


@pytest.mark.slow
def test_it_stops_when_its_terminal_is_closed(served, tmp_path):
    """Without a traceback, as the fixture checks when all of the output is there."""
    write_and_stop(served, signal.SIGHUP, tmp_path / "mine")


def test_it_stops_without_a_traceback_while_it_is_being_imported(tmp_path):
    command = [sys.executable, "-X", "importtime", APP]
    with subprocess.Popen(
        command, cwd=tmp_path, env=CLEAN, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:  # a line for each module
            if line.endswith(" cgan.common.errors\n"):
                process.send_signal(signal.SIGINT)
                break
        else:
            pytest.fail("cgan was not imported")
        rest = process.stderr.read()
    assert "Traceback" not in rest
    assert process.returncode == -signal.SIGINT


def test_importing_the_app_starts_nothing(tmp_path):
    code = f"import runpy; print(sorted(runpy.run_path({APP!r}, run_name='app'))[:1])"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=CLEAN,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout != ""
    assert result.stderr == ""
