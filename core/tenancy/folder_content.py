"""Reads pages (Markdown with front matter) and texts of an organisation's own."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from core.errors import LuwteError
from core.tenancy.folder_schema import flat

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KEYS = ("title", "summary", "order")
_LONGEST_TEXT = 2000


def read_pages(folder: Path, languages: Collection[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the pages in `content/` by (language, slug). Raises LuwteError for a mistake."""
    pages = {}
    for path in sorted(folder.glob("*/*")) if folder.is_dir() else ():
        language = path.parent.name
        if path.suffix != ".md" or not _SLUG.fullmatch(path.stem):
            raise LuwteError(
                f"{_shown(path)}: a page is named <name>.md with small letters, digits and dashes: rename it."
            )
        _check_language(path, language, languages)
        pages[language, path.stem] = read_page(path.read_text(encoding="utf-8"), _shown(path))
    return pages


def read_page(text: str, file: str) -> dict[str, Any]:
    """Return title, summary, order and body of one page. Raises LuwteError that names `file`."""
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or "\n---\n" not in text:
        raise LuwteError(
            f"{file}: a page begins with a line ---, then title, summary and order, then a line ---: add them."
        )
    facts = dict(_fact(line, file) for line in head.splitlines() if line.strip())
    if not facts.get("title"):
        raise LuwteError(f"{file}: the key title is missing: add it.")
    order = facts.get("order", "100")
    if not order.isdecimal():
        raise LuwteError(f"{file}: the key order should be a whole number: mend it.")
    return {
        "title": facts["title"],
        "summary": facts.get("summary", ""),
        "order": int(order),
        "body": body.strip() + "\n",
    }


def write_page(page: dict[str, Any]) -> str:
    """Return the text of a page's file: what `read_page` reads back."""
    head = "".join(f"{key}: {page[key]}\n" for key in _KEYS)
    return f"---\n{head}---\n{page['body']}"


def _fact(line: str, file: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon or key.strip() not in _KEYS:
        raise LuwteError(
            f"{file}: the line {line.strip()!r} is unknown: only title, summary and order may stand there."
        )
    return key.strip(), value.strip()


def read_texts(folder: Path, languages: Collection[str]) -> dict[str, str]:
    """Return the organisation's own texts by `text.<language>.<key>`. Raises LuwteError for a mistake."""
    texts = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix != ".toml":
            raise LuwteError(f"{_shown(path)}: texts are in <language>.toml: rename or remove it.")
        _check_language(path, path.stem, languages)
        for key, value in flat(_toml(path)):
            if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
                raise LuwteError(
                    f"{_shown(path)}: the key {key} should be a text of at most {_LONGEST_TEXT} characters: mend it."
                )
            texts[f"text.{path.stem}.{key}"] = value
    return texts


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LuwteError(f"{_shown(path)} cannot be read as TOML: {error}. Mend that line.") from None


def _check_language(path: Path, language: str, languages: Collection[str]) -> None:
    if language not in languages:
        raise LuwteError(
            f"{_shown(path)} is in {language!r}, which is not one of the languages in tenant.toml: add it there, or "
            "remove the file."
        )


def _shown(path: Path) -> str:
    parts = path.parts
    return "/".join(parts[len(parts) - 1 - parts[::-1].index("tenants") :] if "tenants" in parts else parts[-4:])
