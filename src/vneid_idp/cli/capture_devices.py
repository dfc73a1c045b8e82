"""`capture-devices list | register | remove`: devices of carriers that take faces and sign what they took."""

from pathlib import Path
from typing import Annotated

import typer

from vneid_idp.cli.terminal import (
    By,
    Reason,
    deed_of,
    out,
    print_rows,
    read_json,
    settings_of,
    when,
    with_reading,
    with_unit,
)
from vneid_idp.faces import devices
from vneid_idp.faces.devices import CaptureDevice
from vneid_idp.storage.unit import Reading

app = typer.Typer(no_args_is_help=True, help="Devices of carriers that take faces and sign what they took.")
_Key = Annotated[Path, typer.Argument(help="The device's public key as a JWK: EC P-256, Ed25519 or RSA.")]


@app.command("list")
def list_devices(context: typer.Context, client_id: str) -> None:
    """List the devices of a client."""

    async def look(unit: Reading) -> list[CaptureDevice]:
        found: list[CaptureDevice] = []
        while page := await devices.page(unit, client_id, after=found[-1].device_id if found else ""):
            found += page
        return found

    rows = [("device_id", "Name", "Signs with", "Registered")]
    for device in with_reading(settings_of(context), look):
        rows.append((device.device_id, device.name, device.alg, when(device.registered_at)))
    print_rows(*rows)


@app.command()
def register(context: typer.Context, client_id: str, name: str, key: _Key, by: By, reason: Reason) -> None:
    """Register a device of a client; prints its id."""
    deed, jwk = deed_of(by, reason), read_json(key)
    device = with_unit(settings_of(context), lambda unit: devices.register(unit, client_id, name, jwk, deed))
    out.print(f"{device.name} is registered as {device.device_id}.", markup=False)


@app.command()
def remove(context: typer.Context, device_id: str, by: By, reason: Reason) -> None:
    """Take nothing that a device signs any more."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: devices.remove(unit, device_id, deed))
    out.print(f"{device_id} is removed.", markup=False)
