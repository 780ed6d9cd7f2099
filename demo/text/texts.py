"""What the page says, in the visitor's language.

A language is one file in this folder, named by its code, such as `zh.py`. It has:

- `TAG`: what the page's `lang` attribute says, such as "zh-CN".
- `NAME`: what the language calls itself, for the button that switches to it.
- `TEXTS`: the page's texts by their keys.
- `ERRORS`: the errors' sentences by `UserError.text_id`.
- `SETTINGS`: the names of settings in the errors' sentences.

English has neither of the last two: an error is raised with its English sentence, which is shown
where a language has no other.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import demo.text
from cgan import UserError
from cgan.common.errors import printable

ENGLISH = "en"
_CODE = re.compile("[a-z]{2,3}")  # ISO 639


@dataclass(frozen=True)
class Language:
    """A language's file."""

    tag: str
    name: str
    texts: Mapping[str, str]
    errors: Mapping[str, str]
    settings: Mapping[str, str]


@cache
def languages() -> dict[str, Language]:
    """Return the languages by their codes, English first, then in alphabetical order."""
    names = [module.name for module in pkgutil.iter_modules(demo.text.__path__)]
    codes = sorted(filter(_CODE.fullmatch, names), key=lambda code: (code != ENGLISH, code))
    return {code: _read(code) for code in codes}


def _read(code: str) -> Language:
    module = importlib.import_module(f"{demo.text.__name__}.{code}")
    return Language(
        module.TAG,
        module.NAME,
        module.TEXTS,
        getattr(module, "ERRORS", {}),
        getattr(module, "SETTINGS", {}),
    )


def next_language(code: str) -> str:
    """Return the code of the language that the page's button switches to."""
    codes = list(languages())
    position = codes.index(code) if code in codes else 0
    return codes[(position + 1) % len(codes)]


def language_of(tag: object) -> str:
    """Return the page's language for a browser's language tag, such as "zh-CN"."""
    code = str(tag).lower().split("-")[0]
    return code if code in languages() else ENGLISH


def tag_of(language: str) -> str:
    """Return what the page's `lang` attribute says in a language, such as "zh-CN"."""
    return _language(language).tag


def say(language: str, key: str, **values: object) -> str:
    """Return the text `key` in a language, with `values` filled in.

    Args:
        language: its code; unknown codes fall back to English.
        key: of the text; "other_language" is the name of the next one, for the button.
        values: for the text's placeholders.
    """
    if key == "other_language":
        return _language(next_language(language)).name
    return _language(language).texts[key].format(**values)


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as one text; after a Chinese full stop there is no space."""
    return "".join(one if one.endswith("。") else f"{one} " for one in sentences if one).strip()


def explain(error: UserError, language: str) -> str:
    """Return an error's sentence in a language; where it has none, the English one as raised."""
    sentence = _language(language).errors.get(error.text_id)
    if sentence is None:
        return say(language, "not_translated", message=error)
    values = {name: _translate(name, value, language) for name, value in error.values.items()}
    return printable(sentence.format(**values))


def _translate(name: str, value: object, language: str) -> object:
    """Translate a value that an error quotes, where it is another error or a setting's name."""
    if isinstance(value, UserError):
        return explain(value, language)
    if name == "setting":
        return _language(language).settings.get(str(value).lower(), value)
    return value


def _language(code: str) -> Language:
    return languages().get(code) or languages()[ENGLISH]
