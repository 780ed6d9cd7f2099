"""`push`: publish a weights folder on the Hugging Face Hub."""

import argparse

from cgan.common.command_line import Commands, named_path
from cgan.common.terminal import note
from cgan.hub.repository import Repository
from cgan.publish.push import push


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "push", help="publish a run or weights folder on the Hugging Face Hub"
    )
    parser.add_argument("folder", type=named_path, help="a run folder, or any folder of weights")
    parser.add_argument("repository", help="user/name, created if missing")
    parser.add_option("private", action="store_true", help="make a new repository private")
    parser.add_option("revision", help="branch to push to, created if missing (default main)")
    parser.add_option("tag", help="tag for the commit, such as v1.0")
    parser.add_option("message", help="commit message")
    parser.add_option(
        "onnx",
        action="store_true",
        help="publish ONNX files, too (see the command export); without it, those of an earlier "
        "push are removed",
    )
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Push."""
    repository = Repository.parse(values.repository, values.revision)
    options = {name: getattr(values, name) for name in ("private", "tag", "message", "onnx")}
    note(push(values.folder, repository, **options).describe(values.folder))
