"""Time as a parameter: every decision takes `now`, and only the shell asks a `Clock`."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock_time
from typing import Protocol

Instant = int
"""Milliseconds since the Unix epoch. An integer, so that it is the same in Python, SQLite and PostgreSQL."""

SECOND: Instant = 1_000
MINUTE: Instant = 60 * SECOND
HOUR: Instant = 60 * MINUTE
DAY: Instant = 24 * HOUR
NEVER: Instant = 2**62
"""Later than anything that happens; a column of 64 bits holds it."""

# Vietnam has kept UTC+7 without daylight saving time since 1975; legal ages turn at midnight there.
VIETNAM = timezone(timedelta(hours=7))


class Clock(Protocol):
    """Tells the present. Production has one, the sandbox one that can be turned, tests one they hold."""

    def now(self) -> Instant:
        """The present, in milliseconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        """The present, in milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000


def to_seconds(instant: Instant) -> int:
    """Whole seconds since the epoch, as JWT's NumericDate wants them (RFC 7519 §2)."""
    return instant // SECOND


def local_date(instant: Instant) -> date:
    """The calendar day in Vietnam at `instant`."""
    return datetime.fromtimestamp(instant / SECOND, VIETNAM).date()


def midnight(day: date) -> Instant:
    """The instant at which a calendar day begins in Vietnam."""
    return int(datetime.combine(day, clock_time(), VIETNAM).timestamp()) * SECOND


def to_datetime(instant: Instant) -> datetime:
    """In UTC, to the second, as the JSON APIs show it."""
    return datetime.fromtimestamp(instant // SECOND, UTC)


def to_rfc3339(instant: Instant) -> str:
    """`2026-11-21T08:00:00Z`, to the second (RFC 3339 §5.6)."""
    return to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")
