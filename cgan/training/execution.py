"""How to train, as opposed to what."""

from dataclasses import dataclass
from pathlib import Path

from cgan.common.errors import UserError
from cgan.common.terminal import note


@dataclass(frozen=True)
class Execution:
    """How to run, as opposed to what: nothing here changes the weights of a finished run.

    Attributes:
        data_dir: folder of the IDX files.
        device: "auto", "cpu" or "cuda".
        max_steps: stop after this many steps of the whole run; None for all.
        evaluate: measure the weights at the end.
        quiet: say nothing but warnings and errors.
    """

    data_dir: Path
    device: str = "auto"
    max_steps: int | None = None
    evaluate: bool = False
    quiet: bool = False

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            UserError: names the option that doesn't fit.
        """
        if self.max_steps is not None and self.max_steps < 1:
            raise UserError("--max_steps must be at least 1.")

    def say(self, message: str) -> None:
        """Tell what is happening, unless quiet."""
        if not self.quiet:
            note(message)
