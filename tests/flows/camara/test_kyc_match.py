"""KYC Match: a caller of the operators' APIs holds what it has of somebody who agreed to it."""

from typing import Any

from tests.support.camara import caller_of, post
from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.events import events_of, kinds_of
from tests.support.leaks import Net
from tests.support.numbers import NumbersClient
from tests.support.shortcuts import Known, agreed
from tests.support.tokens import sealed_token
from tests.support.visitor import shown
from vneid_idp.consent.service import list_current
from vneid_idp.protocol.authorisation import Authorisation, Confirmation, Origin
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

PATH = "/kyc-match/v0.4/match"
SCOPE = "kyc-match:match"
BOUND = "+84951234567"
"""Of nobody, until a carrier binds it."""


async def asking(land: Country) -> tuple[Carrier, Known, str]:
    """A caller, a person who agreed, and the token for it."""
    caller = await caller_of(land, SCOPE, client_name="Ví Xanh")
    someone = await agreed(land, caller)
    return caller, someone, (await caller.tokens(someone.person.browser, scope=f"openid {SCOPE}"))["access_token"]


def right(land: Country) -> dict[str, Any]:
    record = land.people["complete"].record
    return {
        "idDocument": record.personal_number,
        "name": record.full_name.upper(),
        "birthdate": record.birth_date.isoformat(),
        "phoneNumber": record.phone,
    }


async def test_a_caller_is_told_what_agrees_and_the_person_who_asked(land: Country, database_url: str) -> None:
    caller, someone, token = await asking(land)
    record = land.people["complete"].record
    sent = right(land) | {"name": f"{record.full_name}h", "cityOfBirth": "Hà Nội", "nameKanaHankaku": "an"}
    answer = await post(caller, PATH, token, sent, **{"x-correlator": "a-1_2:3"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    assert answer.headers["x-correlator"] == "a-1_2:3"
    found = answer.json()
    assert 90 < found.pop("nameMatchScore") < 100
    assert found == {
        "idDocumentMatch": "true",
        "nameMatch": "false",
        "birthdateMatch": "true",
        "cityOfBirthMatch": "not_available",
        "nameKanaHankakuMatch": "not_available",
    }
    made = [data for kind, data in await events_of(land, "complete") if kind == "match.made"]
    told = {"phone_number": "match", "id_number": "match", "full_name": "mismatch", "birthdate": "match"}
    assert made == [{"results": told}]
    history = shown(await someone.person.open("/me/history")).text
    assert "Ví Xanh đã đối chiếu" in history
    assert "Khớp: số định danh cá nhân, ngày sinh, số điện thoại." in history
    assert Net({record.personal_number, record.full_name}).leaks_in_database(database_url) == []


REFUSED: tuple[tuple[Any, int, str], ...] = (
    ({}, 400, "INVALID_ARGUMENT"),
    ({"phoneNumber": BOUND}, 400, "KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION"),
    ({"name": None}, 400, "INVALID_ARGUMENT"),
    ({"name": "An", "phoneNumber": BOUND}, 403, "INVALID_TOKEN_CONTEXT"),
)


async def test_what_is_refused_is_so_in_camaras_words(land: Country) -> None:
    caller, someone, token = await asking(land)
    unread = await caller.call("POST", PATH, token, content="{", headers={"Content-Type": "application/json"})
    answers = [(unread, 400, "INVALID_ARGUMENT")]
    for sent, status, code in REFUSED:
        answers.append((await post(caller, PATH, token, sent, **{"x-correlator": "a"}), status, code))
        assert answers[-1][0].headers["x-correlator"] == "a"
    for answer, status, code in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
        body = answer.json()
        assert body.keys() == {"status", "code", "message"}
        assert (body["status"], body["code"]) == (status, code), body
        assert len(body["message"]) <= 512
    # A number is the person's as well that a carrier has in their name.
    carrier = await NumbersClient.of(land)
    await someone.agree(carrier.carrier)
    bound = await carrier.bind(await carrier.token(someone))
    assert (await post(caller, PATH, token, {"name": "An", "phoneNumber": BOUND})).status_code == 200
    await carrier.call("POST", f"/{bound['number_id']}/release", await carrier.own_token())
    assert (await post(caller, PATH, token, {"name": "An", "phoneNumber": BOUND})).status_code == 403


async def test_who_guesses_is_stopped(land: Country) -> None:
    caller, _, token = await asking(land)
    fine = {"birthdate": right(land)["birthdate"]}
    guesses = {"birthdate": "1901-01-01"}, {"name": "Không Phải"}, {"name": "An", "phoneNumber": BOUND}
    for guess in (*guesses, *guesses[1:]):
        assert (await post(caller, PATH, token, fine)).status_code == 200
        assert (await post(caller, PATH, token, guess)).status_code in (200, 403)
    spent = await post(caller, PATH, token, fine)
    assert (spent.status_code, spent.json()["code"]) == (429, "TOO_MANY_REQUESTS")
    assert int(spent.headers["retry-after"]) > 0


async def test_nobody_is_asked_about_who_did_not_agree(land: Country) -> None:
    caller, someone, token = await asking(land)
    body = right(land)
    async with land.browser() as browser:
        none = await browser.post(PATH, json=body)
        assert (none.status_code, none.json()["code"]) == (401, "UNAUTHENTICATED")
        assert none.headers["www-authenticate"].startswith("Bearer ")
        unread = await browser.post(PATH, json=body, headers={"x-correlator": "not one"})
        assert (unread.status_code, unread.json()["code"], "x-correlator" in unread.headers) == (
            400, "INVALID_ARGUMENT", False,
        )  # fmt: skip
        gone = await browser.get(f"{PATH}/more")
        assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")
    # A token of the caller's own has no such scope, whoever sealed it.
    own = Authorisation(
        caller.client_id, None, (SCOPE,), Origin.CLIENT, bound_to=Confirmation("jkt", caller.key.thumbprint())
    )
    forged = sealed_token(land, own, None, registered_at=caller.registered.client.issued_at)
    less = (await caller.tokens(someone.person.browser, scope="openid"))["access_token"]
    for other in (forged, less):
        refused = await post(caller, PATH, other, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "PERMISSION_DENIED"), refused.text
    async with land.idp.db.writing() as unit:
        consent = next(iter(await list_current(unit, someone.person_id)))
        await withdraw_consent(unit, land.idp.vault, someone.person_id, consent.consent_id)
    assert (await post(caller, PATH, token, body)).status_code == 401
    assert "match.made" not in await kinds_of(land)
