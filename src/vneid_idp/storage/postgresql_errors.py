"""What an error of asyncpg means to the program. By SQLSTATE: PostgreSQL, appendix A.

A refusal of data that the program foresaw, an outage, something that may succeed when it is run again; everything else
is a bug, and is raised as one.
"""

import asyncpg

from vneid_idp.storage.statement import BadStatement
from vneid_idp.storage.unit import (
    AlreadyThere,
    ImpossibleText,
    Interrupted,
    OutcomeUnknown,
    StatementFailed,
    StorageUnavailable,
)

_UNIQUE_VIOLATION = "23505"
_NO_TEXT = ("22021", "22P05")
"""character_not_in_repertoire, untranslatable_character."""
_READ_ONLY = "25006"
"""read_only_sql_transaction: the server is no primary any more. In a unit that only reads: a bug of ours."""
_UNDONE = ("40001", "40P01", "40000", "40002", _READ_ONLY)
"""serialization_failure, deadlock_detected, transaction_rollback and its kind: the server undid it and says so."""
_GOING = ("57P01", "57P02", "57P03", "57P05", "25P03")
"""admin_shutdown, crash_shutdown, cannot_connect_now, time-outs of idle sessions: the server ends the connection."""
_TOO_LONG = ("57014", "55P03")
"""query_canceled, lock_not_available."""
_LOST_CLASS = "08"
_OUTAGE_CLASSES = ("53", "57", "58")
"""Insufficient resources (connections, disk, memory), operator intervention, errors of the system outside."""


def unreachable(error: Exception) -> StorageUnavailable:
    """What to raise when no connection could be had: worth another try where it was refused, not after long waiting."""
    waited = isinstance(error, TimeoutError)
    full = isinstance(error, asyncpg.PostgresError) and error.sqlstate not in _GOING
    return StorageUnavailable() if waited or full else Interrupted()


def _was_ended_by_server(error: Exception) -> bool:
    """Whether the server ended the connection while it rested: asyncpg has its farewell, and cannot send any more."""
    return isinstance(error, asyncpg.InternalClientError) and str(error).startswith("cannot switch to state")


def is_lost(error: Exception, closed: bool) -> bool:
    """Whether the connection is of no more use: broken, ended by the server, or a statement may still run on it."""
    if isinstance(error, asyncpg.PostgresError):
        return error.sqlstate in _GOING or error.sqlstate.startswith(_LOST_CLASS) or error.sqlstate == _READ_ONLY
    return closed or isinstance(error, OSError) or _was_ended_by_server(error)


def translated(error: Exception, statement: str, *, closed: bool, reading: bool, kept: bool) -> Exception:
    """What to raise in place of `error`.

    `closed` is whether the connection is, `reading` whether the unit only looks, `kept` whether the statement is its
    own transaction, so that the server may have kept it although no answer came.
    """
    if isinstance(error.__cause__ or error, UnicodeEncodeError):
        # Half a pair of surrogates: asyncpg wraps what Python said of it into a DataError.
        return ImpossibleText()
    if isinstance(error, asyncpg.PostgresError):
        return _of_server(error, statement, reading=reading, kept=kept)
    if (isinstance(error, asyncpg.InterfaceError) and closed) or _was_ended_by_server(error):
        # The connection was closed before anything was sent on it.
        return Interrupted()
    if isinstance(error, OSError):
        # Also TimeoutError: asyncpg gives up after its command_timeout, and the server may still be at it.
        return OutcomeUnknown() if kept else _outage(error)
    return StatementFailed(statement, str(error) if isinstance(error, BadStatement) else type(error).__name__)


def _of_server(error: asyncpg.PostgresError, statement: str, *, reading: bool, kept: bool) -> Exception:
    state = error.sqlstate
    if state == _UNIQUE_VIOLATION:
        return AlreadyThere()
    if state in _NO_TEXT:
        return ImpossibleText()
    if isinstance(error, asyncpg.InvalidCachedStatementError) or (
        state in _UNDONE and not (reading and state == _READ_ONLY)
    ):
        # A plan of before a migration is made anew by then.
        return Interrupted()
    if state in _GOING or state.startswith(_LOST_CLASS):
        return OutcomeUnknown() if kept else Interrupted()
    if state in _TOO_LONG or state.startswith(_OUTAGE_CLASSES):
        return StorageUnavailable()
    return StatementFailed(statement, f"{type(error).__name__} {state}{_place(error)}")


def _outage(error: OSError) -> StorageUnavailable:
    """A statement that took too long would take as long again; a connection that broke is replaced."""
    return StorageUnavailable() if isinstance(error, TimeoutError) else Interrupted()


def commit_failed(error: Exception, *, closed_before: bool) -> Exception:
    """What to raise when COMMIT raised `error`: the server undid the unit only where it says so."""
    if closed_before or _was_ended_by_server(error):
        return Interrupted()
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate[:2] in ("23", "40"):
        return _of_server(error, "COMMIT", reading=False, kept=True)
    return OutcomeUnknown()


def _place(error: asyncpg.PostgresError) -> str:
    """Where in the schema, as far as the server says: its words, never those of a row."""
    names = (getattr(error, part, None) for part in ("table_name", "column_name", "constraint_name"))
    found = ".".join(name for name in names if name)
    return f" on {found}" if found else ""
