"""The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2)."""

from dataclasses import dataclass
from typing import assert_never

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.grants import service as grants
from vneid_idp.interaction import service as interactions
from vneid_idp.interaction.decide import decide
from vneid_idp.interaction.over import over, remember
from vneid_idp.interaction.service import Interaction, InteractionOver
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.redirect_uri import check_still_registered, return_address
from vneid_idp.protocol.checks.table import Column, check_arrival, read_authorization
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, InvalidRequestUri, OAuthError
from vneid_idp.protocol.interaction import (
    AskConsent,
    AwaitGuardian,
    ChooseChild,
    GuardianActs,
    Issue,
    ReachLevel,
    Refuse,
    SignIn,
    StepUp,
    TellUnusable,
    WaitingFacts,
)
from vneid_idp.protocol.params import Params, read_params, repeated
from vneid_idp.protocol.request_object import answered_in
from vneid_idp.protocol.tokens import new_code
from vneid_idp.provider.answers import answer_code, answer_error
from vneid_idp.provider.bodies import form_pairs, query_pairs
from vneid_idp.provider.elsewhere import answer_elsewhere
from vneid_idp.provider.request_object import counting, find, resolve
from vneid_idp.provider.resources import known_resources
from vneid_idp.provider.waiting import keep, somebody, stranger
from vneid_idp.web.browser_state import end_browser_state
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cookies import browser_id
from vneid_idp.web.doors import Door
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.i18n import prefer_locales
from vneid_idp.web.limits import Secret
from vneid_idp.web.responses import see_other
from vneid_idp.web.session import read_session

REQUEST_URI = "urn:ietf:params:oauth:request_uri:"
"""What the URIs of pushed requests start with (RFC 9126 §2.2)."""
_LEADS_BACK = ("client_id", "redirect_uri")  # said twice, they prove no return address


@dataclass(frozen=True, slots=True)
class _Opened:
    """A request in hand: fresh from the wire, or one that has been waiting."""

    client: Client
    request: AuthorizationRequest
    opened_at: Instant
    interaction: Interaction | None
    after_form: bool = False
    """Whether pages of ours led here, so that a form may stand at the beginning of the way out."""

    @property
    def waiting(self) -> WaitingFacts:
        return WaitingFacts(self.opened_at) if self.interaction is None else self.interaction.waiting


async def authorize(request: Request) -> Response:
    """`GET` or `POST /authorize`."""
    provider = idp(request)
    pairs = query_pairs(request) if request.method in ("GET", "HEAD") else await form_pairs(request)
    if repeated(pair for pair in pairs if pair[0] in _LEADS_BACK) is not None:
        raise InvalidRequest("client_id or redirect_uri is included more than once.")
    params = {name: value for name, value in pairs if value}
    client = await _client(request, provider, params)
    if params.get("request_uri", "").startswith(REQUEST_URI):
        return await _pushed(request, provider, client, params["request_uri"].removeprefix(REQUEST_URI))
    found = None
    try:
        arrived = read_params(pairs)
        check_arrival(Column.AUTHORIZE, client, arrived)
        async with counting(provider, request, arrived):
            found = await find(provider, client, arrived)
            params = await resolve(provider, client, arrived, found)
    except OAuthError as error:
        if "redirect_uri" not in params:
            raise  # it may stand in the object, which is what the developer has to mend
        # Of an object that does not hold neither the return address counts nor anything else that could lead astray.
        return await answer_error(request, provider, client, return_address(client, answered_in(params, found)), error)
    draft = RequestDraft(client, params, known=await known_resources(provider, params))
    try:
        asked = read_authorization(Column.AUTHORIZE, draft)
    except OAuthError as error:
        if draft.address is None:
            raise  # nothing proves yet where an answer could go: the error is a page
        return await answer_error(request, provider, client, draft.address, error)
    now = provider.clock.now()
    if request.method == "POST":
        by = stranger(provider, request, client.client_id)
        return _re_entered(await keep(provider, asked, None, now, by, Secret.UNOPENED_REQUEST))
    return await _proceed(request, provider, _Opened(client, asked, now, None))


async def resume(request: Request) -> Response:
    """`GET /authorize/{interaction}`: after a page, decide anew what comes next."""
    provider = idp(request)
    interaction_id = request.path_params["interaction"]
    async with provider.db.glance() as unit:
        found = await interactions.find_open(unit, provider.keys.sealer, interaction_id)
    if found is None:
        raise await over(request, interaction_id)
    return await _onward(request, provider, found)


async def resume_again(request: Request) -> Response:
    """`GET /authorize/{interaction}/again`: after a form that was answered when it was sent once more. A second click
    ends the way that the first began, so this browser may have missed the answer, and is given it again."""
    try:
        return await resume(request)
    except InteractionOver:
        provider = idp(request)
        return await _onward(request, provider, await _answered(request, provider, request.path_params["interaction"]))


async def _answered(request: Request, provider: Idp, interaction_id: str) -> Interaction:
    """A request that was answered a moment ago. Raises `InteractionOver` also when its code was redeemed, and so was
    seen: twice it would be a replay, which ends the grant (RFC 6749 §4.1.2)."""
    async with provider.db.reading() as unit:
        found = await interactions.find_answered(unit, provider.keys.sealer, interaction_id, browser_id(request))
        seen = found is not None and await grants.was_opened(unit, found.request.client_id, found.grant_id)
    if found is None or seen:
        raise await over(request, interaction_id)
    return found


async def _onward(request: Request, provider: Idp, found: Interaction) -> Response:
    client = await _client(request, provider, {"client_id": found.request.client_id})
    # What may show no page was asked for by the service's own form, often in a frame, which shows none of ours.
    to = found.request.redirect_uri
    after_form = "none" not in found.request.prompt and to is not None and not client.taken_by_app(to)
    return await _resume(request, provider, client, found, after_form=after_form)


async def _pushed(request: Request, provider: Idp, client: Client, interaction_id: str) -> Response:
    """A request that its client pushed ahead: whatever else the query says counts for nothing (RFC 9126 §4)."""
    async with provider.db.glance() as unit:
        found = await interactions.find_open(unit, provider.keys.sealer, interaction_id)
    if found is None or found.request.client_id != client.client_id:
        raise InvalidRequestUri("The request_uri is unknown, has expired, was used, or belongs to another client.")
    if request.method == "POST":
        return _re_entered(found)
    return await _resume(request, provider, client, found)


def _re_entered(posted: Interaction) -> Response:
    """A form posted from another site comes without our SameSite=Lax cookies; re-entering by redirect brings them."""
    return see_other(f"/authorize/{posted.interaction_id}")


async def _resume(
    request: Request, provider: Idp, client: Client, found: Interaction, *, after_form: bool = False
) -> Response:
    check_still_registered(client, found.request)
    return await _proceed(request, provider, _Opened(client, found.request, found.opened_at, found, after_form))


async def _client(request: Request, provider: Idp, params: Params) -> Client:
    """The client of the request; an unknown one gets a page, since nothing proves where an answer could go."""
    client_id = params.get("client_id")
    if client_id is None:
        raise InvalidRequest("client_id is missing.")
    client = await provider.clients.find(client_id)
    if client is None:
        raise InvalidRequest("client_id is not known to this provider, or the client has been disabled.")
    exchange_of(request).client_id = client.client_id
    return client


async def _proceed(request: Request, provider: Idp, opened: _Opened) -> Response:
    prefer_locales(request, " ".join(opened.request.ui_locales))
    session = read_session(request, provider.keys.sealer)
    policy = await provider.current_policy()
    found = await decide(
        provider.db, provider.keys, provider.vault, policy, opened.client, opened.request, session, opened.waiting
    )
    if session is not None and found.person is None:
        end_browser_state(request)
    if opened.request.polled is not None and isinstance(found.step, Issue | Refuse):
        assert opened.interaction is not None  # whoever has one elsewhere to answer came by a page
        return await answer_elsewhere(request, provider, opened.client, opened.interaction, found.step, found.person)
    match found.step:
        case Issue() as step:
            code = _code(provider, opened.request, step, found.now, await _end(request, provider, opened))
            return await answer_code(
                request, provider, opened.client, opened.request.address, code, after_form=opened.after_form
            )
        case Refuse(error=error):
            await _end(request, provider, opened)
            return await answer_error(
                request, provider, opened.client, opened.request.address, error, after_form=opened.after_form
            )
        case asking:
            if opened.interaction is None:
                person_id = None if found.person is None else found.person.person_id
                by = somebody(provider, request, opened.client.client_id, person_id)
                interaction = await keep(provider, opened.request, browser_id(request), opened.opened_at, by)
            else:
                interaction = await _adopted(request, provider, opened.interaction, signed_in=session is not None)
            remember(request, interaction)
            return see_other(_page(asking, interaction.interaction_id))


async def _adopted(request: Request, provider: Idp, interaction: Interaction, *, signed_in: bool) -> Interaction:
    """A waiting request, in this browser, which is given time for its page. One that was answered has no more pages."""
    browser = browser_id(request)
    try:
        if interaction.ended_at is not None:
            raise InteractionOver
        async with provider.db.single(durable=False) as unit:
            await interactions.adopt(
                unit, interaction.interaction_id, browser, longest=interaction.longest, signed_in=signed_in
            )
    except InteractionOver as error:
        raise await over(request, interaction.interaction_id) from error
    return interaction


_Asking = SignIn | StepUp | TellUnusable | ReachLevel | GuardianActs | ChooseChild | AskConsent | AwaitGuardian


def _page(asking: _Asking, interaction_id: str) -> str:
    """Which page asks for what is missing."""
    match asking:
        case SignIn() | TellUnusable():
            return f"/signin/{interaction_id}"
        case StepUp():
            return f"/signin/{interaction_id}/second"
        case ReachLevel():
            return f"/level/{interaction_id}"
        case GuardianActs():
            return f"/guardian-acts/{interaction_id}"
        case ChooseChild():
            return f"/child/{interaction_id}"
        case AskConsent():
            return f"/consent/{interaction_id}"
        case AwaitGuardian():
            return f"/guardian/{interaction_id}"
        case _:
            assert_never(asking)


async def _end(request: Request, provider: Idp, opened: _Opened) -> Interaction | None:
    """A waiting request ends once; of two answers at the same time the second is refused. The request, at its end."""
    interaction = opened.interaction
    if interaction is None or interaction.ended_at is not None:
        return interaction
    try:
        browser = browser_id(request)
        async with provider.db.single(durable=False) as unit:
            ended = await interactions.end(unit, interaction, browser)
    except InteractionOver as error:
        raise await over(request, interaction.interaction_id) from error
    remember(request, interaction, finished=True)
    return ended


def _code(provider: Idp, request: AuthorizationRequest, step: Issue, now: Instant, ended: Interaction | None) -> str:
    """The code; the same again (one grant, one age) for a request that has `ended` already."""
    grant_id = new_id("grt") if ended is None else ended.grant_id
    issued_at = now if ended is None or ended.ended_at is None else min(now, ended.ended_at)
    code = new_code(grant_id, request, step.authorisation, issued_at)
    return provider.keys.sealer.seal_json(SealPurpose.CODE, code.to_json())


doors = [
    Door.page("/authorize", authorize, "GET", "POST", announced="authorization_endpoint"),
    Door.page("/authorize/{interaction}", resume),
    Door.page("/authorize/{interaction}/again", resume_again),
]
