"""What every page of a waiting request does first: find the request in this browser, and see where it stands."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device import service as cross_device
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.profile import Profile
from vneid_idp.interaction import service
from vneid_idp.interaction.decide import Situation, decide
from vneid_idp.interaction.over import over, remember
from vneid_idp.interaction.service import Interaction, InteractionOver
from vneid_idp.protocol.checks.redirect_uri import check_still_registered
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.interaction import Issue, Refuse, acr_for
from vneid_idp.protocol.progress import Progress, progress
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.refuse_consent import refuse_consent
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cookies import browser_id
from vneid_idp.web.drafts import SIGNED_OUT, keep_draft
from vneid_idp.web.forms import Form
from vneid_idp.web.headers import allow_form_target
from vneid_idp.web.i18n import prefer_locales
from vneid_idp.web.logos import logo_path
from vneid_idp.web.responses import see_other
from vneid_idp.web.session import BrowserSession, read_session


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks, as it stands on top of the page."""

    name: str
    domain: str | None
    """A domain that the service has shown to control, and that the answer goes to."""
    host: str
    """Where the answer goes; whoever registered the service said so, and nothing more is known. Empty where no browser
    takes it there."""
    logo: str | None
    """The address of its logo here, once it was fetched."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser at a page of a request that is its own."""

    provider: Idp
    interaction: Interaction
    client: Client
    session: BrowserSession | None
    situation: Situation
    account: Account | None = None
    """Of the person who is signed in with this browser."""
    profile: Profile | None = None
    """Likewise; there is none without the account."""
    sent_again: bool = False
    """Whether a form came although the request was decided: a second click on its button."""

    @property
    def who(self) -> str | None:
        """The name of the person who is signed in, who may be another than the one in front of the browser."""
        return None if self.profile is None else self.profile.record.full_name

    @property
    def party(self) -> Party:
        """Who asks, and where the answer will go."""
        asked = self.interaction.request
        uri = asked.redirect_uri
        return Party(
            self.client.client_name,
            self.client.verified_home if uri is None else self.client.verified_domain_of(uri),
            asked.host,
            logo_path(self.client),
        )

    @property
    def is_elsewhere(self) -> bool:
        """Whether it began on another device, so that no page leads back there."""
        return self.interaction.request.polled is not None

    @property
    def in_app(self) -> str | None:
        """Where in the app the one goes on who alone may answer: whom a service asked by name."""
        polled = self.interaction.request.polled
        return None if polled is None or polled.person_id is None else f"/phone/requests/{polled.request_id}"

    @property
    def progress(self) -> Progress | None:
        """The step that this page is, among those of the request."""
        found, asked = self.situation, self.interaction
        return progress(
            asked.request,
            found.items,
            found.person,
            found.consent,
            asked.waiting,
            found.step,
            found.offered_since,
            found.acts,
            found.terms,
        )

    @property
    def level_is_for_acts(self) -> bool:
        """Whether a level that the person has yet to prove is what the acts of the request take, such as linking, and
        not what the service asks for."""
        return acr_for(self.interaction.request.acr_values, level=1) is not None

    def onward(self) -> Response:
        """Back to where it is decided what comes next. Pages never know."""
        return see_other(f"/authorize/{self.interaction.interaction_id}{'/again' if self.sent_again else ''}")

    def onward_of(self, request: Request) -> Response:
        """The same after a form that does not fit any more: who was signed out while it was open is told so."""
        if self.situation.person is None:
            keep_draft(request, f"/signin/{self.interaction.interaction_id}", Form([]), (), note=SIGNED_OUT)
        return self.onward()


async def enter(request: Request) -> Visit:
    """The visit of this browser; raises `InteractionOver` for a request that is over or another browser's, and
    `InvalidRequest` or `RequestOver` when the answer could go nowhere any more: nobody agrees to what would be sent
    there."""
    provider = idp(request)
    interaction_id = request.path_params["interaction"]
    try:
        async with provider.db.reading() as unit:
            interaction = await service.get_in_browser(unit, provider.keys.sealer, interaction_id, browser_id(request))
    except InteractionOver as error:
        # A second click on the button that the first answered: its way leads where that one's led.
        answered = await _answered(request, provider, interaction_id)
        if answered is None:
            raise await over(request, interaction_id) from error
        interaction = answered
    if interaction.is_unopened and request.method == "GET":
        await provider.db.transact(lambda unit: service.show(unit, interaction), durable=False)
    asked = interaction.request
    client = await provider.clients.get(asked.client_id)
    check_still_registered(client, asked)
    if asked.polled is not None and interaction.ended_at is None:
        async with provider.db.glance() as glance:
            await cross_device.check_open(glance, asked.polled.request_id)
    session = read_session(request, provider.keys.sealer)
    policy = await provider.current_policy()
    found = await decide(
        provider.db, provider.keys, provider.vault, policy, client, asked, session, interaction.waiting
    )
    decided = isinstance(found.step, Issue | Refuse)
    if interaction.ended_at is not None and not decided:
        raise await over(request, interaction_id)
    prefer_locales(request, " ".join(asked.ui_locales))
    if asked.redirect_uri is not None and client.taken_by_app(asked.redirect_uri):
        # The form leads there by way of `/authorize/{interaction}`, and browsers check the last hop too. A page in
        # between, as for all others, would lose the press of the button, without which phones open no application.
        allow_form_target(request, asked.redirect_uri)
    account, profile = await _who(provider, found)
    sent_again = decided and request.method == "POST"
    return Visit(provider, interaction, client, session, found, account, profile, sent_again)


async def _answered(request: Request, provider: Idp, interaction_id: str) -> Interaction | None:
    """The request that a form was sent for once more. Who opens its page again is told that it is over."""
    if request.method != "POST":
        return None
    async with provider.db.glance() as unit:
        return await service.find_answered(unit, provider.keys.sealer, interaction_id, browser_id(request))


async def _who(provider: Idp, found: Situation) -> tuple[Account | None, Profile | None]:
    """Who is signed in: read here once, for whatever the page asks about them."""
    if found.person is None:
        return None, None
    async with provider.db.reading() as unit:
        known = await accounts.find_with_profile(unit, provider.vault, found.person.person_id)
    return (None, None) if known is None else known


async def extend(request: Request, visit: Visit) -> Visit:
    """The visit with another full span of time."""
    until = await visit.provider.db.transact(lambda unit: service.extend(unit, visit.interaction), durable=False)
    remember(request, visit.interaction)
    return replace(visit, interaction=replace(visit.interaction, expires_at=until))


async def leave(visit: Visit, page: str, person_id: str | None = None) -> Response:
    """The person goes back without an answer: the relying party is told with the error that fits `page`
    (`WaitingFacts.refused`).

    That `person_id` declined goes on record; nobody is named where who is there has not been shown yet.
    """

    async def work(unit: Unit) -> None:
        await service.refuse(unit, visit.interaction, page)
        if person_id is not None:
            await refuse_consent(unit, person_id, visit.client.client_id, visit.interaction.child_id)

    await visit.provider.db.transact(work, durable=person_id is not None)
    return visit.onward()
