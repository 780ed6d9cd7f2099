"""Which weights the page can draw with."""

from cgan.common.errors import BadValue
from cgan.model.weights import Weights


def check_writes_digits(weights: Weights) -> None:
    """Check that the page can use a generator: it writes the ten digits in grey.

    Raises:
        BadValue: it can't.
    """
    config = weights.config
    if not config.conditional:
        raise BadValue(
            "The page needs weights that write a chosen digit: these are unconditional.",
            text_id="weights.unconditional",
        )
    if config.n_classes != 10 or config.channels != 1:
        raise BadValue(
            "The page needs weights that write the ten digits in grey: these have "
            "{classes} classes and {channels} channels.",
            text_id="weights.not_digits",
            classes=config.n_classes,
            channels=config.channels,
        )
