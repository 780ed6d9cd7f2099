"""Bundle a run's weights: copy its files into this repository, without what is private.

    python docs/bundle_weights.py runs/NAME

CONTRIBUTING.md says what else new weights need.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cgan.common import command_line, files  # noqa: E402
from cgan.common.errors import BadValue, MissingFile  # noqa: E402
from cgan.hub.repository import Repository  # noqa: E402
from cgan.model.metrics import METRICS_NAME  # noqa: E402
from cgan.model.weights import CONFIG_NAME, WEIGHTS_NAME  # noqa: E402
from cgan.publish.publication import publication  # noqa: E402
from cgan.training.run_folder import RunFolder  # noqa: E402


def bundle(run: Path, root: Path = ROOT) -> None:
    """Copy weights, config and figures to cgan/pretrained, and the run's pictures to docs.

    Raises:
        UserError: something is missing in the run, or can't be written.
    """
    folder = RunFolder(run)
    samples = folder.sample_paths()
    for path in (folder.result_png, folder.losses_png):
        if not path.is_file():
            raise MissingFile(f"{path} is missing: name the folder of a run that is finished.")
    if not samples:
        raise MissingFile(f"{folder.samples} has no sample grid.")
    # As `push` would publish them; the repository's name is only in the card.
    public = publication(run, Repository("user/name"))
    if METRICS_NAME not in public:
        raise BadValue(
            f"{run} has no {METRICS_NAME} of its weights: python -m cgan evaluate {run}."
        )
    content = {
        root / "cgan/pretrained" / name: public[name]
        for name in (CONFIG_NAME, METRICS_NAME, WEIGHTS_NAME)
    }
    for name, path in {
        "result.png": folder.result_png,
        "losses.png": folder.losses_png,
        "grid.png": samples[-1],
    }.items():
        content[root / "docs" / name] = path.read_bytes()
    files.write_all(content)


def main() -> None:
    """Bundle the run that is named."""
    if len(sys.argv) != 2:
        raise BadValue("Name the folder of a finished run: python docs/bundle_weights.py runs/NAME")
    bundle(Path(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(command_line.run(main))
