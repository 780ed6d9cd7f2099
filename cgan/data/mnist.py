"""MNIST's four files: where they are, how to recognise them, and how to get them."""

import contextlib
import gzip
import http.client
import io
import os
import time
import urllib.request
import zlib
from pathlib import Path

from cgan.common import files
from cgan.common.errors import BadValue, UserError, kind_of
from cgan.common.terminal import warn
from cgan.data import idx

# md5 of the *uncompressed* bytes, because files may be compressed in several ways.
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# Mirrors to try first: addresses of folders with the .gz files, separated by commas.
MIRRORS_VARIABLE = "CGAN_MNIST_MIRRORS"

_TIMEOUT_SECONDS = 15
# For a file of 10 MB, however slowly it comes.
_MAX_SECONDS = 20 * 60
_CHUNK = 1 << 16
# The largest file is 9.9 MB, so a mirror that sends more than this is not sending MNIST.
_MAX_BYTES = 64 << 20


def _names(name: str) -> list[str]:
    """Return what a file may be called: its name, also with a dot before "idx", plain or .gz."""
    names = (name, name.replace("-idx", ".idx"))
    return [f"{one}{end}" for one in names for end in ("", ".gz")]


def find(folder: Path, name: str) -> Path | None:
    """Return the path of the IDX file `name` in `folder`, plain or .gz, or None.

    Some programs unpack it with a dot in its name: train-images.idx3-ubyte.
    """
    try:
        return next((folder / one for one in _names(name) if (folder / one).is_file()), None)
    except OSError as error:
        raise kind_of(error)(
            f"Could not read the data folder {folder}: {error.strerror}; choose another with "
            "--data-dir."
        ) from error


def download_missing(folder: Path, quiet: bool = False) -> None:
    """Download whichever of the four files `folder` lacks, check them, and save them there.

    Args:
        folder: made if it doesn't exist, and removed again if nothing arrives.
        quiet: show no progress bar.

    Raises:
        BadValue: the folder has IDX files of other names, which MNIST must not be mixed with.
        UserError: no mirror sent the file intact, or the folder can't be written to.
    """
    missing = [name for name in MD5 if find(folder, name) is None]
    if missing and (others := _other_files(folder)):
        raise BadValue(
            f"The data folder {folder} has {others[0]}, which is none of the names that are read: "
            f"{', '.join(MD5)}, plain or .gz, or with .idx in place of -idx. Rename the files, or "
            "choose another folder with --data-dir."
        )
    made = _make(folder)
    try:
        for name in missing:
            _download(name, folder / f"{name}.gz", quiet)
    except BaseException:  # also Ctrl-C
        with contextlib.suppress(OSError):  # some have arrived
            for one in made:
                one.rmdir()
        raise


def _other_files(folder: Path) -> list[str]:
    """Return the names of IDX files in `folder` that aren't MNIST's."""
    known = {one for name in MD5 for one in _names(name)}
    with contextlib.suppress(OSError):  # it may not exist yet
        return sorted(p.name for p in folder.iterdir() if "ubyte" in p.name and p.name not in known)
    return []


def _mirrors() -> list[str]:
    own = os.environ.get(MIRRORS_VARIABLE, "").split(",")
    return [f"{url.strip().rstrip('/')}/" for url in (*own, *MIRRORS) if url.strip()]


def _download(name: str, path: Path, quiet: bool) -> None:
    reasons = []
    for mirror in _mirrors():
        try:
            data = _fetch(f"{mirror}{path.name}", quiet)
            if idx.md5(idx.unpack(io.BytesIO(data), path)) == MD5[name]:
                files.write_bytes(path, data)
                return
            reasons.append(f"{mirror} sent something else")
        except (EOFError, zlib.error, gzip.BadGzipFile, idx.TooLarge):
            reasons.append(f"{mirror} sent a damaged file")
        except UserError:  # not the mirror's fault: the file can't be written
            raise
        except (OSError, ValueError, http.client.HTTPException) as error:
            reasons.append(f"{mirror} failed ({getattr(error, 'reason', None) or error})")
        warn(f"{path.name}: {reasons[-1]}.")
    raise UserError(
        f"Could not download {path.name} from any mirror ({len(reasons)} tried). Copy MNIST's four "
        "files into a folder and name it with --data-dir, or use the bundled digits, which need no "
        "download: --dataset digits."
    )


def _make(folder: Path) -> list[Path]:
    """Make a folder; return it and those that it is in, as far as they are new, in this order."""
    try:
        made = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        return made
    except OSError as error:
        raise kind_of(error)(
            f"Could not make the data folder {folder}: {error.strerror}; choose another with "
            "--data-dir."
        ) from error


def _fetch(url: str, quiet: bool) -> bytes:
    """Return what `url` holds, showing progress; raise OSError if it ends early."""
    from tqdm import tqdm  # here, so that it is needed for downloads only

    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:
        length = int(response.headers.get("Content-Length") or 0)
        chunks = []
        received = 0
        end = time.monotonic() + _MAX_SECONDS
        with tqdm(
            desc=url.rsplit("/", 1)[-1],
            total=length or None,
            unit="B",
            unit_scale=True,
            disable=quiet,
        ) as progress:
            while chunk := response.read1(_CHUNK):  # what is there, without waiting for more
                chunks.append(chunk)
                received += len(chunk)
                progress.update(len(chunk))
                if received > _MAX_BYTES:
                    raise OSError("it sends far more than MNIST")
                if time.monotonic() > end:
                    raise OSError("it sends too slowly")
    if length and received != length:
        raise OSError(f"it sent {received} of {length} bytes")
    return b"".join(chunks)
