"""Who acts for a child: the one place where guardianship is judged (Decree 147/2024/NĐ-CP Art. 23.3.đ, Law 91/2025/QH15
Art. 24)."""

from datetime import date
from enum import StrEnum

from vneid_idp.identity.ages import age
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Policy, Rules, Threshold


class Guardianship(StrEnum):
    """How somebody stands to a child."""

    STANDS = "stands"
    OUTGROWN = "outgrown"
    """The child has reached the age from which nobody acts for it."""
    NONE = "none"


def guardianship(person_id: str, child: RegistryRecord | None, rules: Rules, now: Instant) -> Guardianship:
    """How `person_id` stands at `now` to the child of whom the register says this; nobody guards a dead child."""
    if child is None or child.deceased_at is not None or person_id not in child.guardian_ids:
        return Guardianship.NONE
    return Guardianship.STANDS if needs_guardian(age(child.birth_date, now), rules) else Guardianship.OUTGROWN


def is_guardian(person_id: str, child: RegistryRecord | None, rules: Rules, now: Instant) -> bool:
    """Whether a person may act for this child at `now`."""
    return guardianship(person_id, child, rules, now) is Guardianship.STANDS


def is_abandoned(person_id: str, child: RegistryRecord, rules: Rules, now: Instant) -> bool:
    """Whether a person who acted for this child is no guardian any more while somebody still has to act for it.

    A death is another matter: what is said of a dead child is that.
    """
    return person_id not in child.guardian_ids and needs_guardian(age(child.birth_date, now), rules)


def named_guardians(child: RegistryRecord) -> tuple[str, ...]:
    """Whom the register names as parents and guardians, whether or not anybody still has to act for the person."""
    return child.guardian_ids


def needs_guardian(years: int, rules: Rules) -> bool:
    """Whether somebody of this age, in completed years, is acted for by a parent or guardian."""
    return years < rules[Threshold.GUARDIAN_UNTIL_AGE]


class Consenting(StrEnum):
    """Whose consent it takes that something is told about a person."""

    ALONE = "alone"
    """The person's own."""
    WITH_GUARDIAN = "with_guardian"
    """The child's and a parent's or guardian's, both."""
    BY_GUARDIAN = "by_guardian"
    """A parent's or guardian's; the child is too young to be asked."""


def who_consents(years: int, rules: Rules) -> Consenting:
    """Whose consent it takes about somebody of this age, in completed years."""
    if years >= rules[Threshold.CONSENT_ALONE_FROM_AGE]:
        return Consenting.ALONE
    return Consenting.WITH_GUARDIAN if years >= rules[Threshold.CHILD_ASKED_FROM_AGE] else Consenting.BY_GUARDIAN


def may_consent_for(person_id: str, child: RegistryRecord | None, rules: Rules, now: Instant) -> bool:
    """Whether a person is a parent or guardian without whom this child's consent does not stand at `now`."""
    if child is None or child.deceased_at is not None or person_id not in child.guardian_ids:
        return False
    return who_consents(age(child.birth_date, now), rules) is not Consenting.ALONE


def consented_too_young(birth_date: date, given_at: Instant, policy: Policy, now: Instant) -> bool:
    """Whether a consent that somebody gave alone at `given_at` never stood by the law of that day, or stands no more by
    that of `now`."""
    return any(who_consents(age(birth_date, at), policy.at(at)) is not Consenting.ALONE for at in (given_at, now))
