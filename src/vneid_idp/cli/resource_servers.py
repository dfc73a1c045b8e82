"""`resource-servers list | register | show | change | remove`: who takes signed access tokens of this provider."""

from pathlib import Path
from typing import Annotated

import typer

from vneid_idp.cli.terminal import (
    By,
    Reason,
    deed_of,
    fail,
    out,
    print_json,
    print_rows,
    read_json,
    settings_of,
    when,
    with_reading,
    with_unit,
)
from vneid_idp.clients import resource_servers
from vneid_idp.protocol.resource_servers import BadResourceServer, ResourceServer, ServerMembers, read_server
from vneid_idp.settings import Settings
from vneid_idp.storage.unit import Reading

app = typer.Typer(no_args_is_help=True, help="Resource servers of others, for which clients may get access tokens.")
_File = Annotated[Path, typer.Argument(help="The registration as JSON: resource, resource_name, family, scopes, …")]


@app.command("list")
def list_servers(context: typer.Context) -> None:
    """List every resource server."""

    async def look(unit: Reading) -> list[ResourceServer]:
        found: list[ResourceServer] = []
        while page := await resource_servers.page(unit, after=found[-1].server_id if found else ""):
            found += page
        return found

    rows = [("server_id", "Resource", "Name", "Family", "Scopes", "Disabled")]
    for server in with_reading(settings_of(context), look):
        members = server.members
        scopes = " ".join(scope.name for scope in members.scopes)
        rows.append(
            (server.server_id, members.identifier, members.name, members.family_id, scopes, when(server.disabled_at))
        )
    print_rows(*rows)


@app.command()
def register(context: typer.Context, file: _File, by: By, reason: Reason) -> None:
    """Register a resource server; prints its id."""
    deed, settings = deed_of(by, reason), settings_of(context)
    members = _members(file, settings)
    server = with_unit(settings, lambda unit: resource_servers.register(unit, members, deed))
    out.print(f"{members.identifier} is registered as {server.server_id}.", markup=False)


@app.command()
def show(context: typer.Context, server_id: str) -> None:
    """Show what is registered of a resource server, as JSON."""
    server = with_reading(settings_of(context), lambda unit: resource_servers.get(unit, server_id))
    print_json(server.members.to_json())


@app.command()
def change(context: typer.Context, server_id: str, file: _File, by: By, reason: Reason) -> None:
    """Put another registration in place of the one that stands."""
    deed, settings = deed_of(by, reason), settings_of(context)
    members = _members(file, settings)
    with_unit(settings, lambda unit: resource_servers.change(unit, server_id, members, deed))
    out.print(f"{server_id} is changed.", markup=False)


@app.command()
def remove(context: typer.Context, server_id: str, by: By, reason: Reason) -> None:
    """Issue no token for a resource server any more."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: resource_servers.remove(unit, server_id, deed))
    out.print(f"{server_id} is removed.", markup=False)


def _members(file: Path, settings: Settings) -> ServerMembers:
    try:
        return read_server(read_json(file), settings.issuer)
    except BadResourceServer as error:
        fail(f"{file}: {error}")
