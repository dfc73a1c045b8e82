"""The one place that decides how logs are written: JSON lines for machines, or lines for a person at a terminal.

Everything passes through one handler: our own events (`vneid_idp.log`), and what libraries say. Of a library's record
only the fixed text is kept, without its arguments, and of an exception types and places without words: the address
that an HTTP client calls, or the row that a driver quotes, is nothing for a log.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

from vneid_idp.log import places

_OURS = "vneid_idp"
_SERVER = "uvicorn"
"""Says where it listens and that it stops: its arguments are its own."""
_LEAST_OF_OTHERS = logging.WARNING


class JsonLines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `event`, `logger`, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        members = {"at": _instant(record), "level": record.levelname.lower(), "logger": record.name}
        return orjson.dumps(members | _content(record)).decode()


class Lines(logging.Formatter):
    """One line an event, for people."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        content = _content(record)
        event = content.pop("event")
        fields = "".join(f"  {name}={value}" for name, value in content.items())
        return f"{_instant(record)[11:19]} {record.levelname.lower():7} {event}{fields}"


def configure(level: str, *, readable: bool, server: str = "info", stream: TextIO | None = None) -> None:
    """Write the logs of this process to `stream`, standard error unless told.

    Ours from `level` on; the web server's from `server` on, and from `level` where that is less; of others warnings.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines() if readable else JsonLines())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(least, _LEAST_OF_OTHERS))
    logging.getLogger(_OURS).setLevel(least)
    # At its own lowest level the server describes every message of a request.
    logging.getLogger(_SERVER).setLevel(max(least, logging.getLevelNamesMapping()[server.upper()]))


def _content(record: logging.LogRecord) -> dict[str, Any]:
    event = getattr(record, "event", None)
    if event is not None:
        return {"event": event} | getattr(record, "fields", {})
    own_words = record.name.split(".")[0] == _SERVER and record.exc_info is None
    content = {"event": record.getMessage() if own_words else str(record.msg).strip()}
    if record.exc_info and (error := record.exc_info[1]) is not None:
        content |= {"error": type(error).__name__, "trace": places(error)}
    return content


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
