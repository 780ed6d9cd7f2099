"""A conditional GAN that writes numbers by hand.

`Sampler` uses a trained generator with NumPy alone; training (`cgan.training`) needs Jittor and
is imported only where it is used.
"""

from cgan.common.errors import UserError
from cgan.sampler import Sampler

__all__ = ["Sampler", "UserError", "__version__"]

__version__ = "0.1.0"
