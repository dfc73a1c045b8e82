"""Number Verification: a carrier vouches for a device, and a service is told of the number in there."""

import asyncio
from typing import Any

import httpx

from tests.support.camara import caller_of, post
from tests.support.carrier import SIGNING, Carrier, signed
from tests.support.country import ISSUER, Country
from tests.support.numbers import NumbersClient
from tests.support.rich_requests import NUMBER
from tests.support.shortcuts import Known, known
from tests.support.visitor import shown
from vneid_idp.kernel.clock import SECOND, to_datetime
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT
from vneid_idp.protocol.operator_tokens import LIFE

VERIFY, SHARE = "/number-verification/v2/verify", "/number-verification/v2/device-phone-number"
SCOPES = ("number-verification:verify", "number-verification:device-phone-number:read")
IN_DEVICE = {"phoneNumber": NUMBER["phone_number"]}


async def scene(land: Country) -> tuple[Carrier, NumbersClient, Known, str]:
    """A caller of the operators' APIs, a carrier, somebody whose number it bound, and the address of that number."""
    carrier = await NumbersClient.of(land)
    caller = await caller_of(
        land, *SCOPES, "phone", client_name="Ví Xanh", grant_types=["authorization_code", JWT_BEARER_GRANT]
    )
    someone = await known(land)
    await someone.agree(carrier.carrier)
    await someone.agree(caller, *SCOPES, left_out=("phone_number",))
    bound = await carrier.bind(await carrier.token(someone))
    return caller, carrier, someone, f"/{bound['number_id']}"


async def vouched(carrier: NumbersClient, path: str) -> str:
    """An operator token, as the device has it."""
    told = await carrier.call("POST", f"{path}/operator-tokens", await carrier.own_token())
    assert (told["_status"], told["expires_in"]) == (201, LIFE // SECOND)
    return str(told["operator_token"])


async def ask(caller: Carrier, subject: str) -> httpx.Response:
    """An assertion that names somebody."""
    claims = {
        "iss": caller.client_id, "sub": subject, "aud": ISSUER, "jti": new_secret(), "iat": caller.now,
        "exp": caller.now + 300, "scope": " ".join(("dpv:account", "openid", *SCOPES)),
    }  # fmt: skip
    text = signed({"alg": "ES256", "kid": "k1"}, claims, SIGNING)
    return await caller.post("/token", grant_type=JWT_BEARER_GRANT, assertion=text)


async def test_of_a_device_for_which_its_carrier_vouched_the_number_is_told(land: Country) -> None:
    caller, carrier, someone, path = await scene(land)
    given = await ask(caller, f"operatortoken:{await vouched(carrier, path)}")
    assert given.status_code == 200, given.text
    token = given.json()["access_token"]

    async def verified(body: dict[str, Any]) -> Any:
        answer = await post(caller, VERIFY, token, body)
        return answer.json().get("devicePhoneNumberVerified", answer.json().get("code"))

    assert await verified(IN_DEVICE) is True
    # Another number of theirs is not in the device.
    assert await verified({"phoneNumber": land.people["complete"].record.phone}) is False
    assert await verified({}) == "INVALID_ARGUMENT"
    assert (await caller.get(SHARE, token)).json() == {"devicePhoneNumber": NUMBER["phone_number"]}
    history = shown(await someone.person.open("/me/history")).text
    assert "Ví Xanh đã nhận thông tin về bạn: số điện thoại trong thiết bị của bạn" in history
    for guess in range(4):
        assert await verified({"phoneNumber": f"+8495000000{guess}"}) is False
    assert await verified(IN_DEVICE) == "TOO_MANY_REQUESTS"
    # In another SIM the number is nobody's proof, also not by a token of before.
    own, swapped = await carrier.own_token(), {"occurred_at": to_datetime(land.watch.now()).isoformat()}
    await carrier.call("POST", f"{path}/swaps", own, json=swapped)
    assert (await caller.get(SHARE, token)).status_code == 401
    await carrier.call("POST", f"{path}/operator-tokens", own, "number_frozen")
    await carrier.call("POST", f"{path}/release", own)
    await carrier.call("POST", f"{path}/operator-tokens", own, "binding_not_found")


async def test_nothing_else_says_what_is_in_a_device(land: Country) -> None:
    """CAMARA judges it by the authentication: neither a password and a code, nor a number that is asserted, will do."""
    caller, carrier, someone, path = await scene(land)
    other = await NumbersClient.of(land, family="suoi")
    await other.call("POST", f"{path}/operator-tokens", await other.own_token(), "binding_not_found")
    await someone.agree(caller)
    signed_in = await caller.tokens(someone.person.browser, scope=" ".join(("openid", *SCOPES)))
    asserted = (await ask(caller, f"tel:{land.people['complete'].record.phone}")).json()
    for each in (signed_in, asserted):
        refused = await post(caller, VERIFY, each["access_token"], IN_DEVICE)
        code = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"
        assert (refused.status_code, refused.json()["code"]) == (403, code)

    # An operator token is good once, soon, and of somebody who agreed.
    text = await vouched(carrier, path)
    answers = await asyncio.gather(*(ask(caller, f"operatortoken:{text}") for _ in range(10)))
    assert sorted(each.status_code for each in answers) == [200] + [400] * 9
    assert {each.json()["error"] for each in answers if each.is_error} == {"invalid_grant"}
    late = await vouched(carrier, path)
    land.watch.advance(LIFE)
    await someone.agree(caller, SCOPES[0], left_out=(SCOPES[1],))
    soon = await vouched(carrier, path)
    for bad in (late, soon, "nothing", asserted["access_token"]):
        assert (await ask(caller, f"operatortoken:{bad}")).json()["error"] == "invalid_grant", bad
