"""The tree: what lies within what, by time, with services between, however steps come in."""

from itertools import permutations

from core.developer.tree import Branch, tree_of
from core.developer.ways import Step


def lines(branches: tuple[Branch, ...], depth: int = 0) -> list[str]:
    return [line for one in branches for line in (f"{'.' * depth}{one.kind} {one.name}", *lines(one.inside, depth + 1))]


def test_what_lies_within_anothers_time_lies_below_it_in_whatever_order_it_comes() -> None:
    steps = [
        Step("view", "page", 1, 9),
        Step("hook", "chat.add", 2, 6),
        Step("sql", "first", 3, 4, ("find",)),
        Step("sql", "second", 7, 8, ("find",)),
        Step("template", "page.jinja2", 10, 12),
    ]
    wanted = [
        "view page",
        ".hook chat.add",
        "..service find",
        "...sql first",
        ".service find",
        "..sql second",
        "template page.jinja2",
    ]
    for order in permutations(steps):
        assert lines(tree_of(order)) == wanted


def test_a_service_that_asks_a_hook_that_asks_a_service() -> None:
    steps = [
        Step("sql", "before", 1, 2, ("join",)),
        Step("hook", "chat.allow", 3, 8, ("join",)),
        Step("sql", "within", 4, 5, ("join", "rules", "rules.look")),
        Step("sql", "without", 6, 7, ("join",)),
        Step("sql", "after", 9, 10, ("join", "write")),
    ]
    assert lines(tree_of(steps)) == [
        "service join",
        ".sql before",
        ".hook chat.allow",
        "..service rules",
        "...service rules.look",
        "....sql within",
        "..sql without",
        ".service write",
        "..sql after",
    ]


def test_steps_without_length_and_side_by_side_stay_side_by_side() -> None:
    steps = [Step("sql", "a", 1, 1), Step("sql", "b", 2, 3), Step("sql", "c", 3, 4), Step("view", "error", 4, 5)]
    assert lines(tree_of(steps)) == ["sql a", "sql b", "sql c", "view error"]
    assert tree_of([]) == ()


def test_a_service_has_no_time_of_its_own_and_a_step_has_its() -> None:
    (service,) = tree_of([Step("sql", "a", 1, 1.5, ("find",), "OperationalError")])
    assert service.milliseconds is None
    assert (service.inside[0].milliseconds, service.inside[0].error) == (500, "OperationalError")
