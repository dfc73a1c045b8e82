"""`clients register | list | show | update | enable | disable | rotate-secret`: relying parties."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vneid_idp.cli import client_domains, client_logos, client_purposes
from vneid_idp.cli.terminal import (
    By,
    Material,
    Reason,
    deed_of,
    fail,
    out,
    print_json,
    print_rows,
    read_json,
    settings_of,
    when,
    with_database,
    with_reading,
    with_unit,
)
from vneid_idp.clients import by_operator, domains, service
from vneid_idp.clients.domains import ClientDomain
from vneid_idp.kernel.clock import HOUR, Instant, to_rfc3339
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.unit import Database, Reading, Unit

app = typer.Typer(no_args_is_help=True, help="Register relying parties, look after them, take them out of service.")
app.add_typer(client_purposes.app, name="purposes")
client_domains.add_to(app)


@app.command()
def register(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Client metadata as JSON (RFC 7591), scopes and purposes among it.")],
    by: By,
    reason: Reason,
    client_id: Annotated[str | None, typer.Option(help="The client_id; a new one unless told.")] = None,
) -> None:
    """Register a relying party; its credentials are printed as JSON, this once."""
    deed, settings = deed_of(by, reason), settings_of(context)
    members = _members(file)
    try:
        found = registration.read_registration(members, Registrar(by_operator=True, sandbox=settings.is_sandbox))
    except OAuthError as error:
        fail(f"{file}: {error.description}")

    async def work(database: Database) -> tuple[service.Registered, Client]:
        made = await database.transact(lambda unit: service.register(unit, found, client_id=client_id, deed=deed))
        return made, await client_logos.fetched(settings, database, made.client)

    registered, client = with_database(settings, work)
    credentials: dict[str, Any] = {"client_id": client.client_id}
    if registered.secret is not None:
        credentials["client_secret"] = registered.secret
    credentials["registration_access_token"] = registered.registration_access_token
    if client.logo_shown is not None:
        credentials["logo_shown"] = client.logo_shown
    print_json(credentials)


@app.command("list")
def list_clients(context: typer.Context) -> None:
    """List every relying party."""

    async def look(unit: Reading) -> list[Client]:
        found: list[Client] = []
        while page := await service.list_clients(unit, after=found[-1].client_id if found else ""):
            found += page
        return found

    rows = [("client_id", "Name", "Method", "Scope", "Registered", "Disabled")]
    for client in with_reading(settings_of(context), look):
        method, scope = client.token_endpoint_auth_method, " ".join(client.scope)
        issued = to_rfc3339(client.issued_at)
        rows.append((client.client_id, client.client_name, method, scope, issued, when(client.disabled_at)))
    print_rows(*rows)


@app.command()
def show(context: typer.Context, client_id: str) -> None:
    """Show what is registered of a relying party, and how it stands, as JSON; no secret is among it."""

    async def look(unit: Reading) -> dict[str, Any]:
        client = await service.get_client(unit, client_id)
        found = await domains.list_domains(unit, client_id)
        return {**by_operator.describe(client), "domains": [_domain(each) for each in found]}

    print_json(with_reading(settings_of(context), look))


@app.command()
def update(
    context: typer.Context,
    client_id: str,
    file: Annotated[Path, typer.Argument(help="The whole metadata as JSON; purposes may be left out, and stand then.")],
    by: By,
    reason: Reason,
    material: Material = None,
) -> None:
    """Replace the metadata of a relying party. A purpose that changes gets its next version by itself."""
    deed = deed_of(by, reason)
    settings, members = settings_of(context), _members(file)

    async def change(unit: Unit) -> tuple[Client, str | None]:
        client = await service.get_client(unit, client_id)
        return await by_operator.update(
            unit, client, members, deed, sandbox=settings.is_sandbox, material=material or ()
        )

    async def work(database: Database) -> tuple[Client, str | None]:
        client, secret = await database.transact(change)
        return await client_logos.fetched(settings, database, client), secret

    client, secret = with_database(settings, work)
    out.print(f"{client_id} is changed.", markup=False)
    if client.logo_shown is False:
        out.print("Its logo could not be fetched; the server tries again by itself.", markup=False)
    client_purposes.print_versions(client)
    if secret is not None:
        print_json({"client_id": client_id, "client_secret": secret})


@app.command()
def enable(context: typer.Context, client_id: str, by: By, reason: Reason) -> None:
    """Let a relying party that was disabled use the provider again; what was granted before counts again."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: service.enable(unit, client_id, deed))
    out.print(f"{client_id} is enabled.", markup=False)


@app.command()
def disable(context: typer.Context, client_id: str, by: By, reason: Reason) -> None:
    """Take a relying party out of service: it can neither authenticate nor send people any more."""
    deed = deed_of(by, reason)
    # Providers see the change within seconds; what was granted counts no more with this very transaction.
    with_unit(settings_of(context), lambda unit: service.disable(unit, client_id, deed))
    out.print(f"{client_id} is disabled.", markup=False)


@app.command("rotate-secret")
def rotate_secret(
    context: typer.Context,
    client_id: str,
    by: By,
    reason: Reason,
    overlap: Annotated[
        int, typer.Option(help="For how many hours the old secret stays good; 0 ends it at once.")
    ] = service.OVERLAP // HOUR,
) -> None:
    """Give a relying party a new secret, printed as JSON this once; the old one stays good for a while."""
    deed = deed_of(by, reason)

    async def work(unit: Unit) -> tuple[str, Instant]:
        client = await service.get_client(unit, client_id)
        secret = await service.rotate_secret(unit, client, deed, overlap=overlap * HOUR)
        return secret, unit.now + overlap * HOUR

    secret, until = with_unit(settings_of(context), work)
    print_json({"client_id": client_id, "client_secret": secret, "old_secret_good_until": to_rfc3339(until)})


def _domain(found: ClientDomain) -> dict[str, Any]:
    verified_at = None if found.verified_at is None else to_rfc3339(found.verified_at)
    return {"domain": found.domain, "verified": found.is_verified, "verified_at": verified_at}


def _members(file: Path) -> dict[str, Any]:
    members = read_json(file)
    if not isinstance(members, dict):
        fail(f"{file}: not a JSON object")
    return members
