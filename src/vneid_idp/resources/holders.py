"""Bindings as they are about to be told, with the register's word on their holders.

The register is elsewhere and may take its time. So what was agreed is read once more when it has answered: a withdrawal
that was acknowledged meanwhile has ended what is told.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from vneid_idp.bindings import resting
from vneid_idp.bindings.engine.disclosure import Disclosure
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT as KIND
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.unit import Reading
from vneid_idp.web.context import Idp

Read = Callable[[Reading], Awaitable[Sequence[Disclosure[SocialAccount]]]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was read last, as of `now`."""

    bindings: Sequence[Disclosure[SocialAccount]]
    holders: Mapping[str, RegistryRecord]
    """By the id of the person; nobody whose data were destroyed is among them."""
    wanting: Mapping[str, bool]
    """The bindings that rest for want of a guardian: whether for that alone."""
    now: Instant


async def with_holders(provider: Idp, client_id: str, read: Read) -> Found:
    """What `read` finds of this client, once the register has answered for everybody whom it concerns.

    Raises `RegistryUnavailable`.
    """
    holders: dict[str, RegistryRecord] = {}
    asked: set[str] = set()
    while True:
        async with provider.db.reading() as unit:
            found = await read(unit)
            concerned = {each.binding.person_id for each in found}
            if concerned <= asked:
                wanting = await resting.want_guardian(unit, [each.binding for each in found], KIND, client_id)
                return Found(found, holders, wanting, unit.now)
        holders |= await provider.registry.find_many(concerned - asked)
        asked |= concerned
