"""Whatever is done to one person leaves every row of everybody else as it was; on both databases."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.people import BLIND, SEALER, VAULT, brought_into_step, persona, with_personas
from tests.support.watch import MORNING
from vneid_idp.audit.deeds import Deed
from vneid_idp.bindings import service as ledger
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.consent import service as consents
from vneid_idp.identity import accounts, persons, secret_hashes
from vneid_idp.identity.factors import activation, chosen_secrets, enrolled_phones, otp, passkeys, sessions
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.factors.devices import UNKNOWN
from vneid_idp.identity.factors.passkey_store import Passkey, add_passkey
from vneid_idp.identity.offices import lock_requests, roles
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register import reports_under_way, set_aside
from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.identity.register.reports import PhoneChanged
from vneid_idp.identity.register.reports_under_way import Begun
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.metadata import metadata
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Reading, Unit

ONE, OTHER = persona("level-1").record, persona("plain").record
"""Who has something done to them; and one of those to whom nothing is done, who has all the same things."""
OFFICER = Deed("per_officer", "As the court wrote.", office="HN-01")
NEW = "+84950000999"
TABLES = [table for table in metadata.sorted_tables if "person_id" in table.c]


async def has_everything(unit: Unit, person_id: str, phone: str | None) -> None:
    """Under the same names, where names are somebody's own."""
    await sessions.open_session(unit, person_id, (SignInMethod("pwd", unit.now),))
    passkey = Passkey(person_id, "a2V5", b"key", 0, (), False, "Key", unit.now, None)
    assert await add_passkey(unit, passkey)
    assert await enrolled_phones.enrol(unit, person_id, "a2V5", UNKNOWN)
    await otp.send(unit, BLIND, SEALER, person_id=person_id, phone=phone, context="c", language="vi")
    await activation.issue(unit, BLIND, person_id, DEED)
    await lock_requests.ask(unit, person_id, lock=True, deed=OFFICER)
    await reports_under_way.begin(unit, VAULT, Begun("rep_a", person_id, PhoneChanged(NEW), DEED))
    await set_aside.put(unit, "feed", RegistryChange(f"at-{person_id}", person_id, (Fact.NAME,), unit.now), "KeyError")
    await consents.give(unit, person_id, "net", {"age_band": Decision("account", 1, True)}, consents.Shown("t", "vi"))
    proof = BindingProof(person_id, 30, 2)
    rules = shipped().at(MORNING)
    await bind_social_account(unit, BLIND, client_id="net", account_id=person_id, proof=proof, rules=rules)


async def session_of(unit: Reading) -> str:
    return (await sessions.list_sessions(unit, ONE.person_id))[0].session_id


async def request_about(unit: Reading) -> str:
    open_requests = await lock_requests.open_requests(unit)
    return next(asked.request_id for asked in open_requests if asked.person_id == ONE.person_id)


async def end_session(unit: Unit) -> object:
    return await sessions.end_session(unit, ONE.person_id, await session_of(unit))


async def remove_phone(unit: Unit) -> object:
    (phone,) = await enrolled_phones.list_phones(unit, ONE.person_id)
    return await enrolled_phones.remove(unit, ONE.person_id, phone.phone_id)


async def add_method(unit: Unit) -> object:
    session = (await sessions.list_sessions(unit, ONE.person_id))[0]
    return await sessions.add_method(unit, session, SignInMethod("sms", unit.now))


async def type_code(unit: Unit) -> object:
    return await otp.check(unit, BLIND, person_id=ONE.person_id, phone=ONE.phone, context="c", code="12")


async def send_code(unit: Unit) -> object:
    return await otp.send(unit, BLIND, SEALER, person_id=ONE.person_id, phone=ONE.phone, context="d", language="vi")


async def renew_secret(unit: Unit) -> object:
    """Of two who chose the same in the same instant of a test, whose hashes are the same."""
    old = await secret_hashes.find(unit, VAULT, ONE.person_id, "password")
    assert old is not None
    await chosen_secrets.renew_hash(unit, VAULT, ONE.person_id, SecretKind.PASSWORD, old, "new")
    return await secret_hashes.find(unit, VAULT, ONE.person_id, "password") == "new"


async def change_phone(unit: Unit) -> object:
    return await brought_into_step(unit, VAULT, BLIND, replace(ONE, phone=NEW, revision=ONE.revision + 1))


async def unlock(unit: Unit) -> object:
    return await accounts.unlock(unit, ONE.person_id, LockedBy.AUTHORITY, DEED)


async def end_role(unit: Unit) -> object:
    held = await roles.list_roles(unit)
    return await roles.end_role(unit, next(each.role_id for each in held if each.person_id == ONE.person_id), DEED)


async def decide(unit: Unit) -> object:
    request = await request_about(unit)
    return await lock_requests.decide(unit, ONE.person_id, request, agreed=False, deed=replace(OFFICER, by="per_two"))


async def take_back(unit: Unit) -> object:
    await lock_requests.withdraw(unit, await request_about(unit), OFFICER)
    return None


async def withdraw(unit: Unit) -> object:
    (given,) = await consents.list_current(unit, ONE.person_id)
    return await consents.withdraw(unit, ONE.person_id, given.consent_id)


ACTS: dict[str, Callable[[Unit], Awaitable[object]]] = {
    "session ended": end_session,
    "sessions ended": lambda unit: sessions.end_all(unit, ONE.person_id),
    "proof added": add_method,
    "code typed": type_code,
    "code sent": send_code,
    "codes ended": lambda unit: otp.end_all(unit, ONE.person_id),
    "activation typed": lambda unit: activation.use(unit, BLIND, ONE.person_id, "12"),
    "activation ended": lambda unit: activation.end(unit, ONE.person_id),
    "activation anew": lambda unit: activation.issue(unit, BLIND, ONE.person_id, DEED),
    "secret set": lambda unit: chosen_secrets.set_hash(
        unit, VAULT, ONE.person_id, SecretKind.PASSCODE, "new", code_at=0
    ),
    "secret renewed": renew_secret,
    "passkey removed": lambda unit: passkeys.remove(unit, ONE.person_id, "a2V5"),
    "phone removed": remove_phone,
    "phones forgotten": lambda unit: enrolled_phones.forget(unit, ONE.person_id),
    "passkeys forgotten": lambda unit: passkeys.forget(unit, ONE.person_id),
    "locked": lambda unit: accounts.lock(unit, ONE.person_id, LockedBy.HOLDER, DEED),
    "unlocked": unlock,
    "raised": lambda unit: accounts.raise_level(unit, ONE, policy=shipped()),
    "closed": lambda unit: accounts.close(unit, ONE.person_id),
    "forgotten": lambda unit: accounts.forget(unit, VAULT, ONE.person_id),
    "phone changed": change_phone,
    "told": lambda unit: persons.tell(unit, ONE.person_id),
    "role ended": end_role,
    "request decided": decide,
    "request taken back": take_back,
    "requests forgotten": lambda unit: lock_requests.forget(unit, ONE.person_id),
    "report ended": lambda unit: reports_under_way.end(unit, ONE.person_id, "rep_a"),
    "reports forgotten": lambda unit: reports_under_way.forget(unit, ONE.person_id),
    "in step again": lambda unit: set_aside.resolve(unit, ONE.person_id),
    "consent withdrawn": withdraw,
    "all rests": lambda unit: ledger.suspend_all(unit, ONE.person_id),
    "all released": lambda unit: ledger.release_own(unit, ONE.person_id),
}


async def rows(unit: Reading, *, of_one: bool) -> dict[str, list[str]]:
    """What stands of the one, or of everybody else."""
    found: dict[str, list[str]] = {}
    for table in TABLES:
        every: list[Any] = await unit.fetch(Statement(select(table)))
        kept = [row for row in every if (row["person_id"] == ONE.person_id) is of_one]
        found[table.name] = sorted(repr([row[column.name] for column in table.c]) for row in kept)
    return found


@pytest.mark.parametrize("what", ACTS)
async def test_what_is_done_to_one_person_is_done_to_nobody_else(db: Database, what: str) -> None:
    await with_personas(db)
    async with db.writing() as unit:
        for record in (ONE, OTHER):
            await has_everything(unit, record.person_id, record.phone)
            if what == "unlocked":
                await accounts.lock(unit, record.person_id, LockedBy.HOLDER, DEED)
        if what == "role ended":
            assert await accounts.raise_level(unit, ONE, policy=shipped())
            for record in (ONE, OTHER):
                await roles.give_role(unit, record.person_id, Role.CLERK, "HN-01", DEED)
    async with db.reading() as unit:
        before, own = await rows(unit, of_one=False), await rows(unit, of_one=True)
    await db.transact(ACTS[what])
    async with db.reading() as unit:
        assert await rows(unit, of_one=False) == before
        assert await rows(unit, of_one=True) != own, "it was done"
