"""Importing the package: light, quiet, and the same names for ever."""

import cgan
from tests.conftest import run_python

HEAVY = ("jittor", "gradio", "matplotlib", "sklearn", "torch", "tqdm", "huggingface_hub", "httpx2")
PRINT_HEAVY = f"print([name for name in {HEAVY} if name in sys.modules])\n"


def test_the_public_names():
    assert sorted(cgan.__all__) == ["Sampler", "UserError", "__version__"]
    assert all(hasattr(cgan, name) for name in cgan.__all__)


def test_all_public_names_are_listed_before_their_first_use(tmp_path):
    result = run_python("-c", "import cgan; print(*dir(cgan))", cwd=tmp_path)
    assert {*cgan.__all__, "__doc__"} <= set(result.stdout.split())


def test_using_a_generator_needs_numpy_alone(tiny_weights):
    """The demo and the command line start without Jittor, which compiles at its import."""
    code = (
        "import sys, cgan\n"
        "import cgan.__main__\n"
        "cgan.Sampler.from_pretrained('weights').write('123')\n" + PRINT_HEAVY
    )
    result = run_python("-c", code, cwd=tiny_weights.parent)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_importing_it_imports_nothing_else(tmp_path):
    """Until `python -m cgan` has imported it, Ctrl-C gives a traceback."""
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import cgan\n"
        "print(sorted(set(sys.modules) - before), cgan.UserError.__name__)\n"
    )
    assert run_python("-S", "-c", code, cwd=tmp_path).stdout == "['cgan'] UserError\n"


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


PLAIN = ("huggingface_hub", "httpx2", "hf_xet", "jittor", "jittor_utils", "gradio", "sklearn")
HIDE = f"import sys\nfor name in {(*PLAIN, 'matplotlib', 'tqdm')!r}: sys.modules[name] = None\n"


def plain(folder, *arguments, program="cgan.__main__"):
    """Run a command line where only what drawing needs is installed."""
    code = f"{HIDE}from {program} import main\nsys.exit(main({list(arguments)!r}))\n"
    result = run_python("-c", code, cwd=folder)
    assert "Traceback" not in result.stderr
    return result.returncode, result.stderr


def test_a_plain_install_draws_with_bundled_weights_and_folders(tiny_weights):
    folder = tiny_weights.parent
    for weights in ((), ("--weights", "weights"), ("--weights", "./weights")):
        code, said = plain(folder, "write", "138", *weights, "-o", "a.png")
        assert (code, said[:11]) == (0, "Wrote a.png")
        (folder / "a.png").unlink()


def test_a_plain_install_says_what_the_rest_needs(tiny_weights):
    folder = tiny_weights.parent
    hub = "the package huggingface-hub: pip install '.[hub]' in the clone."
    for arguments in (
        ("write", "1", "--weights", "ann/x@main"),
        ("write", "1", "--weights", "ann/x"),
        ("push", "weights", "ann/x"),
        ("deploy", "ann/x"),
        ("deploy", "ann/x", "--dry-run", "space"),
    ):
        code, said = plain(folder, *arguments)
        assert code == 2
        assert said.endswith(f"{hub}\n")
        assert said.count("\n") == 1
    assert said.startswith("Error: Deploying needs")
    code, said = plain(folder, "write", "1", "--weights", "runs/misspelt")
    assert said.startswith("Error: There is no folder runs/misspelt here, and fetching it")
    assert not (folder / "space").exists()


def test_a_plain_install_says_what_evaluating_needs(tiny_weights):
    code, said = plain(tiny_weights.parent, "evaluate", "weights", "--dataset", "digits")
    assert code == 2
    assert (
        said == "Error: This needs the package scikit-learn: pip install '.[train]' in the clone.\n"
    )
