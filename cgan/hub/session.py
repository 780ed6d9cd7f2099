"""The one way to talk to the Hugging Face Hub: quietly, with time limits, with our sentences."""

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from cgan.common.errors import UserError
from cgan.hub import compat
from cgan.hub.errors import explain, seconds_to_wait, wrong_variable
from cgan.hub.repository import Repository

if TYPE_CHECKING:
    from httpx2 import Client, Response
    from huggingface_hub import HfApi

_T = TypeVar("_T")

# Seconds without a byte. In most calls huggingface_hub waits forever.
_SILENCE = 60.0
# Longest wait that is accepted, in seconds, after too many requests.
_LONGEST_WAIT = 5
# Pauses before asking again, in seconds, and the statuses of answers that may be others then.
_PAUSES = (1.0, 3.0)
_TEMPORARY = (429, 500, 502, 503, 504)

_lock = threading.Lock()
_sessions = 0
_restore = contextlib.ExitStack()


@contextlib.contextmanager
def hub_session(repository: Repository, *, pushing: bool = False) -> Iterator["HfApi"]:
    """Yield huggingface_hub's client, for the endpoint and token of the environment.

    Raises:
        UserError: huggingface_hub is not installed.
        HubError: whatever the library raises, in a sentence. The cause is left out of the
            traceback: it may show a token.
    """
    compat.require("The Hugging Face Hub needs")
    from huggingface_hub import HfApi

    try:
        try:
            _begin()
        except Exception as error:
            raise wrong_variable(error, repository) from None
        try:
            yield HfApi(endpoint=compat.endpoint(), library_name="cgan")
        finally:
            _end()
    except UserError:
        raise
    except Exception as error:  # whatever the library and those below it may raise
        raise explain(error, repository, pushing=pushing) from None


def patiently(ask: Callable[[], _T]) -> _T:
    """Ask the Hub, and twice more if it is out of order for a moment.

    The library does so in some of its requests: not when it asks for a repository's files, nor when
    a file's content is refused.

    Args:
        ask: a request that changes nothing, or nothing more the second time.
    """
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    for pause in _PAUSES:
        try:
            return ask()
        except HfHubHTTPError as error:
            if error.response.status_code not in _TEMPORARY:
                raise
            asked = seconds_to_wait(error.response.headers) or 0
            if asked > _LONGEST_WAIT:
                raise
            time.sleep(max(pause, asked))
        except (httpx2.RemoteProtocolError, httpx2.ReadError):  # it closed the connection
            time.sleep(pause)
    return ask()


def _begin() -> None:
    """Set the library's settings for the first of several sessions: they are process-wide."""
    global _sessions
    with _lock:
        if _sessions == 0:
            with contextlib.ExitStack() as settings:
                settings.enter_context(_quiet())
                settings.enter_context(_limited())
                _restore.push(settings.pop_all())
        _sessions += 1


def _end() -> None:
    global _sessions
    with _lock:
        _sessions -= 1
        if _sessions == 0:
            _restore.close()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hide warnings about retries, and progress bars where nobody is watching."""
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )
    from huggingface_hub.utils.logging import get_verbosity, set_verbosity

    verbosity = get_verbosity()
    if verbosity == logging.WARNING:  # the default; anyone who set another level wants to see them
        set_verbosity(logging.ERROR)
    hide_bars = (
        not compat.user_decides_progress_bars()
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
    """Limit the library's waits: for data, and after too many requests."""
    changed = []

    def limit(client: "Client") -> "Client":
        hooks = client.event_hooks
        changed.append((client, client.timeout, hooks))
        client.timeout = _SILENCE
        client.event_hooks = {**hooks, "response": [*hooks["response"], _refuse_long_waits]}
        return client

    try:
        with compat.adjusted_clients(limit):
            yield
    finally:
        # Backwards, since a factory may return the same client twice.
        for client, timeout, hooks in reversed(changed):
            client.timeout = timeout
            client.event_hooks = hooks


def _refuse_long_waits(response: "Response") -> None:
    """Raise at once what the library would raise only after five silent waits of this length."""
    from huggingface_hub.utils import hf_raise_for_status

    if response.status_code == 429 and (seconds_to_wait(response.headers) or 0) > _LONGEST_WAIT:
        response.read()
        hf_raise_for_status(response)
