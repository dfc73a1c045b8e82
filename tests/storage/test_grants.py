"""When a grant counts: everything stands, one thing is taken away, and each statement that acts on a token refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from sqlalchemy import Table, delete, update

from tests.support.deeds import DEED
from tests.support.scene import CHAIN, OTHER, PERSON, add_client, authorisation, set_scene
from tests.support.watch import Watch
from vneid_idp.clients import families
from vneid_idp.clients import service as clients
from vneid_idp.clients.tables import client_families
from vneid_idp.clients.tables import clients as clients_table
from vneid_idp.consent.tables import consents
from vneid_idp.grants import service
from vneid_idp.grants.disclosure import find_disclosure
from vneid_idp.grants.participants import clients_by_session, clients_of_session, sessions_under_consent
from vneid_idp.grants.service import Grant, GrantEnded
from vneid_idp.grants.tables import grants
from vneid_idp.identity.factors.tables import sessions
from vneid_idp.identity.tables import accounts, person_keys
from vneid_idp.kernel.clock import DAY, HOUR
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import (
    Authorisation,
    AuthorisationGround,
    Child,
    Confirmation,
    Origin,
    ParentGrant,
)
from vneid_idp.protocol.operator_tokens import DeviceNumber
from vneid_idp.protocol.targets import Target
from vneid_idp.protocol.tokens import AccessToken, Code, new_access_token
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Unit

POINT = ("cli_point", "grt_point")
Act = Callable[[Database], Awaitable[bool]]


async def opens(db: Database) -> bool:
    async with db.single() as unit:
        return await service.open_grant(unit, "grt_next", authorisation("point"), refreshable=True) is not None


async def rotates(db: Database) -> bool:
    async with db.single() as unit:
        return await service.rotate(unit, *POINT, 2, 1) is not None


async def is_found(db: Database) -> bool:
    async with db.reading() as unit:
        return await service.find_live(unit, *POINT, 2) is not None


async def discloses(db: Database) -> bool:
    async with db.reading() as unit:
        return await find_disclosure(unit, *POINT, 2) is not None


async def holds(db: Database) -> bool:
    async with db.writing() as unit:
        try:
            return await service.hold(unit, *POINT) is not None
        except GrantEnded:
            return False


ACTS: dict[str, Act] = {
    "open": opens, "find live": is_found, "disclose": discloses, "hold": holds, "rotate": rotates,
}  # fmt: skip


async def able(db: Database) -> set[str]:
    """Which acts the point can do now; each is tried on the real statement."""
    return {name for name, act in ACTS.items() if await act(db)}


def change(table: Table, key: dict[str, str], **values: Any) -> Statement:
    return Statement(update(table).where(*(table.c[name] == value for name, value in key.items())).values(values))


def of_person(name: str) -> dict[str, str]:
    return {"person_id": name}


PAST = 1
SPOILT: dict[str, Statement] = {
    "account locked": change(accounts, of_person(PERSON), locked_at=PAST),
    "person locked by the register": change(accounts, of_person(PERSON), registry_locked_at=PAST),
    "account closed": change(accounts, of_person(PERSON), closed_at=PAST),
    "holder deceased": change(accounts, of_person(PERSON), deceased_at=PAST),
    "card expired": change(accounts, of_person(PERSON), card_expires_at=PAST),
    "account gone": Statement(delete(accounts).where(accounts.c.person_id == PERSON)),
    "session of the first ended": change(sessions, of_person(PERSON) | {"session_id": "ses_a"}, ended_at=PAST),
    "session of the first expired": change(sessions, of_person(PERSON) | {"session_id": "ses_a"}, expires_at=PAST),
} | {
    f"{what} of the {of}": statement
    for of in CHAIN
    for what, statement in {
        "consent withdrawn": change(consents, {"consent_id": f"con_{of}"}, withdrawn_at=PAST),
        "client disabled": change(clients_table, {"client_id": f"cli_{of}"}, disabled_at=PAST),
        "client deleted": Statement(delete(clients_table).where(clients_table.c.client_id == f"cli_{of}")),
        "family disabled": change(client_families, {"family_id": f"fam_{of}"}, disabled_at=PAST),
        "grant expired": change(grants, {"grant_id": f"grt_{of}"}, expires_at=PAST),
        "grant ended": change(grants, {"grant_id": f"grt_{of}"}, revoked_at=PAST),
        "grant gone": Statement(delete(grants).where(grants.c.grant_id == f"grt_{of}")),
    }.items()
}
"""One change of one row. What happens to the point's own grant says nothing of one that it could open anew."""
OF_THE_GRANT_ALONE = {f"grant {what} of the point" for what in ("expired", "ended", "gone")}


async def run(db: Database, statement: Statement) -> None:
    async with db.writing() as unit:
        assert await unit.execute(statement) == 1


async def test_while_everything_stands_everything_can_be_done(db: Database) -> None:
    await set_scene(db)
    assert await able(db) == ACTS.keys()


@pytest.mark.parametrize("what", SPOILT)
async def test_one_thing_taken_away_and_nothing_can_be_done(db: Database, what: str) -> None:
    await set_scene(db)
    await run(db, SPOILT[what])
    assert await able(db) == ({"open"} if what in OF_THE_GRANT_ALONE else set())


@pytest.mark.parametrize(
    "statement",
    [
        change(accounts, of_person(OTHER), locked_at=PAST),
        change(sessions, of_person(PERSON) | {"session_id": "ses_b"}, ended_at=PAST),
        change(sessions, of_person(OTHER) | {"session_id": "ses_a"}, ended_at=PAST),
        change(consents, {"consent_id": "con_stranger"}, withdrawn_at=PAST),
        change(clients_table, {"client_id": "cli_stranger"}, disabled_at=PAST),
        change(client_families, {"family_id": "fam_stranger"}, disabled_at=PAST),
        Statement(delete(client_families).where(client_families.c.family_id == "fam_point")),
    ],
)
async def test_what_is_anothers_takes_nothing_away(db: Database, statement: Statement) -> None:
    await set_scene(db)
    await run(db, statement)
    assert await able(db) == ACTS.keys()


async def test_nothing_counts_for_ever(db: Database, watch: Watch) -> None:
    await set_scene(db)
    watch.advance(HOUR)  # the session of the first
    assert await able(db) == set()


async def test_offline_outlives_the_session_but_is_not_opened_after_it(db: Database, watch: Watch) -> None:
    await set_scene(db)
    offline = authorisation("app", scope=("openid", "offline_access"))
    async with db.writing() as unit:
        assert await service.open_grant(unit, "grt_offline", offline, refreshable=True)
        assert await service.open_grant(unit, "grt_short", offline, refreshable=False)
    await run(db, SPOILT["session of the first ended"])
    async with db.writing() as unit:
        assert await service.find_live(unit, "cli_app", "grt_offline", 0) is not None
        assert not await service.open_grant(unit, "grt_late", offline, refreshable=True)
    watch.advance(179 * DAY)
    async with db.reading() as unit:
        assert await service.find_live(unit, "cli_app", "grt_offline", 0) is not None
        assert await service.find_live(unit, "cli_app", "grt_short", 0) is None
    watch.advance(DAY)
    async with db.reading() as unit:
        assert await service.find_live(unit, "cli_app", "grt_offline", 0) is None


async def test_a_client_or_family_put_back_into_service_has_what_did_not_end_meanwhile(db: Database) -> None:
    await set_scene(db)
    async with db.writing() as unit:
        await clients.disable(unit, "cli_back_end", DEED)
        await families.disable(unit, "fam_app", DEED)
    assert await able(db) == set()
    async with db.writing() as unit:
        await families.enable(unit, "fam_app", DEED)
    assert await able(db) == set()
    await run(db, change(clients_table, {"client_id": "cli_back_end"}, disabled_at=None))
    assert await able(db) == ACTS.keys()


@pytest.mark.parametrize("above", [0, 1, 2])
async def test_nobody_stands_a_fourth_below(db: Database, above: int) -> None:
    await set_scene(db)
    fourth = replace(authorisation("point"), ground=AuthorisationGround("con_point", None, ParentGrant(*POINT, above)))
    async with db.writing() as unit:
        assert not await service.open_grant(unit, "grt_fourth", fourth, refreshable=False)


@pytest.mark.parametrize(
    "parent", [ParentGrant("cli_app", "grt_back_end", 1), ParentGrant("cli_back_end", "grt_app", 1)]
)
async def test_a_parent_is_a_grant_of_its_own_client(db: Database, parent: ParentGrant) -> None:
    await set_scene(db)
    astray = replace(authorisation("point"), ground=AuthorisationGround("con_point", None, parent))
    async with db.writing() as unit:
        assert not await service.open_grant(unit, "grt_astray", astray, refreshable=False)


@pytest.mark.parametrize("above", [0, 1])
async def test_a_token_that_leaves_out_who_stands_above_it_is_none(db: Database, above: int) -> None:
    await set_scene(db)
    async with db.writing() as unit:
        assert await service.find_live(unit, *POINT, above) is None
        assert await service.rotate(unit, *POINT, above, 1) is None
        assert await find_disclosure(unit, *POINT, above) is None


async def test_a_grant_is_opened_once_and_its_generations_follow_each_other(db: Database) -> None:
    await set_scene(db)

    async def attempt() -> bool:
        return await opens(db)

    assert sorted(await asyncio.gather(*(attempt() for _ in range(20)))) == [False] * 19 + [True]

    async def rotation(presented: int) -> int | None:
        async with db.single() as unit:
            found = await service.rotate(unit, *POINT, 2, presented)
        return None if found is None else found.rotation.generation

    rotated = await asyncio.gather(*(rotation(1) for _ in range(20)))
    assert sorted(generation or 0 for generation in rotated) == [0] * 19 + [2]
    assert [await rotation(presented) for presented in (1, 3, 2)] == [None, None, 3]


async def test_a_grant_ends_once(db: Database) -> None:
    await set_scene(db)
    async with db.writing() as unit:
        assert await service.end(unit, *POINT) == PERSON
        assert await service.end(unit, *POINT) is None
        assert await service.end(unit, "cli_app", "grt_point") is None
    assert await able(db) == {"open"}


async def test_the_end_of_a_client_ends_its_grants_and_no_others(db: Database) -> None:
    await set_scene(db)
    async with db.writing() as unit:
        await clients.delete(unit, "cli_point")
        assert await service.end_all_of_client(unit, "cli_point") == 1
        assert await service.end_all_of_client(unit, "cli_point") == 0, "what had ended keeps its time"
    async with db.writing() as unit:
        await add_client(unit, "point")
    assert await able(db) == {"open"}
    async with db.reading() as unit:
        assert await service.find_live(unit, "cli_back_end", "grt_back_end", 1) is not None


async def test_who_took_part_in_a_session(db: Database) -> None:
    await set_scene(db)
    async with db.reading() as unit:
        assert await clients_of_session(unit, PERSON, "ses_a") == ("cli_app",)
        assert await clients_by_session(unit, PERSON, "ses_a") == {"ses_a": ["cli_app"]}
        assert await clients_by_session(unit, PERSON, "ses_b") == {}
        assert await sessions_under_consent(unit, PERSON, "con_app") == ("ses_a",)
        # What was derived has no browser session, so there is none to tell its client of.
        assert await sessions_under_consent(unit, PERSON, "con_point") == ()


FULL = Authorisation(
    client_id="cli_point",
    subject=PERSON,
    scope=("openid", "binding:child_account", "offline_access"),
    origin=Origin.CLIENT,
    ground=AuthorisationGround("con_point", "ses_a", ParentGrant("cli_back_end", "grt_back_end", 1)),
    on_behalf_of=Child(OTHER),
    claims={"id_token": {"email": {"essential": True}}},
    details=({"type": "identity_match", "fields": ["face"], "purpose": "subscriber_authentication"},),
    level=2,
    acr="urn:vneid:level:2",
    amr=("pwd", "otp", "mfa"),
    auth_time=1_700_000_000_000,
    bound_to=Confirmation("x5t#S256", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"),
    actors=("cli_point", "cli_back_end"),
    link=True,
    targets=(Target("/userinfo"), Target("rsv_a", ("tickets:buy",))),
    acts_for="cli_app",
    purpose="account",
    device_number=DeviceNumber("song", "bind_a"),
    by_message=False,
)


async def test_every_field_comes_back_from_the_grant_as_it_went_in(db: Database) -> None:
    """A field that is added to `Authorisation` is carried without another edit; this only wants a value for it."""
    nothing = Authorisation("", None, (), Origin.BROWSER)
    assert [field.name for field in fields(FULL) if getattr(FULL, field.name) == getattr(nothing, field.name)] == []
    await set_scene(db)
    code = Code("grt_full", "https://rp.example/cb", 1, None, None, FULL)
    carried = Code.from_json(code.to_json()).authorisation
    async with db.single() as unit:
        assert await service.open_grant(unit, code.grant_id, carried, refreshable=True)
    async with db.single() as unit:
        found: list[Grant | None] = [await service.rotate(unit, "cli_point", "grt_full", 2, 1)]
    async with db.reading() as unit:
        found.append(await service.find_live(unit, "cli_point", "grt_full", 2))
        disclosure = await find_disclosure(unit, "cli_point", "grt_full", 2)
    async with db.writing() as unit:
        found.append(await service.hold(unit, "cli_point", "grt_full"))
    assert disclosure is not None
    for grant in (*found, disclosure.grant):
        assert grant is not None
        assert grant.authorisation == FULL
        ours = altered(FULL, targets=())  # of a token that is for one audience, `AccessToken.audience` tells it
        token = new_access_token("tok_a", ours, grant.grant_id, 1)
        assert AccessToken.from_json(token.to_json()).authorised(ours) == ours
    own = new_access_token("tok_a", FULL, None, 1)
    assert AccessToken.from_json(own.to_json()).own == FULL


async def test_a_disclosure_tells_no_level_that_the_sign_in_did_not_prove(db: Database) -> None:
    await set_scene(db)
    weak = replace(authorisation("app"), level=1)
    async with db.writing() as unit:
        assert await service.open_grant(unit, "grt_weak", weak, refreshable=False)
        disclosure = await find_disclosure(unit, "cli_app", "grt_weak", 0)
    assert disclosure is not None
    assert disclosure.account.level == 1


async def test_without_its_key_a_profile_is_not_disclosed(db: Database) -> None:
    await set_scene(db)
    await run(db, Statement(delete(person_keys).where(person_keys.c.person_id == PERSON)))
    assert not await discloses(db)


Work = Callable[[Unit], Awaitable[None]]


async def disabling_the_client(unit: Unit) -> None:
    await clients.disable(unit, "cli_point", DEED)


async def disabling_its_family(unit: Unit) -> None:
    await families.disable(unit, "fam_point", DEED)


async def deleting_the_client(unit: Unit) -> None:
    await clients.delete(unit, "cli_point")


TAKING_AWAY = [disabling_the_client, disabling_its_family, deleting_the_client]


async def take(db: Database, work: Work) -> None:
    async with db.writing() as unit:
        await work(unit)


@pytest.mark.parametrize("work", TAKING_AWAY)
async def test_who_takes_away_waits_for_who_holds(db: Database, work: Work) -> None:
    await set_scene(db)
    async with db.writing() as unit:
        await service.hold(unit, *POINT)
        taking = asyncio.create_task(take(db, work))
        done, _ = await asyncio.wait({taking}, timeout=0.2)
        assert not done
        assert await service.find_live(unit, *POINT, 2) is not None
    await taking
    assert await able(db) == set()


@pytest.mark.parametrize("work", TAKING_AWAY)
async def test_who_holds_waits_for_who_takes_away_and_finds_nothing(db: Database, work: Work) -> None:
    await set_scene(db)
    async with db.writing() as unit:
        await work(unit)
        holding = asyncio.create_task(holds(db))
        done, _ = await asyncio.wait({holding}, timeout=0.2)
        assert not done
    assert await holding is False
