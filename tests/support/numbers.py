"""Subscriber numbers as a carrier calls `numbers/v1`, each answer held against the published contract."""

from dataclasses import dataclass, replace
from typing import Any

from tests.support.carrier import Carrier
from tests.support.contracts import assert_as_published
from tests.support.country import Country
from tests.support.rich_requests import NUMBER, carrier_of, confirmed
from tests.support.shortcuts import Known
from tests.support.tokens import sealed_token
from vneid_idp.grants.service import open_grant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.numbers.contract import openapi
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Confirmation, Origin
from vneid_idp.protocol.claims import SUBSCRIBER_NUMBER
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE

NUMBERS = "/numbers/v1/numbers"
FAMILY = "song"
GRANT_TYPES = ["authorization_code", "refresh_token", "client_credentials", TOKEN_EXCHANGE]


def asked(detail: dict[str, Any]) -> dict[str, Any]:
    """The body that asks to bind what stands in a detail."""
    return {name: value for name, value in detail.items() if name not in ("type", "actions")}


@dataclass
class NumbersClient:
    """A client of a carrier's."""

    carrier: Carrier

    @classmethod
    async def of(cls, land: Country, **members: Any) -> "NumbersClient":
        """One that the operator registers; `members` go over its registration."""
        scope = f"openid identity offline_access {SUBSCRIBER_NUMBER}"
        known = {"family": FAMILY, "scope": scope, "grant_types": GRANT_TYPES, "response_types": ["code"]}
        return cls(await carrier_of(land, **(known | members)))

    async def token(self, someone: Known, *each: dict[str, Any]) -> str:
        """The access token of a request in which somebody confirmed these details."""
        return str((await confirmed(someone, self.carrier, *each or (NUMBER,)))["access_token"])

    async def answered(
        self, someone: Known, *each: dict[str, Any], level: int = 2, origin: Origin = Origin.DEVICE
    ) -> str:
        """As `token`, of an answer without its pages: by a sign-in of that level, asked for in that way."""
        land, client_id = self.carrier.country, self.carrier.client_id
        ground = AuthorisationGround(await someone.agree(self.carrier), someone.session_id)
        by = Authorisation(
            client_id,
            someone.person_id,
            ("openid",),
            origin,
            ground,
            level=level,
            bound_to=Confirmation("jkt", self.carrier.key.thumbprint()),
        )
        async with land.idp.db.writing() as unit:
            grant = await open_grant(unit, new_id("grt"), by, refreshable=False)
        assert grant is not None
        return sealed_token(land, replace(by, details=each), grant.grant_id)

    async def own_token(self) -> str:
        """The carrier's own access token."""
        form = {"grant_type": "client_credentials", "scope": SUBSCRIBER_NUMBER}
        return str((await self.carrier.post("/token", **form)).json()["access_token"])

    async def call(self, method: str, path: str, token: str, code: str | None = None, **more: Any) -> dict[str, Any]:
        """Call; `code` is the refusal expected, None for success."""
        answer = await self.carrier.call(method, NUMBERS + path, token, **more)
        assert_as_published(openapi, method, _template(path), answer)
        body: dict[str, Any] = answer.json()
        assert answer.headers["cache-control"] == "no-store"
        assert (body.get("code"), answer.is_success) == (code, code is None), body
        return body | {"_status": answer.status_code}

    async def bind(self, token: str, code: str | None = None, detail: dict[str, Any] = NUMBER) -> dict[str, Any]:
        """Bind the number of a detail."""
        return await self.call("POST", "", token, code, json=asked(detail))


def _template(path: str) -> str:
    plain = path.partition("?")[0]
    act = plain.rpartition("/")[2]
    return NUMBERS + ("" if not plain else f"/{{number_id}}/{act}" if plain.count("/") > 1 else "/{number_id}")
