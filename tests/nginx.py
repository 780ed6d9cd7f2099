"""Debian's nginx as hosts put it in front of the page."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

import pytest

from tests.hosting import free_port

_CONFIG = """
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
    program = _nginx()
    ports = [free_port() for _ in servers]
    blocks = (
        f"server {{ listen 127.0.0.1:{port}{' ssl' if 'ssl_certificate' in server else ''}; "
        f"{server} }}"
        for port, server in zip(ports, servers, strict=True)
    )
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, servers="\n".join(blocks)))
    command = [program, "-p", folder, "-e", "stderr", "-c", config]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_until_it_listens(process, ports[0])
            yield ports
        finally:
            process.terminate()


def _wait_until_it_listens(process, port):
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    pytest.fail("nginx did not start: " + process.stderr.read())
