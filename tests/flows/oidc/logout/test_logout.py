"""Signing out: asked of the person, proven by the relying party."""

import re

from joserfc import jws
from joserfc.jwk import KeySet

from tests.support.back_channel import OUT, Service, confirmed, is_signed_in, signed_in
from tests.support.country import ISSUER, Country
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.visitor import shown
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.use_cases.delete_client import delete_client
from vneid_idp.use_cases.end_session import end_sessions

FORM = "application/x-www-form-urlencoded"


async def test_a_relying_party_signs_the_person_out(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    tokens = await signed_in(person, party)
    assert await is_signed_in(person, party)
    page = await person.open(
        "/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT, state="a b"
    )
    assert isinstance(page, Page)
    assert party.registered.client.client_name in page.text
    assert await is_signed_in(person, party)  # asking is not doing
    assert await confirmed(person, page) == f"{OUT}?state=a+b"
    assert not await is_signed_in(person, party)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert len(service.heard) == 1


async def test_the_notice_says_what_it_must(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    tokens = await signed_in(person, party)
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    done = await confirmed(person, page)
    assert isinstance(done, Page)
    heard = service.heard[0]
    assert heard.pop("_line").startswith("POST /back ")
    assert set(heard) == {"logout_token"}
    async with land.browser() as browser:
        keys = KeySet.import_key_set((await browser.get("/jwks.json")).json())
    token = jws.deserialize_compact(heard["logout_token"], keys, algorithms=["ES256"])
    assert token.headers()["typ"] == "logout+jwt"
    said = await party.claims(heard["logout_token"])
    id_token = await party.claims(tokens["id_token"])
    assert (said["iss"], said["aud"]) == (ISSUER, party.client_id)
    assert (said["sub"], said["sid"]) == (id_token["sub"], id_token["sid"])
    assert said["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert said["exp"] - said["iat"] == 120
    assert "nonce" not in said
    assert said["jti"]


async def test_the_browser_forgets_the_session_that_ended(person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    await confirmed(person, await person.open("/end_session"))
    assert "vneid_idp_session" not in person.browser.cookies


async def test_the_page_names_who_is_told_and_who_is_not(land: Country, person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    deaf = RelyingParty(land, await land.register(client_name="Mạng câm"))
    tokens = await signed_in(person, deaf)
    page = shown(await person.open("/end_session"))
    told, _, untold = page.text.partition("không được thông báo")
    names = party.registered.client.client_name, deaf.registered.client.client_name
    assert [name in told for name in names] == [True, False]
    assert [name in untold for name in names] == [False, True]
    page = shown(await person.open("/end_session", id_token_hint=tokens["id_token"]))
    assert "không được thông báo" not in page.text, "who asks for it knows of it"


async def test_who_was_signed_out_elsewhere_meanwhile_is_asked_nothing(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    tokens = await signed_in(person, party)
    await land.idp.db.transact(lambda unit: end_sessions(unit, person.persona.record.person_id))
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    assert party.registered.client.client_name not in page.text
    away = await person.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert away == OUT


async def test_the_form_leads_to_pages_of_ours_and_from_there_to_the_service_that_asked(
    person: Person, party: RelyingParty
) -> None:
    tokens = await signed_in(person, party)
    page = await person.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert isinstance(page, Page)
    assert "form-action 'self';" in page.response.headers["content-security-policy"]
    person.browser.headers["Accept"] = "text/html"
    page = await person.submit(page)
    assert isinstance(page, Page)
    assert f'content="0; url={OUT}"' in page.response.text
    assert f'href="{OUT}"' in page.response.text


async def test_the_page_is_in_the_language_that_is_asked(person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    for locale in ("en", "vi"):
        page = await person.open("/end_session", ui_locales=locale)
        assert isinstance(page, Page)
        assert f'<html lang="{locale}"' in page.response.text


async def test_the_person_may_stay(person: Person, party: RelyingParty, service: Service) -> None:
    await signed_in(person, party)
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    await confirmed(person, page, stay="1")
    assert await is_signed_in(person, party)
    assert service.heard == []


async def test_who_stays_finds_the_way_back_to_the_service_that_asked(
    person: Person, party: RelyingParty, service: Service
) -> None:
    tokens = await signed_in(person, party)
    asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "bye"}
    page = shown(await person.open("/end_session", **asked))
    stayed = shown(await person.submit(page, stay="1"))
    assert f'href="{OUT}?state=bye"' in stayed.response.text
    assert "sign-out-yes" not in stayed.response.text
    assert tokens["id_token"] not in str(stayed.response.url), "addresses stay in histories"
    again = shown(await person.open(str(stayed.response.url)))
    assert again.text == stayed.text, "it may be read again"
    assert await is_signed_in(person, party)
    assert service.heard == []


async def test_a_post_from_another_site_is_asked_too(person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    answer = await person.browser.post("/end_session", data={"id_token_hint": tokens["id_token"]})
    assert answer.status_code == 303
    page = await person.open(answer.headers["location"])
    assert isinstance(page, Page)
    assert page.path == "/end_session"
    assert await is_signed_in(person, party)


async def test_what_was_posted_is_in_no_address(land: Country, person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    posted = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "a b", "ui_locales": "en"}
    answer = await person.browser.post("/end_session", data=posted)
    where = answer.headers["location"]
    assert where.startswith("/end_session?request=")
    for value in (*tokens["id_token"].split("."), tokens["id_token"], "signed-out", "state", "a+b", "a%20b"):
        assert value not in where
    # Nor does the page lead on with it in an address, or show it to a service that it names.
    page = await person.open(where)
    assert isinstance(page, Page)
    assert "Sign out?" in page.text
    assert not re.search(rf'(action|href)="[^"]*{re.escape(tokens["id_token"][:20])}', page.response.text)
    assert await confirmed(person, page) == f"{OUT}?state=a+b"
    assert not await is_signed_in(person, party)


async def test_what_was_posted_can_be_reopened_for_a_short_while_only(
    land: Country, person: Person, party: RelyingParty
) -> None:
    tokens = await signed_in(person, party)
    answer = await person.browser.post("/end_session", data={"id_token_hint": tokens["id_token"]})
    where = answer.headers["location"]
    land.watch.advance(10 * MINUTE - 1)
    assert (await person.browser.get(where)).status_code == 200
    land.watch.advance(1)
    for address in (where, "/end_session?request=junk", f"{where}&state=x", "/end_session?request=%C3%A9"):
        refused = await person.browser.get(address)
        assert (refused.status_code, refused.headers["content-type"][:9]) == (400, "text/html"), address
        assert "location" not in refused.headers


async def test_a_post_that_says_nothing_is_asked_too(person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    answer = await person.browser.post("/end_session", content=b"", headers={"Content-Type": FORM})
    page = await person.open(answer.headers["location"])
    assert isinstance(page, Page)
    assert (page.path, page.response.status_code) == ("/end_session", 200)


async def test_signing_out_cannot_be_forged(person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    assert (await person.browser.post("/end_session/confirm")).status_code in (400, 403)
    assert (await person.browser.post("/end_session/confirm", data={"csrf_token": "x"})).status_code == 403
    assert await is_signed_in(person, party)


async def test_without_a_session_the_browser_goes_straight_on(
    land: Country, person: Person, party: RelyingParty
) -> None:
    tokens = await signed_in(person, party)
    elsewhere = Person(land, person.persona)
    away = await elsewhere.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert away == OUT
    assert await is_signed_in(person, party)
    page = await elsewhere.open("/end_session", state="x")
    assert isinstance(page, Page)
    assert page.response.status_code == 200


async def test_an_expired_hint_still_counts(land: Country, person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    land.watch.advance(DAY)
    away = await person.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert away == OUT


async def test_without_a_hint_the_client_id_and_a_registered_address_do_and_the_person_is_always_asked(
    person: Person, party: RelyingParty
) -> None:
    asked = {"client_id": party.client_id, "post_logout_redirect_uri": OUT, "state": "bye"}
    await signed_in(person, party)
    page = shown(await person.open("/end_session", **asked))
    assert party.registered.client.client_name in page.text
    assert await is_signed_in(person, party)
    assert await person.submit(page) == f"{OUT}?state=bye"
    assert not await is_signed_in(person, party)
    # Anybody can name a client: where there is nothing to confirm the browser stays, and a link leads on.
    page = shown(await person.open("/end_session", **asked))
    assert f'href="{OUT}?state=bye"' in page.response.text
    assert "http-equiv" not in page.response.text


async def test_nothing_that_is_not_proven_redirects(land: Country, person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    hint = tokens["id_token"]
    head, body, signature = hint.split(".")
    other = RelyingParty(land, await land.register(post_logout_redirect_uris=["http://localhost:9998/out"]))
    for params in (
        {"post_logout_redirect_uri": OUT},
        {"post_logout_redirect_uri": OUT, "client_id": other.client_id},
        {"post_logout_redirect_uri": OUT, "client_id": "cli_unknown"},
        {"post_logout_redirect_uri": f"{OUT}/", "client_id": party.client_id},
        {"post_logout_redirect_uri": f"{OUT}?x=1", "client_id": party.client_id},
        {"post_logout_redirect_uri": OUT, "client_id": party.client_id, "id_token_hint": "junk"},
        {"post_logout_redirect_uri": OUT, "id_token_hint": "junk"},
        {"post_logout_redirect_uri": OUT, "id_token_hint": f"{head}.{body}."},
        {"post_logout_redirect_uri": OUT, "id_token_hint": f"{head}.{body}.{signature[::-1]}"},
        {"post_logout_redirect_uri": OUT, "id_token_hint": f"eyJhbGciOiJub25lIn0.{body}."},
        {"post_logout_redirect_uri": OUT, "id_token_hint": tokens["access_token"]},
        {"post_logout_redirect_uri": f"{OUT}?x=1", "id_token_hint": hint},
        {"post_logout_redirect_uri": f"{OUT}/", "id_token_hint": hint},
        {"post_logout_redirect_uri": "http://localhost:9998/out", "id_token_hint": hint},
        {"post_logout_redirect_uri": OUT, "id_token_hint": hint, "client_id": other.client_id},
    ):
        answer = await person.browser.get("/end_session", params=params)
        assert answer.status_code == 400, params
        assert "location" not in answer.headers
        assert answer.headers["content-type"].startswith("text/html")
    assert await is_signed_in(person, party)


async def test_the_hint_of_a_client_that_is_gone_is_no_hint(land: Country, person: Person, party: RelyingParty) -> None:
    hint = (await signed_in(person, party))["id_token"]
    await land.idp.db.transact(lambda unit: delete_client(unit, party.client_id))
    for params in ({"id_token_hint": hint}, {"id_token_hint": hint, "post_logout_redirect_uri": OUT}):
        answer = await person.browser.get("/end_session", params=params)
        assert (answer.status_code, answer.headers.get("location")) == (400, None)
        assert "not registered any more" in answer.text


async def test_what_the_form_carries_is_proven_again(person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    page = await person.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert isinstance(page, Page)
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.response.text))
    for changes in (
        {"post_logout_redirect_uri": "https://evil.example/"},
        {"id_token_hint": "junk"},
        {"id_token_hint": "", "client_id": ""},
        {"client_id": "cli_other"},
    ):
        answer = await person.browser.post("/end_session/confirm", data=form | changes)
        assert answer.status_code == 400, changes
    assert await is_signed_in(person, party)
