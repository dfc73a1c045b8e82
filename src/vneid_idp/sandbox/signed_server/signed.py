"""Before the routes: no request without a good signature, and no answer that is not signed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vneid_idp.signed_http import signatures
from vneid_idp.signed_http.signatures import NotSigned, Signatures, signature_headers

LONGEST_QUESTION = 64 * 1024
"""Bytes: five hundred ids, and room."""


@dataclass
class _Answer:
    """What the routes said, held back until it is signed."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    async def keep(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")


class Signed:
    """ASGI middleware. `url` is the address under which clients know the server: `Host` may say anything."""

    def __init__(self, app: ASGIApp, signatures: Signatures, url: str) -> None:
        self._app = app
        self._signatures = signatures
        self._url = url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, have it answered, sign the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        request = signatures.RequestMessage(scope["method"], self._address(scope), _headers(scope["headers"]))
        try:
            if body is None:
                raise NotSigned("longer than any question")
            self._signatures.check_request(request, body)
        except NotSigned:
            await _refuse(send)
            return
        answer = _Answer()
        await self._app(scope, _again(body), answer.keep)
        content = bytes(answer.body)
        signed = signatures.Answer(answer.status, request)
        self._signatures.sign_answer(signed, content)
        added = [(name.lower().encode(), value.encode()) for name, value in signed.headers.items()]
        headers = [*answer.headers, *added]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _address(self, scope: Scope) -> str:
        path: bytes = scope["raw_path"].split(b"?")[0]
        query: bytes = scope["query_string"]
        return self._url + (path + b"?" + query if query else path).decode("latin-1")


def _headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return signature_headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; nothing if it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LONGEST_QUESTION:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _refuse(send: Send) -> None:
    """Without a signature: there is no request to answer."""
    problem = {"type": "urn:vneid:problem:not_signed", "title": "The request is not signed by a known client.",
               "status": 401, "code": "not_signed"}  # fmt: skip
    content = orjson.dumps(problem)
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": content})
