"""What events bring to the server: the values of controls, from the browser's own memory.

Gradio 6.31.0 gathers an event's inputs one by one and copies each component with all that it has.
At each message about an event, it sets the state of all outputs and inputs of the events before. On
a page with so many controls, that takes several times as long as the drawing. So here
`static/values.js` remembers a control's value when it changes, and events send what is remembered.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from demo import compat


class Values:
    """Who is remembered, and what their changes bring about."""

    def __init__(self, carrier: Any, settings: dict[str, Any]) -> None:
        """Begin with nothing.

        Args:
            carrier: the one component that Gradio gathers for events.
            settings: of the events that the browser alone answers.
        """
        self._carrier, self._settings = carrier, settings
        self._drawn: dict[Any, dict[str, bool]] = {}
        self._followers: dict[Any, dict[str, list[int]]] = {}
        self._watched: set[Any] = set()

    def draw(self, picture: str, components: Sequence[Any], hidden: bool = False) -> None:
        """Let changes draw a picture; call it before the first `watch`.

        Args:
            picture: its tab; the hidden button `draw-...` draws it.
            components: that may change.
            hidden: whether it is drawn though its tab is hidden. Else selecting the tab draws it.
        """
        for component in components:
            self._drawn.setdefault(component, {})[picture] = hidden

    def lead(self, name: str, leader: Any, followers: Sequence[Any]) -> None:
        """Let components follow another until the visitor changes them; before the first `watch`.

        Args:
            name: of the setting in `cgan.shared`, which has its value at the start.
            leader: to be followed.
            followers: with the same values.
        """
        numbers = [compat.number_of(one) for one in followers]
        self._followers.setdefault(leader, {})[name] = numbers

    def watch(self, components: Sequence[Any]) -> None:
        """Remember the values of components."""
        for component in components:
            if component in self._watched:
                continue
            self._watched.add(component)
            given = [self._drawn.get(component, {}), self._followers.get(component, {})]
            number, (drawn, followers) = compat.number_of(component), map(json.dumps, given)
            js = f"(value) => cgan.set({number}, value, {drawn}, {followers})"
            component.change(None, component, None, js=js, **self._settings)

    def ask(
        self,
        event: Callable[..., Any],
        function: Callable[..., Any],
        inputs: Sequence[Any],
        outputs: Any,
        js: str = "cgan.given(IDS)",
        progress: bool = True,
        **settings: Any,
    ) -> Any:
        """Let an event call a function on the server; return Gradio's event.

        Args:
            event: takes what Gradio's events take, such as `button.click`.
            function: gets the values of `inputs`.
            inputs: components, which are watched if `js` names them.
            outputs: components.
            js: expression that is sent, a list of the values as JSON; IDS are the inputs' numbers.
            progress: whether a bar moves while the answer is awaited.
            settings: of Gradio's event.
        """
        if "IDS" in js:
            self.watch(inputs)
        numbers = json.dumps([compat.number_of(one) for one in inputs])
        script = f"() => {js.replace('IDS', numbers)}"
        if progress:  # the style shows a bar while this component has Gradio's text of progress
            settings["show_progress_on"] = self._carrier
        asked = event(function, list(inputs), outputs, js=script, **settings)
        compat.send_as_text(asked, self._carrier)
        return asked
