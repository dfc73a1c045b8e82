"""`clients purposes show | set | add`: why a relying party asks, and what people are asked again after a change."""

from pathlib import Path
from typing import Annotated

import typer

from vneid_idp.cli.terminal import (
    By,
    Material,
    Reason,
    deed_of,
    fail,
    out,
    print_json,
    read_json,
    settings_of,
    with_reading,
    with_unit,
)
from vneid_idp.clients import by_operator, service
from vneid_idp.clients.purpose_templates import purpose_templates
from vneid_idp.protocol.claims import scopes_missing
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Unit

app = typer.Typer(no_args_is_help=True, help="The purposes of a relying party, and their versions.")


@app.command()
def show(context: typer.Context, client_id: str) -> None:
    """Show the purposes as JSON, in the form that `set` takes."""

    client = with_reading(settings_of(context), lambda unit: service.get_client(unit, client_id))
    print_json(client.metadata.get("purposes", []))


@app.command("set")
def set_purposes(
    context: typer.Context,
    client_id: str,
    file: Annotated[Path, typer.Argument(help="All purposes, a JSON array; what they say of versions is not read.")],
    by: By,
    reason: Reason,
    material: Material = None,
) -> None:
    """Replace the purposes. One that changes gets its next version by itself; people are asked only for the claims that
    are new in it, or for the whole purpose where --material says that it means something else now."""
    deed = deed_of(by, reason)
    settings, purposes = settings_of(context), read_json(file)

    async def work(unit: Unit) -> Client:
        client = await service.get_client(unit, client_id)
        return await by_operator.set_purposes(
            unit, client, purposes, deed, sandbox=settings.is_sandbox, material=material or ()
        )

    print_versions(with_unit(settings, work))


@app.command("add")
def add_purpose(
    context: typer.Context,
    client_id: str,
    template: Annotated[str, typer.Option(help=f"One of {', '.join(purpose_templates())}.")],
    by: By,
    reason: Reason,
) -> None:
    """Put a purpose that the law gives to many beside those of a client: what stands in the template is a start, to be
    changed by `set`."""
    deed = deed_of(by, reason)
    settings, purpose = settings_of(context), purpose_templates().get(template)
    if purpose is None:
        fail(f"There is no template {template}; there are {', '.join(purpose_templates())}.")

    async def work(unit: Unit) -> Client:
        client = await service.get_client(unit, client_id)
        return await by_operator.add_purpose(unit, client, purpose, deed, sandbox=settings.is_sandbox)

    client = with_unit(settings, work)
    print_versions(client)
    added = [each for each in client.purposes if each.id == purpose["id"]]
    if missing := scopes_missing(client, added):
        scopes = " ".join(sorted(missing))
        out.print(f"What it asks for of the scopes {scopes} is not handed over before the client has them.")


def print_versions(client: Client) -> None:
    """A line a purpose: its version, and whom it asks."""
    for purpose in client.purposes:
        since, new = purpose.asks()
        asked = "who has not answered it" if since is None else f"only who has not answered version {since} or later"
        added = f"; everybody for {', '.join(new)}" if new else ""
        out.print(f"{purpose.id}: version {purpose.version}, asks {asked}{added}", markup=False)
