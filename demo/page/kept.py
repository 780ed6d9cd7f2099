"""The settings of all tabs, which the browser keeps for as long as its tab is open.

So they survive a reload and a restart of the server. They stay in the browser: the server gets them
when the page is loaded again, as it does when a visitor changes them.
"""

import json
from collections.abc import Mapping
from typing import Any

from cgan import UserError
from cgan.writing.setting import Choice, Digits, Setting
from demo import compat
from demo.page.controls import Controls
from demo.page.events import Shared, hidden_text

# A number that can't be written is kept as well, so that the visitor can correct it.
_MAX_TEXT = 1000


class Kept:
    """Keeps what the controls of all tabs are set to.

    Attributes:
        components: of all settings, each once.
        text: hidden; what was kept, as JSON.
    """

    def __init__(self, tabs: Mapping[str, Controls[Any]], shared: Shared) -> None:
        """Take the controls of each tab, which may share components."""
        weights = Choice(choices=(shared.models.chosen, *shared.models.names))
        self._settings: dict[Any, Setting] = {shared.weights: weights}
        names = ["weights"]
        for tab, controls in tabs.items():
            for name, component in controls.all().items():
                if component not in self._settings and name in controls.specified:
                    self._settings[component] = controls.specified[name]
                    names.append(f"{tab}.{name}")
        self.components = list(self._settings)
        self.text = hidden_text("kept")
        # What an older page kept may have another order.
        self._version = " ".join(names)

    def as_script(self) -> str:
        """Return what the script is to keep: version and numbers of the components."""
        numbers = [compat.number_of(one) for one in self.components]
        return f"{json.dumps(self._version)}, {numbers}"

    def restore(self, text: Any, shown: Mapping[Any, Any]) -> dict[Any, Any]:
        """Return a value for each component; None if none was kept.

        Args:
            text: what the browser kept.
            shown: by component, what the picture was drawn with, which stands for what can't be
                used, such as a seed of 1.5.
        """
        try:
            version, values = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            version, values = "", []
        if version != self._version or not isinstance(values, list):
            values = []
        if len(values) != len(self._settings):
            return dict.fromkeys(self._settings)
        return {
            component: _usable(setting, value, shown.get(component))
            for (component, setting), value in zip(self._settings.items(), values, strict=True)
        }


def _usable(setting: Setting, value: Any, otherwise: Any) -> Any:
    if isinstance(setting, Digits) and isinstance(value, str):
        return value[:_MAX_TEXT]
    try:
        return setting.check(value)
    except UserError:
        return otherwise
