"""A face in a match: compared for whoever it is, once, and told by nothing but the answer."""

from typing import Any

import pytest

from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.matching import NOBODY, carrier_of, compare, evaluated, face, own, right
from tests.support.rich_requests import confirmed
from tests.support.shortcuts import agreed
from vneid_idp.faces.port import MatcherUnavailable
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.jose import read_unverified
from vneid_idp.sandbox.faces.model import MODEL

ALL = dict.fromkeys(("id_number", "full_name", "birthdate", "face"), "match")


async def refused(carrier: Carrier, token: str, body: dict[str, Any], status: int, code: str) -> str:
    answer = await compare(carrier, token, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return str(answer.json().get("detail"))


async def test_four_fields_that_agree_are_a_match_and_the_receipt_says_how(land: Country) -> None:
    carrier = await carrier_of(land, family="song")
    token, number = await own(carrier), land.people["complete"].record.personal_number
    genuine = right(land, face=await face(carrier, number), channel="carrier_app")
    found = (await compare(carrier, token, genuine)).json()
    assert (found["verdict"], found["fields"]) == ("matched", ALL)
    receipt = read_unverified(found["receipt"]).claims
    how = {"route": "national", "matcher": MODEL, "evaluation_id": "sandbox-evaluation-1"}
    assert (receipt["fields"], receipt["channel"]) == (ALL, "carrier_app")
    assert receipt["face"] == how | {"liveness": "ISO/IEC 30107-3", "taken_at": land.watch.now() // SECOND}

    impostor = (await compare(carrier, token, {**genuine, "face": await face(carrier, number, "other")})).json()
    assert (impostor["verdict"], impostor["fields"]) == ("not_matched", ALL | {"face": "mismatch"})
    # The register has no picture of somebody so young: it is not compared, and agrees with nothing.
    child = right(land, "child-5")
    unseen = (await compare(carrier, token, child | {"face": await face(carrier, child["id_number"])})).json()
    assert (unseen["verdict"], unseen["fields"]) == ("undecided", ALL | {"face": None})


async def test_evidence_that_does_not_count_uses_up_neither_a_budget_nor_itself(
    land: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier, other = await carrier_of(land), await carrier_of(land)
    token, number = await own(carrier), land.people["complete"].record.personal_number
    good = await face(carrier, number)
    body = right(land, face=good)
    for shows in ("photograph", "mask"):
        false = {**body, "face": await face(carrier, number, shows)}
        assert "no living face" in await refused(carrier, token, false, 422, "invalid_evidence")
    of_another = await face(carrier, land.people["plain"].record.personal_number)
    for each, said in (
        ({**good, "route": "own_template"}, "route national"),
        (of_another, "another person"),
        (await face(other, number), "not registered for this client"),
    ):
        assert said in await refused(carrier, token, {**body, "face": each}, 422, "invalid_evidence")
    own_route = {**body, "face": await face(carrier, number, route="own_template")}
    await refused(carrier, token, own_route, 403, "matcher_not_evaluated")

    async def unavailable(*_: object) -> None:
        raise MatcherUnavailable

    with monkeypatch.context() as away:
        away.setattr(land.idp.face_matcher, "compare", unavailable)
        for _ in range(6):
            await refused(carrier, token, body, 503, "matcher_unavailable")
    assert "match.made" not in await kinds_of(land)
    assert (await compare(carrier, token, body)).json()["verdict"] == "matched"
    assert "used before" in await refused(carrier, token, body, 422, "invalid_evidence")
    assert (await kinds_of(land)).count("match.made") == 1


async def test_nobodys_face_is_compared_like_everybodys(land: Country) -> None:
    carrier = await carrier_of(land)
    token, told = await own(carrier), []
    compared, ask = [], land.idp.face_matcher.compare
    land.idp.face_matcher.compare = lambda who, shown: compared.append(who) or ask(who, shown)  # type: ignore[method-assign, assignment, func-returns-value]
    for number in (NOBODY, *(land.people[slug].record.personal_number for slug in ("deceased", "complete"))):
        wrong = {"id_number": number, "full_name": "Không Phải", "birthdate": "1901-01-01"}
        body = right(land, **wrong, face=await face(carrier, number, "other"))
        before = land.idp.db.statements
        answer = (await compare(carrier, token, body)).json()
        told.append((answer["fields"], land.idp.db.statements - before))
    nothing = dict.fromkeys(ALL, "mismatch")
    assert told == [(nothing, told[0][1])] * 2 + [(nothing | {"id_number": "match"}, told[0][1])]
    assert len(compared) == 3


async def test_own_templates_count_while_an_evaluation_is_on_file(land: Country) -> None:
    carrier = await carrier_of(land)
    token, number = await own(carrier), land.people["complete"].record.personal_number
    evaluation_id = await evaluated(carrier)
    body = right(land, face=await face(carrier, number, route="own_template"))
    found = (await compare(carrier, token, body)).json()
    assert (found["verdict"], found["fields"]) == ("matched", ALL)
    how = read_unverified(found["receipt"]).claims["face"]
    assert (how["route"], how["evaluation_id"]) == ("own_template", evaluation_id)
    # Of nobody a carrier may well have a template of its own: it agrees with nobody all the same.
    nobody = right(land, id_number=NOBODY, face=await face(carrier, NOBODY, route="own_template"))
    assert (await compare(carrier, token, nobody)).json()["fields"] == dict.fromkeys(ALL, "mismatch")


async def test_a_person_decides_whether_their_face_is_compared(land: Country) -> None:
    carrier = await carrier_of(land)
    someone = await agreed(land, carrier)
    fields = {"type": "identity_match", "purpose": "subscriber_authentication"}
    number, another = (land.people[slug].record.personal_number for slug in ("complete", "plain"))
    without = (await confirmed(someone, carrier, {**fields, "fields": ["id_number"]}))["access_token"]
    shown = {"id_number": number, "face": await face(carrier, number)}
    assert "face" in await refused(carrier, without, shown, 403, "insufficient_scope")

    token = (await confirmed(someone, carrier, {**fields, "fields": ["id_number", "face"]}))["access_token"]
    assert (await compare(carrier, token, shown)).json()["fields"]["face"] == "match"
    # Somebody else's number, and face, are nobody's.
    theirs = {"id_number": another, "face": await face(carrier, another)}
    assert (await compare(carrier, token, theirs)).json()["fields"]["face"] == "mismatch"
    # Evidence without a number would find out by its digest which number the person has: that is a guess like others.
    for _ in range(5):
        guessed = {"face": await face(carrier, another)}
        assert "another person" in await refused(carrier, token, guessed, 422, "invalid_evidence")
    await refused(carrier, token, {"face": await face(carrier, number)}, 429, "match_budget_spent")
