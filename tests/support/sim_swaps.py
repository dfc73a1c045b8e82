"""Somebody whose own number a carrier bound, and a service that asks about its SIM card."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.back_channel import Service
from tests.support.camara import caller_of, post
from tests.support.carrier import SIGNING, Carrier, signed
from tests.support.country import ISSUER, Country
from tests.support.numbers import NumbersClient
from tests.support.rich_requests import NUMBER
from tests.support.shortcuts import known
from vneid_idp.kernel.clock import Instant, to_datetime
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.camara import READ_SUBSCRIPTIONS, SUBSCRIBE_SWAPS, UNSUBSCRIBE_SWAPS
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT

CHECK, DATE = "/sim-swap/v2/check", "/sim-swap/v2/retrieve-date"
SUBSCRIPTIONS = "/sim-swap-subscriptions/v0.3/subscriptions"
SCOPES = ("sim-swap", "sim-swap:check", "sim-swap:retrieve-date")
SUBSCRIPTION_SCOPES = (SUBSCRIBE_SWAPS, READ_SUBSCRIPTIONS, UNSUBSCRIBE_SWAPS)
OTHERS = ("kyc-tenure:check-tenure", "phone")
SWAPPED = "org.camaraproject.sim-swap-subscriptions.v0.swapped"


@dataclass
class Scene:
    """The service, the carrier, and whose own number that may bind."""

    land: Country
    caller: Carrier
    carrier: NumbersClient

    @classmethod
    async def of(cls, land: Country) -> "Scene":
        """Somebody who agreed to everything with both."""
        grants = ["authorization_code", "refresh_token", JWT_BEARER_GRANT]
        known_as = {"client_name": "Ví Xanh", "grant_types": grants, "response_types": ["code"]}
        caller = await caller_of(land, *SCOPES, *SUBSCRIPTION_SCOPES, *OTHERS, "offline_access", **known_as)
        carrier, someone = await NumbersClient.of(land), await known(land)
        await someone.agree(carrier.carrier)
        await someone.agree(caller)
        return cls(land, caller, carrier)

    @property
    def phone(self) -> str:
        """The number of their account."""
        return str(self.land.people["complete"].record.phone)

    @property
    def detail(self) -> dict[str, Any]:
        """What they confirm to the carrier."""
        return {**NUMBER, "phone_number": self.phone}

    async def token(self, *scopes: str) -> str:
        """The access token of a sign-in."""
        browser = (await known(self.land)).person.browser
        return str((await self.caller.tokens(browser, scope=" ".join(("openid", *scopes))))["access_token"])

    async def bind(self) -> str:
        """The address of the number, bound now."""
        token = await self.carrier.token(await known(self.land), self.detail)
        bound = await self.carrier.bind(token, detail=self.detail)
        return f"/{bound['number_id']}"

    async def tell(self, path: str, what: str, at: Instant) -> None:
        """Have the carrier tell what happened to it."""
        told = {"occurred_at": to_datetime(at).isoformat()}
        await self.carrier.call("POST", f"{path}/{what}", await self.carrier.own_token(), json=told)

    async def release(self, path: str) -> None:
        """Have the carrier release it."""
        await self.carrier.call("POST", f"{path}/release", await self.carrier.own_token())

    async def asked(self, path: str, token: str, **body: Any) -> tuple[int, Any]:
        """The status, and the code or the answer."""
        answer = await post(self.caller, path, token, body)
        return answer.status_code, answer.json().get("code") or answer.json()

    async def name(self, subject: str, *scopes: str) -> httpx.Response:
        """Ask for a token by an assertion that names somebody."""
        claims = {
            "iss": self.caller.client_id, "sub": subject, "aud": ISSUER, "jti": new_secret(), "iat": self.caller.now,
            "exp": self.caller.now + 300, "scope": " ".join(("dpv:account", *scopes)),
        }  # fmt: skip
        text = signed({"alg": "ES256", "kid": "k1"}, claims, SIGNING)
        return await self.caller.post("/token", grant_type=JWT_BEARER_GRANT, assertion=text)

    async def subscribe(self, token: str, service: Service, **config: Any) -> str:
        """The id of a subscription at the address of this service, which heard that it started."""
        status, answer = await self.asked(SUBSCRIPTIONS, token, **wanted(service.uri, **config))
        assert status == 201, answer
        return str(answer["id"])


def wanted(sink: str, **config: Any) -> dict[str, Any]:
    """The body that asks for events at an address."""
    return {"protocol": "HTTP", "sink": sink, "types": [SWAPPED], "config": {"subscriptionDetail": {}, **config}}


async def sent(land: Country) -> None:
    """Whatever is due has been sent, and what came of it is settled."""
    await land.idp.dispatcher.drain()
    if under_way := set(land.idp.dispatcher._under_way):
        await asyncio.wait(under_way)


def heard(service: Service) -> list[tuple[str, dict[str, Any]]]:
    """What the service was told since it was last asked: the type in short, and the event."""
    found = [json.loads(body) for _, body in service.raw]
    service.raw.clear()
    return [(each["type"].removeprefix("org.camaraproject.sim-swap-subscriptions.v0."), each) for each in found]
