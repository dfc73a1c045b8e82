"""Where a person signs in: for a relying party's request, or at the provider's own pages."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.turns import Share
from vneid_idp.interaction.visit import Party, Visit, enter
from vneid_idp.kernel.secrets import digest
from vneid_idp.protocol.interaction import SignIn, StepUp, TellUnusable
from vneid_idp.web.address import networks_inwards
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cookies import browser_id
from vneid_idp.web.known_browsers import KnownBrowser, known_browser
from vneid_idp.web.limits import Tried
from vneid_idp.web.responses import see_other
from vneid_idp.web.return_to import led_back
from vneid_idp.web.session import BrowserSession, read_session

HOME = "/me"
SECURITY = "/me/security"


@dataclass(frozen=True, slots=True)
class Place:
    """A place to sign in. `visit` is missing at the provider's own pages."""

    provider: Idp
    visit: Visit | None
    session: BrowserSession | None
    """Who is signed in with this browser so far."""
    context: str
    """Binds one-time codes and passkey challenges to this request in this browser: they are of no use in another."""
    address: str | None
    browser: KnownBrowser | None = None
    """What this browser carries of earlier sign-ins."""
    back: str | None = None
    """Which of the provider's own pages asked for the sign-in, if one did."""

    @property
    def path(self) -> str:
        """The path of the sign-in page."""
        return "/signin" if self.visit is None else f"/signin/{self.visit.interaction.interaction_id}"

    @property
    def second(self) -> str:
        """The path of the second factor."""
        return f"{self.path}/second"

    @property
    def party(self) -> Party | None:
        """Who asks, if anybody but the provider itself."""
        return None if self.visit is None else self.visit.party

    @property
    def wants_first(self) -> bool:
        """Whether a first factor is what is missing now, of somebody else where the account cannot be used."""
        if self.visit is None:
            return self.session is None
        return isinstance(self.visit.situation.step, SignIn | TellUnusable)

    @property
    def standing(self) -> AccountStanding | None:
        """How the account stands of who is signed in for a request and is to be told that it cannot be used."""
        if self.visit is None or not isinstance(self.visit.situation.step, TellUnusable):
            return None
        account = self.visit.account
        return AccountStanding.CLOSED if account is None else account_standing(account, None, self.visit.situation.now)

    @property
    def wants_second(self) -> bool:
        """Whether a second factor is what is missing now."""
        return self.session is not None and (self.visit is None or isinstance(self.visit.situation.step, StepUp))

    @property
    def next(self) -> str:
        """Where to go on once somebody signed in."""
        return self.back or HOME if self.visit is None else f"/authorize/{self.visit.interaction.interaction_id}"

    @property
    def next_after_second(self) -> str:
        """The same after a second factor, which at the provider's own pages only the security page asks for."""
        return self.back or SECURITY if self.visit is None else self.next

    @property
    def answers_for_child(self) -> bool:
        """Whether it is a page about one's children that asks."""
        return self.visit is None and (self.back or "").startswith(f"{HOME}/children")

    @property
    def opens_workplace(self) -> bool:
        """Whether it is a page of the office or the console that asks."""
        return self.visit is None and (self.back or "").startswith(("/office", "/console"))

    def onward(self) -> Response:
        """Nothing to do here."""
        return see_other(self.next)

    def tried(self, account: str | None = None) -> Tried:
        """Under whom attempts are counted here."""
        return Tried(account, self.address, None if self.visit is None else self.visit.client.client_id)

    def tried_name(self, name: str) -> Tried:
        """The same of who typed the name with the digest `name`: what others fail at does not stop who is known."""
        if self.browser is not None and name in self.browser.names:
            return Tried(browser=f"{name}@{self.browser.number}")
        return self.tried(name)

    def share(self, name: str) -> Share:
        """With whom who typed that name shares the turns to be verified."""
        if self.browser is not None and name in self.browser.names:
            return Share((f"account {name}", f"browser {self.browser.number}"), known=True)
        return Share(networks_inwards(self.address))


async def find_place(request: Request) -> Place:
    """The place of this request; raises `InteractionOver`."""
    provider = idp(request)
    visit = await enter(request) if "interaction" in request.path_params else None
    if visit is None:
        session = await _at_own_pages(request, provider)
    else:
        session = None if visit.situation.person is None else visit.session
    address, browser = provider.address_of(request), known_browser(request, provider.keys.sealer)
    return Place(provider, visit, session, context_of(request), address, browser, led_back(request))


def context_of(request: Request) -> str:
    """The request, or the own pages, in this browser: what `Place.context` says, for who asks nothing else."""
    return f"{request.path_params.get('interaction', 'portal')}.{digest(browser_id(request))}"


async def _at_own_pages(request: Request, provider: Idp) -> BrowserSession | None:
    """The session of this browser, if it stands."""
    named = read_session(request, provider.keys.sealer)
    if named is None:
        return None
    async with provider.db.glance() as unit:
        found = await sessions.find_named(unit, named)
    return None if found is None else named
