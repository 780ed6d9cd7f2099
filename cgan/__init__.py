"""A conditional GAN that writes numbers by hand.

`Sampler` uses a trained generator with NumPy alone; training (`cgan.training`) needs Jittor and
is imported only where it is used.
"""

# Like typing's, whose import would take time: until `python -m cgan` has reached `__main__`, Ctrl-C
# gives a traceback.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from cgan.common.errors import UserError
    from cgan.sampler import Sampler

__all__ = ["Sampler", "UserError", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> "Any":
    """Import a name at its first use: `python -m cgan doctor` runs without NumPy, too."""
    if name == "Sampler":
        from cgan.sampler import Sampler

        return Sampler
    if name == "UserError":
        from cgan.common.errors import UserError

        return UserError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name `Sampler`, too, before its first use: editors complete what is listed here."""
    return sorted({*globals(), *__all__})
