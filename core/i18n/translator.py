"""The translator: from a stable key and its English sentence to the sentence that this reader sees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from gettext import c2py
from typing import NamedTuple

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Text(NamedTuple):
    """A sentence named before a reader is known, such as the label of a menu entry.

    key: stable name, "chat.navigation.workbench"; english: the source sentence.
    """

    key: str
    english: str


@dataclass(frozen=True)
class Entry:
    """One sentence of one catalogue: the English it was made from, and its forms (one, or one per plural)."""

    english: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True)
class LanguageTexts:
    """All sentences of one language by key, and the rule that says which plural form a number takes."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    plural_index: PluralRule | None = None


class PluralRule:
    """Which form a number takes in a language, in the words of a PO header: "n != 1"."""

    def __init__(self, expression: str) -> None:
        self._index = c2py(expression)

    def __call__(self, n: int) -> int:
        """Return the index of the form for n."""
        return int(self._index(n))


def placeholders(text: str) -> frozenset[str]:
    """Return the names between braces in a sentence: "{n} people" has "n"."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values in a sentence's places. A name without a value raises KeyError.

    Not str.format: an organisation may override sentences, and "{n.__class__}" must stay the harmless text it is.
    """
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)


class Translator:
    """Sentences for one reader: the organisation's own words first, then each language of the chain, then English.

    Called as ``t("chat.waiting.title", "Please wait", n=3)``. The result is plain text; templates escape it.
    """

    def __init__(
        self, language: str, chain: Sequence[LanguageTexts], overrides: Mapping[str, str] | None = None
    ) -> None:
        self.language = language
        self._chain = tuple(chain)
        self._overrides = overrides or {}

    def __call__(self, key: str, english: str, /, **values: object) -> str:
        """Return the sentence for key; english is the source text and the last resort."""
        override = self._override(key, (english,))
        if override is not None:
            return fill(override, values)
        for texts in self._chain:
            entry = texts.entries.get(key)
            if entry is not None and len(entry.forms) == 1:
                return fill(entry.forms[0], values)
        return fill(english, values)

    def text(self, text: Text, /, **values: object) -> str:
        """Return the sentence that a declared Text stands for."""
        return self(text.key, text.english, **values)

    def plural(self, key: str, one: str, many: str, /, *, n: int, **values: object) -> str:
        """Return the sentence for key in the form that n takes; n may stand in the sentence as {n}."""
        values["n"] = n
        override = self._override(key, (one, many))
        if override is not None:
            return fill(override, values)
        for texts in self._chain:
            entry = texts.entries.get(key)
            if entry is not None and texts.plural_index is not None and len(entry.forms) > 1:
                return fill(entry.forms[texts.plural_index(n)], values)
        return fill(one if n == 1 else many, values)

    def _override(self, key: str, english: tuple[str, ...]) -> str | None:
        """The organisation's own sentence, unless it asks for values that this sentence does not have."""
        own = self._overrides.get(key)
        known = frozenset[str]().union(*(placeholders(form) for form in english))
        return own if own is not None and placeholders(own) <= known else None
