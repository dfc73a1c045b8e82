"""Commands, run in this process."""

import asyncio
from typing import Any

from typer.testing import CliRunner, Result

from tests.support.watch import Watch
from vneid_idp.cli.commands import app
from vneid_idp.storage.database import open_database


def run(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
    """Run a command that ends with `code`; what it said."""
    result = CliRunner().invoke(app, arguments, input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def with_database(url: str, work: Any) -> Any:
    """What `work` makes of the open database."""

    async def with_it() -> Any:
        db = open_database(url, Watch())
        try:
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(with_it())
