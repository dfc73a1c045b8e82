"""The OpenAPI document of `matches/v1`: published in `openapi/`."""

from functools import cache
from typing import Any

from vneid_idp.matches.routes import router
from vneid_idp.web.contracts import document

_DESCRIPTION = """\
A carrier holds what it has of a person against the population register (Circular 08/2026/TT-BKHCN Art. 4): ID number, \
full name, birth date and face. It learns for each whether it agrees, and no value; the person reads in their history \
who compared what, when, and what came of it.

A face is compared with the picture that the state has, or counts by the carrier's own comparison where an evaluation \
of its matcher that passes is on file. Refusals are problem details (RFC 9457) with a stable `code`. Unofficial \
sandbox, synthetic people.
"""


@cache
def openapi(issuer: str | None = None) -> dict[str, Any]:
    """The document, with `issuer` as its server; without one for publication."""
    return document("matches/v1", _DESCRIPTION, router.routes, issuer)


def published() -> dict[str, dict[str, Any]]:
    """The files of `openapi/` and what stands in them."""
    return {"matches-v1.json": openapi()}
