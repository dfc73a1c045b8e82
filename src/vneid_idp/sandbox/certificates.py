"""`/sandbox/certificates`: a certificate for a client that wants to try mutual TLS (RFC 8705)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.errors import DomainError
from vneid_idp.sandbox.authority import Authority
from vneid_idp.web.bodies import read_json
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.responses import NO_STORE, json_response

_LONGEST = 4096
"""Of a body: a long name takes long to read."""


class BadSubject(DomainError):
    """The subject cannot stand in a certificate."""

    code = "bad_subject"
    status = 422
    title = 'Send {"subject": NAME}, a distinguished name in the form of RFC 4514 such as CN=Back end,O=Carrier,C=VN.'


def doors(authority: Authority) -> list[Door]:
    """Where certificates are issued, and who issues them."""
    return [
        Door.api("/sandbox/certificates", _issue(authority), "POST"),
        Door.api("/sandbox/certificates/authority.pem", _authority(authority)),
    ]


def _issue(authority: Authority) -> Callable[[Request], Awaitable[Response]]:
    async def issue(request: Request) -> Response:
        """`POST /sandbox/certificates`: a certificate with this subject, and a key. Nothing of it is kept."""
        provider = idp(request)
        await provider.limits.spend(Secret.CERTIFICATE, Tried(address=provider.address_of(request)), 1)
        try:
            issued = authority.issue(str((await read_json(request, _LONGEST))["subject"]))
        except (ValueError, KeyError):
            raise BadSubject from None
        return json_response(
            {"certificate": issued.certificate, "private_key": issued.private_key, "authority": authority.pem}, 201
        )

    return issue


def _authority(authority: Authority) -> Callable[[Request], Awaitable[Response]]:
    async def read(_: Request) -> Response:
        """`GET /sandbox/certificates/authority.pem`: what trusts the port for certificates."""
        return Response(authority.pem, headers=NO_STORE, media_type="application/x-pem-file")

    return read
