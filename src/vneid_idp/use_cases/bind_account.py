"""A social network binds an account to the person of its access token, or to the child for whom the person acts."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import date

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings import standing_by, supervisors
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.rules import BindingProof, SocialAccount, check_proof
from vneid_idp.bindings.social_accounts.words import (
    AccountBoundToAnother,
    BindingSuspended,
    GuardianRequired,
    LinkNotConfirmed,
)
from vneid_idp.clients.service import get_client
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import GrantEnded
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import may_be_acted_for
from vneid_idp.identity.ages import age
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.guardianship import Guardianship, guardianship
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy, Rules
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.claims import check_may_bind
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import permitted
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.end_outgrown import end_outgrown
from vneid_idp.use_cases.hand_over import let_stay, supervised_by_another
from vneid_idp.use_cases.renew_binding import renew_binding


async def bind_account(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    client: Client,
    grant_id: str,
    answer: RegisterAnswer,
    policy: Policy,
    *,
    account_id: str,
    idempotency_key: str | None = None,
) -> Bound[SocialAccount]:
    """Bind, or improve a binding that stands, or renew one that rests and counts again by a proof (`renew_binding`).

    The grant is read and the binding written in one unit, in which nobody can take the right away in between: no
    binding outlives a withdrawal, a lock, a death or a client's end. Age and guardianship are those of this moment.
    What the person confirmed is used up in the same unit, by the first account that is asked for and not refused; a
    request that changes nothing, such as one that is repeated, needs nothing confirmed.

    Raises `GrantEnded`, `InsufficientScope` when the grant does not permit binding, or no more, `Overtaken` when what
    the register said may be out of date, `LinkNotConfirmed`, `BindingSuspended` where it is bound and rests, and as
    `bind_social_account`.
    """
    holder = answer.record.person_id
    grant = await grants.hold(unit, client.client_id, grant_id, holder, answer=answer, alone=True)
    for_child = grant.authorisation.on_behalf_of is not None
    # The registration as it is while the client is held: the operator may have taken the permission away meanwhile.
    registered = await get_client(unit, client.client_id)
    check_may_bind(permitted(registered, grant.authorisation, grant.decided).scope, for_child=for_child)
    if for_child:
        await _check_child(unit, holder)
    rules = policy.at(unit.now)
    proof = _proof(grant.authorisation, answer.record, rules, unit.now)
    check_proof(proof, rules)
    confirmed = await grants.use_link(unit, grant)
    # People are held and not seized here, so that others may act for them: what two would prove is this one's.
    held = await social_accounts.seize_by_account(unit, blind, client.client_id, account_id)
    if held is not None and held.person_id == holder:
        account = await accounts.find(unit, holder)
        await renew_binding(
            unit, held, proof, lambda binding: SOCIAL_ACCOUNT.grounds(binding, answer.record, account, rules, unit.now)
        )
    binding = social_accounts.bind_social_account(
        unit,
        blind,
        client_id=client.client_id,
        account_id=account_id,
        proof=proof,
        rules=rules,
        account_limit=registered.account_limit,
        # Of this grant alone: under a key of an earlier link, what was confirmed anew would be used up for its answer.
        idempotency_key=idempotency_key and f"{grant_id}\0{idempotency_key}",
    )
    bound = await _as_confirmed(binding, held, confirmed=confirmed)
    if bound.binding.state is BindingState.SUSPENDED:
        raise BindingSuspended
    await let_stay(unit, vault, held, bound.binding, answer.record, policy)
    await _join(unit, vault, bound.binding, proof, answer.record.birth_date, confirmed=confirmed)
    await end_outgrown(unit, held, bound.binding)
    return bound


async def _as_confirmed(
    binding: Awaitable[Bound[SocialAccount]], held: SocialAccount | None, *, confirmed: bool
) -> Bound[SocialAccount]:
    """What was bound where `held` was before. Raises `LinkNotConfirmed` where that would take a confirmation."""
    try:
        bound = await binding
    except AccountBoundToAnother:
        if confirmed:
            raise
        # Nothing was confirmed that could be refused: the difference would tell which accounts are the same child's.
        raise LinkNotConfirmed from None
    if not confirmed and (bound.created or _proved_anew(held, bound.binding)):
        raise LinkNotConfirmed
    return bound


async def _join(
    unit: Unit, vault: Vault, binding: SocialAccount, proof: BindingProof, birth_date: date, *, confirmed: bool
) -> None:
    """Let a guardian who confirmed what another bound supervise it as well."""
    if proof.guardian_id is None or not supervised_by_another(binding, proof):
        return
    joined = await standing_by.find(unit, proof.guardian_id, binding.binding_id)
    if joined is not None and joined.consent_id == proof.consent_id:
        return
    if not confirmed:
        raise LinkNotConfirmed
    await standing_by.join(unit, vault, binding, proof.guardian_id, proof.level, proof.consent_id, birth_date)
    await supervisors.tell(unit, binding, EventKind.BINDING_JOINED, {"guardian_id": proof.guardian_id})


def _proved_anew(before: SocialAccount | None, after: SocialAccount) -> bool:
    """Whether a binding that stood before carries another proof than it did."""
    if before is None:
        return False
    return replace(before, facts=after.facts) != after or before.facts.verified_at != after.facts.verified_at


async def _check_child(unit: Reading, child_id: str) -> None:
    if not may_be_acted_for(await accounts.find(unit, child_id)):
        raise GrantEnded


def _proof(authorisation: Authorisation, record: RegistryRecord, rules: Rules, now: Instant) -> BindingProof:
    if record.person_id != authorisation.holder or record.deceased_at is not None:
        raise GrantEnded
    years = age(record.birth_date, now)
    assert authorisation.subject is not None
    assert authorisation.ground is not None
    consent_id = authorisation.ground.consent_id
    if authorisation.on_behalf_of is None:
        return BindingProof(
            record.person_id, years, authorisation.level, consent_id=consent_id, by_message=authorisation.by_message
        )
    if guardianship(authorisation.subject, record, rules, now) is Guardianship.NONE:
        raise GuardianRequired("The person of the access token is not a guardian of the child.")
    guardian_id, by_message = authorisation.subject, authorisation.by_message
    return BindingProof(record.person_id, years, authorisation.level, guardian_id, consent_id, by_message=by_message)
