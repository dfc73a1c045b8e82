"""`families list | create | name | disable | enable`: organisations with several relying parties."""

import typer

from vneid_idp.cli.terminal import By, Reason, deed_of, out, print_rows, settings_of, when, with_reading, with_unit
from vneid_idp.clients import families
from vneid_idp.clients.families import Family
from vneid_idp.storage.unit import Reading

app = typer.Typer(no_args_is_help=True, help="Organisations whose relying parties go in and out of service together.")


@app.command("list")
def list_families(context: typer.Context) -> None:
    """List every family of relying parties."""

    async def look(unit: Reading) -> list[Family]:
        found: list[Family] = []
        while page := await families.page(unit, after=found[-1].family_id if found else ""):
            found += page
        return found

    rows = [("family", "Name", "Disabled")]
    for family in with_reading(settings_of(context), look):
        rows.append((family.family_id, family.name, when(family.disabled_at)))
    print_rows(*rows)


@app.command()
def create(context: typer.Context, family_id: str, text: str, by: By, reason: Reason) -> None:
    """Make a family, with the name of its organisation, before its first relying party is registered."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: families.create(unit, family_id, text, deed))
    out.print(f"{family_id} is there.", markup=False)


@app.command()
def name(context: typer.Context, family_id: str, text: str, by: By, reason: Reason) -> None:
    """Give a family the name of its organisation."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: families.name(unit, family_id, text, deed))
    out.print(f"{family_id} is called {text}.", markup=False)


@app.command()
def disable(context: typer.Context, family_id: str, by: By, reason: Reason) -> None:
    """Take every relying party of a family out of service, and all that was granted to them with it."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: families.disable(unit, family_id, deed))
    out.print(f"{family_id} is disabled.", markup=False)


@app.command()
def enable(context: typer.Context, family_id: str, by: By, reason: Reason) -> None:
    """Put a family back into service: what was granted, and was not ended meanwhile, counts again."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), lambda unit: families.enable(unit, family_id, deed))
    out.print(f"{family_id} is enabled.", markup=False)
