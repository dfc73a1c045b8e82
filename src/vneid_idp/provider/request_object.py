"""Fetch, decrypt and verify request objects, before the request is read."""

from vneid_idp.clients.keys import Unreachable
from vneid_idp.keys.jwe import NotEncryptedToUs
from vneid_idp.protocol import request_object
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequestObject, InvalidRequestUri
from vneid_idp.protocol.jose import BadToken
from vneid_idp.protocol.params import Params
from vneid_idp.web.context import Idp


async def resolve(provider: Idp, client: Client, params: Params) -> Params:
    """The parameters of a request after its request object, if it has one, was verified and merged.

    Expects `checks.table.check_arrival` to have passed. Raises `InvalidRequest`, `InvalidRequestObject` or
    `InvalidRequestUri`. May call the client's server, so call it
    before a unit is opened. The common request, which has none, costs nothing.
    """
    if "request" in params:
        text = params["request"]
    elif "request_uri" in params:
        text = await _fetched(provider, client, params["request_uri"])
    else:
        return params
    if text.count(".") == 4:
        try:
            text = provider.keys.decrypt(text, provider.clock.now())
        except NotEncryptedToUs:
            raise InvalidRequestObject("The request object cannot be decrypted with a key of this provider.") from None
    found = request_object.read_request_object(text)
    alg = request_object.algorithm_for(client, found)
    if alg is not None:
        try:
            await provider.client_keys.check_signature(client, found, alg)
        except BadToken as error:
            raise InvalidRequestObject(f"The request object {error}.") from None
    request_object.check_claims(client, found, provider.issuer, provider.clock.now())
    return request_object.merge(client, params, found.claims)


async def _fetched(provider: Idp, client: Client, request_uri: str) -> str:
    request_object.check_reference(client, request_uri)
    try:
        content = (await provider.outbound.fetch(request_uri.partition("#")[0])).decode("ascii")
    except Unreachable as error:
        raise InvalidRequestUri(f"request_uri {error}.") from None
    except UnicodeDecodeError:
        raise InvalidRequestUri("request_uri does not lead to a request object.") from None
    request_object.check_content(request_uri, content)
    return content.strip()
