"""Where the data are: an option of every command that reads them. Needs no package."""

from pathlib import Path

from cgan.common.errors import MissingFile

DATA_DIR = Path("data")
DATA_DIR_HELP = "folder of the IDX files, or of a folder of images for each class"


def check_there(folder: Path) -> None:
    """Check a folder that somebody names without saying that MNIST is to come into it.

    Raises:
        MissingFile: it isn't there, and isn't the default one.
    """
    if folder != DATA_DIR and not folder.is_dir():
        raise MissingFile(
            f"There is no folder {folder}: say where the data are with --data-dir, or have MNIST "
            "downloaded into it with --dataset mnist."
        )


def recorded_folder(given: Path, recorded: str | None) -> Path:
    """Return where the data of a run are: where it says, unless the user says something else.

    Args:
        given: the user's folder, or the very object `DATA_DIR`.
        recorded: the folder that the run's `config.json` names; None if it names none.

    Raises:
        MissingFile: the recorded folder isn't there.
    """
    # The default itself: who names a folder that has the same name means that one.
    if recorded is None or given is not DATA_DIR:
        return given
    folder = Path(recorded)
    if not folder.is_dir():
        raise MissingFile(
            f"The run was trained on the data in {folder}, which isn't there: say where they "
            "are now with --data-dir."
        )
    return folder
