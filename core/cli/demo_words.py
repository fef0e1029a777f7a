"""Files with words of demo accounts: short name of an organisation → sign-in name → words, kept to the owner."""

import os
import tomllib
from pathlib import Path

from core.errors import LuwteError

Words = dict[str, dict[str, str]]


def read_words(path: Path, what: str) -> Words:
    """All of them; empty before they were made. `what` they are. Raises LuwteError for a broken file."""
    try:
        return {slug: dict(names) for slug, names in tomllib.loads(path.read_text("utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, TypeError, ValueError):
        raise LuwteError(f"{path} cannot be read: delete it, and the next start makes new {what}.") from None


def write_words(path: Path, head: str, words: Words) -> None:
    """Names and words are of letters, digits, hyphens and spaces: nothing in them needs escaping."""
    text = f"# {head}\n"
    for slug, names in words.items():
        text += f"\n[{slug}]\n" + "".join(f'{name} = "{phrase}"\n' for name, phrase in names.items())
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
