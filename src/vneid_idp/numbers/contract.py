"""The OpenAPI document of `numbers/v1`: published in `openapi/`."""

from functools import cache
from typing import Any

from vneid_idp.numbers.api import router
from vneid_idp.web.contracts import document

_DESCRIPTION = """\
A carrier binds a mobile number to the person who confirmed it (Circular 08/2026/TT-BKHCN Article 4), and learns how \
its numbers stand. It sees those of its own organisation alone. It never learns here who holds a number: no call \
leads from a number to a person.

What the person confirmed stands in the `authorization_details` of the access token, an object of the type \
`subscriber_number`; the token binds just that, once. Refusals are problem details (RFC 9457) with a stable `code`. \
Unofficial sandbox, synthetic people.
"""


@cache
def openapi(issuer: str | None = None) -> dict[str, Any]:
    """The document, with `issuer` as its server; without one for publication."""
    return document("numbers/v1", _DESCRIPTION, router.routes, issuer)


def published() -> dict[str, dict[str, Any]]:
    """The files of `openapi/` and what stands in them."""
    return {"numbers-v1.json": openapi()}
