"""What may be reported to the register: one fact that succeeds, and each thing that spoils it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support.people import persona
from tests.support.watch import MORNING
from vneid_idp.identity.ages import birthday
from vneid_idp.identity.register.records import Card, CardKind, RegistryRecord
from vneid_idp.identity.register.report_rules import CannotBeReported, Obstacle, check_report
from vneid_idp.identity.register.reports import (
    CardIssued,
    Death,
    GuardianNamed,
    GuardianshipEnded,
    PhoneChanged,
    ReportedFact,
)
from vneid_idp.kernel.clock import DAY, local_date, midnight
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Policy, Threshold, ThresholdRow

TODAY = local_date(MORNING)
PLAIN, CHILD, PARENT = persona("plain").record, persona("child-9").record, persona("grandmother").record
FOREIGNER, DEAD = persona("foreigner").record, persona("deceased").record
SHIPPED = shipped()


def citizen(issued: date, expires: date | None = None) -> CardIssued:
    return CardIssued(Card(CardKind.CITIZEN, issued, expires))


def check(
    record: RegistryRecord, fact: ReportedFact, guardian: RegistryRecord | None = None, policy: Policy = SHIPPED
) -> None:
    check_report(record, fact, guardian, policy.at(MORNING), MORNING)


def test_what_is_right_may_be_reported() -> None:
    check(PLAIN, Death(MORNING - DAY))
    check(PLAIN, citizen(TODAY))
    check(replace(PLAIN, card=None), citizen(TODAY - timedelta(days=900)))
    check(FOREIGNER, CardIssued(Card(CardKind.TEMPORARY_RESIDENCE, TODAY, TODAY + timedelta(days=700))))
    check(CHILD, GuardianNamed(PARENT.person_id), PARENT)
    check(CHILD, GuardianshipEnded(CHILD.guardian_ids[0]))
    check(PLAIN, PhoneChanged("+84950000999"))
    check(PLAIN, PhoneChanged(None))


def test_what_is_just_right_may_be_reported() -> None:
    """Of the very day, and of the last day on which it is so."""
    born = replace(CHILD, birth_date=TODAY, card=None)
    check(born, Death(midnight(TODAY)))
    check(born, Death(MORNING))
    check(born, citizen(TODAY, TODAY + timedelta(days=1)))
    assert PLAIN.card is not None
    check(PLAIN, citizen(PLAIN.card.issued_on + timedelta(days=1)))
    fifteen = replace(CHILD, birth_date=birthday(TODAY, -16) + timedelta(days=1))
    check(fifteen, GuardianNamed(PARENT.person_id), of_age(18))
    check(replace(CHILD, birth_date=birthday(TODAY, -16)), GuardianshipEnded(CHILD.guardian_ids[0]))


def of_age(years: int) -> RegistryRecord:
    return replace(PARENT, birth_date=birthday(TODAY, -years))


@pytest.mark.parametrize(
    ("record", "fact", "guardian", "obstacle"),
    [
        (DEAD, Death(MORNING), None, Obstacle.DECEASED),
        (DEAD, citizen(TODAY), None, Obstacle.DECEASED),
        (PLAIN, Death(MORNING + 1), None, Obstacle.IN_THE_FUTURE),
        (CHILD, Death(MORNING - 4000 * DAY), None, Obstacle.BEFORE_BIRTH),
        (FOREIGNER, citizen(TODAY), None, Obstacle.OTHER_CARD),
        (PLAIN, CardIssued(Card(CardKind.PERMANENT_RESIDENCE, TODAY, None)), None, Obstacle.OTHER_CARD),
        (PLAIN, citizen(TODAY + timedelta(days=1)), None, Obstacle.IN_THE_FUTURE),
        (replace(CHILD, card=None), citizen(CHILD.birth_date - timedelta(days=1)), None, Obstacle.BEFORE_BIRTH),
        (PLAIN, citizen(PLAIN.card.issued_on if PLAIN.card else TODAY), None, Obstacle.CARD_NOT_NEWER),
        (PLAIN, citizen(TODAY, TODAY), None, Obstacle.CARD_EXPIRED),
        (CHILD, GuardianNamed("per_nobody"), None, Obstacle.GUARDIAN_UNKNOWN),
        (CHILD, GuardianNamed(CHILD.person_id), CHILD, Obstacle.OWN_GUARDIAN),
        (CHILD, GuardianNamed(DEAD.person_id), DEAD, Obstacle.GUARDIAN_DECEASED),
        (CHILD, GuardianNamed(PARENT.person_id), of_age(17), Obstacle.GUARDIAN_TOO_YOUNG),
        (replace(CHILD, birth_date=birthday(TODAY, -16)), GuardianNamed(PARENT.person_id), PARENT,
         Obstacle.NEEDS_NO_GUARDIAN),
        (replace(CHILD, guardian_ids=(PARENT.person_id,)), GuardianNamed(PARENT.person_id), PARENT,
         Obstacle.GUARDIAN_ALREADY),
        (CHILD, GuardianshipEnded(PARENT.person_id), PARENT, Obstacle.NOT_GUARDIAN),
        (PLAIN, PhoneChanged(PLAIN.phone), None, Obstacle.SAME_PHONE),
    ],
)  # fmt: skip
def test_one_thing_spoils_it(
    record: RegistryRecord, fact: ReportedFact, guardian: RegistryRecord | None, obstacle: Obstacle
) -> None:
    with pytest.raises(CannotBeReported) as refused:
        check(record, fact, guardian)
    assert refused.value.obstacle is obstacle


def test_the_ages_are_the_laws_of_the_day() -> None:
    check(CHILD, GuardianNamed(PARENT.person_id), of_age(18))
    rows = tuple(
        ThresholdRow(name, number, "Law of tomorrow", TODAY)
        for name, number in ((Threshold.GUARDIAN_FROM_AGE, 21), (Threshold.GUARDIAN_UNTIL_AGE, 8))
    )
    amended = SHIPPED.amended(Policy((), rows))
    for guardian, years in ((of_age(18), 21), (of_age(21), 8)):
        with pytest.raises(CannotBeReported) as refused:
            check(CHILD, GuardianNamed(PARENT.person_id), guardian, amended)
        assert (refused.value.years, str(years) in str(refused.value)) == (years, True)
