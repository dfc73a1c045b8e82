"""A parent or guardian decides what is shared of a child: agrees or refuses, and takes back what was agreed to.

Four conditions are asked in the unit that writes: the guardian is signed in at the level that the law asks of one and
may act, is a parent or guardian of the child now by the register, the child may be acted for, and the request is open.
"""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.service import UnknownClient, get_client, hold_client
from vneid_idp.consent import approvals
from vneid_idp.consent import service as consents
from vneid_idp.consent.approvals import Approval, ApprovalOver, Outcome
from vneid_idp.consent.service import ByGuardian, Consent, Shown
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import may_be_acted_for
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.guardianship import may_consent_for
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.levels import reached
from vneid_idp.protocol.permitted import counting
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.who_is_signed_in import check_signed_in
from vneid_idp.use_cases.withdraw_consent import end_consent


class NotTheirGuardian(DomainError):
    """The register does not name the person as a parent or guardian who decides for the child, or not any more."""

    code = "not_their_guardian"
    status = 403
    title = "By the population register you do not decide for this child, or not any more. Nothing was changed."


class GuardianLevelRequired(DomainError):
    """The guardian signed in below the level at which one acts for somebody else."""

    code = "guardian_level_required"
    status = 403
    title = "Sign in at level 2 to decide for a child. Nothing was changed."


async def agree_for_child(
    unit: Unit, guardian_id: str, session_id: str, child: RegisterAnswer, approval: Approval, shown: Shown, rules: Rules
) -> Consent:
    """Agree to what waits; the child's consent, which stands from now on.

    Raises `ApprovalOver` also where the service asks for something else by now, `UnknownClient`, `Overtaken`,
    `SignedOut`, `GuardianLevelRequired` and `NotTheirGuardian`.
    """
    if not await hold_client(unit, approval.client_id):
        raise UnknownClient
    child_id = child.record.person_id
    # Seized, since the consent is written in the child's name and nobody of the child's may write it meanwhile.
    await _check(unit, guardian_id, session_id, child, rules)
    ended = await approvals.end(unit, child_id, approval.approval_id, Outcome.AGREED, guardian_id)
    if counting(await get_client(unit, ended.client_id), ended.decisions) != ended.decisions:
        raise ApprovalOver
    by = ByGuardian(guardian_id, shown)
    consent = await consents.give(unit, child_id, ended.client_id, ended.decisions, ended.shown, guardian=by)
    await _note(unit, EventKind.CHILD_CONSENT_GIVEN, guardian_id, child_id, ended.client_id, consent.consent_id)
    return consent


async def refuse_for_child(
    unit: Unit, guardian_id: str, session_id: str, child: RegisterAnswer, approval: Approval, rules: Rules
) -> None:
    """Do not agree: nothing is shared, and child and service are told. Raises as `agree_for_child`."""
    child_id = child.record.person_id
    await _check(unit, guardian_id, session_id, child, rules)
    ended = await approvals.end(unit, child_id, approval.approval_id, Outcome.REFUSED, guardian_id)
    data = {"guardian_id": guardian_id}
    await record(unit, Event(EventKind.APPROVAL_REFUSED, child_id, ended.client_id, approval.approval_id, data))
    await _note(unit, EventKind.CHILD_CONSENT_REFUSED, guardian_id, child_id, ended.client_id, approval.approval_id)


async def withdraw_for_child(
    unit: Unit,
    vault: Vault,
    guardian_id: str,
    session_id: str,
    child: RegisterAnswer,
    consent_id: str,
    rules: Rules,
) -> tuple[Delivery, ...]:
    """Take a child's consent back; the log-out notices to deliver after the commit. Raises `NothingToWithdraw`, and as
    above."""
    child_id = child.record.person_id
    await _check(unit, guardian_id, session_id, child, rules)
    client_id, deliveries = await end_consent(unit, vault, child_id, consent_id, by=guardian_id)
    await _note(unit, EventKind.CHILD_CONSENT_WITHDRAWN, guardian_id, child_id, client_id, consent_id)
    return deliveries


async def _check(unit: Unit, guardian_id: str, session_id: str, child: RegisterAnswer, rules: Rules) -> None:
    child_id = child.record.person_id
    await persons.seize(unit, guardian_id, child_id, answer=child)
    await check_signed_in(unit, guardian_id, session_id)
    session = await sessions.find_session(unit, guardian_id, session_id)
    account = await accounts.find(unit, guardian_id)
    assert session is not None
    assert account is not None
    if reached(account.level, session.methods) < rules[Threshold.GUARDIAN_LEVEL]:
        raise GuardianLevelRequired
    if not may_consent_for(guardian_id, child.record, rules, unit.now):
        raise NotTheirGuardian
    if not may_be_acted_for(await accounts.find(unit, child_id)):
        raise ApprovalOver


async def _note(unit: Unit, kind: EventKind, guardian_id: str, child_id: str, client_id: str, subject_id: str) -> None:
    await record(unit, Event(kind, guardian_id, client_id, subject_id, {"child_id": child_id}))
