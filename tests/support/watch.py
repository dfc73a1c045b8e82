"""A clock that the test holds."""

from datetime import UTC, datetime

from vneid_idp.kernel.clock import Instant

MORNING: Instant = int(datetime(2026, 11, 21, 1, 0, tzinfo=UTC).timestamp()) * 1000
"""Where a watch starts: 21 November 2026, eight in the morning in Vietnam."""


class Watch:
    """A `Clock` that moves only when it is told to."""

    def __init__(self, now: Instant = MORNING) -> None:
        self._now = now

    def now(self) -> Instant:
        """The present, in milliseconds since the Unix epoch."""
        return self._now

    def advance(self, by: Instant) -> Instant:
        """Let `by` milliseconds pass (`watch.advance(5 * MINUTE)`); the new present. Time never runs backwards."""
        if by < 0:
            raise ValueError("a watch is set back with set(), never by advancing")
        self._now += by
        return self._now

    def set(self, moment: Instant | datetime) -> Instant:
        """Turn the watch to an instant or to an aware datetime; the new present."""
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                raise ValueError("a naive datetime names no instant")
            moment = int(moment.timestamp() * 1000)
        self._now = moment
        return self._now
