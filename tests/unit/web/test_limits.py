"""Attempts are counted against the table, before the secret is looked at, and the answer tells when to come back."""

import asyncio

import limits.aio.storage.memory
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND
from vneid_idp.web.limit_table import LIMITS, SANDBOX_LIMITS
from vneid_idp.web.limits import (
    Limit,
    Limits,
    LimitsUnavailable,
    LimitTable,
    Secret,
    Subject,
    TooManyAttempts,
    TooManyRequests,
    Tried,
    open_limits,
    seconds_to_wait,
)

SMALL: LimitTable = {
    Secret.SIGN_IN: {
        Subject.ACCOUNT: (Limit(3, 10 * MINUTE), Limit(5, 60 * MINUTE)),
        Subject.ADDRESS: (Limit(4, 10 * MINUTE),),
        Subject.CLIENT: (Limit(6, 10 * MINUTE),),
    },
    Secret.MESSAGE: {Subject.ACCOUNT: (Limit(2, 10 * MINUTE),)},
    Secret.WAITING_REQUEST: {
        Subject.ADDRESS: (Limit(4, 10 * MINUTE),),
        Subject.NETWORK_56: (Limit(6, 10 * MINUTE),),
        Subject.NETWORK_48: (Limit(9, 10 * MINUTE),),
        Subject.CLIENT: (Limit(20, 10 * MINUTE),),
    },
}


class Time:
    """What the counters take for the present, in seconds."""

    def __init__(self) -> None:
        self.present = 1_800_000_000.0  # where a window of ten minutes begins

    def time(self) -> float:
        """As `time.time`."""
        return self.present


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The counters' clock, held by the test."""
    held = Time()
    monkeypatch.setattr(limits.aio.storage.memory, "time", held)
    return held


@pytest.fixture
def small(time: Time) -> Limits:
    """Counters in memory with a small table."""
    return open_limits(table=SMALL)


async def refusals(counted: Limits, tried: Tried, times: int) -> list[int]:
    """Try so many times with a wrong secret; for each 0 or the seconds to wait."""
    waits = []
    for _ in range(times):
        try:
            await counted.admit(Secret.SIGN_IN, tried)
            await counted.failed(Secret.SIGN_IN, tried)
            waits.append(0)
        except TooManyAttempts as error:
            waits.append(error.retry_after)
    return waits


async def test_an_account_is_locked_out_and_told_until_when(small: Limits, time: Time) -> None:
    assert await refusals(small, Tried("person"), 4) == [0, 0, 0, 600]
    time.present += 599
    assert await refusals(small, Tried("person"), 1) == [1]
    time.present += 2
    assert (await refusals(small, Tried("person"), 1))[0] == 0


async def test_somebody_else_is_not_locked_out_with_the_account(small: Limits) -> None:
    await refusals(small, Tried("person"), 4)
    assert await refusals(small, Tried("other"), 1) == [0]


async def test_the_longest_wait_counts(small: Limits, time: Time) -> None:
    for _ in range(2):
        await refusals(small, Tried("person"), 3)
        time.present += 1200
    # Five of the hour are used up; the ten minutes would allow more.
    waits = await refusals(small, Tried("person"), 3)
    assert max(waits) > 600


async def test_parallel_guesses_cannot_share_an_attempt(small: Limits) -> None:
    async def guess() -> bool:
        try:
            await small.admit(Secret.SIGN_IN, Tried("person"))
        except TooManyAttempts:
            return False
        return True

    assert sum(await asyncio.gather(*(guess() for _ in range(50)))) == 3


async def test_success_gives_the_account_its_attempts_back(small: Limits) -> None:
    await refusals(small, Tried("person"), 2)
    await small.succeeded(Secret.SIGN_IN, Tried("person"))
    assert await refusals(small, Tried("person"), 4) == [0, 0, 0, 600]


async def test_an_address_is_counted_by_its_failures_across_accounts(small: Limits) -> None:
    for number in range(4):
        assert await refusals(small, Tried(f"person {number}", address="192.0.2.1"), 1) == [0]
    assert (await refusals(small, Tried("person 9", address="192.0.2.1"), 1))[0] > 0
    assert await refusals(small, Tried("person 9", address="192.0.2.2"), 1) == [0]


async def test_honest_people_behind_one_address_do_not_use_it_up(small: Limits) -> None:
    for number in range(20):
        tried = Tried(f"person {number}", address="192.0.2.1", client="shop")
        await small.admit(Secret.SIGN_IN, tried)
        await small.succeeded(Secret.SIGN_IN, tried)


async def test_a_success_does_not_wash_an_address_clean(small: Limits) -> None:
    for number in range(4):
        await refusals(small, Tried(f"victim {number}", address="192.0.2.1"), 1)
    await small.succeeded(Secret.SIGN_IN, Tried("own account", address="192.0.2.1"))
    with pytest.raises(TooManyAttempts):
        await small.admit(Secret.SIGN_IN, Tried("victim 5", address="192.0.2.1"))


async def test_a_client_is_counted_too(small: Limits) -> None:
    for number in range(6):
        assert await refusals(small, Tried(f"p{number}", f"192.0.2.{number}", "shop"), 1) == [0]
    assert (await refusals(small, Tried("p7", "192.0.2.7", "shop"), 1))[0] > 0


@pytest.mark.parametrize("secret", [Secret.SIGN_IN, Secret.SECOND_FACTOR])
async def test_a_few_addresses_cannot_lock_everybody_out_of_a_service(time: Time, secret: Secret) -> None:
    counted = open_limits(table=LIMITS)
    for number in range(20):
        for _ in range(100):
            await counted.failed(secret, Tried(address=f"192.0.2.{number}", client="shop"))
    await counted.admit(secret, Tried("honest person", "198.51.100.1", "shop"))


async def test_a_refused_attempt_takes_nothing_of_the_account(small: Limits) -> None:
    for number in range(4):
        await refusals(small, Tried(f"p{number}", address="192.0.2.1"), 1)
    for _ in range(10):
        with pytest.raises(TooManyAttempts):
            await small.admit(Secret.SIGN_IN, Tried("person", address="192.0.2.1"))
    assert await refusals(small, Tried("person", address="192.0.2.2"), 3) == [0, 0, 0]


async def test_the_last_failure_is_told_as_the_lock_out(small: Limits) -> None:
    locked_out = []
    for _ in range(3):
        await small.admit(Secret.SIGN_IN, Tried("person", "192.0.2.1"))
        locked_out.append(await small.failed(Secret.SIGN_IN, Tried("person", "192.0.2.1")))
    assert locked_out == [False, False, True]


async def test_secrets_are_counted_apart(small: Limits) -> None:
    await refusals(small, Tried("person"), 4)
    await small.admit(Secret.MESSAGE, Tried("person"))


async def test_without_the_counters_nothing_is_let_through() -> None:
    away = open_limits("redis://127.0.0.1:1/0", table=LIMITS)
    with pytest.raises(LimitsUnavailable):
        await away.admit(Secret.SIGN_IN, Tried("person"))


def test_the_sandbox_is_generous_with_messages_and_prompts_and_with_nothing_else() -> None:
    assert {secret for secret in Secret if SANDBOX_LIMITS[secret] != LIMITS[secret]} == {
        Secret.MESSAGE,
        Secret.UNASKED_MESSAGE,
        Secret.PROMPT,
    }
    assert SANDBOX_LIMITS[Secret.PROMPT].keys() == LIMITS[Secret.PROMPT].keys(), "each budget can be met there, too"
    assert LIMITS[Secret.SIGN_IN][Subject.STRANGERS] == (Limit(15, 15 * MINUTE), Limit(50, DAY))
    for subject in (Subject.GUEST, Subject.KNOWN_BROWSER):
        assert LIMITS[Secret.SIGN_IN][subject] == (Limit(5, 15 * MINUTE), Limit(20, DAY))
    assert LIMITS[Secret.SECOND_FACTOR][Subject.ACCOUNT] == (Limit(5, 15 * MINUTE), Limit(50, DAY))
    for secret in (Secret.SIGN_IN, Secret.SECOND_FACTOR):
        assert LIMITS[secret][Subject.ADDRESS] == (Limit(100, 15 * MINUTE),)
    assert LIMITS[Secret.CLIENT_SECRET] == {
        Subject.ADDRESS: (Limit(50, MINUTE),),
        Subject.CLIENT: (Limit(1_000, HOUR),),
    }
    assert LIMITS[Secret.MESSAGE] == {Subject.ACCOUNT: (Limit(5, 15 * MINUTE), Limit(20, DAY))}


async def test_a_demo_is_repeated_all_day_and_only_there(time: Time) -> None:
    person, demos = Tried("person"), 60
    sandbox, production = open_limits(table=SANDBOX_LIMITS), open_limits(table=LIMITS)
    for _ in range(demos):
        await sandbox.admit(Secret.MESSAGE, person)
    for _ in range(5):
        await production.admit(Secret.MESSAGE, person)
    with pytest.raises(TooManyAttempts):
        await production.admit(Secret.MESSAGE, person)


@pytest.mark.parametrize("table", [LIMITS, SANDBOX_LIMITS])
def test_every_secret_is_limited_and_in_whole_seconds(table: LimitTable) -> None:
    assert set(table) == set(Secret)
    for rules in table.values():
        for limit in (limit for each in rules.values() for limit in each):
            assert limit.amount > 0
            assert limit.window >= MINUTE
            assert limit.window % SECOND == 0


AT_HOME = Tried(browser="person@browser")


async def test_who_guesses_at_one_address_locks_nobody_out_elsewhere(time: Time) -> None:
    counted = open_limits(table=LIMITS)
    for day in range(2):
        for _ in range(20):
            await refusals(counted, Tried("person", "192.0.2.1"), 6)
            time.present += 31 * 60
        await counted.admit(Secret.SIGN_IN, Tried("person", "198.51.100.1"))
        assert await refusals(counted, Tried("person", "192.0.2.1"), 1) != [0], day


async def test_a_network_of_ipv6_is_one_guest(time: Time) -> None:
    counted = open_limits(table=LIMITS)
    waits = [
        (await refusals(counted, Tried("person", f"2001:db8:0:{number:x}::"), 1))[0]
        for number in range(0, 0x900, 0x100)
    ]
    assert waits[:5] == [0] * 5
    assert all(waits[5:])
    assert await refusals(counted, Tried("person", "2001:db8:1:1::"), 1) == [0]


async def test_many_addresses_lock_strangers_out_and_nobody_at_home(time: Time) -> None:
    counted = open_limits(table=LIMITS)
    for number in range(3):
        await refusals(counted, Tried("person", f"192.0.2.{number}"), 6)
    assert (await refusals(counted, Tried("person", "198.51.100.1"), 1))[0] > 0
    assert await refusals(counted, AT_HOME, 6) == [0] * 5 + [900]
    assert await refusals(counted, Tried(browser="person@another"), 1) == [0]


async def test_the_holders_sign_in_gives_strangers_no_new_guesses(time: Time) -> None:
    counted = open_limits(table=LIMITS)
    for number in range(3):
        await refusals(counted, Tried("person", f"192.0.2.{number}"), 4)
    holder = Tried("person", "198.51.100.1")
    for _ in range(30):
        await counted.admit(Secret.SIGN_IN, holder)
        await counted.succeeded(Secret.SIGN_IN, holder)
        await counted.admit(Secret.SIGN_IN, AT_HOME)
        await counted.succeeded(Secret.SIGN_IN, AT_HOME)
    assert await refusals(counted, Tried("person", "203.0.113.1"), 3) == [0] * 3
    assert (await refusals(counted, Tried("person", "203.0.113.2"), 1))[0] > 0


async def test_looking_takes_nothing(small: Limits) -> None:
    for _ in range(9):
        await small.check(Secret.SIGN_IN, Tried("person"))
    await refusals(small, Tried("person"), 3)
    with pytest.raises(TooManyAttempts):
        await small.check(Secret.SIGN_IN, Tried("person"))


async def test_a_noisy_house_leaves_something_to_its_neighbours(time: Time) -> None:
    counted = open_limits(table=LIMITS)

    async def guess(site: str, times: int) -> int:
        done = 0
        for number in range(times):
            tried = Tried(f"{site} {number}", address=site)
            try:
                await counted.admit(Secret.SIGN_IN, tried)
            except TooManyAttempts:
                return done
            await counted.failed(Secret.SIGN_IN, tried)
            done += 1
        return done

    assert await guess("2001:db8:0:101::", 150) == 100
    assert await guess("2001:db8:0:102::", 150) == 100
    assert await guess("2001:db8:0:103::", 150) == 0
    assert await guess("2001:db8:0:201::", 50) == 50


async def spent(counted: Limits, address: str, amount: int = 1, times: int = 12) -> int:
    """How often somebody at `address` can leave `amount` here."""
    for done in range(times):
        try:
            await counted.spend(Secret.WAITING_REQUEST, Tried(address=address, client="shop"), amount)
        except TooManyRequests:
            return done
    return times


async def test_what_may_be_left_is_counted_by_its_size(small: Limits) -> None:
    assert await spent(small, "192.0.2.1") == 4
    assert await spent(small, "192.0.2.2", 2) == 2
    assert await spent(small, "192.0.2.3", 5) == 0


async def test_a_noisy_address_takes_nothing_from_those_around(small: Limits) -> None:
    assert await spent(small, "2001:db8:0:101::") == 4
    assert await spent(small, "2001:db8:0:102::") == 2  # of one household: six in all
    assert await spent(small, "2001:db8:0:103::") == 0
    assert await spent(small, "2001:db8:0:201::") == 3  # of one customer: nine in all
    assert await spent(small, "2001:db8:1:101::") == 4
    assert await spent(small, "192.0.2.1") == 4  # of one client: seventeen until now
    assert await spent(small, "192.0.2.2") == 3


@given(
    amount=st.integers(1, 50),
    window=st.integers(60, 86_400),
    previous=st.integers(0, 50),
    current=st.integers(0, 50),
    passed=st.floats(0, 0.999),
)
def test_after_the_wait_one_attempt_fits_and_a_second_before_it_none(
    amount: int, window: int, previous: int, current: int, passed: float
) -> None:
    def used(later: float) -> float:
        # The two windows as the counter sees them `later` seconds from now.
        at = passed * window + later
        older, newer = (previous, current) if at < window else (current, 0) if at < 2 * window else (0, 0)
        return older * (1 - (at % window) / window) + newer

    left = window * (1 - passed)
    wait = seconds_to_wait(amount, window, previous, left if previous else 0.0, current, left + window)
    assert used(wait) < amount + 1e-6
    if wait > 1:
        assert used(wait - 1.001) >= amount - 1e-6
