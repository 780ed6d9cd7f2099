"""What must be set before NumPy and Gradio are imported, so this module imports neither."""

import os
import sys


def prepare() -> None:
    """Set the environment variables that NumPy and Gradio read when they are imported."""
    # Many small requests are served fastest with one thread each.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # No look-ups on other servers.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # No statistics: after each event Gradio would go through the last ten thousand.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(sys.maxsize)
