"""Sessions with a Hub: the library's settings are ours during one and restored after it."""

import logging
import time

import httpx2
import huggingface_hub
import pytest
from huggingface_hub.utils.logging import get_verbosity, set_verbosity

from cgan.hub.errors import HubError
from cgan.hub.repository import Repository
from cgan.hub.session import hub_session
from tests.conftest import http_only
from tests.hub_server import Fault


def ask_twice(hub):
    """Ask a Hub that is down, and then one that is silent."""
    with hub_session(Repository("ann/x")) as api:
        hub.stop()
        with pytest.raises(httpx2.ConnectError):
            huggingface_hub.utils.http_backoff("GET", hub.endpoint, max_retries=1)
        hub.start()
        hub.fault = Fault(delay=60)
        api.whoami()


@http_only
def test_the_time_limit_outlives_a_connection_that_failed(hub, monkeypatch):
    monkeypatch.setattr("cgan.hub.session._SILENCE", 0.3)
    before = huggingface_hub.get_session().timeout
    started = time.monotonic()
    with pytest.raises(HubError, match="did not answer in time"):
        ask_twice(hub)
    assert time.monotonic() - started < 20
    assert huggingface_hub.get_session().timeout == before
    huggingface_hub.close_session()
    assert huggingface_hub.get_session().timeout == before


@pytest.mark.parametrize(
    ("chosen", "during"),
    [(logging.WARNING, logging.ERROR), (logging.INFO, logging.INFO)],
    ids=["default", "chosen"],
)
def test_the_library_is_quiet_unless_somebody_chose_otherwise(chosen, during):
    before = get_verbosity()
    try:
        set_verbosity(chosen)
        with hub_session(Repository("ann/x")):
            assert get_verbosity() == during
        assert get_verbosity() == chosen
    finally:
        set_verbosity(before)
