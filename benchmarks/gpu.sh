#!/usr/bin/env bash
# Makes the most of a quarter of an hour on a GPU machine that is bare and has no internet.
#
#   benchmarks/gpu.sh prepare [3.12]  where there is internet: gets the wheels for that Python
#   benchmarks/gpu.sh run [DATA]      on the GPU machine: trains, checks and compares, in 8 minutes
#
# Carry this checkout along, with benchmarks/.wheels and DATA, the folder of MNIST's IDX files
# (default: data). What it prints goes into OUT/gpu.log, too. Environment variables:
#
#   DEVICE        cuda; or cpu, to try it without a GPU: then set it for "prepare", too
#   OUT           folder for the log and the pictures (runs/gpu-DATE-TIME)
#   WORK          folder for the virtual environment and Jittor's cache, to be kept and used
#                 again; by default a new one that is deleted at the end
#   STEPS         training steps of each architecture (500)
#   LIMIT         seconds for all (480); each part's own limit scales with it
#   PYTHON        of the version that the wheels are for (python3)
#   TORCH_PYTHON  a Python that has PyTorch, to compare with (python3)
set -uo pipefail

refuse() {
    echo "gpu.sh: $*" >&2
    exit 2
}

# Paths on the command line and in the environment are relative to the caller's folder.
here=$PWD
cd "$(dirname "$0")/.."
absolute() { [[ $1 = /* ]] && echo "$1" || echo "$here/$1"; }

wheels=$PWD/benchmarks/.wheels
device=${DEVICE:-cuda}
[[ $device = cuda || $device = cpu ]] || refuse "DEVICE must be cuda or cpu, not '$device'."

prepare() {
    local version=${1:-3.12} platform packages=(jittor numpy pillow safetensors matplotlib)
    [[ $version =~ ^3\.1[012]$ ]] ||
        refuse "prepare takes a Python version from 3.10 to 3.12, as Jittor does, not '$version'."
    # On the CPU Jittor multiplies matrices with oneDNN. With a GPU, it would be 29 MB for nothing.
    [[ $device = cpu ]] && packages+=(onednn-cpu-gomp onednn-devel-cpu-gomp)
    local target=(--only-binary=:all: --implementation cp --python-version "$version")
    for platform in manylinux1 manylinux2014 manylinux_2_{17..28}; do
        target+=(--platform "${platform}_x86_64")
    done
    rm -rf "$wheels"
    # Jittor comes as source, which is the same for all versions of Python.
    "${PYTHON:-python3}" -m pip wheel --quiet --no-deps --wheel-dir "$wheels" \
        --constraint requirements.txt jittor &&
        "${PYTHON:-python3}" -m pip download --quiet --dest "$wheels" --find-links "$wheels" \
            --constraint requirements.txt "${target[@]}" "${packages[@]}" || exit 1
    echo "$version" >"$wheels/python-version"
    echo "benchmarks/.wheels has $(ls "$wheels"/*.whl | wc -l) wheels for Python $version:" \
        "$(du --apparent-size -sm "$wheels" | cut -f1) MB."
}

# Runs a part and carries on after it, even if it fails; it gets no more than its own seconds, or
# than what is left in total.
part() {
    local name=$1 limit=$(($2 * total / 480)) left=$((total - SECONDS - 5)) start=$SECONDS
    local status=0 verdict=done
    shift 2
    ((limit < left)) || limit=$left
    if ((limit < 1)); then
        verdicts+=("$name: skipped: out of time")
        failed=1
        return 1
    fi
    printf '\n== %s (at most %s s)\n' "$name" "$limit"
    timeout --kill-after=5 "$limit" "$@" || status=$?
    [[ $status = 0 ]] || verdict="failed with exit code $status"
    [[ $status = 124 || $status = 137 ]] && verdict="stopped: it took too long"
    verdicts+=("$name: $verdict ($((SECONDS - start)) s)")
    echo "-- ${verdicts[-1]}"
    [[ $status = 0 ]] || failed=1
    return "$status"
}

says() { printf '%-9s %s\n' "$1" "$("${@:2}" 2>&1 | head -1)"; }

describe() {
    says system uname -srm
    says CPUs nproc
    says memory awk '/MemTotal/ {print int($2 / 1024 / 1024), "GiB"}' /proc/meminfo
    timeout 20 nvidia-smi || echo "nvidia-smi does not work here."
    says nvcc sh -c 'command -v nvcc && nvcc --version | tail -2 | head -1'
    says toolkits sh -c 'ls -d /usr/local/cuda* | xargs'
    says g++ sh -c 'g++ --version'
    says Python "$python" -VV
    says headers "$python" -c 'import os, sysconfig
path = sysconfig.get_path("include")
print(path if os.path.exists(f"{path}/Python.h") else f"no Python.h in {path}")'
    says PyTorch "$torch_python" -c 'import torch
print(torch.__version__, "CUDA", torch.version.cuda, "cuDNN", torch.backends.cudnn.version())'
}

has_gpu() {
    timeout 30 nvidia-smi -L >/dev/null 2>&1 || timeout 30 "$python" -c 'import ctypes, sys
driver, count = ctypes.CDLL("libcuda.so.1"), ctypes.c_int()
sys.exit(driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)) or count.value == 0)
' 2>/dev/null
}

# Jittor asks python3.X-config where the headers are. Some systems have headers without it.
provide_python_config() {
    "$python" -c 'import sys, sysconfig
from pathlib import Path
name = f"python3.{sys.version_info.minor}-config"
places = (Path(sys.base_prefix) / "bin", Path("/usr/bin"), Path("/usr/local/bin"))
include, suffix = sysconfig.get_path("include"), sysconfig.get_config_var("EXT_SUFFIX")
if not any((place / name).exists() for place in places):
    print(f"#!/bin/sh\ncase $1 in --includes) echo -I{include};; *) echo {suffix};; esac")
' >"$work/python-config"
    [[ -s $work/python-config ]] || return 0
    chmod +x "$work/python-config"
    export python_config_path=$work/python-config
    echo "There is no python-config, so one was made."
}

run() {
    local arch file total=$limit failed=0 verdicts=() site first rivals
    describe
    has_gpu || echo "There is no GPU here: everything runs on the CPU, as DEVICE=cpu says."

    # Without pip, which not every Python can add; the existing one does the installing.
    [[ -x $work/venv/bin/python ]] || "$python" -m venv --without-pip "$work/venv"
    part install 60 "$python" -m pip --python "$work/venv/bin/python" install --quiet --no-index \
        --no-cache-dir --find-links "$wheels" --disable-pip-version-check "$wheels"/*.whl
    provide_python_config
    # What Jittor would download or can't have here: other matrix libraries, and MPI.
    export use_cutt=0 use_cutlass=0 use_nccl=0 use_mpi=0
    compgen -G "$wheels/onednn_cpu*" >/dev/null || export use_mkl=0
    if [[ $device = cuda ]]; then
        rm -rf "$work/cuda"
        site=$("$torch_python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
        part toolkit 30 "$work/venv/bin/python" benchmarks/gpu_toolkit.py "$work/cuda" "$site"
        [[ -x $work/cuda/bin/nvcc ]] && export nvcc_path=$work/cuda/bin/nvcc
    fi
    part doctor 40 "$work/venv/bin/python" -m cgan doctor --data-dir "$data"

    # The first steps compile Jittor: everything after them is fast, or fails fast.
    first=("$work/venv/bin/python" train.py --device "$device" --data-dir "$data" --arch conv
        --max_steps 2 --out)
    if ! part "first steps" 240 "${first[@]}" "$work/first-$$" && [[ $device = cuda ]]; then
        export conv_opt=1 # Jittor's switch for doing without cuDNN
        part "first steps without cuDNN" 100 "${first[@]}" "$work/second-$$"
    fi
    for arch in mlp conv; do
        part "train $arch" 80 "$work/venv/bin/python" train.py --device "$device" \
            --data-dir "$data" --arch "$arch" --max_steps "$steps" --sample_interval "$steps" \
            --out "$work/$$/$arch"
        for file in samples/$steps.png losses.csv; do
            [[ -f $work/$$/$arch/$file ]] && cp "$work/$$/$arch/$file" "$out/$arch.${file##*.}"
        done
    done
    part "Jittor against NumPy" 50 "$work/venv/bin/python" benchmarks/check_numpy.py \
        --device "$device" "$work/$$/mlp" "$work/$$/conv"
    rivals=$torch_python
    if ! "$torch_python" -c 'import torch' 2>/dev/null; then
        echo "Without PyTorch, which $torch_python does not have: TORCH_PYTHON names another one."
        rivals=none
    fi
    for arch in mlp conv; do
        part "speed of $arch" 130 "$work/venv/bin/python" benchmarks/train_speed.py --arch "$arch" \
            --device "$device" --compile --torch-python "$rivals" --rounds 5 --steps "$rounds" \
            --start-seconds $((60 * total / 480))
    done

    printf '\n== After %s s\n' "$SECONDS"
    printf '%s\n' "${verdicts[@]}"
    return "$failed"
}

case ${1:-} in
prepare)
    [[ $# -le 2 ]] || refuse "prepare takes one Python version."
    prepare "${2:-}"
    ;;
run)
    [[ $# -le 2 ]] || refuse "run takes one folder, that of the IDX files."
    data=$(absolute "${2:-$PWD/data}")
    steps=${STEPS:-500} limit=${LIMIT:-480}
    [[ $steps =~ ^[1-9][0-9]{0,5}$ ]] || refuse "STEPS must be a whole number, not '$steps'."
    [[ $limit =~ ^[1-9][0-9]{1,5}$ ]] || refuse "LIMIT must be seconds, 10 or more, not '$limit'."
    compgen -G "$data/train-images-idx3-ubyte*" >/dev/null ||
        refuse "$data has no train-images-idx3-ubyte: name the folder of MNIST's IDX files."
    [[ -f $wheels/python-version ]] ||
        refuse "there is no benchmarks/.wheels: make it with 'benchmarks/gpu.sh prepare'."
    # Their real paths: HOME changes below, and wrappers such as pyenv's would miss it.
    path_of='import sys; print(sys.executable)'
    python=$("${PYTHON:-python3}" -c "$path_of" 2>/dev/null) ||
        refuse "PYTHON must be a Python, not '${PYTHON:-python3}'."
    torch_python=$("${TORCH_PYTHON:-python3}" -c "$path_of" 2>/dev/null) ||
        refuse "TORCH_PYTHON must be a Python, not '${TORCH_PYTHON:-python3}'."
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    [[ $version = "$(<"$wheels/python-version")" ]] ||
        refuse "the wheels are for Python $(<"$wheels/python-version"), and this is $version:" \
            "prepare others, or name another PYTHON."
    [[ $device = cpu ]] || has_gpu ||
        refuse "there is no working GPU here: set DEVICE=cpu to try this script without one."
    # Steps in a round: about half a second on a GPU.
    rounds=$([[ $device = cuda ]] && echo 50 || echo 20)
    out=$(absolute "${OUT:-$PWD/runs/gpu-$(date +%Y%m%d-%H%M%S)}")
    work=${WORK:+$(absolute "$WORK")}
    if [[ -z $work ]]; then
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
    fi
    mkdir -p "$out" "$work/home" || exit 1
    export HOME=$work/home PYTHONUNBUFFERED=1
    SECONDS=0
    run 2>&1 | tee "$out/gpu.log"
    exit "${PIPESTATUS[0]}"
    ;;
*)
    refuse "name what to do: 'prepare [PYTHON_VERSION]' or 'run [DATA]'."
    ;;
esac
