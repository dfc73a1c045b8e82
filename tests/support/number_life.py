"""Any life of a number in a carrier's register, by the rules alone, and what has to hold at every moment of it.

What the carrier was told is kept as a carrier would keep it: the number works as the last word says. When a step may be
taken is worked out anew here, of the rows of the policy and the calendar of dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vneid_idp.instructions.rules import Ground, InstructionKind, NewInstruction, of_step, restoration
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND, VIETNAM, Instant, local_date, midnight
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Interval, Step, TimeUnit, Trigger
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import climbing
from vneid_idp.registered_numbers.answers import Answer, NotToBeAnswered, answered, possible
from vneid_idp.registered_numbers.rules import NextStep, RegisteredNumber, RegisteredState
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.registered_numbers.telling import Source, Told, is_new_life, new_number, recycled, told_again
from vneid_idp.registers.classes import RowClass

BLIND = BlindIndex(b"k" * 32)
PEOPLE = ("001096000001", "001096000002")
DIGEST = "the digest of a number"
SOURCE = Source("song", "cli_song", "upl_1")
SUSPENSIONS = {
    InstructionKind.CUT_OUTGOING: "one_way_at",
    InstructionKind.CUT_BOTH: "two_way_at",
    InstructionKind.END: "ended_at",
}
CLASSES = (
    RowClass.CONSISTENT,
    RowClass.NAME_DIFFERS,
    RowClass.NINE_DIGIT_CARD,
    RowClass.FOREIGNER_PASSPORT,
    RowClass.FOREIGNER_CARD,
    RowClass.DECEASED,
)


def row_of(
    row_class: RowClass, holder: str | None, *, authenticated: bool = False, activated: date | None = None
) -> Told:
    """What a row tells of the number."""
    digest = None if holder is None else digest_of_holder(BLIND, holder)
    rest = f"{row_class} {authenticated} {activated}"
    return Told("+84951234567", DIGEST, digest, row_class, (), f"{digest or ''}.{rest}", authenticated, activated)


def earliest(intervals: Sequence[Interval], trigger: Trigger, since: Instant) -> dict[Step, Instant]:
    """From when on each step may be taken, by the rows of a policy in the order of their publication."""
    found, after = {}, since
    for step in Step:
        rows = [
            row
            for row in intervals
            if (row.trigger, row.step) == (trigger, step)
            and midnight(row.in_force_from) <= after
            and (row.in_force_until is None or after < midnight(row.in_force_until))
        ]
        if not rows and step is not Step.NOTICE:
            break
        if not rows:
            continue
        row = max(enumerate(rows), key=lambda each: (each[1].in_force_from, each[0]))[1]
        found[step] = _over(after, row)
        if step is not Step.NOTICE:
            after = found[step]
    if Step.NOTICE in found:
        found[Step.NOTICE] = min(found[Step.NOTICE], found.get(Step.ONE_WAY, found[Step.NOTICE]))
    return found


def _over(since: Instant, row: Interval) -> Instant:
    begins = datetime.fromtimestamp(since / SECOND, UTC)
    if row.unit is TimeUnit.HOURS:
        return since + row.amount * 60 * 60 * SECOND
    assert row.unit is TimeUnit.DAYS
    day = begins.astimezone(VIETNAM).date() + timedelta(days=row.amount + 1)
    # Viet Nam is seven hours ahead, and its clocks are never changed.
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() - 7 * 3600) * SECOND


@dataclass
class Given:
    """Something that a carrier was told, and when."""

    kind: InstructionKind
    trigger: Trigger | Ground
    since: Instant
    due_at: Instant
    made_at: Instant


@dataclass
class Carrier:
    """What a carrier knows of a number, by what it was told."""

    given: list[Given] = field(default_factory=list)

    @property
    def works(self) -> tuple[bool, bool, bool]:
        """Whether it is cut off one way, both ways, and ended."""
        cut = [False, False, False]
        for each in self.given:
            if each.kind is InstructionKind.RESTORE:
                assert cut[0], "nothing was to be restored"
                assert not cut[2], "it had ended"
                cut = [False, False, False]
            elif each.kind in SUSPENSIONS:
                place = list(SUSPENSIONS).index(each.kind)
                assert cut == [True] * place + [False] * (3 - place), "a step was left out, or taken twice"
                cut[place] = True
            else:
                assert not cut[0], "who is cut off is not told that this is to come"
        return cut[0], cut[1], cut[2]


class NumberLife(RuleBasedStateMachine):
    """A number is registered, told of again, missed, answered for, proved, used in another device, and swept."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Instant = midnight(date(2026, 11, 21)) + 8 * HOUR
        self.policy = shipped()
        self.number: RegisteredNumber | None = None
        self.past: list[RegisteredNumber] = []
        self.carriers: dict[str, Carrier] = {}
        self.in_another_device = False
        """Whether the number was told of as one in another device since somebody showed a face."""

    # What happens. Each has a hook of its own, so that the same life is led on a database as well.

    @rule(by=st.sampled_from((SECOND, HOUR, 2 * HOUR, 23 * HOUR, DAY, 5 * DAY, 31 * DAY, 61 * DAY, 400 * DAY)))
    def wait(self, by: Instant) -> None:
        self.turn(self.now + by)

    @rule()
    def wait_for_the_last_moment_of_the_day(self) -> None:
        self.turn(max(self.now, midnight(local_date(self.now) + timedelta(days=1)) - 1))

    @precondition(lambda self: self.number is not None and self.number.next_step is not None)
    @rule(by=st.sampled_from((-1, 0, 0, 0, 0, MINUTE, DAY)))
    def wait_until_something_is_due(self, by: Instant) -> None:
        assert self.number is not None
        assert self.number.next_step is not None
        self.turn(max(self.now, self.number.next_step.at + by))

    @rule()
    def sweep(self) -> None:
        number = self.number
        if number is not None and number.next_step is not None and number.next_step.at <= self.now:
            assert number.ladder is not None
            after, due = climbing.stepped(number, climbing.steps_of(self.policy, number.ladder), self.now)
            if due is not None:
                self.check_step(number, due.step, of_step(number, due))
            self.become(after)
        self.swept()

    @precondition(lambda self: self.number is not None and self.number.next_step is not None)
    @rule(steps=st.sampled_from((2, 6, 9)), late=st.sampled_from((0, HOUR, 3 * DAY)))
    def let_it_come(self, steps: int, late: Instant) -> None:
        """So many steps follow each other, while nobody does anything."""
        for _ in range(steps):
            if self.number is not None and self.number.next_step is not None:
                self.wait_until_something_is_due(late)
                self.sweep()

    @rule(
        row_class=st.sampled_from(CLASSES),
        holder=st.sampled_from((*[PEOPLE[0]] * 6, PEOPLE[1], None)),
        authenticated=st.booleans(),
        activated=st.sampled_from((None, None, -30, 0)),
    )
    def upload(self, row_class: RowClass, holder: str | None, authenticated: bool, activated: int | None) -> None:
        day = None if activated is None else local_date(self.now + activated * DAY)
        told = row_of(row_class, holder, authenticated=authenticated, activated=day)
        before = self.number
        if before is None:
            self.begin(told)
        elif is_new_life(before, told):
            over = recycled(before, self.now)
            self.restore(before, over)
            self.past.append(over)
            self.begin(told)
        elif before.row_digest != told.row_digest or before.absent_at is not None:
            self.settle(before, told_again(before, SOURCE, told, self.policy, self.now, is_verified=False))
        self.uploaded(told)

    @precondition(lambda self: self.number is not None)
    @rule()
    def upload_a_register_without_it(self) -> None:
        assert self.number is not None
        self.become(replace(self.number, absent_at=self.now, next_step=None))
        self.uploaded(None)

    @precondition(lambda self: self.number is not None and self.number.holder_digest is not None)
    @rule(said=st.sampled_from(Answer))
    def answer(self, said: Answer) -> None:
        assert self.number is not None
        if said in possible(self.number):
            self.settle(self.number, answered(self.number, said, self.policy, self.now))
        else:
            try:
                answered(self.number, said, self.policy, self.now)
            except NotToBeAnswered:
                pass
            else:
                raise AssertionError("an answer that is not offered was taken")
        self.answered(said)

    @precondition(lambda self: self.number is not None)
    @rule(who=st.sampled_from(PEOPLE))
    def show_a_face(self, who: str) -> None:
        assert self.number is not None
        mine = self.number.holder_digest in (None, digest_of_holder(BLIND, who))
        if mine and self.number.facts.ended_at is None:
            self.settle(self.number, climbing.proved(self.number, self.now))
            self.in_another_device = False
            assert self.number.state is RegisteredState.VERIFIED
        self.proved(who)

    @rule(ago=st.sampled_from((0, HOUR, DAY, 29 * DAY)))
    def take_another_device(self, ago: Instant) -> None:
        at, before = self.now - ago, self.number
        if before is None:
            # No register tells of it yet.
            bare = self.as_it_begins(row_of(RowClass.CONSISTENT, PEOPLE[0]))
            before = self.number = replace(bare, row_digest="", ladder=None, next_step=None)
            self.carriers[before.number_id] = Carrier()
        coming = climbing.coming_of(before, self.policy)
        after = climbing.device_changed(before, at, self.policy)
        self.settle(before, after)
        if after.facts.ended_at is None:
            self.in_another_device = True
            self.check_nobody_gains_time(coming, after)
        self.device_changed(at)

    @rule(
        trigger=st.sampled_from((Trigger.CLEAN_UP_2026, Trigger.DISOWNED, Trigger.DEVICE_CHANGE)),
        step=st.sampled_from(Step),
        days=st.integers(1, 90),
    )
    def publish(self, trigger: Trigger, step: Step, days: int) -> None:
        times = 3 if step is Step.NOTICE else 1
        tomorrow = local_date(self.now) + timedelta(days=1)
        row = Interval(trigger, step, days, TimeUnit.DAYS, times, "A test", tomorrow)
        self.policy = self.policy.amended(Policy((), (), (row,)))
        self.published(row)
        if self.number is not None:
            steps = () if self.number.ladder is None else climbing.steps_of(self.policy, self.number.ladder)
            self.become(climbing.replanned(self.number, steps))
        self.planned()

    # What is to hold.

    @invariant()
    def carriers_know_how_each_number_works(self) -> None:
        for number in (*self.past, *([] if self.number is None else [self.number])):
            facts = number.facts
            stands = tuple(getattr(facts, name) is not None for name in SUSPENSIONS.values())
            told = self.carriers[number.number_id].works
            assert told == (stands if facts.recycled_at is None or facts.ended_at else (False, False, False))
            instants = [facts.one_way_at, facts.two_way_at, facts.ended_at, facts.recycled_at]
            known = [at for at in instants if at is not None]
            assert known == sorted(known)

    @invariant()
    def what_is_proved_is_on_no_ladder_and_what_is_on_one_has_a_next_step(self) -> None:
        number = self.number
        if number is None:
            return
        facts = number.facts
        if facts.proved_at is not None:
            assert number.ladder is None
        if number.ladder is None or facts.ended_at or number.absent_at:
            assert number.next_step is None
        assert number == climbing.replanned(
            number, () if number.ladder is None else climbing.steps_of(self.policy, number.ladder)
        ), "it was planned by what is so no more"
        if self.in_another_device:
            assert facts.proved_at is None
            assert Answer.MINE not in possible(number)

    @invariant()
    def what_people_are_told_will_happen_does_and_no_sooner(self) -> None:
        number, now = self.number, self.now
        coming = None if number is None else climbing.coming_of(number, self.policy)
        if coming is None:
            return
        assert number is not None
        assert number.ladder is not None
        assert number.next_step is not None
        steps = climbing.steps_of(self.policy, number.ladder)
        is_late = number.next_step.at < now
        while number.next_step is not None:
            now = max(now, number.next_step.at)
            number, due = climbing.stepped(number, steps, now)
            assert due is not None
            if due.step is not Step.NOTICE:
                assert due.step is coming.step
                assert now >= coming.at
                assert is_late or now <= max(self.now, coming.at)
                return
        raise AssertionError("it never came")

    def check_step(self, before: RegisteredNumber, step: Step, made: NewInstruction) -> None:
        ladder, facts = before.ladder, before.facts
        assert ladder is not None
        due = earliest(self.policy.intervals, ladder.trigger, ladder.since)
        if step is Step.NOTICE:
            # A further one each day, and none after the suspension that it is about.
            due[step] = min(due[step] + ladder.notices * DAY, due.get(Step.ONE_WAY, self.now))
        assert due[step] <= made.due_at <= self.now
        assert (made.reason.trigger, made.reason.since) == (ladder.trigger, ladder.since)
        # Somebody has from one step to the next what the law gives, but for less than a day.
        previous = {Step.TWO_WAY: (Step.ONE_WAY, facts.one_way_at), Step.ENDED: (Step.TWO_WAY, facts.two_way_at)}
        if step in previous:
            name, at = previous[step]
            assert at is not None
            assert self.now - at > due[step] - due[name] - DAY or at < due[name]
        self.tell(made)

    def check_nobody_gains_time(self, coming: NextStep | None, after: RegisteredNumber) -> None:
        now_coming = climbing.coming_of(after, self.policy)
        if coming is not None:
            assert now_coming is not None
            assert now_coming.at <= coming.at

    # How it is written.

    def as_it_begins(self, told: Told) -> RegisteredNumber:
        """The number as it begins."""
        number_id = f"nbr_{len(self.past)}"
        return new_number(SOURCE, told, self.policy, self.now, number_id=number_id, sealed_number="s")

    def begin(self, told: Told) -> None:
        self.number = self.as_it_begins(told)
        self.carriers[self.number.number_id] = Carrier()
        self.in_another_device = False

    def become(self, after: RegisteredNumber) -> None:
        before = self.number
        assert before is not None
        if before.facts.ended_at is not None:
            assert after.facts == before.facts, "what has ended is another's, or nobody's"
        self.number = after

    def settle(self, before: RegisteredNumber, after: RegisteredNumber) -> None:
        """The number after something that may undo a suspension."""
        self.restore(before, after)
        self.become(after)

    def restore(self, before: RegisteredNumber, after: RegisteredNumber) -> None:
        made = restoration(before, after, self.now)
        if made is not None:
            self.tell(made)

    def tell(self, made: NewInstruction) -> None:
        reason = made.reason
        given = Given(made.kind, reason.trigger, reason.since, made.due_at, self.now)
        self.carriers[made.number.number_id].given.append(given)

    def turn(self, now: Instant) -> None:
        """The clock."""
        self.now = now

    def swept(self) -> None:
        """A worker swept."""

    def uploaded(self, told: Told | None) -> None:
        """The register with this row, or without it, was read."""

    def answered(self, said: Answer) -> None:
        """The holder said so."""

    def proved(self, who: str) -> None:
        """Somebody showed a face."""

    def device_changed(self, at: Instant) -> None:
        """The carrier told of it."""

    def published(self, row: Interval) -> None:
        """A row was published."""

    def planned(self) -> None:
        """Every number was planned anew."""
