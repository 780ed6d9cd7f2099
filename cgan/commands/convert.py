"""`convert`: make a weights folder from a checkpoint of the article's script."""

import argparse

from cgan.backend.pickles import read_parameters
from cgan.common.command_line import Commands, named_path
from cgan.common.terminal import note
from cgan.model.article import convert


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("convert", help="convert the article's generator_last.pkl")
    parser.add_argument("pickle", type=named_path, help="file that generator.save() wrote")
    parser.add_argument("folder", type=named_path, help="weights folder to create")
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Convert."""
    config = convert(read_parameters(values.pickle), values.pickle, values.folder)
    note(
        f"Wrote {values.folder}: {config.n_classes} classes, latents of {config.latent_dim}, "
        f"images of {config.img_size}x{config.img_size}."
    )
