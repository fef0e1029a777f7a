"""A reader gets the nearest sentence: the organisation's, then nl-BE, nl, and at last the English in the code."""

from pathlib import Path

import pytest

from core.errors import LuwteError
from core.i18n.catalog import Catalog, language_chain
from core.i18n.translator import Text, fill

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plurals}\\n"\n\n'
TWO_FORMS = "nplurals=2; plural=(n != 1);"


def write(folder: Path, language: str, body: str, plurals: str = TWO_FORMS) -> Path:
    file = folder / language / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(HEADER.format(plurals=plurals) + body, "utf-8")
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write(
        tmp_path,
        "nl",
        'msgctxt "a.hello"\nmsgid "Hello {name}"\nmsgstr "Hallo {name}"\n\n'
        'msgctxt "a.bike"\nmsgid "bicycle"\nmsgstr "fiets"\n\n'
        'msgctxt "a.people"\nmsgid "{n} person"\nmsgid_plural "{n} people"\n'
        'msgstr[0] "{n} mens"\nmsgstr[1] "{n} mensen"\n',
    )
    write(tmp_path, "nl-BE", 'msgctxt "a.bike"\nmsgid "bicycle"\nmsgstr "velo"\n')
    return Catalog([tmp_path])


def test_flemish_falls_back_to_dutch_and_then_to_the_source(catalog: Catalog) -> None:
    t = catalog.translator("nl-BE")
    assert t("a.bike", "bicycle") == "velo"
    assert t("a.hello", "Hello {name}", name="Noor") == "Hallo Noor"
    assert t("a.new", "Not yet translated") == "Not yet translated"
    assert catalog.translator("nl")("a.bike", "bicycle") == "fiets"


def test_english_needs_no_catalogue(catalog: Catalog) -> None:
    t = catalog.translator("en")
    assert t("a.hello", "Hello {name}", name="Noor") == "Hello Noor"
    assert [t.plural("a.people", "{n} person", "{n} people", n=n) for n in (0, 1, 2)] == [
        "0 people",
        "1 person",
        "2 people",
    ]


@pytest.mark.parametrize(("n", "sentence"), [(0, "0 mensen"), (1, "1 mens"), (7, "7 mensen")])
def test_a_number_takes_its_form(catalog: Catalog, n: int, sentence: str) -> None:
    assert catalog.translator("nl").plural("a.people", "{n} person", "{n} people", n=n) == sentence


def test_an_organisation_says_it_in_its_own_words(catalog: Catalog) -> None:
    t = catalog.translator("nl", {"a.hello": "Dag {name}, fijn dat je er bent"})
    assert t("a.hello", "Hello {name}", name="Noor") == "Dag Noor, fijn dat je er bent"


def test_own_words_that_ask_for_an_unknown_value_are_passed_over(catalog: Catalog) -> None:
    t = catalog.translator("nl", {"a.hello": "Dag {nickname}", "a.people": "{aantal} mensen"})
    assert t("a.hello", "Hello {name}", name="Noor") == "Hallo Noor"
    assert t.plural("a.people", "{n} person", "{n} people", n=2) == "2 mensen"


def test_a_declared_text_is_translated_when_a_reader_is_known(catalog: Catalog) -> None:
    assert catalog.translator("nl").text(Text("a.bike", "bicycle")) == "fiets"


def test_a_sentence_cannot_reach_into_its_values() -> None:
    assert fill("{name.__class__} {name}", {"name": "Noor"}) == "{name.__class__} Noor"
    with pytest.raises(KeyError):
        fill("{name}", {})


def test_the_chain_of_a_language() -> None:
    assert language_chain("nl-BE") == ("nl-BE", "nl")
    assert language_chain("nl") == ("nl",)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('msgid "no key"\nmsgstr "geen sleutel"\n', "has no msgctxt"),
        ('msgctxt "a\nmsgid ???', "not a readable PO file"),
    ],
)
def test_a_broken_file_is_named_in_one_sentence(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(LuwteError, match=said) as caught:
        Catalog([write(tmp_path, "nl", body)])
    assert str(tmp_path) in str(caught.value)


def test_two_packages_cannot_define_one_key(tmp_path: Path) -> None:
    body = 'msgctxt "a.bike"\nmsgid "bicycle"\nmsgstr "fiets"\n'
    folders = [write(tmp_path / name, "nl", body) for name in ("one", "two")]
    with pytest.raises(LuwteError, match="already defined"):
        Catalog(folders)
