"""What the authority says of a person reaches tokens, sessions and bindings in the same unit, not at a next sign-in."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import pytest

from tests.support.authority import Say, die, lock, say, unlock
from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.grants import refused
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.bindings.engine import service as bindings
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState, Move
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.service import list_deliveries, open_delivery
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.accounts import NoAccount
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.offices.acts import DoneAlready, HolderDied
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.use_cases.lock_person import NoLockToLift, lock_person, unlock_person

OFFLINE = "openid age offline_access"


SAID: dict[str, Say] = {"lock": lock, "death": die}


@pytest.mark.parametrize("what", SAID)
async def test_whom_the_authority_locks_has_nothing_left_at_once(land: Country, what: str) -> None:
    party = RelyingParty(land, await land.register(backchannel_logout_uri="https://network.example/logout"))
    someone, other = await agreed(land, party), await agreed(land, party, "guardian")
    tokens, theirs = await someone.tokens(party, scope=OFFLINE), await other.tokens(party, scope=OFFLINE)
    own = await bind(land, party, "own", someone.person_id)
    child = await bind(land, party, "child", land.people["child-9"].record.person_id, other.person_id)
    kept = await bind(land, party, "theirs", other.person_id)
    await say(land, SAID[what], someone)
    assert refused(await party.refresh(tokens["refresh_token"]))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert await states(land, party) == {
        own: BindingState.SUSPENDED,
        child: BindingState.VERIFIED,
        kept: BindingState.VERIFIED,
    }
    async with land.idp.db.reading() as unit:
        assert await sessions.list_sessions(unit, someone.person_id) == ()
        assert len(await sessions.list_sessions(unit, other.person_id)) == 1
        waiting = await list_deliveries(unit)
    assert [(row.channel, row.recipient) for row in waiting] == [(Channel.LOGOUT_TOKEN, party.client_id)]
    payload = open_delivery(land.idp.keys.sealer, waiting[0]).payload
    assert payload == {"person_id": someone.person_id, "session_id": someone.session_id}
    assert (await party.refresh(theirs["refresh_token"])).status_code == 200


async def test_a_lock_of_a_guardian_rests_the_childs_account_until_it_ends(land: Country, party: RelyingParty) -> None:
    guardian = await agreed(land, party, "guardian")
    child = await bind(land, party, "child", land.people["child-9"].record.person_id, guardian.person_id)
    await say(land, lock, guardian)
    assert await states(land, party) == {child: BindingState.SUSPENDED}
    await say(land, unlock, guardian)
    assert await states(land, party) == {child: BindingState.VERIFIED}


async def test_lifting_a_lock_resumes_what_the_lock_suspended_and_nothing_else(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=OFFLINE)
    rested, resting = [await bind(land, party, name, someone.person_id) for name in ("rested", "resting")]
    async with land.idp.db.writing() as unit:
        await bindings.move(unit, SOCIAL_ACCOUNT, party.client_id, resting, Move.SUSPEND)
    land.watch.advance(MINUTE)
    await say(land, lock, someone)
    land.watch.advance(MINUTE)
    with pytest.raises(DoneAlready):
        await say(land, lock, someone)
    assert set((await states(land, party)).values()) == {BindingState.SUSPENDED}
    land.watch.advance(MINUTE)
    await say(land, unlock, someone)
    assert await states(land, party) == {rested: BindingState.VERIFIED, resting: BindingState.SUSPENDED}
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
    with pytest.raises(NoLockToLift):
        await say(land, unlock, someone)
    assert await states(land, party) == {rested: BindingState.VERIFIED, resting: BindingState.SUSPENDED}


async def test_an_authoritys_lock_over_the_holders_is_one_lock_to_what_rests(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    since = land.watch.now()
    await land.idp.db.transact(lambda unit: lock_person(unit, land.idp.vault, someone.person_id, LockedBy.HOLDER, DEED))
    land.watch.advance(MINUTE)
    await say(land, lock, someone)
    async with land.idp.db.reading() as unit:
        account = await accounts.get(unit, someone.person_id)
    assert (account.locked_at, account.locked_since) == (since, since)
    land.watch.advance(MINUTE)
    await say(land, unlock, someone)
    assert await states(land, party) == {own: BindingState.VERIFIED}


async def test_the_end_of_a_lock_wakes_nobody(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    for what in (lock, die):
        await say(land, what, someone)
    async with land.idp.db.reading() as unit:
        before = await accounts.find(unit, someone.person_id)
    land.watch.advance(MINUTE)
    with pytest.raises(HolderDied):
        await say(land, unlock, someone)
    await say(land, die, someone)
    assert await states(land, party) == {own: BindingState.SUSPENDED}
    async with land.idp.db.reading() as unit:
        after = await accounts.find(unit, someone.person_id)
    assert before is not None
    assert after is not None
    assert after.deceased_at == before.deceased_at


@pytest.mark.parametrize("by", LockedBy)
@pytest.mark.parametrize("move", [lock_person, unlock_person])
async def test_the_dead_are_neither_locked_nor_unlocked_whoever_calls(
    land: Country, party: RelyingParty, move: Callable[..., Awaitable[object]], by: LockedBy
) -> None:
    someone = await agreed(land, party)
    await say(land, die, someone)
    async with land.idp.db.reading() as unit:
        before = await accounts.find(unit, someone.person_id)
    with pytest.raises(HolderDied):
        await land.idp.db.transact(lambda unit: move(unit, land.idp.vault, someone.person_id, by, DEED))
    async with land.idp.db.reading() as unit:
        assert await accounts.find(unit, someone.person_id) == before


@pytest.mark.parametrize("slug", ["no-account", "closed"])
@pytest.mark.parametrize("what", [lock, unlock])
async def test_who_has_no_account_cannot_be_locked(land: Country, what: Say, slug: str) -> None:
    with pytest.raises(NoAccount):
        async with land.idp.db.writing() as unit:
            await what(land, unit, land.people[slug].record.person_id)


async def test_an_authoritys_lock_stands_over_a_holders(land: Country) -> None:
    person_id = land.people["plain"].record.person_id

    async def standing() -> AccountStanding:
        async with land.idp.db.reading() as unit:
            account = await accounts.find(unit, person_id)
            assert account is not None
            return account_standing(account, None, unit.now)

    moves: list[tuple[Callable[..., Awaitable[object]], LockedBy, type[Exception] | None, AccountStanding]] = [
        (unlock_person, LockedBy.HOLDER, NoLockToLift, AccountStanding.USABLE),
        (lock_person, LockedBy.HOLDER, None, AccountStanding.LOCKED_BY_HOLDER),
        (lock_person, LockedBy.HOLDER, DoneAlready, AccountStanding.LOCKED_BY_HOLDER),
        (unlock_person, LockedBy.HOLDER, None, AccountStanding.USABLE),
        (lock_person, LockedBy.HOLDER, None, AccountStanding.LOCKED_BY_HOLDER),
        (lock_person, LockedBy.AUTHORITY, None, AccountStanding.LOCKED_BY_AUTHORITY),
        (lock_person, LockedBy.AUTHORITY, DoneAlready, AccountStanding.LOCKED_BY_AUTHORITY),
        (lock_person, LockedBy.HOLDER, DoneAlready, AccountStanding.LOCKED_BY_AUTHORITY),
        (unlock_person, LockedBy.HOLDER, NoLockToLift, AccountStanding.LOCKED_BY_AUTHORITY),
        (unlock_person, LockedBy.AUTHORITY, None, AccountStanding.USABLE),
        (unlock_person, LockedBy.AUTHORITY, NoLockToLift, AccountStanding.USABLE),
    ]
    for move, by, refusal, expected in moves:
        with nullcontext() if refusal is None else pytest.raises(refusal):
            async with land.idp.db.writing() as unit:
                await move(unit, land.idp.vault, person_id, by, DEED)
        assert await standing() is expected
