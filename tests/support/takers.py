"""What takes a right away, by name: so that a worker in another process can be told to do it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.support.crowd import Family
from tests.support.deeds import DEED
from tests.support.people import died
from vneid_idp.clients import service as clients
from vneid_idp.grants import service as grants
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.delete_client import delete_client
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.lock_person import lock_person
from vneid_idp.use_cases.withdraw_consent import withdraw_consent
from vneid_idp.web.context import Idp


@dataclass(frozen=True, slots=True)
class Target:
    """From whom it is taken: a family at its network."""

    parent_id: str
    child_id: str
    client_id: str
    consent_id: str
    tokens: tuple[str, ...]

    @classmethod
    def of(cls, family: Family) -> "Target":
        """The family, as far as takers ask."""
        tokens = (family.own_token, family.proving_token, family.child_token)
        return cls(*family.people, family.party.client_id, family.consent_id, tokens)


Taker = Callable[[Idp, Unit, Target], Awaitable[object]]


async def withdraw(idp: Idp, unit: Unit, target: Target) -> None:
    """The parent withdraws the consent."""
    await withdraw_consent(unit, idp.vault, target.parent_id, target.consent_id)


async def lock(idp: Idp, unit: Unit, target: Target) -> None:
    """An authority locks the parent's identity."""
    await lock_person(unit, idp.vault, target.parent_id, LockedBy.AUTHORITY, DEED)


async def die(idp: Idp, unit: Unit, target: Target) -> None:
    """The parent dies, and the register tells it."""
    await _die(idp, unit, target.parent_id)


async def forget(idp: Idp, unit: Unit, target: Target) -> None:
    """The parent is forgotten."""
    await forget_person(unit, idp.vault, idp.keys.blind, target.parent_id)


async def disable(idp: Idp, unit: Unit, target: Target) -> None:
    """The network is taken out of service."""
    await clients.disable(unit, target.client_id, DEED)


async def delete(idp: Idp, unit: Unit, target: Target) -> None:
    """The network is deleted."""
    await delete_client(unit, target.client_id)


async def revoke(idp: Idp, unit: Unit, target: Target) -> None:
    """The network revokes its tokens."""
    for text in target.tokens:
        token = AccessToken.from_json(idp.keys.sealer.open_json(SealPurpose.ACCESS_TOKEN, text))
        assert token.grant_id is not None
        await grants.end(unit, token.client_id, token.grant_id)


async def child_dies(idp: Idp, unit: Unit, target: Target) -> None:
    """The child dies, and the register tells it."""
    await _die(idp, unit, target.child_id)


async def child_is_forgotten(idp: Idp, unit: Unit, target: Target) -> None:
    """The child is forgotten."""
    await forget_person(unit, idp.vault, idp.keys.blind, target.child_id)


async def _die(idp: Idp, unit: Unit, person_id: str) -> None:
    record = await died(unit, Population(idp.vault, idp.keys.blind), person_id)
    await follow_registry(unit, idp.vault, idp.keys.blind, record, shipped())


TAKERS: Mapping[str, Taker] = {
    taker.__name__: taker
    for taker in (withdraw, lock, die, forget, disable, delete, revoke, child_dies, child_is_forgotten)
}
