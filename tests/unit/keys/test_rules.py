"""Keys succeed one another: for every history, someone signs, and who signed can be verified."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from vneid_idp.kernel.clock import DAY, HOUR, MINUTE
from vneid_idp.keys.rules import (
    LAST_SEALING_GENERATION,
    LASTING,
    PUBLISHED,
    ROTATED,
    KeyFacts,
    KeyKind,
    KeysExhausted,
    KeyState,
    Schedule,
    active_at,
    due_at,
    next_removal,
    published_at,
    state_of,
    succession,
)

SCHEDULE = Schedule(active_for=30 * DAY, announced_for=DAY, published_after=10 * DAY)


def facts(**changes: int | None) -> KeyFacts:
    return KeyFacts(
        **{  # type: ignore[arg-type]
            "kind": KeyKind.ES256,
            "generation": 1,
            "kid": "k1",
            "announced_at": 0,
            "activate_at": 10,
            "retire_at": 20,
            "remove_at": 30,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (9, KeyState.ANNOUNCED),
        (10, KeyState.ACTIVE),
        (19, KeyState.ACTIVE),
        (20, KeyState.RETIRED),
        (29, KeyState.RETIRED),
        (30, KeyState.GONE),
    ],
)
def test_states_begin_at_their_instants(now: int, state: KeyState) -> None:
    assert state_of(facts(), now) is state


def test_what_was_retired_before_its_turn_never_signs() -> None:
    assert state_of(facts(activate_at=25), 26) is KeyState.RETIRED


def test_a_key_signs_for_three_months_is_announced_a_day_before_and_verifies_for_a_month_after() -> None:
    assert Schedule() == Schedule(active_for=90 * DAY, announced_for=DAY, published_after=30 * DAY)


def test_secrets_are_never_published() -> None:
    assert published_at([facts(kind=KeyKind.SEALING), facts(kind=KeyKind.PAIRWISE)], 15) == ()  # type: ignore[arg-type]


def test_published_keys_change_next_when_one_is_removed() -> None:
    assert next_removal([facts(), facts(remove_at=25), facts(remove_at=None)], 15) == 25
    assert next_removal([facts()], 30) is None


@pytest.mark.parametrize("kind", LASTING)
def test_lasting_keys_have_one_generation(kind: KeyKind) -> None:
    assert succession(kind, 0, SCHEDULE, 5).activate_at == 5
    with pytest.raises(ValueError, match="never rotated"):
        succession(kind, 1, SCHEDULE, 5)


def test_sealing_roots_end_before_their_byte_overflows() -> None:
    assert succession(KeyKind.SEALING, LAST_SEALING_GENERATION - 1, SCHEDULE, 0).generation == 255
    with pytest.raises(KeysExhausted):
        succession(KeyKind.SEALING, LAST_SEALING_GENERATION, SCHEDULE, 0)


def test_a_sealing_root_waits_for_every_worker_even_in_a_hurry() -> None:
    assert succession(KeyKind.SEALING, 1, SCHEDULE, 0, immediately=True).activate_at == 2 * MINUTE
    assert succession(KeyKind.SEALING, 1, SCHEDULE, 0, compromised=True).predecessors_remove_at is None
    assert succession(KeyKind.ES256, 1, SCHEDULE, 0, immediately=True).activate_at == 0


class Succeeding(RuleBasedStateMachine):
    """Rotations, the schedule and time in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000 * DAY
        self.keys: dict[KeyKind, list[KeyFacts]] = {kind: [] for kind in ROTATED}
        self.signed: dict[tuple[KeyKind, str], int] = {}
        self.distrusted: set[tuple[KeyKind, str]] = set()

    def announce(self, kind: KeyKind, **how: bool) -> None:
        known = self.keys[kind]
        if len(known) == LAST_SEALING_GENERATION:
            return
        plan = succession(kind, len(known), SCHEDULE, self.now, **how)
        if how.get("compromised"):
            self.distrusted |= {(kind, key.kid) for key in known}

        def ended(key: KeyFacts) -> KeyFacts:
            retire = plan.activate_at if key.retire_at is None else min(key.retire_at, plan.activate_at)
            remove = key.remove_at
            if plan.predecessors_remove_at is not None:
                remove = min(remove or plan.predecessors_remove_at, plan.predecessors_remove_at)
            return KeyFacts(kind, key.generation, key.kid, key.announced_at, key.activate_at, retire, remove)

        new = KeyFacts(kind, plan.generation, f"{kind}-{plan.generation}", self.now, plan.activate_at)
        self.keys[kind] = [*map(ended, known), new]

    @initialize()
    def first(self) -> None:
        for kind in ROTATED:
            self.announce(kind)

    @rule(kind=st.sampled_from(ROTATED), immediately=st.booleans(), compromised=st.booleans())
    def rotate(self, kind: KeyKind, immediately: bool, compromised: bool) -> None:
        self.announce(kind, immediately=immediately, compromised=compromised)

    @rule()
    def tend(self) -> None:
        everything = [key for group in self.keys.values() for key in group]
        for kind in due_at(everything, SCHEDULE, self.now):
            self.announce(kind)
        after = [key for group in self.keys.values() for key in group]
        assert due_at(after, SCHEDULE, self.now) == ()

    @rule(step=st.sampled_from([1, MINUTE, HOUR, DAY, 9 * DAY, 11 * DAY, 40 * DAY]))
    def wait(self, step: int) -> None:
        self.now += step

    @invariant()
    def someone_signs_and_can_be_verified(self) -> None:
        for kind, known in self.keys.items():
            if not known:
                continue
            signer = active_at(known, self.now)
            compromised_root_waits = kind is KeyKind.SEALING
            assert signer is not None, (kind, "nobody signs")
            assert sum(state_of(key, self.now) is KeyState.ACTIVE for key in known) == 1
            assert compromised_root_waits or (kind, signer.kid) not in self.distrusted
            self.signed[kind, signer.kid] = self.now
            assert len({key.generation for key in known}) == len(known)

    @invariant()
    def signatures_are_verifiable_for_their_time(self) -> None:
        published = {(key.kind, key.kid) for group in self.keys.values() for key in published_at(group, self.now)}
        for (kind, kid), last in self.signed.items():
            if kind in PUBLISHED and (kind, kid) not in self.distrusted and self.now < last + SCHEDULE.published_after:
                assert (kind, kid) in published
        assert not published & self.distrusted


Succeeding.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestSucceeding = Succeeding.TestCase
