"""What every command shares: the settings, a unit of work, and refusals that are a sentence instead of a traceback."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from vneid_idp.audit.deeds import BadDeed, Deed
from vneid_idp.kernel.clock import Instant, SystemClock, to_rfc3339
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.settings import Environment, Settings
from vneid_idp.settings_sources import BadSettings, Loaded, read_settings
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database, Reading, StatementFailed, Unit

T = TypeVar("T")

By = Annotated[str, typer.Option("--by", help="Who you are, for the record of events.")]
Reason = Annotated[str, typer.Option(help="Why, for the record of events.")]
Material = Annotated[
    list[str] | None, typer.Option(help="The id of a purpose that means something else now: people are asked anew.")
]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(*sentences: str, code: int = 1) -> NoReturn:
    """Say why not, and leave."""
    for sentence in sentences:
        err.print(sentence, style="red", markup=False)
    raise typer.Exit(code)


def loaded(context: typer.Context, environment: Environment | None = None) -> Loaded:
    """The settings and where they came from, or the list of what is wrong with them and exit code 2."""
    try:
        return read_settings(environment or context.obj)
    except BadSettings as refusal:
        hint = "`vneid-idp --sandbox …` works on the sandbox of this folder; `vneid-idp settings --help` says more."
        fail("These settings do not start a provider:", *(f"  {text}" for text in refusal.problems), hint, code=2)


def settings_of(context: typer.Context) -> Settings:
    """The settings alone."""
    return loaded(context).settings


def open_settings_database(settings: Settings) -> Database:
    """The database that the settings name, on the machine's clock."""
    return open_database(
        settings.database_url.get_secret_value(), SystemClock(), connections=settings.database_connections
    )


@contextmanager
def schema_explained(settings: Settings) -> Iterator[None]:
    """A statement that fails on a database with another schema than this program's is no bug, and is said in words."""
    try:
        yield
    except StatementFailed:
        # Alembic's part is not imported by commands that need none of it.
        from vneid_idp.storage import migration

        if migration.is_current(settings.database_url.get_secret_value()):
            raise
        if _is_of_state_folder(settings):
            fail(
                f"There is no sandbox in {settings.state_folder.absolute()}, or one of another version: `make sandbox` "
                "makes it there. Start the command in the folder where your sandbox runs, or name its state folder in "
                "VNEID_IDP_STATE_FOLDER."
            )
        fail("The database does not have the schema of this program. `vneid-idp migrate` brings it there.")


def _is_of_state_folder(settings: Settings) -> bool:
    url = settings.database_url.get_secret_value()
    return settings.environment is Environment.SANDBOX and url.startswith(f"sqlite:///{settings.state_folder}/")


def with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run `work` on the database; a refusal is printed."""

    async def run() -> T:
        database = open_settings_database(settings)
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        with schema_explained(settings):
            return asyncio.run(run())
    except DomainError as refusal:
        fail(refusal.title, *([refusal.detail] if refusal.detail else []))
    except OAuthError as refusal:  # metadata that cannot be registered
        fail(refusal.description)


def with_reading(settings: Settings, look: Callable[[Reading], Awaitable[T]]) -> T:
    """What `look` finds in one snapshot; a refusal is printed."""

    async def work(database: Database) -> T:
        async with database.reading() as unit:
            return await look(unit)

    return with_database(settings, work)


def with_unit(settings: Settings, work: Callable[[Unit], Awaitable[T]]) -> T:
    """Run `work` in one transaction; a refusal undoes it and is printed. It may run again: see `Database.transact`."""
    return with_database(settings, lambda database: database.transact(work))


def deed_of(by: str, reason: str) -> Deed:
    """Who does it and why, or a refusal: before anything is asked for."""
    try:
        return Deed(by, reason)
    except BadDeed as refusal:
        fail(refusal.title)


def read_json(file: Path) -> Any:
    """What stands in a file of JSON, or a refusal."""
    from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json

    try:
        return read_foreign_json(file.read_bytes())
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except BadJson as error:
        fail(f"{file} {error}")


def day_option(name: str, text: str) -> Any:
    """An option for `Annotated[date, …]`: a day, written in one way at every command."""
    return typer.Option(name, parser=_read_day, metavar="YYYY-MM-DD", help=text)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("write a day as YYYY-MM-DD") from error


def when(instant: Instant | None) -> str:
    """An instant in a table; nothing where there is none."""
    return "" if instant is None else to_rfc3339(instant)


def print_rows(*rows: Sequence[str]) -> None:
    """Aligned columns, the first row their names. Nothing is cut off: what is printed here gets copied."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        out.print(line, style="bold" if number == 0 else "", markup=False)


def print_json(value: Any) -> None:
    """For other programs: to the standard output, without colours. Values of ours are objects of their fields."""
    import orjson

    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
