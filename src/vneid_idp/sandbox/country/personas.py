"""Named make-believe people, each an edge that integrators meet. Pure; `seed.seed_personas` writes them.

Ages are relative to the day of seeding, so that "sixteen today" is. Everyone signs in with the personal ID number or
the phone, and the same memorable password and passcode. Who they are stands in `persona_list.py`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from vneid_idp.identity import personal_id, phones
from vneid_idp.identity.ages import birthday
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.register.cards import citizen_card_expiry
from vneid_idp.identity.register.records import Address, Card, CardKind, LockedBy, PersonKind, RegistryRecord
from vneid_idp.kernel.clock import DAY, Instant, local_date
from vneid_idp.kernel.secrets import id_of
from vneid_idp.sandbox.country.names import Name

PASSWORD = "sandbox-2026"
PASSCODE = "380462"

Born = date | Callable[[date], date]
"""A birth date, or how to find it from the day of seeding."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A persona as written down, before the day of seeding is known."""

    slug: str
    vi: str
    """What is special about the person, in Vietnamese; a full sentence."""
    en: str
    name: Name
    born: Born
    sex: Sex
    level: int = 2
    ethnicity: str | None = "Kinh"
    nationality: str = "VN"
    address: Address | None = None
    phone: bool = True
    email: str | None = None
    card: CardKind | None = CardKind.CITIZEN
    card_expired: bool = False
    locked_by: LockedBy | None = None
    deceased: bool = False
    closed: bool = False
    passcode: bool = True
    guardians: tuple[str, ...] = ()
    own: dict[str, Any] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Persona:
    """A persona on the day of seeding. `level` is 0 for somebody without an account."""

    slug: str
    description: dict[str, str]
    """By language: `vi`, `en`."""
    record: RegistryRecord
    level: int
    own: dict[str, Any]
    closed: bool
    password: str
    passcode: str | None
    roles: tuple[Role, ...]
    """What the person does at a registration office or for the operator."""

    @property
    def username(self) -> str:
        """What the person types to sign in."""
        return self.record.personal_number


def persona_id(slug: str) -> str:
    """The `person_id` of a persona: the same on every machine, so that examples and tests can rely on it."""
    return id_of("per", int.from_bytes(hashlib.sha256(f"persona/{slug}".encode()).digest()[:16]))


def years_ago(years: int, *, days: int = 0) -> Callable[[date], date]:
    """Born so that the age of `years` was reached `days` days ago (negative: will be reached)."""

    def born(today: date) -> date:
        then = today - timedelta(days=days)
        try:
            return then.replace(year=then.year - years)
        except ValueError:  # 29 February, in a year that has none: nobody turns that age on this very day
            return date(then.year - years, 2, 28) if days >= 0 else date(then.year - years, 3, 1)

    return born


_KINDS = {"VN": PersonKind.CITIZEN, "XX": PersonKind.UNDETERMINED}


def draw(sketch: Sketch, serial: int, now: Instant) -> Persona:
    """The persona of a sketch on the day of `now`. `serial` numbers their personal ID number and phone."""
    today = local_date(now)
    born = sketch.born if isinstance(sketch.born, date) else sketch.born(today)
    record = RegistryRecord(
        person_id=persona_id(sketch.slug),
        kind=_KINDS.get(sketch.nationality, PersonKind.FOREIGNER),
        personal_number=personal_id.build(born, sketch.sex, serial),
        full_name=sketch.name.full,
        family_name=sketch.name.family,
        middle_name=sketch.name.middle,
        given_name=sketch.name.given,
        birth_date=born,
        sex=sketch.sex,
        nationality=sketch.nationality,
        ethnicity=sketch.ethnicity,
        address=sketch.address,
        phone=phones.build(serial) if sketch.phone else None,
        email=sketch.email,
        card=_card(sketch, born, today),
        locked_by=sketch.locked_by,
        locked_at=now - 3 * DAY if sketch.locked_by else None,
        deceased_at=now - 20 * DAY if sketch.deceased else None,
        guardian_ids=tuple(persona_id(slug) for slug in sketch.guardians),
    )
    return Persona(
        slug=sketch.slug,
        description={"vi": sketch.vi, "en": sketch.en},
        record=record,
        level=sketch.level,
        own=sketch.own,
        closed=sketch.closed,
        password=PASSWORD,
        passcode=PASSCODE if sketch.passcode else None,
        roles=sketch.roles,
    )


def _card(sketch: Sketch, born: date, today: date) -> Card | None:
    if sketch.card is None:
        return None
    if sketch.card_expired:
        return Card(sketch.card, today - timedelta(days=2 * 365), today - timedelta(days=10))
    issued = max(born, today - timedelta(days=200))
    if sketch.card is CardKind.CITIZEN:
        return Card(sketch.card, issued, citizen_card_expiry(born, issued))
    return Card(sketch.card, issued, birthday(issued, 10 if sketch.card is CardKind.PERMANENT_RESIDENCE else 2))
