"""Follows the registry's feed: asks what changed and how the people now are, then brings each into step.

Several workers may follow at once. The position in the feed moves in the unit of the change, by one conditional
statement: one worker makes it, the others find that it has been made. Nothing waits for a network inside a unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from vneid_idp.identity import persons
from vneid_idp.identity.registry import Registry, RegistryRecord, RegistryUnavailable
from vneid_idp.identity.registry_feed import RegistryChange, RegistryFeed
from vneid_idp.identity.registry_position import find_position, move_position
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.cache import PolicyCache
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.follow_registry import follow_registry

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Follower:
    """One a process."""

    db: Database
    vault: Vault
    blind: BlindIndex
    registry: Registry
    feed: RegistryFeed
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
            position = await find_position(unit, self.feed.name)
        changes = await self.feed.changes(position, _PAGE)
        records = await self._records({change.person_id for change in changes})
        policy = await self.policy.current(self.db)
        followed = 0
        # Changes of people whom nobody here knows are passed over together.
        for known, run in groupby(changes, key=lambda change: change.person_id in records):
            for part in [[change] for change in run] if known else [list(run)]:
                record = records.get(part[-1].person_id)
                if not await self.db.transact(partial(self._follow, position, part, record, policy)):
                    return 0
                position = part[-1].cursor
                followed += len(part)
        return followed

    async def _records(self, people: set[str]) -> dict[str, RegistryRecord]:
        async with self.db.reading() as unit:
            known = [person_id for person_id in sorted(people) if await persons.is_known(unit, person_id)]
        # Asked after the change: the record is the change's, or one still newer.
        return dict(await self.registry.find_many(known)) if known else {}

    async def _follow(
        self,
        position: str | None,
        changes: Sequence[RegistryChange],
        record: RegistryRecord | None,
        policy: Policy,
        unit: Unit,
    ) -> bool:
        """Whether these changes were this worker's to make."""
        if not await move_position(unit, self.feed.name, position, changes[-1].cursor):
            return False
        if record is not None:
            await follow_registry(unit, self.vault, self.blind, record, policy, told=changes[-1].facts)
        return True
