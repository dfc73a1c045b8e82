"""`deliveries list | retry | discard`: what has to leave this provider, and what was given up. Never what is in it."""

from typing import Annotated

import typer

from vneid_idp.cli.terminal import By, Reason, deed_of, out, print_rows, settings_of, when, with_database, with_unit
from vneid_idp.delivery import service
from vneid_idp.kernel.clock import to_rfc3339
from vneid_idp.storage.unit import Database

app = typer.Typer(no_args_is_help=True, help="What has to leave: text messages, log-out tokens, logos.")

_PAGE = 1_000


@app.command("list")
def list_deliveries(
    context: typer.Context,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
) -> None:
    """List the queue: what waits, and what was given up."""

    async def work(database: Database) -> list[service.Queued]:
        found: list[service.Queued] = []
        while True:
            async with database.reading() as unit:
                after = found[-1].delivery_id if found else ""
                page = await service.list_deliveries(unit, dead=dead, after=after, limit=_PAGE)
            found += page
            if len(page) < _PAGE:
                return found

    rows = [("ID", "Channel", "Recipient", "Attempts", "Last outcome", "Created", "Next attempt", "Given up")]
    for each in with_database(settings_of(context), work):
        given_up = when(each.given_up_at)
        following = "" if given_up else to_rfc3339(each.next_attempt_at)
        made = (str(each.attempts), each.last_outcome or "", to_rfc3339(each.created_at))
        rows.append((each.delivery_id, each.channel, each.recipient, *made, following, given_up))
    print_rows(*rows)


@app.command()
def retry(context: typer.Context, delivery_id: str, by: By, reason: Reason) -> None:
    """Have another round of attempts made at a delivery that was given up; a running provider makes them."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: service.retry(unit, delivery_id, deed))
    out.print(f"{delivery_id} is tried again.", markup=False)


@app.command()
def discard(context: typer.Context, delivery_id: str, by: By, reason: Reason) -> None:
    """Forget a delivery that was given up."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: service.discard(unit, delivery_id, deed))
    out.print(f"{delivery_id} is discarded.", markup=False)
