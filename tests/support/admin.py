"""`admin/v1`, as a program of the operator calls it."""

from typing import Any

import httpx
import orjson
from sqlalchemy import select

from tests.support.contracts import assert_as_published
from tests.support.country import Country
from vneid_idp.admin.contract import openapi
from vneid_idp.audit.tables import events
from vneid_idp.protocol.claims import OPERATOR_SCOPES
from vneid_idp.storage.statement import Statement

WHY = {"by": "ops-3", "reason": "Asked for by the relying party"}
PROGRAM: dict[str, Any] = {
    "client_name": "Ops",
    "grant_types": ["client_credentials"],
    "response_types": [],
    "redirect_uris": [],
    "purposes": [],
}
READ, WRITE, POLICY, DELIVERIES, KEYS = OPERATOR_SCOPES
_EVENTS = Statement(select(events).order_by(events.c.event_id))
_DOCUMENT = openapi()
DOORS = [(method.upper(), path) for path, door in _DOCUMENT["paths"].items() for method in door]


class Api:
    """`admin/v1` with one access token; checks that every answer is as published."""

    def __init__(self, browser: httpx.AsyncClient, token: str | None) -> None:
        self.browser = browser
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    async def __call__(self, method: str, path: str, seen: str | None = None, **body: Any) -> httpx.Response:
        headers = self.headers | ({} if seen is None else {"If-Match": seen})
        content: dict[str, Any] = {} if method == "GET" else {"json": body}
        answer = await self.browser.request(method, f"/admin/v1{path}", headers=headers, **content)
        template = _template(f"/admin/v1{path.partition('?')[0]}")
        if "content" in _DOCUMENT["paths"][template][method.lower()]["responses"][str(answer.status_code)]:
            assert_as_published(openapi, method, template, answer)
        assert answer.headers["cache-control"] == "no-store"
        return answer


def _template(path: str) -> str:
    parts = path.split("/")
    for known in _DOCUMENT["paths"]:
        pattern = known.split("/")
        if len(pattern) == len(parts) and all(k.startswith("{") or k == p for k, p in zip(pattern, parts, strict=True)):
            return str(known)
    raise AssertionError(path)


async def last_event(land: Country) -> tuple[str, dict[str, Any]]:
    """Kind and data of the newest event."""
    async with land.idp.db.reading() as unit:
        row = (await unit.fetch(_EVENTS))[-1]
    return row["kind"], orjson.loads(row["data"])
