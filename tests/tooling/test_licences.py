"""Licences: what is allowed, how packages say it, and a table in the docs that cannot go stale."""

import pytest

from scripts import licences


def test_everything_that_is_used_is_allowed_and_listed() -> None:
    assert licences.faults() == []


@pytest.mark.parametrize(
    "expression,allowed",
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MPL-2.0 AND (GPL-2.0-only OR SSPL-1.0)", False),
        ("(MIT", False),
        ("MIT )", False),
        ("MIT MIT", False),
        ("MIT AND", False),
    ],
)
def test_expression_is_read_as_spdx_means_it(expression: str, allowed: bool) -> None:
    assert licences.is_allowed(expression) is allowed


@pytest.mark.parametrize(
    "written,spdx",
    [("BSD-derived (Repoze)", "Repoze"), (" MIT License ", "MIT"), ("ZPL 2.1", "ZPL-2.1"), ("Beerware", "Beerware")],
)
def test_older_names_become_spdx(written: str, spdx: str) -> None:
    assert licences.canonical(written) == spdx


@pytest.mark.parametrize("package,licence", [("pyramid", "Repoze"), ("psycopg", "LGPL-3.0-only"), ("pytest", "MIT")])
def test_packages_are_asked_themselves(package: str, licence: str) -> None:
    assert licences.licence_of(package) == licence


def test_package_that_is_not_allowed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "licence_of", {"good": "MIT", "bad": "GPL-3.0-only", "mute": ""}.get)
    assert list(licences.not_allowed(["good", "bad", "mute"])) == [
        "bad has the licence GPL-3.0-only, which is not allowed: choose another part.",
        "mute has the licence (none named), which is not allowed: choose another part.",
    ]


def test_package_of_another_platform_is_passed_over() -> None:
    assert list(licences.not_allowed(["no-such-distribution-anywhere"])) == []


def test_table_of_the_docs_is_read() -> None:
    head = "Words | with | a bar\n\n| name | range | licence | why |\n| --- | --- | --- | --- |\n"
    text = head + "| a | >=1, <2 | MIT | because |\n"
    assert licences.table(text) == {"name": ("range", "licence"), "a": (">=1, <2", "MIT")}


def test_docs_that_differ_are_told_how() -> None:
    expected = {"a": ("<2,>=1", "MIT"), "b": (">=3", "MIT"), "c": (">=1", "*"), "new": (">=1", "ISC")}
    written = {"a": (">=1, <2", "MIT"), "b": (">=2", "MIT"), "c": (">=1", "PSF-2.0"), "gone": (">=1", "MIT")}
    faults = list(licences.table_faults(written, expected))
    assert faults == [
        "docs/dependencies.md says of b: ('>=2', 'MIT'); it is >=3, MIT.",
        "docs/dependencies.md has no row for new: add | new | >=1 | ISC | why |.",
        "docs/dependencies.md has a row for gone, which is not used: remove it.",
    ]
