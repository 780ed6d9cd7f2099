"""`doctor`: report what this machine has, what is missing and what to do about it."""

import argparse
import contextlib
import functools
import platform
import shutil
import sys
from pathlib import Path

import cgan
from cgan.backend.machine import find_machine
from cgan.common.command_line import EXIT_FAULT, Commands, Exit, named_path
from cgan.common.finding import Finding, describe, look, shown
from cgan.common.packages import PACKAGES, find_package
from cgan.common.terminal import result
from cgan.data.place import DATA_DIR, DATA_DIR_HELP
from cgan.hub.environment import find_hub

_TESTED = ((3, 10), (3, 12))
# Jittor's cache and some runs; less is worth a note.
_ENOUGH_DISK = 2 << 30


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor", help="report what this machine has, what is missing and what to do about it"
    )
    parser.add_option("data_dir", type=named_path, default=DATA_DIR, help=DATA_DIR_HELP)
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Print a line for each finding; exit with 1 if drawing doesn't work."""
    findings = [
        *_system(),
        *(look(package.name, functools.partial(find_package, package)) for package in PACKAGES),
        look("drawing", _drawing),
        *find_machine(),
        look("MNIST", functools.partial(_mnist, values.data_dir)),
        look("trained networks", _networks),
        look("disk", _disk),
        *find_hub(),
    ]
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        result(f"{finding.level:5} {finding.name:{width}}  {finding.text}")
    if any(finding.level == "fault" for finding in findings):
        raise Exit(EXIT_FAULT)


def _system() -> list[Finding]:
    return [
        Finding("cgan", f"{cgan.__version__}, in {shown(Path(__file__).parents[2])}"),
        look("Python", _python),
        look("platform", lambda: Finding("platform", platform.platform())),
    ]


def _python() -> Finding:
    version = f"{platform.python_version()} ({platform.python_implementation()})"
    if not _TESTED[0] <= sys.version_info[:2] <= _TESTED[1]:
        first, last = (".".join(map(str, tested)) for tested in _TESTED)
        advice = f"training needs Python {first} to {last}"
        return Finding("Python", f"{version}: {advice}", "note")
    return Finding("Python", version)


def _drawing() -> Finding:
    """Draw a digit with the bundled weights."""
    try:
        from cgan.sampler import Sampler

        pixels = Sampler.from_pretrained().write("8")
    except (Exception, SystemExit) as error:
        text = f"does not work with the bundled weights ({describe(error)}): reinstall cgan"
        return Finding("drawing", text, "fault")
    return Finding("drawing", f"works: a digit of {pixels.shape[1]}x{pixels.shape[0]} pixels")


def _mnist(folder: Path) -> Finding:
    from cgan.data import images, mnist  # here: imports NumPy, which may be missing

    missing = [name for name in mnist.MD5 if mnist.find(folder, name) is None]
    if not missing:
        return Finding("MNIST", f"in {shown(folder)}")
    if len(missing) == len(mnist.MD5) and images.is_there(folder):
        return Finding("MNIST", f"not in {shown(folder)}, which holds images of your own")
    advice = "training downloads them, or set --data_dir"
    return Finding("MNIST", f"{len(missing)} of {len(mnist.MD5)} files not in {folder}: {advice}")


def _networks() -> Finding:
    from cgan.evaluation import network_cache  # here: imports NumPy, too

    return network_cache.find()


def _disk() -> Finding:
    places = {"here": Path.cwd()}
    with contextlib.suppress(RuntimeError):  # there is no home
        places["at home"] = Path.home()
    free = {name: shutil.disk_usage(path).free for name, path in places.items()}
    text = ", ".join(f"{count / (1 << 30):.1f} GB free {name}" for name, count in free.items())
    if min(free.values()) < _ENOUGH_DISK:
        return Finding("disk", f"{text}: training may need 2 GB", "note")
    return Finding("disk", text)
