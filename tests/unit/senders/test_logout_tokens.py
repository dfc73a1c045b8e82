"""A log-out token goes to whom it is for, and what the answer says decides whether it goes again."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.watch import MORNING, Watch
from vneid_idp.clients.keys import Unreachable
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed, Refused
from vneid_idp.delivery.sender import Delivery
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.subjects import session_name, subject
from vneid_idp.senders.logout_tokens import LogoutTokens

SHOP = Client(
    "shop",
    "Shop",
    redirect_uris=("https://shop.example/cb",),
    backchannel_logout_uri="https://shop.example/out",
    id_token_signed_response_alg="PS256",
)
PAIRWISE = b"p" * 32


@dataclass
class Outside:
    """The service: answers with `status`, or cannot be reached."""

    status: int | None = 200
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def post_form(self, url: str, form: dict[str, Any], client_id: str) -> int:
        """See `Outbound`."""
        assert client_id == "shop", "whose budget it is"
        self.heard.append((url, form))
        if self.status is None:
            raise Unreachable("could not be reached")
        return self.status


async def send(watch: Watch, outside: Outside, client: Client | None = SHOP) -> DeliveryOutcome:
    async def find(client_id: str) -> Client | None:
        assert client_id == "shop"
        return client

    def sign(alg: str, claims: dict[str, Any], *, typ: str, now: int) -> tuple[object, ...]:
        return (alg, claims, typ, now)

    sender = LogoutTokens(
        issuer="https://id.example",
        clock=watch,
        db=None,  # type: ignore[arg-type]
        keys=SimpleNamespace(pairwise_key=PAIRWISE, sign=sign),  # type: ignore[arg-type]
        clients=SimpleNamespace(find=find),  # type: ignore[arg-type]
        outbound=outside,  # type: ignore[arg-type]
    )
    about = {"person_id": "per_a", "session_id": "ses_1"}
    return await sender.send(Delivery("shop", "dlv_1", Channel.LOGOUT_TOKEN, about, MORNING, None))


async def test_it_names_person_and_session_as_the_service_knows_them(watch: Watch) -> None:
    watch.advance(60_000)
    outside = Outside()
    assert await send(watch, outside) == Delivered()
    ((url, form),) = outside.heard
    assert (url, set(form)) == ("https://shop.example/out", {"logout_token"})
    alg, claims, typ, now = form["logout_token"]
    assert (alg, typ, now) == ("PS256", "logout+jwt", watch.now())
    assert (claims["aud"], claims["jti"], claims["iat"]) == ("shop", "dlv_1", watch.now() // 1000)
    assert claims["sub"] == subject(SHOP, "per_a", PAIRWISE)
    assert claims["sid"] == session_name(SHOP, "ses_1", PAIRWISE)


@pytest.mark.parametrize(
    "client",
    [None, Client("shop", "Shop", redirect_uris=("https://shop.example/cb",))],
    ids=["gone or disabled", "without an address"],
)
async def test_a_service_that_is_not_to_be_told_any_more_is_not(watch: Watch, client: Client | None) -> None:
    outside = Outside()
    assert await send(watch, outside, client) == Delivered()
    assert outside.heard == []


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Delivered()),
        (204, Delivered()),
        (299, Delivered()),
        (300, Failed("status_300")),
        (302, Failed("status_302")),
        (399, Failed("status_399")),
        (400, Refused("status_400")),
        (404, Refused("status_404")),
        (408, Failed("status_408")),
        (425, Failed("status_425")),
        (429, Failed("status_429")),
        (499, Refused("status_499")),
        (500, Failed("status_500")),
        (503, Failed("status_503")),
        (None, Failed("unreachable")),
    ],
)
async def test_what_an_answer_means(watch: Watch, status: int | None, outcome: DeliveryOutcome) -> None:
    assert await send(watch, Outside(status)) == outcome
