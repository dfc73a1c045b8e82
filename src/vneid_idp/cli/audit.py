"""`audit verify`: whether the record of what happened still is what was written."""

import typer

from vneid_idp.audit import service
from vneid_idp.cli.terminal import fail, out, settings_of, with_reading
from vneid_idp.consent.proofs import find_fault

app = typer.Typer(no_args_is_help=True, help="The append-only record of events.")


@app.callback()
def audit() -> None:
    """Keeps `verify` a command of its own name."""


@app.command()
def verify(context: typer.Context) -> None:
    """Walk the hash chain, and hold each receipt of a consent against it; exit code 1 if something does not hold."""

    found = with_reading(settings_of(context), lambda unit: service.verify(unit, find_fault))
    out.print(f"{found.events} events in {found.batches} batches hold; {found.unsealed} wait to be chained.")
    if found.head:
        out.print(f"Head of the chain, to compare with one kept elsewhere: {found.head}", markup=False)
    if found.broken is not None:
        fail(f"The chain is broken at batch {found.broken.batch}: {found.broken.reason}.")
