"""Whose own pages these are: what every page for one person alone does first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.factors.sessions import Session
from vneid_idp.identity.profile import Profile
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.who_is_signed_in import SignedInPerson, find_signed_in, seize_signed_in
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.drafts import SIGNED_OUT, keep_draft
from vneid_idp.web.forms import Form
from vneid_idp.web.responses import see_other
from vneid_idp.web.return_to import lead_back
from vneid_idp.web.session import forget_session, read_session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody at the own pages."""

    provider: Idp
    here: SignedInPerson
    now: Instant

    @property
    def person_id(self) -> str:
        """Whose pages these are."""
        return self.here.account.person_id

    @property
    def session(self) -> Session:
        """The session in this browser."""
        return self.here.session

    @property
    def account(self) -> Account:
        """The account."""
        return self.here.account

    @property
    def profile(self) -> Profile:
        """What is known of the person."""
        return self.here.profile

    async def act_alone(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """What `work` returns, done in one unit in which the holder still is here, and nobody else acts for them.

        It may run more than once: see `Database.transact`. Raises `SignedOut`, and what `work` raises.
        """

        async def checked(unit: Unit) -> T:
            await seize_signed_in(unit, self.person_id, self.session.session_id)
            return await work(unit)

        return await self.provider.db.transact(checked)


Page = Callable[[Request], Awaitable[Response]]
HolderPage = Callable[[Request, Holder], Awaitable[Response]]


def for_holder(page: HolderPage) -> Page:
    """The page for whoever is signed in and may use the account; everybody else is asked to sign in."""

    async def guarded(request: Request) -> Response:
        holder = await _find(request)
        if holder is None:
            forget_session(request)
            lead_back(request)
            if request.method == "POST":
                keep_draft(request, "/signin", Form([]), (), note=SIGNED_OUT)
            return see_other("/signin")
        return await page(request, holder)

    return guarded


async def _find(request: Request) -> Holder | None:
    provider = idp(request)
    named = read_session(request, provider.keys.sealer)
    if named is None:
        return None
    async with provider.db.reading() as unit:
        here = await find_signed_in(unit, provider.vault, named)
        now = unit.now
    return None if here is None else Holder(provider, here, now)
