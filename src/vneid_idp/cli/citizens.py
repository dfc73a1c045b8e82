"""`citizens seed`: reproducible make-believe people for the synthetic registry. `citizens forget`: the key of somebody
is destroyed. What an office does for people is `office …`.
"""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.people import Workplace, for_person, read_number
from vneid_idp.cli.terminal import By, Reason, deed_of, err, fail, out, settings_of, with_database
from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.keys import service as keys
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.seed import Seeded, sandbox_hashes, seed_citizens
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.forget_person import forget_person

app = typer.Typer(
    no_args_is_help=True, help="Citizens: make-believe ones for a sandbox, and one whose data is destroyed."
)


@app.command()
def seed(
    context: typer.Context,
    count: Annotated[int, typer.Option(min=1, help="How many.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    accounts: Annotated[bool, typer.Option(help="Also open the accounts of those who have one.")] = True,
) -> None:
    """Write citizens with numbers that belong to nobody into the synthetic register; in production no accounts."""
    settings = settings_of(context)
    if not settings.is_sandbox and settings.registry != "synthetic":
        fail("Make-believe citizens belong to the synthetic register, and this production asks another.")
    if not settings.is_sandbox and accounts:  # whose password is the sandbox's, which everybody knows
        fail("Make-believe citizens have no accounts in production: pass --no-accounts, and let an office open some.")
    hashes = sandbox_hashes(SecretHasher()) if accounts else None
    bar = Progress(
        TextColumn("Citizens"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True), console=err
    )

    async def work(database: Database) -> Seeded:
        ring = await database.transact(lambda unit: keys.ready(unit, settings.root_secret))
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
    first = next(citizens(1, seed)).record
    out.print(f"The first of them is {first.personal_number}, {first.full_name}.")


@app.command()
def forget(
    context: typer.Context,
    by: By,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether this is meant.")] = False,
) -> None:
    """Destroy the key of a person's data, end all that acts in their name, for good. Asks for the number."""
    deed, number = deed_of(by, reason), read_number()
    if not yes:
        typer.confirm("Nobody will ever read this person's data again. Go on?", abort=True, err=True)
    record, _ = for_person(context, deed, number, _forget, Role.OPERATOR)
    out.print(f"{record.person_id} is forgotten.", markup=False)


async def _forget(place: Workplace, record: RegistryRecord, deed: Deed) -> None:
    await place.act(deed, lambda unit: forget_person(unit, place.vault, place.blind, record.person_id, deed))
    await place.registry.forget(record)
