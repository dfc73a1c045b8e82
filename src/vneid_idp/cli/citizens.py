"""`citizens seed`: reproducible make-believe people for the synthetic registry. `citizens lock | unlock | deceased |
forget`: what the authority says of one of them.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.people import Office, open_office, read_number
from vneid_idp.cli.terminal import err, fail, out, settings_of, with_database
from vneid_idp.identity.hashing import SecretHasher
from vneid_idp.identity.registry import LockedBy, RegistryRecord
from vneid_idp.identity.registry_reports import Death, Report
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import new_id
from vneid_idp.keys import service as keys
from vneid_idp.policy.cache import PolicyCache
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.seed import Seeded, sandbox_hashes, seed_citizens
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.lock_person import lock_person, unlock_person

_OPERATOR = Deed("operator", "Said at the command line")

app = typer.Typer(no_args_is_help=True, help="Make-believe citizens.")


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


@app.command()
def lock(context: typer.Context) -> None:
    """Lock a person's electronic identity: every token and session ends, the bindings rest. Asks for the number."""
    out.print(f"{_say(context, read_number(), _lock)} is locked.", markup=False)


@app.command()
def unlock(context: typer.Context) -> None:
    """Lift a lock: tokens and bindings that it stopped count again. Asks for the number."""
    out.print(f"{_say(context, read_number(), _unlock)} is not locked.", markup=False)


@app.command()
def deceased(context: typer.Context) -> None:
    """Record that a person died: every token and session ends, the bindings rest. Asks for the number."""
    out.print(f"{_say(context, read_number(), _record_death)} is recorded as deceased.", markup=False)


@app.command()
def forget(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether this is meant.")] = False,
) -> None:
    """Destroy the key of a person's data, end all that acts in their name, for good. Asks for the number."""
    number = read_number()
    if not yes:
        typer.confirm("Nobody will ever read this person's data again. Go on?", abort=True, err=True)
    out.print(f"{_say(context, number, _forget)} is forgotten.", markup=False)


# What has to be told to services waits for the worker of a running provider.
async def _lock(office: Office, record: RegistryRecord) -> None:
    await office.db.transact(lambda unit: lock_person(unit, record.person_id, LockedBy.AUTHORITY, _OPERATOR))


async def _unlock(office: Office, record: RegistryRecord) -> None:
    await office.db.transact(lambda unit: unlock_person(unit, record.person_id, LockedBy.AUTHORITY, _OPERATOR))


async def _record_death(office: Office, record: RegistryRecord) -> None:
    now = SystemClock().now()
    told = await office.registry.report(Report(new_id("rep"), record.person_id, "operator", Death(now)))
    policy = await PolicyCache(SystemClock()).current(office.db)
    # The feed would tell it too, some seconds later.
    await office.db.transact(lambda unit: follow_registry(unit, office.vault, office.blind, told, policy))


async def _forget(office: Office, record: RegistryRecord) -> None:
    async def work(unit: Unit) -> None:
        await forget_person(unit, office.vault, record.person_id)
        if isinstance(office.registry, SyntheticRegistry):
            # Its people are sealed under the same keys, and are gone with them; a real registry goes on by itself.
            await Population(office.vault, office.blind).forget_number(unit, record)

    await office.db.transact(work)


def _say(context: typer.Context, number: str, what: "Callable[[Office, RegistryRecord], Awaitable[object]]") -> str:
    """Say something of a person; the pseudonymous id, which is all that may be shown."""
    settings = settings_of(context)

    async def work(db: Database) -> str:
        async with open_office(settings, db) as office:
            record = await office.get(number)
            await what(office, record)
        return record.person_id

    return with_database(settings, work)
