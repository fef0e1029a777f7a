"""The sentences of a plugin's declared settings: their keys are made from its name, so that none is said twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def default_label(name: str) -> str:
    """English for a setting or option without words of its own: its name, `ask_age` as "Ask age"."""
    return name.replace("_", " ").capitalize()


def sentences_of(plugin: str, node: ast.Call) -> Iterator[list[str]]:
    """Key and English of each sentence of a call `Setting("name", type, default, "help", label="…")`.

    Options of a choice are found where the type is written out there as `Literal[…]`.
    """
    named = {word.arg: word.value for word in node.keywords if word.arg}
    given = {**dict(zip(("name", "type", "default", "help", "label"), node.args, strict=False)), **named}
    name, help_text, label = (_text(given.get(part)) for part in ("name", "help", "label"))
    if name:
        yield [f"{plugin}.setting.{name}", label or default_label(name)]
        yield [f"{plugin}.setting.{name}.help", help_text]
        for option in _options(given.get("type")):
            yield [f"{plugin}.setting.{name}.{option}", default_label(option)]


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _options(kind: ast.expr | None) -> Iterator[str]:
    for node in ast.walk(kind) if kind else ():
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            yield from (str(leaf.value) for leaf in ast.walk(node.slice) if isinstance(leaf, ast.Constant))
