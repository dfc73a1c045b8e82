"""What a person does at a page counts only while they are signed in: also when that ends between page and answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.overtaking import Taker, lock, overtaken, sign_out_everywhere
from tests.support.pages import proven_twice, signed_in
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Shown
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.claims import Decision
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.forget_person import forget_person

Act = Callable[[Country, RelyingParty, Person], Awaitable[Callable[[], Awaitable[Any]]]]


async def forget(land: Country, unit: Unit, person_id: str) -> None:
    await forget_person(unit, land.idp.vault, land.idp.keys.blind, person_id)


async def agree(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    page = await person.start(party.request())
    assert isinstance(page, Page)
    assert page.path.startswith("/consent/")
    return lambda: person.browser.post(page.action, data={**page.hidden, "answer": "agree"})


async def choose_child(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    second = await person.start(party.request(scope="openid binding:child_account"))
    assert isinstance(second, Page)
    page = await person.second(second)
    assert isinstance(page, Page)
    assert page.path.startswith("/child/")
    value = page.response.text.split('name="child" value="')[1].split('"')[0]
    return lambda: person.browser.post(page.action, data={**page.hidden, "child": value})


async def withdraw(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    async with land.idp.db.writing() as unit:
        decided = {"age_band": Decision("account", 1, True)}
        given = await consents.give(unit, _id(person), party.client_id, decided, Shown("text", "vi"))
    return await _button(person, "/me/services/withdraw", consent=given.consent_id)


async def release(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    async with land.idp.db.writing() as unit:
        proof = BindingProof(_id(person), 30, 2)
        made = await bind_social_account(
            unit,
            land.idp.keys.blind,
            client_id=party.client_id,
            account_id="1000",
            proof=proof,
            rules=shipped().at(unit.now),
        )
    return await _button(person, "/me/accounts/release", binding=made.binding.binding_id)


async def remove_passkey(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    return await _button(person, "/me/security/passkey/remove", passkey="any")


async def add_passkey(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    page = await proven_twice(person)
    headers = {"X-CSRF-Token": page.hidden["csrf_token"]}
    return lambda: person.browser.post("/me/security/passkey", json={"sealed": "x", "answer": "{}"}, headers=headers)


async def change_password(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    new = {"password-current": person.persona.password, "password-new": "another secret", "kind": "password"}
    return await _button(person, "/me/security/secret", **new, **{"password-again": "another secret"})


async def end_others(land: Country, party: RelyingParty, person: Person) -> Callable[[], Awaitable[Any]]:
    return await _button(person, "/me/security/sessions")


async def _button(person: Person, path: str, **form: str) -> Callable[[], Awaitable[Any]]:
    page = await proven_twice(person)
    return lambda: person.browser.post(path, data={"csrf_token": page.hidden["csrf_token"], **form})


def _id(person: Person) -> str:
    return person.persona.record.person_id


@pytest.mark.parametrize("taker", [lock, sign_out_everywhere, forget], ids=lambda taker: taker.__name__)
@pytest.mark.parametrize(
    "act",
    [agree, choose_child, withdraw, release, remove_passkey, add_passkey, change_password, end_others],
    ids=lambda act: act.__name__,
)
async def test_who_is_not_here_any_more_does_nothing(
    land: Country, party: RelyingParty, act: Act, taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await signed_in(land, "guardian")
    press = await act(land, party, person)
    async with overtaken(land, taker, _id(person), monkeypatch):
        answer = await press()
    assert answer.status_code == 403, answer.text
    assert "signed_out" in answer.text


async def test_a_service_that_is_disabled_meanwhile_is_allowed_nothing(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def disable(land: Country, unit: Unit, person_id: str) -> None:
        await clients.disable(unit, party.client_id, DEED)

    person = await signed_in(land, "guardian")
    press = await agree(land, party, person)
    async with overtaken(land, disable, _id(person), monkeypatch):
        answer = await press()
    assert answer.status_code == 404, answer.text
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, _id(person)) == []


@pytest.mark.parametrize("act", [agree, choose_child, withdraw, release, end_others], ids=lambda act: act.__name__)
async def test_who_is_still_here_acts(land: Country, party: RelyingParty, act: Act) -> None:
    press = await act(land, party, await signed_in(land, "guardian"))
    answer = await press()
    assert answer.status_code == 303, answer.text
