"""The client certificate of a request: of our own TLS, or as a proxy tells it that the operator trusts.

A proxy that ends TLS sends `Client-Cert` (RFC 9440), in place of whatever came under that name. From anybody else the
header says nothing, in whatever spelling.
"""

import binascii
import ssl
from collections.abc import Sequence

from starlette.requests import Request

from vneid_idp.protocol.certificate import BadCertificate, Presented, read_der
from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.web.address import is_trusted
from vneid_idp.web.context import Idp
from vneid_idp.web.request_headers import headers


def certificate_of(provider: Idp, request: Request) -> Presented | None:
    """The certificate that the other end of the connection has proven to hold; nothing where it showed none.

    Raises `InvalidRequest` where it cannot be read, or a trusted proxy tells of several.
    """
    try:
        tls = request.scope.get("extensions", {}).get("tls", {})
        if tls.get("client_cert_chain"):
            return read_der(*_of_pem(tls["client_cert_chain"]))
        if not is_trusted(request, provider.trusted_proxies):
            return None
        found = headers(request, b"client-cert")
        if not found:
            return None
        if len(found) > 1:
            raise BadCertificate("is told of more than once")
        chain = ",".join(headers(request, b"client-cert-chain"))
        return read_der(_binary(found[0]), [_binary(part) for part in chain.split(",") if part.strip()])
    except BadCertificate as error:
        raise InvalidRequest(f"The client certificate {error}.") from None


def _of_pem(chain: Sequence[str]) -> tuple[bytes, list[bytes]]:
    first, *others = (ssl.PEM_cert_to_DER_cert(each) for each in chain)
    return first, others


def _binary(text: str) -> bytes:
    """A byte sequence in a structured field (RFC 9651 §3.3.5)."""
    text = text.strip()
    if len(text) < 2 or text[0] != ":" or text[-1] != ":":
        raise BadCertificate("is not a byte sequence between colons (RFC 9440 section 2.1)")
    try:
        return binascii.a2b_base64(text[1:-1], strict_mode=True)
    except ValueError:
        raise BadCertificate("is not base64 (RFC 9440 section 2.1)") from None
