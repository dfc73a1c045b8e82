"""Where a number is registered: every channel, holder and sequence."""

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from tests.support.people import persona
from tests.support.watch import MORNING
from vneid_idp.bindings.subscriber_numbers.ways import (
    WAYS,
    Holder,
    check_channel,
    check_route,
    check_sequence,
    check_who_acts,
    holder_of,
)
from vneid_idp.bindings.subscriber_numbers.words import (
    ChannelNotOpen,
    ContractRequired,
    GuardianContracts,
    NationalRouteRequired,
    NumberTakesGuardian,
    PointMustAct,
    SequenceTaken,
)
from vneid_idp.faces.evidence import FaceRoute
from vneid_idp.identity.register.records import PersonKind
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.details.subscriber_number import Channel

CHANNELS: tuple[str, ...] = get_args(Channel)
RULES = shipped().at(MORNING)
OPEN, MATCHED, CLOSED = "open", "with a match", "closed"
TABLE = {
    # identity_app, carrier_app, carrier_point, authorised_point
    Holder.CITIZEN: (OPEN, OPEN, OPEN, OPEN),
    Holder.CITIZEN_LEVEL_1: (CLOSED, OPEN, OPEN, OPEN),
    Holder.FOREIGNER: (CLOSED, MATCHED, OPEN, OPEN),
    Holder.FOREIGNER_WITHOUT_CARD: (CLOSED, CLOSED, OPEN, OPEN),
    Holder.UNDETERMINED: (CLOSED, CLOSED, OPEN, OPEN),
    Holder.CHILD: (OPEN, OPEN, OPEN, OPEN),
    Holder.MINOR: (CLOSED, CLOSED, CLOSED, CLOSED),
    Holder.INFANT: (CLOSED, CLOSED, CLOSED, CLOSED),
}


def refusal(holder: Holder, channel: str, sequence: int, *, matched: bool, contract: str | None) -> type | None:
    try:
        check_channel(holder, channel, matched=matched)
        check_sequence(sequence, sequence, channel, contract, RULES)
    except DomainError as error:
        return type(error)
    return None


@pytest.mark.parametrize("holder", Holder)
def test_every_channel_holder_and_sequence(holder: Holder) -> None:
    for channel, sequence, matched, contract in product(CHANNELS, range(1, 6), (False, True), (None, "HD-1")):
        standing = TABLE[holder][CHANNELS.index(channel)]
        expected: type | None = None
        if holder in (Holder.MINOR, Holder.INFANT):
            expected = NumberTakesGuardian if holder is Holder.MINOR else GuardianContracts
        elif standing == CLOSED or (standing == MATCHED and not matched):
            expected = ChannelNotOpen
        elif sequence > 3 and (channel, contract) != ("carrier_point", "HD-1"):
            expected = ContractRequired
        found = refusal(holder, channel, sequence, matched=matched, contract=contract)
        assert found is expected, (holder, channel, sequence, matched, contract)


def test_a_refusal_says_where_instead_and_every_way_has_its_article() -> None:
    with pytest.raises(ChannelNotOpen, match="one of authorised_point, carrier_app, carrier_point, and not in"):
        check_channel(Holder.CITIZEN_LEVEL_1, "identity_app", matched=True)
    with pytest.raises(ChannelNotOpen, match="on a match of all four fields"):
        check_channel(Holder.FOREIGNER, "carrier_app", matched=False)
    assert all(WAYS[holder].legal_reference for holder in Holder)
    assert {channel for way in WAYS.values() for channel in way.channels | way.with_match} == set(CHANNELS)


def test_the_readme_shows_the_table() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    assert "\n".join(f"| {way.who} | {way.in_words} | {way.legal_reference} |" for way in WAYS.values()) in readme


def test_a_point_takes_part_in_what_is_registered_at_a_point() -> None:
    for channel in CHANNELS:
        check_who_acts(channel, at_point=True)
        if channel in ("identity_app", "carrier_app"):
            check_who_acts(channel, at_point=False)
            continue
        with pytest.raises(PointMustAct):
            check_who_acts(channel, at_point=False)


def test_a_sequence_counts_what_is_bound_here_and_may_count_more() -> None:
    for told in (2, 3):
        check_sequence(told, 2, "carrier_app", None, RULES)
    with pytest.raises(SequenceTaken, match="number 2 of the person"):
        check_sequence(1, 2, "carrier_point", "HD-1", RULES)


def test_the_first_face_is_compared_with_what_the_state_has() -> None:
    for route in (None, FaceRoute.OWN_TEMPLATE):
        with pytest.raises(NationalRouteRequired):
            check_route(route, verified_before=False)
        check_route(route, verified_before=True)
    check_route(FaceRoute.NATIONAL, verified_before=False)


def test_who_the_holder_is_says_the_register_with_the_level_that_confirmed() -> None:
    record = persona("complete").record
    assert holder_of(record, 2, RULES, MORNING) is Holder.CITIZEN
    assert holder_of(record, 1, RULES, MORNING) is Holder.CITIZEN_LEVEL_1
    foreigner = replace(record, kind=PersonKind.FOREIGNER)
    assert holder_of(foreigner, 2, RULES, MORNING) is Holder.FOREIGNER
    assert holder_of(replace(foreigner, card=None), 2, RULES, MORNING) is Holder.FOREIGNER_WITHOUT_CARD
    for years, alone, guarded in (
        (5, Holder.MINOR, Holder.INFANT),
        (6, Holder.MINOR, Holder.CHILD),
        (14, Holder.MINOR, Holder.CHILD),
        (15, Holder.CITIZEN, Holder.CHILD),
    ):
        today = RULES.day
        born = replace(record, birth_date=date(today.year - years, today.month, today.day))
        assert holder_of(born, 2, RULES, MORNING) is alone
        assert holder_of(born, 2, RULES, MORNING, by_guardian=True) is guarded
