"""Subscriber numbers: bind what a person confirmed, find and list those of a carrier, read one's own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.rules import BindingNotFound
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.subscriber_numbers import store
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberFacts, NumberMove
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber, Verified
from vneid_idp.bindings.subscriber_numbers.words import NumberBoundToAnother
from vneid_idp.identity.vault import PersonKey, Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.unit import Reading, Unit

_SEALED = "subscriber_numbers.sealed_number"


@dataclass(frozen=True, slots=True)
class ConfirmedNumber:
    """What a person confirmed: that a number, as E.164 has it, is registered in their name."""

    phone_number: str
    channel: str
    contract: str
    sequence: int
    contract_reference: str | None = None
    """The carrier's own name for its contract, which no person confirms."""
    organisation_code: str | None = None
    """Of the organisation whose number it is, where the person only uses it."""


def digest_of_number(blind: BlindIndex, family_id: str, phone_number: str) -> str:
    """What is kept of a number of a carrier, in the form of E.164, so that it is found again."""
    return engine.digest_of(blind, SUBSCRIBER_NUMBER, family_id, phone_number)


async def bind_number(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    number: ConfirmedNumber,
    *,
    client_id: str,
    family_id: str,
    person_id: str,
    consent_id: str,
    holder_digest: str | None = None,
    guardian_id: str | None = None,
    done_by: Mapping[str, Any] = MappingProxyType({}),
    match_id: str | None = None,
    idempotency_key: str | None = None,
) -> Bound[SubscriberNumber]:
    """Bind a number of the carrier `family_id` to the person who confirmed it, or for whom a guardian did; one that is
    theirs stays as it is. Of
    parallel requests for one number one wins, on both databases. `holder_digest` is of their papers, as registers have
    them. `done_by` stands in the event, for who did it;
    `match_id`, by which the caller verifies it afterwards, tells the request from others under its key.

    Raises `NumberBoundToAnother`, `IdempotencyConflict`.
    """
    resource = digest_of_number(blind, family_id, number.phone_number)
    key = await vault.ensure_key(unit, person_id)

    async def bind(binding_id: str) -> Bound[SubscriberNumber]:
        new = SubscriberNumber(
            client_id=client_id,
            binding_id=binding_id,
            person_id=person_id,
            representative_id=guardian_id,
            consent_id=consent_id,
            family_id=family_id,
            channel=number.channel,
            contract=number.contract,
            sequence=number.sequence,
            contract_reference=number.contract_reference,
            organisation_code=number.organisation_code,
            match_id=None,
            sealed_number=key.seal(_SEALED, number.phone_number.encode()),
            holder_digest=holder_digest,
            facts=NumberFacts(confirmed_at=unit.now),
        )
        bound = await engine.occupy(unit, SUBSCRIBER_NUMBER, NumberMove.CONFIRM, new, resource, done_by=done_by)
        assert bound is not None, "a person has as many numbers as they confirm"
        if bound.binding.person_id != person_id:
            raise NumberBoundToAnother
        return bound

    parts = [resource, person_id, number.channel, number.contract, str(number.sequence)]
    parts += [number.contract_reference or "", match_id or "", number.organisation_code or ""]
    return await engine.once(unit, blind, SUBSCRIBER_NUMBER, client_id, idempotency_key, "\0".join(parts), bind)


async def confirm_anew(
    unit: Unit, number: SubscriberNumber, guardian_id: str | None, consent_id: str | None
) -> SubscriberNumber:
    """Let a child's number count by the word of another guardian, or of its holder, from now on; as it is then."""
    data: dict[str, str] = {} if guardian_id is None else {"by": "guardian", "guardian_id": guardian_id}
    if number.representative_id not in (None, guardian_id):
        data["former_guardian_id"] = str(number.representative_id)
    moved = await engine.try_move(
        unit,
        SUBSCRIBER_NUMBER,
        number.client_id,
        number.binding_id,
        NumberMove.CONFIRM_ANEW,
        data,
        representative_id=guardian_id,
        consent_id=consent_id,
    )
    return moved or await engine.get(unit, SUBSCRIBER_NUMBER, number.client_id, number.binding_id)


async def held_at(unit: Reading, family_id: str, person_id: str) -> Mapping[str, SubscriberNumber]:
    """The numbers of somebody that are bound at a carrier, each under its digest; none that they use and an
    organisation holds."""
    held = await engine.held_of_person(unit, SUBSCRIBER_NUMBER, family_id, person_id)
    return {digest: number for digest, number in held.items() if number.organisation_code is None}


async def get_of_family(unit: Reading, family_id: str, binding_id: str) -> SubscriberNumber:
    """A number of this carrier, in whatever state. Raises `BindingNotFound`, also for another carrier's."""
    found = await store.find_of_family(unit, family_id, binding_id)
    if found is None:
        raise BindingNotFound
    return found


async def list_of_family(
    unit: Reading, family_id: str, *, after: str | None, limit: int
) -> tuple[SubscriberNumber, ...]:
    """See `store.list_of_family`."""
    return await store.list_of_family(unit, family_id, after=after, limit=limit)


def number_of(key: PersonKey, binding: SubscriberNumber) -> str:
    """The number in the form of E.164, for its holder, whose `key` it is."""
    return key.open(_SEALED, binding.sealed_number).decode()


async def verified_among(unit: Reading, family_id: str, digests: Collection[str]) -> dict[str, Verified]:
    """See `store.verified_among`."""
    return await store.verified_among(unit, family_id, digests)


async def forget_holder(unit: Unit, person_id: str) -> None:
    """See `store.forget_holder`."""
    await store.forget_holder(unit, person_id)


async def live_among(unit: Reading, family_id: str, digests: Collection[str]) -> dict[str, SubscriberNumber]:
    """See `store.live_among`."""
    return await store.live_among(unit, family_id, digests)


async def is_new_subscription(unit: Reading, blind: BlindIndex, binding: SubscriberNumber, phone_number: str) -> bool:
    """Whether `phone_number`, which is bound here, is known to have been another person's at this carrier before."""
    number_digest = digest_of_number(blind, binding.family_id, phone_number)
    before = binding.facts.confirmed_at
    return await store.had_another_holder(unit, binding.family_id, number_digest, binding.person_id, before)
