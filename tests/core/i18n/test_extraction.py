"""The search for sentences finds each way of saying one, and each way in which a language can fall behind."""

from pathlib import Path

import pytest

from core.i18n.catalog import Catalog
from core.i18n.extraction import Use, complaints, find_uses

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)


def test_finds_sentences_in_templates_and_python(tmp_path: Path) -> None:
    (tmp_path / "page.html.jinja2").write_text(
        '{{ t("a.one", "One") }}{% if x %}{{ t.plural("a.n", "{n} day", "{n} days", n=x) }}{% endif %}{{ t(key, "x") }}'
    )
    (tmp_path / "views.py").write_text(
        'a = request.t("a.two", "Two {x}", x=1)\nb = Text("a.three", "Three")\nt(y, "z")\n'
        'NavigationItem("x.y", "a.four", "Four", order=1)\nNavigationItem("x.z", label_key="a.five", label="Five")\n'
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text('t("a.test", "Left out")\n')
    assert {(use.key, use.english) for use in find_uses(tmp_path)} == {
        ("a.one", ("One",)),
        ("a.n", ("{n} day", "{n} days")),
        ("a.two", ("Two {x}",)),
        ("a.three", ("Three",)),
        ("a.four", ("Four",)),
        ("a.five", ("Five",)),
    }


def test_finds_the_words_of_a_plugins_settings(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "hooks.py").write_text(
        'Setting("minutes", int, 5, "How long.", label="Minutes of drawing")\n'
        'Setting("extra_sweet", Literal["a_bit", "very"] | None, None, help="Sugar.")\n'
        'Setting(name, int, 5, "Not said literally.")\n'
    )
    assert find_uses(tmp_path / "folder") == (), "only a plugin has settings"
    (tmp_path / "folder" / "plugin.toml").write_text('name = "tea"\n')
    assert {(use.key, *use.english) for use in find_uses(tmp_path / "folder")} == {
        ("tea.setting.minutes", "Minutes of drawing"),
        ("tea.setting.minutes.help", "How long."),
        ("tea.setting.extra_sweet", "Extra sweet"),
        ("tea.setting.extra_sweet.help", "Sugar."),
        ("tea.setting.extra_sweet.a_bit", "A bit"),
        ("tea.setting.extra_sweet.very", "Very"),
    }


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("", "a.x is missing in nl"),
        ('msgctxt "a.x"\nmsgid "Hi {n}"\nmsgstr ""\n', "a.x is missing in nl"),
        ('msgctxt "a.x"\nmsgid "Hello {n}"\nmsgstr "Dag {n}"\n', "from other English"),
        ('msgctxt "a.x"\nmsgid "Hi {n}"\nmsgstr "Dag"\n', "other places between braces"),
        (
            'msgctxt "a.x"\nmsgid "Hi {n}"\nmsgstr "Dag {n}"\n\nmsgctxt "a.y"\nmsgid "y"\nmsgstr "y"\n',
            "a.y is used nowhere",
        ),
    ],
)
def test_tells_what_a_language_lacks(tmp_path: Path, entry: str, said: str) -> None:
    file = tmp_path / "nl" / "messages.po"
    file.parent.mkdir()
    file.write_text(HEADER + "\n" + entry)
    (sentence,) = complaints([Use("page:1", "a.x", ("Hi {n}",))], Catalog([tmp_path]), "nl")
    assert said in sentence


def test_one_key_has_one_english_sentence(tmp_path: Path) -> None:
    uses = [Use("a:1", "a.x", ("Hi",)), Use("b:2", "a.x", ("Hello",))]
    assert any("other English than in a:1" in sentence for sentence in complaints(uses, Catalog([tmp_path]), "nl"))
