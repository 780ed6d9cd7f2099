"""Train the conditional GAN: `python train.py`, or `python train.py --dataset digits`.

`python train.py --help` lists the options; the README says more.
"""

import argparse
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_BY_DEFAULT = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if __name__ == "__main__" and _BY_DEFAULT:
    # Until everything is imported, Ctrl-C just ends the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from cgan.backend import ranks  # noqa: E402
from cgan.common.command_line import Parser, named_path, run  # noqa: E402
from cgan.common.errors import BadValue, NeedsNewProcess, UserError, kind_of  # noqa: E402
from cgan.common.terminal import note  # noqa: E402
from cgan.data.datasets import recognise  # noqa: E402
from cgan.data.place import check_there  # noqa: E402
from cgan.hub.repository import Repository  # noqa: E402
from cgan.model.option_fields import add_to, options_of  # noqa: E402
from cgan.model.weights import CONFIG_NAME  # noqa: E402
from cgan.publish.push import check_may_push, push  # noqa: E402
from cgan.training.add_encoder import add_to_weights  # noqa: E402
from cgan.training.follow import follow  # noqa: E402
from cgan.training.options import Execution, TrainingOptions  # noqa: E402
from cgan.training.recipes import RECIPES, from_recipe  # noqa: E402
from cgan.training.run import generator_config, resume, start  # noqa: E402


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line's values; training and execution options only if given."""
    parser = Parser(prog="train.py", description=(__doc__ or "").split("\n")[0])
    # All of them, so that a new one is there, too; the first and the last stand apart.
    data_dir, *how_to_run, quiet = options_of(Execution).values()
    add_to(parser, TrainingOptions.known().values())
    parser.add_option(
        "recipe",
        choices=RECIPES,
        help="preset for the other options: article (the defaults), good or best",
    )
    add_to(parser, [data_dir])
    parser.add_option(
        "out", type=named_path, help="run folder (default runs/DATASET-DATE-TIME-PROCESS)"
    )
    parser.add_option(
        "resume", type=named_path, metavar="RUN", help="continue the run in this folder"
    )
    parser.add_option(
        "add_encoder",
        type=named_path,
        metavar="FOLDER",
        help="train an encoder for the finished weights in this folder, and do nothing else",
    )
    add_to(parser, how_to_run)
    parser.add_option(
        "push_to_hub", metavar="USER/NAME", help="publish the weights when training is done"
    )
    parser.add_option("dry_run", action="store_true", help="print the settings and stop")
    add_to(parser, [quiet])
    return parser.parse_args(arguments)


def train(arguments: list[str] | None) -> None:
    """Do what the command line says."""
    values = parse(arguments)
    given = _given(values, TrainingOptions.known())
    execution = Execution(**_given(values, options_of(Execution)), push_to_hub=values.push_to_hub)
    if "dataset" not in given:
        check_there(execution.data_dir)
    if values.add_encoder is not None:
        _check_add_encoder(values)
        add_to_weights(values.add_encoder, given, execution)
        return
    repository = None if values.push_to_hub is None else Repository.parse(values.push_to_hub)
    if values.resume is None:
        if "dataset" not in given:
            given["dataset"] = recognise(execution.data_dir)
        options = from_recipe(values.recipe or "article", given)
        config = generator_config(options)
        if values.dry_run:
            print(json.dumps(config.to_dict() | {"training": options.to_dict()}, indent=2))
            return
    else:
        _check_resume(values)
    # Check the name and the token now, before hours of training.
    if repository is not None:
        check_may_push(repository)
    if values.resume is None:
        # With the process's number: several may start in the same second.
        name = f"{options.dataset}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        default = Path("runs") / name
        folder = values.out or default
        try:
            start(options, folder, execution)
        except NeedsNewProcess as error:
            if (folder / CONFIG_NAME).exists():  # it has begun
                error.arguments = execution.resume_arguments(folder)
            raise
    else:
        folder = values.resume
        resume(folder, given, execution)
    if repository is not None:
        publish(folder, repository, execution)


def _check_resume(values: argparse.Namespace) -> None:
    """Refuse options that make no sense for an existing run."""
    if values.recipe is not None:
        raise BadValue("--resume can't take --recipe: it continues with the run's own settings.")
    if values.out is not None or values.dry_run:
        raise BadValue("--resume can't take --out or --dry-run: it continues in the run's folder.")


def _check_add_encoder(values: argparse.Namespace) -> None:
    """Refuse options that make no sense without a run."""
    for name in ("recipe", "out", "resume", "push_to_hub"):
        if getattr(values, name) is not None:
            raise BadValue(f"--add_encoder can't take --{name}: it trains no generator.")
    if values.dry_run or hasattr(values, "evaluate") or hasattr(values, "max_steps"):
        raise BadValue("--add_encoder can't take --dry_run, --evaluate or --max_steps.")


def _given(values: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return those of the options that were given."""
    return {name: getattr(values, name) for name in names if hasattr(values, name)}


def publish(run: Path, repository: Repository, execution: Execution) -> None:
    """Push a finished run; if that fails, say how to do it later."""
    later = (
        f"The run is safe in {run}; push it later with: "
        f"python -m cgan push {shlex.quote(str(run))} {repository}"
    )
    execution.say(f"Pushing to {repository}.")
    try:
        pushed = push(run, repository)
    except UserError as error:
        raise kind_of(error)(f"{error} {later}") from error
    except KeyboardInterrupt:
        note(later)
        raise
    execution.say(pushed.describe(run))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Of several processes that mpirun starts, the first one does, and the others follow it.
    """
    whole = arguments is None
    if ranks.leads():
        return ranks.run(lambda: run(lambda: train(arguments), whole_process=whole))
    return ranks.run(lambda: run(lambda: ranks.patiently(follow), whole_process=whole))


if __name__ == "__main__":
    if _BY_DEFAULT:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
