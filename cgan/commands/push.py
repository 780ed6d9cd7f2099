"""`push`: publish a weights folder on the Hugging Face Hub."""

import argparse
from pathlib import Path

from cgan.command_line import Commands
from cgan.push import Pushed, push
from cgan.repository import Repository
from cgan.terminal import note


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "push", help="publish a run or weights folder on the Hugging Face Hub"
    )
    parser.add_argument("folder", type=Path, help="a run folder, or any folder of weights")
    parser.add_argument("repository", help="user/name, made if it isn't there")
    parser.add_option("private", action="store_true", help="make a new repository private")
    parser.add_option("revision", help="branch to push to, made if it isn't there (default main)")
    parser.add_option("tag", help="name that the commit gets, such as v1.0")
    parser.add_option("message", help="message of the commit")
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Push."""
    repository = Repository.parse(values.repository, values.revision)
    note(
        told(
            values.folder,
            push(
                values.folder,
                repository,
                private=values.private,
                tag=values.tag,
                message=values.message,
            ),
        )
    )


def told(folder: Path, pushed: Pushed) -> str:
    """Say what a push came to."""
    if pushed.changed:
        return f"Pushed {folder} to {pushed.url} (commit {pushed.commit[:7]})."
    return f"Nothing to push: {pushed.url} has the same already (commit {pushed.commit[:7]})."
