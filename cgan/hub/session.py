"""The one way to talk to the Hugging Face Hub: quietly, with time limits, with our sentences."""

import contextlib
import functools
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from cgan.common.errors import UserError
from cgan.hub import compat, variables
from cgan.hub.errors import bad_variable, explain, seconds_to_wait
from cgan.hub.repository import Repository

if TYPE_CHECKING:
    from httpx2 import Client, Request, Response
    from huggingface_hub import HfApi

# Seconds without a byte. In most calls huggingface_hub waits forever.
_SILENCE = 60.0
# Longest wait that is accepted, in seconds, where the Hub says how long to wait.
_LONGEST_WAIT = 5
# Before a request is sent again, in seconds, where it doesn't say.
PAUSES = (1.0, 2.0)
_TOO_MANY, _OUT_OF_ORDER = 429, 503
# Failures that may pass by themselves.
_PASSING = (_TOO_MANY, 500, 502, _OUT_OF_ORDER, 504)

_lock = threading.Lock()
_sessions = 0
_restore = contextlib.ExitStack()


@contextlib.contextmanager
def hub_session(repository: Repository, *, pushing: bool = False) -> Iterator["HfApi"]:
    """Yield huggingface_hub's client, for the endpoint and token of the environment.

    Raises:
        UserError: huggingface_hub is not installed.
        HubError: an environment variable can't be used, or whatever the library raises, in a
            sentence. The cause is left out of the
            traceback: it may show a token.
    """
    compat.require("The Hugging Face Hub needs")
    for name, problem in variables.unusable().items():
        raise bad_variable(name, problem, repository)
    from huggingface_hub import HfApi

    try:
        _begin()
        try:
            yield HfApi(endpoint=compat.endpoint(), library_name="cgan")
        finally:
            _end()
    except UserError:
        raise
    except Exception as error:  # whatever the library and those below it may raise
        raise explain(error, repository, pushing=pushing) from None


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
    """Limit the library's waits for data and after refusals; send again what failed in passing."""
    changed = []

    def limit(client: "Client") -> "Client":
        hooks = client.event_hooks
        changed.append((client, client.timeout, hooks, client.send))
        client.timeout = _SILENCE
        client.event_hooks = {**hooks, "response": [*hooks["response"], _refuse_long_waits]}
        vars(client)["send"] = _repeated(client.send)
        return client

    try:
        with compat.adjusted_clients(limit):
            yield
    finally:
        # Backwards, since a factory may return the same client twice.
        for client, timeout, hooks, send in reversed(changed):
            client.timeout = timeout
            client.event_hooks = hooks
            vars(client)["send"] = send


def _refuse_long_waits(response: "Response") -> None:
    """Raise at once what the library would raise only after five silent waits of this length."""
    from huggingface_hub.utils import hf_raise_for_status

    asked = seconds_to_wait(response.headers) or 0
    if response.status_code in _PASSING and asked > _LONGEST_WAIT:
        response.read()
        hf_raise_for_status(response)


def _repeated(send: Callable[..., "Response"]) -> Callable[..., "Response"]:
    """Return a client's `send` that tries again after a failure that may pass.

    The library does so for some requests, and not for those that begin a pull or a push.
    """
    import httpx2
    from huggingface_hub.utils import hf_raise_for_status

    @functools.wraps(send)
    def send_again(request: "Request", **options: Any) -> "Response":
        for pause in PAUSES:
            try:
                response = send(request, **options)
            except (httpx2.ReadError, httpx2.RemoteProtocolError):  # the connection was lost
                if not _only_reads(request):
                    raise
            else:
                if not _is_worth_another_try(request, response):
                    return response
                response.close()
                asked = seconds_to_wait(response.headers)
                pause = pause if asked is None else asked
            time.sleep(pause)
        response = send(request, **options)
        if _only_reads(request) and response.status_code in _PASSING:
            # Otherwise the library would ask for a file six times more, each time three times.
            response.read()
            hf_raise_for_status(response)
        return response

    return send_again


def _only_reads(request: "Request") -> bool:
    return request.method in ("GET", "HEAD")


def _is_worth_another_try(request: "Request", response: "Response") -> bool:
    """Return whether a request failed in passing, and nothing was done that must be done once."""
    if _only_reads(request):
        return response.status_code in _PASSING
    # The library itself sends files again, from their beginning.
    return request.method == "POST" and response.status_code in (_TOO_MANY, _OUT_OF_ORDER)
