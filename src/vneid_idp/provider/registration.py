"""Dynamic client registration and its management (RFC 7591, RFC 7592, OpenID Connect Dynamic Registration)."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import service
from vneid_idp.clients.keys import Unreachable
from vneid_idp.kernel.clock import to_seconds
from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.kernel.secrets import digest, same
from vneid_idp.protocol import registration
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata, InvalidRequest, InvalidToken
from vneid_idp.protocol.members import OPERATOR_MEMBERS, Registrar
from vneid_idp.protocol.registration import Registration
from vneid_idp.use_cases.delete_client import delete_client
from vneid_idp.use_cases.fetch_logo import fetch_logo
from vneid_idp.web.bearer import bearer_token
from vneid_idp.web.bodies import BadBody, read_json
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cors import check_page_may_register, let_new_client_read, let_read
from vneid_idp.web.doors import Door
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.responses import NO_STORE, json_response

# RFC 7592 §2.2: an update must not carry what only the server decides.
_SERVER_MEMBERS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)

_TOLD_MEMBERS = (
    "profile",
    "purposes",
    "assertion_audience",
    "authorization_details_types",
    "tells_unknown_users",
    "family",
    "may_act",
)
"""What the operator, or the sandbox, decided of a client and the client has to know (RFC 7591 §3.2.1)."""

REGISTRATION = "registration_endpoint"
"""What the address is announced as, where clients may register themselves."""


def is_open(provider: Idp) -> bool:
    """Whether clients may register themselves here at all."""
    return provider.sandbox or provider.initial_access_token_digest is not None


async def register(request: Request) -> Response:
    """`POST /register`: open in the sandbox; in production with the operator's initial access token (RFC 7591 §3)."""
    provider = idp(request)
    await _check_initial_access_token(provider, request)
    members = await _members(request)
    let_new_client_read(request, members)
    metadata = registration.read_registration(members, _registrar(provider))
    await _spend(provider, request, members, None)
    await _check_sector(provider, metadata, None)
    made = await provider.db.transact(lambda unit: service.register(unit, metadata))
    client = await fetch_logo(provider.db, provider.dispatcher, made.client)
    return json_response(_response(provider, client, made.registration_access_token, made.secret), 201)


async def show(request: Request) -> Response:
    """`GET /register/{client_id}` (RFC 7592 §2.1). The secret is not among it: we have only its digest."""
    provider = idp(request)
    client, token = await _managed(provider, request)
    return json_response(_response(provider, client, token, None))


async def update(request: Request) -> Response:
    """`PUT /register/{client_id}` (RFC 7592 §2.2): what is left out falls back to its default."""
    provider = idp(request)
    client, token = await _managed(provider, request)
    members = await _members(request)
    _check_update(client, members)
    await _spend(provider, request, members, client.client_id)
    metadata = registration.read_registration(members, _registrar(provider), before=client.metadata)
    await _check_sector(provider, metadata, client.client_id)
    changed, secret = await provider.db.transact(lambda unit: service.update(unit, client, metadata))
    changed = await fetch_logo(provider.db, provider.dispatcher, changed)
    return json_response(_response(provider, changed, token, secret))


async def delete(request: Request) -> Response:
    """`DELETE /register/{client_id}` (RFC 7592 §2.3): the client and all that was granted to it end."""
    provider = idp(request)
    client, _ = await _managed(provider, request)
    await provider.db.transact(lambda unit: delete_client(unit, client.client_id))
    return Response(status_code=204, headers=NO_STORE)


async def _spend(provider: Idp, request: Request, members: Mapping[str, Any], client_id: str | None) -> None:
    """What a registration or a change of one leaves for good, taken from what its address and its client may leave."""
    by = Tried(address=provider.address_of(request), client=client_id)
    await provider.limits.spend(Secret.REGISTRATION, by, 1 + len(orjson.dumps(members)) // 1024)


def _registrar(provider: Idp) -> Registrar:
    return Registrar(by_operator=False, sandbox=provider.sandbox)


async def _check_initial_access_token(provider: Idp, request: Request) -> None:
    token, expected = bearer_token(request), provider.initial_access_token_digest
    if provider.sandbox and (expected is None or token is None):
        check_page_may_register(request, provider.issuer)
        return
    tried = Tried(address=provider.address_of(request))
    await provider.limits.admit(Secret.CLIENT_SECRET, tried)
    if expected is None or token is None or not same(digest(token), expected):
        await provider.limits.failed(Secret.CLIENT_SECRET, tried)
        raise InvalidToken("Registration needs the initial access token that the operator gives out.")


async def _managed(provider: Idp, request: Request) -> tuple[Client, str]:
    """The client that the registration access token manages; an unknown client looks like a wrong token (§2.1)."""
    token = bearer_token(request)
    if token is None:
        raise InvalidToken("A registration access token is needed.")
    client_id: str = request.path_params["client_id"]
    async with provider.db.reading() as unit:
        client = await service.find_managed_client(unit, client_id, token)
    if client is None:
        raise InvalidToken("The registration access token is not valid for this client.")
    let_read(request, client)
    return client, token


async def _members(request: Request) -> dict[str, Any]:
    try:
        return await read_json(request)
    except BadBody as error:
        raise InvalidClientMetadata(str(error)) from None


def _check_update(client: Client, members: Mapping[str, Any]) -> None:
    if members.get("client_id") != client.client_id:
        raise InvalidRequest("client_id must be the one of this client (RFC 7592 section 2.2).")
    found = [name for name in _SERVER_MEMBERS if name in members]
    if found:
        raise InvalidRequest(f"{found[0]} cannot be updated (RFC 7592 section 2.2).")
    secret = members.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and same(digest(secret), client.secret_digest or "")):
        raise InvalidClientMetadata("client_secret is not the one that was issued; it cannot be chosen.")


async def _check_sector(provider: Idp, metadata: Registration, client_id: str | None) -> None:
    """Fetch the sector document before any unit is opened, and hold the redirect URIs against it."""
    url = metadata.members.get("sector_identifier_uri")
    if url is None:
        return
    try:
        document = read_foreign_json(await provider.outbound.registrations.fetch(url, client_id))
    except Unreachable as error:
        raise InvalidClientMetadata(str(error), member="sector_identifier_uri") from None
    except BadJson:
        document = None
    registration.check_sector_document(metadata, document)


def _response(provider: Idp, client: Client, token: str, secret: str | None) -> dict[str, Any]:
    """Client information (RFC 7591 §3.2.1): all registered members, what was put in place of others among them, and
    the credentials. What the operator noted of a client for itself is not the client's to read."""
    found = {
        name: value for name, value in client.metadata.items() if name not in OPERATOR_MEMBERS or name in _TOLD_MEMBERS
    }
    if PROFILES[client.profile].issuer_audience:
        found.pop("assertion_audience", None)  # an exception that its profile does not let count is none
    found |= {
        "client_id": client.client_id,
        "client_id_issued_at": to_seconds(client.issued_at),
        "registration_access_token": token,
        "registration_client_uri": provider.url(f"/register/{client.client_id}"),
    }
    if client.logo_shown is not None:
        found["logo_shown"] = client.logo_shown
    if secret is not None:
        found |= {"client_secret": secret, "client_secret_expires_at": 0}
    return found


doors = [
    Door.protocol("/register", register, "POST", announced=REGISTRATION, cors=True),
    Door.protocol("/register/{client_id}", show, announced=None, cors=True),
    Door.protocol("/register/{client_id}", update, "PUT", announced=None, cors=True),
    Door.protocol("/register/{client_id}", delete, "DELETE", announced=None, cors=True),
]
