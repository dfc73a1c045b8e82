"""What the registry tells by itself: a feed of changes, each naming a person and which facts are new, never a value.

Somebody who is new to the registry is no change: nobody has heard of them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant


class Fact(StrEnum):
    """What a change was about. Names go into events and over the wire: never rename one."""

    DEATH = "death"
    NUMBER = "number"
    NAME = "name"
    BIRTH = "birth"
    """Birth date or sex."""
    NATIONALITY = "nationality"
    ADDRESS = "address"
    CONTACT = "contact"
    """Phone or e-mail address."""
    CARD = "card"
    """A card was issued, renewed, changed or withdrawn."""
    LOCK = "lock"
    GUARDIANS = "guardians"


_FIELDS: dict[Fact, tuple[str, ...]] = {
    Fact.DEATH: ("deceased_at",),
    Fact.NUMBER: ("personal_number",),
    Fact.NAME: ("full_name", "family_name", "middle_name", "given_name"),
    Fact.BIRTH: ("birth_date", "sex"),
    Fact.NATIONALITY: ("kind", "nationality", "ethnicity"),
    Fact.ADDRESS: ("address",),
    Fact.CONTACT: ("phone", "email"),
    Fact.CARD: ("card",),
    Fact.LOCK: ("locked_by", "locked_at"),
    Fact.GUARDIANS: ("guardian_ids",),
}


def changed_facts(before: RegistryRecord, after: RegistryRecord) -> tuple[Fact, ...]:
    """Which facts `after` tells anew. Pure."""
    return tuple(
        fact
        for fact, fields in _FIELDS.items()
        if any(getattr(before, field) != getattr(after, field) for field in fields)
    )


@dataclass(frozen=True, slots=True)
class RegistryChange:
    """One change. `cursor` is the place in the feed just after it."""

    cursor: str
    person_id: str
    facts: tuple[Fact, ...]
    at: Instant


class RegistryFeed(Protocol):
    """Tells the changes of the registry in the order in which they were made."""

    @property
    def name(self) -> str:
        """Which feed this is: cursors of one mean nothing to another."""
        ...

    async def changes(self, after: str | None, limit: int) -> tuple[RegistryChange, ...]:
        """At most `limit` changes after a place in the feed, from its beginning without one; empty when there is none.

        Raises `RegistryUnavailable`.
        """
        ...
