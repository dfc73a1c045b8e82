"""The end-session endpoint (OpenID Connect RP-Initiated Logout 1.0)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.grants.participants import clients_of_session
from vneid_idp.identity.factors.sessions import find_named
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.keys.ring import NotSignedHere
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.logout import front_channel_address, read_address, read_hint
from vneid_idp.protocol.params import Params, read_params
from vneid_idp.protocol.subjects import session_name
from vneid_idp.provider.bodies import form_pairs, query_pairs
from vneid_idp.provider.leaving import leave
from vneid_idp.use_cases.end_session import end_named_session
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.headers import allow_form_target, allow_frame
from vneid_idp.web.i18n import prefer_locales
from vneid_idp.web.responses import see_other
from vneid_idp.web.session import forget_session, read_session
from vneid_idp.web.templates import render

_CARRIED = ("id_token_hint", "post_logout_redirect_uri", "state", "client_id")
_UNDERSTOOD = (*_CARRIED, "ui_locales")
_SEALED = "request"
_SEALED_LIFE: Instant = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class _Asked:
    """A log-out request that may be honoured: who asks, and where the browser goes afterwards."""

    client: Client | None
    address: str | None
    by_hint: bool = False
    """Whether an ID token of ours says that the client asks. Else anybody may have named it, and the browser leaves
    only when the person presses something."""


async def end(request: Request) -> Response:
    """`GET` or `POST /end_session`: ask the person, whom signing out concerns at every service of the session."""
    provider = idp(request)
    if request.method == "POST":
        # A form posted from another site comes without our SameSite=Lax cookies; re-entering by redirect brings them.
        params = read_params(await form_pairs(request))
        return see_other(f"/end_session?{_SEALED}={_seal(provider, params)}")
    params, stays = read_params(query_pairs(request)), False
    if _SEALED in params:
        params, stays = _open(provider, params[_SEALED])
    asked = await _read(provider, params)
    prefer_locales(request, params.get("ui_locales"))
    if stays:
        return render(request, "provider/stayed.html", client=asked.client, location=asked.address)
    concerned = await _concerned(request, provider)
    if concerned is None and asked.address is not None and not asked.by_hint:
        return render(request, "provider/signed_out.html", client=asked.client, location=asked.address)
    if concerned is None:
        return _signed_out(request, asked)
    if asked.client is not None and asked.address is not None and asked.client.taken_by_app(asked.address):
        allow_form_target(request, asked.address)
    # Who asks for it, as an ID token of ours proves, knows of it.
    asks = asked.client.client_id if asked.client is not None and asked.by_hint else None
    untold = [client for client in concerned if not client.hears_of_log_outs and client.client_id != asks]
    return render(
        request,
        "provider/sign_out.html",
        client=asked.client,
        told=[client.client_name for client in concerned if client.hears_of_log_outs],
        untold=[client.client_name for client in untold],
        carried={name: params[name] for name in _CARRIED if name in params},
    )


async def confirm(request: Request) -> Response:
    """`POST /end_session/confirm`: the person's answer. What the form carries is proven again, not trusted."""
    provider = idp(request)
    form = await read_form(request)
    carried = {name: form[name] for name in _CARRIED if form[name]}
    asked = await _read(provider, carried)
    if "stay" in form:
        # By an address of its own, which may be read again, in another language too; with a way back where one is.
        on = f"/end_session?{_SEALED}={_seal(provider, carried, stays=True)}"
        return see_other("/me" if asked.address is None else on)
    session = read_session(request, provider.keys.sealer)
    frames: list[str] = []
    if session is not None:
        concerned = await _concerned(request, provider) or []
        announced = await provider.db.transact(lambda unit: end_named_session(unit, session))
        await provider.dispatcher.attempt(announced)
        frames = [
            framed for client in concerned if (framed := _framed(provider, client, session.session_id)) is not None
        ]
    forget_session(request)
    return _told(request, asked, frames) if frames else _signed_out(request, asked, after_form=True)


def _seal(provider: Idp, params: Params, *, stays: bool = False) -> str:
    """What was posted, to go through an address: an ID token says who somebody is, and addresses stay in histories
    and in the logs of proxies. `stays` is the answer of who was asked and does not sign out.
    """
    understood = {name: params[name] for name in _UNDERSTOOD if name in params}
    value = {"params": understood, "stays": stays, "expires_at": provider.clock.now() + _SEALED_LIFE}
    return provider.keys.sealer.seal_json(SealPurpose.LOG_OUT, value)


def _open(provider: Idp, text: str) -> tuple[Params, bool]:
    """What `_seal` sealed. Raises `InvalidRequest`."""
    try:
        value = provider.keys.sealer.open_json(SealPurpose.LOG_OUT, text)
    except NotSealedHere:
        raise InvalidRequest(f"{_SEALED} was not issued by this provider.") from None
    if provider.clock.now() >= value["expires_at"]:
        raise InvalidRequest("The request to sign out has expired.")
    return value["params"], value.get("stays", False)


async def _read(provider: Idp, params: Params) -> _Asked:
    """Prove who asks and where the browser may go. Raises `InvalidRequest`, shown as a page: nothing is redirected."""
    client = None
    if "id_token_hint" in params:
        try:
            claims = provider.keys.verify_own(params["id_token_hint"], provider.clock.now())
        except NotSignedHere:
            raise InvalidRequest("id_token_hint was not signed by this provider.") from None
        hint = read_hint(claims, provider.issuer, params)
        client = await provider.clients.find(hint.client_id)
        if client is None:
            raise InvalidRequest("The client of the id_token_hint is not registered any more.")
    elif "client_id" in params and "post_logout_redirect_uri" in params:
        client = await provider.clients.find(params["client_id"])
        if client is None:
            raise InvalidRequest("client_id is not known to this provider, or the client has been disabled.")
    return _Asked(client, read_address(client, params), "id_token_hint" in params)


async def _concerned(request: Request, provider: Idp) -> list[Client] | None:
    """The clients in service of the session in this browser; nothing where none stands."""
    named = read_session(request, provider.keys.sealer)
    if named is None:
        return None
    async with provider.db.reading() as unit:
        if await find_named(unit, named) is None:
            return None
        concerned = await clients_of_session(unit, named.person_id, named.session_id)
    clients = [await provider.clients.find(client_id) for client_id in concerned]
    return [client for client in clients if client is not None]


def _framed(provider: Idp, client: Client, session_id: str) -> str | None:
    """What signs the person out at a client through its front channel, if it has one."""
    if client.frontchannel_logout_uri is None:
        return None
    name = session_name(client, session_id, provider.keys.pairwise_key)
    return front_channel_address(client.frontchannel_logout_uri, provider.issuer, name)


def _told(request: Request, asked: _Asked, frames: list[str]) -> Response:
    """The page that tells services in frames (Front-Channel Logout §3), and goes on to where the person is led."""
    for address in frames:
        allow_frame(request, address)
    return render(request, "provider/telling.html", frames=frames, location=asked.address)


def _signed_out(request: Request, asked: _Asked, *, after_form: bool = False) -> Response:
    if asked.address is not None:
        by_page = after_form and asked.client is not None and not asked.client.taken_by_app(asked.address)
        return leave(request, asked.address, after_form=by_page)
    # To the same page by its own address: reloading it sends nothing anew.
    return (
        see_other("/end_session")
        if after_form
        else render(request, "provider/signed_out.html", client=None, location=None)
    )


doors = [
    Door.page("/end_session", end, "GET", "POST", announced="end_session_endpoint"),
    Door.page("/end_session/confirm", confirm, "POST"),
]
