"""What must be set before NumPy and Gradio are imported, so this module imports neither."""

import os
import sys

from demo.serve import quick_import

# What Gradio may read: set by this program, or of no harm.
_GRADIOS = {
    "GRADIO_TEMP_DIR",
    "GRADIO_SHARE_SERVER_ADDRESS",
    "GRADIO_ANALYTICS_ENABLED",
    "GRADIO_ANALYTICS_MAX_EVENTS",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY",
}


def prepare() -> None:
    """Prepare the imports of NumPy and Gradio, and set the variables that they read then."""
    quick_import.prepare()
    # Many small requests are served fastest with one thread each.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # No look-ups on other servers.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # No statistics: after each event Gradio would go through the last ten thousand.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(sys.maxsize)


def hide_from_gradio() -> None:
    """Remove Gradio's variables, which it would read by itself: the options stand for them.

    It fails at some values (`GRADIO_NUM_PORTS=many`), others would have it wait for ever
    (`GRADIO_DEBUG=1`), serve other folders or watch files.
    """
    for name in list(os.environ):
        if name.startswith("GRADIO_") and name not in _GRADIOS:
            del os.environ[name]
    # Its server, uvicorn, expects a number here and needs none.
    os.environ.pop("WEB_CONCURRENCY", None)
