"""Where somebody registers a subscriber number, and what a further one takes: one table with its articles. Pure.

Who has no account here (a traveller on a passport) confirms no number, and registers at a point without us.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import get_args

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
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.cards import CardStatus, card_status
from vneid_idp.identity.register.records import PersonKind, RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.details.subscriber_number import Channel
from vneid_idp.protocol.levels import LEVEL_2, LEVELS

_OWN_POINT = "carrier_point"
_POINTS = frozenset({_OWN_POINT, "authorised_point"})
_APPS = frozenset({"identity_app", "carrier_app"})


class Holder(StrEnum):
    """Who registers a number, as far as it decides where."""

    CITIZEN = "citizen"
    """With an identity of level 2."""
    CITIZEN_LEVEL_1 = "citizen_level_1"
    FOREIGNER = "foreigner"
    """With a residence card that is valid."""
    FOREIGNER_WITHOUT_CARD = "foreigner_without_card"
    """On a passport, by now."""
    UNDETERMINED = "undetermined"
    """Of Vietnamese origin, with a nationality that is not determined."""
    CHILD = "child"
    """For whom a parent or guardian registers it, in writing."""
    MINOR = "minor"
    """Too young to have a number without a parent or guardian, and alone."""
    INFANT = "infant"
    """So young that the parent or guardian contracts: the number is theirs."""


@dataclass(frozen=True, slots=True)
class Way:
    """The channels in which a holder may register a number, in the words of the type `subscriber_number`."""

    who: str
    channels: frozenset[str]
    with_match: frozenset[str]
    """… and those in which the register has to have answered: on a match of all four fields."""
    legal_reference: str

    @property
    def in_words(self) -> str:
        """Where, for those who look the rules up."""
        if not self.channels:
            return "none"
        places = ", ".join(channel for channel in get_args(Channel) if channel in self.channels)
        return "; ".join((places, *(f"{each} on a match of all four fields" for each in sorted(self.with_match))))


WAYS: Mapping[Holder, Way] = MappingProxyType(
    {
        Holder.CITIZEN: Way(
            "a citizen with level 2", _APPS | _POINTS, frozenset(), "Circular 08/2026/TT-BKHCN, Articles 4.1 and 5"
        ),
        # The identity app is for those whom level 2 proved in person.
        Holder.CITIZEN_LEVEL_1: Way(
            "a citizen with level 1",
            _POINTS | {"carrier_app"},
            frozenset(),
            "Circular 08/2026/TT-BKHCN, Articles 4.1 and 5; Decree 69/2024/NĐ-CP, Article 9",
        ),
        # Four fields against the immigration database, or else in person.
        Holder.FOREIGNER: Way(
            "a foreigner with a residence card",
            _POINTS,
            frozenset({"carrier_app"}),
            "Circular 08/2026/TT-BKHCN, Article 6",
        ),
        Holder.FOREIGNER_WITHOUT_CARD: Way(
            "a foreigner whose card is not valid", _POINTS, frozenset(), "Circular 08/2026/TT-BKHCN, Article 6.2"
        ),
        Holder.UNDETERMINED: Way(
            "somebody of Vietnamese origin with undetermined nationality",
            _POINTS,
            frozenset(),
            "Circular 08/2026/TT-BKHCN, Article 7",
        ),
        # The guardian is there and signs, by an identity of level 2 of their own.
        Holder.CHILD: Way(
            "a child, by a parent or guardian with level 2",
            _APPS | _POINTS,
            frozenset(),
            "Decree 174/2026/NĐ-CP, Article 34.5.h; Circular 08/2026/TT-BKHCN, Articles 4.1 and 5",
        ),
        Holder.MINOR: Way(
            "somebody too young, alone", frozenset(), frozenset(), "Decree 174/2026/NĐ-CP, Article 34.5.g and h"
        ),
        Holder.INFANT: Way(
            "a child so young that the parent or guardian contracts, by a number of their own",
            frozenset(),
            frozenset(),
            "Decree 174/2026/NĐ-CP, Article 34.5.g",
        ),
    }
)


def holder_of(record: RegistryRecord, level: int, rules: Rules, now: Instant, *, by_guardian: bool = False) -> Holder:
    """Who it is, by the register's word of this moment and the level of the identity that confirmed the number, which
    is the guardian's where it is `by_guardian`. A child that is no citizen goes where grown-ups of its kind do."""
    years = age(record.birth_date, now)
    if by_guardian and years < rules[Threshold.NUMBER_OF_CHILD_FROM_AGE]:
        return Holder.INFANT
    if not by_guardian and years < rules[Threshold.NUMBER_ALONE_FROM_AGE]:
        return Holder.MINOR
    if record.kind is PersonKind.FOREIGNER:
        has_card = card_status(record.card, now) is CardStatus.VALID
        return Holder.FOREIGNER if has_card else Holder.FOREIGNER_WITHOUT_CARD
    if record.kind is PersonKind.UNDETERMINED:
        return Holder.UNDETERMINED
    if by_guardian:
        return Holder.CHILD
    return Holder.CITIZEN if level >= LEVELS[LEVEL_2] else Holder.CITIZEN_LEVEL_1


def check_channel(holder: Holder, channel: str, *, matched: bool) -> None:
    """Require that this holder may register a number in this channel, `matched` in all four fields or not.

    Raises `NumberTakesGuardian`, `GuardianContracts` and `ChannelNotOpen`.
    """
    way = WAYS[holder]
    if holder is Holder.MINOR:
        raise NumberTakesGuardian
    if holder is Holder.INFANT:
        raise GuardianContracts
    if channel in way.channels or (matched and channel in way.with_match):
        return
    if channel in way.with_match:
        raise ChannelNotOpen(f"In {channel} this person registers a number on a match of all four fields: bring one.")
    others = sorted(way.channels | way.with_match)
    raise ChannelNotOpen(f"This person registers a number in one of {', '.join(others)}, and not in {channel}.")


def check_who_acts(channel: str, *, at_point: bool) -> None:
    """Require of a number that is registered at a point of sale that the point took part: it acts by the token, or
    it asked the person, who stood there, by a device of its own. An app takes nobody else. Raises `PointMustAct`."""
    if channel in _POINTS and not at_point:
        raise PointMustAct


def check_sequence(sequence: int, numbers: int, channel: str, contract_reference: str | None, rules: Rules) -> None:
    """Require that a new number is counted as what it is, and has what one of so many takes. `numbers` is how many the
    person has at this carrier, bound here or in its register, itself included: there may be more of which nobody told
    here, and never fewer.

    Raises `SequenceTaken`, and `ContractRequired` (Decree 163/2024/NĐ-CP Art. 18.2, Decree 174/2026/NĐ-CP Art. 34).
    """
    if sequence < numbers:
        raise SequenceTaken(f"This is number {numbers} of the person at this carrier, or a later one.")
    most = rules[Threshold.NUMBERS_WITHOUT_CONTRACT]
    if sequence > most and (channel != _OWN_POINT or contract_reference is None):
        raise ContractRequired(
            f"Beyond {most} numbers each takes a contract at a point of the carrier's own: the channel {_OWN_POINT}, "
            "and contract_reference."
        )


def check_organisation(contract_reference: str | None) -> None:
    """Require of an organisation's number the contract under which its user has it; it counts among nobody's numbers.
    Raises `ContractRequired`."""
    if contract_reference is None:
        raise ContractRequired("An organisation's number takes its contract: contract_reference.")


def check_route(route: FaceRoute | None, *, verified_before: bool) -> None:
    """Require that a face was compared with what the state has, or, of a number that was so verified before, with a
    template of the carrier's own (Circular 08/2026/TT-BKHCN Art. 5 and 8).

    A match with what the state has counts as the code to an earlier number as well (Art. 5). Raises
    `NationalRouteRequired`.
    """
    if not verified_before and route is not FaceRoute.NATIONAL:
        raise NationalRouteRequired
