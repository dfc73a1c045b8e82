"""`registry list | retry`: changes of the population register that could not be followed, and wait for the operator.

`registry serve`: a registry server on the sandbox's invented people, to develop against.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from vneid_idp.cli.authority_servers import serve_beside
from vneid_idp.cli.people import open_workplace
from vneid_idp.cli.terminal import (
    By,
    Reason,
    deed_of,
    out,
    print_rows,
    settings_of,
    with_database,
    with_reading,
)
from vneid_idp.identity.register import set_aside
from vneid_idp.kernel.clock import to_rfc3339
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.retry_set_aside import retry_set_aside

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from vneid_idp.signed_http.signatures import Signatures

app = typer.Typer(no_args_is_help=True, help="The population register: changes that wait; the sandbox's as a server.")


@app.command("list")
def list_set_aside(context: typer.Context) -> None:
    """List the changes that could not be followed. The feed went on without them; these people are not in step."""

    rows = [("Cursor", "Person", "Facts", "Changed", "Error", "Set aside", "Feed")]
    for feed, each in with_reading(settings_of(context), set_aside.list_set_aside):
        change = each.change
        cells = (change.cursor, change.person_id, " ".join(change.facts), to_rfc3339(change.at))
        rows.append((*cells, each.error, to_rfc3339(each.set_aside_at), feed))
    print_rows(*rows)


@app.command()
def retry(
    context: typer.Context,
    cursor: str,
    by: By,
    reason: Reason,
    feed: Annotated[
        str | None,
        typer.Option(help="The feed that told it, as `registry list` shows it; the present one unless told."),
    ] = None,
) -> None:
    """Follow a change that was set aside, by what the registry says now. What fails again stays where it is.

    So does one of a feed that is followed no more: whom the registry of now does not know is no matter of it.
    """
    deed, settings = deed_of(by, reason), settings_of(context)

    async def work(db: Database) -> None:
        async with open_workplace(settings, db) as place:
            policy = await place.policy()
            told_by = place.registry.name if feed is None else feed
            await retry_set_aside(place.reporting, told_by, cursor, policy, deed, act=db.transact)

    with_database(settings, work)
    out.print(f"{cursor} is followed.", markup=False)


@app.command()
def serve(
    context: typer.Context, port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8002
) -> None:
    """Serve `registry/v1` (openapi/registry-v1.json) on the people of this sandbox, with keys of its own."""

    def create(registry: SyntheticRegistry, signatures: "Signatures", url: str) -> "ASGIApp":
        from vneid_idp.sandbox.country.server.app import create_registry

        return create_registry(registry, signatures, url)

    serve_beside(settings_of(context), port, "registry", "registry", create)
