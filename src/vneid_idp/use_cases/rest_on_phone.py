"""What was proved by a code to a phone rests while the phone proves nothing, for whomever it was proved.

Its number is in other hands, and perhaps was when the code came. What a guardian proved so for a child goes to another
one who confirmed it as well and can act; else it rests. It counts again when the phone does: its holder shows a
passkey, is matched with the number by a face, or has another one in the register; and at once by another proof of the
same account (`renew_binding`).
"""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings import resting
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.factors import distrusted_phones
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import NEVER, Instant
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.hand_over import hand_over_all, take_over_resting


async def put_phone_in_step(unit: Unit, vault: Vault, person_id: str) -> None:
    """Let rest what somebody proved by a code to their phone, or count again, as the phone is trusted now. The person
    is seized, or held by whoever just proved that it is theirs."""
    trusted = await distrusted_phones.find(unit, person_id) is None
    children = await resting.children_of(unit, person_id)
    # Seldom any. Where two wait for each other, the database has one begin again.
    await persons.seize(unit, *children)
    if not trusted:
        await hand_over_all(unit, vault, person_id, stays=False, only=_by_message)
    found = {each: await accounts.find(unit, each) for each in (person_id, *sorted(children))}
    locked_at = {each: None if account is None else account.locked_since for each, account in found.items()}
    await resting.put_phone_in_step(unit, person_id, trusted=trusted, locked_at=locked_at)
    if trusted:
        await take_over_resting(unit, vault, person_id)


async def count_as_by_message(unit: Unit, person_id: str, since: Instant) -> None:
    """Let what somebody proved `since` an instant, also for children, count as proved by a code to their phone."""
    if since == NEVER:
        return
    async for binding in bindings.all_of_person(unit, person_id, {SOCIAL_ACCOUNT.name: SOCIAL_ACCOUNT}):
        if isinstance(binding, SocialAccount) and binding.proved_by == person_id:
            await social_accounts.count_as_by_message(unit, binding, since)


def _by_message(binding: Binding) -> bool:
    return isinstance(binding, SocialAccount) and SOCIAL_ACCOUNT.by_message(binding)


async def trust_phone(unit: Unit, vault: Vault, person_id: str) -> None:
    """Let the phone of somebody, who proved otherwise that it is theirs, prove something again, if it did not."""
    if await distrusted_phones.trust_again(unit, person_id):
        await record(unit, Event(EventKind.PHONE_TRUSTED, person_id))
        await put_phone_in_step(unit, vault, person_id)
