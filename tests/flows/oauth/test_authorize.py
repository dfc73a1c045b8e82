"""The authorization endpoint from outside: what it answers, where, and in which browser."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.support.country import ISSUER, REDIRECT_URI, Country
from tests.support.relying_party import Page, Person, RelyingParty, query_of
from tests.support.shortcuts import agreed, known
from vneid_idp.consent import service as consent
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.levels import LEVEL_1, LEVEL_2

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def ask(browser: httpx.AsyncClient, **params: str) -> dict[str, str]:
    """The answer that leads back to the relying party at once."""
    answer = await browser.get("/authorize", params=params)
    assert answer.status_code == 303, answer.text
    return query_of(answer.headers["location"])


async def test_state_comes_back_byte_for_byte_and_iss_in_every_answer(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    state = "".join(chr(0x20 + number % 0x5F) for number in range(1000))
    for params in ({}, {"prompt": "none"}, {"response_type": "token"}, {"scope": "x"}, {"max_age": "x"}):
        found = await ask(someone.person.browser, **party.request(state=state, **params).params)
        assert found["state"] == state
        assert found["iss"] == ISSUER
        assert ("code" in found) != ("error" in found)
        assert set(found) <= {"code", "state", "iss", "session_state", "error", "error_description", "error_uri"}
    without = await ask(someone.person.browser, **party.request(state=None).params)
    assert set(without) == {"code", "iss", "session_state"}


async def test_error_descriptions_keep_to_their_characters(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    faults: list[dict[str, Any]] = [
        {"response_type": "x"}, {"response_mode": "x"}, {"scope": "x"}, {"scope": None}, {"prompt": "none login"},
        {"max_age": "x"}, {"code_challenge": "x"}, {"code_challenge_method": "plain"}, {"claims": "x"},
        {"registration": "x"}, {"resource": "x"}, {"request": "x"}, {"request_uri": "https://x.example/"},
        {"state": "x" * 5000}, {"code_challenge": None},
    ]  # fmt: skip
    for fault in faults:
        found = await ask(someone.person.browser, **party.request(**fault).params)
        assert "code" not in found, fault
        assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", found["error_description"]), found
    answer = await party.redeem(party.request(), "x", redirect_uri=None)
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", answer.json()["error_description"])


async def test_without_a_proven_address_there_is_a_page_and_no_redirect(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    good = party.request().params
    pairs = list(good.items())
    queries = [
        urlencode({**good, "client_id": "cli_unknown"}),
        urlencode({**good, "client_id": "\0"}),
        urlencode({name: value for name, value in pairs if name != "client_id"}),
        urlencode({name: value for name, value in pairs if name != "redirect_uri"}),
        urlencode({**good, "redirect_uri": f"{REDIRECT_URI}/"}),
        urlencode({**good, "redirect_uri": "https://evil.example/"}),
        urlencode([*pairs, ("redirect_uri", "https://evil.example/")]),
        urlencode([("redirect_uri", "https://evil.example/"), *pairs]),
        urlencode([*pairs, ("client_id", "cli_other")]),
        urlencode(good) + "&a=%ff",
        urlencode([(f"a{number}", "1") for number in range(80)]),
        "",
    ]
    for query in queries:
        for answer in (
            await someone.person.browser.get(f"/authorize?{query}"),
            await someone.person.browser.post("/authorize", content=query, headers=FORM),
        ):
            assert answer.status_code == 400, query
            assert "location" not in answer.headers
            assert answer.headers["content-type"].startswith("text/html")
            assert "//evil.example" not in answer.text


async def test_who_asks_for_the_head_alone_is_led_where_everybody_is(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    for params, where in (({}, "/consent/"), ({"prompt": "none"}, f"{REDIRECT_URI}?error=consent_required")):
        answer = await someone.person.browser.head("/authorize", params=party.request(**params).params)
        assert (answer.status_code, answer.content) == (303, b"")
        assert answer.headers["location"].startswith(where)


async def test_a_repeated_parameter_goes_back_as_an_error(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request()
    answer = await someone.person.browser.get(f"/authorize?{urlencode(request.params)}&nonce=a")
    assert query_of(answer.headers["location"])["error"] == "invalid_request"


async def test_unknown_parameters_and_wishes_change_nothing(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    wishes = {
        "display": "popup", "ui_locales": "xx vi", "claims_locales": "vi", "login_hint": "x", "foo": "bar",
        "acr_values": "urn:other", "access_token": "x",
    }  # fmt: skip
    assert "code" in await ask(someone.person.browser, **party.request(**wishes).params)


async def test_a_redirect_uri_keeps_its_query(land: Country) -> None:
    uri = f"{REDIRECT_URI}?tenant=a%20b&x"
    party = RelyingParty(land, await land.register(redirect_uris=[uri]))
    someone = await agreed(land, party)
    for params in ({}, {"scope": "x"}):
        answer = await someone.person.browser.get("/authorize", params=party.request(redirect_uri=uri, **params).params)
        location = answer.headers["location"]
        assert location.startswith(f"{uri}&")
        found = parse_qs(urlsplit(location).query, keep_blank_values=True)
        assert found["tenant"] == ["a b"]
        assert all(len(values) == 1 for values in found.values())


async def test_a_fragment_carries_the_answer_where_it_is_asked_errors_too(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    browser = someone.person.browser
    faults: list[dict[str, Any]] = [{"scope": "x"}, {"prompt": "none", "max_age": "0"}, {"response_type": "token"}]
    for params in faults:
        land.watch.advance(1)
        asked = party.request(response_mode="fragment", **params).params
        answer = urlsplit((await browser.get("/authorize", params=asked)).headers["location"])
        found = parse_qs(answer.fragment)
        assert (answer.query, found["state"], found["iss"]) == ("", [asked["state"]], [ISSUER])
        assert found["error"]
    request = party.request(response_mode="fragment")
    address, _, fragment = (await browser.get("/authorize", params=request.params)).headers["location"].partition("#")
    assert address == REDIRECT_URI
    found = parse_qs(fragment)
    assert (found["state"], found["iss"]) == ([request.params["state"]], [ISSUER])
    assert (await party.redeem(request, found["code"][0])).status_code == 200


async def test_form_post_answers_by_a_form_errors_too(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    state = "\"><script>alert('1')</script>&amp;"
    for params, name in (({}, "code"), ({"scope": "x"}, "error"), ({"prompt": "none", "max_age": "0"}, "error")):
        land.watch.advance(1)
        asked = party.request(response_mode="form_post", state=state, **params).params
        answer = await someone.person.browser.get("/authorize", params=asked)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert f'action="{REDIRECT_URI}"' in answer.text
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text))
        assert html.unescape(fields["state"]) == state
        assert fields["iss"] == ISSUER
        assert name in fields
        assert "form-action 'self' http://localhost:9999 *" in answer.headers["content-security-policy"]
        assert "<script>alert" not in answer.text


async def test_a_form_from_another_site_comes_back_with_its_cookies(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    for params in ({}, {"max_age": "3600"}):
        request = party.request(**params)
        async with land.browser() as without_cookies:
            answer = await without_cookies.post("/authorize", data=request.params)
        assert answer.status_code == 303
        assert re.fullmatch(r"/authorize/[A-Za-z0-9_-]{24}", answer.headers["location"])
        assert "set-cookie" not in answer.headers
        answer = await someone.person.browser.get(answer.headers["location"])
        assert "code" in request.read_answer(answer.headers["location"])
    answer = await someone.person.browser.post("/authorize", json={"a": 1})
    assert answer.status_code == 400
    assert (await someone.person.browser.put("/authorize")).status_code == 405


async def test_prompt_none_never_shows_a_page(land: Country, party: RelyingParty) -> None:
    async with land.browser() as nobody:
        assert (await ask(nobody, **party.request(prompt="none").params))["error"] == "login_required"
    someone = await known(land, "complete", "pwd")
    silent = {"prompt": "none"}
    browser = someone.person.browser
    assert (await ask(browser, **party.request(**silent).params))["error"] == "consent_required"
    await someone.agree(party)
    assert "code" in await ask(browser, **party.request(**silent).params)
    stronger = party.request(acr_values=LEVEL_2, **silent).params
    assert (await ask(browser, **stronger))["error"] == "login_required"
    child = party.request(scope="openid binding:child_account", **silent).params
    assert (await ask(browser, **child))["error"] == "interaction_required"
    land.watch.advance(MINUTE + 1)
    assert "code" in await ask(browser, **party.request(max_age=61, **silent).params)
    assert (await ask(browser, **party.request(max_age=60, **silent).params))["error"] == "login_required"
    level_1 = await known(land, "level-1", "pwd")
    await level_1.agree(party)
    unmet = await ask(level_1.person.browser, **stronger)
    assert unmet["error"] == "unmet_authentication_requirements"


async def test_prompt_login_and_max_age_ask_again_and_auth_time_tells(land: Country) -> None:
    party = RelyingParty(land, await land.register(backchannel_logout_uri="http://localhost:9999/back"))
    someone = await agreed(land, party)
    first = await party.claims((await someone.tokens(party, max_age=3600))["id_token"])
    land.watch.advance(30 * SECOND)
    silent = await party.claims((await someone.tokens(party, max_age=3600, prompt="none"))["id_token"])
    assert silent["auth_time"] == first["auth_time"] == (land.watch.now() - 30 * SECOND) // 1000
    for params in ({"prompt": "login"}, {"max_age": 0}, {"max_age": 29}, {"prompt": "select_account"}):
        land.watch.advance(30 * SECOND)
        request = party.request(**params)
        page = await someone.person.start(request)
        assert isinstance(page, Page)
        assert page.path.startswith("/signin/")
        land.watch.advance(SECOND)
        away = await someone.person.sign_in(page)
        code = request.read_answer(str(away))["code"]
        claims = await party.claims((await party.redeem(request, code)).json()["id_token"])
        assert claims["auth_time"] == land.watch.now() // 1000
        assert claims["sid"] == first["sid"]
        assert not {"acr", "amr"} & claims.keys()


async def test_an_id_token_hint_names_who_is_meant(land: Country, party: RelyingParty) -> None:
    someone, other = await agreed(land, party), await agreed(land, party, "plain")
    hint = (await someone.tokens(party))["id_token"]
    land.watch.advance(60 * MINUTE)
    assert "code" in await ask(someone.person.browser, **party.request(id_token_hint=hint, prompt="none").params)
    refused = await ask(other.person.browser, **party.request(id_token_hint=hint, prompt="none").params)
    assert refused["error"] == "login_required"
    junk = await ask(someone.person.browser, **party.request(id_token_hint=hint + "x").params)
    assert junk["error"] == "login_required"
    sub = (await party.claims(hint))["sub"]
    claims = f'{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}'
    assert "code" in await ask(someone.person.browser, **party.request(claims=claims).params)
    assert (await ask(other.person.browser, **party.request(claims=claims).params))["error"] == "login_required"
    # Whoever is named in both ways has to be the one in both.
    theirs = (await other.tokens(party))["id_token"]
    for who in (someone, other):
        both = party.request(id_token_hint=theirs, claims=claims, prompt="none")
        assert (await ask(who.person.browser, **both.params))["error"] == "login_required"


async def test_a_service_that_was_withdrawn_from_recognizes_nobody_silently(land: Country, party: RelyingParty) -> None:
    someone, other = await agreed(land, party), await agreed(land, party, "plain")
    hint = (await someone.tokens(party))["id_token"]
    claims = f'{{"id_token":{{"sub":{{"value":"{(await party.claims(hint))["sub"]}"}}}}}}'
    for who in (someone, other):
        async with land.idp.db.writing() as unit:
            current = await consent.find_current(unit, who.person_id, party.client_id)
            assert current is not None
            await consent.withdraw(unit, who.person_id, current.consent_id)
    named: tuple[dict[str, str], ...] = ({"id_token_hint": hint}, {"claims": claims})
    for asked in (*named, named[0] | named[1]):
        request = party.request(prompt="none", **asked).params
        answers = [await ask(who.person.browser, **request) for who in (someone, other)]
        said = [(answer["error"], answer["error_description"]) for answer in answers]
        assert said[0] == said[1]
        assert said[0][0] == "consent_required"
        async with land.browser() as nobody:
            assert (await ask(nobody, **request))["error"] == "login_required"


async def test_levels_are_asserted_as_asked_and_reached(land: Country, party: RelyingParty) -> None:
    one, two = await known(land, "complete", "pwd"), await known(land, "plain", "hwk")
    await one.agree(party)
    await two.agree(party)
    for someone, asked, acr in (
        (one, None, None),
        (one, LEVEL_1, LEVEL_1),
        (one, f"{LEVEL_2} {LEVEL_1}", LEVEL_1),
        (two, None, None),
        (two, LEVEL_1, LEVEL_1),
        (two, f"urn:x {LEVEL_2}", LEVEL_2),
    ):
        claims = await party.claims((await someone.tokens(party, acr_values=asked))["id_token"])
        assert (claims.get("acr"), "amr" in claims) == (acr, acr is not None)
    essential = '{"id_token":{"acr":{"essential":true,"values":["%s"]}}}'
    page = await one.person.start(party.request(claims=essential % LEVEL_2))
    assert isinstance(page, Page)
    assert page.path.endswith("/second")
    unmet = await ask(two.person.browser, **party.request(claims=essential % "urn:other").params)
    assert unmet["error"] == "unmet_authentication_requirements"


async def test_a_level_out_of_reach_ends_after_a_page_that_helps(land: Country, party: RelyingParty) -> None:
    someone = await known(land, "level-1", "pwd")
    request = party.request(acr_values=LEVEL_2)
    page = await someone.person.start(request)
    assert isinstance(page, Page)
    assert page.path.startswith("/level/")
    away = await someone.person.submit(page, leave="1")
    assert request.read_answer(str(away))["error"] == "unmet_authentication_requirements"


async def test_the_pages_language_is_the_one_that_is_asked(land: Country, party: RelyingParty) -> None:
    for locales, lang in (("en", "en"), ("vi", "vi"), ("fr en", "en"), ("fr", "vi")):
        page = await Person(land, land.people["plain"]).start(party.request(ui_locales=locales))
        assert isinstance(page, Page)
        assert f'<html lang="{lang}"' in page.response.text, locales


async def test_a_request_belongs_to_the_browser_that_opened_it(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await someone.person.start(party.request())
    assert isinstance(page, Page)
    interaction = page.path.rpartition("/")[2]
    await someone.agree(party)
    for thief in (await known(land), await known(land, "plain")):
        thief.person.browser.cookies.set("vneid_idp_browser", "A" * 22)
        for path in (f"/authorize/{interaction}", page.path, f"/signin/{interaction}"):
            assert (await thief.person.browser.get(path)).status_code == 410, path
        thief.person.browser.cookies.delete("vneid_idp_browser")
        assert (await thief.person.browser.get(f"/authorize/{interaction}")).status_code == 410
    answer = await someone.person.browser.get(f"/authorize/{interaction}")
    assert "code" in query_of(answer.headers["location"])


async def test_an_ended_request_is_over_in_every_tab(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    one = await someone.person.start(party.request())
    two = await someone.person.start(party.request())
    assert isinstance(one, Page)
    assert isinstance(two, Page)
    assert one.path != two.path
    assert "code=" in str(await someone.person.submit(one, answer="agree"))
    assert "code=" in str(await someone.person.open(two.path))
    for page in (one, two):
        again = await someone.person.open(page.path)
        assert isinstance(again, Page)
        assert again.response.status_code == 410


async def test_a_request_that_was_refused_is_over_too(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await someone.person.start(party.request())
    assert isinstance(page, Page)
    assert "error=access_denied" in str(await someone.person.submit(page, answer="refuse"))
    await someone.agree(party)
    for path in (page.path, page.path.replace("/consent/", "/authorize/")):
        again = await someone.person.open(path)
        assert isinstance(again, Page), again
        assert again.response.status_code == 410


async def test_a_request_waits_a_quarter_of_an_hour(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await someone.person.start(party.request())
    assert isinstance(page, Page)
    land.watch.advance(15 * MINUTE - 1)
    assert (await someone.person.browser.get(page.path)).status_code == 200
    land.watch.advance(1)
    assert (await someone.person.browser.get(page.path)).status_code == 410


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("locked-by-holder", "Bạn đã khóa tài khoản này"),
        ("deceased", "Tài khoản này đã chấm dứt"),
        ("card-expired", "Thẻ của bạn đã hết hạn"),
    ],
)
async def test_who_is_signed_in_to_an_account_that_cannot_be_used_is_told_before_the_service_is(
    land: Country, party: RelyingParty, slug: str, words: str
) -> None:
    someone = await known(land, slug)
    await someone.agree(party)
    silent = await ask(someone.person.browser, **party.request(prompt="none").params)
    assert silent["error"] == "unmet_authentication_requirements"
    request = party.request()
    told = await someone.person.start(request)
    assert isinstance(told, Page)
    assert (told.response.status_code, told.path.split("/")[1]) == (403, "signin")
    assert words in told.text
    assert someone.person.persona.record.full_name in told.text
    away = await someone.person.submit(told, leave="account")
    assert request.read_answer(str(away))["error"] == "unmet_authentication_requirements"
