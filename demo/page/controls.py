"""The controls of a class of settings."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

from cgan.writing.setting import Digits, specified
from demo.page.widgets import Widgets

S = TypeVar("S")


class Controls(Generic[S]):
    """The component of each setting, made from its specification where it stands on the page.

    Attributes:
        specified: the settings by name.
    """

    def __init__(self, words: Widgets, kind: type[S], **elsewhere: Any) -> None:
        """Take the class of settings, and the components that are made elsewhere."""
        self.specified = specified(kind)
        self._words, self._kind, self._made = words, kind, elsewhere

    def add(self, name: str, **options: Any) -> None:
        """Make a setting's component here, with options of Gradio's."""
        self._made[name] = self._words.control(self.specified[name], **options)

    def add_others(self, besides: str = "") -> None:
        """Make the components of the settings that have none yet, besides one made later."""
        for name in self.specified:
            if name not in self._made and name != besides:
                self.add(name)

    def __getitem__(self, name: str) -> Any:
        """Return a setting's component."""
        return self._made[name]

    def all(self) -> dict[str, Any]:
        """Return all components by name, in the order of the class's fields."""
        return {field.name: self._made[field.name] for field in fields(self._kind)}  # type: ignore[arg-type]

    def settings(self, values: Sequence[Any]) -> S:
        """Return the settings that the components' values, in that order, stand for."""
        return self._kind(**dict(zip(self.all(), values, strict=True)))

    def with_default_strokes(self, **values: Any) -> dict[Any, Any]:
        """Return a value for each component that changes the strokes, but not for the numbers.

        Args:
            values: of some of them; the others get their defaults.
        """
        return {
            self._made[name]: values.get(name, setting.default)
            for name, setting in self.specified.items()
            if setting.strokes and not isinstance(setting, Digits)
        }
