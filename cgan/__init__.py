"""A conditional GAN that writes numbers by hand.

`Sampler` uses a trained generator with NumPy alone; training (`cgan.training`) needs Jittor and
is imported only where it is used.
"""

from typing import TYPE_CHECKING, Any

from cgan.common.errors import UserError

if TYPE_CHECKING:
    from cgan.sampler import Sampler

__all__ = ["Sampler", "UserError", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import `Sampler` at its first use: `python -m cgan doctor` runs without NumPy, too."""
    if name == "Sampler":
        from cgan.sampler import Sampler

        return Sampler
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name `Sampler`, too, before its first use: editors complete what is listed here."""
    return sorted({*globals(), *__all__})
