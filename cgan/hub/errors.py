"""What can go wrong with the Hugging Face Hub, each in one sentence that says what to do.

No sentence shows a token: neither one in an address nor one that a server repeats.
"""

import errno
import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from cgan.common.errors import UserError
from cgan.hub import compat
from cgan.hub.environment import without_credentials
from cgan.hub.repository import Repository
from cgan.hub.sentences import SENTENCES, UNAVAILABLE

_TOKEN = re.compile(r"hf_[A-Za-z0-9]{8,}|(?<=Bearer )\S+")
_MAX_QUOTED = 200


class HubError(UserError):
    """The Hub, or the way to it, refused or failed.

    Attributes:
        unavailable: whether the Hub could not be asked, so that an earlier copy will do, and
            asking again later may help; False where the Hub's answer was no.
    """

    def __init__(self, template: str, /, *, unavailable: bool = False, **values: Any) -> None:
        """Fill in the sentence, as `UserError` does."""
        super().__init__(template, **values)
        self.unavailable = unavailable


def shown_endpoint() -> str:
    """Return the Hub's address as it may be shown: without a user and password."""
    return _without_tokens(without_credentials(compat.endpoint()))


def redact(text: str) -> str:
    """Remove tokens and passwords from text that somebody else wrote."""
    from huggingface_hub import get_token

    if token := get_token():
        text = text.replace(token, "***")
    return _without_tokens(re.sub(r"://[^/\s@]*@", "://", text))


def _without_tokens(text: str) -> str:
    return _TOKEN.sub("***", text)


def seconds_to_wait(headers: Mapping[str, str]) -> int | None:
    """Return how long an answer of status 429 asks to wait, or None if it doesn't say."""
    seconds = compat.seconds_of_rate_limit(headers)
    if seconds is not None:
        return seconds
    after = headers.get("Retry-After", "")
    return int(after) if after.isascii() and after.isdecimal() else None


def no_token() -> HubError:
    """Return the error of a push without a token."""
    return _say("hub.no_token")


def bad_variable(name: str, text_id: str, repository: Repository) -> HubError:
    """Return the error of an environment variable, with a sentence that `variables` has chosen."""
    values = {"variable": name}
    if name == "HF_ENDPOINT":  # the library's is the default one, since it can't read this
        values["hub"] = without_credentials(os.environ[name])
    return _say(text_id, repository, **values)


def explain(error: Exception, repository: Repository, *, pushing: bool) -> HubError:
    """Turn what huggingface_hub raised into a sentence.

    Args:
        error: as raised, with its causes.
        repository: the one that was asked for.
        pushing: whether it was being written to.
    """
    for cause in _causes(error):
        for kind, answer in _answers():
            if not isinstance(cause, kind):
                continue
            if isinstance(answer, str):
                return _say(answer, repository)
            if explained := answer(cause, repository, pushing):
                return explained
    said = redact(" ".join(str(error).split()))[:_MAX_QUOTED] or "no details"
    return _say("hub.unknown", repository, kind=type(error).__name__, said=said)


def _say(text_id: str, repository: Repository | None = None, **values: Any) -> HubError:
    if repository is not None:
        values |= {
            "repository": repository,
            "name": repository.id,
            "namespace": repository.id.partition("/")[0],
            "revision": repository.revision or "main",
        }
    return HubError(
        SENTENCES[text_id],
        text_id=text_id,
        unavailable=text_id in UNAVAILABLE,
        **({"hub": shown_endpoint()} | values),
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes: the library wraps the most telling one in others."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


# A function that explains an error, given the repository and whether we were pushing to it. It
# may return None to leave the error to others.
_Explanation: TypeAlias = Callable[[Any, Repository, bool], HubError | None]


@functools.cache
def _answers() -> tuple[tuple[type[BaseException], str | _Explanation], ...]:
    """Return the kinds of errors, each with the id of a sentence or a function that chooses one.

    The first match counts, so a class comes before those that it inherits from.
    """
    import httpx2
    from huggingface_hub import errors

    return (
        (UnicodeEncodeError, _unsendable),
        (errors.LocalTokenNotFoundError, "hub.no_token"),
        (errors.GatedRepoError, "hub.gated"),
        (errors.RevisionNotFoundError, "hub.no_revision"),
        (errors.DisabledRepoError, "hub.disabled"),
        (errors.RemoteEntryNotFoundError, "hub.file_gone"),
        (errors.RepositoryNotFoundError, _not_found),
        (errors.HfHubHTTPError, _refusal),
        (errors.OfflineModeIsEnabled, "hub.offline"),
        (httpx2.UnsupportedProtocol, "hub.bad_endpoint"),
        (httpx2.InvalidURL, "hub.bad_endpoint"),
        (httpx2.TimeoutException, "hub.timeout"),
        (TimeoutError, "hub.timeout"),
        (httpx2.ProxyError, "hub.proxy"),
        (httpx2.ConnectError, _unreachable),
        (ConnectionError, _xet_refusal),
        (ConnectionError, "hub.broken_off"),
        (httpx2.TransportError, "hub.broken_off"),
        (errors.FileMetadataError, "hub.not_a_hub"),
        (httpx2.HTTPError, "hub.not_a_hub"),
        (ValueError, _not_json),
        (LookupError, _other_shape),
        (TypeError, _other_shape),
        (AttributeError, _other_shape),
        (OSError, _machine),
    )


def _unsendable(error: UnicodeEncodeError, repository: Repository, _: bool) -> HubError | None:
    from huggingface_hub import get_token

    return None if (get_token() or "").isascii() else _say("hub.bad_token", repository)


def _not_found(error: Any, repository: Repository, pushing: bool) -> HubError | None:
    # In a push, the token may have been refused instead: the status says so.
    if pushing and error.response.status_code == 401:
        return None
    return _say("hub.no_repository", repository)


def _refusal(error: Any, repository: Repository, pushing: bool) -> HubError:
    """Explain an answer by its status."""
    told = redact(error.server_message or "")[:_MAX_QUOTED].strip().rstrip(".")
    return _status(
        error.response.status_code,
        repository,
        pushing,
        told=f" ({told})" if told else "",
        seconds=seconds_to_wait(error.response.headers),
    )


def _xet_refusal(error: ConnectionError, repository: Repository, pushing: bool) -> HubError | None:
    """Explain an answer to hf_xet, which reports only the status."""
    status = compat.xet_status(error)
    return None if status is None else _status(status, repository, pushing)


def _status(
    status: int,
    repository: Repository,
    pushing: bool,
    *,
    told: str = "",
    seconds: int | None = None,
) -> HubError:
    """Explain a status; `told` and `seconds` (to wait) are what else the server said."""
    text_id = _id_of_status(status, pushing, seconds)
    return _say(text_id, repository, status=status, told=told, seconds=seconds)


def _id_of_status(status: int, pushing: bool, seconds: int | None) -> str:
    from huggingface_hub import get_token

    if status >= 500:
        return "hub.out_of_order"
    known = {
        401: "hub.login_needed" if get_token() is None else "hub.token_refused",
        402: "hub.paid_plan",
        403: "hub.write_forbidden" if pushing else "hub.read_forbidden",
        404: "hub.no_namespace" if pushing else "hub.refused",
        409: "hub.conflict",
        412: "hub.conflict",
        429: "hub.rate_limit" if seconds is None else "hub.rate_limit_seconds",
    }
    return known.get(status, "hub.refused")


def _unreachable(error: Exception, repository: Repository, _: bool) -> HubError:
    certificate = compat.is_certificate_problem(error)
    return _say("hub.certificate" if certificate else "hub.no_answer", repository)


def _not_json(error: ValueError, repository: Repository, _: bool) -> HubError | None:
    return _say("hub.not_a_hub", repository) if compat.is_not_json(error) else None


def _other_shape(error: Exception, repository: Repository, _: bool) -> HubError | None:
    """Explain JSON that isn't what the Hub answers, such as {"error": "log in"} of a proxy."""
    return _say("hub.not_a_hub", repository) if compat.is_of_the_library(error) else None


_OF_MACHINE = {
    errno.ENOSPC: "hub.disk_full",
    errno.EDQUOT: "hub.disk_full",
    errno.EACCES: "hub.cache_not_usable",
    errno.EPERM: "hub.cache_not_usable",
    errno.EROFS: "hub.cache_not_usable",
}


def _machine(error: OSError, repository: Repository, _: bool) -> HubError | None:
    """Explain what this machine refused."""
    if error.errno is None:
        return None
    text_id = _OF_MACHINE.get(error.errno, "hub.file_not_usable")
    path = Path(os.fsdecode(error.filename or compat.cache_folder()))
    return _say(text_id, repository, path=path, why=error.strerror)
