"""A carrier holds what it has of a person against the population register: what it is told, and what it never is."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.carrier import Carrier
from tests.support.country import ISSUER, Country
from tests.support.deeds import DEED
from tests.support.events import events_of, kinds_of
from tests.support.leaks import Net
from tests.support.matching import GRANTS, NOBODY, PATH, carrier_of, compare, own, right
from tests.support.relying_party import RelyingParty
from tests.support.rich_requests import confirmed
from tests.support.shortcuts import agreed, known
from tests.support.tokens import own_token, sealed_token
from tests.support.visitor import shown
from vneid_idp.clients import families
from vneid_idp.kernel.clock import HOUR, SECOND
from vneid_idp.matching import mismatches
from vneid_idp.matching import service as matches
from vneid_idp.matching.mismatches import Claim
from vneid_idp.protocol.authorisation import Authorisation, Confirmation, Origin
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

AGREED = {"type": "identity_match", "fields": ["full_name", "id_number"], "purpose": "subscriber_authentication"}


async def test_a_carrier_is_told_what_agrees_and_the_person_who_asked(land: Country, database_url: str) -> None:
    carrier = await carrier_of(land, client_name="Sóng", family="song")
    token, body = await own(carrier), right(land)
    answer = await compare(carrier, token, body)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    found = answer.json()
    texts = dict.fromkeys(("id_number", "full_name", "birthdate"), "match")
    assert (found["verdict"], found["fields"], found["hint"]) == ("undecided", {**texts, "face": None}, None)
    # Without a person's consent nothing is said of how near a name comes.
    nearly = (await compare(carrier, token, {**body, "full_name": body["full_name"] + "H"})).json()
    assert (nearly["verdict"], nearly["fields"]["full_name"], nearly["hint"]) == ("not_matched", "mismatch", None)

    async with land.browser() as browser:
        keys = KeySet.import_key_set((await browser.get("/matches/v1/receipt-keys")).json())
    receipt = jwt.decode(found["receipt"], keys, algorithms=["ES256"])
    assert receipt.header["typ"] == "match-receipt+jwt"
    at = land.watch.now() // SECOND
    assert receipt.claims == {
        "iss": ISSUER, "aud": carrier.client_id, "jti": found["match_id"], "iat": at, "register": "synthetic",
        "register_asked_at": at, "fields": texts, "verdict": "undecided",
    }  # fmt: skip
    async with land.idp.db.reading() as unit:
        kept = await matches.find_match(unit, carrier.client_id, found["match_id"])
    assert kept is not None
    assert (kept.person_id, kept.family_id) == (land.people["complete"].record.person_id, "song")
    assert kept.phone_digest == matches.digest_of_phone(land.idp.keys.blind, body["phone_number"])
    assert (
        Net({body["id_number"], "951234567", land.people["complete"].record.full_name}).leaks_in_database(database_url)
        == []
    )

    made = [data for kind, data in await events_of(land, "complete") if kind == "match.made"]
    assert made == [{"results": {**texts, "full_name": "mismatch"}}, {"results": texts}]
    history = shown(await (await known(land)).person.open("/me/history")).text
    assert "Sóng đã đối chiếu" in history
    assert "Khớp: số định danh cá nhân, họ và tên, ngày sinh." in history
    assert "Không khớp: họ và tên." in history


async def test_nobody_and_who_has_died_are_told_apart_by_nothing(land: Country) -> None:
    carrier = await carrier_of(land)
    token, wrong = await own(carrier), {"full_name": "Không Phải", "birthdate": "1901-01-01"}
    told: list[tuple[Any, ...]] = []
    for number in (NOBODY, land.people["deceased"].record.personal_number):
        before = land.idp.db.statements
        found = (await compare(carrier, token, {**right(land), **wrong, "id_number": number})).json()
        told.append((found["fields"], found["hint"], land.idp.db.statements - before))
    before = land.idp.db.statements
    known_number = (await compare(carrier, token, {**right(land), **wrong})).json()
    assert known_number["fields"]["id_number"] == "match"
    nothing = dict.fromkeys(("id_number", "full_name", "birthdate"), "mismatch") | {"face": None}
    assert told == [(nothing, None, land.idp.db.statements - before)] * 2
    assert (await compare(carrier, token, right(land, "deceased"))).json()["fields"] == nothing


async def test_a_person_decides_what_is_compared_of_them_and_of_nobody_else(land: Country) -> None:
    carrier = await carrier_of(land)
    someone = await agreed(land, carrier)
    token = (await confirmed(someone, carrier, AGREED))["access_token"]
    asked = right(land, birthdate=None)
    assert (await compare(carrier, token, asked)).json()["verdict"] == "undecided"
    nearly = (await compare(carrier, token, {**asked, "full_name": asked["full_name"] + "H"})).json()
    assert (nearly["fields"]["full_name"], nearly["hint"]) == ("mismatch", "near")
    # Also without the number it is about the person of the token, and about that one alone.
    assert (await compare(carrier, token, right(land, id_number=None, birthdate=None))).json()["fields"] == {
        "id_number": None, "full_name": "match", "birthdate": None, "face": None,
    }  # fmt: skip
    other = (await compare(carrier, token, right(land, "plain", birthdate=None))).json()
    assert (other["fields"]["id_number"], other["fields"]["full_name"], other["hint"]) == ("mismatch", "mismatch", None)
    refused = await compare(carrier, token, right(land))
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert "birthdate" in refused.json()["detail"]


async def test_who_may_not_compare_is_refused(land: Country, party: RelyingParty) -> None:
    carrier = await carrier_of(land)
    token, body = await own(carrier), right(land)
    receipt = (await compare(carrier, token, body)).json()["receipt"]
    registered = carrier.registered
    bearer = own_token(land, registered, ("match:four_fields",))
    async with land.browser() as browser:
        for other in (bearer, own_token(land, party.registered, ("match:four_fields",)), receipt):
            refused = await browser.post(PATH, json=body, headers={"Authorization": f"Bearer {other}"})
            assert refused.status_code == 401, other
    # A scope is no more than its registration, and a person's token no more than what the person agreed to.
    plain = await Carrier.of(land, grant_types=GRANTS)
    smuggled = Authorisation(
        plain.client_id,
        None,
        ("match:four_fields",),
        Origin.CLIENT,
        bound_to=Confirmation("jkt", plain.key.thumbprint()),
    )
    forged = sealed_token(land, smuggled, None, registered_at=plain.registered.client.issued_at)
    assert (await compare(plain, forged, body)).status_code == 403
    someone = await agreed(land, carrier)
    of_person = (await carrier.tokens(someone.person.browser, scope="openid"))["access_token"]
    assert (await compare(carrier, of_person, body)).status_code == 403
    for left_out in ("id_number", "full_name", "birthdate"):
        assert (
            await compare(carrier, token, {name: value for name, value in body.items() if name != left_out})
        ).status_code == 422
    bad = {"id_number": "097", "birthdate": "12.4.1996", "phone_number": "0951234567", "face": {}}
    for name, value in bad.items():
        assert (await compare(carrier, token, {**body, name: value})).status_code == 422
    hinted = carrier.request(scope="openid", id_token_hint=receipt, prompt="none")
    pushed = (await carrier.push(hinted)).json()
    away = {"client_id": carrier.client_id, "request_uri": pushed["request_uri"]}
    assert "error=login_required" in str(await someone.person.open("/authorize", **away))


async def test_mismatches_are_counted_over_all_clients_and_then_nothing_is_compared(land: Country) -> None:
    one, other = await carrier_of(land), await carrier_of(land)
    tokens = {each.client_id: await own(each) for each in (one, other)}
    wrong = right(land, birthdate="1901-01-01")
    for carrier in (one, other, one, other):
        assert (await compare(carrier, tokens[carrier.client_id], wrong)).status_code == 200
        # What agrees uses nothing up, and gives back nothing of what others used.
        assert (await compare(carrier, tokens[carrier.client_id], right(land))).status_code == 200
    assert (await compare(one, tokens[one.client_id], wrong)).status_code == 200
    of_number = [
        await compare(carrier, tokens[carrier.client_id], body)
        for carrier in (one, other)
        for body in (wrong, right(land))
    ]
    left = 17  # three of its twenty are used
    for number in range(left):
        nobody = right(land, id_number=f"09719699{number:04}")
        assert (await compare(one, tokens[one.client_id], nobody)).status_code == 200
    of_client = await compare(one, tokens[one.client_id], right(land, "plain"))
    assert (await compare(other, tokens[other.client_id], right(land, "plain"))).status_code == 200
    for refused in (*of_number, of_client):
        assert (refused.status_code, refused.headers["retry-after"]) == (429, str(HOUR // SECOND))
        same = {name: value for name, value in refused.json().items() if name not in ("request_id", "instance")}
        assert same == {name: of_number[0].json()[name] for name in same}
        assert refused.json()["code"] == "match_budget_spent"
    await land.idp.spent_budgets.write_down(land.idp.db)
    assert (await kinds_of(land)).count("match.budget_spent") == 2, "each client once"


async def test_what_registers_of_the_carrier_said_counts_for_its_matches(land: Country) -> None:
    song, gio = await carrier_of(land, family="song"), await carrier_of(land, family="gio")
    token, blind = await own(song), land.idp.keys.blind
    number = mismatches.digest_of_number(blind, right(land)["id_number"])
    wrong = right(land, birthdate="1901-01-01")
    for _ in range(2):
        assert (await compare(song, token, wrong)).status_code == 200
    kept = [Claim(number, f"row {place}") for place in range(mismatches.MOST - 1)]
    assert await land.idp.db.transact(lambda unit: mismatches.keep(unit, "song", kept)) == frozenset()
    assert await land.idp.db.transact(lambda unit: mismatches.keep(unit, "song", [Claim(number, "one more")]))
    for _ in range(4):
        refused = await compare(song, token, right(land))
        assert (refused.status_code, refused.json()["code"]) == (429, "match_budget_spent")
    # It tells nothing that it was not told, and uses up nothing of another's.
    assert (await compare(song, token, wrong)).status_code == 200
    assert (await compare(gio, await own(gio), right(land))).json()["fields"]["birthdate"] == "match"


@pytest.mark.parametrize("what", ["family disabled", "consent withdrawn"])
async def test_nothing_is_kept_that_rests_on_a_right_which_was_taken_away_meanwhile(
    land: Country, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = await carrier_of(land, family="song")
    someone = await known(land)
    consent_id = await someone.agree(carrier)
    of_person = (await confirmed(someone, carrier, AGREED))["access_token"]
    token, body = (
        (await own(carrier), right(land)) if what == "family disabled" else (of_person, right(land, birthdate=None))
    )
    find = land.idp.registry.find_by_number

    async def meanwhile(number: str) -> Any:
        async with land.idp.db.writing() as unit:
            if what == "family disabled":
                await families.disable(unit, "song", DEED)
            else:
                await withdraw_consent(unit, land.idp.vault, someone.person_id, consent_id)
        return await find(number)

    monkeypatch.setattr(land.idp.registry, "find_by_number", meanwhile)
    assert (await compare(carrier, token, body)).status_code == 401
    assert "match.made" not in await kinds_of(land)
