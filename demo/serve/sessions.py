"""Gradio's sessions, of which nothing is kept: what visitors type is theirs."""

from copy import copy
from typing import Any

from gradio.state_holder import SessionState, StateHolder


class _State(SessionState):
    """A session's state without a copy of the page and its values, which is for deep links."""

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


class NoSessions(StateHolder):
    """A state holder that holds nothing.

    Gradio keeps what each of the last ten thousand visitors and callers has set, in 160 KB each,
    for components whose state is the server's. This page's is in the browser.
    """

    def __getitem__(self, session_id: str) -> SessionState:
        """Return a new session's state, for one event."""
        return _State(self.blocks)

    def __contains__(self, session_id: str) -> bool:
        return False
