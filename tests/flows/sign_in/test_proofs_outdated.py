"""Nobody signs in with what was taken from them while they signed in: it is looked at again when the session opens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.support.authenticator import Authenticator
from tests.support.authority import change
from tests.support.country import ISSUER, Country
from tests.support.deeds import DEED
from tests.support.relying_party import Page, RelyingParty
from tests.support.signing_in import add_passkey, at_second, at_signin, status_of, use_passkey
from vneid_idp.audit import service as audit
from vneid_idp.identity.factors import chosen_secrets, passkeys, sessions
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.register.records import LockedBy, RegistryRecord
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.lock_person import lock_person

SLUG = "complete"
Taker = Callable[[Country, Unit], Awaitable[object]]


def who(land: Country) -> str:
    return land.people[SLUG].record.person_id


def setting(kind: SecretKind) -> Taker:
    async def set_anew(land: Country, unit: Unit) -> None:
        await chosen_secrets.set_hash(unit, land.idp.vault, who(land), kind, "another hash", code_at=0)

    return set_anew


async def lock(land: Country, unit: Unit) -> None:
    await lock_person(unit, land.idp.vault, who(land), LockedBy.HOLDER, DEED)


async def remove_passkeys(land: Country, unit: Unit) -> None:
    for passkey in await passkeys.list_passkeys(unit, who(land)):
        await passkeys.remove(unit, who(land), passkey.credential_id)


@asynccontextmanager
async def meanwhile(land: Country, taker: Taker, patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """After the proof was found right and before the session opens: when the register is asked."""
    find, taken = land.idp.registry.find, []

    async def later(person_id: str) -> RegistryRecord | None:
        taken.append(await land.idp.db.transact(lambda unit: taker(land, unit)))
        return await find(person_id)

    patch.setattr(land.idp.registry, "find", later)
    yield
    assert len(taken) == 1


async def proofs_kept(land: Country) -> dict[str, int]:
    """How many proofs each session of the person has."""
    async with land.idp.db.reading() as unit:
        return {each.session_id: len(each.methods) for each in await sessions.list_sessions(unit, who(land))}


async def is_on_record(land: Country) -> bool:
    async with land.idp.db.reading() as unit:
        return any(event.kind == "signin.succeeded" for event in await audit.history_of(unit, who(land)))


@pytest.mark.parametrize(
    ("kind", "taker", "status"),
    [
        ("password", setting(SecretKind.PASSWORD), 409),
        ("passcode", setting(SecretKind.PASSCODE), 409),
        ("password", lock, 403),
        ("password", setting(SecretKind.PASSCODE), 303),
    ],
    ids=["password", "passcode", "locked", "another-secret"],
)
async def test_a_secret_that_was_changed_signs_nobody_in(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch, kind: str, taker: Taker, status: int
) -> None:
    person, page = await at_signin(land, party)
    secret = person.persona.password if kind == "password" else person.persona.passcode
    form = {"with": kind, "identifier": person.persona.username, "secret": secret}
    async with meanwhile(land, taker, monkeypatch):
        answer = await person.browser.post(page.action, data={**page.hidden, **form})
    assert await status_of(person, answer, page.path) == status, answer.text
    assert bool(await proofs_kept(land)) == await is_on_record(land) == (status == 303)


@pytest.mark.parametrize("second", [False, True])
async def test_a_passkey_that_was_removed_signs_nobody_in(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch, second: bool
) -> None:
    device = Authenticator(ISSUER)
    await add_passkey(land, SLUG, device)
    person, page = await at_second(land, party) if second else await at_signin(land, party)
    before = await proofs_kept(land)
    async with meanwhile(land, remove_passkeys, monkeypatch):
        answer = await use_passkey(person, page, f"{page.path}/passkey", device)
    assert (answer.status_code, answer.json()["code"]) == (409, "proof_outdated")
    assert await proofs_kept(land) == before


async def test_a_passkey_opens_no_account_that_cannot_be_used(land: Country, party: RelyingParty) -> None:
    device = Authenticator(ISSUER)
    await add_passkey(land, SLUG, device)
    await land.idp.db.transact(lambda unit: lock(land, unit))
    person, page = await at_signin(land, party)
    answer = await use_passkey(person, page, f"{page.path}/passkey", device)
    said = answer.json()
    assert (answer.status_code, said["code"], said["detail"]) == (403, "account_not_usable", "locked_by_holder")
    assert "session" not in " ".join(person.browser.cookies)
    assert await proofs_kept(land) == {}
    assert not await is_on_record(land)


@pytest.mark.parametrize("when", ["after the code was right", "before it was typed"])
async def test_a_code_to_a_phone_that_is_somebody_elses_by_now_proves_nothing(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    person, page = await at_second(land, party)
    code, before = await person.one_time_code(), await proofs_kept(land)
    if when == "before it was typed":
        await new_phone(land)
        # Any sign-in, or the feed, brings the new number into the account.
        other, elsewhere = await at_signin(land, party)
        await other.sign_in(elsewhere)
        before = await proofs_kept(land)
        answer = await person.submit(page, code=code)
        assert isinstance(answer, Page)
        assert answer.response.status_code == 422
    else:

        async def replaced(land: Country, unit: Unit) -> None:
            """The register itself says so when it is asked; see below."""

        async with meanwhile(land, replaced, monkeypatch):
            await new_phone(land)
            posted = await person.browser.post(page.action, data={**page.hidden, "code": code})
        assert posted.status_code == 409, posted.text
    assert await proofs_kept(land) == before


async def new_phone(land: Country) -> None:
    record = await change(land, who(land), phone="+84959999999")
    assert record == replace(record, phone="+84959999999")
