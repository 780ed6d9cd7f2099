"""The error of training that no step can go on from. Needs no Jittor."""

from cgan.common.errors import UserError


class Diverged(UserError):
    """The losses or weights are no longer finite numbers."""

    def __init__(self, step: int, what: str) -> None:
        """Say at which step, and what was found."""
        super().__init__(
            f"Training diverged at step {step:,}: {what}. Start a new run with a lower --lr or "
            "another --seed."
        )
