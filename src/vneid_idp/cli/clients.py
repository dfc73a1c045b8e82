"""`clients register | list | disable`: relying parties."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from vneid_idp.cli.terminal import fail, out, print_json, print_rows, settings_of, with_database, with_unit
from vneid_idp.clients import service
from vneid_idp.kernel.clock import to_rfc3339
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.unit import Database, Unit

app = typer.Typer(no_args_is_help=True, help="Register relying parties, list them, take one out of service.")


@app.command()
def register(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Client metadata as JSON (RFC 7591), scopes and purposes among it.")],
    client_id: Annotated[str | None, typer.Option(help="The client_id; a new one unless told.")] = None,
) -> None:
    """Register a relying party; its credentials are printed as JSON, this once."""
    settings = settings_of(context)
    try:
        members = orjson.loads(file.read_bytes())
        if not isinstance(members, dict):
            fail(f"{file}: not a JSON object")
        found = registration.read(members, Registrar(by_operator=True, sandbox=settings.is_sandbox))
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except orjson.JSONDecodeError as error:
        fail(f"{file}: not JSON ({error})")
    except OAuthError as error:
        fail(f"{file}: {error.description}")

    async def work(unit: Unit) -> service.Registered:
        return await service.register(unit, found, client_id=client_id)

    registered = with_unit(settings, work)
    credentials: dict[str, Any] = {"client_id": registered.client.client_id}
    if registered.secret is not None:
        credentials["client_secret"] = registered.secret
    credentials["registration_access_token"] = registered.registration_access_token
    print_json(credentials)


@app.command("list")
def list_clients(context: typer.Context) -> None:
    """List every relying party."""

    async def work(database: Database) -> list[Client]:
        found: list[Client] = []
        async with database.reading() as unit:
            while page := await service.list_clients(unit, after=found[-1].client_id if found else ""):
                found += page
        return found

    rows = [("client_id", "Name", "Method", "Scope", "Registered", "Disabled")]
    for client in with_database(settings_of(context), work):
        disabled = "" if client.disabled_at is None else to_rfc3339(client.disabled_at)
        method, scope = client.token_endpoint_auth_method, " ".join(client.scope)
        issued = to_rfc3339(client.issued_at)
        rows.append((client.client_id, client.client_name, method, scope, issued, disabled))
    print_rows(*rows)


@app.command()
def disable(context: typer.Context, client_id: str) -> None:
    """Take a relying party out of service: it can neither authenticate nor send people any more."""

    async def work(unit: Unit) -> None:
        # Providers see the change within seconds; what was granted counts no more with this very transaction.
        await service.disable(unit, client_id)

    with_unit(settings_of(context), work)
    out.print(f"{client_id} is disabled.", markup=False)
