"""The population registry as ports: what the provider asks of it, what it tells, and what an office tells it.

A registry server over HTTP stands behind them (`registry_client`), or the sandbox's make-believe country; both pass the
same contract test. A network call may lie behind every one of these functions: none takes a unit, and all are called
before a unit is opened, since no transaction waits for a network.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.provinces import CURRENT
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError


class PersonKind(StrEnum):
    """Whom the registry knows."""

    CITIZEN = "citizen"
    FOREIGNER = "foreigner"
    UNDETERMINED = "undetermined"
    """Of Vietnamese origin, living here, with a nationality that is not determined (Law 26/2023/QH15 Art. 30)."""


class LockedBy(StrEnum):
    """At whose request the electronic identity is locked (Law 26/2023 Art. 34, Decree 69/2024 Art. 15)."""

    HOLDER = "holder"
    AUTHORITY = "authority"


class CardKind(StrEnum):
    """The document on which an account rests (Decree 69/2024 Art. 7)."""

    CITIZEN = "citizen_card"
    PERMANENT_RESIDENCE = "permanent_residence_card"
    TEMPORARY_RESIDENCE = "temporary_residence_card"
    IDENTITY_CERTIFICATE = "identity_certificate"
    """Of somebody whose nationality is not determined (Law 26/2023/QH15 Art. 30)."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `expires_on` is the first day on which it is no longer good; without it, the card is good for life."""

    kind: CardKind
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Address:
    """A place of permanent residence. Districts ended with the mergers of 1 July 2025; older papers still name them."""

    street: str
    ward: str
    """The commune: phường, xã or đặc khu."""
    province: str
    """Two-digit code since 1 July 2025 (`provinces.CURRENT`)."""
    former_province: str | None = None
    """Three-digit code (`provinces.FORMER`) where the record was written before the mergers. The register says it, and
    nobody here asks yet: kept, since a record is kept as it was told."""
    postal_code: str | None = None

    @property
    def formatted(self) -> str:
        """The whole address on one line, with the province's name of today."""
        return ", ".join(part for part in (self.street, self.ward, CURRENT[self.province]) if part)


@dataclass(frozen=True, slots=True)
class RegistryRecord:
    """One person as the registry has them. `full_name` is the truth; its parts are there where the tradition has
    them.
    """

    person_id: str
    kind: PersonKind
    personal_number: str
    full_name: str
    family_name: str | None
    middle_name: str | None
    given_name: str | None
    birth_date: date
    sex: Sex
    nationality: str
    """ISO 3166-1 alpha-2; XX, which stands for no country there, where it is not determined."""
    ethnicity: str | None
    address: Address | None
    phone: str | None
    """E.164."""
    email: str | None
    card: Card | None
    locked_by: LockedBy | None = None
    locked_at: Instant | None = None
    deceased_at: Instant | None = None
    guardian_ids: tuple[str, ...] = ()
    revision: int = 0
    """Grows with every change of this person's record: of two copies the one with the higher revision is newer."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a personal ID number: as much as it takes to compare a list of people with the registry. Whoever asks
    for millions learns nothing else of them."""

    personal_number: str
    kind: PersonKind
    full_name: str
    birth_date: date
    is_deceased: bool


class RegistryUnavailable(DomainError):
    """The registry does not answer, or answers what cannot be believed: nothing is known about anybody right now."""

    code = "registry_unavailable"
    status = 503
    title = "The population registry cannot be asked at the moment. Nothing was changed; try again."
    retry_after = 30
    """Seconds."""


class RegistryUnintelligible(RegistryUnavailable):
    """The registry answered, and what it says cannot be understood: asking again does not help."""


class RegistryHealth(StrEnum):
    """How the registry answers."""

    OK = "ok"
    DEGRADED = "degraded"
    """The last answers failed, or it is being tried again after an outage."""
    UNREACHABLE = "unreachable"
    """It is not asked for a while, since it did not answer."""


class Registry(Protocol):
    """Asks the population registry. Every answer is a copy of the moment; each question raises `RegistryUnavailable`
    when there is none.
    """

    @property
    def health(self) -> RegistryHealth:
        """How it answered lately; asks nothing."""
        ...

    async def find(self, person_id: str) -> RegistryRecord | None:
        """The person, or nothing if there is none or their data has been destroyed."""
        ...

    async def find_by_number(self, number: str) -> RegistryRecord | None:
        """The person with this personal ID number (12 digits), or nothing."""
        ...

    async def find_many(self, person_ids: Collection[str]) -> Mapping[str, RegistryRecord]:
        """Those of these people whom the registry has, by their id, in one question. At most `MANY` of them."""
        ...

    async def find_holders(self, numbers: Collection[str]) -> Mapping[str, Holder]:
        """Those whom the registry has under these personal ID numbers (12 digits each), by their number, in one
        question. At most `MANY` of them."""
        ...

    async def children_of(self, person_id: str) -> tuple[RegistryRecord, ...]:
        """The living people whose parent or guardian this person is, eldest first. Whether one is still a child is
        decided by the caller, who knows the instant and the age that matters."""
        ...


MANY = 500
"""How many people may be asked for in one question."""


async def find_all(registry: Registry, person_ids: Collection[str]) -> dict[str, RegistryRecord]:
    """As `Registry.find_many`, for any number of people: one question for each `MANY` of them."""
    wanted, found = sorted(set(person_ids)), dict[str, RegistryRecord]()
    for start in range(0, len(wanted), MANY):
        found |= await registry.find_many(wanted[start : start + MANY])
    return found


async def find_all_holders(registry: Registry, numbers: Collection[str]) -> dict[str, Holder]:
    """As `Registry.find_holders`, for some thousands of people: a question for each `MANY`, all at once."""
    wanted = sorted(set(numbers))
    parts = [wanted[start : start + MANY] for start in range(0, len(wanted), MANY)]
    answers = await asyncio.gather(*(registry.find_holders(part) for part in parts))
    return {number: holder for answer in answers for number, holder in answer.items()}


def from_json(value: dict[str, Any]) -> RegistryRecord:
    """The record that `orjson.dumps(record)` wrote. New fields come last and with a default, so that old rows still
    open.
    """
    card, address = value.get("card"), value.get("address")
    return RegistryRecord(
        **{
            **value,
            "kind": PersonKind(value["kind"]),
            "birth_date": date.fromisoformat(value["birth_date"]),
            "sex": Sex(value["sex"]),
            "address": Address(**address) if address else None,
            "card": card_from_json(card) if card else None,
            "locked_by": LockedBy(value["locked_by"]) if value.get("locked_by") else None,
            "guardian_ids": tuple(value.get("guardian_ids", ())),
        }
    )


def holder_from_json(value: dict[str, Any]) -> Holder:
    """The same, of which only the holder of the number is wanted."""
    return Holder(
        value["personal_number"],
        PersonKind(value["kind"]),
        value["full_name"],
        date.fromisoformat(value["birth_date"]),
        value.get("deceased_at") is not None,
    )


def card_from_json(value: dict[str, Any]) -> Card:
    """The card in a stored record."""
    expires_on = value["expires_on"]
    return Card(
        CardKind(value["kind"]),
        date.fromisoformat(value["issued_on"]),
        date.fromisoformat(expires_on) if expires_on else None,
    )
