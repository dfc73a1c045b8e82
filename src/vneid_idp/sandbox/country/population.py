"""The people of the make-believe country as stored, inside a unit of work.

What tells who somebody is stands sealed under that person's key; a personal ID number is found by its keyed digest. The
writing functions are the make-believe authority's: register, enter a report. What follows from them for an
account is `use_cases.follow_registry`'s.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, assert_never

from vneid_idp.identity import personal_id
from vneid_idp.identity.register.feed import RegistryChange, changed_facts
from vneid_idp.identity.register.records import Holder, RegistryRecord, from_json, holder_from_json
from vneid_idp.identity.register.reports import (
    CardIssued,
    Death,
    GuardianNamed,
    GuardianshipEnded,
    PhoneChanged,
    Report,
    ReportRefused,
)
from vneid_idp.identity.vault import PersonKey, Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.sandbox.country import feed_store, store, tables
from vneid_idp.storage.bulk import load
from vneid_idp.storage.unit import Reading, Unit

COLUMN = "registry_people.sealed"
NUMBER = "registry.personal_number"
_LONGEST_CURSOR = 18


class NumberTaken(DomainError):
    """Two people cannot have one personal ID number (Law 26/2023 Art. 12)."""

    code = "number_taken"
    status = 409
    title = "This personal ID number belongs to somebody else."


class NotSynthetic(DomainError):
    """The synthetic registry holds nobody whose number could be a real person's."""

    code = "not_synthetic"
    status = 422
    title = "The synthetic registry takes only numbers with the place code that belongs to nobody."


class UnknownCursor(DomainError):
    """The cursor is none that this feed gave."""

    code = "unknown_cursor"
    status = 400
    title = "The cursor does not come from this feed."


def _reported(record: RegistryRecord, report: Report) -> RegistryRecord:
    """The record with what was reported. Pure; raises `ReportRefused`."""
    match report.fact:
        case Death(at):
            return record if record.deceased_at is not None else replace(record, deceased_at=at)
        case CardIssued(card):
            if record.deceased_at is not None:
                raise ReportRefused
            return replace(record, card=card)
        case GuardianNamed(guardian_id):
            if guardian_id == record.person_id:
                raise ReportRefused
            return replace(record, guardian_ids=tuple(dict.fromkeys((*record.guardian_ids, guardian_id))))
        case GuardianshipEnded(guardian_id):
            return replace(record, guardian_ids=tuple(each for each in record.guardian_ids if each != guardian_id))
        case PhoneChanged(phone):
            return replace(record, phone=phone)
        case _:
            assert_never(report.fact)


class Population:
    """Reads and writes people of the make-believe registry."""

    def __init__(self, vault: Vault, blind: BlindIndex) -> None:
        self._vault = vault
        self._blind = blind

    async def find(self, unit: Reading, person_id: str) -> RegistryRecord | None:
        """See `Registry.find`."""
        return self._open(await store.find_person(unit, person_id))

    async def find_by_number(self, unit: Reading, number: str) -> RegistryRecord | None:
        """See `Registry.find_by_number`."""
        return self._open(await store.find_person_by_number(unit, self.number_digest(number)))

    async def find_holders(self, unit: Reading, numbers: Collection[str]) -> list[Holder]:
        """See `Registry.find_holders`; in no order."""
        digests = [self.number_digest(number) for number in numbers]
        return [holder_from_json(self._json(each)) for each in await store.find_people_by_number(unit, digests)]

    async def is_entered(self, unit: Reading, record: RegistryRecord) -> bool:
        """Whether somebody of this id or number was ever entered, who may have been forgotten since."""
        return await store.is_entered(unit, record.person_id, self.number_digest(record.personal_number))

    async def children_of(self, unit: Reading, person_id: str) -> tuple[RegistryRecord, ...]:
        """See `Registry.children_of`."""
        records = [self._open(sealed) for sealed in await store.children_of(unit, person_id)]
        # The record has the last word: the index of guardians also remembers those who are none any more.
        living = [r for r in records if r is not None and r.deceased_at is None and person_id in r.guardian_ids]
        return tuple(sorted(living, key=lambda record: (record.birth_date, record.person_id)))

    async def register(self, unit: Unit, record: RegistryRecord) -> RegistryRecord:
        """Enter a person, or write over what the registry has of them; the record as it now stands.

        Raises `NotSynthetic` and `NumberTaken`.
        """
        if not personal_id.read_personal_id(record.personal_number).synthetic:
            raise NotSynthetic
        before = self._open(await store.seize_person(unit, record.person_id))
        if before is None or before.personal_number != record.personal_number:
            if before is not None:
                await store.forget_number(unit, self.number_digest(before.personal_number), record.person_id)
            if not await store.put_number(unit, self.number_digest(record.personal_number), record.person_id):
                raise NumberTaken
        return await self._rewrite(unit, before, record)

    async def load(self, unit: Unit, people: Sequence[tuple[RegistryRecord, PersonKey]]) -> None:
        """Enter new people in bulk, each with the key. One that is there already raises `AlreadyThere`."""
        rows = [(record.person_id, key.seal_json(COLUMN, record), unit.now) for record, key in people]
        numbers = [(self.number_digest(record.personal_number), record.person_id) for record, _ in people]
        children = [(guardian_id, record.person_id) for record, _ in people for guardian_id in record.guardian_ids]
        await load(unit, tables.registry_people, ("person_id", "sealed", "updated_at"), rows)
        await load(unit, tables.registry_numbers, ("number_digest", "person_id"), numbers)
        await load(unit, tables.guardianships, ("guardian_id", "child_id"), children)

    async def report(self, unit: Unit, report: Report) -> RegistryRecord:
        """Enter what an office reports; the person as the registry then has them. Raises `ReportRefused`."""
        # Seized before it is read: who sends the same report again meanwhile waits here, and sees what came of it.
        before = self._open(await store.seize_person(unit, report.person_id))
        if before is None:
            raise ReportRefused
        if not await feed_store.remember_report(unit, report.report_id, report.person_id, report.reported_by):
            if await feed_store.whose_report(unit, report.report_id) != report.person_id:
                raise ReportRefused
            return before
        return await self._rewrite(unit, before, _reported(before, report))

    async def changes(self, unit: Reading, after: str | None, limit: int) -> tuple[RegistryChange, ...]:
        """See `RegistryFeed.changes`. Raises `UnknownCursor`."""
        if after is not None and not (after.isascii() and after.isdigit() and len(after) <= _LONGEST_CURSOR):
            raise UnknownCursor
        return await feed_store.changes_after(unit, int(after or 0), limit)

    async def forget_number(self, unit: Unit, record: RegistryRecord) -> None:
        """Take the number off somebody whose key is destroyed: a keyed digest still names its person to who has the
        key and tries numbers.
        """
        await store.forget_number(unit, self.number_digest(record.personal_number), record.person_id)

    def number_digest(self, number: str) -> str:
        """The digest under which a personal ID number is found."""
        return self._blind.of(NUMBER, number)

    def _open(self, stored: store.Sealed | None) -> RegistryRecord | None:
        return None if stored is None else from_json(self._json(stored))

    def _json(self, stored: store.Sealed) -> Any:
        return self._vault.open_key(stored.person_id, stored.sealed_key).open_json(COLUMN, stored.sealed)

    async def _rewrite(self, unit: Unit, before: RegistryRecord | None, record: RegistryRecord) -> RegistryRecord:
        """Write `record`, unless it says what stands there already."""
        if before is not None:
            facts = changed_facts(before, record)
            if not facts:
                return before
            record = replace(record, revision=before.revision + 1)
            await feed_store.add_change(unit, record.person_id, facts)
        key = await self._vault.ensure_key(unit, record.person_id)
        await store.put_person(unit, record.person_id, key.seal_json(COLUMN, record), unit.now)
        for guardian_id in record.guardian_ids:
            await store.put_guardianship(unit, guardian_id, record.person_id)
        return record
