"""Put the demo on a Hugging Face Space: `python -m cgan deploy user/space --weights user/name`."""

import argparse
from pathlib import Path
from typing import Any

from cgan.terminal import note, warn


def add(commands: Any) -> None:
    """Add the command to argparse's sub-commands; what to call is the default `call`."""
    command = commands.add_parser("deploy", help="put the demo on a Hugging Face Space")
    command.add_argument("space", metavar="USER/SPACE", help="made if it isn't there")
    command.add_option(
        "weights",
        help="user/name@revision on the Hub, pinned to its commit; several behind commas "
        "(default: the bundled ones)",
    )
    command.add_option("private", action="store_true", help="make a new Space private")
    command.add_option(
        "zero_gpu",
        action="store_true",
        help="make a new Space of the free kind, ZeroGPU (default: CPU, which needs a paid plan)",
    )
    command.add_option(
        "dry_run", type=Path, metavar="DIR", help="write the Space's files to DIR and upload none"
    )
    command.set_defaults(call=deploy)


def deploy(values: argparse.Namespace) -> None:
    """Do what the command line says."""
    # Half a second, which no other command should take.
    from huggingface_hub import HfApi

    from cgan import space

    api = HfApi()
    weights = space.pin(values.weights, api) if values.weights else []
    hardware = space.ZERO_GPU if values.zero_gpu else space.CPU
    for one in weights:
        if not one.public:
            warn(
                f"{one.repo} is private or gated: give the Space, under Settings, a secret "
                "HF_TOKEN that may read it; until then it draws with the bundled weights."
            )
    if values.dry_run is not None:
        space.stage(values.dry_run, weights, hardware)
        note(f"Wrote {values.dry_run}. Nothing was uploaded.")
        return
    address = space.deploy(values.space, weights, api, private=values.private, hardware=hardware)
    note(f"Deployed. In a few minutes, when it is built, open {address}")
