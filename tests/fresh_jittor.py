"""Compiling Jittor as on a fresh machine without internet: once for all tests that need it.

It takes minutes. So where the home folder has no compiled Jittor, as in CI, a run of all tests
starts with it, and all other tests then use what was compiled.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What Jittor's sources and all its operators include. Reading it is most of the time that a small
# operator takes, so the compiler does it once.
HEADERS = (
    "algorithm",
    "chrono",
    "cmath",
    "cstring",
    "fstream",
    "functional",
    "iomanip",
    "iostream",
    "limits",
    "list",
    "map",
    "memory",
    "mutex",
    "set",
    "sstream",
    "string",
    "thread",
    "unordered_map",
    "unordered_set",
    "vector",
)
# Jittor's own headers, which many of its sources include.
CORE_HEADERS = (
    "common.h",
    "var.h",
    "op.h",
    "fused_op.h",
    "graph.h",
    "executor.h",
    "var_holder.h",
    "op_compiler.h",
    "mem/allocator.h",
    "ops/op_register.h",
    "utils/seh.h",
    "utils/str_utils.h",
)
# Those that its operators include, and what they define before that.
OPERATOR_HEADERS = (
    "assert.h",
    "fused_op.h",
    "var.h",
    "ops/op_register.h",
    "ops/broadcast_to_op.h",
    "ops/binary_op.h",
    "ops/unary_op.h",
    "ops/ternary_op.h",
    "ops/reduce_op.h",
    "ops/array_op.h",
    "misc/cpu_math.h",
)
OPERATOR_DEFINES = "#define JIT 1\n"
# Jittor's flags that a precompiled header must have been made with, too.
FLAGS = {"core": ["-O1"], "operators": ["-Ofast", "-fopenmp"]}
COMMON_FLAGS = ["-std=c++14", "-fPIC", "-march=native"]
# Goes before the compiler on the PATH. Operators are optimized as ever, but have no debug
# information: so they can use the precompiled header. All else is Jittor's own C++ (-O2). It isn't
# optimized: that takes longer than all that the tests do with it. One file is: it reads and hashes
# all sources whenever Jittor is imported and for each operator. It is part of two libraries, one
# of which is made twice with the same command. Another reads a header of its own first (-include).
WRAPPER = """#!/bin/sh
cache="{folder}/cache_compile.o"
core="{folder}/jit_utils_core.so"
for output; do :; done
case " $* " in
*" -S "* | *"_op.cc "*"_op.so "*) exec "{compiler}" -include "{folder}/operators.h" "$@" -g0 ;;
*" -O2 -include "*) exec "{compiler}" "$@" -O0 ;;
*"/cache_compile.cc "*" -c "*) exec cp "$cache" "$output" ;;
*"/cache_compile.cc "*)
    if [ ! -f "$core" ]; then
        for argument; do
            shift
            case "$argument" in
            */cache_compile.cc) set -- "$@" "$cache" ;;
            *) set -- "$@" "$argument" ;;
            esac
        done
        "{compiler}" -include "{folder}/core.h" "$@" -O1 || exit
        cp "$output" "$core"
    fi
    rm -f "$output"  # it may be in use
    exec cp "$core" "$output" ;;
*"/gen/pyjt_jit_"*) exec "{compiler}" "$@" -O0 ;;
*" -O2 "*) exec "{compiler}" -include "{folder}/core.h" "$@" -O1 ;;
*) exec "{compiler}" "$@" ;;
esac
"""
# Jittor has each operator's assembler code edited by a program in Python. What that changes is
# only how memory is written to, and its start takes as long as compiling the operator. So this,
# which Python imports when it starts, calls the compiler for it.
SITE = """
import os, sys
arguments = getattr(sys, "orig_argv", [])
if len(arguments) > 3 and arguments[1].endswith("/jittor/utils/asm_tuner.py"):
    compiler = arguments[2].partition("=")[2]
    os.execv(compiler, [compiler, *arguments[3:]])
"""
# Tells the processes that share the tests where it was compiled.
VARIABLE = "CGAN_TESTS_FRESH_JITTOR"
PROGRAM = """
import os, pathlib
from cgan.backend.setup import load_jittor
jittor = load_jittor("cpu")
product = jittor.matmul(jittor.ones((3, 4)), jittor.ones((4, 2)))
print(product.numpy().tolist(), jittor.compile_extern.use_mkl)
children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text()
print("processes left behind:", children.split())
"""


def is_compiled():
    """Tell whether the home folder has a compiled Jittor."""
    return any((Path.home() / ".cache/jittor").rglob("jittor_core*.so"))


def compile_into(folder):
    """Use Jittor for the first time, with `folder`/home as the home folder; keep the result.

    Returns:
        The process's exit code, output and errors, and what it left in its two folders.
    """
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    nowhere = "http://127.0.0.1:9"  # the discard port: a proxy that nobody runs
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=work,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "https_proxy": nowhere,
            "http_proxy": nowhere,
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    result = {
        "returncode": process.returncode,
        "stdout": process.stdout,
        "stderr": process.stderr,
        "home": sorted(str(path.relative_to(home)) for path in home.glob("*/*")),
        "work": sorted(path.name for path in work.iterdir()),
    }
    (folder / "result.json").write_text(json.dumps(result))
    return result


def use_faster_compiler(folder):
    """Let Jittor compile in half the time, in this process and in those that it starts.

    Its operators compute the same. A compiler that can't precompile headers is used as it is.
    """
    compiler = shutil.which("g++")
    spec = importlib.util.find_spec("jittor")
    if compiler is None or spec is None:
        return
    jittor = Path(spec.origin).parent
    includes = [f"-I{jittor / 'src'}", f"-I{jittor / 'extern'}"]
    compilers = []
    for name, flags in FLAGS.items():
        operators = name == "operators"
        own = OPERATOR_HEADERS if operators else CORE_HEADERS
        header = folder / f"{name}.h"
        header.write_text(
            OPERATOR_DEFINES * operators
            + "".join(f"#include <{included}>\n" for included in HEADERS)
            + "".join(f'#include "{included}"\n' for included in own)
        )
        command = [compiler, *COMMON_FLAGS, *flags, *includes, "-x", "c++-header", header]
        compilers.append(subprocess.Popen([*command, "-o", f"{header}.gch"]))
    source = jittor / "src/utils/cache_compile.cc"
    command = [compiler, *COMMON_FLAGS, "-O2", *includes, "-c", source]
    compilers.append(subprocess.Popen([*command, "-o", folder / "cache_compile.o"]))
    failed = [process for process in compilers if process.wait() != 0]
    if failed:
        return
    wrapper = folder / "bin" / "g++"
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER.format(compiler=compiler, folder=folder))
    wrapper.chmod(0o755)
    os.environ["PATH"] = f"{wrapper.parent}:{os.environ['PATH']}"
    (folder / "site").mkdir()
    (folder / "site/sitecustomize.py").write_text(SITE)
    paths = [str(folder / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def share(folder):
    """Compile, and let this process and those that it starts use it."""
    use_faster_compiler(folder)
    result = compile_into(folder)
    os.environ[VARIABLE] = str(folder)
    if result["returncode"] == 0:
        os.environ["HOME"] = str(folder / "home")


def result(folder):
    """Return what `compile_into` said; it compiles into `folder` if no other has done it."""
    if VARIABLE in os.environ:
        return json.loads(Path(os.environ[VARIABLE], "result.json").read_text())
    return compile_into(folder)
