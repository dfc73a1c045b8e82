"""The vocabulary of events, and the hash over them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.audit.chain import BatchHash, find_broken_link, next_batch
from vneid_idp.audit.events import RecordedEvent

TEXT = st.text(max_size=8)
EVENTS = st.lists(
    st.builds(
        RecordedEvent,
        event_id=TEXT,
        at=st.integers(0, 2**52),
        kind=TEXT,
        person_id=st.none() | TEXT,
        client_id=st.none() | TEXT,
        subject_id=st.none() | TEXT,
        text=TEXT,
        batch=st.none(),
    ),
    min_size=1,
    max_size=6,
)


def hashed(number: int, previous: str, events: list[RecordedEvent], sealed_at: int) -> BatchHash:
    hashing = BatchHash(number, previous, sealed_at)
    for event in events:
        hashing.add(event)
    return hashing


@given(EVENTS, EVENTS)
def test_different_events_have_different_hashes(some: list[RecordedEvent], others: list[RecordedEvent]) -> None:
    assert (hashed(1, "", some, 0).value() == hashed(1, "", others, 0).value()) == (some == others)


@given(EVENTS)
def test_a_batch_follows_the_one_before_it_and_no_other(events: list[RecordedEvent]) -> None:
    first = next_batch(None, events, 5)
    second = next_batch(first, events, 6)
    found = hashed(second.number, second.previous, events, second.sealed_at)
    assert find_broken_link(first, second, found) is None
    assert find_broken_link(None, second, found) == "batch 1 is missing"
    assert find_broken_link(replace(first, hash="x"), second, found) == "it does not follow the batch before it"
