"""The rule of the import, against a plain model of it, over any story of folder edits, changes here and imports."""

from hypothesis import given
from hypothesis import strategies as st

from core.tenancy.merging import Stored, merge, to_json, value_hash

KEYS = st.sampled_from(["name", "phone", "colour"])
TEXTS = st.sampled_from(["1", "2", "3"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("folder"), KEYS, st.none() | TEXTS),
        st.tuples(st.just("here"), KEYS, st.none() | TEXTS),
        st.tuples(st.just("import"), KEYS, st.none()),
    ),
    max_size=30,
)


class Organisation:
    """What the database holds, changed as the code does it."""

    def __init__(self) -> None:
        self.stored: dict[str, Stored] = {}

    def change(self, key: str, text: str | None) -> None:
        old = self.stored.get(key)
        self.stored[key] = Stored(text, old.imported_hash if old else None)

    def take(self, folder: dict[str, str]) -> list[str]:
        result = merge(self.stored, folder)
        for key in result.drop:
            del self.stored[key]
        self.stored |= result.put
        return result.kept

    def values(self) -> dict[str, str]:
        return {key: stored.value for key, stored in self.stored.items() if stored.value is not None}


class Model:
    """The rule in its own words: it remembers for each key the text that was last imported."""

    def __init__(self) -> None:
        self.value: dict[str, str | None] = {}
        self.imported: dict[str, str] = {}

    def take(self, folder: dict[str, str]) -> set[str]:
        kept = set()
        for key in {*folder, *self.value}:
            follows = key not in self.value or (key in self.imported and self.value[key] == self.imported[key])
            if follows and key in folder:
                self.value[key] = self.imported[key] = folder[key]
            elif follows:
                del self.value[key], self.imported[key]
            elif key in folder and self.value[key] == folder[key]:
                self.imported[key] = folder[key]
            elif key in folder or key in self.imported:
                kept.add(key)
        return kept


@given(STEPS)
def test_what_equals_its_last_import_follows_and_what_was_changed_here_stays(
    steps: list[tuple[str, str, str | None]],
) -> None:
    folder: dict[str, str] = {}
    organisation, model = Organisation(), Model()
    for kind, key, text in steps:
        if kind == "folder" and text is None:
            folder.pop(key, None)
        elif kind == "folder" and text is not None:
            folder[key] = text
        elif kind == "here":
            organisation.change(key, text)
            model.value[key] = text
        else:
            assert set(organisation.take(folder)) == model.take(folder)
        assert organisation.values() == {key: value for key, value in model.value.items() if value is not None}


@given(st.dictionaries(KEYS, TEXTS), st.dictionaries(KEYS, st.builds(Stored, st.none() | TEXTS, st.none() | TEXTS)))
def test_a_second_import_changes_nothing(folder: dict[str, str], stored: dict[str, Stored]) -> None:
    first = merge(stored, folder)
    after = {key: value for key, value in stored.items() if key not in first.drop} | first.put
    second = merge(after, folder)
    assert not second.put
    assert not second.drop
    assert sorted(second.kept) == sorted(first.kept)


def test_nothing_changed_here_is_ever_lost() -> None:
    stored = {"name": Stored('"mine"', value_hash('"old"')), "gone": Stored(None, value_hash('"old"'))}
    for folder in ({}, {"name": '"new"', "gone": '"new"'}):
        result = merge(stored, folder)
        assert (result.put, result.drop, sorted(result.kept)) == ({}, [], ["gone", "name"])


def test_equal_values_have_one_text() -> None:
    assert to_json({"b": 1, "a": ["é"]}) == to_json({"a": ["é"], "b": 1}) == '{"a":["é"],"b":1}'
