"""What goes wrong with the Hugging Face Hub, each in one sentence that says what to do."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cgan.errors import UserError

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

# What a server or a library said is quoted up to here.
_MAX_QUOTE = 200


class HubError(UserError):
    """The Hub could not do what was asked.

    Attributes:
        kind: "offline" (the network, or HF_HUB_OFFLINE), "busy" (try again later), "denied" (a
            token or a permission), "missing" (no such repository, revision or file), "damaged"
            (what came is not what the Hub says), "loading" (not there yet) or "other".
    """

    def __init__(self, kind: str, message: str) -> None:
        """Keep the message, without any token."""
        super().__init__(without_tokens(message))
        self.kind = kind


def without_tokens(text: str) -> str:
    """Return `text` with every token in it replaced."""
    if token := os.environ.get("HF_TOKEN", "").strip():
        text = text.replace(token, "hf_***")
    return re.sub(r"\bhf_\w{8,}", "hf_***", text)


@contextmanager
def explained(name: str, *, writing: bool = False) -> Iterator[None]:
    """Turn what huggingface_hub raises into a `HubError`.

    Args:
        name: of the repository, with its revision if there is one.
        writing: whether it is written to.
    """
    import httpx2

    try:
        yield
    except UserError:
        raise
    # A failed connection is none of Python's own errors, and Xet's are plain RuntimeErrors.
    except (OSError, ValueError, RuntimeError, httpx2.HTTPError) as error:
        raise _explain(error, name, writing) from error


def _explain(error: BaseException, name: str, writing: bool) -> HubError:
    from huggingface_hub import constants, errors, get_token

    causes = list(_causes(error))
    where = constants.ENDPOINT
    if _find(causes, errors.OfflineModeIsEnabled):
        return HubError(
            "offline",
            f"HF_HUB_OFFLINE is set: unset it to ask the Hub for {name}, or use a folder.",
        )
    for cause in causes:
        if isinstance(cause, errors.HfHubHTTPError):
            return _explain_answer(cause, name, where, writing, get_token() is not None)
    if _find(causes, errors.LocalTokenNotFoundError):
        return _no_token(name)
    if _find(causes, errors.HFValidationError):
        return HubError("missing", f"{name} is no name that the Hub allows: give user/name.")
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return HubError("other", "The disk is full: make room, or set HF_HOME to another one.")
        if isinstance(cause, PermissionError):
            place = cause.filename or constants.HF_HOME
            return HubError("other", f"{place} can't be written: set HF_HOME to another folder.")
    if _is_network(causes):
        return HubError(
            "offline",
            f"{where} can't be reached: check the network, and HF_ENDPOINT if it is set.",
        )
    return HubError("other", f"{name}: {_quote(str(error)) or type(error).__name__}.")


def _explain_answer(
    error: "HfHubHTTPError", name: str, where: str, writing: bool, with_token: bool
) -> HubError:
    from huggingface_hub import errors

    status = error.response.status_code
    said = _quote(error.server_message or "")
    if isinstance(error, errors.GatedRepoError):
        return HubError(
            "denied",
            f"{name} is gated: ask for access at {where}/{name.partition('@')[0]}, and set "
            "HF_TOKEN to a token of yours.",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return HubError("missing", f"{name} does not exist: the repository has no such revision.")
    if isinstance(error, errors.EntryNotFoundError):
        return HubError("missing", f"{name} has not all files of a generator.")
    if status == 401 and with_token:
        return HubError(
            "denied",
            f"The Hub does not accept the token: make a new one at {where}/settings/tokens and set "
            "it as HF_TOKEN, or log in with `hf auth login`.",
        )
    if status == 401 and writing:
        return _no_token(name)
    if status == 402:
        return HubError("denied", f"The Hub wants to be paid for {name}: {said or 'no more said'}.")
    if status == 403:
        return HubError(
            "denied",
            f"You may not {'write to' if writing else 'read'} {name}: use a token that may (write "
            f"permission is set at {where}/settings/tokens), or another name.",
        )
    if status in (401, 404):
        there_is = "no namespace" if writing else "no repository"
        return HubError(
            "missing",
            f"{where} has {there_is} {name}, or it is private: check the name, and whether "
            "HF_TOKEN is a token that may use it.",
        )
    if status == 409:
        return HubError("busy", f"{name} was changed by someone else just now: try again.")
    if status == 429:
        return HubError("busy", f"{where} gets too many requests from here: try again later.")
    if status >= 500:
        return HubError("busy", f"{where} has a problem of its own ({status}): try again later.")
    return HubError("other", f"{where} refuses {name} ({status}): {said or 'it says no more'}.")


def _no_token(name: str) -> HubError:
    return HubError(
        "denied",
        f"There is no token to write to {name}: set HF_TOKEN, or log in with `hf auth login`.",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _find(causes: list[BaseException], kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _is_network(causes: list[BaseException]) -> bool:
    import httpx2
    from huggingface_hub import errors

    kinds = (httpx2.TransportError, ConnectionError, TimeoutError, errors.LocalEntryNotFoundError)
    return any(isinstance(cause, kinds) for cause in causes)


def _quote(text: str) -> str:
    first = text.strip().partition("\n")[0].rstrip(".")
    return first if len(first) <= _MAX_QUOTE else first[:_MAX_QUOTE] + "…"
