"""What schemathesis sends, signed as the provider signs what it asks (RFC 9421)."""

from requests import PreparedRequest
from requests.auth import AuthBase

from vneid_idp.signed_http.signatures import RequestMessage, Signatures


class Signed(AuthBase):
    """Signs what is sent, as the provider does."""

    def __init__(self, signatures: Signatures) -> None:
        self._signatures = signatures

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body or b""
        assert isinstance(body, bytes | str)
        message = RequestMessage(str(request.method), str(request.url))
        self._signatures.sign_request(message, body.encode() if isinstance(body, str) else body)
        request.headers.update(message.headers)
        return request
