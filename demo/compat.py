"""Everything that relies on private parts of Gradio, in one place for when its pin changes.

Each function says why it is needed. `tests/demo/test_compat.py` tries each one by itself and
notices when Gradio has changed; so do the tests of the served page. What can't be moved
here is:

- `serve/environment.py`: `GRADIO_ANALYTICS_MAX_EVENTS` and `..._CACHE_FREQUENCY` are not
  documented.
- `serve/quick_import.py`: it must run before Gradio is imported, as this module does.
  `test_quick_import.py` notices when Gradio changes.
- `gradio_queue.py` and `sessions.py`: the queue, with its own tests.
- `serve/page_head.py`: the head of Gradio's HTML. `test_proxies.py` notices when it changes.
- `serve/gate.py`: the routes of Gradio's server. `test_every_route_is_known` notices new ones.
- `static/`: `CLASSES` and `LABELS` of Gradio's components.
"""

import contextlib
import io
import json
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
from fastapi import Request
from gradio import http_server
from gradio.context import Context
from gradio.data_classes import ImageData
from gradio.route_utils import FnIndexInferError
from gradio.server_messages import CloseStreamMessage
from gradio.state_holder import SessionState, StateHolder

from cgan.common import terminal

# What all of this was written for and tested with.
VERSION = "6.31.0"

# What a visitor is told of an error that is not theirs.
FAILED = "Something went wrong on the server: try again, or with other settings."

_next_warnings: dict[str, float] = {}

# Names in Gradio's HTML that the page's script and style look for: toasts, a slider's reset button
# and bounds, labels, the text that counts the seconds, and the page's own parts.
CLASSES = (
    "toast-body",
    "toast-close",
    "toast-wrap",
    "reset-button",
    "progress-text",
    "min_value",
    "max_value",
    "block-info",
    "gradio-container",
    "dark",
    "app",
    "block",
    "form",
    "primary",
    "secondary",
    "selected",
    "label-wrap",
    "tab-container",
)
# The English labels of a slider's parts, which the script shortens.
LABELS = ("number input for", "range slider for")


class LenientBlocks(gr.Blocks):
    """Blocks whose events may be called with fewer values than they have inputs.

    Gradio refuses such a call, and logs what was sent: the digits too. It also prints a traceback
    of any error in an event, which may quote what a visitor sent, and tells the visitor nothing.
    """

    def __init__(self, check: Callable[[Sequence[Any]], None], **settings: Any) -> None:
        """Take a check of the values, which raises `gr.Error`, and the settings of `gr.Blocks`."""
        super().__init__(**settings)
        self._check = check

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Check the values, fill in the components' own, and drop surplus ones.

        An event of `send_as_text` may have them as one text.

        Raises:
            gr.Error: a value is not allowed.
        """
        sent_as_text = getattr(block_fn, "sent_as_text", False)
        if sent_as_text and len(inputs) == 1:
            inputs[:] = _listed(inputs[0])
        self._check(inputs)
        if sent_as_text:
            _check_texts(block_fn.inputs, inputs)
        inputs.extend(component.value for component in block_fn.inputs[len(inputs) :])
        del inputs[len(block_fn.inputs) :]

    async def process_api(self, *values: Any, **named: Any) -> dict[str, Any]:
        """Run an event.

        Raises:
            gr.Error: why not, or that something else went wrong.
        """
        try:
            return await super().process_api(*values, **named)
        except gr.Error as error:
            error.print_exception = False
            raise
        except Exception as error:
            report(error)
            raise gr.Error(FAILED, print_exception=False) from None


def report(error: BaseException) -> None:
    """Print the kind of an error and where it happened, but not what it says.

    That may quote what a visitor sent.
    """
    frames = traceback.extract_tb(error.__traceback__)
    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        kind += f" ({error.strerror})"  # the system's words
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    warn_once_a_minute(f"{kind}{place}; a visitor's call failed.")


def warn_once_a_minute(sentence: str) -> None:
    """Print a warning that a visitor may cause many times a second."""
    now = time.monotonic()
    if now < _next_warnings.get(sentence, 0):
        return
    _next_warnings[sentence] = now + 60
    with contextlib.suppress(OSError, ValueError):  # its terminal was closed, its disk is full
        terminal.warn(sentence)


def send_as_text(event: Any, carrier: Any) -> None:
    """Let an event's script return all values as one text, a list as JSON.

    Gradio's page sends as many values as an event has inputs, and gathers each input before the
    script runs, which takes milliseconds. So the browser is told of `carrier` alone.
    """
    fn = current_page().fns[event["id"]]
    as_it_is = fn.get_config
    fn.get_config = lambda: {  # type: ignore[method-assign]
        **as_it_is(),  # type: ignore[no-untyped-call]
        "inputs": [number_of(carrier)],
    }
    fn.sent_as_text = True  # type: ignore[attr-defined]


def _check_texts(components: Sequence[Any], values: Sequence[Any]) -> None:
    """Check that texts are texts, as Gradio does before events without `preprocess=False`.

    Numbers and choices are settings, which are checked where they are used.

    Raises:
        gr.Error: one is something else.
    """
    for position, (component, value) in enumerate(zip(components, values, strict=False), start=1):
        if isinstance(component, gr.Textbox) and not isinstance(value, str):
            raise gr.Error(f"Value {position} must be text.", print_exception=False)


def _listed(text: Any) -> list[Any]:
    """Return the list that a text has as JSON, or a list of the text."""
    try:
        values = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return [text]
    return values if isinstance(values, list) else [text]


def current_page() -> gr.Blocks:
    """Return the page that is being built; Gradio has no public name for it."""
    page = Context.root_block
    assert page is not None, "no page is being built"
    return page


def frontend() -> Path:
    """Return the folder of what Gradio's page is made of."""
    return Path(gr.__file__).parent / "templates/frontend"


def describe(component: Any, text: str) -> None:
    """Set what `client.view_api()` says about a parameter, which Gradio takes from its component.

    Endpoints share components, so each description belongs to the endpoint that is added next.
    """
    schema = component.api_info() | {"additional_description": text}
    component.api_info = lambda: schema


def cache_folder(component: Any) -> str:
    """Return the folder of files that Gradio serves for a component."""
    return str(component.GRADIO_CACHE)


def number_of(component: Any) -> int:
    """Return a component's number in the configuration that the page's HTML holds.

    It is `_id` in Gradio 6.31.0. Test: page/test_languages.py, the first texts.
    """
    number: int = component._id
    return number


def keep_no_names(component: Any) -> None:
    """Keep a component from remembering the files of its values.

    Gradio remembers them to delete them. `SavedFiles` does that, and Gradio would never forget.
    """
    component.temp_files = _Forgetful()


class _Forgetful(set[str]):
    """A set that stays empty."""

    def add(self, _: str) -> None:
        pass


def return_files(component: Any) -> None:
    """Let an image's values be paths of files, also of SVGs.

    Gradio puts the content of an SVG into the answer, and `gradio_client` then returns no path.
    For a subclass, Gradio would write a stub file beside this module, unless
    `serve/quick_import.py` keeps it from that.
    """

    def postprocess(path: str | None) -> ImageData | None:
        return None if path is None else ImageData(path=path, orig_name=Path(path).name)

    component.postprocess = postprocess


def event_data(event: gr.EventData) -> dict[str, Any]:
    """Return what the browser sent with an event; {} if that isn't an object."""
    # Its public attributes raise an error for each missing name.
    data = event._data
    return data if isinstance(data, dict) else {}


def is_pending(page: Any, event: str) -> bool:
    """Return whether the result of an event of this id can still be fetched.

    For any other id Gradio waits for ever, or logs a traceback.
    """
    sessions = page._queue.pending_messages_per_session
    pending = page._queue.pending_event_ids_session
    return any(event in events and session in sessions for session, events in pending.items())


def is_unknown_endpoint(error: Exception) -> bool:
    """Return whether Gradio raised an error because it knows no such endpoint or event."""
    by_number = isinstance(error, KeyError) and error.args != () and isinstance(error.args[0], int)
    return by_number or isinstance(error, FnIndexInferError)


def parameter_problem(error: Exception, request: Request) -> str:
    """Return what is wrong with a call's named parameters; "" if it is another error.

    Gradio raises gradio_client's TypeError there, which names a button that this page doesn't have.
    """
    if isinstance(error, TypeError) and "/call/v2/" in request.url.path:
        return str(error).partition(" Please click")[0]
    return ""


# What the two functions above look at.
ERRORS = (FnIndexInferError, KeyError, TypeError)


@contextlib.contextmanager
def quiet_launch() -> Iterator[io.StringIO]:
    """Catch what Gradio prints when it is launched: lines of its own with MCP, or about a link."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        yield printed


def why_no_link(printed: io.StringIO) -> str:
    """Return why Gradio couldn't make a public link, which it prints and tells nobody else."""
    return printed.getvalue().strip().partition("\n")[0]


def keep_no_sessions(page: gr.Blocks) -> None:
    """Make a launched page forget its sessions: what visitors type is theirs.

    Gradio keeps what each of the last ten thousand visitors and callers has set, 160 KB each,
    for components whose state lives on the server. This page's state is in the browser.
    """
    holder = NoSessions()  # type: ignore[no-untyped-call]
    holder.set_blocks(page)
    page.app.state_holder = holder


class NoSessions(StateHolder):
    """A state holder that holds nothing."""

    def __getitem__(self, session_id: str) -> SessionState:
        """Return a new session's state, for one event."""
        return _State(self.blocks)

    def __contains__(self, session_id: str) -> bool:
        return False


class _State(SessionState):
    """A session's state without the copy of the page and its values that only deep links need."""

    def __init__(self, blocks: Any) -> None:
        self.blocks_config = copy(blocks.default_config)
        self.config_values = {}
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = 0

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


def has_pending(page: Any, session: str) -> bool:
    """Return whether a session waits for results.

    For any other Gradio opens a stream that never ends, or logs a traceback.
    """
    queue = page._queue
    waits = bool(queue.pending_event_ids_session.get(session))
    return waits and session in queue.pending_messages_per_session


def is_session(page: Any, session: str) -> bool:
    """Return whether a session has had calls, some seconds ago at most."""
    return session in page._queue.pending_messages_per_session


# What ends an event stream for Gradio's page.
END_OF_STREAM = f"data: {CloseStreamMessage().model_dump_json()}\n\n"


def has_function(page: Any, number: int) -> bool:
    """Return whether an event has a function on the server; some are the browser's alone."""
    found = page.fns.get(number)
    return found is not None and found.fn is not None


def is_beside_the_queue(page: Any, number: int) -> bool:
    """Return whether an event was made with `queue=False`: Gradio's page sends it on its own."""
    found = page.fns.get(number)
    return found is not None and not found.queue


@contextlib.contextmanager
def server_made_by(make: Callable[..., Any]) -> Iterator[None]:
    """Have the settings of Gradio's server made by a function instead of `uvicorn.Config`.

    `launch` has no arguments for them, and starts to listen before it returns.
    """
    module: Any = http_server
    uvicorn = module.uvicorn
    module.uvicorn = SimpleNamespace(Config=make)
    try:
        yield
    finally:
        module.uvicorn = uvicorn
