"""What goes over the wire between the provider and a registry server: the published shapes of `registry/v1`.

The client ignores members that it does not know, so that a registry may grow; everything it does know is checked, and a
record that does not pass is no record at all.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, field_validator

from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.provinces import CURRENT
from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.identity.register.records import MANY, CardKind, Holder, LockedBy, PersonKind, RegistryRecord
from vneid_idp.identity.register.records import Address as AddressFacts
from vneid_idp.identity.register.records import Card as CardFacts
from vneid_idp.kernel.clock import Instant

PREFIX = "/registry/v1"
MOST_CHANGES = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Moment = Annotated[
    AwareDatetime, PlainSerializer(lambda value: value.isoformat(timespec="milliseconds"), when_used="json")
]
PersonId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="The registry's lasting, pseudonymous id of a person; tells nothing about them.",
        examples=["per_06cq2d9k7v3f1m8e5t0h4b6n9r"],
    ),
]
Cursor = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$", description="A place in the feed of changes.")]
_NumberText = Annotated[str, Field(pattern=r"^[0-9]{12}$", description="Personal ID number.")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$", description="E.164.")]
_Text = Annotated[str, Field(min_length=1, max_length=300)]


def instant_of(moment: datetime) -> Instant:
    """Milliseconds since the epoch."""
    return (moment - _EPOCH) // _MILLISECOND


def moment_of(instant: Instant) -> datetime:
    """The same, as it goes over the wire."""
    return _EPOCH + instant * _MILLISECOND


class Answered(BaseModel):
    """Something that the registry says."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Asked(BaseModel):
    """Something that is said to the registry: what it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(Answered):
    """A place of permanent residence."""

    street: str = Field(max_length=300)
    ward: str = Field(max_length=300)
    province: str = Field(description="Two-digit code since 1 July 2025 (Decision 19/2025/QĐ-TTg).", examples=["01"])
    former_province: str | None = Field(None, max_length=3, description="Three-digit code of before.")
    postal_code: str | None = Field(None, max_length=10)

    @field_validator("province")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in CURRENT:
            raise ValueError("is the code of no province")
        return value


class Card(Answered):
    """The document on which an account rests (Decree 69/2024/NĐ-CP Art. 7)."""

    kind: CardKind
    issued_on: date
    expires_on: date | None = Field(description="The first day on which it is no longer good; null for life.")

    def facts(self) -> CardFacts:
        """The same, as the rest of the program knows it."""
        return CardFacts(self.kind, self.issued_on, self.expires_on)

    @classmethod
    def of(cls, card: CardFacts) -> "Card":
        """The representation of a card."""
        return cls(kind=card.kind, issued_on=card.issued_on, expires_on=card.expires_on)


class Person(Answered):
    """One person as the registry has them. The full name is the truth; its parts stand where the tradition has them."""

    person_id: PersonId
    revision: int = Field(ge=0, lt=2**63, description="Grows with every change of this person.")
    kind: PersonKind
    personal_number: _NumberText
    full_name: _Text
    family_name: _Text | None
    middle_name: _Text | None
    given_name: _Text | None
    birth_date: date
    sex: Sex
    nationality: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")
    ethnicity: _Text | None
    address: Address | None
    phone: Phone | None
    email: str | None = Field(max_length=254)
    card: Card | None = Field(description="The valid card, or the last one; null where there is none.")
    locked_by: LockedBy | None = Field(description="At whose request the electronic identity is locked.")
    locked_at: Moment | None
    deceased_at: Moment | None
    guardian_ids: tuple[PersonId, ...] = Field(max_length=20, description="Parents and guardians of a child.")

    def record(self) -> RegistryRecord:
        """The same, as the rest of the program knows it."""
        return RegistryRecord(
            person_id=self.person_id,
            kind=self.kind,
            personal_number=self.personal_number,
            full_name=self.full_name,
            family_name=self.family_name,
            middle_name=self.middle_name,
            given_name=self.given_name,
            birth_date=self.birth_date,
            sex=self.sex,
            nationality=self.nationality,
            ethnicity=self.ethnicity,
            address=None if self.address is None else AddressFacts(**self.address.model_dump()),
            phone=self.phone,
            email=self.email,
            card=None if self.card is None else self.card.facts(),
            locked_by=self.locked_by,
            locked_at=None if self.locked_at is None else instant_of(self.locked_at),
            deceased_at=None if self.deceased_at is None else instant_of(self.deceased_at),
            guardian_ids=self.guardian_ids,
            revision=self.revision,
        )

    @classmethod
    def of(cls, record: RegistryRecord) -> "Person":
        """The representation of a record."""
        address = record.address
        names = {name: getattr(record, name) for name in cls.model_fields}
        return cls(
            **names
            | {
                "address": None
                if address is None
                else Address(**{name: getattr(address, name) for name in Address.model_fields}),
                "card": None if record.card is None else Card.of(record.card),
                "locked_at": None if record.locked_at is None else moment_of(record.locked_at),
                "deceased_at": None if record.deceased_at is None else moment_of(record.deceased_at),
            }
        )


class People(Answered):
    """Some people."""

    people: tuple[Person, ...] = Field(max_length=MANY)


class NumberHolder(Answered):
    """Who holds a personal ID number, and nothing more of them."""

    personal_number: _NumberText
    kind: PersonKind
    full_name: _Text
    birth_date: date
    is_deceased: bool

    def facts(self) -> Holder:
        """The same, as the rest of the program knows it."""
        return Holder(self.personal_number, self.kind, self.full_name, self.birth_date, self.is_deceased)

    @classmethod
    def of(cls, holder: Holder) -> "NumberHolder":
        """The representation of a holder."""
        return cls(**{name: getattr(holder, name) for name in cls.model_fields})


class Holders(Answered):
    """Who holds some numbers."""

    holders: tuple[NumberHolder, ...] = Field(max_length=MANY)


class NumberQuestion(Asked):
    """Who has this number? Asked in a body, so that no number stands in an address."""

    personal_number: _NumberText


class ManyQuestion(Asked):
    """What does the registry have of these people?"""

    person_ids: tuple[PersonId, ...] = Field(min_length=1, max_length=MANY)


class HoldersQuestion(Asked):
    """Who holds these numbers? In a body, as one number is asked for."""

    personal_numbers: tuple[_NumberText, ...] = Field(min_length=1, max_length=MANY)


class Change(Answered):
    """Something that changed. It names facts and no values: the person is then asked for."""

    cursor: Cursor
    person_id: PersonId
    facts: tuple[str, ...] = Field(
        max_length=30, description="Which facts are new.", json_schema_extra={"items": {"enum": [*Fact]}}
    )
    at: Moment

    def change(self) -> RegistryChange:
        """The same, as the rest of the program knows it. A fact that a later registry tells is left out."""
        known = {fact.value for fact in Fact}
        facts = tuple(Fact(name) for name in self.facts if name in known)
        return RegistryChange(self.cursor, self.person_id, facts, instant_of(self.at))

    @classmethod
    def of(cls, change: RegistryChange) -> "Change":
        """The representation of a change."""
        facts = tuple(fact.value for fact in change.facts)
        return cls(cursor=change.cursor, person_id=change.person_id, facts=facts, at=moment_of(change.at))


class Changes(Answered):
    """Changes in the order in which they were made. The feed is whole: it goes back to its first change."""

    changes: tuple[Change, ...] = Field(max_length=MOST_CHANGES)


class Health(Answered):
    """Whether the registry can be asked."""

    status: str = Field(examples=["ok"])


class Problem(Answered):
    """Problem details (RFC 9457). `code` is stable and made for programs."""

    type: str = Field(examples=["urn:vneid:problem:unknown_person"])
    title: str
    status: int
    code: str = Field(examples=["unknown_person"])
