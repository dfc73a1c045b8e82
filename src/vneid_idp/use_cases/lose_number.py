"""A number of a register is nobody's any more, or somebody else's: what rests on it ends in the unit that writes that.

Where whoever had it had it bound it is released, and as the registered phone of anybody but who has it by now it proves
nothing. Whom that concerns is found by a statement for each, however many numbers there are; mostly it is nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.subscriber_numbers import service as subscriber_numbers
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove
from vneid_idp.bindings.subscriber_numbers.reports import OLDEST
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.identity.lookup import find_phone_holders
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import NotSealedHere, Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.registered_numbers.carrier_key import CarrierKey, find_key
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.distrust_phone import distrust_phone


@dataclass(frozen=True, slots=True)
class Lost:
    """A number that whoever had it has no more."""

    number: RegisteredNumber
    cause: Cause
    holder_digest: str | None = None
    """Of the papers of who has it now; nothing where nobody has, or nobody can tell."""
    since: Instant | None = None
    """Since when they have it; nothing where it is since now, as far as anybody can tell."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """By what numbers and people are found."""

    vault: Vault
    sealer: Sealer
    blind: BlindIndex


async def lose_numbers(unit: Unit, secrets: Secrets, lost: Sequence[Lost]) -> tuple[Delivery, ...]:
    """End what rests on these numbers; the log-out notices to deliver after the commit."""
    of_family: defaultdict[str, list[Lost]] = defaultdict(list)
    for each in lost:
        of_family[each.number.family_id].append(each)
    deliveries: tuple[Delivery, ...] = ()
    for family_id, those in sorted(of_family.items()):
        deliveries += await _lose(unit, secrets, family_id, those)
    return deliveries


async def _lose(unit: Unit, secrets: Secrets, family_id: str, lost: Sequence[Lost]) -> tuple[Delivery, ...]:
    by_digest = {each.number.number_digest: each for each in lost}
    bound = await subscriber_numbers.live_among(unit, family_id, by_digest)
    key = await find_key(unit, secrets.sealer, family_id)
    by_phone = {} if key is None else {_opened(key, each): each for each in lost}
    holders = await find_phone_holders(unit, secrets.blind, by_phone)
    if not bound and not holders:
        return ()
    people = {number.person_id for number in bound.values()} | set(holders.values())
    await persons.seize(unit, *people)
    # Read again now that nobody acts for them.
    bound = await subscriber_numbers.live_among(unit, family_id, by_digest)
    holders = await find_phone_holders(unit, secrets.blind, by_phone)
    papers = await _papers(unit, secrets, people)
    for digest, number in bound.items():
        each = by_digest[digest]
        if _has_lost(each, number.holder_digest or papers.get(number.person_id)):
            data = {"by": "client", "cause": each.cause.value}
            await engine.try_move(
                unit, SUBSCRIBER_NUMBER, number.client_id, number.binding_id, NumberMove.RELEASE, data
            )
    deliveries: tuple[Delivery, ...] = ()
    for phone, person_id in holders.items():
        each = by_phone[phone]
        if person_id in people and _has_lost(each, papers.get(person_id)):
            client_id = each.number.client_id
            vault, sealer = secrets.vault, secrets.sealer
            since = unit.now if each.since is None else max(each.since, unit.now - OLDEST)
            deliveries += await distrust_phone(unit, vault, sealer, person_id, client_id, each.cause, since)
    return deliveries


def _opened(key: CarrierKey, lost: Lost) -> str:
    try:
        return key.open(lost.number.sealed_number)
    except NotSealedHere:
        return ""  # Altered, and nobody's: the others are moved all the same.


def _has_lost(lost: Lost, papers: str | None) -> bool:
    return lost.holder_digest is None or papers != lost.holder_digest


async def _papers(unit: Reading, secrets: Secrets, people: Collection[str]) -> dict[str, str]:
    """By person, the digest under which a register has the papers of each who has an account."""
    found = {}
    for person_id in people:
        known = await accounts.find_with_profile(unit, secrets.vault, person_id)
        if known is not None:
            found[person_id] = digest_of_holder(secrets.blind, known[1].record.personal_number)
    return found
