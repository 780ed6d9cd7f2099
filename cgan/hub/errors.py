"""What can go wrong between here and the Hugging Face Hub, each in one sentence with a way out.

Nothing that these sentences quote shows a token: neither one in an address nor one that a server
repeats.
"""

import errno
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from cgan.common.errors import UserError
from cgan.hub.repository import Repository

_TOKEN = re.compile(r"hf_[A-Za-z0-9]{8,}|(?<=Bearer )\S+")
# As in "HTTP status client error (403 Forbidden), domain: ...", which is all that hf_xet tells.
_XET_STATUS = re.compile(r"HTTP status \w+ error \((\d{3}) ")
_MAX_QUOTED = 200


class HubError(UserError):
    """The Hub, or the way to it, refused or failed.

    Attributes:
        unavailable: whether the Hub could not be asked, so that a copy from before will do, and
            asking again later may help; False where the Hub's answer was no.
    """

    def __init__(self, template: str, /, *, unavailable: bool = False, **values: Any) -> None:
        """Say it in a sentence."""
        super().__init__(template, **values)
        self.unavailable = unavailable


def shown_endpoint() -> str:
    """Return the Hub's address as it may be shown: without a user and password."""
    from huggingface_hub import constants

    try:
        parts = urlsplit(constants.ENDPOINT)
    except ValueError:  # not an address at all
        return redact(constants.ENDPOINT)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def redact(text: str) -> str:
    """Remove tokens from what somebody else wrote."""
    from huggingface_hub import get_token

    if token := get_token():
        text = text.replace(token, "***")
    return _TOKEN.sub("***", re.sub(r"://[^/\s@]*@", "://", text))


def seconds_to_wait(headers: Mapping[str, str]) -> int | None:
    """Return after how long one may ask again, as an answer of status 429 tells; None if not."""
    from huggingface_hub.utils import parse_ratelimit_headers

    limit = parse_ratelimit_headers(headers)
    if limit is not None and limit.remaining == 0:
        return limit.reset_in_seconds
    after = headers.get("Retry-After", "")
    return int(after) if after.isascii() and after.isdecimal() else None


def no_token() -> HubError:
    """Return the error of a push without a token."""
    return HubError(
        "Pushing needs a token, and there is none: make one with write permission at "
        "{hub}/settings/tokens, then run `hf auth login` or set HF_TOKEN.",
        hub=shown_endpoint(),
    )


def explain(error: Exception, repository: Repository, *, pushing: bool) -> HubError:
    """Turn what huggingface_hub raised into a sentence.

    Args:
        error: as raised, with its causes.
        repository: which was asked for.
        pushing: whether it was to be written.
    """
    for cause in _causes(error):
        for known in (_token, _answer, _connection, _machine):
            if explained := known(cause, repository, pushing):
                return explained
    said = redact(" ".join(str(error).split()))[:_MAX_QUOTED] or "no more is known"
    return HubError(
        "Something went wrong with {repository} ({kind}: {said}). Try again, or ask {hub} in a "
        "browser what is the matter.",
        repository=repository,
        kind=type(error).__name__,
        said=said,
        hub=shown_endpoint(),
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came of: the library wraps the telling one in others."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _token(error: BaseException, repository: Repository, pushing: bool) -> HubError | None:
    """Explain why a token could not even be sent."""
    from huggingface_hub import get_token

    if not isinstance(error, UnicodeEncodeError) or (get_token() or "").isascii():
        return None
    return HubError(
        "Your token can't be one: it has a character that none has, such as a typographic quote. "
        "Run `hf auth login` again; HF_TOKEN, if it is set, goes before that."
    )


def _answer(error: BaseException, repository: Repository, pushing: bool) -> HubError | None:
    """Explain an answer of the Hub's that is an error."""
    from huggingface_hub import errors

    hub = shown_endpoint()
    if isinstance(error, errors.LocalTokenNotFoundError):
        return no_token()
    if not isinstance(error, errors.HfHubHTTPError):
        return None
    if isinstance(error, errors.GatedRepoError):
        return HubError(
            "{name} is gated: ask for access at {hub}/{name}, then log in with `hf auth login` or "
            "set HF_TOKEN.",
            name=repository.id,
            hub=hub,
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return HubError(
            "{name} has no revision {revision!r}: give a branch, a tag or a commit that "
            "{hub}/{name} lists.",
            name=repository.id,
            revision=repository.revision or "main",
            hub=hub,
        )
    if isinstance(error, errors.DisabledRepoError):
        return HubError(
            "{name} has been disabled on {hub}: choose another.", name=repository.id, hub=hub
        )
    if isinstance(error, errors.RemoteEntryNotFoundError):
        return HubError(
            "A file of {repository} is not on {hub} any more: try again, or choose another "
            "revision.",
            repository=repository,
            hub=hub,
        )
    status = error.response.status_code
    if isinstance(error, errors.RepositoryNotFoundError) and not (pushing and status == 401):
        return HubError(
            "There is no model {name} on {hub} that you may see: check the name; if it is "
            "private, log in with `hf auth login` or set HF_TOKEN.",
            name=repository.id,
            hub=hub,
        )
    told = redact(error.server_message or "")[:_MAX_QUOTED].strip().rstrip(".")
    after = seconds_to_wait(error.response.headers)
    return _status(status, repository, pushing, told=f" ({told})" if told else "", after=after)


def _status(
    status: int,
    repository: Repository,
    pushing: bool,
    *,
    told: str = "",
    after: int | None = None,
) -> HubError:
    """Explain the status of an answer; `told` and `after` are what the server said besides."""
    from huggingface_hub import get_token

    hub, namespace = shown_endpoint(), repository.id.partition("/")[0]
    if status == 429 or status >= 500:
        return _out_of_order(status, after)
    if status == 401:
        if get_token() is None:
            return HubError("{hub} asks who you are: run `hf auth login` or set HF_TOKEN.", hub=hub)
        return HubError(
            "{hub} does not accept your token: it is mistyped, expired or another Hub's. Run "
            "`hf auth login` again; HF_TOKEN, if it is set, goes before that.",
            hub=hub,
        )
    if status == 402:
        return HubError(
            "{hub} asks for a paid plan{told}: see {hub}/settings/billing, or choose another name.",
            hub=hub,
            told=told,
        )
    if status == 403:
        if not pushing:
            return HubError(
                "{hub} does not let you read {name}{told}: check your token.",
                hub=hub,
                name=repository.id,
                told=told,
            )
        return HubError(
            "Your token may not write to {name}: it must have write permission, and {namespace} "
            "must be you or an organisation that lets you write. Make one at "
            "{hub}/settings/tokens.",
            name=repository.id,
            namespace=namespace,
            hub=hub,
        )
    if status == 404 and pushing:
        return HubError(
            "{hub} knows no user or organisation {namespace} that you may write to: check the "
            "name.",
            hub=hub,
            namespace=namespace,
        )
    if status in (409, 412):
        return HubError(
            "{name} was being changed at the same moment{told}: try again.",
            name=repository.id,
            told=told,
        )
    return HubError(
        "{hub} refused it with status {status}{told}: check the name and HF_ENDPOINT.",
        hub=hub,
        status=status,
        told=told,
    )


def _out_of_order(status: int, after: int | None) -> HubError:
    """Explain what passes by itself."""
    hub = shown_endpoint()
    if status != 429:
        return HubError(
            "{hub} is out of order (status {status}): try again later.",
            unavailable=True,
            hub=hub,
            status=status,
        )
    if after is None:
        return HubError(
            "{hub} has had too many requests from here: try again in a few minutes. Those who are "
            "logged in (`hf auth login` or HF_TOKEN) may send more.",
            unavailable=True,
            hub=hub,
        )
    return HubError(
        "{hub} has had too many requests from here: try again in {seconds} s. Those who are "
        "logged in (`hf auth login` or HF_TOKEN) may send more.",
        unavailable=True,
        hub=hub,
        seconds=after,
    )


def _connection(error: BaseException, repository: Repository, pushing: bool) -> HubError | None:
    """Explain why there was no answer."""
    import httpx2
    from huggingface_hub import errors

    hub = shown_endpoint()
    if isinstance(error, errors.OfflineModeIsEnabled):
        return HubError(
            "HF_HUB_OFFLINE is set, so {hub} was not asked for {repository}: unset it to fetch "
            "or push.",
            unavailable=True,
            hub=hub,
            repository=repository,
        )
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
        return HubError(
            "HF_ENDPOINT is not a web address: {hub}. Write it like https://host.", hub=hub
        )
    if isinstance(error, httpx2.TimeoutException | TimeoutError):
        return HubError(
            "{hub} did not answer in time: check the internet connection and, if it is set, "
            "HF_ENDPOINT.",
            unavailable=True,
            hub=hub,
        )
    if isinstance(error, httpx2.ProxyError):
        return HubError(
            "The proxy did not let us reach {hub}: check HTTPS_PROXY.", unavailable=True, hub=hub
        )
    if isinstance(error, httpx2.ConnectError):
        if "CERTIFICATE" in str(error):
            return HubError(
                "Can't reach {hub} (its certificate is not trusted here): check the internet "
                "connection and, if it is set, HF_ENDPOINT.",
                unavailable=True,
                hub=hub,
            )
        return HubError(
            "Can't reach {hub} (no answer): check the internet connection and, if it is set, "
            "HF_ENDPOINT.",
            unavailable=True,
            hub=hub,
        )
    if isinstance(error, ConnectionError) and (found := _XET_STATUS.search(str(error))):
        return _status(int(found[1]), repository, pushing)
    if isinstance(error, httpx2.TransportError | ConnectionError):
        return HubError(
            "The connection to {hub} was broken off: try again; check the internet connection and, "
            "if it is set, HF_ENDPOINT.",
            unavailable=True,
            hub=hub,
        )
    if isinstance(error, errors.FileMetadataError | httpx2.HTTPError) or _is_json_error(error):
        return HubError(
            "{hub} does not answer as a Hub does: check HF_ENDPOINT and the proxy.",
            unavailable=True,
            hub=hub,
        )
    return None


def _is_json_error(error: BaseException) -> bool:
    return type(error).__name__ == "JSONDecodeError"


def _machine(error: BaseException, repository: Repository, pushing: bool) -> HubError | None:
    """Explain what this machine refused."""
    from huggingface_hub import constants

    if not isinstance(error, OSError) or error.errno is None:
        return None
    where = error.filename or constants.HF_HUB_CACHE
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HubError(
            "No room on the disk for {repository} in {path}: make room.",
            repository=repository,
            path=where,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return HubError(
            "{path} can't be written or read ({why}): set HF_HOME to a folder that can.",
            path=where,
            why=error.strerror,
        )
    return HubError(
        "Could not use {path} ({why}) for {repository}: see to it.",
        path=where,
        why=error.strerror,
        repository=repository,
    )
