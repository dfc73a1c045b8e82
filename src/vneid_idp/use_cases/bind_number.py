"""A carrier binds a number that the person of its access token confirmed, as their own or a child's, or releases one of
its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.rules import MoveForbidden
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.subscriber_numbers import reports
from vneid_idp.bindings.subscriber_numbers import service as subscriber_numbers
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove, NumberState
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import ConfirmedNumber
from vneid_idp.bindings.subscriber_numbers.ways import (
    check_channel,
    check_organisation,
    check_route,
    check_sequence,
    check_who_acts,
    holder_of,
)
from vneid_idp.bindings.subscriber_numbers.words import (
    MatchNotUsable,
    NumberBoundToAnother,
    NumberDisputed,
    NumberFrozen,
    NumberNotConfirmed,
    NumberSuspended,
)
from vneid_idp.faces.evidence import FaceRoute
from vneid_idp.grants import acts
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import Grant, GrantEnded
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import may_be_acted_for
from vneid_idp.identity.factors import distrusted_phones
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.guardianship import is_guardian
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.instructions import service as instructions
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.matching import service as matches
from vneid_idp.matching.service import Match, digest_of_phone
from vneid_idp.policy.rules import Policy, Rules, Threshold
from vneid_idp.protocol.authorisation import Authorisation, Origin
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.protocol.details.granting import level_of
from vneid_idp.protocol.errors import InsufficientAuthentication
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.protocol.permitted import permitted
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.consent_for_child import NotTheirGuardian
from vneid_idp.use_cases.end_dispute import settle_disputes_of
from vneid_idp.use_cases.prove_number import prove_number
from vneid_idp.use_cases.rest_on_phone import trust_phone
from vneid_idp.use_cases.take_over_number import take_over_number
from vneid_idp.use_cases.who_acts import as_done_by, hold_acting
from vneid_idp.use_cases.who_is_carrier import carrier_of, hold_carrier

_IDENTITY_APP = "identity_app"
"""The channel in which people say it here themselves, at the level that lets them answer for numbers of registers."""
_WAITS: Mapping[NumberState, type[DomainError]] = {
    NumberState.SUSPENDED: NumberSuspended,
    NumberState.DISPUTED: NumberDisputed,
}
"""Where the person brings nothing that lets a number count again."""


async def bind_number(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    by: Authorisation,
    grant_id: str,
    confirmed: Detail,
    answer: RegisterAnswer,
    policy: Policy,
    *,
    contract_reference: str | None = None,
    match_id: str | None = None,
    idempotency_key: str | None = None,
) -> Bound[SubscriberNumber]:
    """Bind the number of a detail that the access token carries, whose authorisation is `by`, to whom that is about:
    the person, or the child for whom the person acts. A number that is bound to them already stays as it is, and takes
    nothing confirmed; a child's may come to another guardian, or to its holder, grown up (`take_over_number`). On a
    match of all four fields it is verified, also where it was bound before. Where somebody registers it and what one of
    so many takes, `ways` says, by the register's `answer` of this moment.

    It is bound under the consent, and for the client with which the person agreed, whichever of its organisation acts;
    what was confirmed is used up for all of them. The grant is read, what the person confirmed and the match used up,
    and the number written in one unit, in which nobody can take the right away in between. What is refused uses nothing
    up.

    Raises `GrantEnded`, `CarrierUnknown`, `InsufficientAuthentication` where it takes a higher level of identity,
    `NotTheirGuardian`, `NumberNotConfirmed`, also where the client may have such details no more, `NumberSuspended`,
    `NumberDisputed`, `NumberFrozen` without a match, `MatchNotUsable`, `Overtaken`, and as `ways` and
    `subscriber_numbers.bind_number`.
    """
    client, agreed = await hold_acting(unit, by)
    assert by.subject is not None
    record, rules = answer.record, policy.at(unit.now)
    # Seized and not held, as elsewhere: of two numbers at one moment the second is counted after the first.
    await persons.seize(unit, by.subject, record.person_id, answer=answer)
    grant = await grants.hold(unit, by.client_id, grant_id, answer=answer, alone=True)
    if confirmed not in permitted(client, by, grant.decided, agreed).details:
        raise NumberNotConfirmed
    await _check_who(unit, grant.authorisation, confirmed, record, rules)
    root = await grants.hold_root(unit, grant)
    number = _number_of(confirmed, contract_reference)
    asked = _Asked(by, agreed, root, confirmed, number, record, policy, match_id, idempotency_key)
    bound, is_new = await _bind(unit, vault, blind, asked)
    if bound.binding.state in _WAITS:
        raise _WAITS[bound.binding.state]
    is_matched = match_id is not None and match_id != bound.binding.match_id
    if is_new or is_matched:
        by_guardian = by.on_behalf_of is not None
        holder = holder_of(record, grant.authorisation.level, rules, unit.now, by_guardian=by_guardian)
        check_channel(holder, number.channel, matched=is_matched)
        check_who_acts(number.channel, at_point=bool(by.actors) or root.authorisation.origin is Origin.DEVICE)
    if bound.created:
        await _check_count(unit, blind, bound.binding.family_id, number, record, rules)
    if match_id is not None and is_matched:
        return Bound(await _verify(unit, vault, blind, asked, bound.binding, match_id), bound.created)
    if bound.binding.state is NumberState.FROZEN:
        raise NumberFrozen
    return bound


@dataclass(frozen=True, slots=True)
class _Asked:
    """A number that is to be bound, once everything that was read for it is held."""

    by: Authorisation
    agreed: Client
    """With which the person agreed."""
    root: Grant
    """The person's own answer."""
    confirmed: Detail
    number: ConfirmedNumber
    """The same, and what no person confirms."""
    record: RegistryRecord
    """Of who is to have it."""
    policy: Policy
    match_id: str | None
    idempotency_key: str | None


async def _check_who(
    unit: Reading, granted: Authorisation, confirmed: Detail, record: RegistryRecord, rules: Rules
) -> None:
    """Require the level of identity that the number takes of the person, and of who acts for a child that they do so
    still."""
    by_guardian = granted.on_behalf_of is not None
    level = max(level_of((confirmed,)), rules[Threshold.GUARDIAN_LEVEL] if by_guardian else 0)
    if granted.level < level:
        raise InsufficientAuthentication("This number takes an identity of level 2.", (LEVEL_2,))
    if not by_guardian:
        return
    assert granted.subject is not None
    if record.deceased_at is not None or not may_be_acted_for(await accounts.find(unit, record.person_id)):
        raise GrantEnded
    if not is_guardian(granted.subject, record, rules, unit.now):
        raise NotTheirGuardian


def _number_of(confirmed: Detail, contract_reference: str | None) -> ConfirmedNumber:
    return ConfirmedNumber(
        confirmed["phone_number"],
        confirmed["channel"],
        confirmed["contract"],
        confirmed["sequence"],
        contract_reference,
        confirmed.get("organisation_code"),
    )


async def _check_count(
    unit: Reading, blind: BlindIndex, family_id: str, number: ConfirmedNumber, record: RegistryRecord, rules: Rules
) -> None:
    """Require that a new number is counted as what it is: among those that are bound, or stand under the person's
    papers in the carrier's register, where one that is both is one; an organisation's among nobody's."""
    if number.organisation_code is not None:
        check_organisation(number.contract_reference)
        return
    bound = await subscriber_numbers.held_at(unit, family_id, record.person_id)
    registered = await registered_numbers.held_at(unit, blind, family_id, record.personal_number)
    numbers = len(bound.keys() | registered)
    check_sequence(number.sequence, numbers, number.channel, number.contract_reference, rules)


async def _bind(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    asked: _Asked,
) -> tuple[Bound[SubscriberNumber], bool]:
    """Use up what was confirmed in the person's own answer, and bind the number; and whether it counts by that answer
    from now on. Raises `NumberNotConfirmed` where it was used before."""
    by, root, record = asked.by, asked.root, asked.record
    assert root.authorisation.ground is not None
    is_fresh = await acts.use(unit, blind, root, asked.confirmed)
    guardian_id = None if by.on_behalf_of is None else root.person_id
    consent_id = root.authorisation.ground.consent_id
    try:
        bound = await subscriber_numbers.bind_number(
            unit,
            vault,
            blind,
            asked.number,
            client_id=asked.agreed.client_id,
            family_id=carrier_of(asked.agreed),
            person_id=record.person_id,
            consent_id=consent_id,
            holder_digest=digest_of_holder(blind, record.personal_number),
            guardian_id=guardian_id,
            done_by=as_done_by(by),
            match_id=asked.match_id,
            # Of this client and this answer alone: under a key of an earlier one, what was confirmed anew would get its
            # result.
            idempotency_key=asked.idempotency_key and f"{by.client_id}\0{root.grant_id}\0{asked.idempotency_key}",
        )
    except NumberBoundToAnother:
        if is_fresh:
            raise
        # Nothing was confirmed that could be refused.
        raise NumberNotConfirmed from None
    if bound.created and not is_fresh:
        raise NumberNotConfirmed
    if is_fresh and guardian_id is None and asked.number.channel == _IDENTITY_APP:
        await _answer(unit, blind, asked, bound.binding.family_id)
    if bound.created or not is_fresh:
        return bound, bound.created
    rules = asked.policy.at(unit.now)
    taken = await take_over_number(unit, vault, bound.binding, guardian_id, consent_id, record, rules)
    return Bound(taken, created=False), taken.representative_id != bound.binding.representative_id


async def _answer(unit: Unit, blind: BlindIndex, asked: _Asked, family_id: str) -> None:
    """Let what somebody confirmed in the identity app count as their answer for the number in the carrier's register,
    as it does at the own pages (Circular 08/2026/TT-BKHCN Art. 10): nobody is asked again, or cut off, who said it."""
    digest = subscriber_numbers.digest_of_number(blind, family_id, asked.number.phone_number)
    id_number = asked.record.personal_number
    answered = await registered_numbers.confirm(unit, blind, family_id, digest, id_number, asked.policy)
    if answered is not None:
        await instructions.restore(unit, [answered])


async def _verify(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    asked: _Asked,
    number: SubscriberNumber,
    match_id: str,
) -> SubscriberNumber:
    """Verify a number by a match. That is the proof for which the carrier's register asks, where the number stands
    there. A match that was made before the number came into another device or SIM says nothing of who has it now.
    Raises `MatchNotUsable`, `NationalRouteRequired`, and `MoveForbidden` where it was released at that moment.
    """
    confirmed, record = asked.number, asked.record
    phone, channel = digest_of_phone(blind, confirmed.phone_number), confirmed.channel
    match = await matches.use_match(unit, number.family_id, match_id, number.person_id, phone, channel)
    digest = subscriber_numbers.digest_of_number(blind, number.family_id, confirmed.phone_number)
    happened = await reports.latest_of_all(unit, number.family_id, digest)
    if match is None or (happened is not None and match.made_at < happened):
        raise MatchNotUsable
    route = None if match.face is None else FaceRoute(match.face.route)
    # Of who has the number of a frozen one now, a template of the carrier's own says nothing.
    verified_before = number.facts.verified_at is not None and number.state is not NumberState.FROZEN
    check_route(route, verified_before=verified_before)
    verified = await engine.try_move(
        unit,
        SUBSCRIBER_NUMBER,
        number.client_id,
        number.binding_id,
        NumberMove.VERIFY,
        {"by": "client"} | as_done_by(asked.by),
        match_id=match_id,
        channel=channel,
        holder_digest=digest_of_holder(blind, record.personal_number),
    )
    if verified is None:
        raise MoveForbidden
    await _trust_phone(unit, vault, blind, number.person_id, confirmed.phone_number, match)
    await prove_number(unit, blind, number.family_id, digest, record.personal_number)
    return verified


async def _trust_phone(
    unit: Unit, vault: Vault, blind: BlindIndex, person_id: str, phone_number: str, match: Match
) -> None:
    """Let the registered phone of somebody prove something again that was matched with them since it does not."""
    if await accounts.holder_of_name(unit, blind, phone_number) != person_id:
        return
    distrusted = await distrusted_phones.find(unit, person_id)
    if distrusted is not None and distrusted.since <= match.made_at:
        await trust_phone(unit, vault, person_id)


async def release_number(unit: Unit, client: Client, binding_id: str) -> SubscriberNumber:
    """Release a number for its carrier, with the client's own token; of whichever client of the carrier's it is. One
    that is released stays so. Raises as `hold_carrier`, and `BindingNotFound`."""
    found = await subscriber_numbers.get_of_family(unit, await hold_carrier(unit, client), binding_id)
    digest = await engine.held_by(unit, SUBSCRIBER_NUMBER, found)
    released = await engine.move(unit, SUBSCRIBER_NUMBER, found.client_id, binding_id, NumberMove.RELEASE, by="client")
    if digest is not None and found.state is not NumberState.RELEASED:
        await registered_numbers.leave(unit, found.family_id, digest, found.holder_digest)
    await settle_disputes_of(unit, found.person_id)
    return released
