"""`face-matcher/v1` as an OpenAPI document, from the types that client and server share: published in `openapi/`."""

from functools import cache
from typing import Any

from vneid_idp.sandbox.faces.server.routes import router
from vneid_idp.web.contracts import document

_DESCRIPTION = """\
What an identity provider asks of a matcher of faces that has the national database behind it. The matcher is told a \
pseudonymous id and a template, never who asks for which service, and keeps neither.

Every request and every answer is signed: RFC 9421 HTTP Message Signatures, label and tag `face_matcher`, algorithm \
`ecdsa-p256-sha256`, with `created`, `keyid` and `nonce`, and RFC 9530 `Content-Digest` of the content. A request \
covers `@method`, `@target-uri` and `content-digest`; an answer covers `@status`, `content-digest` and \
`"signature";req;key="face_matcher"`, so that it answers this request and no other. Signatures are good for a minute. \
Only the refusal of an unsigned request (401) and a failure of the server itself (5xx) are unsigned.

Refusals are problem details (RFC 9457) with a stable `code`. Members may be added; who reads ignores those that are \
not known.
"""

_SERVER = {
    "url": "http://localhost:8004",
    "description": "The reference server, as `vneid-idp --sandbox face-matcher serve` starts it.",
}


@cache
def openapi() -> dict[str, Any]:
    """The document."""
    return document("face-matcher/v1", _DESCRIPTION, router.routes, published_at=_SERVER)


def published() -> dict[str, dict[str, Any]]:
    """The files of `openapi/` and what stands in them."""
    return {"face-matcher-v1.json": openapi()}
