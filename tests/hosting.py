"""The demo as a host runs it: packages of its own, a plain user, a read-only app folder."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pip
import pytest

PLAIN_USER = 1000
# Put beside the app by PYTHONPATH: writes down each address it connects to and each name that
# it looks up.
WATCH = """
import os, sys
log = open(os.environ["NETWORK_LOG"], "a", buffering=1)
def watch(event, arguments):
    if event == "socket.connect":
        print(arguments[1], file=log)
    elif event == "socket.getaddrinfo":
        print(arguments[:2], file=log)
sys.addaudithook(watch)
"""
LOCAL = ("('127.0.0.1', ", "('0.0.0.0', ", "('localhost', ", "(None, ")
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def plain_user():
    """Return what makes `subprocess` change to another user, where the tests run as root."""
    if os.getuid():
        return {}
    return {"user": PLAIN_USER, "group": PLAIN_USER, "extra_groups": []}


@contextlib.contextmanager
def machine():
    """Yield a folder in place of a machine's disk; others may read it, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory(prefix="cgan-host-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def interpreter(version):
    """Return Python of a version such as "3.12", or else another that the plain user can run."""
    # Asks for what it needs to make environments, too: Debian splits that off.
    probe = "import ensurepip, sys, venv; print(sys.executable, *sys.version_info[:2])"
    seen = []
    for name in (f"python{version}", sys._base_executable, "/usr/bin/python3", "python3"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            result = subprocess.run(
                [shutil.which(name) or name, "-c", probe],
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
                cwd="/",
                **plain_user(),
            )
            path, major, minor = result.stdout.split()
            seen.append((int(major), int(minor)))
            if (3, 10) <= seen[-1] <= (3, 12):
                return path
    pytest.skip(f"A plain user can run no Python 3.10 to 3.12 with venv here (tried: {seen})")


def make_environment(folder, version):
    """Make a virtual environment with pip; return its Python."""
    command = [interpreter(version), "-m", "venv", "--without-pip", folder]
    subprocess.run(command, check=True, timeout=120, cwd=folder.parent)
    return add_pip(folder)


def add_pip(folder):
    """Give an environment a copy of this one's pip, faster than ensurepip; return its Python."""
    (site,) = folder.glob("lib/python3.*/site-packages")
    python = folder / "bin/python"
    shutil.copytree(Path(pip.__file__).parent, site / "pip")
    command = folder / "bin/pip"
    command.write_text(f'#!/bin/sh\nexec "{python}" -m pip "$@"\n')
    command.chmod(0o755)
    return python


def install(python, *arguments, cwd):
    """Run pip as a host does; fail with what it says."""
    result = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *arguments],
        cwd=cwd,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def lock_folder(folder):
    """Let the plain user read all of a folder and change nothing there."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def unlock_folder(folder):
    """Let the owner delete a folder again."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)


def free_port():
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        return probe.getsockname()[1]


@dataclass
class Host:
    """A running app: its address, what it prints, and whom it contacted."""

    address: str
    process: subprocess.Popen
    output: list[str]
    log: Path

    def get(self, path):
        with DIRECT.open(self.address + path, timeout=30) as answer:
            return answer.read()

    def write(self, digits, *settings):
        """Ask for a picture over plain HTTP, as any program would; return the file."""
        request = urllib.request.Request(
            self.address + "gradio_api/call/write",
            json.dumps({"data": [digits, *settings]}).encode(),
            {"Content-Type": "application/json"},
        )
        with DIRECT.open(request, timeout=30) as answer:
            event = json.load(answer)["event_id"]
        said = self.get(f"gradio_api/call/write/{event}").decode()
        assert said.startswith("event: complete"), said
        (file,) = json.loads(said.partition("data: ")[2])
        return self.get(f"gradio_api/file={file['path']}")

    def asked_outside(self):
        """Return its requests to other machines."""
        return [line for line in self.log.read_text().splitlines() if not line.startswith(LOCAL)]


@contextlib.contextmanager
def running(command, app, disk, port, **environment):
    """Run an app as a plain user with their own home; yield it when it answers.

    Args:
        command: how it is started.
        app: the folder it is started in.
        disk: a folder for what it writes.
        port: where it should answer.
        environment: the only variables that it gets, besides HOME, PATH and the like.
    """
    home, watch = disk / "home", disk / "watch"
    for folder in (home, watch):
        folder.mkdir(exist_ok=True)
    (watch / "sitecustomize.py").write_text(WATCH)
    log = disk / "network.log"
    log.write_text("")
    for path in (home, log):
        if not os.getuid():
            os.chown(path, PLAIN_USER, PLAIN_USER)
    paths = [str(watch), *filter(None, [environment.pop("PYTHONPATH", "")])]
    variables = {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(paths),
        "NETWORK_LOG": str(log),
    }
    process = subprocess.Popen(
        [*map(str, command)],
        cwd=app,
        env=variables | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **plain_user(),
    )
    output = []
    reader = threading.Thread(target=lambda: output.extend(process.stdout))
    reader.start()
    host = Host(f"http://127.0.0.1:{port}/", process, output, log)
    try:
        _wait_until_it_answers(host)
        yield host
    finally:
        process.terminate()
        process.wait(30)
        reader.join(30)
        process.stdout.close()


def _wait_until_it_answers(host):
    end = time.monotonic() + 180  # where all modules have to be compiled
    while time.monotonic() < end and host.process.poll() is None:
        try:
            host.get("config")
            return
        except OSError:
            time.sleep(0.1)
    host.process.kill()
    host.process.wait(30)
    pytest.fail("the app did not start: " + "".join(host.output))
