"""Notes: written, read and taken away, by services and on pages; forgotten after a year, erased when asked."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.api import TenantSession
from core.testing.app import OTHER, WITH, WITHOUT, App, site, workplace
from core.testing.people import add_helper, deeds

from ..retention import PERSONAL_DATA, RULES
from ..services.find import newest_notes
from ..services.write import take_away, write_note


def _put(app: App, text: str, slug: str = WITH) -> None:
    app.do(slug, lambda session: write_note(session, add_helper(session), text, app.clock()))


def _texts(app: App, slug: str = WITH) -> list[str]:
    return app.do(slug, lambda session: [note.text for note in newest_notes(session, 10)])


def test_the_newest_note_comes_first_and_others_see_none(app: App) -> None:
    _put(app, "first")
    app.clock.advance(minutes=1)
    _put(app, "second")
    assert _texts(app) == ["second", "first"]
    assert _texts(app, OTHER) == []


def test_writing_and_taking_away_are_on_record(app: App) -> None:
    def work(session: TenantSession) -> list[str]:
        staff = add_helper(session)
        note = write_note(session, staff, "hello", app.clock())
        assert take_away(session, staff, note.id, app.clock())
        assert not take_away(session, staff, uuid4(), app.clock())
        return sorted(action for _, action in deeds(session))

    assert app.do(WITH, work) == ["noticeboard.note_taken_away", "noticeboard.note_written"]


def test_what_staff_write_stands_on_the_site(app: App) -> None:
    cookie = app.sign_in(WITH, "editor")
    answer = app.ask(workplace(WITH), "/noticeboard", "POST", cookie, text="We are <open> today")
    assert answer.status_int == 303
    assert "We are &lt;open&gt; today" in app.ask(site(WITH), "/noticeboard").text
    assert "&lt;open&gt;" not in app.ask(site(OTHER), "/noticeboard").text
    assert app.ask(site(WITHOUT), "/noticeboard").status_int == 404


def test_an_empty_note_is_told_beside_the_field(app: App) -> None:
    answer = app.ask(workplace(WITH), "/noticeboard", "POST", app.sign_in(WITH, "editor"), text=" ")
    assert answer.status_int == 400
    assert 'aria-invalid="true"' in answer.text
    assert _texts(app) == []


def test_a_note_is_taken_away_at_its_own_organisation_alone(app: App) -> None:
    _put(app, "hello")
    note = app.do(WITH, lambda session: newest_notes(session, 1)[0].id)
    path = f"/noticeboard/{note}/weg"
    assert app.ask(workplace(OTHER), path, "POST", app.sign_in(OTHER, "editor")).status_int == 404
    assert _texts(app) == ["hello"]
    assert app.ask(workplace(WITH), path, "POST", app.sign_in(WITH, "editor")).status_int == 303
    assert _texts(app) == []


@pytest.mark.parametrize("shown", [1, 2])
def test_the_setting_says_how_many_notes_are_shown(app: App, shown: int) -> None:
    for number in range(3):
        _put(app, f"note {number}")
    app.set(WITH, "noticeboard", "shown", shown)
    assert app.ask(site(WITH), "/noticeboard").text.count("<li>note ") == shown


def test_a_note_is_gone_after_a_year(app: App) -> None:
    _put(app, "old")
    app.clock.advance(days=200)
    _put(app, "young")
    app.clock.advance(days=165)
    (rule,) = RULES
    assert rule.keep == timedelta(days=365)
    assert app.do(WITH, lambda session: rule.forget(session, app.clock() - rule.keep)) == 1
    assert _texts(app) == ["young"]


def test_all_notes_are_handed_over_and_erased(app: App) -> None:
    _put(app, "ours")
    _put(app, "theirs", OTHER)
    (data,) = PERSONAL_DATA
    assert [row["text"] for row in app.do(WITH, lambda session: list(data.export(session)))] == ["ours"]
    assert app.do(WITH, data.erase) == 1
    assert (_texts(app), _texts(app, OTHER)) == ([], ["theirs"])


def test_one_persons_notes_are_handed_over_and_erased_alone(app: App) -> None:
    def work(session: TenantSession) -> list[str]:
        noor = add_helper(session)
        write_note(session, noor, "hers", app.clock())
        write_note(session, add_helper(session, "Bo"), "his", app.clock())
        (data,) = PERSONAL_DATA
        assert data.export_person is not None
        assert data.erase_person is not None
        handed = [row["text"] for row in data.export_person(session, noor.id)]
        assert data.erase_person(session, noor.id) == 1
        return handed

    assert app.do(WITH, work) == ["hers"]
    assert _texts(app) == ["his"]
