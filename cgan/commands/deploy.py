"""`deploy`: put the demo on a Hugging Face Space."""

import argparse

from cgan.common.command_line import Commands, named_path
from cgan.common.terminal import note, warn
from cgan.hub import compat
from cgan.hub.repository import check_name


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("deploy", help="put the demo on a Hugging Face Space")
    parser.add_argument("space", metavar="USER/SPACE", help="created if it doesn't exist")
    parser.add_option(
        "weights",
        help="user/name@revision on the Hub, pinned to its commit; separate several with commas "
        "(default: the bundled ones)",
    )
    parser.add_option("private", action="store_true", help="make a new Space private")
    parser.add_option(
        "zero_gpu",
        action="store_true",
        help="put a new Space on ZeroGPU, which is free (default: CPU, which needs a paid plan)",
    )
    parser.add_option(
        "dry_run",
        type=named_path,
        metavar="DIR",
        help="write the Space's files to DIR; upload nothing",
    )
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Deploy, or only write the folder."""
    compat.require("Deploying needs")
    from cgan.publish import space  # imports huggingface_hub, which takes a while

    check_name(values.space)
    weights = space.pin(values.weights) if values.weights is not None else []
    hardware = space.ZERO_GPU if values.zero_gpu else space.CPU
    for one in weights:
        if not one.public:
            warn(
                f"{one.repository.id} is private or gated: in the Space's settings, add a secret "
                "HF_TOKEN that can read it; until then, the bundled weights are used. Its name is "
                "in the Space's files, which all can read unless the Space is private, too."
            )
    if values.dry_run is not None:
        space.stage(values.dry_run, weights, hardware)
        note(f"Wrote {values.dry_run}. Nothing was uploaded.")
        return
    address = space.deploy(values.space, weights, private=values.private, hardware=hardware)
    note(f"Deployed. When it is built, in a few minutes, open {address}")
