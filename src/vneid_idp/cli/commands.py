"""`vneid-idp`: the commands and their help."""

from typing import Annotated

import typer

from vneid_idp.cli import (
    audit,
    biometrics,
    capture_devices,
    citizens,
    clients,
    deliveries,
    face_matcher,
    families,
    keys,
    lock_requests,
    number_imports,
    number_registers,
    numbers,
    office,
    policy,
    registry,
    resource_servers,
    roles,
    server,
)
from vneid_idp.settings import Environment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="An identity provider: run it and look after it. Settings come from the environment (VNEID_IDP_…) or from the "
    "file that VNEID_IDP_SETTINGS_FILE names.",
)


@app.callback()
def choose(
    context: typer.Context,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Work on the sandbox of this folder.")] = False,
) -> None:
    """Remember for the command which environment is meant where no setting says it."""
    context.obj = Environment.SANDBOX if sandbox else None


server.add_to(app)
app.add_typer(clients.app, name="clients")
app.add_typer(families.app, name="families")
app.add_typer(resource_servers.app, name="resource-servers")
app.add_typer(capture_devices.app, name="capture-devices")
app.add_typer(biometrics.app, name="biometrics")
app.add_typer(keys.app, name="keys")
app.add_typer(citizens.app, name="citizens")
app.add_typer(registry.app, name="registry")
app.add_typer(face_matcher.app, name="face-matcher")
app.add_typer(policy.app, name="policy")
number_registers.add_to(numbers.app)
number_imports.add_to(numbers.app)
app.add_typer(numbers.app, name="numbers")
lock_requests.add_to(office.app)
app.add_typer(office.app, name="office")
app.add_typer(roles.app, name="roles")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """The entry point of the `vneid-idp` script."""
    app()
