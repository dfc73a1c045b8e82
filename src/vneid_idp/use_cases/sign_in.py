"""Somebody proves to be there: the account comes into step, and a session opens or grows stronger; or does not."""

from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind
from vneid_idp.audit.service import record as record_event
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import persons
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.devices import UNKNOWN, Device
from vneid_idp.identity.factors.proofs import MESSAGE, SignInProof, check_proof
from vneid_idp.identity.factors.sessions import Session, SessionName
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_session
from vneid_idp.use_cases.follow_registry import follow_registry


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How the account stands, and the session, which there is for a usable one alone.

    It is also missing when a code by message came for a session that has ended meanwhile: a code alone opens none.
    """

    standing: AccountStanding
    session: Session | None = None
    deliveries: tuple[Delivery, ...] = ()
    """The notices to deliver after the commit: of sessions that ended with what the register said, and of whoever was
    signed in with the browser before."""


async def sign_in(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    record: RegistryRecord | None,
    policy: Policy,
    proof: SignInProof,
    *,
    before: SessionName | None,
    client_id: str | None,
    device: Device = UNKNOWN,
) -> SignedIn:
    """Sign in the person of whom the register said `record`, in a browser with the session `before`.

    A first sign-in gets a new session id, so that an id planted before is worth nothing (session fixation). Who shows
    a proof again keeps the session, of which relying parties know the `sid`, and gets another cookie for it: the one
    before is worth nothing from then on.

    Raises `ProofOutdated` when what was shown is not the person's any more, and `ProofRests` when it counts for
    nothing.
    """
    if record is None:
        return SignedIn(AccountStanding.CLOSED)
    # The person is seized, so that no session opens behind the back of a lock; and whoever was here before, whose
    # session ends: what acts in it is waited for.
    await persons.seize(unit, record.person_id, *(() if before is None else (before.person_id,)))
    followed = await follow_registry(unit, vault, blind, record, policy, seized=True)
    if followed.account is None:
        return SignedIn(AccountStanding.CLOSED, deliveries=followed.deliveries)
    standing = account_standing(followed.account, record, unit.now)
    if standing is not AccountStanding.USABLE:
        return SignedIn(standing, deliveries=followed.deliveries)
    code_at = await check_proof(unit, vault, record.person_id, proof)
    method = SignInMethod(proof.method, unit.now)
    session, announced = await _session(unit, record.person_id, method, code_at, before, device)
    if session is not None:
        event = Event(
            EventKind.SIGNIN_SUCCEEDED, record.person_id, client_id, session.session_id, {"method": proof.method}
        )
        await record_event(unit, event)
    return SignedIn(standing, session, (*followed.deliveries, *announced))


async def fail_sign_in(
    unit: Unit, person_id: str | None, method: str, *, client_id: str | None, locked_out: bool
) -> None:
    """Put on record that a proof by `method` was wrong, and that it was one too many (`locked_out`).

    Also of nobody, whose failure would otherwise be quicker and tell that there is nobody.
    """
    await record_event(unit, Event(EventKind.SIGNIN_FAILED, person_id, client_id, data={"method": method}))
    if locked_out:
        await note_lock_out(unit, person_id, client_id=client_id)


async def note_lock_out(unit: Unit, person_id: str | None, *, client_id: str | None = None) -> None:
    """Put on record that no more is tried for somebody, or for nobody, for a while."""
    await record_event(unit, Event(EventKind.ACCOUNT_LOCKED_OUT, person_id, client_id))


async def _session(
    unit: Unit, person_id: str, method: SignInMethod, code_at: Instant, before: SessionName | None, device: Device
) -> tuple[Session | None, tuple[Delivery, ...]]:
    announced: tuple[Delivery, ...] = ()
    if before is not None and before.person_id == person_id:
        stronger = await sessions.add_method(unit, before, method, code_at)
        if stronger is not None:
            return stronger, ()
    elif before is not None:
        # Somebody else takes over the browser: what the one before opened here must not stay open.
        announced = await end_session(unit, before.person_id, before.session_id)
    if method.name == MESSAGE:
        return None, announced
    return await sessions.open_session(unit, person_id, (method,), device=device, code_at=code_at), announced
