"""What may be reported to the register: decided here before it is told, in words that a clerk can act on. Pure.

The register has the last word (`ReportRefused`). Numbers that the law sets come from the policy.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from vneid_idp.identity.ages import age
from vneid_idp.identity.register.cards import CardStatus, card_status
from vneid_idp.identity.register.guardianship import needs_guardian
from vneid_idp.identity.register.records import Card, CardKind, PersonKind, RegistryRecord
from vneid_idp.identity.register.reports import (
    CardIssued,
    Death,
    GuardianNamed,
    GuardianshipEnded,
    PhoneChanged,
    ReportedFact,
)
from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.languages import mark
from vneid_idp.policy.rules import Rules, Threshold


class Obstacle(StrEnum):
    """Why something cannot be reported."""

    DECEASED = "deceased"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_BIRTH = "before_birth"
    OTHER_CARD = "other_card"
    CARD_NOT_NEWER = "card_not_newer"
    CARD_EXPIRED = "card_expired"
    GUARDIAN_UNKNOWN = "guardian_unknown"
    OWN_GUARDIAN = "own_guardian"
    GUARDIAN_DECEASED = "guardian_deceased"
    GUARDIAN_TOO_YOUNG = "guardian_too_young"
    GUARDIAN_ALREADY = "guardian_already"
    NEEDS_NO_GUARDIAN = "needs_no_guardian"
    NOT_GUARDIAN = "not_guardian"
    SAME_PHONE = "same_phone"


_SENTENCES: Mapping[Obstacle, str] = {
    Obstacle.DECEASED: mark("The population register has recorded this person's death already."),
    Obstacle.IN_THE_FUTURE: mark("This day has not come yet."),
    Obstacle.BEFORE_BIRTH: mark("This day is before the person's birth."),
    Obstacle.OTHER_CARD: mark("Citizens have citizens' cards, foreigners residence cards."),
    Obstacle.CARD_NOT_NEWER: mark("The population register has a card of this day, or a newer one."),
    Obstacle.CARD_EXPIRED: mark("This card would have expired already."),
    Obstacle.GUARDIAN_UNKNOWN: mark("The population register has nobody with this number."),
    Obstacle.OWN_GUARDIAN: mark("This is the child's own number: nobody is the own guardian."),
    Obstacle.GUARDIAN_DECEASED: mark("The population register has recorded the death of this guardian."),
    Obstacle.GUARDIAN_TOO_YOUNG: mark("A guardian is at least %(years)s years old; this person is younger."),
    Obstacle.GUARDIAN_ALREADY: mark("This person is a parent or guardian of the child already."),
    Obstacle.NEEDS_NO_GUARDIAN: mark("From the age of %(years)s on a person acts alone; no guardian is named."),
    Obstacle.NOT_GUARDIAN: mark("This person is no guardian of the child, or not any more."),
    Obstacle.SAME_PHONE: mark("This is the number that the population register has already."),
}


class CannotBeReported(DomainError):
    """The register must not be told this.

    `sentence` says why, marked for translation; `years` is the age of the law where one decides, which fills it.
    """

    code = "cannot_be_reported"
    status = 409
    title = "This cannot be told to the population register."

    def __init__(self, obstacle: Obstacle, years: int = 0) -> None:
        self.obstacle = obstacle
        self.sentence = _SENTENCES[obstacle]
        self.years = years
        super().__init__(self.sentence % {"years": years})


def check_report(
    record: RegistryRecord, fact: ReportedFact, guardian: RegistryRecord | None, rules: Rules, now: Instant
) -> None:
    """Raise `CannotBeReported` unless `fact` may be reported of the person. `guardian` is whom the fact names."""
    if record.deceased_at is not None:
        raise CannotBeReported(Obstacle.DECEASED)
    match fact:
        case Death(at):
            if at > now:
                raise CannotBeReported(Obstacle.IN_THE_FUTURE)
            if local_date(at) < record.birth_date:
                raise CannotBeReported(Obstacle.BEFORE_BIRTH)
        case CardIssued(card):
            _check_card(record, card, now)
        case GuardianNamed():
            _check_guardian(record, guardian, rules, now)
        case GuardianshipEnded(guardian_id):
            if guardian_id not in record.guardian_ids:
                raise CannotBeReported(Obstacle.NOT_GUARDIAN)
        case PhoneChanged(phone):
            if phone == record.phone:
                raise CannotBeReported(Obstacle.SAME_PHONE)
        case _:
            assert_never(fact)


_CARDS = {
    PersonKind.CITIZEN: {CardKind.CITIZEN},
    PersonKind.FOREIGNER: {CardKind.PERMANENT_RESIDENCE, CardKind.TEMPORARY_RESIDENCE},
    PersonKind.UNDETERMINED: {CardKind.IDENTITY_CERTIFICATE},
}


def _check_card(record: RegistryRecord, card: Card, now: Instant) -> None:
    if card.kind not in _CARDS[record.kind]:
        raise CannotBeReported(Obstacle.OTHER_CARD)
    if card.issued_on > local_date(now):
        raise CannotBeReported(Obstacle.IN_THE_FUTURE)
    if card.issued_on < record.birth_date:
        raise CannotBeReported(Obstacle.BEFORE_BIRTH)
    if record.card is not None and card.issued_on <= record.card.issued_on:
        raise CannotBeReported(Obstacle.CARD_NOT_NEWER)
    if card_status(card, now) is not CardStatus.VALID:
        raise CannotBeReported(Obstacle.CARD_EXPIRED)


def _check_guardian(record: RegistryRecord, guardian: RegistryRecord | None, rules: Rules, now: Instant) -> None:
    if guardian is None:
        raise CannotBeReported(Obstacle.GUARDIAN_UNKNOWN)
    if guardian.person_id == record.person_id:
        raise CannotBeReported(Obstacle.OWN_GUARDIAN)
    if guardian.deceased_at is not None:
        raise CannotBeReported(Obstacle.GUARDIAN_DECEASED)
    if age(guardian.birth_date, now) < rules[Threshold.GUARDIAN_FROM_AGE]:
        raise CannotBeReported(Obstacle.GUARDIAN_TOO_YOUNG, rules[Threshold.GUARDIAN_FROM_AGE])
    if not needs_guardian(age(record.birth_date, now), rules):
        raise CannotBeReported(Obstacle.NEEDS_NO_GUARDIAN, rules[Threshold.GUARDIAN_UNTIL_AGE])
    if guardian.person_id in record.guardian_ids:
        raise CannotBeReported(Obstacle.GUARDIAN_ALREADY)
