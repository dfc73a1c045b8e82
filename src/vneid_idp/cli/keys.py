"""`keys rotate | list | readiness | rewrap`: the keys of this installation, never their material."""

import sys
from typing import Annotated

import typer

from vneid_idp.cli.terminal import (
    By,
    Reason,
    deed_of,
    fail,
    out,
    print_rows,
    settings_of,
    when,
    with_reading,
    with_unit,
)
from vneid_idp.clients.key_readiness import find_readiness
from vneid_idp.kernel.clock import to_rfc3339
from vneid_idp.keys import service
from vneid_idp.keys.material import WrongMaster
from vneid_idp.keys.rules import ROTATED, KeyFacts, KeyKind
from vneid_idp.production import SANDBOX_MARK
from vneid_idp.settings import read_root_secret
from vneid_idp.storage.unit import Unit

app = typer.Typer(no_args_is_help=True, help="List the keys, announce successors, change the root secret.")


@app.command("list")
def list_keys(context: typer.Context) -> None:
    """List every key there ever was, and its state now."""

    rows = [("Kind", "Generation", "kid", "State", "Announced", "Active", "Retired", "Removed")]
    for key in with_reading(settings_of(context), service.list_keys):
        announced, active = to_rfc3339(key.announced_at), to_rfc3339(key.activate_at)
        ends = (when(key.retire_at), when(key.remove_at))
        rows.append((key.kind, str(key.generation), key.kid, key.state, announced, active, *ends))
    print_rows(*rows)


@app.command()
def readiness(context: typer.Context) -> None:
    """Show which relying parties were seen fetching the keys that are announced, as far as it can be told."""

    found = with_reading(settings_of(context), find_readiness)
    if not found:
        out.print("No signing key is announced.")
    for each in found:
        out.print(
            f"{each.key.kind} {each.key.generation}: {each.verdict.replace('_', ' ')}", style="bold", markup=False
        )
        rows = [("client_id", "Name", "Readiness", "Last seen")]
        rows += [
            (one.client.client_id, one.client.client_name, one.readiness.replace("_", " "), when(one.fetched_at))
            for one in each.clients
        ]
        print_rows(*rows)


@app.command()
def rotate(
    context: typer.Context,
    by: By,
    reason: Reason,
    kind: Annotated[list[KeyKind] | None, typer.Option(help="Only these kinds; all that rotate unless told.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Sign with the successors at once, without announcing.")] = False,
    compromised: Annotated[
        bool, typer.Option("--compromised", help="Also withdraw the predecessors: what they signed verifies no more.")
    ] = False,
) -> None:
    """Announce successors; running providers change over by themselves at the announced instant."""
    deed, settings = deed_of(by, reason), settings_of(context)

    async def work(unit: Unit) -> tuple[KeyFacts, ...]:
        await service.ensure(unit, settings.root_secret)
        return await service.rotate(
            unit, settings.root_secret, kinds=kind or ROTATED, immediately=now, compromised=compromised, deed=deed
        )

    for key in with_unit(settings, work):
        out.print(f"{key.kind} {key.generation}: {key.kid} signs from {to_rfc3339(key.activate_at)}", markup=False)


@app.command()
def rewrap(context: typer.Context) -> None:
    """Wrap every key under another root secret, read from the standard input. Stop the provider first; afterwards put
    the new secret in the place of the old one, and start it."""
    settings = settings_of(context)
    try:
        new = read_root_secret(sys.stdin.readline().strip())
    except ValueError as problem:
        fail(f"The new secret {problem}.", code=2)
    if new.startswith(SANDBOX_MARK) and not settings.is_sandbox:
        fail("The new secret was made by a sandbox; production needs its own.", code=2)
    try:
        count = with_unit(settings, lambda unit: service.rewrap(unit, settings.root_secret, new))
    except WrongMaster:
        fail("The keys are under another root secret than that of the settings. Nothing was changed.")
    out.print(f"{count} keys are under the new secret.", markup=False)
