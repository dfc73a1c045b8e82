"""Pages for people who work here: signed in through the provider itself, at level 2 by what they hold at this very
browser, with a role."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity.offices.roles import HeldRole, Role, RoleRequired, check_role, roles_of, usable
from vneid_idp.identity.profile import Profile
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.levels import possession_at, reached
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.who_is_signed_in import find_signed_in, hold_colleague
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.drafts import SIGNED_OUT, drop_draft, keep_draft
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.forms import Form
from vneid_idp.web.responses import see_other
from vneid_idp.web.return_to import lead_back
from vneid_idp.web.session import forget_session, read_session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here."""

    provider: Idp
    session_id: str
    person_id: str
    profile: Profile
    roles: tuple[HeldRole, ...]
    now: Instant
    home: str
    """Where the colleague works: `office` or `console`."""
    asked: tuple[Role, ...]
    """The roles of which the page asks for one."""
    office: str | None = None
    """The office in whose name the colleague acts, once it is known: that of an open file, or of a request."""

    def holds(self, role: Role) -> bool:
        """Whether the colleague holds this role, in the name of the office where that is known."""
        return any(usable(self.roles, role, office=self.office))

    def offices(self, *any_of: Role) -> tuple[str, ...]:
        """The offices in whose name the colleague may act in these roles, `roles.EVERYWHERE` among them."""
        return tuple(sorted({held.scope for held in usable(self.roles, *any_of)}))

    def at(self, office: str) -> Self:
        """The same, acting in the name of an office. Raises `RoleRequired` who has none of the page's roles there."""
        check_role(self.roles, *self.asked, office=office)
        return replace(self, office=office)

    def deed(self, reason: str) -> Deed:
        """What the colleague does, for the record of events. Raises `BadDeed`."""
        return Deed(self.person_id, reason, through=self.home, office=self.office)

    async def act(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """What `work` returns, done in one unit in which the colleague still is here and holds a role of the page's.

        It may run more than once: see `Database.transact`. Raises `SignedOut`, `RoleRequired`, and what `work` raises.
        """

        async def checked(unit: Unit) -> T:
            await hold_colleague(unit, self.person_id, self.session_id, *self.asked, office=self.office)
            return await work(unit)

        return await self.provider.db.transact(checked)


ColleaguePage = Callable[[Request, Colleague], Awaitable[Response]]
Page = Callable[[Request], Awaitable[Response]]


def for_colleague(home: str, page: ColleaguePage, *any_of: Role) -> Page:
    """The page for whoever holds one of these roles, signed in at level 2, with a passkey or a code that was shown at
    this browser; others are asked for what is missing.

    `home` is where the colleague works; a sign-in leads back to the page. Raises `RoleRequired`.
    """

    async def guarded(request: Request) -> Response:
        provider = idp(request)
        named = read_session(request, provider.keys.sealer)
        if named is None:
            return _sign_in(request, "/signin")
        async with provider.db.reading() as unit:
            here = await find_signed_in(unit, provider.vault, named)
            held = await roles_of(unit, named.person_id)
            now = unit.now
        if here is None:
            forget_session(request)
            return _sign_in(request, "/signin")
        if here.account.level < 2:
            raise RoleRequired
        check_role(held, *any_of)  # before a second proof is asked for: it would open nothing
        methods = here.session.methods
        if reached(here.account.level, methods) < 2 or possession_at(methods) is None:
            # Who relayed the approval of a colleague's phone would hand out ways in to the accounts of others.
            return _sign_in(request, "/signin/second")
        exchange_of(request).works_as = here.profile.record.full_name
        colleague = Colleague(provider, named.session_id, named.person_id, here.profile, held, now, home, any_of)
        if request.method == "POST":
            drop_draft(request, request.url.path)  # what was sent stands in its place
        return await page(request, colleague)

    return guarded


def _sign_in(request: Request, path: str) -> Response:
    lead_back(request)
    if request.method == "POST" and path == "/signin":
        keep_draft(request, path, Form([]), (), note=SIGNED_OUT)
    return see_other(path)
