"""Rich requests (RFC 9396): details that a carrier asks for, and somebody who confirms them on the page."""

from typing import Any

import orjson

from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.relying_party import Request
from tests.support.shortcuts import Known
from tests.support.visitor import shown

TYPES = ["subscriber_number", "identity_match"]
NUMBER: dict[str, Any] = {
    "type": "subscriber_number", "actions": ["bind"], "phone_number": "+84951234567", "channel": "carrier_app",
    "contract": "prepaid", "sequence": 2,
}  # fmt: skip
ANOTHER = {**NUMBER, "phone_number": "+84957654321"}
MATCH: dict[str, Any] = {
    "type": "identity_match", "fields": ["id_number", "face"], "purpose": "subscriber_authentication",
}  # fmt: skip
FACE = {**MATCH, "fields": ["face"]}
AS_WRITTEN = "0951 234 567"
SCOPE = "openid offline_access"


def details(*each: dict[str, Any]) -> str:
    """The parameter `authorization_details`."""
    return orjson.dumps(each).decode()


async def carrier_of(land: Country, **members: Any) -> Carrier:
    """A carrier that may ask for them; `members` go over its registration."""
    return await Carrier.of(land, authorization_details_types=TYPES, **members)


async def waiting(carrier: Carrier, *each: dict[str, Any], **params: Any) -> tuple[Request, dict[str, str]]:
    """A pushed request for these details, and what sends a browser to it."""
    request = carrier.request(authorization_details=details(*each), **{"scope": SCOPE, **params})
    pushed = await carrier.push(request)
    assert pushed.status_code == 201, pushed.text
    return request, {"client_id": carrier.client_id, "request_uri": pushed.json()["request_uri"]}


async def confirmed(someone: Known, carrier: Carrier, *each: dict[str, Any], **form: str) -> dict[str, Any]:
    """What a request for these details comes to, whose page is answered with yes."""
    request, away = await waiting(carrier, *each)
    page = shown(await someone.person.open("/authorize", **away))
    answer = request.read_answer(str(await someone.person.submit(page, answer="agree")))
    tokens = await carrier.redeem(request, answer["code"], **form)
    assert tokens.status_code == 200, tokens.text
    return dict(tokens.json())
