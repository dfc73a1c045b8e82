"""What fails at a door is counted there for the account, the address and the service; what is right begins anew."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import kinds
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.signing_in import at_second, at_signin, post_json, send
from tests.support.visitor import shown
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.use_cases.enrol_person import new_activation_code
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Limit, Secret, Subject

FEW, MANY = (Limit(2, 15 * MINUTE),), (Limit(1_000, 15 * MINUTE),)
ACTIVATION = {
    "code": "0000000000",
    "password": "sandbox-2026",
    "password-again": "sandbox-2026",
    "passcode": "837261",
    "passcode-again": "837261",
}
Fail = Callable[[Country, RelyingParty, str], Awaitable[int]]


async def password(land: Country, party: RelyingParty, slug: str) -> int:
    person, page = await at_signin(land, party, slug)
    answer = await person.submit(page, identifier=person.persona.username, secret="wrong password")
    assert isinstance(answer, Page)
    return answer.response.status_code


async def message(land: Country, party: RelyingParty, slug: str) -> int:
    person, page = await at_second(land, party, slug)
    answer = await person.submit(page, code="000000")
    assert isinstance(answer, Page)
    return answer.response.status_code


async def passkey(land: Country, party: RelyingParty, slug: str) -> int:
    person, page = await at_signin(land, party, slug)
    return (await post_json(person, page, f"{page.path}/passkey", {"sealed": "x", "answer": "{}"})).status_code


async def activation(land: Country, _: RelyingParty, slug: str, **typed: str) -> int:
    person = Person(land, land.people[slug])
    form = {"identifier": person.persona.username, **ACTIVATION, **typed}
    return (await post(person, await opened(person, "/activate"), "/activate", **form)).response.status_code


def limit(land: Country, patch: pytest.MonkeyPatch, few: Subject) -> None:
    """Two attempts for `few`, and no end of them for anybody else."""
    subjects = {subject: FEW if subject is few else MANY for subject in Subject}
    table = {
        **LIMITS,
        **dict.fromkeys((Secret.SIGN_IN, Secret.SECOND_FACTOR, Secret.MESSAGE, Secret.PASSKEY), subjects),
    }
    patch.setattr(land.idp.limits, "_table", table)


REFUSED = {password: 422, message: 422, passkey: 400, activation: 422}
"""What a failure says; once there were too many, no door of these says whether it was one."""


@pytest.mark.parametrize("fail", REFUSED)
async def test_an_address_fails_so_often_and_no_more_whoever_it_tries(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch, fail: Fail
) -> None:
    limit(land, monkeypatch, Subject.ADDRESS)
    answers = [await fail(land, party, slug) for slug in ("complete", "guardian", "plain")]
    refused = 422 if fail is activation else 429
    assert answers == [REFUSED[fail], REFUSED[fail], refused]
    if fail is activation:
        person = Person(land, land.people["plain"])
        page = await post(person, await opened(person, "/activate"), "/activate", identifier="0971", **ACTIVATION)
        assert "thử quá nhiều lần" in page.text


async def test_an_address_may_look_up_so_many_secrets_that_are_too_weak(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(land, monkeypatch, Subject.ADDRESS)
    weak = {"password": "password12", "password-again": "password12"}
    assert [await activation(land, party, "plain", **weak) for _ in FEW * 2] == [422, 422]
    person = Person(land, land.people["complete"])
    form = {"identifier": person.persona.username, **ACTIVATION}
    page = await post(person, await opened(person, "/activate"), "/activate", **form)
    assert "thử quá nhiều lần" in page.text


@pytest.mark.parametrize("fail", [password, message, passkey])
async def test_a_service_fails_so_often_and_the_next_one_for_itself(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch, fail: Fail
) -> None:
    other = RelyingParty(land, await land.register(client_name="Khác"))
    limit(land, monkeypatch, Subject.CLIENT)
    answers = [await fail(land, party, slug) for slug in ("complete", "guardian", "plain")]
    assert answers == [REFUSED[fail], REFUSED[fail], 429]
    assert await fail(land, other, "plain") == REFUSED[fail]


async def test_a_right_password_gives_all_attempts_again(land: Country, party: RelyingParty) -> None:
    for _ in range(3):
        assert [await password(land, party, "complete") for _ in range(4)] == [422] * 4
        person, page = await at_signin(land, party)
        assert isinstance(consent := await person.sign_in(page), Page)
        assert consent.path.startswith("/consent/")


async def test_so_does_a_right_code(land: Country, party: RelyingParty) -> None:
    for _ in range(3):
        person, page = await at_second(land, party)
        code = await person.one_time_code()
        for _ in range(2):
            wrong = shown(await person.submit(page, code="000000" if code != "000000" else "111111"))
            assert wrong.response.status_code == 422
        assert shown(await person.submit(page, code=code)).path.startswith("/consent/")
        land.watch.advance(MINUTE)


async def test_so_does_an_activation(land: Country, party: RelyingParty) -> None:
    for _ in range(3):
        assert [await activation(land, party, "complete") for _ in range(4)] == [422] * 4
        who = land.people["complete"].record.person_id
        code = await land.idp.db.transact(lambda unit: new_activation_code(unit, land.idp.keys.blind, who, DEED))  # noqa: B023
        assert await activation(land, party, "complete", code=code) == 200


async def test_messages_to_one_person_are_counted(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(land, monkeypatch, Subject.ACCOUNT)
    person, page = await at_second(land, party)
    for status in (200, 429):
        land.watch.advance(MINUTE)
        sent = await send(person, page)
        assert sent.response.status_code == status
    assert int(sent.response.headers["retry-after"]) > 0


async def test_codes_of_an_office_and_passwords_are_guesses_at_one_account(land: Country, party: RelyingParty) -> None:
    for _ in range(5):
        assert await activation(land, party, "complete") == 422
    # Whose account it is reads that it was locked out, whichever door it was.
    assert (await kinds(land, land.people["complete"].record.person_id))["account.locked_out"] == 1
    assert await password(land, party, "complete") == 429
    assert await password(land, party, "guardian") == 422
