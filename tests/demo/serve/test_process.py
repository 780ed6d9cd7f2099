"""The folder for temporary files: private, deleted at the end, or a sentence."""

import os
import stat
import subprocess
import sys

import pytest

from cgan.common.errors import UserError
from demo.serve import process
from tests.conftest import ROOT

KEEPS_A_FILE = """
import os
from pathlib import Path
from demo.serve import process
process.share_arenas()
process.make_temporary_folder()
Path(os.environ["GRADIO_TEMP_DIR"], "picture.png").touch()
print(os.environ["GRADIO_TEMP_DIR"], oct(os.stat(os.environ["GRADIO_TEMP_DIR"]).st_mode))
"""


def test_the_folder_is_private_and_deleted_at_the_end(tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", KEEPS_A_FILE],
        cwd=ROOT,
        env=os.environ | {"GRADIO_TEMP_DIR": str(tmp_path / "new" / "parent")},
        capture_output=True,
        text=True,
        check=True,
    )
    folder, mode = result.stdout.split()
    assert folder.startswith(str(tmp_path / "new" / "parent" / "cgan-demo-"))
    assert stat.S_IMODE(int(mode, 8)) == 0o700
    assert list((tmp_path / "new" / "parent").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    with pytest.raises(UserError, match=r"Not a directory\. Set GRADIO_TEMP_DIR"):
        process.make_temporary_folder()
