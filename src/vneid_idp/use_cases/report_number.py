"""A carrier tells that a number works in another device or SIM, or moves away; its holder shows that it is in hand.

At that instant whatever rests on the number rests with it, or ends. A change of devices sets the number on the ladder
of the law (Circular 08/2026/TT-BKHCN Art. 8); a swap or a move lets it, and codes that are sent to it, prove nothing.
"""

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.rules import BindingNotFound, MoveForbidden
from vneid_idp.bindings.kinds import Kinds
from vneid_idp.bindings.subscriber_numbers import reports
from vneid_idp.bindings.subscriber_numbers import service as subscriber_numbers
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove
from vneid_idp.bindings.subscriber_numbers.reports import ReportKind
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import digest_of_number, number_of
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.identity.factors.sessions import Session
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.client import Client
from vneid_idp.registered_numbers import rechecking
from vneid_idp.registered_numbers.rechecking import Changed
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.distrust_phone import distrust_phone
from vneid_idp.use_cases.protect_account import FreshProofNeeded, seize_holder, shows_passkey
from vneid_idp.use_cases.tell_swaps import tell_swap
from vneid_idp.use_cases.who_is_carrier import hold_carrier

_NUMBERS: Kinds = {SUBSCRIBER_NUMBER.name: SUBSCRIBER_NUMBER}
_CAUSES = {ReportKind.SWAP: Cause.SWAP, ReportKind.PORT_OUT: Cause.PORT_OUT}


async def report_number(
    unit: Unit,
    vault: Vault,
    sealer: Sealer,
    blind: BlindIndex,
    client: Client,
    binding_id: str,
    kind: ReportKind,
    occurred_at: Instant,
    policy: Policy,
) -> tuple[SubscriberNumber, tuple[Delivery, ...]]:
    """Let a number of the carrier be as it is told; how it stands, and the log-out notices to deliver after the commit.
    What was told before changes nothing, and of a number that was released nothing follows.

    Raises as `hold_carrier`, and `BindingNotFound` and `ImplausibleInstant`.
    """
    family_id = await hold_carrier(unit, client)
    found = await subscriber_numbers.get_of_family(unit, family_id, binding_id)
    key = await vault.find_key(unit, found.person_id)
    if key is None:  # forgotten: nothing of theirs rests on anything
        return found, ()
    phone = number_of(key, found)
    account_of = await accounts.holder_of_name(unit, blind, phone)
    await persons.seize(unit, *{found.person_id, account_of or found.person_id})
    number_digest = digest_of_number(blind, family_id, phone)
    if not await reports.add(unit, family_id, number_digest, kind, occurred_at):
        return await subscriber_numbers.get_of_family(unit, family_id, binding_id), ()
    moved = await engine.try_move(
        unit, SUBSCRIBER_NUMBER, found.client_id, binding_id, kind.move, {"by": "client", "cause": kind.value}
    )
    if moved is None:
        return await subscriber_numbers.get_of_family(unit, family_id, binding_id), ()
    if kind is ReportKind.DEVICE_CHANGE:
        profile = await accounts.find_with_profile(unit, vault, found.person_id)
        holder = None if profile is None else digest_of_holder(blind, profile[1].record.personal_number)
        changed = Changed(family_id, client.client_id, number_digest, phone, holder, occurred_at)
        await rechecking.put_on_ladder(unit, sealer, changed, policy)
        return moved, ()
    if account_of == found.person_id:
        await tell_swap(unit, found.person_id, occurred_at)
    if account_of is None:
        return moved, ()
    # Of somebody else's account it tells of no time before the number was bound here: a carrier, and whoever confirmed
    # it there for it, could let all that they added in a month rest by one word.
    since = occurred_at if account_of == found.person_id else max(occurred_at, found.facts.confirmed_at)
    return moved, await distrust_phone(unit, vault, sealer, account_of, client.client_id, _CAUSES[kind], since)


async def thaw_number(unit: Unit, vault: Vault, who: Session, binding_id: str) -> None:
    """Let a frozen number count again for its holder, who shows a passkey: whoever has the number may not say so by the
    number. Raises `SignedOut`, `FreshProofNeeded`, `BindingNotFound` and `MoveForbidden`."""
    here = await seize_holder(unit, vault, who)
    if not shows_passkey(here.session, unit.now):
        raise FreshProofNeeded
    found = await bindings.find_for_person(unit, who.person_id, binding_id, kinds=_NUMBERS)
    if found is None or found.person_id != who.person_id:
        raise BindingNotFound
    thawed = await engine.try_move(
        unit, SUBSCRIBER_NUMBER, found.client_id, binding_id, NumberMove.THAW, {"by": "person"}
    )
    if thawed is None:
        raise MoveForbidden
