"""The userinfo endpoint (OpenID Connect Core §5.3)."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.grants.disclosure import find_disclosure
from vneid_idp.protocol.errors import InsufficientScope, InvalidRequest, InvalidToken
from vneid_idp.protocol.params import read_params
from vneid_idp.protocol.subjects import subject
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.encryption import find_envelope
from vneid_idp.provider.released import released_claims
from vneid_idp.web.acting import get_agreed
from vneid_idp.web.bearer import PresentedToken, open_caller, presented_token
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.request_headers import header
from vneid_idp.web.responses import NO_STORE, json_response


async def userinfo(request: Request) -> Response:
    """`GET` or `POST /userinfo`: the claims that the grant's scope asks for and the person agreed to."""
    provider = idp(request)
    token, client = await open_caller(request, await _token(request))
    if token.grant_id is None or "openid" not in token.scope:
        raise InsufficientScope("This access token is not for userinfo: it has no scope 'openid'.")
    alg, enc = client.userinfo_encrypted_response_alg, client.userinfo_encrypted_response_enc
    envelope = None if alg is None else await find_envelope(provider, client, alg, enc)
    async with provider.db.glance() as unit:
        found = await find_disclosure(unit, token.client_id, token.grant_id, token.above)
        now = unit.now
    if found is None:
        raise InvalidToken("The access token has been revoked: its grant, consent or session ended.")
    granted = found.grant.authorisation
    agreed = await get_agreed(provider, client, granted, now)
    body: dict[str, Any] = {"sub": subject(agreed, found.grant.person_id, provider.keys.pairwise_key)}
    body |= await released_claims(provider, client, "userinfo", token.scope, granted.claims, found, agreed)
    cty = None
    if client.userinfo_signed_response_alg is not None:
        body |= {"iss": provider.issuer, "aud": client.client_id}
        text, cty = provider.keys.sign(client.userinfo_signed_response_alg, body, now=now), "JWT"
    elif envelope is None:
        return json_response(body)
    else:
        text = orjson.dumps(body).decode()
    if envelope is not None:
        text = envelope.seal(text, cty=cty)
    return Response(text, headers=NO_STORE, media_type="application/jwt")


async def _token(request: Request) -> PresentedToken | None:
    """The token from the header, or from a posted form (RFC 6750 §2.1, §2.2); never from the query."""
    from_header = presented_token(request)
    from_form = None
    if request.method == "POST" and header(request, b"content-type", "").startswith("application/x-www-form"):
        from_form = read_params(await form_pairs(request)).get("access_token")
    if from_header and from_form:
        raise InvalidRequest("The access token was sent in two ways (RFC 6750 §2).")
    return from_header or (PresentedToken(from_form) if from_form else None)


doors = [Door.protocol("/userinfo", userinfo, "GET", "POST", announced="userinfo_endpoint", cors=True)]
