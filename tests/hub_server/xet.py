"""Contents that come and go through the test stores of hf_xet."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.hub_server.contents import Contents, replace
from tests.hub_server.faults import Refused

WAIT = 60

# Reads files out of a Xet store: a hash, a size and where to each.
XET_READ = """
import hf_xet, sys
files = [line.rstrip("\\n").split("\\t") for line in sys.stdin]
session = hf_xet.XetSession()
with session.new_file_download_group(
    endpoint="local://" + sys.argv[1], token="t", token_expiry_unix_secs=2**33
) as group:
    for name, size, target in files:
        group.start_download_file(hf_xet.XetFileInfo(name, int(size)), target)
"""
# Puts files into a Xet store, and prints their hashes.
XET_WRITE = """
import hf_xet, sys
session = hf_xet.XetSession()
with session.new_upload_commit(
    endpoint="local://" + sys.argv[1], token="t", token_expiry_unix_secs=2**33
) as commit:
    started = [commit.start_upload_file(line.rstrip("\\n")) for line in sys.stdin]
for file in started:
    print(file.result().xet_info.hash)
"""


class XetContents(Contents):
    """Contents that also come and go by Xet, if it is installed."""

    def __init__(self, folder, xet):
        super().__init__(folder)
        self.xet = xet and importlib.util.find_spec("hf_xet") is not None

    def xet_hash(self, sha256):
        known = self.folder / "xet" / f"{sha256}.hash"
        if not known.exists():
            with tempfile.TemporaryDirectory(dir=self.folder / "incoming") as store:
                replace(known, _xet(XET_WRITE, store, [self.blob(sha256)]).split()[0].encode())
        return known.read_text()

    def xet_store(self, files):
        """Make a new store with these contents; return its address."""
        store = tempfile.mkdtemp(dir=self.folder / "xet")
        if files:
            _xet(XET_WRITE, store, [self.blob(sha256) for sha256 in files])
        return f"local://{store}"

    def fetch_from_xet(self, sha256):
        """Keep a content that was sent by Xet, checked; nothing if there is none."""
        for shard in self.folder.glob("xet/write-*/xet/xorbs/shards/*.mdb"):
            found = _shard_files(shard.read_bytes()).get(sha256)
            if found is None:
                continue
            with tempfile.TemporaryDirectory(dir=self.folder / "incoming") as name:
                copy = Path(name, "store")  # the client still holds the lock of the store itself
                shutil.copytree(shard.parents[3], copy)
                target = Path(name, "file")
                _xet(XET_READ, copy, [f"{found[0]}\t{found[1]}\t{target}"])
                if hashlib.sha256(target.read_bytes()).hexdigest() != sha256:
                    raise Refused(400, f"The content sent for {sha256} is another")
                target.replace(self.blob(sha256))
                replace(self.folder / "xet" / f"{sha256}.hash", found[0].encode())
            return


def spoil(store, fault):
    """Cut or flip all that a store holds, as a fault says."""
    for path in store.glob("xet/xorbs/xorbs/default.*"):
        if path.suffix == ".tagset" or not (fault.cut or fault.flip):
            continue
        content = bytearray(path.read_bytes())
        if fault.flip:
            content[len(content) // 2] ^= 0xFF
        path.chmod(0o600)
        path.write_bytes(content[: len(content) // 2] if fault.cut else content)


def _xet(program, store, lines):
    done = subprocess.run(
        [sys.executable, "-c", program, str(store)],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        | {"HF_HOME": str(Path(store).parent / "home"), "HF_HUB_DISABLE_TELEMETRY": "1"},
    )
    if done.returncode:
        raise Refused(500, f"Xet: {done.stderr[-500:]}")
    return done.stdout


def _shard_files(shard):
    """Return {sha256: (Xet hash, size)} of the files that a Xet shard lists.

    Its records have 48 bytes: after a header, for each file one with its hash, flags and number of
    segments; that many segments; as many checks of them if bit 31 is set; one with the sha256 if
    bit 30 is set. A hash of ones ends the list.
    """
    files = {}
    position = 48
    while (name := shard[position : position + 32]) != b"\xff" * 32 and len(name) == 32:
        flags = int.from_bytes(shard[position + 32 : position + 36], "little")
        count = int.from_bytes(shard[position + 36 : position + 40], "little")
        position += 48
        size = sum(
            int.from_bytes(shard[at + 36 : at + 40], "little")
            for at in range(position, position + 48 * count, 48)
        )
        position += 48 * count * (2 if flags >> 31 & 1 else 1)
        if flags >> 30 & 1:
            files[_hexadecimal(shard[position : position + 32])] = (_hexadecimal(name), size)
            position += 48
    return files


def _hexadecimal(name):
    """Write a hash as Xet does: as four numbers whose bytes are the other way round."""
    return b"".join(name[at : at + 8][::-1] for at in range(0, 32, 8)).hex()
