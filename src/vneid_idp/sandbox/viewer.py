"""The API viewer at `/docs`: Swagger UI from our own origin, showing our own contracts, one at a time."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.admin import contract as admin
from vneid_idp.camara.contract import CONTRACTS, file_of
from vneid_idp.camara.contract import openapi as camara_contract
from vneid_idp.matches import contract as matches
from vneid_idp.numbers import contract as numbers
from vneid_idp.resources import contract as bindings
from vneid_idp.sandbox.country.server import contract as registry
from vneid_idp.sandbox.faces.server import contract as face_matcher
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.headers import allow_source
from vneid_idp.web.templates import render

_ADDRESSES: Mapping[str, str] = {
    "bindings/v1": bindings.ADDRESS,
    "matches/v1": "/docs/matches-v1.json",
    "numbers/v1": "/docs/numbers-v1.json",
    **{title: f"/docs/{file_of(title)}" for title in CONTRACTS},
    "admin/v1": "/docs/admin-v1.json",
    "registry/v1": "/docs/registry-v1.json",
    "face-matcher/v1": "/docs/face-matcher-v1.json",
}
"""Where each contract stands, by its title; the first one does in production as well."""
_FIRST = next(iter(_ADDRESSES))


async def viewer_page(request: Request) -> Response:
    """`GET /docs`, of the contract that `contract` names."""
    # Swagger UI draws its icons from data URLs, and writes style attributes into the elements that it makes.
    allow_source(request, "img-src", "data:")
    allow_source(request, "style-src", "'unsafe-inline'")
    asked = request.query_params.get("contract", "")
    shown = asked if asked in _ADDRESSES else _FIRST
    choices = [(title, f"/docs?contract={title}", title == shown) for title in _ADDRESSES]
    return render(request, "sandbox/viewer.html", choices=choices, address=_ADDRESSES[shown])


async def matches_contract(request: Request) -> Response:
    """How carriers compare what they have of people."""
    return _json(matches.openapi(idp(request).issuer))


async def admin_contract(request: Request) -> Response:
    """The operator's API of this very provider."""
    return _json(admin.openapi(idp(request).issuer))


async def numbers_contract(request: Request) -> Response:
    """What carriers call at this very provider."""
    return _json(numbers.openapi(idp(request).issuer))


async def camara(request: Request) -> Response:
    """What callers of the operators' APIs call at this very provider."""
    title = next(title for title, address in _ADDRESSES.items() if address == request.url.path)
    return _json(camara_contract(title, idp(request).issuer))


async def registry_contract(_: Request) -> Response:
    """The population register, which stands elsewhere."""
    return _json(registry.openapi())


async def matcher_contract(_: Request) -> Response:
    """The matcher of faces, which does so too."""
    return _json(face_matcher.openapi())


def _json(contract: dict[str, Any]) -> Response:
    return Response(orjson.dumps(contract), media_type="application/json")


doors = [
    Door.page("/docs", viewer_page),
    Door.api(_ADDRESSES["matches/v1"], matches_contract),
    Door.api(_ADDRESSES["numbers/v1"], numbers_contract),
    *(Door.api(_ADDRESSES[title], camara) for title in CONTRACTS),
    Door.api(_ADDRESSES["admin/v1"], admin_contract),
    Door.api(_ADDRESSES["registry/v1"], registry_contract),
    Door.api(_ADDRESSES["face-matcher/v1"], matcher_contract),
]
