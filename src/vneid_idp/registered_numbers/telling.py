"""What a row of a register makes of a number: the number as it begins, and what follows for one that stood there
before. Pure.
"""

from dataclasses import dataclass, replace
from datetime import date

from vneid_idp.bindings.subscriber_numbers.rules import Verified
from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.policy.intervals import Trigger
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers.answers import AGREE
from vneid_idp.registered_numbers.climbing import first_ladder, proved, put_on
from vneid_idp.registered_numbers.rules import NumberFacts, RegisteredNumber, lets_prove
from vneid_idp.registers.classes import RowClass

_PART = 24
"""Characters of a digest that are kept of each half: 144 bits."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row comes from."""

    family_id: str
    client_id: str
    upload_id: str


@dataclass(slots=True)
class Told:
    """What a row tells of a number. Not frozen, as `RegisterRow` is not."""

    phone_number: str
    """E.164."""
    number_digest: str
    holder_digest: str | None
    row_class: RowClass
    reasons: tuple[RowClass, ...]
    row_digest: str
    is_authenticated: bool
    """Whether the carrier says that it authenticated the holder, in the device in which the number works now."""
    activated_on: date | None


def row_digest(papers: str, rest: str) -> str:
    """What is kept of a row, of two keyed digests: that of the papers of its holder, empty where there are none, and
    that of everything else. So it is seen that a number went to another holder, also where papers name nobody whom the
    population register could know."""
    return f"{papers[:_PART]}.{rest[:_PART]}"


def new_number(
    source: Source,
    told: Told,
    policy: Policy,
    now: Instant,
    *,
    number_id: str,
    sealed_number: str,
    proved_at: Instant | None = None,
    is_anothers: bool = False,
) -> RegisteredNumber:
    """A number of which a register tells for the first time; one whose holder is proved already asks for nothing, and
    one that somebody with other papers proved is theirs (`is_anothers`): the row is wrong, and its user known."""
    number = RegisteredNumber(
        number_id=number_id,
        family_id=source.family_id,
        client_id=source.client_id,
        number_digest=told.number_digest,
        sealed_number=sealed_number,
        holder_digest=told.holder_digest,
        row_class=told.row_class,
        reasons=told.reasons,
        upload_id=source.upload_id,
        row_digest=told.row_digest,
        absent_at=None,
        facts=NumberFacts(registered_at=now, proved_at=proved_at),
    )
    if proved_at is not None or is_anothers:
        return number
    return put_on(number, first_ladder(told.row_class, authenticated=told.is_authenticated, now=now), policy)


def is_new_life(before: RegisteredNumber, told: Told) -> bool:
    """Whether the number is not what it was: it has a holder with other papers, or begins again after its end.

    What the holder before said, proved and suffered does not count for the one after. Of a number without papers
    nobody said anything.
    """
    papers, now_papers = _papers(before.row_digest), _papers(told.row_digest)
    if papers and papers != now_papers:
        return True
    ended_at = before.facts.ended_at
    if ended_at is None:
        return False
    activated = told.activated_on is not None and told.activated_on > local_date(ended_at)
    return before.absent_at is not None or activated


def proved_since(told: Told, verified: Verified | None, *, is_new_life: bool = False) -> Instant | None:
    """Since when the holder in a row is proved, of a number that is bound as `verified`: not where that is by somebody
    with other papers, of whom the row knows nothing, nor of who has died since. Whoever has a number that began anew
    had it before, unless the row names them."""
    if verified is None or told.row_class is RowClass.DECEASED:
        return None
    if is_new_life:
        is_theirs = told.holder_digest is not None and told.holder_digest == verified.holder_digest
    else:
        is_theirs = verified.holder_digest is None or lets_prove(told.holder_digest, verified.holder_digest)
    return verified.at if is_theirs else None


def is_anothers(registered: str | None, verified: Verified | None) -> bool:
    """Whether a number that a register has for the papers `registered` is bound as `verified` by somebody whose papers
    are known to be others: the row is wrong, and nobody is cut off because of it."""
    return (
        verified is not None
        and verified.holder_digest is not None
        and not lets_prove(registered, verified.holder_digest)
    )


def names_somebody(told: Told) -> bool:
    """Whether a row has papers of anybody, whom the population register may know or not."""
    return bool(_papers(told.row_digest))


def told_again(
    before: RegisteredNumber,
    source: Source,
    told: Told,
    policy: Policy,
    now: Instant,
    *,
    is_verified: bool,
    is_anothers: bool = False,
) -> RegisteredNumber:
    """The number, of the same holder, after a register tells something else of it; `is_verified` says that its
    holder was authenticated and has it bound, `is_anothers` as in `new_number`.

    What people said of it stays, and so does a ladder that they set it on, or another device, of which a row says
    nothing. Where somebody said that it is theirs, a row that agrees proves it, for as long as it does. A row that is
    in order takes the number off the ladder and undoes what it came to; another reason sets it on a ladder that begins
    now; and so does its return after it was missing, since nobody was asked meanwhile. A row that was not compared
    leaves the class as it was.
    """
    if told.row_class is RowClass.NOT_COMPARED:
        told = replace(told, row_class=before.row_class, reasons=before.reasons)
    before = _as_far_as_proved(before, told, is_verified=is_verified)
    facts = before.facts
    number = replace(
        before,
        client_id=source.client_id,
        upload_id=source.upload_id,
        row_digest=told.row_digest,
        holder_digest=told.holder_digest,
        row_class=told.row_class,
        reasons=told.reasons,
        absent_at=None,
    )
    if before.rechecks or facts.ended_at or facts.proved_at or facts.disowned_at or facts.disputed_at:
        return put_on(number, before.ladder, policy)
    if is_verified or (facts.confirmed_at and told.row_class in AGREE):
        return proved(number, now)
    ladder = None if is_anothers else first_ladder(told.row_class, authenticated=told.is_authenticated, now=now)
    if ladder is None:
        return put_on(number.with_facts(one_way_at=None, two_way_at=None), None, policy)
    stays = before.ladder is not None and before.ladder.trigger is ladder.trigger and before.absent_at is None
    if stays or (facts.confirmed_at and ladder.trigger is Trigger.CLEAN_UP_2026):
        return put_on(number, before.ladder, policy)
    return put_on(number, ladder, policy)


def _as_far_as_proved(before: RegisteredNumber, told: Told, *, is_verified: bool) -> RegisteredNumber:
    """The number with its proof only where that holds beside the row. The word of its holder proves it where row and
    population register agree, whichever of the two comes first; a match, whatever the row says. Whoever has died has
    nothing that could be proved."""
    by_word = before.facts.confirmed_at is not None and not is_verified
    if told.row_class is RowClass.DECEASED or (by_word and told.row_class not in AGREE):
        return before.with_facts(proved_at=None)
    return before


def recycled(before: RegisteredNumber, now: Instant) -> RegisteredNumber:
    """The number of the holder before, which is another's now."""
    return replace(before.with_facts(recycled_at=now), ladder=None, next_step=None)


def _papers(digest: str) -> str:
    return digest.partition(".")[0]
