"""`roles give | end | list`: who may work at an office or look after the provider. The first ones are given here."""

from datetime import date
from typing import Annotated

import typer

from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.people import Workplace, for_person, read_number
from vneid_idp.cli.terminal import (
    By,
    Reason,
    day_option,
    deed_of,
    err,
    fail,
    out,
    print_rows,
    settings_of,
    when,
    with_reading,
    with_unit,
)
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.passkeys import AddedByOther
from vneid_idp.identity.offices.roles import EVERYWHERE, HeldRole, Role, end_role, list_roles
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import DAY, midnight, to_rfc3339
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.by_command import hold_whoever_commands
from vneid_idp.use_cases.give_role import give_role

app = typer.Typer(no_args_is_help=True, help="Roles at offices and at the operator's.")


@app.command()
def give(
    context: typer.Context,
    role: Role,
    by: By,
    reason: Reason,
    office: Annotated[
        str, typer.Option(help="The office in whose name it is used; of any unless told. Not for operators.")
    ] = EVERYWHERE,
    until: Annotated[date | None, day_option("--until", "The last day on which it holds.")] = None,
) -> None:
    """Give a person with a usable account of level 2 a role. Asks for the ID number, or reads it from a pipe.

    Passkeys of theirs that a colleague added are named: a colleague who kept one could act in the role.
    """
    deed = deed_of(by, reason)
    ends_at = None if until is None else midnight(until) + DAY

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> tuple[HeldRole, tuple[AddedByOther, ...]]:
        async def give_and_look(unit: Unit) -> tuple[HeldRole, tuple[AddedByOther, ...]]:
            held = await give_role(unit, record.person_id, role, office, deed, ends_at=ends_at)
            return held, await passkeys.added_by_others(unit, record.person_id)

        return await place.act(deed, give_and_look)

    record, (held, by_others) = for_person(context, deed, read_number(), work, Role.OPERATOR)
    out.print(f"{record.person_id} is {role} now: {held.role_id}", markup=False)
    if by_others:
        _name(by_others)


def _name(by_others: tuple[AddedByOther, ...]) -> None:
    """To the standard error: what a program reads is the role."""
    err.print(
        "Others added these passkeys. Ask the person whether each is their own; whoever has one acts in the role. "
        "`vneid-idp office remove-passkey` takes one away:"
    )
    for each in by_others:
        added = f"added {to_rfc3339(each.passkey.registered_at)} by {each.by}"
        err.print(f"  {each.passkey.credential_id}  {each.passkey.name}  {added}", markup=False)


@app.command()
def end(context: typer.Context, role_id: str, by: By, reason: Reason) -> None:
    """End a role at once."""
    deed = deed_of(by, reason)

    async def work(unit: Unit) -> bool:
        await hold_whoever_commands(unit, deed, Role.OPERATOR)
        return await end_role(unit, role_id, deed)

    if not with_unit(settings_of(context), work):
        fail("There is no such role, or it has ended.")
    out.print(f"{role_id} has ended.", markup=False)


@app.command("list")
def list_all(context: typer.Context) -> None:
    """List every role that somebody holds."""

    rows = [("role_id", "Person", "Role", "Office", "Given", "By", "Ends")]
    for held in with_reading(settings_of(context), list_roles):
        given, ends = to_rfc3339(held.given_at), when(held.ends_at)
        rows.append((held.role_id, held.person_id, held.role, held.scope, given, held.given_by, ends))
    print_rows(*rows)
