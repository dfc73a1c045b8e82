"""What the authority says of a person, and all that follows from it: account, sessions and bindings, in one unit.

Grants need no hand: every statement on one asks whether the account is usable, so they end and stand with the account.
"""

from dataclasses import dataclass

from vneid_idp.bindings import service as bindings
from vneid_idp.consent import service as consents
from vneid_idp.grants.notices import announce, announce_withdrawal
from vneid_idp.identity import accounts, passkeys, sessions
from vneid_idp.identity.registry import LockedBy, RegistryRecord
from vneid_idp.identity.synthetic_registry import SyntheticRegistry
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.unit import Reading, Unit


class NobodyOfThisNumber(DomainError):
    """The registry has nobody under a personal ID number."""

    code = "nobody_of_this_number"
    status = 404
    title = "The registry knows nobody with this personal ID number."


@dataclass(frozen=True, slots=True)
class Authority:
    """The make-believe authority at the synthetic registry.

    Each method takes a personal ID number of 12 digits, gives the person's pseudonymous id, and raises
    `NobodyOfThisNumber`. Saying a thing again changes nothing; who was forgotten is nobody.
    """

    vault: Vault
    blind: BlindIndex

    async def lock(self, unit: Unit, number: str) -> str:
        """Lock a person's electronic identity: tokens and sessions end, the own bindings rest."""
        person_id = (await self._get(unit, number)).person_id
        return await self._stop(unit, await self._registry.lock(unit, person_id, LockedBy.AUTHORITY))

    async def record_death(self, unit: Unit, number: str) -> str:
        """Record that a person died. As `lock`, and for good."""
        person_id = (await self._get(unit, number)).person_id
        return await self._stop(unit, await self._registry.record_death(unit, person_id))

    async def unlock(self, unit: Unit, number: str) -> str:
        """Lift a lock, whoever asked for it: grants count again, and the bindings that rest since the lock."""
        before = await self._get(unit, number)
        record = await self._registry.unlock(unit, before.person_id, LockedBy.AUTHORITY)
        await accounts.refresh(unit, self.vault, self.blind, record)
        if before.locked_at is not None and record.deceased_at is None:
            await bindings.resume_all(unit, record.person_id, since=before.locked_at)
        return record.person_id

    async def forget(self, unit: Unit, number: str) -> str:
        """Destroy a person's key, and with it all that tells who they are; end whatever acts in their name."""
        record = await self._get(unit, number)
        person_id = record.person_id
        await sessions.end_all(unit, person_id)
        while standing := await consents.list_standing(unit, person_id):
            for consent in standing:
                client_id = await consents.withdraw(unit, person_id, consent.consent_id)
                # It names every session that the client knows: those that just ended need no notice of their own.
                await announce_withdrawal(unit, person_id, client_id, consent.consent_id)
        await bindings.release_all(unit, person_id)
        await passkeys.forget(unit, person_id)
        await self._registry.forget_number(unit, record)
        await accounts.forget(unit, self.vault, person_id)
        return person_id

    async def _stop(self, unit: Unit, record: RegistryRecord) -> str:
        await accounts.refresh(unit, self.vault, self.blind, record)
        await self._end_sessions(unit, record.person_id)
        await bindings.suspend_all(unit, record.person_id)
        return record.person_id

    async def _end_sessions(self, unit: Unit, person_id: str) -> None:
        for session_id in await sessions.end_all(unit, person_id):
            # Delivered by the background worker of a running provider.
            await announce(unit, person_id, session_id)

    @property
    def _registry(self) -> SyntheticRegistry:
        return SyntheticRegistry(self.vault, self.blind)

    async def _get(self, unit: Reading, number: str) -> RegistryRecord:
        record = await self._registry.find_by_number(unit, number)
        if record is None:
            raise NobodyOfThisNumber
        return record
