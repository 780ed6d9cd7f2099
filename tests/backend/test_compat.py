"""What we know of Jittor's private parts fits the Jittor that is installed."""

import ast
import ctypes
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest

from cgan.backend import compat, onednn
from cgan.backend.pickles import read_parameters
from cgan.backend.setup import load_jittor
from cgan.common.packages import LOCK
from tests import jittor_source, mpi
from tests.conftest import run_python

COMPILER = "jittor/compiler.py"
EXTERN = "jittor/compile_extern.py"
UTILITIES = "jittor_utils/__init__.py"
INSTALL_CUDA = "jittor_utils/install_cuda.py"


def test_it_was_written_for_the_pinned_version():
    """Where the pin moves, run the tests that the module names, and then change its version."""
    assert f"jittor=={compat.VERSION}" in LOCK.read_text().splitlines()


def test_jittor_reads_these_variables():
    names = {compat.JITTOR_HOME, compat.CACHE_NAME, compat.COMPILER, compat.NVCC}
    names |= {compat.PYTHON_CONFIG, compat.MPI_COMPILER, compat.USE_ONEDNN, compat.USE_MPI}
    names |= compat.IMPORT_SETTINGS.keys()
    assert names <= jittor_source.variables(COMPILER, EXTERN, UTILITIES)


JITTORS_HOME = (
    "import importlib, sys\n"
    "from cgan.backend import compat\n"
    "print(compat.used_home(importlib.import_module(compat.UTILITIES)))\n"
)


@pytest.mark.parametrize("given", ["nothing", "variable", "config"])
def test_jittors_home_is_where_it_says(tmp_path, monkeypatch, given):
    home, other = tmp_path / "home", tmp_path / "other"
    (home / compat.CACHE_FOLDER).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv(compat.JITTOR_HOME, raising=False)
    if given == "variable":
        monkeypatch.setenv(compat.JITTOR_HOME, str(other))
    if given == "config":
        (home / compat.CONFIG_FILE).write_text(json.dumps({compat.JITTOR_HOME: str(other)}))
    found = compat.home_folder()
    # In a process of its own: it looks once, and makes folders.
    command = [sys.executable, "-c", JITTORS_HOME]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert str(found) == said.splitlines()[-1]


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"JITTOR_HOME": 3}', "[" * 5000])
def test_a_config_that_does_not_say_where_home_is(tmp_path, monkeypatch, content):
    (tmp_path / ".cache/jittor").mkdir(parents=True)
    (tmp_path / ".cache/jittor/config.json").write_text(content)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("JITTOR_HOME", raising=False)
    assert compat.home_folder() == tmp_path


def test_the_core_is_in_the_cache(tmp_path):
    load_jittor("cpu", 2)
    path = compat.cache_path(sys.modules[compat.UTILITIES])
    assert compat.core_is_compiled(path)
    assert f"{compat.CACHE_FOLDER}/" in path
    assert not compat.core_is_compiled(str(tmp_path))


def test_an_import_that_ends_after_a_part_was_compiled():
    check, _ = jittor_source.function(
        COMPILER,
        "check_cache_compile",
        os=os,
        sys=sys,
        LOG=Mock(),
        jit_utils=SimpleNamespace(cache_path="", cc=True),
        compile=lambda *_: True,
        **dict.fromkeys(("cc_path", "cc_flags", "opt_flags", "extension_suffix"), ""),
    )
    with pytest.raises(compat.Restart) as caught:
        check()
    assert caught.value.code == 0


def test_the_paths_in_jittors_commands_have_quotes_or_none():
    """`NOT_IN_PROGRAM_PATHS` and the others say what breaks these; each was tried in them."""
    compiled = jittor_source.text("jittor/src/jit_compiler.cc")
    assert 'cmd = python_path+" "+jittor_path+"/utils/asm_tuner.py "' in compiled
    assert 'cmd = "\\"" + cc_path + "\\""' in compiled
    assert 'f+" -Wl,-rpath,"+f.substr(2)' in compiled
    assert 'run_cmd(get_py3_config_path()+" --includes")' in jittor_source.text(UTILITIES)
    tuner = jittor_source.text("jittor/utils/asm_tuner.py")
    assert """if args[i].find(" ")!=-1:\n        args[i]="'"+args[i]+"'\"""" in tuner


# A thread that computes for a while before it waits.
BUSY_THREAD = r"""
#include <pthread.h>
#include <time.h>
#include <unistd.h>
static void* busy(void*) {
    struct timespec now, start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec - start.tv_sec + (now.tv_nsec - start.tv_nsec) / 1e9 < 0.2);
    pause();
    return nullptr;
}
extern "C" int begin() { pthread_t thread; return pthread_create(&thread, nullptr, busy, nullptr); }
"""


def test_jittors_threads_miss_their_end_if_it_comes_before_they_begin(tmp_path):
    """So `let_threads_begin` must come before; when this changes, nothing needs it any more."""
    source = jittor_source.text("jittor/src/parallel_compiler.cc")
    begun = source[source.index("void run()") : source.index("void launch_one")]
    assert "func(id);\n            while (true) {\n                cv.wait(lck);" in begun
    (tmp_path / "busy.cc").write_text(BUSY_THREAD)
    compiled = ["g++", "-shared", "-fPIC", "-pthread", "busy.cc", "-o", "busy.so"]
    subprocess.run(compiled, cwd=tmp_path, check=True)
    script = (
        "import ctypes, time\n"
        "from cgan.backend import compat\n"
        "assert ctypes.CDLL('./busy.so').begin() == 0\n"
        "start = time.monotonic()\n"
        "compat.let_threads_begin(60)\n"
        "print(time.monotonic() - start)\n"
    )
    result = run_python("-c", script, cwd=tmp_path)
    assert 0.15 < float(result.stdout) < 59, result.stderr


def test_what_a_source_file_without_text_is(tmp_path):
    load_jittor()
    (tmp_path / "empty.cc").touch()
    command = f'"g++" "{tmp_path}/empty.cc" -o "{tmp_path}/out.so"'
    with pytest.raises(RuntimeError) as caught:
        sys.modules[compat.UTILITIES].cc.cache_compile(command, str(tmp_path), str(tmp_path))
    assert compat.is_compile_race(caught.value)
    assert not compat.is_compile_race(RuntimeError("out of memory"))


def test_the_compiler(monkeypatch):
    found = re.findall(r"env_or_find\('cc_path', '(.*?)'", jittor_source.text(UTILITIES))
    ours = []
    for system in ("darwin", "linux"):
        monkeypatch.setattr(sys, "platform", system)
        ours.append(compat.default_compiler())
    assert found == ours


def test_python_config_is_looked_for_in_the_same_places():
    asked = []
    paths = SimpleNamespace(dirname=os.path.dirname, isfile=asked.append)
    find, _ = jittor_source.function(
        UTILITIES,
        "get_py3_config_path",
        os=SimpleNamespace(path=paths, environ={}, name=os.name),
        sys=sys,
        platform=SimpleNamespace(system=lambda: "Linux"),
        _py3_config_path=None,
    )
    with pytest.raises(RuntimeError, match=compat.PYTHON_CONFIG):
        find()
    assert asked == [str(path) for path in compat.python_config_places()]


def test_nvcc_is_looked_for_in_the_same_places():
    source = jittor_source.text(COMPILER)
    assert tuple(re.findall(r"try_find_exe\('(/.*?/nvcc)'\)", source)) == compat.NVCC_PLACES
    # A toolkit that was downloaded goes first, then the variable, then the PATH.
    order = ["if install_cuda.has_installation()", "env_or_try_find('nvcc_path', 'nvcc')"]
    places = [source.index(text) for text in (*order, compat.NVCC_PLACES[0])]
    assert places == sorted(places)


def test_the_nvcc_that_jittor_downloads(tmp_path, monkeypatch):
    monkeypatch.setenv(compat.JITTOR_HOME, str(tmp_path))
    paths = SimpleNamespace(join=os.path.join, isfile=lambda _: True)  # as if it were there
    install, _ = jittor_source.function(
        INSTALL_CUDA,
        "install_cuda",
        os=SimpleNamespace(path=paths, environ={}, name="posix"),
        sys=SimpleNamespace(path=[]),
        LOG=Mock(),
        jit_utils=SimpleNamespace(home=lambda: str(tmp_path)),
        get_cuda_driver=lambda: [12, 4],
        check_cuda_env=lambda: None,
    )
    assert not compat.has_downloaded_cuda()
    nvcc = tmp_path / install()
    assert nvcc.is_relative_to(tmp_path / compat.CUDA_FOLDER)
    nvcc.parent.mkdir(parents=True)
    nvcc.touch()
    assert compat.has_downloaded_cuda()


def opened_runtime(nvcc, full_path):
    """Return the library that Jittor opens for an nvcc."""
    opened = []
    check, _ = jittor_source.function(
        COMPILER,
        "check_cuda",
        os=os,
        ctypes=SimpleNamespace(CDLL=lambda path, _: opened.append(path)),
        get_full_path_of_executable=full_path,
        nvcc_path=nvcc,
        jittor_path="",
        cc_flags="",
        dlopen_flags=ctypes.RTLD_GLOBAL,
    )
    check()
    (path,) = opened
    return path


def test_the_cuda_runtime_of_a_toolkit(tmp_path):
    nvcc, link = tmp_path / "cuda-12/bin/nvcc", tmp_path / "bin/nvcc"
    for path in (nvcc, link):
        path.parent.mkdir(parents=True)
    nvcc.touch(mode=0o755)
    link.symlink_to(nvcc)
    full_path, _ = jittor_source.function(COMPILER, "get_full_path_of_executable", os=os)
    for path in (nvcc, link):
        assert opened_runtime(str(path), full_path) == str(compat.cuda_runtime(str(path)))


def test_the_cuda_runtime_of_debian():
    nvcc = "/usr/bin/nvcc"
    assert opened_runtime(nvcc, lambda path: path) == str(compat.cuda_runtime(nvcc))


class Downloads(Exception):
    """Jittor wants to download a file."""


def install_mkl(root):
    """Call Jittor's function that provides oneDNN in a folder."""

    def download(url, name, folder, _):
        raise Downloads(url, name, folder)

    install, _ = jittor_source.function(
        EXTERN,
        "install_mkl",
        os=os,
        LOG=Mock(),
        download_url_to_local=download,
    )
    install(str(root))


def test_what_jittor_downloads_is_onednn_and_what_we_turn_off():
    """But for cub, with a CUDA older than 11."""
    tree = ast.parse(jittor_source.text(EXTERN))
    downloading = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and "download_url_to_local(" in ast.unparse(node)
    }
    libraries = {name.removeprefix("use_") for name in compat.DOWNLOADED_LIBRARIES}
    assert downloading == {f"install_{name}" for name in (*libraries, "mkl", "cub")}


@pytest.mark.parametrize("name", [*compat.DOWNLOADED_LIBRARIES, compat.USE_ONEDNN])
def test_jittor_downloads_no_library_that_is_turned_off(monkeypatch, name):
    monkeypatch.setenv(name, "0")
    known = {"os": os, "has_cuda": True, "has_mpi": True}
    setup, space = jittor_source.function(EXTERN, name.replace("use_", "setup_"), **known)
    setup()  # it would ask for more than that
    assert space[name] is False


def test_jittor_has_no_onednn_for_other_machines(tmp_path, monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert compat.onednn_folder() is None
    with pytest.raises(RuntimeError, match="not support"):
        install_mkl(tmp_path)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_onednns_files_are_those_that_jittor_looks_for(tmp_path, monkeypatch, machine):
    monkeypatch.delenv(compat.USE_ONEDNN, raising=False)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    folder = tmp_path / compat.onednn_folder()
    with pytest.raises(Downloads) as caught:
        install_mkl(folder.parent)
    _, name, _ = caught.value.args
    assert name == f"{folder.name}.tgz"
    for path in (folder / compat.ONEDNN_LIBRARY, folder / compat.ONEDNN_INCLUDE / "any.hpp"):
        path.parent.mkdir(parents=True)
        path.touch()
    install_mkl(folder.parent)  # nothing to download
    compiled = Mock()
    setup, space = jittor_source.function(
        EXTERN,
        "setup_mkl",
        os=os,
        platform=platform,
        LOG=Mock(),
        jit_utils=SimpleNamespace(home=lambda: str(tmp_path)),
        jittor_path=str(jittor_source.SITE / "jittor"),
        make_cache_dir=lambda _: None,
        install_mkl=install_mkl,
        compile_custom_ops=compiled,
    )
    setup()
    flags = compiled.call_args.kwargs["extra_flags"]
    assert f'-I"{folder / compat.ONEDNN_INCLUDE}"' in flags
    assert f'-L"{(folder / compat.ONEDNN_LIBRARY).parent}" -lmkldnn' in flags
    assert compat.has_onednn(SimpleNamespace(compile_extern=SimpleNamespace(**space)))
    monkeypatch.setenv(compat.USE_ONEDNN, "0")
    setup()
    assert not compat.has_onednn(SimpleNamespace(compile_extern=SimpleNamespace(**space)))


OPERATORS = "jittor/extern/mkl/ops/mkl_{}_op.{}"
PADDED = "strideh stridew paddingh paddingw dilationh dilationw groups xformat wformat yformat"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("matmul", "a b trans_a trans_b"),
        ("conv", f"x w {PADDED}"),
        ("conv_backward_x", f"w y height width {PADDED}"),
        ("conv_backward_w", f"x y kh kw {PADDED}"),
    ],
)
def test_the_operators_of_onednn_take_these_arguments(name, arguments):
    declared = re.search(r"Op\((Var\*.*?)\);", jittor_source.text(OPERATORS.format(name, "h")))
    names = re.findall(r"(\w+)(?:=[^,]*)?(?:,|$)", declared[1])
    assert names == arguments.split()
    included = re.findall(r"<(\w*dnnl\.hpp)>", jittor_source.text(OPERATORS.format(name, "cc")))
    assert included == [compat.ONEDNN_HEADERS[0]]


def test_the_library_is_asked_for_by_this_name():
    wheels = onednn._from_wheels()
    if wheels is None:
        pytest.skip("needs oneDNN's wheels")
    _, library = wheels
    assert f"\0{compat.ONEDNN_SONAME}\0".encode() in library.read_bytes()


def test_the_operators_of_onednn_compute():
    jittor = load_jittor("cpu", 2)
    if not compat.has_onednn(jittor):
        pytest.skip("needs oneDNN")
    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((4, 3), np.float32)
    product = compat.matmul(jittor, jittor.array(a), jittor.array(b), False, True)
    np.testing.assert_array_equal(product.numpy(), a @ b.T)
    images, weight = np.ones((1, 5, 5, 2), np.float32), np.ones((3, 2, 3, 3), np.float32)
    sums = compat.convolve(jittor, jittor.array(images), jittor.array(weight), 2).numpy()
    assert sums.shape == (1, 3, 3, 3)
    np.testing.assert_array_equal(sums[0, :, :, 0], [[8, 12, 8], [12, 18, 12], [8, 12, 8]])


def test_adam_has_moments_and_goes_on_after_the_steps_that_are_set():
    jittor = load_jittor("cpu", 2)
    layer = jittor.nn.Linear(3, 2)
    adam = jittor.nn.Adam(layer.parameters(), lr=0.1, eps=1e-8, betas=(0.5, 0.9))
    before = layer.weight.numpy()
    assert compat.adam_steps(adam) == 0
    compat.set_adam_steps(adam, 3)
    adam.backward(layer(jittor.ones((1, 3))).sum())
    assert compat.adam_steps(adam) == 4
    group = compat.adam_group(adam)
    for name in ("params", "grads", "m", "values"):
        assert [v.shape for v in group[name]] == [p.shape for p in layer.parameters()]
    adam.step()  # the fourth, which was begun, with gradients of 1
    np.testing.assert_allclose(group["m"][0].numpy(), 0.5, rtol=1e-5)
    np.testing.assert_allclose(group["values"][0].numpy(), 0.1, rtol=1e-5)
    change = 0.1 * 0.5 / 0.1**0.5 * (1 - 0.9**4) ** 0.5 / (1 - 0.5**4)
    np.testing.assert_allclose(before - layer.weight.numpy(), change, rtol=1e-4)


def test_what_jittor_saves(tmp_path):
    layer = load_jittor("cpu", 2).nn.Linear(3, 2)
    layer.save(str(tmp_path / "a.pkl"))
    data = (tmp_path / "a.pkl").read_bytes()
    assert data.endswith(compat.PICKLE_MARK)
    data = data.removesuffix(compat.PICKLE_MARK)
    assert data.endswith(hashlib.sha1(data[:-20]).digest())
    for part in compat.PICKLED_VAR:
        assert part.encode() in data
    found = read_parameters(tmp_path / "a.pkl")
    np.testing.assert_array_equal(found["weight"], layer.weight.numpy())


def test_what_mpirun_sets(tmp_path):
    """Jittor takes the first for a sign that it must talk to others."""
    names = (compat.MPI_COUNT, compat.MPI_RANK, compat.MPI_LOCAL_COUNT)
    # Each into a file of its own: mpirun mixes what they print.
    code = (
        "import os, pathlib, sys\n"
        f"said = [os.environ[name] for name in {names}]\n"
        "pathlib.Path(sys.argv[1], said[1]).write_text(' '.join(said))"
    )
    subprocess.run(mpi.command(2, "-c", code, tmp_path), check=True)
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["2 0 2", "2 1 2"]
    assert f'"{compat.MPI_COUNT}" in os.environ' in jittor_source.text(EXTERN)


def test_where_jittor_acts_by_itself_on_several_processes():
    """`take_over_mpi` sets what these ask: whoever else asks something must be looked at."""
    asks = {
        str(path.relative_to(jittor_source.SITE / "jittor"))
        for path in (jittor_source.SITE / "jittor").rglob("*.py")
        if "in_mpi" in path.read_text(encoding="utf-8") and "test" not in path.parts
    }
    assert asks == {"__init__.py", "compile_extern.py", "dataset/dataset.py", "nn.py", "optim.py"}
