"""When each step is due for a subscriber number that is not proved: of the policy and of one instant, and nothing else.

Nothing of it is stored. A policy that is published moves every step that is still to come, but for those whose interval
runs already: each is counted by the row that was in force when it began.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.policy.calendar import Calendar
from vneid_idp.policy.intervals import Interval, Step, Trigger
from vneid_idp.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is to be taken where no proof came before."""

    step: Step
    at: Instant
    """When it is due: a notice is given by then, a suspension begins."""
    interval: Interval
    """The row that says so."""


def due_steps(policy: Policy, trigger: Trigger, since: Instant) -> tuple[Due, ...]:
    """The steps of a number on which `trigger` fell at `since`, from the first to the last.

    A ladder ends before the first step of which no row is in force: what the law is not known to say takes nobody's
    number. No notice is later than the suspension that it is about.
    """
    calendar = Calendar(policy.holidays)
    suspensions = _suspensions(policy, calendar, trigger, since)
    row = policy.at(since).intervals.get((trigger, Step.NOTICE))
    if row is None:
        return suspensions
    first = calendar.after(since, row.amount, row.unit)
    notices = [first + number * DAY for number in range(row.times)]
    if suspensions:
        notices = [min(at, suspensions[0].at) for at in notices]
    return (*(Due(Step.NOTICE, at, row) for at in notices), *suspensions)


def _suspensions(policy: Policy, calendar: Calendar, trigger: Trigger, since: Instant) -> tuple[Due, ...]:
    found = []
    for step in (Step.ONE_WAY, Step.TWO_WAY, Step.ENDED):
        row = policy.at(since).intervals.get((trigger, step))
        if row is None:
            break
        since = calendar.after(since, row.amount, row.unit)
        found.append(Due(step, since, row))
    return tuple(found)


def step_at(steps: Sequence[Due], now: Instant) -> Due | None:
    """The last of the steps that is due at an instant; nothing where none is yet."""
    return next((due for due in reversed(steps) if due.at <= now), None)
