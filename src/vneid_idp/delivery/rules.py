"""What follows from an attempt. Pure: chance is passed in."""

from dataclasses import dataclass

from vneid_idp.delivery.channels import Manner
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Refused, Unclear
from vneid_idp.kernel.clock import Instant


@dataclass(frozen=True, slots=True)
class Again:
    """Another attempt at `at`, the `attempts` before it counting."""

    at: Instant
    attempts: int


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further attempt; the operator sees it."""


Next = Again | Done | GiveUp


def longest_pause(manner: Manner, attempts: int) -> Instant:
    """The longest pause after `attempts` attempts."""
    pause = manner.first_pause
    for _ in range(attempts - 1):
        if pause >= manner.longest_pause:
            break
        pause *= manner.growth
    return min(pause, manner.longest_pause)


def pause(manner: Manner, attempts: int, chance: float) -> Instant:
    """The pause after `attempts` attempts; `chance` is drawn evenly from [0, 1). Never none at all."""
    return 1 + int(chance * (longest_pause(manner, attempts) - 1))


def next_of(
    manner: Manner, outcome: DeliveryOutcome, attempts: int, not_after: Instant | None, now: Instant, chance: float
) -> Next:
    """What follows from the outcome of the last of `attempts` attempts."""
    if isinstance(outcome, Delivered):
        return Done() if manner.renewed_after is None else Again(now + manner.renewed_after, 0)
    if isinstance(outcome, Refused) or (isinstance(outcome, Unclear) and manner.at_most_once):
        return GiveUp()
    at = now + pause(manner, attempts, chance)
    if attempts == manner.most_attempts or (not_after is not None and at >= not_after):
        return GiveUp()
    return Again(at, attempts)


def may_be_retried(manner: Manner, not_after: Instant | None, now: Instant) -> bool:
    """Whether the operator may have another attempt made at a delivery that was given up.

    Never at one that goes out at most once: its payload was wiped, and whoever waited for it has asked again.
    """
    return not manner.at_most_once and (not_after is None or now < not_after)
