"""Whatever an office does for a person, or a person with its code: not to the dead, nor where the account is closed.

Each begins where it would succeed; then the holder dies, or the account is closed, and nothing else.
"""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.office import NEW_PHONE, code_to
from tests.support.reports import prove_phone, report
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.accounts import AccountExists, LevelNotAllowed, NoAccount
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.factors.passkeys import PasskeyRefused, Site
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices.acts import Act, HolderDied
from vneid_idp.identity.offices.lock_requests import LockRequest
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.identity.register.report_rules import CannotBeReported
from vneid_idp.identity.register.reports import Death
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases import enrol_person
from vneid_idp.use_cases.activate_account import activate_account
from vneid_idp.use_cases.ask_for_lock import NothingToAsk, ask_for_lock
from vneid_idp.use_cases.decide_lock import decide_lock
from vneid_idp.use_cases.lock_person import lock_person, unlock_person
from vneid_idp.use_cases.report_to_registry import Reporting

COLLEAGUE = Deed("ops-2", "as asked")
Do = Callable[[], Awaitable[object]]
Prepare = Callable[[Country, str], Awaitable[Do]]
REFUSALS = (NoAccount, AccountExists, LevelNotAllowed, HolderDied, NothingToAsk, CannotBeReported)


class CodeRefused(DomainError):
    """The code of an office was not good."""


def in_unit(land: Country, work: Callable[[Unit], Awaitable[object]]) -> Do:
    return lambda: land.idp.db.transact(work)


def reporting(land: Country) -> Reporting:
    return Reporting(land.idp.db, land.idp.vault, land.idp.keys.blind, land.idp.registry)


async def answer_about(land: Country, who: str) -> persons.RegisterAnswer:
    answer = await persons.ask(land.idp.db, land.idp.registry, who)
    assert answer is not None
    return answer


async def an_opening(land: Country, who: str) -> Do:
    async def do() -> None:
        answer, idp = await answer_about(land, who), land.idp
        await idp.db.transact(
            lambda unit: enrol_person.open_account(
                unit, idp.vault, idp.keys.blind, answer, 1, compared=False, policy=shipped(), deed=DEED
            )
        )

    return do


async def a_raise(land: Country, who: str) -> Do:
    async def do() -> None:
        answer, idp = await answer_about(land, who), land.idp
        await idp.db.transact(
            lambda unit: enrol_person.raise_level(
                unit, idp.vault, idp.keys.blind, answer, compared=True, policy=shipped(), deed=DEED
            )
        )

    return do


async def a_code(land: Country, who: str) -> Do:
    return in_unit(land, lambda unit: enrol_person.new_activation_code(unit, land.idp.keys.blind, who, DEED))


async def a_phone(land: Country, who: str) -> Do:
    code = await code_to(land, "plain", NEW_PHONE)
    return lambda: prove_phone(reporting(land), "rep_b", who, NEW_PHONE, code)


async def a_passkey(land: Country, who: str) -> Do:
    sealer, site = land.idp.keys.sealer, Site("localhost", "us", "http://localhost")

    async def add(unit: Unit) -> None:
        # That the answer is none is seen only where one may be added at all.
        with pytest.raises(PasskeyRefused):
            await enrol_person.add_passkey(
                unit, sealer, site, person_id=who, context="x", sealed="x", answer="{}", name="key", deed=DEED
            )

    return in_unit(land, add)


async def a_lost_passkey(land: Country, who: str) -> Do:
    return in_unit(land, lambda unit: enrol_person.remove_passkey(unit, who, "any", DEED))


def lock_of(land: Country, who: str, by: LockedBy) -> Callable[[Unit], Awaitable[object]]:
    return lambda unit: lock_person(unit, land.idp.vault, who, by, DEED)


async def a_lock(land: Country, who: str) -> Do:
    return in_unit(land, lock_of(land, who, LockedBy.HOLDER))


async def an_unlock(land: Country, who: str) -> Do:
    await land.idp.db.transact(lock_of(land, who, LockedBy.HOLDER))
    return in_unit(land, lambda unit: unlock_person(unit, land.idp.vault, who, LockedBy.HOLDER, DEED))


async def asked(land: Country, who: str, *, lock: bool) -> LockRequest:
    return await land.idp.db.transact(lambda unit: ask_for_lock(unit, who, lock=lock, deed=DEED))


async def a_request(land: Country, who: str) -> Do:
    return lambda: asked(land, who, lock=True)


async def a_request_to_unlock(land: Country, who: str) -> Do:
    await land.idp.db.transact(lock_of(land, who, LockedBy.AUTHORITY))
    return lambda: asked(land, who, lock=False)


async def an_agreement(land: Country, who: str) -> Do:
    request_id = (await asked(land, who, lock=True)).request_id
    return in_unit(land, lambda unit: decide_lock(unit, land.idp.vault, request_id, agreed=True, deed=COLLEAGUE))


async def an_agreement_to_unlock(land: Country, who: str) -> Do:
    await land.idp.db.transact(lock_of(land, who, LockedBy.AUTHORITY))
    request_id = (await asked(land, who, lock=False)).request_id
    return in_unit(land, lambda unit: decide_lock(unit, land.idp.vault, request_id, agreed=True, deed=COLLEAGUE))


async def an_activation(land: Country, who: str) -> Do:
    idp = land.idp
    code = await idp.db.transact(lambda unit: enrol_person.new_activation_code(unit, idp.keys.blind, who, DEED))
    hashes = {SecretKind.PASSWORD: "another"}

    async def do() -> None:
        verdict, _ = await idp.db.transact(
            lambda unit: activate_account(unit, idp.vault, idp.keys.blind, who, code, hashes)
        )
        if verdict is not CodeVerdict.RIGHT:
            raise CodeRefused

    return do


TABLE: dict[Act | str, Prepare] = {
    Act.OPEN_ACCOUNT: an_opening,
    Act.RAISE_LEVEL: a_raise,
    Act.ISSUE_CODE: a_code,
    Act.CHANGE_PHONE: a_phone,
    Act.ADD_PASSKEY: a_passkey,
    Act.REMOVE_PASSKEY: a_lost_passkey,
    Act.LOCK: a_lock,
    Act.UNLOCK: an_unlock,
    Act.ASK_LOCK: a_request,
    Act.ASK_UNLOCK: a_request_to_unlock,
    "agree to a lock": an_agreement,
    "agree to an unlock": an_agreement_to_unlock,
    "activate": an_activation,
}
WHO: dict[Act | str, str] = {Act.OPEN_ACCOUNT: "no-account", Act.RAISE_LEVEL: "level-1"}
"""A persona for whom it can be done; the plain one where none is said."""


def test_every_act_is_there() -> None:
    assert {*Act} <= {*TABLE}


async def end_of(land: Country, who: str, how: str) -> None:
    if how == "died":
        await report(reporting(land), "rep_a", who, Death(land.watch.now()))
    elif how == "closed":
        await land.idp.db.transact(lambda unit: accounts.close(unit, who))


async def seen(land: Country, who: str) -> tuple[list[str], Account | None]:
    async with land.idp.db.reading() as unit:
        return [event.kind for event in await audit.history_of(unit, who)], await accounts.find(unit, who)


@pytest.mark.parametrize("how", ["lives", "died", "closed"])
@pytest.mark.parametrize("act", TABLE)
async def test_it_is_refused_once_the_holder_died_or_the_account_was_closed(
    land: Country, act: Act | str, how: str
) -> None:
    # Where nothing was opened nothing is closed.
    slug = "plain" if (act, how) == (Act.OPEN_ACCOUNT, "closed") else WHO.get(act, "plain")
    who = land.people[slug].record.person_id
    do = await TABLE[act](land, who)
    await end_of(land, who, how)
    before = await seen(land, who)
    if how == "lives":
        await do()
        return
    with pytest.raises((*REFUSALS, CodeRefused)):
        await do()
    assert await seen(land, who) == before
