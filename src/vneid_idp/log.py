"""What the program tells its operators: events with fields, and the only way into a log (a test watches the imports).

An event is a fixed name such as `delivery.failed`; what differs from one to the next stands in fields, and only under
the names listed here. A field with another name is dropped and its name noted, so that nobody logs a number, a name or
a token by accident: whoever adds a field to the list has it read by somebody else first.

How events are written, and which, is decided by `observability/logs.py`.
"""

import logging
import re
import traceback
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol

Value = str | int | float | bool | None

_WORD = re.compile(r"[\w.:/{}\[\]<> +-]{0,200}")
_NUMBER_OF_SOMEBODY = re.compile(r"(?:\d[ .-]?){9}|@")
"""Nine digits in a row, however they are grouped, or an address: an ID number, a phone, an e-mail."""
_MOST_CHARACTERS = 300
WITHHELD = "(withheld)"

NUMBERS = frozenset({"attempt", "count", "ms", "status"})
WORDS = frozenset(
    {
        "causes", "channel", "code", "delivery_id", "client_id", "environment", "error", "failure", "method", "outcome",
        "request_id", "route", "service", "setting", "statement", "task", "trace",
    }
)  # fmt: skip
"""Identifiers and names that the program gave. None of a person: not even `person_id`."""
TEXTS = frozenset({"detail"})
"""Sentences of ours about a request, for its developer; withheld when a number or an address stands in them."""


class Named(Protocol):
    """A request that is being served."""

    @property
    def request_id(self) -> str:
        """As people quote it; computed when somebody asks."""
        ...


CURRENT: ContextVar[Named | None] = ContextVar("vneid_idp.request", default=None)
"""The request on whose behalf this code runs; set by `web.headers.Edge`, and inherited by the tasks that it starts."""


class Log:
    """The events of one module: `_log = Log(__name__)`."""

    __slots__ = ("_logger",)

    def __init__(self, module: str) -> None:
        self._logger = logging.getLogger(module)

    def tells_debug(self) -> bool:
        """Whether `debug` would be written: worth asking where the fields cost something."""
        return self._logger.isEnabledFor(logging.DEBUG)

    def debug(self, event: str, **fields: Value) -> None:
        """What somebody wants to see who looks for a fault."""
        self._tell(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Value) -> None:
        """What happened and is as it should be, or another's mistake."""
        self._tell(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Value) -> None:
        """What went wrong and mends itself, or is tried again."""
        self._tell(logging.WARNING, event, fields)

    def failure(self, event: str, error: BaseException, **fields: Value) -> None:
        """A fault of ours: the types and places of `error`, never its words, which can hold the values of a person.

        An exception that has a mapping `fields` vouches for them.
        """
        own: dict[str, Value] = dict(getattr(error, "fields", {}))
        found = {"error": type(error).__name__, "causes": _causes(error), "trace": places(error)}
        self._tell(logging.ERROR, event, {**found, **own, **fields})

    def _tell(self, level: int, event: str, fields: dict[str, Value]) -> None:
        if not self._logger.isEnabledFor(level):
            return
        request = CURRENT.get()
        if request is not None:
            fields = {"request_id": request.request_id, **fields}
        kept = cleaned(fields)
        text = " ".join([event, *(f"{name}={value}" for name, value in kept.items())])
        # The text is for whoever reads records without our form; a sign of percent in it is no placeholder.
        self._logger.log(level, "%s", text, extra={"event": event, "fields": kept})


def cleaned(fields: dict[str, Value]) -> dict[str, Value]:
    """`fields` as far as they may be logged; `dropped` names the others."""
    kept: dict[str, Value] = {}
    dropped = []
    for name, value in fields.items():
        if value is None:
            continue
        if name in NUMBERS and isinstance(value, int | float):
            kept[name] = value
        elif name in WORDS and isinstance(value, str):
            kept[name] = value if name == "trace" or _WORD.fullmatch(value) else WITHHELD
        elif name in TEXTS and isinstance(value, str):
            kept[name] = WITHHELD if _NUMBER_OF_SOMEBODY.search(value) else value[:_MOST_CHARACTERS]
        else:
            dropped.append(name)
    if dropped:
        kept["dropped"] = ",".join(sorted(dropped))
    return kept


def places(error: BaseException) -> str:
    """Where an exception came from, outermost first: functions, files and lines, and no source text."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.name} ({'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno})" for frame in frames)


def _causes(error: BaseException) -> str | None:
    found: list[str] = []
    while (error := error.__cause__ or error.__context__) is not None and len(found) < 5:  # type: ignore[assignment]
        found.append(type(error).__name__)
    return " ".join(found) or None
