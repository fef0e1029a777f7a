"""The catalogue: every sentence of the core and of each plugin, in each language, read once at start-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from core.errors import LuwteError
from core.i18n.translator import Entry, LanguageTexts, PluralRule, Translator

SOURCE_LANGUAGE = "en"
CORE_LOCALE = Path(__file__).parent / "locale"


class Catalog:
    """All sentences of an installation. folders: each holds ``<language tag>/messages.po`` (core's, each plugin's).

    In a PO file msgctxt is the stable key and msgid the English sentence. Raises LuwteError, in one sentence that names
    the file, when a file cannot be read, misses a key or repeats another's.
    """

    def __init__(self, folders: Iterable[Path] = (CORE_LOCALE,)) -> None:
        self._texts: dict[str, LanguageTexts] = {}
        for folder in folders:
            for file in sorted(folder.glob("*/messages.po")):
                self._add(file.parent.name, file)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that has sentences here, English (the source) included."""
        return tuple(sorted({SOURCE_LANGUAGE, *self._texts}))

    def entries(self, language: str) -> Mapping[str, Entry]:
        """Return the sentences written in exactly this language, by key; empty for one that has none."""
        return self._texts.get(language, LanguageTexts()).entries

    def translator(self, language: str, overrides: Mapping[str, str] | None = None) -> Translator:
        """Return a translator for a language tag; overrides are an organisation's own sentences by key."""
        chain = [self._texts[tag] for tag in language_chain(language) if tag in self._texts]
        return Translator(language, chain, overrides)

    def _add(self, language: str, file: Path) -> None:
        catalog = read_catalog(file)
        known = self._texts.get(language, LanguageTexts())
        entries = dict(known.entries)
        for message in catalog:
            if not message.id:
                continue  # the header
            key, entry = _entry(file, message)
            if key in entries:
                raise LuwteError(f"{file}: the sentence {key!r} is already defined; give it another key.")
            if all(entry.forms):
                entries[key] = entry
        self._texts[language] = LanguageTexts(entries, known.plural_index or PluralRule(catalog.plural_expr))


def language_chain(language: str) -> tuple[str, ...]:
    """Return the languages to look in, nearest first: "nl-BE" gives ("nl-BE", "nl")."""
    parts = language.split("-")
    return tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))


def read_catalog(file: Path) -> PoCatalog:
    """Read one PO file. Raises LuwteError naming the file when it is broken."""
    try:
        with file.open("rb") as stream:
            return read_po(stream, locale=file.parent.name.replace("-", "_"), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise LuwteError(f"{file}: this is not a readable PO file ({error}); mend that line.") from error


def _entry(file: Path, message: Message) -> tuple[str, Entry]:
    """One message of a PO file as key and entry."""
    if not message.context:
        raise LuwteError(f"{file}: the sentence {message.id!r} has no msgctxt; give it a stable key.")
    return str(message.context), Entry(_tuple(message.id), _tuple(message.string))


def _tuple(text: str | Iterable[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())
