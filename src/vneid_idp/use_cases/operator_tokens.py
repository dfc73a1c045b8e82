"""A carrier vouches that a device holds the SIM card of one of its numbers, and who is named by that."""

from collections.abc import Mapping

from vneid_idp.bindings.engine.rules import BindingNotFound, MoveForbidden
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberState
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import get_of_family
from vneid_idp.bindings.subscriber_numbers.words import NumberDisputed, NumberFrozen, NumberSuspended
from vneid_idp.clients.service import Once, hold_client, use_up
from vneid_idp.kernel.clock import HOUR
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import digest, new_id
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.operator_tokens import LIFE, DeviceNumber, OperatorToken
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.numbers_in_name import counts
from vneid_idp.use_cases.who_is_carrier import hold_carrier

_RESTING: Mapping[NumberState, type[DomainError]] = {
    NumberState.SUSPENDED: NumberSuspended,
    NumberState.FROZEN: NumberFrozen,
    NumberState.DISPUTED: NumberDisputed,
}


async def vouch_for_device(unit: Unit, client: Client, binding_id: str) -> OperatorToken:
    """An operator token for a number of this carrier's. Raises as `hold_carrier`, `BindingNotFound`, also for a number
    that was released, and for one that counts for nobody now `NumberSuspended`, `NumberFrozen`, `NumberDisputed` and
    `MoveForbidden`."""
    number = DeviceNumber(await hold_carrier(unit, client), binding_id)
    found = await get_of_family(unit, number.family_id, binding_id)
    if found.facts.released_at is not None:
        raise BindingNotFound
    if not counts(found):
        raise _RESTING.get(found.state, MoveForbidden)
    return OperatorToken(new_id("opt"), client.client_id, number, unit.now + LIFE)


async def use_operator_token(unit: Unit, token: OperatorToken) -> SubscriberNumber | None:
    """Use an operator token up, whichever client shows it: the number in the device, if it counts still. Nothing for a
    token that was used before or is too old, and where the carrier was taken out of service."""
    once = Once(digest(f"operator token {token.token_id}"), token.expires_at + HOUR)
    if unit.now >= token.expires_at or not await hold_client(unit, token.client_id):
        return None
    if await use_up(unit, token.client_id, once):
        return None
    return await find_device_number(unit, token.number)


async def find_device_number(unit: Reading, number: DeviceNumber) -> SubscriberNumber | None:
    """The number that a carrier vouched for, if it still counts."""
    try:
        found = await get_of_family(unit, number.family_id, number.binding_id)
    except BindingNotFound:
        return None
    return found if counts(found) else None
