"""A child agreed to share something, or is too young to be asked: a parent or guardian decides (Law 91/2025
Art. 24)."""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.service import UnknownClient, hold_client
from vneid_idp.consent import approvals
from vneid_idp.consent.approvals import Approval, Outcome
from vneid_idp.consent.service import Shown
from vneid_idp.kernel.clock import DAY
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.who_is_signed_in import seize_signed_in


async def ask_guardian(
    unit: Unit,
    child_id: str,
    session_id: str,
    request: AuthorizationRequest,
    decided: Decisions,
    shown: Shown,
    rules: Rules,
    *,
    proved_level: int,
) -> Approval:
    """Keep what the child decided, with the level that its sign-in proved, until a parent or guardian answers; nothing
    is shared yet.

    Raises `SignedOut` and `UnknownClient`.
    """
    if not await hold_client(unit, request.client_id):
        raise UnknownClient
    await seize_signed_in(unit, child_id, session_id)
    asked = await approvals.ask(
        unit,
        child_id,
        request.client_id,
        request.scope,
        request.claims,
        decided,
        shown,
        request.redirect_uri,
        proved_level=proved_level,
        life=rules[Threshold.GUARDIAN_ANSWER_DAYS] * DAY,
    )
    await record(unit, Event(EventKind.APPROVAL_ASKED, child_id, request.client_id, asked.approval_id))
    return asked


async def ask_no_more(unit: Unit, child_id: str, client_id: str) -> None:
    """Whoever says no to a service, or takes back what it had, has said no to what they asked a parent or guardian
    before: nobody answers that for them any more. Nothing where nothing waits."""
    approval_id = await approvals.take_back(unit, child_id, client_id)
    if approval_id is not None:
        await record(unit, Event(EventKind.APPROVAL_TAKEN_BACK, child_id, client_id, approval_id))


async def take_back_asking(unit: Unit, child_id: str, session_id: str, approval_id: str) -> None:
    """The child does not want it any more. Raises `SignedOut`, and `ApprovalOver` once somebody answered."""
    await seize_signed_in(unit, child_id, session_id)
    ended = await approvals.end(unit, child_id, approval_id, Outcome.TAKEN_BACK)
    await record(unit, Event(EventKind.APPROVAL_TAKEN_BACK, child_id, ended.client_id, approval_id))
