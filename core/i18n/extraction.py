"""Which sentences the code uses: read from templates and Python, compared with the catalogue."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

from core.i18n.catalog import Catalog
from core.i18n.settings import sentences_of
from core.i18n.translator import Entry, placeholders

_JINJA_EXTENSIONS = ("jinja2.ext.do", "jinja2.ext.loopcontrols")
_VALUES = {
    "NavigationItem": (1, "label_key", "label"),
    "Refusal": (0, "key", "sentence"),
    "Report": (1, "label_key", "label"),
    "Retention": (99, "label_key", "label"),
    "Verdict": (1, "reason_key", "reason"),
}
"""Values of the hooks that hold a sentence: at which argument its key stands, and the names of key and English."""


@dataclass(frozen=True)
class Use:
    """One place that shows a sentence: file and line, its key and English forms."""

    where: str
    key: str
    english: tuple[str, ...]


def find_uses(folder: Path) -> tuple[Use, ...]:
    """Return every sentence in the files under a folder that names key and English literally; tests are left out."""
    found: list[Use] = []
    plugin = _plugin(folder)
    for file in sorted(folder.rglob("*")):
        if "tests" in file.relative_to(folder).parts:
            continue
        if file.suffix == ".py":
            found += _in_python(file, plugin)
        elif file.suffix == ".jinja2":
            found += _in_template(file)
    return tuple(found)


def _plugin(folder: Path) -> str:
    """The name of the plugin that lives in a folder, which begins the keys of its settings; "" for any other folder."""
    card = folder / "plugin.toml"
    return str(tomllib.loads(card.read_text("utf-8")).get("name", "")) if card.is_file() else ""


def complaints(uses: Iterable[Use], catalog: Catalog, language: str, unused: bool = True) -> list[str]:
    """Return a sentence for each fault of a language: missing, made from older English, other places, never used."""
    entries = catalog.entries(language)
    by_key: dict[str, Use] = {}
    found: list[str] = []
    for use in uses:
        first = by_key.setdefault(use.key, use)
        if first.english != use.english:
            found.append(f"{use.where}: {use.key} has other English than in {first.where}.")
    for use in by_key.values():
        found += _faults(use, entries.get(use.key), language)
    if unused:
        found += [f"{language}: {key} is used nowhere." for key in sorted(entries.keys() - by_key.keys())]
    return found


def _faults(use: Use, entry: Entry | None, language: str) -> Iterator[str]:
    """What is wrong with one sentence of a language."""
    if entry is None:
        yield f"{use.where}: {use.key} is missing in {language}."
        return
    if entry.english != use.english:
        yield f"{use.where}: {use.key} was translated to {language} from other English."
    if len(entry.forms) != len(use.english) and len(use.english) == 1:
        yield f"{use.where}: {use.key} has plural forms in {language} only."
    wanted = placeholders(use.english[-1])
    if any(placeholders(form) - wanted for form in entry.forms) or placeholders(entry.forms[-1]) != wanted:
        yield f"{use.where}: {use.key} has other places between braces in {language}."


def _in_template(file: Path) -> Iterator[Use]:
    """The sentences of one template."""
    tree = Environment(extensions=_JINJA_EXTENSIONS, autoescape=True).parse(file.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        name, plural = _template_name(call.node)
        if name == "t":
            words = [arg.value for arg in call.args[: 3 if plural else 2] if isinstance(arg, nodes.Const)]
            yield from _use(f"{file}:{call.lineno}", words, plural)


def _template_name(node: nodes.Expr) -> tuple[str, bool]:
    """Name of what is called, and whether it is its plural: t(…) or t.plural(…)."""
    if isinstance(node, nodes.Name):
        return node.name, False
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return node.node.name, node.attr == "plural"
    return "", False


def _in_python(file: Path, plugin: str) -> Iterator[Use]:
    """The sentences of one file: t("…", "…"), request.t("…", "…"), t.plural(…), Text("…", "…"), links and settings."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            parts = _dotted(node.func)
            plural = parts[-1:] == ["plural"]
            name = parts[-2:-1] if plural else parts[-1:]
            if name and name[0] in _VALUES:
                yield from _use(f"{file}:{node.lineno}", _of_value(node, *_VALUES[name[0]]), plural=False)
            elif name == ["Setting"] and plugin:
                for words in sentences_of(plugin, node):
                    yield from _use(f"{file}:{node.lineno}", words, plural=False)
            elif name and name[0] in {"t", "Text"}:
                arguments = node.args[: 3 if plural else 2]
                given = [arg.value for arg in arguments if isinstance(arg, ast.Constant)]
                yield from _use(f"{file}:{node.lineno}", given, plural)


def _of_value(node: ast.Call, place: int, *names: str) -> list[object]:
    """Key and English in a value that a plugin hands over: two arguments from `place` on, or named ones."""
    named = {word.arg: word.value for word in node.keywords}
    given = [*node.args[place : place + 2], *(named[name] for name in names if name in named)]
    return [arg.value for arg in given if isinstance(arg, ast.Constant)]


def _dotted(node: ast.expr) -> list[str]:
    """A dotted name as its parts: request.t.plural gives ["request", "t", "plural"]."""
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else []


def _use(where: str, words: Sequence[object], plural: bool) -> Iterator[Use]:
    """A use, if key and sentences are all literal text; a computed key is checked where it is declared."""
    texts = [word for word in words if isinstance(word, str)]
    if len(texts) == (3 if plural else 2):
        yield Use(where, texts[0], tuple(texts[1:]))
