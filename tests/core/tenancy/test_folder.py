"""Each mistake in a folder is one sentence that names file, key, what is wrong and what to do."""

from pathlib import Path

import pytest

from core.errors import LuwteError
from core.tenancy.folder import read_tenants
from tests.core.tenancy.conftest import Change, TenantsFolder

TOML = "tenants/boom/tenant.toml"
LIVE = 'state = "live"'
MISTAKES: dict[str, tuple[Change, str]] = {
    "unknown key": (lambda f: f.change(LIVE, 'stat = "live"'), f"{TOML}: the key stat is unknown: did you mean state?"),
    "unknown key in a table": (
        lambda f: f.change("number", "numbr"),
        f"{TOML}: the key phone.numbr is unknown: did you mean number?",
    ),
    "unknown state": (
        lambda f: f.change(LIVE, 'state = "alive"'),
        f"{TOML}: the key state (it says 'alive') should be",
    ),
    "missing key": (lambda f: f.change('name = "Boom"\n', ""), f"{TOML}: the key name is missing: add it."),
    "wrong type": (lambda f: f.change('["nl", "en"]', '"nl"'), f"{TOML}: the key languages (it says 'nl') should be"),
    "language twice": (
        lambda f: f.change('["nl", "en"]', '["nl", "nl"]'),
        f"{TOML}: the key languages should name each",
    ),
    "no language": (lambda f: f.change('"en"]', '"english"]'), f"{TOML}: the key languages.1 (it says 'english')"),
    "leave_url": (
        lambda f: f.change(LIVE, f'{LIVE}\nleave_url = "javascript:1"'),
        f"{TOML}: the key leave_url (it says 'javascript:1') should be an address that begins with https://",
    ),
    "broken toml": (lambda f: f.change(LIVE, "state ="), f"{TOML} cannot be read as TOML: Invalid value (at line 5"),
    "no toml": (lambda f: (f.path / "boom/tenant.toml").unlink(), f"{TOML} is missing"),
    "parent": (lambda f: f.change(LIVE, f'{LIVE}\nparent = "eik"'), f"{TOML}: parent names 'eik', which is no other"),
    "folder's name": (lambda f: f.write("Eik/tenant.toml", ""), "The folder tenants/Eik cannot be an organisation's"),
    "workplace's name": (lambda f: f.write("boom-werk/tenant.toml", ""), "The folder tenants/boom-werk cannot be"),
    "reserved name": (lambda f: f.write("console/tenant.toml", ""), "The folder tenants/console cannot be"),
    "contrast": (
        lambda f: f.change('ink = "#000000"', 'ink = "#eeeeee"', "boom/tokens.toml"),
        "tenants/boom/tokens.toml: in [light] ink on page has a contrast of 1.16, needs 4.5 at least",
    ),
    "contrast in the dark": (
        lambda f: f.write("boom/tokens.toml", (f.path / "boom/tokens.toml").read_text() + '[dark]\npage = "#111"\n'),
        "tenants/boom/tokens.toml: in [dark] ink on page has a contrast of 1.11",
    ),
    "missing token": (
        lambda f: f.change('ink = "#000000"\n', "", "boom/tokens.toml"),
        "tenants/boom/tokens.toml: in [light] the token ink is missing: add it.",
    ),
    "token that is code": (
        lambda f: f.change('ink = "#000000"', 'ink = "red;}*{x:y"', "boom/tokens.toml"),
        "tenants/boom/tokens.toml: the key light holds ink = 'red;}*{x:y'",
    ),
    "logo": (lambda f: f.write("boom/logo.svg", "<html/>"), "tenants/boom/logo.svg is no SVG"),
    "page without head": (
        lambda f: f.write("boom/content/nl/lezen.md", "# Kop"),
        "tenants/boom/content/nl/lezen.md: a page begins with a line ---",
    ),
    "page without title": (
        lambda f: f.change("title: Lezen\n", "", "boom/content/nl/lezen.md"),
        "tenants/boom/content/nl/lezen.md: the key title is missing: add it.",
    ),
    "unknown fact of a page": (
        lambda f: f.change("order: 2", "ordr: 2", "boom/content/nl/lezen.md"),
        "tenants/boom/content/nl/lezen.md: the line 'ordr: 2' is unknown",
    ),
    "page's language": (
        lambda f: f.write("boom/content/fr/lire.md", ""),
        "tenants/boom/content/fr/lire.md is in 'fr', which is not one of the languages in tenant.toml",
    ),
    "text": (
        lambda f: f.write("boom/locale/nl.toml", "start = 3"),
        "tenants/boom/locale/nl.toml: the key start should be a text",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_one_clear_sentence(folder: TenantsFolder, mistake: str) -> None:
    make, sentence = MISTAKES[mistake]
    make(folder)
    with pytest.raises(LuwteError) as caught:
        read_tenants(folder.path)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_region_of_a_region_is_refused(folder: TenantsFolder) -> None:
    text = (folder.path / "boom/tenant.toml").read_text()
    folder.write("tak/tenant.toml", 'parent = "boom"\n' + text)
    folder.write("blad/tenant.toml", 'parent = "tak"\n' + text)
    with pytest.raises(LuwteError, match="is a region itself: name its portal 'boom'"):
        read_tenants(folder.path)


def test_parents_come_before_their_regions(folder: TenantsFolder) -> None:
    text = (folder.path / "boom/tenant.toml").read_text()
    folder.write("a-region/tenant.toml", 'parent = "boom"\n' + text)
    assert [tenant.slug for tenant in read_tenants(folder.path)] == ["boom", "a-region"]


def test_absent_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(LuwteError, match=r"mend luwte\.tenants_folder"):
        read_tenants(tmp_path / "nowhere")
