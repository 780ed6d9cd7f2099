"""What the Dockerfile makes, for its own tests and for those of a Space."""

import subprocess

import pytest

from tests import dockerfile, hosting
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def image():
    """The image that the Dockerfile makes, its packages installed by its own pip."""
    with hosting.machine() as disk:
        built = dockerfile.build(ROOT, disk)
        # Of all that pip installed, compile what the page imports, for all that start it.
        command = [built.root / "python/bin/python", "-c", "import contourpy, gradio, uvicorn"]
        subprocess.run(command, env=built.variables(), cwd=disk, check=True)
        # As if made by root: the user can't write here, even where the tests run as that user.
        folders = [built.path("."), built.path("demo"), built.path("cgan")]
        for folder in folders:
            folder.chmod(0o555)
        yield built
        for folder in folders:
            folder.chmod(0o755)
