"""What an error of SQLite means to the program: see `postgresql_errors`. By result code: sqlite.org/rescode.html."""

import sqlite3

from vneid_idp.storage.statement import BadStatement
from vneid_idp.storage.unit import (
    AlreadyThere,
    ImpossibleText,
    Interrupted,
    OutcomeUnknown,
    StatementFailed,
    StorageUnavailable,
)

_DUPLICATES = ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_READ_ONLY = "SQLITE_READONLY"
"""Plain: in a unit that only reads, a bug of ours. With more words after it, and elsewhere: the file's state."""
_OUTAGES = (
    "SQLITE_CANTOPEN",
    "SQLITE_CORRUPT",
    "SQLITE_FULL",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_NOMEM",
    "SQLITE_NOTADB",
    "SQLITE_PERM",
    "SQLITE_PROTOCOL",
    _READ_ONLY,
)


def translated(error: Exception, statement: str, *, reading: bool = False) -> Exception:
    """What to raise in place of `error`; `reading` is whether the unit only looks."""
    # Some errors come from Python's module itself and have no code.
    code = getattr(error, "sqlite_errorname", "")
    if code in _DUPLICATES:
        return AlreadyThere()
    if code.startswith(_BUSY):
        return Interrupted()
    if code.startswith(_OUTAGES) and not (reading and code == _READ_ONLY):
        return StorageUnavailable()
    if isinstance(error, ImpossibleText):
        return error
    if isinstance(error, BadStatement):
        return StatementFailed(statement, str(error))
    return StatementFailed(statement, f"{type(error).__name__} {code}".strip())


def commit_failed(error: Exception) -> Exception:
    """What to raise when COMMIT raised `error`: what was half on the disk may be found there after a restart."""
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorname", "").startswith("SQLITE_IOERR"):
        return OutcomeUnknown()
    return translated(error, "COMMIT")
