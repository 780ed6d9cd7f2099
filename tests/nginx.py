"""Debian's nginx as hosts put it in front of the page."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.hosting import free_port

ROOT = Path(__file__).parents[1]
_CONFIG = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


def _nginx():
    """Return the program; without it, tests are skipped, but not in CI."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        reason = "nginx is missing: on Debian or Ubuntu, sudo apt-get install nginx-light"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextlib.contextmanager
def nginx(folder, *servers):
    """Run nginx; yield the port of each server, whose block is given without its port.

    A server whose block has a certificate speaks HTTPS.
    """
    ports = [free_port() for _ in servers]
    blocks = (
        f"server {{ listen 127.0.0.1:{port}{' ssl' if 'ssl_certificate' in server else ''}; "
        f"{server} }}"
        for port, server in zip(ports, servers, strict=True)
    )
    with running(folder, "\n".join(blocks), ports[0]):
        yield ports


@contextlib.contextmanager
def running(folder, servers, port):
    """Run nginx with these lines of its block `http`, one of which listens at the port."""
    config = folder / "nginx.conf"
    # Started by root, nginx would change to a user who may not read the tests' folders.
    user = "" if os.getuid() else "user root;"
    config.write_text(_CONFIG.format(user=user, folder=folder, servers=servers))
    command = [_nginx(), "-p", folder, "-e", "stderr", "-c", config]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_until_it_listens(process, port)
            yield
        finally:
            process.terminate()


@contextlib.contextmanager
def balancing(folder, replicas, only_https=False):
    """Run nginx with hosting/nginx.conf, HTTPS and the path /numbers/ being switched on.

    Args:
        folder: for its files.
        replicas: the addresses of the two replicas, such as "127.0.0.1:7860".
        only_https: whether it sends those who come by HTTP there.

    Yields:
        The ports for HTTP and HTTPS.
    """
    port, secure = free_port(), free_port()
    text = (ROOT / "hosting/nginx.conf").read_text(encoding="utf-8")
    changes = {
        "#https ": "",
        "#path ": "",
        "/etc/nginx/tls": str(folder),
        "/var/cache/nginx": str(folder),
        "/var/log/nginx": str(folder),
        "listen 80;": f"listen {port};",
        "listen 443 ssl;": f"listen {secure} ssl;",
        "172.30.71.11:7860": replicas[0],
        "172.30.71.12:7860": replicas[1],
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    if only_https:
        assert "#only-https " in text
        text = text.replace("#only-https ", "")
    certificate(folder)
    with running(folder, text, port):
        yield port, secure


def certificate(folder):
    """Make a certificate that nobody trusts; return nginx's lines for it."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=60)
    return f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"


def _wait_until_it_listens(process, port):
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    pytest.fail("nginx did not start: " + process.stderr.read())
