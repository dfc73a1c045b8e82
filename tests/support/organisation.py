"""A carrier with several clients: an app that people use, a back end, a point of sale, and a dealer under it."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.grant_types.token_exchange import ACCESS_TOKEN_TYPE

FAMILY = "nha-mang"
SCOPE = "openid full_name phone age identity binding:social_account"
"""What clients of the organisation are registered for; the app for more."""
OWN = {"grant_type": "client_credentials", "scope": "binding:social_account"}


@dataclass
class Organisation:
    """The clients of one family; the app names the point and the dealer as those that may act for it."""

    land: Country
    app: RelyingParty
    back_end: Carrier
    point: Carrier
    dealer: Carrier
    family: str

    @classmethod
    async def of(cls, land: Country, family: str = FAMILY, **app: Any) -> "Organisation":
        """One that the operator registers; `app` goes over the registration of the app."""
        acting = {"family": family, "grant_types": ["client_credentials", TOKEN_EXCHANGE], "redirect_uris": None}
        back_end, point, dealer = [
            await Carrier.of(land, scope=SCOPE, client_name=name, **acting)
            for name in ("Máy chủ", "Điểm giao dịch", "Đại lý")
        ]
        may_act = [point.client_id, dealer.client_id]
        members = {
            "client_name": "Ứng dụng",
            "family": family,
            "may_act": may_act,
            "scope": f"{SCOPE} email offline_access",
        }
        return cls(land, RelyingParty(land, await land.register(**(members | app))), back_end, point, dealer, family)

    async def token(self, someone: Known, scope: str = "openid full_name phone") -> str:
        """An access token of the app for somebody who agreed to it."""
        return str((await someone.tokens(self.app, scope=scope))["access_token"])


async def own_token_of(client: Carrier) -> str:
    """A client's own access token, bound to its key."""
    answer = await client.post("/token", **OWN)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def exchange(client: Carrier, subject: str, *, actor: str | None = None, **changes: str) -> httpx.Response:
    """Ask for an exchange; `changes` go over the form."""
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": subject, "subject_token_type": ACCESS_TOKEN_TYPE}
    if actor is not None:
        form |= {"actor_token": actor, "actor_token_type": ACCESS_TOKEN_TYPE}
    return await client.post("/token", **(form | changes))


async def exchanged(client: Carrier, subject: str, *, actor: str | None = None, **changes: str) -> str:
    """The access token that comes of an exchange."""
    answer = await exchange(client, subject, actor=actor, **changes)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
