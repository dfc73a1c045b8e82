"""Commands, run in this process."""

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any
from unittest.mock import patch

from typer.main import get_command
from typer.testing import CliRunner, Result

from tests.support.watch import Watch
from vneid_idp.cli.commands import app
from vneid_idp.storage.database import open_database

_built = cache(get_command)


def invoke(arguments: Sequence[str], typed: str | None = None) -> Result:
    """What came of a command, whatever it was. The tree of commands is built once, as in a process of its own."""
    with patch("typer.testing._get_command", _built):
        return CliRunner().invoke(app, arguments, input=typed)


def run(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
    """Run a command that ends with `code`; what it said."""
    result = invoke(arguments, typed)
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
