"""What every page of the office does first: who works here, and whose file is open."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity import accounts, sessions
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.identity.roles import HeldRole, Role, RoleRequired, check_role, roles_of
from vneid_idp.identity.rules import Standing, account_standing
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Purpose
from vneid_idp.protocol.levels import reached
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cookies import Cookie, keep_cookie
from vneid_idp.web.responses import see_other
from vneid_idp.web.session import forget_session, read_session

HOME = "/office"
_FILE_LIFE: Instant = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at an office."""

    provider: Idp
    session_id: str
    person_id: str
    profile: Profile
    roles: tuple[HeldRole, ...]
    now: Instant

    def holds(self, role: Role) -> bool:
        """Whether the colleague holds this role."""
        return any(held.role is role for held in self.roles)

    def check(self, *any_of: Role) -> None:
        """Raise `RoleRequired` unless one of these roles is held."""
        check_role(self.roles, *any_of)


class FileClosed(DomainError):
    """The file was opened too long ago, by another colleague, or in another session."""

    code = "file_closed"
    status = 410
    title = "This file is not open any more. Look the person up again."


OfficePage = Callable[[Request, Colleague], Awaitable[Response]]
FilePage = Callable[[Request, Colleague, "OpenFile"], Awaitable[Response]]
Page = Callable[[Request], Awaitable[Response]]


def for_colleague(page: OfficePage, *any_of: Role) -> Page:
    """The page for whoever holds one of these roles, signed in at level 2; others are asked for what is missing."""

    async def guarded(request: Request) -> Response:
        provider = idp(request)
        named = read_session(request, provider.keys.sealer)
        if named is None:
            return _sign_in(request, "/signin")
        async with provider.db.reading() as unit:
            session = await sessions.find_session(unit, named.person_id, named.session_id)
            found = await accounts.find_with_profile(unit, provider.vault, named.person_id)
            held = await roles_of(unit, named.person_id)
            now = unit.now
        if session is None or found is None or account_standing(found[0], None, now) is not Standing.USABLE:
            forget_session(request)
            return _sign_in(request, "/signin")
        account, profile = found
        if account.level < 2:
            raise RoleRequired
        if reached(account.level, session.methods) < 2:
            return _sign_in(request, "/signin/second")
        colleague = Colleague(provider, session.session_id, named.person_id, profile, held, now)
        colleague.check(*any_of)
        return await page(request, colleague)

    return guarded


def _sign_in(request: Request, path: str) -> Response:
    keep_cookie(request, Cookie.RETURN, "office", 15 * MINUTE)
    return see_other(path)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A person whose file a colleague has open. `handle` names it in addresses, for this colleague in this session."""

    handle: str
    record: RegistryRecord

    @property
    def person_id(self) -> str:
        """Whose file it is."""
        return self.record.person_id

    @property
    def path(self) -> str:
        """The address of the file."""
        return f"{HOME}/people/{self.handle}"


def handle_for(colleague: Colleague, person_id: str) -> str:
    """A name for a file that tells nothing, and opens it for half an hour to this colleague alone."""
    sealer = colleague.provider.keys.sealer
    return sealer.seal_json(Purpose.OFFICE_FILE, [colleague.session_id, person_id, colleague.now + _FILE_LIFE])


def for_file(page: FilePage, *any_of: Role) -> Page:
    """The page about the person of an open file."""

    async def opened(request: Request, colleague: Colleague) -> Response:
        handle = request.path_params["file"]
        try:
            session_id, person_id, until = colleague.provider.keys.sealer.open_json(Purpose.OFFICE_FILE, handle)
        except NotSealedHere as error:
            raise FileClosed from error
        if session_id != colleague.session_id or colleague.now >= until:
            raise FileClosed
        record = await colleague.provider.registry.find(person_id)
        if record is None:
            raise FileClosed
        return await page(request, colleague, OpenFile(handle, record))

    return for_colleague(opened, *any_of)
