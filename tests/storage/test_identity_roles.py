"""Roles as facts, activation codes, and locks that take four eyes: alike on both databases."""

import asyncio

import pytest

from tests.support.people import BLIND, persona, with_personas
from tests.support.watch import Watch
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, activation, lock_requests
from vneid_idp.identity.lock_requests import NoSuchRequest, RequestIsOpen, SameOfficer
from vneid_idp.identity.otp import Outcome
from vneid_idp.identity.roles import (
    EVERYWHERE,
    OwnRole,
    Role,
    RoleRequired,
    check_role,
    end_role,
    give_role,
    list_roles,
    roles_of,
)
from vneid_idp.kernel.clock import DAY, HOUR
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.decide_lock import decide_lock

WHO = "per_clerk"
ONE = Deed("per_one", "court")


async def give(db: Database, role: Role = Role.CLERK, ends_at: int | None = None) -> str:
    async with db.writing() as unit:
        return (await give_role(unit, WHO, role, "HN-01", by="boss", reason="hired", ends_at=ends_at)).role_id


async def held(db: Database) -> list[Role]:
    async with db.reading() as unit:
        return [role.role for role in await roles_of(unit, WHO)]


async def test_a_role_holds_from_when_it_is_given_until_it_ends(db: Database, watch: Watch) -> None:
    first = await give(db)
    await give(db, Role.OFFICER, watch.now() + DAY)
    assert await held(db) == [Role.CLERK, Role.OFFICER]
    watch.advance(DAY)
    assert await held(db) == [Role.CLERK]
    async with db.writing() as unit:
        assert await end_role(unit, first, by="boss", reason="left")
        assert not await end_role(unit, first, by="boss", reason="left")
        assert not await end_role(unit, "rol_none", by="boss", reason="left")
    assert await held(db) == []
    async with db.reading() as unit:
        assert await list_roles(unit) == ()
        told = [(event.kind, event.data.get("by"), event.data["reason"]) for event in await audit.history_of(unit, WHO)]
    assert told == [("role.ended", "boss", "left"), ("role.given", "boss", "hired"), ("role.given", "boss", "hired")]


async def test_nobody_gives_a_role_to_themself(db: Database) -> None:
    with pytest.raises(OwnRole):
        async with db.writing() as unit:
            await give_role(unit, WHO, Role.OPERATOR, EVERYWHERE, by=WHO, reason="ambition")
    assert await held(db) == []


async def test_a_role_is_asked_for_by_its_kind(db: Database) -> None:
    await give(db)
    async with db.reading() as unit:
        found = await roles_of(unit, WHO)
    assert check_role(found, Role.OFFICER, Role.CLERK).scope == "HN-01"
    for roles in (found, ()):
        with pytest.raises(RoleRequired):
            check_role(roles, Role.OPERATOR)


async def test_an_activation_code_is_good_once_and_for_two_days(db: Database, watch: Watch) -> None:
    async def issue() -> str:
        async with db.writing() as unit:
            return await activation.issue(unit, BLIND, WHO, ONE)

    async def use(code: str, who: str = WHO) -> Outcome:
        async with db.writing() as unit:
            return await activation.use(unit, BLIND, who, code)

    first, second = await issue(), await issue()
    assert await use(first) is Outcome.WRONG
    assert await use(second, "per_other") is Outcome.SPENT
    assert await use(f"{second[:5]} {second[5:]}") is Outcome.RIGHT
    assert await use(second) is Outcome.SPENT
    third = await issue()
    watch.advance(48 * HOUR)
    assert await use(third) is Outcome.SPENT
    fourth = await issue()
    wrong = "0" * 10 if fourth != "0" * 10 else "1" * 10
    assert [await use(wrong) for _ in range(5)] == [Outcome.WRONG] * 4 + [Outcome.SPENT]
    assert await use(fourth) is Outcome.SPENT


async def test_of_many_tries_at_once_one_uses_the_code(db: Database) -> None:
    async with db.writing() as unit:
        code = await activation.issue(unit, BLIND, WHO, ONE)

    async def use() -> Outcome:
        async with db.writing() as unit:
            return await activation.use(unit, BLIND, WHO, code)

    found = await asyncio.gather(*(use() for _ in range(4)))
    assert sorted(found) == [Outcome.RIGHT, *[Outcome.SPENT] * 3]


async def test_a_lock_takes_two_officers(db: Database) -> None:
    await with_personas(db)
    person_id = persona("plain").record.person_id

    async def locked() -> bool:
        async with db.reading() as unit:
            account = await accounts.find(unit, person_id)
        assert account is not None
        return account.locked_at is not None

    async def ask(lock: bool) -> str:
        async with db.writing() as unit:
            asked = await lock_requests.ask(unit, person_id, lock=lock, deed=ONE)
        return asked.request_id

    async def decide(request_id: str, by: str, *, agreed: bool) -> None:
        async with db.writing() as unit:
            await decide_lock(unit, person_id, request_id, agreed=agreed, deed=Deed(by, "court"))

    asked = await ask(lock=True)
    with pytest.raises(RequestIsOpen):
        await ask(lock=True)
    with pytest.raises(SameOfficer):
        await decide(asked, "per_one", agreed=True)
    assert not await locked()
    await decide(asked, "per_two", agreed=True)
    assert await locked()
    with pytest.raises(NoSuchRequest):
        await decide(asked, "per_two", agreed=False)
    refused = await ask(lock=False)
    async with db.reading() as unit:
        assert [request.request_id for request in await lock_requests.open_requests(unit)] == [refused]
    await decide(refused, "per_two", agreed=False)
    assert await locked()
    await decide(await ask(lock=False), "per_two", agreed=True)
    assert not await locked()


async def test_two_officers_at_once_decide_once(db: Database) -> None:
    await with_personas(db)
    person_id = persona("plain").record.person_id
    async with db.writing() as unit:
        asked = await lock_requests.ask(unit, person_id, lock=True, deed=ONE)

    async def decide(by: str) -> bool:
        try:
            async with db.writing() as unit:
                await decide_lock(unit, person_id, asked.request_id, agreed=by != "per_two", deed=Deed(by, "court"))
        except NoSuchRequest:
            return False
        return True

    assert sum(await asyncio.gather(decide("per_two"), decide("per_three"))) == 1
