"""The hooks' own descriptions and docs/hooks.md: complete, true to the code, and tried by a test of their name."""

import ast
import re
from pathlib import Path

import pytest

from tests.core.hookspecs.documentation import PAGE, all_hooks, documented, written

HOOKS = all_hooks()
TESTS = [Path(__file__).parent / name for name in ("test_declarations.py", "test_occasions.py")]


def page() -> str:
    return PAGE.read_text("utf-8")


def test_every_hook_is_on_the_page_and_nothing_else() -> None:
    assert set(documented(page())) == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_the_page_has_the_signature_of_the_code(name: str) -> None:
    assert documented(page())[name].signature == written(HOOKS[name])


@pytest.mark.parametrize("name", HOOKS)
def test_the_page_says_something_of_each(name: str) -> None:
    assert len(documented(page())[name].text.split()) > 8


@pytest.mark.parametrize("name", HOOKS)
def test_a_docstring_says_when_result_errors_and_since(name: str) -> None:
    text = HOOKS[name].__doc__
    words = ["When:", "Result:", "Errors:", "Since API"]
    if len(HOOKS[name].__code__.co_varnames) > 1:
        words.append("Arguments:")
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_takes_four_arguments_at_most(name: str) -> None:
    assert HOOKS[name].__code__.co_argcount - 1 <= 4


def test_every_hook_has_a_test_named_after_it() -> None:
    functions = {
        node.name
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert {f"test_{name}" for name in HOOKS} - functions == set()


def test_every_piece_of_python_belongs_to_a_hook_that_runs_it() -> None:
    assert len(re.findall(r"^```python$", page(), re.MULTILINE)) == len(HOOKS)


@pytest.mark.parametrize(
    "text",
    [
        "### `declare_x()`\n\nNothing.\n",
        "### `declare_x()`\n\n```python\n```\n\n```python\n```\n",
        "### `a()`\n```sh\n```\n",
    ],
)
def test_a_section_without_its_code_is_found(text: str) -> None:
    with pytest.raises(ValueError, match="needs one section with one piece of Python"):
        documented(text)
