"""`POST /sandbox/ladder`: the days of the law pass for subscriber numbers, and for nothing else.

Each step is taken as of the day on which it is due, as if nobody had proved a number meanwhile and the sandbox had run
all the time. Clocks stay where they are, so that people sign in and applications verify tokens as before; what was done
then has a day that is still to come. What rests on a number whose contract ends then, codes to it and linked accounts,
is left as it is: else whoever looked on would find nobody to be any more.
"""

import asyncio
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.clock import Instant, local_date, midnight
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import due
from vneid_idp.registered_numbers.due import START
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.sweep_ladder import LeftAlone, sweep_ladder
from vneid_idp.web.bodies import read_json
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response

_MOST_DAYS = 400
_LONGEST_ANSWER = 5.0
"""Seconds after which no further day is begun: whoever asked asks again."""


class BadDay(DomainError):
    """There is no such day, or it is no day to come."""

    code = "bad_day"
    status = 422
    title = f'Send {{"until": "2027-01-31"}}, a day from today on and at most {_MOST_DAYS} days away.'


class _TurnedClock:
    """A clock that is set by hand."""

    def __init__(self, at: Instant) -> None:
        self.at = at

    def now(self) -> Instant:
        """See `Clock`."""
        return self.at


class TimeLapse:
    """The ladder of the sandbox's numbers, on a clock of its own."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

    async def show(self, request: Request) -> Response:
        """`POST /sandbox/ladder`: take what is due until a day; `finished` says whether all of it was."""
        provider = idp(request)
        now = provider.clock.now()
        today = local_date(now)
        try:
            until = date.fromisoformat(str((await read_json(request))["until"]))
        except (ValueError, KeyError):
            raise BadDay from None
        if not today <= until <= today + timedelta(days=_MOST_DAYS):
            raise BadDay
        clock = _TurnedClock(now)
        db = open_database(self._database_url, clock, connections=2)
        try:
            given, finished = await _pass_days(db, clock, await provider.current_policy(), until)
        finally:
            await db.close()
        reached = until if finished else local_date(clock.at)
        return json_response({"instructions": given, "reached": reached.isoformat(), "finished": finished})


async def _pass_days(db: Database, clock: _TurnedClock, policy: Policy, until: date) -> tuple[int, bool]:
    """Take what is due, day by day; how many instructions that gave, and whether all of it was taken."""
    given, time = 0, asyncio.get_running_loop().time
    latest, stops_at = _end_of(until), time() + _LONGEST_ANSWER
    while time() < stops_at:
        async with db.glance() as unit:
            found = await due.list_due(unit, latest, START, 1)
        if not found:
            return given, True
        assert found[0].next_step is not None, "it is due"
        # The end of its day: what is taken a day late or more would put off whatever comes after it.
        clock.at = max(clock.at, _end_of(local_date(found[0].next_step.at)))
        given += await sweep_ladder(db, policy, LeftAlone.WHAT_RESTS_ON_NUMBERS)
    return given, False


def _end_of(day: date) -> Instant:
    return midnight(day + timedelta(days=1)) - 1


def doors(database_url: str) -> list[Door]:
    """The door of the time lapse."""
    return [Door.api("/sandbox/ladder", TimeLapse(database_url).show, "POST")]
