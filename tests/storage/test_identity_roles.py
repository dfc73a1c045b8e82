"""Roles as facts, activation codes, and locks that take four eyes: alike on both databases."""

import asyncio
from dataclasses import replace

import pytest

from tests.support.people import BLIND, VAULT, persona, with_personas
from tests.support.watch import Watch
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.factors import activation
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.lock_requests import NoSuchRequest, RequestIsOpen, SameOfficer
from vneid_idp.identity.offices.roles import (
    EVERYWHERE,
    BadOffice,
    CannotHoldRole,
    HeldRole,
    OwnRole,
    Role,
    RoleHeld,
    RoleOver,
    RoleRequired,
    check_role,
    end_role,
    list_roles,
    roles_of,
)
from vneid_idp.kernel.clock import DAY, HOUR
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.decide_lock import decide_lock
from vneid_idp.use_cases.give_role import give_role

WHO = "per_clerk"
ONE = Deed("per_one", "court")
BOSS = Deed("boss", "hired")


async def give(
    db: Database,
    role: Role = Role.CLERK,
    scope: str = "HN-01",
    *,
    to: str = "plain",
    deed: Deed = BOSS,
    ends_at: int | None = None,
) -> str:
    async with db.writing() as unit:
        return (await give_role(unit, persona(to).record.person_id, role, scope, deed, ends_at=ends_at)).role_id


async def held(db: Database, who: str = "plain") -> list[Role]:
    async with db.reading() as unit:
        return [role.role for role in await roles_of(unit, persona(who).record.person_id)]


async def test_a_role_holds_from_when_it_is_given_until_it_ends(db: Database, watch: Watch) -> None:
    await with_personas(db)
    first = await give(db)
    await give(db, Role.OFFICER, ends_at=watch.now() + DAY)
    assert await held(db) == [Role.CLERK, Role.OFFICER]
    plain, given_at = persona("plain").record.person_id, watch.now()
    async with db.reading() as unit:
        listed = [role for role in await list_roles(unit) if role.person_id == plain]
        assert listed == list(await roles_of(unit, plain))
        assert await list_roles(unit, most=1) == (await list_roles(unit))[:1]
    assert [(role.role, role.scope, role.given_by, role.given_at, role.ends_at) for role in listed] == [
        (Role.CLERK, "HN-01", "boss", given_at, None),
        (Role.OFFICER, "HN-01", "boss", given_at, given_at + DAY),
    ]
    watch.advance(DAY - 1)
    assert await held(db) == [Role.CLERK, Role.OFFICER]
    watch.advance(1)
    assert await held(db) == [Role.CLERK]
    async with db.reading() as unit:
        assert [role.role_id for role in await list_roles(unit) if role.person_id == plain] == [first]
    async with db.writing() as unit:
        assert await end_role(unit, first, Deed("boss", "left"))
        assert not await end_role(unit, first, Deed("boss", "left"))
        assert not await end_role(unit, "rol_none", Deed("boss", "left"))
    assert await held(db) == []
    async with db.reading() as unit:
        assert plain not in {role.person_id for role in await list_roles(unit)}
        recorded = [(event.kind, dict(event.data)) for event in await audit.history_of(unit, plain)]
    given = {"scope": "HN-01", "by": "boss", "reason": "hired"}
    assert recorded == [
        ("role.ended", {"role": "clerk", "scope": "HN-01", "by": "boss", "reason": "left"}),
        ("role.given", {"role": "officer", **given}),
        ("role.given", {"role": "clerk", **given}),
    ]


async def test_the_end_of_a_role_waits_for_what_is_done_in_it(db: Database, database_url: str, watch: Watch) -> None:
    await with_personas(db)
    role_id, plain = await give(db), persona("plain").record.person_id
    other = open_database(database_url, watch)
    order: list[str] = []

    async def end() -> None:
        async with other.writing() as unit:
            assert await end_role(unit, role_id, Deed("boss", "left"))
            order.append("ended")

    try:
        async with db.writing() as unit:
            await persons.hold(unit, plain)
            check_role(await roles_of(unit, plain), Role.CLERK)
            ending = asyncio.create_task(end())
            await asyncio.wait([ending], timeout=0.5)
            order.append("done")
        await ending
    finally:
        await other.close()
    assert order == ["done", "ended"]


async def test_nobody_gives_a_role_to_themself(db: Database) -> None:
    await with_personas(db)
    with pytest.raises(OwnRole):
        await give(db, deed=Deed(persona("plain").record.person_id, "ambition"))
    assert await held(db) == []


@pytest.mark.parametrize(
    "who",
    ["no-account", "level-1", "closed", "deceased", "locked-by-holder", "locked-by-authority", "card-expired"],
)
async def test_who_could_not_sign_in_to_it_gets_no_role(db: Database, who: str) -> None:
    await with_personas(db)
    with pytest.raises(CannotHoldRole) as refused:
        await give(db, to=who)
    assert refused.value.detail
    assert await held(db, who) == []


async def test_a_role_that_is_over_is_not_given(db: Database, watch: Watch) -> None:
    await with_personas(db)
    for ends_at in (watch.now() - DAY, watch.now()):
        with pytest.raises(RoleOver):
            await give(db, ends_at=ends_at)
    assert await held(db) == []


async def test_the_same_role_is_held_once_for_an_office(db: Database, watch: Watch) -> None:
    await with_personas(db)
    first = await give(db, ends_at=watch.now() + DAY)
    with pytest.raises(RoleHeld):
        await give(db)
    await give(db, Role.OFFICER)
    await give(db, scope="HN-02")
    await give(db, scope=EVERYWHERE)
    async with db.writing() as unit:
        assert await end_role(unit, first, Deed("boss", "term was wrong"))
    again = await give(db, ends_at=watch.now() + DAY)
    watch.advance(DAY)
    assert await give(db) != again
    at_once = await asyncio.gather(*(give(db, scope="HN-03") for _ in range(6)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in at_once) == [*["RoleHeld"] * 5, "str"]


@pytest.mark.parametrize(
    ("role", "scope"),
    [(Role.OPERATOR, "HN-01"), (Role.CLERK, ""), (Role.CLERK, "Hà Nội"), (Role.CLERK, "a b"), (Role.OFFICER, "x" * 65)],
)
async def test_a_scope_is_an_office_and_an_operator_has_none(db: Database, role: Role, scope: str) -> None:
    await with_personas(db)
    with pytest.raises(BadOffice):
        await give(db, role, scope)
    assert await held(db) == []
    assert await give(db, Role.OFFICER, "x" * 64)


async def test_a_role_is_asked_for_by_its_kind(db: Database) -> None:
    await with_personas(db)
    await give(db)
    async with db.reading() as unit:
        found = await roles_of(unit, persona("plain").record.person_id)
    assert check_role(found, Role.OFFICER, Role.CLERK).scope == "HN-01"
    for roles in (found, ()):
        with pytest.raises(RoleRequired):
            check_role(roles, Role.OPERATOR)


def test_a_role_at_an_office_is_used_in_its_name_alone_and_one_everywhere_in_any() -> None:
    here = HeldRole("rol_1", "per_x", Role.CLERK, "HN-01", "boss", 0, None)
    everywhere = replace(here, role_id="rol_2", role=Role.OFFICER, scope=EVERYWHERE)
    tied = replace(here, role_id="rol_3", role=Role.OPERATOR)
    held = (here, everywhere, tied)
    assert check_role(held, Role.CLERK, office="HN-01") is here
    assert check_role(held, Role.OFFICER, office="HN-02") is everywhere
    assert check_role(held, Role.CLERK, Role.OFFICER, office="HN-02") is everywhere
    assert check_role(held, Role.OFFICER, office=EVERYWHERE) is everywhere
    for role, office in ((Role.CLERK, "HN-02"), (Role.CLERK, EVERYWHERE), (Role.OPERATOR, None)):
        with pytest.raises(RoleRequired):
            check_role(held, role, office=office)
    operator = replace(tied, scope=EVERYWHERE)
    assert check_role((*held, operator), Role.OPERATOR) is operator


async def test_an_activation_code_is_good_once_and_for_two_days(db: Database, watch: Watch) -> None:
    async def issue() -> str:
        async with db.writing() as unit:
            return await activation.issue(unit, BLIND, WHO, ONE)

    async def use(code: str, who: str = WHO) -> CodeVerdict:
        async with db.writing() as unit:
            return await activation.use(unit, BLIND, who, code)

    first, second = await issue(), await issue()
    assert await use(first) is CodeVerdict.WRONG
    assert await use(second, "per_other") is CodeVerdict.SPENT
    assert await use(f"{second[:5]} {second[5:]}") is CodeVerdict.RIGHT
    assert await use(second) is CodeVerdict.SPENT
    third = await issue()
    watch.advance(48 * HOUR - 1)
    assert await use("12") is CodeVerdict.WRONG
    watch.advance(1)
    assert await use(third) is CodeVerdict.SPENT
    fourth = await issue()
    wrong = "0" * 10 if fourth != "0" * 10 else "1" * 10
    assert [await use(wrong) for _ in range(5)] == [CodeVerdict.WRONG] * 4 + [CodeVerdict.SPENT]
    assert await use(fourth) is CodeVerdict.SPENT


async def test_of_many_tries_at_once_one_uses_the_code(db: Database) -> None:
    async with db.writing() as unit:
        code = await activation.issue(unit, BLIND, WHO, ONE)

    async def use() -> CodeVerdict:
        async with db.writing() as unit:
            return await activation.use(unit, BLIND, WHO, code)

    found = await asyncio.gather(*(use() for _ in range(4)))
    assert sorted(found) == [CodeVerdict.RIGHT, *[CodeVerdict.SPENT] * 3]


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
            await decide_lock(unit, VAULT, request_id, agreed=agreed, deed=Deed(by, "court"))

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
                await decide_lock(unit, VAULT, asked.request_id, agreed=by != "per_two", deed=Deed(by, "court"))
        except NoSuchRequest:
            return False
        return True

    assert sum(await asyncio.gather(decide("per_two"), decide("per_three"))) == 1
