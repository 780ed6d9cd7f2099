"""Lay out a CUDA toolkit as Jittor expects it, from what a machine has; for `gpu.sh`.

    python benchmarks/gpu_toolkit.py FOLDER SITE_PACKAGES

Jittor looks for nvcc, the headers, cudart, cuBLAS, cuRAND and cuDNN in one folder. On many machines
nvcc is in one place (or is a script that calls another one) and the libraries came with
PyTorch, in `nvidia/` of its site-packages. So FOLDER gets links to all of them.

Jittor 1.3.11 was written for CUDA up to 12 and cuDNN up to 8: it doesn't compile with CUDA 13. The
few lines that prevent it are changed in the Jittor of the Python that runs this, which should
be in a virtual environment of its own. Beside each changed file stays the original.

Prints what was done, and last the folder's nvcc; exit code 1 where there is no toolkit, or where
Jittor isn't the one whose lines these are. Test: tests/test_gpu_toolkit.py, with Jittor's files.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cgan.backend import compat

# What CUDA 13 no longer has; none of it matters on a machine with one GPU.
CUDA_13 = {
    "deviceProp.computeMode": "cudaComputeModeDefault",
    "deviceProp.clockRate": "1",
}
# cuDNN 9 has fewer libraries, and no longer the functions for recurrent networks that Jittor
# calls. Fourier transforms and sparse matrices are left out, too: training needs neither.
CUDNN_9 = {
    '"libcudnn_ops_infer.so", "libcudnn_ops_train.so", "libcudnn_cnn_infer.so", '
    '"libcudnn_cnn_train.so"': '"libcudnn_ops.so", "libcudnn_cnn.so"',
    '"cublas", "cudnn", "curand", "cufft", "cusparse"': '"cublas", "cudnn", "curand"',
}
# Jittor uses only these from the image processing library's header.
NPP_H = """#include <climits>
#define NPP_MIN_32S INT_MIN
#define NPP_MAX_32S INT_MAX
#define NPP_MIN_32U 0
#define NPP_MAX_32U UINT_MAX
#define NPP_MIN_64S LLONG_MIN
#define NPP_MAX_64S LLONG_MAX
#define NPP_MIN_64U 0
#define NPP_MAX_64U ULLONG_MAX
"""


def find_toolkit() -> Path | None:
    """Return the folder of a toolkit that has nvcc and the runtime's headers."""
    places = [Path(os.environ.get("CUDA_HOME") or "/usr/local/cuda"), Path("/usr/local/cuda")]
    if on_path := shutil.which("nvcc"):
        places.append(Path(on_path).resolve().parent.parent)
    for place in places:
        if (place / "bin/nvcc").is_file() and (place / "include/cuda_runtime.h").is_file():
            return place
    return None


def link_all(sources: list[Path], pattern: str, target: Path) -> None:
    """Link what is in `sources` into `target`; of two with the same name, the first counts."""
    target.mkdir(parents=True)
    for source in sources:
        for path in sorted(source.glob(pattern)):
            if not (target / path.name).is_symlink():
                (target / path.name).symlink_to(path.resolve())


def lay_out(folder: Path, toolkit: Path, packages: Path) -> Path:
    """Fill `folder`, and return its nvcc."""
    include = [toolkit / "include", *sorted(packages.glob("nvidia/*/include"))]
    library = [toolkit / "lib64", *sorted(packages.glob("nvidia/*/lib"))]
    link_all(include, "*", folder / "include")
    link_all(library, "lib*.so*", folder / "lib64")
    if not (folder / "include/npp.h").is_symlink():
        (folder / "include/npp.h").write_text(NPP_H)
    for path in sorted((folder / "lib64").iterdir()):  # packages have no libX.so, only libX.so.9
        plain = path.with_name(re.sub(r"\.so\..*", ".so", path.name))
        if not plain.is_symlink():
            plain.symlink_to(path.resolve())
    nvcc = folder / "bin/nvcc"
    nvcc.parent.mkdir()
    # A script, not a link: Jittor would follow the link and look for the libraries there.
    nvcc.write_text(f'#!/bin/sh\nexec "{toolkit}/bin/nvcc" "$@"\n')
    nvcc.chmod(0o755)
    return nvcc


def change(path: Path, changes: dict[str, str]) -> None:
    """Replace text in a file of Jittor's: in its original, where this is not the first time."""
    original = path.with_name(f"{path.name}.original")
    text = (original if original.exists() else path).read_text(encoding="utf8")
    changed = text
    for old, new in changes.items():
        if old not in text:
            sys.exit(f"{path} has no {old}: this was written for Jittor {compat.VERSION}.")
        changed = changed.replace(old, new)
    if not original.exists():
        shutil.copyfile(path, original)
    path.write_text(changed, encoding="utf8")


def major_version(text: str, pattern: str) -> int:
    """Return the number that `pattern` finds, or 0."""
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def find_jittor() -> Path:
    """Return the folder of the Jittor that this Python has, which must be the one we know."""
    spec = importlib.util.find_spec("jittor")
    if spec is None or spec.origin is None:
        sys.exit("Jittor is not installed.")
    version = importlib.metadata.version("jittor")
    if version != compat.VERSION:
        sys.exit(f"Jittor is {version}: this was written for {compat.VERSION}.")
    return Path(spec.origin).parent


def adapt_jittor(jittor: Path, folder: Path, nvcc: Path) -> None:
    """Change Jittor where CUDA or cuDNN is newer than it supports."""
    version = subprocess.run([nvcc, "--version"], capture_output=True, text=True, check=True)
    if major_version(version.stdout, r"release (\d+)") >= 13:
        change(jittor / "extern/cuda/inc/helper_cuda.h", CUDA_13)
        print(f"Jittor changed for CUDA 13: {', '.join(CUDA_13)}.")
    header = folder / "include/cudnn_version.h"
    cudnn = header.read_text() if header.is_file() else ""
    if major_version(cudnn, r"define CUDNN_MAJOR (\d+)") >= 9:
        # Jittor compiles whatever is in this folder, so that no original can stay there.
        recurrent = list((jittor / "extern/cuda/cudnn").rglob("*_rnn_*"))
        again = (jittor / "compile_extern.py.original").exists()
        if not recurrent and not again:
            sys.exit(f"{jittor} has no *_rnn_*: this was written for Jittor {compat.VERSION}.")
        change(jittor / "compile_extern.py", CUDNN_9)
        for path in recurrent:
            path.unlink()
        print("Jittor changed for cuDNN 9: new library names, no recurrent networks.")


def main() -> None:
    """Lay out the toolkit, and adapt Jittor."""
    if len(sys.argv) != 3:
        sys.exit("Usage: gpu_toolkit.py FOLDER SITE_PACKAGES")
    folder, packages = Path(sys.argv[1]), Path(sys.argv[2])
    toolkit = find_toolkit()
    if toolkit is None:
        sys.exit("There is no CUDA toolkit with nvcc and headers.")
    nvcc = lay_out(folder, toolkit, packages)
    for name in ("cudart", "cublas", "curand", "cudnn"):
        library = folder / f"lib64/lib{name}.so"
        print(f"{name}: {library.resolve() if library.exists() else 'not found'}")
    adapt_jittor(find_jittor(), folder, nvcc)
    print(nvcc)


if __name__ == "__main__":
    main()
