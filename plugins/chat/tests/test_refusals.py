"""Whatever is refused is told: each reason has a sentence, in few kinds, on both pages and in each language."""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.testing.app import WITH, App, site, workplace
from core.testing.sealed_talk import REASONS

KINDS = re.compile(r"export const KIND_OF = \{(.*?)\};", re.DOTALL)
SCRIPT = Path(__file__).parents[1] / "static" / "chat" / "sealed_talk.js"


def kinds() -> Mapping[str, str]:
    """For each reason the kind of sentence that the pages show."""
    found = KINDS.search(SCRIPT.read_text("utf-8"))
    assert found
    return dict(re.findall(r'^\s*(\w+): "(\w+)",$', found[1], re.MULTILINE))


def test_each_reason_has_a_kind_and_there_are_few() -> None:
    assert kinds().keys() == REASONS.keys()
    assert len(set(kinds().values())) <= 10


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_kind_is_a_sentence_on_both_pages(sqlite_app: App, language: str) -> None:
    pages = {
        site(WITH): ("/hier", ""),
        workplace(WITH): ("/chat", sqlite_app.sign_in(WITH, "helper")),
    }
    for host, (path, cookie) in pages.items():
        page = sqlite_app.ask(host, f"{path}?taal={language}", cookie=cookie)
        found = re.search(r"data-texts>(.*?)</script>", page.text, re.DOTALL)
        assert found, page.status
        sentences = json.loads(html.unescape(found[1]))["wrong"]
        assert set(sentences) == set(kinds().values()) | {"missing"}
        assert all(len(sentence.split()) >= 4 and sentence.endswith(".") for sentence in sentences.values())
