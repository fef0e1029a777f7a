"""docs/hooks.md taken apart: its hooks with their signatures, and the code below each."""

import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.hookspecs.declarations import Declarations
from core.hookspecs.occasions import Occasions
from core.plugin_host.card import PluginCard
from core.testing.throwaway import Workshop

PAGE = Path(__file__).resolve().parents[3] / "docs" / "hooks.md"
_SECTION = re.compile(r"^### `(\w+)(\([^`]*)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@dataclass(frozen=True)
class Documented:
    """A hook as the page tells it."""

    name: str
    signature: str
    text: str
    code: str
    po: str

    def plugin(self, workshop: Workshop) -> PluginCard:
        """The plugin `diary` with this code, and its Dutch."""
        card = workshop.plugin("diary", self.code)
        locale = card.folder / "locale" / "nl"
        locale.mkdir(parents=True)
        (locale / "messages.po").write_text(_PO + self.po, "utf-8")
        return card


def documented(page: str) -> dict[str, Documented]:
    """The hooks of a page, by name; each has exactly one piece of Python. Raises ValueError otherwise."""
    found: dict[str, Documented] = {}
    for name, signature, rest in _SECTION.findall(page):
        blocks = _BLOCK.findall(rest)
        code = [text for kind, text in blocks if kind == "python"]
        if name in found or len(code) != 1 or {kind for kind, _ in blocks} - {"python", "po"}:
            raise ValueError(f"{name} needs one section with one piece of Python")
        po = "".join(text for kind, text in blocks if kind == "po")
        found[name] = Documented(name, signature, rest.split("```")[0].strip(), code[0], po)
    return found


def all_hooks() -> dict[str, Any]:
    """Every hook's description, by name."""
    members = [*inspect.getmembers(Declarations), *inspect.getmembers(Occasions)]
    return {name: hook for name, hook in members if hasattr(hook, "luwte_spec")}


def written(hook: Any) -> str:
    """A hook's signature as the page must have it: without self, kinds of the core by their last name."""
    signature = inspect.signature(hook)
    plain = signature.replace(parameters=[part for part in signature.parameters.values() if part.name != "self"])
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", str(plain))
