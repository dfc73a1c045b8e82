"""What a dispute makes of the row that a carrier has of the number: while it lasts, and when it is over. Pure.

While two people say that a number is theirs the ladder waits: it takes a number from whoever does not answer, and here
two did. The carrier decides; the days until then do not count.
"""

from dataclasses import replace

from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import answers
from vneid_idp.registered_numbers.climbing import put_off_by, put_on, steps_of
from vneid_idp.registered_numbers.rules import OVER, RegisteredNumber, RegisteredState


def may_be_claimed(number: RegisteredNumber) -> bool:
    """Whether its holder may say that it is theirs although somebody else has it bound: whatever was said or proved
    before, but not of one that stands in the register no more, nor while a dispute is open."""
    return number.state not in OVER and number.state is not RegisteredState.DISPUTED and number.absent_at is None


def disputed(number: RegisteredNumber, now: Instant) -> RegisteredNumber:
    """The number from now on: nothing is due of it."""
    return replace(number.with_facts(disputed_at=now), next_step=None)


def undisputed(number: RegisteredNumber, policy: Policy, now: Instant) -> RegisteredNumber:
    """The number when nothing was decided about its holder: it is as before, and its ladder goes on, later by as long
    as it waited."""
    since, ladder = number.facts.disputed_at, number.ladder
    if since is None:
        return number
    free = number.with_facts(disputed_at=None)
    if ladder is None:
        return replace(free, next_step=None)
    waited = now - max(since, ladder.since)
    # What was taken stays taken when it was: by its place on the moved ladder nobody sees how late it came.
    late = put_off_by(number, ladder, steps_of(policy, ladder))
    return put_on(free, replace(ladder, since=ladder.since + waited + late), policy)


def upheld(number: RegisteredNumber, policy: Policy, now: Instant) -> RegisteredNumber:
    """The number when it is its registered holder's: they said so, and that proves it wherever it does without a
    dispute. In the place of the face that another device asks for stands no decision either."""
    free = undisputed(number, policy, now)
    return _said(free, confirmed_at=now) if free.rechecks else answers.confirmed(free, policy, now)


def overruled(number: RegisteredNumber, policy: Policy, now: Instant) -> RegisteredNumber:
    """The number when it is not its registered holder's, but of somebody whom the carrier knows: the row is wrong, as
    the next register sets right, and nobody has to prove anything, so that whoever has the number is not cut off; but
    a face where it works in another device."""
    if number.rechecks:
        return _said(undisputed(number, policy, now), disowned_at=now)
    return wrong(_said(number.with_facts(disputed_at=None), disowned_at=now))


def wrong(number: RegisteredNumber) -> RegisteredNumber:
    """The number when its row names another than the one who was authenticated as having it: it works for whoever has
    it, and nothing is due of it."""
    return replace(number.with_facts(one_way_at=None, two_way_at=None), ladder=None, next_step=None)


def _said(
    number: RegisteredNumber, *, confirmed_at: Instant | None = None, disowned_at: Instant | None = None
) -> RegisteredNumber:
    return number.with_facts(confirmed_at=confirmed_at, disowned_at=disowned_at, proved_at=None)


def nobodys(number: RegisteredNumber, policy: Policy, now: Instant) -> RegisteredNumber:
    """The number when it is not its registered holder's, nor of anybody known: as one that its holder disowned."""
    return answers.disowned(undisputed(number, policy, now), policy, now)
