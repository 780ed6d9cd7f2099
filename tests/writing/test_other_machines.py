"""The same files on every kind of CPU: NumPy and OpenBLAS round differently on each."""

import os
import subprocess
import sys

from tests.conftest import ROOT

# Prints a checksum of a number's files, in each spacing.
WRITE = """
from dataclasses import replace
from hashlib import sha256
from cgan import Sampler
from cgan.writing import export
from cgan.writing.drawing import draw
from cgan.writing.settings import WritingSettings

sampler = Sampler.from_pretrained()
for seed in range(4):
    for spacing in ("grid", "ink"):
        settings = WritingSettings("+86 138-1234", seed=seed, spacing=spacing)
        if spacing == "ink":
            settings = replace(settings, variation=0.22, pen=0.3)
        drawing = draw(sampler, settings.parts(), settings.to_hand())
        files = (
            export.png(drawing, settings, 2),
            export.svg(drawing, settings),
            export.strokes_svg(drawing, settings),
        )
        print(*(sha256(file.data).hexdigest()[:16] for file in files))
"""
# An old CPU, as far as they can be told to take this one for it; NumPy ignores what it lacks.
OLD = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL "
    "AVX512_ICL AVX512_SPR",
}


def written(**environment):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WRITE],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_an_old_cpu_writes_the_same_files():
    here = written()
    assert len(here.split()) == 4 * 2 * 3
    assert written(**OLD) == here
