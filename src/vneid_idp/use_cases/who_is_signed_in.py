"""What somebody does at a page: only as long as the session lasts and the account may be used."""

from dataclasses import dataclass

from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import Account, AccountStanding, account_standing
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.sessions import Session, SessionName
from vneid_idp.identity.offices.roles import Role, check_role, roles_of
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Reading, Unit


class SignedOut(DomainError):
    """The session ended, or the account was locked, between the page and its answer."""

    code = "signed_out"
    status = 403
    title = "You are not signed in any more. Nothing was changed; sign in again."


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """Somebody who is signed in and may use the account."""

    session: Session
    account: Account
    profile: Profile


async def find_signed_in(unit: Reading, vault: Vault, name: SessionName) -> SignedInPerson | None:
    """Who is signed in under the session that a cookie names; nobody when it has ended or has another cookie by now, or
    the account may not be used any more."""
    session = await sessions.find_named(unit, name)
    found = await accounts.find_with_profile(unit, vault, name.person_id)
    if session is None or found is None or not _may_act(session, found[0], unit.now):
        return None
    return SignedInPerson(session, *found)


def _may_act(session: Session | None, account: Account | None, now: Instant) -> bool:
    """Whether somebody is here. The register is not asked: what it says reaches the account by itself. Pure."""
    return (
        session is not None and account is not None and account_standing(account, None, now) is AccountStanding.USABLE
    )


async def hold_signed_in(unit: Unit, person_id: str, session_id: str) -> None:
    """Require that the person still is signed in, and keep it so until the unit ends. Raises `SignedOut`.

    The page was judged in an earlier unit: since then the person may have signed out everywhere, or been locked.
    """
    await persons.hold(unit, person_id)
    await check_signed_in(unit, person_id, session_id)


async def seize_signed_in(unit: Unit, person_id: str, session_id: str) -> None:
    """As `hold_signed_in`, and alone: for what a person takes away, or changes of how they prove who they are."""
    await persons.seize(unit, person_id)
    await check_signed_in(unit, person_id, session_id)


async def hold_colleague(unit: Unit, person_id: str, session_id: str, *any_of: Role, office: str | None = None) -> None:
    """As `hold_signed_in`, for somebody who works here: one of these roles is still held, in the name of `office`
    where one is named, and stays so.

    Whoever does something to another person seizes that one afterwards, so not in the order of ids: two colleagues who
    act on each other at once may wait for each other, and the database then has one of them begin again. Raises
    `SignedOut` and `RoleRequired`.
    """
    await hold_signed_in(unit, person_id, session_id)
    check_role(await roles_of(unit, person_id), *any_of, office=office)


async def check_signed_in(unit: Reading, person_id: str, session_id: str) -> None:
    """The requirement alone, of somebody who is held or seized already."""
    session = await sessions.find_session(unit, person_id, session_id)
    account = await accounts.find(unit, person_id)
    if not _may_act(session, account, unit.now):
        raise SignedOut
