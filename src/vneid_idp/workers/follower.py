"""Follows the registry's feed: asks what changed and how the people now are, then brings each into step.

Several workers may follow at once. The position in the feed moves in the unit of the change, by one conditional
statement: one worker makes it, the others find that it has been made. Nothing waits for a network inside a unit.

A change that cannot be followed is set aside for the operator, in the unit that moves on: whoever comes after it must
not wait for it for ever. An outage is no such thing: then everything waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from vneid_idp.identity import persons
from vneid_idp.identity.register import set_aside
from vneid_idp.identity.register.feed import RegistryChange
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.position import find_position, move_position
from vneid_idp.identity.register.records import RegistryRecord, RegistryUnavailable, RegistryUnintelligible
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.log import Log
from vneid_idp.policy.cache import PolicyCache
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.follow_registry import follow_registry

_PAGE = 100
_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Follower:
    """One a process."""

    db: Database
    vault: Vault
    blind: BlindIndex
    registry: PopulationRegistry
    policy: PolicyCache

    async def round(self) -> int:
        """Follow whatever is new; how many changes. A registry that is out is asked again at the next round."""
        followed = 0
        try:
            while made := await self._page():
                followed += made
        except RegistryUnavailable:
            pass  # the transport has said so
        return followed

    async def _page(self) -> int:
        async with self.db.glance() as unit:
            position = await find_position(unit, self.registry.name)
        changes = await self.registry.changes(position, _PAGE)
        records = await self._records({change.person_id for change in changes})
        policy = await self.policy.current()
        followed = 0
        # Changes of people whom nobody here knows are passed over together.
        for known, run in groupby(changes, key=lambda change: change.person_id in records):
            for part in [[change] for change in run] if known else [list(run)]:
                if not await self._step(position, part, records.get(part[-1].person_id), policy):
                    return 0
                position = part[-1].cursor
                followed += len(part)
        return followed

    async def _records(self, people: set[str]) -> dict[str, RegistryRecord | RegistryUnintelligible]:
        async with self.db.reading() as unit:
            known = [person_id for person_id in sorted(people) if await persons.is_known(unit, person_id)]
        # Asked after the change: the record is the change's, or one still newer.
        try:
            return dict(await self.registry.find_many(known)) if known else {}
        except RegistryUnintelligible:
            return {person_id: record for person_id in known if (record := await self._record(person_id)) is not None}

    async def _record(self, person_id: str) -> RegistryRecord | RegistryUnintelligible | None:
        try:
            return await self.registry.find(person_id)
        except RegistryUnintelligible as error:
            return error

    async def _step(
        self,
        position: str | None,
        part: Sequence[RegistryChange],
        record: RegistryRecord | RegistryUnintelligible | None,
        policy: Policy,
    ) -> bool:
        """Whether these changes were this worker's to make, or to set aside."""
        try:
            if isinstance(record, RegistryUnintelligible):
                raise record
            return await self.db.transact(partial(self._follow, position, part, record, policy))
        except Exception as error:
            if _is_outage(error):
                raise
            _log.failure("registry.change_set_aside", error)
            return await self.db.transact(partial(self._set_aside, position, part[-1], type(error).__name__))

    async def _set_aside(self, position: str | None, change: RegistryChange, error: str, unit: Unit) -> bool:
        if not await move_position(unit, self.registry.name, position, change.cursor):
            return False
        await set_aside.put(unit, self.registry.name, change, error)
        return True

    async def _follow(
        self,
        position: str | None,
        changes: Sequence[RegistryChange],
        record: RegistryRecord | None,
        policy: Policy,
        unit: Unit,
    ) -> bool:
        """Whether these changes were this worker's to make."""
        if not await move_position(unit, self.registry.name, position, changes[-1].cursor):
            return False
        if record is not None:
            await follow_registry(unit, self.vault, self.blind, record, policy, facts=changes[-1].facts)
            await set_aside.resolve(unit, record.person_id)
        return True


def _is_outage(error: Exception) -> bool:
    """Whether something is away, and comes back: the same change can be followed then."""
    return isinstance(error, DomainError) and error.status == 503 and not isinstance(error, RegistryUnintelligible)
