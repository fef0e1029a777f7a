"""The closing line of a promise's proof."""

from scripts.promise import built, closing_line


def test_built_promises_come_from_the_markers_in_order() -> None:
    assert list(built()) == sorted(built(), key=lambda name: int(name[1:]))
    assert next(iter(built())) == "P1"
    assert built()["P6"] == "organisations never mix"


def test_line_says_what_was_tried_and_found() -> None:
    line = closing_line("P1", "no address", 0, {"passed": 2, "failed": [], "findings": ["9 sockets: 0 hits", "x: 0"]})
    assert line == "P1 (no address) holds: 2 tests passed. Tried and found: 9 sockets: 0 hits; x: 0."


def test_line_says_what_failed() -> None:
    line = closing_line("P1", "no address", 1, {"passed": 0, "failed": ["a::b"], "findings": []})
    assert line == "P1 (no address) DOES NOT HOLD: 1 failed: a::b."


def test_line_says_when_nothing_proves_it_or_all_broke_down() -> None:
    assert closing_line("P3", "sealed", 5, {}) == "P3 (sealed): no test proves it yet."
    assert closing_line("P3", "sealed", 4, {}) == "P3 (sealed) DOES NOT HOLD: 0 failed: see above."
