"""What a person changes at the own pages about how they sign in: passkeys, password, passcode.

A session left open, or a password that somebody read, must be enough neither to hand out another key nor to shut the
owner out. What the session proved is read again in the unit that changes something.
"""

from dataclasses import replace

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.cross_device import service as cross_device
from vneid_idp.delivery.sender import Delivery
from vneid_idp.grants import service as grants
from vneid_idp.identity import persons
from vneid_idp.identity.factors import chosen_secrets, codes_behind, passkeys
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.factors.passkeys import METHOD as PASSKEY
from vneid_idp.identity.factors.passkeys import Site
from vneid_idp.identity.factors.proofs import MESSAGE, SignInProof, check_proof
from vneid_idp.identity.factors.sessions import Session
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.levels import factors, possession_at
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_sessions
from vneid_idp.use_cases.rest_on_phone import trust_phone
from vneid_idp.use_cases.who_is_signed_in import SignedInPerson, SignedOut, find_signed_in

FRESH: Instant = 15 * MINUTE
"""How long two proofs are good for changing how the account is protected."""


class FreshProofNeeded(DomainError):
    """To change how an account is protected takes two proofs, what is held among them at this moment."""

    code = "fresh_proof_needed"
    status = 403
    title = f"Two different proofs are needed: a code or a passkey within {FRESH // MINUTE} minutes is one of them."


def has_two_fresh_proofs(session: Session, now: Instant) -> bool:
    """Whether two different proofs were shown, and the phone or passkey is in hand a short while ago. Pure.

    A password typed again is no second proof of this moment: who read it finds the session of the holder left open. Nor
    is a phone that approved elsewhere, since whoever relayed that once would stay.
    """
    held = possession_at(session.methods)
    return factors(session.methods) >= 2 and held is not None and now - held <= FRESH


def shows_passkey(session: Session, now: Instant) -> bool:
    """Whether a passkey was shown a short while ago: what a number that may be in another hand cannot do. Pure."""
    return any(method.name == PASSKEY and now - method.at <= FRESH for method in session.methods)


def code_behind(session: Session, now: Instant) -> Instant:
    """On which code by message rests what is done on the strength of this session (`codes_behind`); `NO_CODE` where on
    none. Pure.

    Whoever shows a passkey does it by that one, whatever code was shown beside it.
    """
    codes = [method.at for method in session.methods if method.name == MESSAGE]
    without = replace(session, methods=tuple(each for each in session.methods if each.name != MESSAGE))
    if codes and not has_two_fresh_proofs(without, now):
        return max(codes)
    # Of a session that an earlier version opened nobody can tell: as if a code was shown now.
    return now if session.code_at is None else session.code_at


def may_change(here: SignedInPerson, *, has_passkey: bool, now: Instant) -> bool:
    """Whether what was proven is enough to take a passkey away or to choose another secret. Pure.

    Whoever can give two proofs gives them. Who has nothing to give a second one with would otherwise never get to
    change a password that leaked.
    """
    return has_two_fresh_proofs(here.session, now) or not (has_passkey or here.profile.record.phone)


async def add_own_passkey(
    unit: Unit,
    vault: Vault,
    sealer: Sealer,
    site: Site,
    who: Session,
    *,
    sealed: str,
    answer: str,
    name: str,
    unnamed: str = "Passkey",
) -> None:
    """Add the passkey that the person's authenticator made; see `passkeys.register`.

    Raises `SignedOut`, `FreshProofNeeded`, `PasskeyRefused`.
    """
    here = await seize_holder(unit, vault, who)
    if not has_two_fresh_proofs(here.session, unit.now):
        raise FreshProofNeeded
    person_id, session_id = who.person_id, who.session_id
    await passkeys.register(
        unit,
        sealer,
        site,
        person_id=person_id,
        context=session_id,
        sealed=sealed,
        answer=answer,
        name=name,
        unnamed=unnamed,
        code_at=code_behind(here.session, unit.now),
    )


async def rename_own_passkey(unit: Unit, vault: Vault, who: Session, credential_id: str, name: str) -> bool:
    """Give a passkey another name; whether the person has it. Takes what removing takes: under a name that a stranger
    gave, the holder would remove the wrong one. Raises `SignedOut`, `FreshProofNeeded`."""
    await check_may_change(unit, vault, who)
    return await passkeys.rename(unit, who.person_id, credential_id, name)


async def remove_own_passkey(unit: Unit, vault: Vault, who: Session, credential_id: str) -> bool:
    """Remove a passkey; whether the person had it. Raises `SignedOut`, `FreshProofNeeded`."""
    await check_may_change(unit, vault, who)
    return await passkeys.remove(unit, who.person_id, credential_id)


async def change_secret(
    unit: Unit,
    vault: Vault,
    who: Session,
    known: SignInProof,
    kind: SecretKind,
    hashed: str,
    *,
    end_access: bool,
) -> tuple[Delivery, ...]:
    """Set a secret that was checked and hashed; whoever knew the old one is signed out everywhere but here.

    With `end_access` services also lose what they were given elsewhere for longer than a session: whoever knew the old
    secret may have given it. `known` is the proof of the password that stands. The log-out notices to deliver after the
    commit. Raises `SignedOut`, `FreshProofNeeded`, `ProofOutdated`,
    `ProofRests`.
    """
    here = await check_may_change(unit, vault, who)
    await check_proof(unit, vault, who.person_id, known)
    code_at = code_behind(here.session, unit.now)
    await chosen_secrets.set_hash(unit, vault, who.person_id, kind, hashed, code_at=code_at)
    if end_access:
        await end_lasting_access(unit, who.person_id, but=who.session_id)
    return await end_sessions(unit, who.person_id, but=who.session_id)


async def trust_own_phone(unit: Unit, vault: Vault, who: Session) -> None:
    """Let codes that are sent to the registered number count again, for who shows a passkey: whoever has the number may
    not say so by the number. What rests on it counts again. Raises `SignedOut`, `FreshProofNeeded`."""
    await _shown_passkey(unit, vault, who)
    await trust_phone(unit, vault, who.person_id)


async def own_passkey_counts(unit: Unit, vault: Vault, who: Session, credential_id: str) -> bool:
    """Let a passkey count again that its holder knows, by another one, which counts; whether it did not.
    Raises `SignedOut`, `FreshProofNeeded`."""
    behind = await _shown_passkey(unit, vault, who)
    return await codes_behind.let_passkey_count(unit, who.person_id, credential_id, behind)


async def own_secret_counts(unit: Unit, vault: Vault, who: Session, kind: SecretKind) -> bool:
    """The same of the password or passcode that somebody changed."""
    behind = await _shown_passkey(unit, vault, who)
    return await codes_behind.let_secret_count(unit, who.person_id, kind.value, behind)


async def _shown_passkey(unit: Unit, vault: Vault, who: Session) -> Instant:
    here = await seize_holder(unit, vault, who)
    if not shows_passkey(here.session, unit.now):
        raise FreshProofNeeded
    return code_behind(here.session, unit.now)


async def end_lasting_access(unit: Unit, person_id: str, *, but: str = "") -> None:
    """End what services were given for longer than a session, in any session `but` this one, of somebody who is
    seized; also what was approved for another device, whose client has not fetched it yet."""
    await cross_device.end_approved(unit, person_id)
    for client_id, grant_id in await grants.end_kept_elsewhere(unit, person_id, but):
        await record(unit, Event(EventKind.GRANT_REVOKED, person_id, client_id, grant_id, {"by": "person"}))


async def check_may_change(unit: Unit, vault: Vault, who: Session) -> SignedInPerson:
    """Require what `may_change` says, of who is seized from now on, and returned. Raises `SignedOut`,
    `FreshProofNeeded`."""
    here = await seize_holder(unit, vault, who)
    keys = await passkeys.list_passkeys(unit, who.person_id)
    if not may_change(here, has_passkey=bool(keys), now=unit.now):
        raise FreshProofNeeded
    return here


async def seize_holder(unit: Unit, vault: Vault, who: Session) -> SignedInPerson:
    """Who is at the own pages, alone until the unit ends. Raises `SignedOut`."""
    await persons.seize(unit, who.person_id)
    here = await find_signed_in(unit, vault, who)
    if here is None:
        raise SignedOut
    return here
