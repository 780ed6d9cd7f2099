"""One way to talk to the Hugging Face Hub: quietly, with time limits, and with our sentences."""

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cgan.common.errors import UserError
from cgan.hub.errors import explain, seconds_to_wait
from cgan.hub.repository import Repository

if TYPE_CHECKING:
    from httpx2 import Client, Response
    from huggingface_hub import HfApi

# Seconds without a byte. huggingface_hub waits for ever in most calls.
_SILENCE = 60.0
# Seconds until one may ask again, after too many requests.
_LONGEST_WAIT = 5

_lock = threading.Lock()
_xet_lock = threading.RLock()
_talks = 0
_restore = contextlib.ExitStack()


@contextlib.contextmanager
def hub_session(repository: Repository, *, pushing: bool = False) -> Iterator["HfApi"]:
    """Yield huggingface_hub's client, for the endpoint and token of the environment.

    Raises:
        HubError: whatever the library raises, in a sentence. The cause is left out of the
            traceback: it may show a token.
    """
    from huggingface_hub import HfApi, constants

    try:
        _begin()
        try:
            yield HfApi(endpoint=constants.ENDPOINT, library_name="cgan")
        finally:
            _end()
    except UserError:
        raise
    except Exception as error:  # all that the library and those under it may raise
        raise explain(error, repository, pushing=pushing) from None


@contextlib.contextmanager
def without_xet() -> Iterator[None]:
    """Let the library fetch files over plain HTTP."""
    from huggingface_hub import constants

    with _xet_lock:  # it is the whole process's setting
        before = constants.HF_HUB_DISABLE_XET
        constants.HF_HUB_DISABLE_XET = True
        try:
            yield
        finally:
            constants.HF_HUB_DISABLE_XET = before


def _begin() -> None:
    """Set the library's settings, which are the whole process's, for the first of several talks."""
    global _talks
    with _lock:
        if _talks == 0:
            with contextlib.ExitStack() as settings:
                settings.enter_context(_quiet())
                settings.enter_context(_limited())
                _restore.push(settings.pop_all())
        _talks += 1


def _end() -> None:
    global _talks
    with _lock:
        _talks -= 1
        if _talks == 0:
            _restore.close()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No warnings of retries, and progress bars only for someone who watches."""
    from huggingface_hub import constants
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )
    from huggingface_hub.utils.logging import get_verbosity, set_verbosity

    verbosity = get_verbosity()
    if verbosity == logging.WARNING:  # the default; whoever set another wants to see it
        set_verbosity(logging.ERROR)
    hide_bars = (
        constants.HF_HUB_DISABLE_PROGRESS_BARS is None
        and not sys.stderr.isatty()
        and not are_progress_bars_disabled()
    )
    if hide_bars:
        disable_progress_bars()
    try:
        yield
    finally:
        set_verbosity(verbosity)
        if hide_bars:
            enable_progress_bars()


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Wait neither for a byte nor for leave to ask again as long as the library would."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import _http  # no public name tells the factory that is set

    changed = []

    def limit(client: "Client") -> "Client":
        hooks = client.event_hooks
        changed.append((client, client.timeout, hooks))
        client.timeout = _SILENCE
        client.event_hooks = {**hooks, "response": [*hooks["response"], _refuse_long_waits]}
        return client

    factory = _http._GLOBAL_CLIENT_FACTORY
    limit(get_session())

    def limited() -> "Client":
        return limit(factory())

    # After a connection that failed the library goes on with a new client.
    _http._GLOBAL_CLIENT_FACTORY = limited
    try:
        yield
    finally:
        if _http._GLOBAL_CLIENT_FACTORY is limited:  # and nobody has set another meanwhile
            _http._GLOBAL_CLIENT_FACTORY = factory
        # Backwards, since a factory may return the same client twice.
        for client, timeout, hooks in reversed(changed):
            client.timeout = timeout
            client.event_hooks = hooks


def _refuse_long_waits(response: "Response") -> None:
    """Raise what the library would only after sleeping, without a word, five times as long."""
    from huggingface_hub.utils import hf_raise_for_status

    if response.status_code == 429 and (seconds_to_wait(response.headers) or 0) > _LONGEST_WAIT:
        response.read()
        hf_raise_for_status(response)
