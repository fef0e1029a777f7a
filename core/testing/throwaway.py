"""Small plugins for tests, written into a folder: real packages with a card, hooks and templates, thrown away after."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import invalidate_caches
from itertools import count
from pathlib import Path

from core.plugin_host.card import PluginCard, read_card

_numbers = count(1)
_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: nl\\n"\n\n'


@dataclass(slots=True)
class Workshop:
    """Writes plugins into a folder that is importable while the workshop is open."""

    folder: Path
    made: list[str] = field(default_factory=list)

    def translate(self, card: PluginCard, **texts: tuple[str, str]) -> None:
        """Gives a plugin's sentences in Dutch: English and Dutch, by key with `__` for the dot."""
        catalogue = card.folder / "locale" / "nl" / "messages.po"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        entries = (
            f'msgctxt "{key.replace("__", ".")}"\nmsgid "{english}"\nmsgstr "{dutch}"\n\n'
            for key, (english, dutch) in texts.items()
        )
        catalogue.write_text(_HEAD + "".join(entries), "utf-8")

    def plugin(self, name: str, hooks: str = "", card: str | None = None, **files: str) -> PluginCard:
        """Writes a plugin and gives its card.

        `hooks` is the text of `hooks.py`, `card` that of `plugin.toml`; `files` are further modules by name. Raises
        LuwteError for a card that is not right.
        """
        return read_card(self.write(name, hooks, card, **files))

    def write(self, name: str, hooks: str = "", card: str | None = None, **files: str) -> Path:
        """Writes a plugin's folder, without reading its card."""
        package = f"throwaway_{next(_numbers)}_{name}"
        self.made.append(package)
        folder = self.folder / package
        folder.mkdir(parents=True)
        usual = f'name = "{name}"\nentry_point = "{package}"\nversion = "1"\napi_version = 1\n'
        (folder / "plugin.toml").write_text(usual if card is None else card.replace("PACKAGE", package), "utf-8")
        (folder / "__init__.py").write_text('"""A plugin for a test."""\n', "utf-8")
        for module, text in {"hooks": hooks, **files}.items():
            (folder / f"{module}.py").write_text(text, "utf-8")
        invalidate_caches()  # else a folder that Python has looked into this second keeps looking empty
        return folder


@contextmanager
def workshop_in(folder: Path) -> Iterator[Workshop]:
    """A workshop in a folder; afterwards its plugins cannot be imported any more."""
    workshop = Workshop(folder)
    sys.path.insert(0, str(folder))
    try:
        yield workshop
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] in workshop.made]:
            del sys.modules[name]
