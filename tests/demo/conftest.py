"""What the demo's tests share."""

import asyncio
import gc
import warnings

import pytest

from demo.models import Model


@pytest.fixture(scope="session")
def tiny_model(reading_sampler):
    return Model(reading_sampler)


@pytest.fixture(scope="module")
def collect_what_gradio_left():
    """Collect the sockets and event loops that Gradio leaves, before another module's tests run."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Gradio makes one for the thread that builds a page, and asyncio remembers it.
        asyncio.set_event_loop(None)
        gc.collect()
