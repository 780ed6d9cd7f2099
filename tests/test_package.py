"""Importing the package: light, quiet, and the same names for ever."""

import cgan
from tests.conftest import run_python

HEAVY = ("jittor", "gradio", "matplotlib", "sklearn", "torch", "tqdm", "huggingface_hub", "httpx2")
PRINT_HEAVY = f"print([name for name in {HEAVY} if name in sys.modules])\n"


def test_the_public_names():
    assert sorted(cgan.__all__) == ["Sampler", "UserError", "__version__"]
    assert all(hasattr(cgan, name) for name in cgan.__all__)


def test_using_a_generator_needs_numpy_alone(tiny_weights):
    """The demo and the command line start without Jittor, which compiles at its import."""
    code = (
        "import sys, cgan\n"
        "import cgan.__main__\n"
        "cgan.Sampler.from_pretrained('weights').write('123')\n" + PRINT_HEAVY
    )
    result = run_python("-c", code, cwd=tiny_weights.parent)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_importing_it_has_no_side_effects(tmp_path):
    code = (
        "import os, random, signal, sys, threading\n"
        "import numpy as np\n"
        "def state():\n"
        "    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]\n"
        "    return (dict(os.environ), os.getcwd(), random.getstate(), handlers,\n"
        "        threading.active_count(), np.random.get_state()[1].tolist())\n"
        "before = state()\n"
        "import cgan\n"
        "print(state() == before)\n" + PRINT_HEAVY
    )
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir()
    home.mkdir()
    result = run_python("-c", code, cwd=work, HOME=str(home), TMPDIR=str(home))
    assert (result.stdout, result.stderr) == ("True\n[]\n", "")
    assert list(work.iterdir()) == []
    assert list(home.iterdir()) == []
