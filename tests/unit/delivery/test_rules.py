"""What follows from an attempt: pauses grow and are drawn from all of their length, and an end comes where one must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.delivery.channels import LEASE, MANNERS, SECONDS, Channel, Manner
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed, Refused, Unclear
from vneid_idp.delivery.rules import Again, Done, GiveUp, longest_pause, may_be_retried, next_of, pause
from vneid_idp.kernel.clock import DAY, MINUTE, SECOND

NOW = 1_000_000_000
ALMOST_ONE = 1 - 2**-53
manners = st.sampled_from(list(MANNERS.values()))
attempts = st.integers(1, 60)
chances = st.floats(0, ALMOST_ONE)


@given(manners, attempts, chances)
def test_a_pause_is_drawn_from_all_of_its_length(manner: Manner, made: int, chance: float) -> None:
    assert 1 <= pause(manner, made, chance) <= longest_pause(manner, made) <= manner.longest_pause
    assert pause(manner, made, 0) == 1
    assert pause(manner, made, ALMOST_ONE) >= longest_pause(manner, made) - 1


@given(manners, attempts)
def test_pauses_grow_by_a_factor_until_the_longest(manner: Manner, made: int) -> None:
    assert longest_pause(manner, 1) == manner.first_pause
    grown = longest_pause(manner, made) * manner.growth
    assert longest_pause(manner, made + 1) == min(grown, manner.longest_pause)


@given(manners, attempts, chances)
def test_what_failed_is_tried_again_until_the_last_attempt(manner: Manner, made: int, chance: float) -> None:
    following = next_of(manner, Failed("unreachable"), made, None, NOW, chance)
    if manner.most_attempts is not None and made == manner.most_attempts:
        assert following == GiveUp()
    else:
        assert following == Again(NOW + pause(manner, made, chance), made)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.LOGOUT_TOKEN])
def test_the_last_attempt_is_the_last(channel: Channel) -> None:
    manner = MANNERS[channel]
    assert manner.most_attempts is not None
    made = [next_of(manner, Failed("unreachable"), n, None, NOW, 0.5) for n in range(1, manner.most_attempts + 1)]
    assert [type(following) for following in made] == [Again] * (manner.most_attempts - 1) + [GiveUp]


@given(manners, attempts, chances, st.integers(-DAY, DAY))
def test_nothing_is_tried_again_after_its_time(manner: Manner, made: int, chance: float, left: int) -> None:
    following = next_of(manner, Failed("unreachable"), made, NOW + left, NOW, chance)
    if isinstance(following, Again):
        assert following.at < NOW + left


@pytest.mark.parametrize("channel", Channel)
def test_a_refusal_is_final(channel: Channel) -> None:
    assert next_of(MANNERS[channel], Refused("status_400"), 1, None, NOW, 0.5) == GiveUp()


@pytest.mark.parametrize("channel", Channel)
def test_what_nobody_knows_of_is_repeated_only_where_a_repeat_does_no_harm(channel: Channel) -> None:
    following = next_of(MANNERS[channel], Unclear("no_answer"), 1, None, NOW, 0.5)
    assert isinstance(following, GiveUp if channel is Channel.SMS else Again)


def test_what_arrived_is_done_and_a_logo_fetched_again_the_next_day() -> None:
    assert next_of(MANNERS[Channel.LOGO], Delivered(), 5, None, NOW, 0.5) == Again(NOW + DAY, 0)
    for channel in (Channel.SMS, Channel.LOGOUT_TOKEN):
        assert next_of(MANNERS[channel], Delivered(), 1, None, NOW, 0.5) == Done()


def test_the_operator_may_retry_what_does_no_harm_and_has_not_expired() -> None:
    assert not may_be_retried(MANNERS[Channel.SMS], None, NOW)
    assert may_be_retried(MANNERS[Channel.LOGOUT_TOKEN], None, NOW)
    assert may_be_retried(MANNERS[Channel.LOGOUT_TOKEN], NOW + 1, NOW)
    assert not may_be_retried(MANNERS[Channel.LOGOUT_TOKEN], NOW, NOW)


@pytest.mark.parametrize("outcome", [Refused, Failed, Unclear])
@pytest.mark.parametrize("text", ["", "+84950000001", "Minh Anh", "status 500", "550 rejected: 123456", "x" * 41])
def test_an_outcome_is_a_word_and_no_text(outcome: type[Failed], text: str) -> None:
    with pytest.raises(ValueError, match="a word"):
        outcome(text)


def test_every_channel_has_a_manner_and_no_lease_ends_during_an_attempt() -> None:
    assert MANNERS.keys() == set(Channel)
    assert 2 * SECONDS * SECOND < LEASE
    # A code is good for five minutes: its attempts do not spread beyond that.
    sms = MANNERS[Channel.SMS]
    assert sum(longest_pause(sms, made) for made in range(1, sms.most_attempts or 0)) < 5 * MINUTE
    assert all(isinstance(each, DeliveryOutcome) for each in (Delivered(), Failed("x")))
