"""Whether an address exists here at all is decided before anybody's permission is asked."""

from tests.core.web.house import CLOSED, DRAFT, LIVE, WITHOUT, House, change_tenant, site, switch, work


def test_a_route_is_there_on_its_own_kind_of_host_only(house: House) -> None:
    assert house.ask(site(LIVE), "/tea").text == "tea"
    for host in (work(LIVE), "console.localhost"):
        assert house.ask(host, "/tea").status_int == 404
    assert house.ask("kalender.localhost", "/tea").status_int in {303, 404}
    assert house.ask(site(LIVE), "/tea/network").status_int == 404


def test_one_path_leads_elsewhere_on_site_and_workplace(house: House) -> None:
    assert house.ask(site(LIVE), "/tea/both").text == "site"
    assert house.ask(work(LIVE), "/tea/both").text == "work"
    assert house.ask("localhost", "/tea/both").text == "site", "the start organisation is at the network's own name"


def test_a_host_that_is_nobodys_has_nothing(house: House) -> None:
    for host in ("nobody.localhost", "boom.example", "127.0.0.1", "[::1]", "", "..", "bo om", "%00"):
        for path in ("/", "/tea", "/aanmelden", "/weg", "/brand/x.css"):
            assert house.ask(host, path).status_int == 404, (host, path)


def test_a_host_has_one_meaning_however_it_is_written(house: House) -> None:
    for host in ("BOOM.localhost", "boom.localhost.", "Boom.LOCALHOST."):
        assert house.ask(host, "/tea").text == "tea", host


def test_where_the_plugin_is_off_its_addresses_are_as_ones_that_never_were(house: House) -> None:
    never = house.ask(site(WITHOUT), "/no-such-address")
    assert never.status_int == 404
    for path in ("/tea", "/tea/boil", "/tea/move", "/tea/inside"):
        answer = house.ask(site(WITHOUT), path)
        assert (answer.status_int, answer.text) == (404, never.text), "neither 403 nor a redirect tells that it exists"
    at_work = house.ask(work(WITHOUT), "/no-such-address")
    cookie = house.sign_in(WITHOUT, "helper")
    for headers in ({}, {"Cookie": cookie}):
        answers = [house.ask(work(WITHOUT), path, **headers) for path in ("/tea/drink", "/tea/brew", "/tea/both")]
        assert [answer.status_int for answer in answers] == [404, 404, 404]
        assert "Location" not in answers[0].headers
    assert house.ask(work(WITHOUT), "/tea/drink").text == at_work.text


def test_a_post_to_a_plugin_that_is_off_is_not_found_either(house: House) -> None:
    assert house.ask(site(WITHOUT), "/tea/free", "POST").status_int == 404
    assert house.ask(site(WITHOUT), "/tea/pour", "POST").status_int == 404, "not 403 for a missing token"
    assert house.ask(site(LIVE), "/tea/free", "POST").text == "free"


def test_switching_holds_from_the_next_request(house: House) -> None:
    switch(house, LIVE, "tea", on=False)
    assert house.ask(site(LIVE), "/tea").status_int == 404
    assert "Drink tea" not in house.ask(site(LIVE)).text
    switch(house, LIVE, "tea", on=True)
    assert house.ask(site(LIVE), "/tea").text == "tea"
    assert "Drink tea" in house.ask(site(LIVE)).text


def test_a_plugin_that_is_not_installed_changes_nothing(house: House) -> None:
    assert "coffee" in house.tenant(WITHOUT).plugins
    assert house.ask(site(WITHOUT)).status_int == 200
    assert house.ask(site(WITHOUT), "/coffee").status_int == 404


def test_a_closed_site_says_so_while_its_workplace_works(house: House) -> None:
    for path in ("/", "/tea", "/tea/open", "/over-deze-site"):
        answer = house.ask(site(CLOSED), path)
        assert (answer.status_int, "0800 0431" in answer.text) == (503, True), path
        assert answer.headers["Cache-Control"] == "no-store"
    assert house.ask(site(CLOSED), "/no-such-address").status_int == 404
    assert house.ask(work(CLOSED), "/aanmelden").status_int == 200
    cookie = house.sign_in(CLOSED, "helper")
    assert house.ask(work(CLOSED), "/tea/drink", Cookie=cookie).text == "drunk"


def test_the_closed_page_has_its_style_and_its_way_out(house: House) -> None:
    page = house.ask(site(CLOSED))
    links = [str(link["href"]) for link in page.html.find_all("link", rel="stylesheet")]
    assert len(links) >= 3
    for link in links:
        assert house.ask(site(CLOSED), link).content_type == "text/css", link
    assert 'href="/weg"' in page.text
    assert house.ask(site(CLOSED), "/weg").headers["Location"] == "http://kalender.localhost:6543/"
    assert house.ask(site(CLOSED), "/veilig-bezoek").status_int == 200


def test_a_draft_has_a_workplace_and_nothing_else(house: House) -> None:
    assert [house.ask(site(DRAFT), path).status_int for path in ("/", "/tea", "/weg")] == [404, 404, 404]
    assert house.ask(site(DRAFT)).text == house.ask("nobody.localhost").text
    cookie = house.sign_in(DRAFT, "helper")
    assert house.ask(work(DRAFT), "/tea/drink", Cookie=cookie).text == "drunk"
    change_tenant(house, house.tenant(DRAFT).id, state="live")
    assert house.ask(site(DRAFT), "/tea").text == "tea"


def test_a_session_of_one_organisation_opens_nothing_at_another(house: House) -> None:
    cookie = house.sign_in(DRAFT, "helper", "coordinator")
    answer = house.ask(work(LIVE), "/tea/drink", Cookie=cookie)
    assert answer.status_int == 303
    assert answer.headers["Location"].startswith("http://boom-werk.localhost:6543/aanmelden")
