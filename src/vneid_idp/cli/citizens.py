"""`citizens seed`: reproducible make-believe people for the synthetic registry."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vneid_idp.cli.terminal import err, fail, out, settings_of, with_database
from vneid_idp.identity.hashing import SecretHasher
from vneid_idp.identity.seed import Seeded, sandbox_hashes, seed_citizens
from vneid_idp.identity.vault import Vault
from vneid_idp.keys import service as keys
from vneid_idp.storage.unit import Database

app = typer.Typer(no_args_is_help=True, help="Make-believe citizens.")


@app.callback()
def citizens() -> None:
    """Keeps `seed` a command of its own name."""


@app.command()
def seed(
    context: typer.Context,
    count: Annotated[int, typer.Option(min=1, help="How many.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    accounts: Annotated[bool, typer.Option(help="Also open the accounts of those who have one.")] = True,
) -> None:
    """Write citizens with numbers that belong to nobody, in the sandbox only."""
    settings = settings_of(context)
    if not settings.is_sandbox:
        fail("Make-believe citizens belong to a sandbox, and this is production.")
    hashes = sandbox_hashes(SecretHasher()) if accounts else None
    bar = Progress(
        TextColumn("Citizens"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True), console=err
    )

    async def work(database: Database) -> Seeded:
        async with database.writing() as unit:
            await keys.ensure(unit, settings.root_secret)
            ring = await keys.load(unit, settings.root_secret)
        with bar:
            task = bar.add_task("seed", total=count)
            return await seed_citizens(
                database,
                Vault(ring.sealer),
                ring.blind,
                count,
                seed,
                hashes=hashes,
                progress=lambda done: bar.update(task, completed=done),
            )

    seeded = with_database(settings, work)
    out.print(f"{seeded.written} citizens written, {seeded.skipped} were there already.")
