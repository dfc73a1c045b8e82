"""`office ask-lock | ask-unlock | requests | decide | withdraw`: a lock in the authority's name takes two, here too."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.office import for_person
from vneid_idp.cli.people import Workplace, open_workplace
from vneid_idp.cli.terminal import By, Reason, deed_of, out, print_rows, settings_of, with_database, with_reading
from vneid_idp.identity.offices.decided_requests import decided_requests
from vneid_idp.identity.offices.lock_requests import LockRequest, open_requests
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import to_rfc3339
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.ask_for_lock import ask_for_lock
from vneid_idp.use_cases.decide_lock import decide_lock
from vneid_idp.use_cases.withdraw_lock_request import withdraw_lock_request


def add_to(app: typer.Typer) -> None:
    """Put the commands beside those of the office."""
    app.command("ask-lock")(ask_lock)
    app.command("ask-unlock")(ask_unlock)
    app.command("requests")(list_requests)
    app.command("decide")(decide)
    app.command("withdraw")(withdraw)


def ask_lock(context: typer.Context, by: By, reason: Reason) -> None:
    """Ask for a lock in the authority's name; the reason is the decision on which it rests. Another decides."""
    _ask(context, deed_of(by, reason), lock=True)


def ask_unlock(context: typer.Context, by: By, reason: Reason) -> None:
    """Ask that a lock be lifted that was made here. Another decides."""
    _ask(context, deed_of(by, reason), lock=False)


def _ask(context: typer.Context, deed: Deed, *, lock: bool) -> None:
    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> LockRequest:
        return await place.act(deed, lambda unit: ask_for_lock(unit, record.person_id, lock=lock, deed=deed))

    record, asked = for_person(context, deed, work, Role.OFFICER)
    out.print(f"{asked.request_id} about {record.person_id} waits for somebody else's decision.", markup=False)


def list_requests(
    context: typer.Context,
    decided: Annotated[bool, typer.Option("--decided", help="What was decided lately instead, and why.")] = False,
) -> None:
    """List what waits for a decision."""
    if decided:
        _list_decided(context)
        return

    rows = [("request_id", "Person", "What", "Asked", "By", "Reason")]
    for each in with_reading(settings_of(context), open_requests):
        what = "lock" if each.lock else "unlock"
        rows.append((each.request_id, each.person_id, what, to_rfc3339(each.asked_at), each.asked_by, each.reason))
    print_rows(*rows)


def _list_decided(context: typer.Context) -> None:
    rows = [("request_id", "Person", "What", "Asked by", "Outcome", "When", "By", "Reason")]
    for each in with_reading(settings_of(context), decided_requests):
        asked, what = each.asked, "lock" if each.asked.lock else "unlock"
        came = (each.outcome.replace("_", " "), to_rfc3339(each.at), each.decided_by or "", each.reason or "")
        rows.append((asked.request_id, asked.person_id, what, asked.asked_by, *came))
    print_rows(*rows)


def decide(
    context: typer.Context,
    request_id: str,
    by: By,
    reason: Reason,
    agree: Annotated[bool, typer.Option("--agree/--refuse", help="Agree, and it takes effect; or refuse.")],
) -> None:
    """Decide a request that somebody else made."""

    async def work(unit: Unit, vault: Vault, deed: Deed) -> LockRequest:
        return (await decide_lock(unit, vault, request_id, agreed=agree, deed=deed))[0]

    asked = _of_request(context, by, reason, work)
    effect = ("locked" if asked.lock else "unlocked") if agree else "left as it was"
    out.print(f"{asked.person_id} is {effect}.", markup=False)


def withdraw(context: typer.Context, request_id: str, by: By, reason: Reason) -> None:
    """Take back a request that you made; nothing is done about it."""
    asked = _of_request(context, by, reason, lambda unit, _, deed: withdraw_lock_request(unit, request_id, deed))
    out.print(f"{asked.request_id} is taken back; {asked.person_id} is left as it was.", markup=False)


def _of_request(
    context: typer.Context, by: str, reason: str, work: Callable[[Unit, Vault, Deed], Awaitable[LockRequest]]
) -> LockRequest:
    """Do something about a request that waits; a colleague needs the role. What was asked."""

    async def run(db: Database) -> LockRequest:
        async with open_workplace(settings, db, Role.OFFICER) as place:
            settled = await place.settle(deed)
            return await place.act(settled, lambda unit: work(unit, place.vault, settled))

    deed, settings = deed_of(by, reason), settings_of(context)
    return with_database(settings, run)
