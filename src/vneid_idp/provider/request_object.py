"""Fetch, decrypt and verify request objects, before the request is read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from vneid_idp.clients.keys import Unreachable
from vneid_idp.keys.jwe import NotEncryptedToUs
from vneid_idp.protocol import request_object
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequestObject, InvalidRequestUri
from vneid_idp.protocol.jose import BadToken, Unverified
from vneid_idp.protocol.params import LONGEST_REQUEST, Params
from vneid_idp.web.context import Idp
from vneid_idp.web.limits import Secret, Tried


@asynccontextmanager
async def counting(provider: Idp, request: Request, params: Params) -> AsyncIterator[None]:
    """Around `find` and `resolve`: objects that do not hold are counted for the address, and who brought too many has
    none opened. Raises `TooManyAttempts`. The common request, which has none, costs nothing."""
    if "request" not in params and "request_uri" not in params:
        yield
        return
    tried = Tried(address=provider.address_of(request))
    await provider.limits.check(Secret.REQUEST_OBJECT, tried)
    try:
        yield
    except (InvalidRequestObject, InvalidRequestUri):
        await provider.limits.failed(Secret.REQUEST_OBJECT, tried)
        raise


async def find(provider: Idp, client: Client, params: Params) -> Unverified | None:
    """The request object of a request, decrypted and read, and not yet believed; the common request has none.

    Expects `checks.table.check_arrival` to have passed. May call the client's server, so call it before a unit is
    opened. Raises `InvalidRequestObject` or `InvalidRequestUri`.
    """
    if "request" in params:
        text = params["request"]
    elif "request_uri" in params:
        text = await _fetched(provider, client, params["request_uri"])
    else:
        return None
    if text.count(".") == 4:
        try:
            text = provider.keys.decrypt(text, provider.clock.now())
        except NotEncryptedToUs:
            raise InvalidRequestObject("The request object cannot be decrypted with a key of this provider.") from None
    return request_object.read_request_object(text)


async def resolve(provider: Idp, client: Client, params: Params, found: Unverified | None) -> Params:
    """The parameters of a request after its request object, `found` in it if there is one, was verified and merged.

    As `find` it may call the client's server. Raises `InvalidRequest` or `InvalidRequestObject`.
    """
    if found is None:
        return params
    alg = request_object.algorithm_for(client, found)
    if alg is not None:
        try:
            await provider.client_keys.check_signature(client, found, alg)
        except BadToken as error:
            raise InvalidRequestObject(f"The request object {error}.") from None
    request_object.check_claims(client, found, provider.issuer, provider.clock.now())
    return request_object.merge(client, params, found.claims)


async def _fetched(provider: Idp, client: Client, request_uri: str) -> str:
    address = request_object.fetched_from(client, request_uri)
    try:
        content = (await provider.outbound.request_objects.fetch(address, client.client_id)).decode("ascii")
    except Unreachable as error:
        raise InvalidRequestUri(f"request_uri {error}.") from None
    except UnicodeDecodeError:
        raise InvalidRequestUri("request_uri does not lead to a request object.") from None
    if len(content) > LONGEST_REQUEST:  # as where the request brings the object itself
        raise InvalidRequestUri(f"The content at request_uri is longer than {LONGEST_REQUEST} bytes.")
    return content.strip()
