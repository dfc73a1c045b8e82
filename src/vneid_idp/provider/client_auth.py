"""Client authentication at token, PAR, introspection and revocation endpoints."""

from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request

from vneid_idp.clients.service import assertion_once, use_up
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.log import Log
from vneid_idp.protocol.certificate import CERTIFICATE_METHODS, BadCertificate, check_issued, check_subject
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.client_auth import (
    Assertion,
    PresentedCredentials,
    algorithm_for,
    check_assertion,
    check_method,
    is_secret_right,
    read_presented,
)
from vneid_idp.protocol.errors import InvalidClient
from vneid_idp.protocol.jose import BadToken
from vneid_idp.protocol.params import Params
from vneid_idp.web.address import address_of
from vneid_idp.web.certificate import certificate_of
from vneid_idp.web.context import Idp
from vneid_idp.web.cors import let_read
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.possession import Possession
from vneid_idp.web.request_headers import header

_log = Log(__name__)

_UNKNOWN = "Client authentication failed: unknown client_id, wrong credential, or a client that has been disabled."


async def authenticate(provider: Idp, request: Request, params: Params) -> Client:
    """The client that this request proves to come from. Raises `InvalidClient` or `InvalidRequest`.

    Call it before a unit is opened: it may have to fetch the client's keys. With a client secret it costs no statement,
    with an assertion one.
    """
    return (await authenticate_holder(provider, request, params, _holds_nothing))[0]


async def authenticate_holder(
    provider: Idp,
    request: Request,
    params: Params,
    read: Callable[[Request, Client], Possession],
    *,
    by_grant: bool = False,
) -> tuple[Client, Possession]:
    """The client, and the key that the request proves as `read` finds it. Raises what `read` does as well.

    A proof that comes with an assertion is used up with it, in one statement; of others this is left to the caller.
    `by_grant`: also who signed the assertion of the grant type jwt-bearer, which the caller judges and uses up.
    """
    presented = read_presented(header(request, b"authorization"), params, by_grant=by_grant)
    client = await provider.clients.find(presented.client_id)
    if client is not None:
        let_read(request, client, proven=False)
    try:
        proven, assertion = await _prove(provider, request, client, presented)
        shown = read(request, proven)
        if assertion is not None:
            shown = await _used_up(provider, proven, assertion, shown)
    except InvalidClient:
        # Only failures are counted, and only they can be turned away: a stranger who guesses cannot lock a client out.
        # A right guess would pass, but there is none: every secret is 256 random bits of ours. Looking at the counters
        # first would cost each honest request 60 to 100 µs, or a round trip to Redis, and buy nothing; here they keep
        # the noise down.
        tried = Tried(address=address_of(request, provider.trusted_proxies), client=presented.client_id[:128])
        await provider.limits.admit(Secret.CLIENT_SECRET, tried)
        await provider.limits.failed(Secret.CLIENT_SECRET, tried)
        raise
    exchange_of(request).client_id = proven.client_id
    let_read(request, proven)
    if not presented.grants:  # of that nothing is known yet but that the client has signed it, whenever that was
        remember_address(provider, request, proven)
    return proven, shown


def remember_address(provider: Idp, request: Request, client: Client) -> None:
    """Note from where a client has authenticated: for who has done so completely, with what is good now and once."""
    if provider.key_readers.wants_address(client):
        provider.key_readers.proven(client.client_id, provider.address_of(request))


def _holds_nothing(_: Request, __: Client) -> Possession:
    return Possession()


async def _used_up(provider: Idp, client: Client, assertion: Assertion, shown: Possession) -> Possession:
    once = assertion_once(assertion.jti, assertion.expires_at)
    async with provider.db.single() as unit:
        used_before = await use_up(unit, client.client_id, once, *([] if shown.once is None else [shown.once]))
    if once in used_before:
        raise InvalidClient("client_assertion was used before: its jti must be new each time.", about="jti")
    shown.check_fresh(used_before)
    return replace(shown, is_used_up=True)


async def _prove(
    provider: Idp, request: Request, client: Client | None, presented: PresentedCredentials
) -> tuple[Client, Assertion | None]:
    if presented.secret is not None and client is not None and client.secret_digest is None:
        check_method(client, presented)  # says so of a client that has none, in place of "wrong"
    if presented.secret is not None:
        if not is_secret_right(client, presented.secret, provider.clock.now()) or client is None:
            raise InvalidClient(_UNKNOWN)
        check_method(client, presented)
        return client, None
    if client is None:
        raise InvalidClient(_UNKNOWN)
    # What the grant type jwt-bearer takes names its client, too, and need not authenticate it (RFC 7521 §4.1).
    if (presented.method == "none" or presented.grants) and client.token_endpoint_auth_method in CERTIFICATE_METHODS:
        await _prove_by_certificate(provider, request, client)
        return client, None
    check_method(client, presented)
    if presented.assertion is None:
        return client, None
    alg = algorithm_for(client, presented.assertion)
    # Verifying is work, and may mean a call to the client's server: who failed too often has neither done.
    await provider.limits.check(Secret.CLIENT_SECRET, Tried(address=provider.address_of(request)))
    try:
        await provider.client_keys.check_signature(client, presented.assertion, alg)
    except BadToken as error:
        raise InvalidClient(f"{'assertion' if presented.grants else 'client_assertion'} {error}.") from None
    if presented.grants:
        return client, None  # what it says is for the grant type to judge, which uses it up
    endpoints = (*provider.urls("/token"), *provider.urls(request.scope["path"]))
    assertion = check_assertion(client, presented.assertion, provider.issuer, endpoints, provider.clock.now())
    if assertion.loosely_addressed:
        _log.info("client.assertion_to_endpoint", client_id=client.client_id)
    return client, assertion


async def _prove_by_certificate(provider: Idp, request: Request, client: Client) -> None:
    """The connection's certificate is the client's (RFC 8705 §2). Raises `InvalidClient`."""
    certificate = certificate_of(provider, request)
    if certificate is None:
        raise InvalidClient(
            f"The request comes without a client certificate; this client is registered for "
            f"{client.token_endpoint_auth_method}.",
            about="certificate",
        )
    try:
        if client.token_endpoint_auth_method == "self_signed_tls_client_auth":
            await provider.client_keys.check_self_signed(client, certificate)
        else:
            check_subject(certificate, client.certificate_name)
            check_issued(certificate, provider.client_authorities, to_datetime(provider.clock.now()))
    except (BadCertificate, BadToken) as error:
        raise InvalidClient(f"The client certificate {error}.", about="certificate") from None
