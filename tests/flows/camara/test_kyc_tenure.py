"""KYC Tenure: since when the number of somebody's account is in their name at a carrier."""

from typing import Any

from tests.support.camara import caller_of, post
from tests.support.country import Country
from tests.support.numbers import NumbersClient
from tests.support.rich_requests import NUMBER
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.kernel.clock import DAY, local_date

PATH = "/kyc-tenure/v0.2/check-tenure"
SCOPE = "kyc-tenure:check-tenure"


async def test_since_when_a_number_is_in_somebodys_name_is_told_while_it_is(land: Country) -> None:
    carrier = await NumbersClient.of(land)
    caller = await caller_of(land, SCOPE, client_name="Ví Xanh")
    someone = await known(land)
    await someone.agree(carrier.carrier)
    await someone.agree(caller)
    token = (await caller.tokens(someone.person.browser, scope=f"openid {SCOPE}"))["access_token"]
    today, yesterday, tomorrow = (local_date(land.watch.now() + each * DAY).isoformat() for each in (0, -1, 1))

    async def asked(tenure_date: str, **more: Any) -> tuple[int, Any]:
        answer = await post(caller, PATH, token, {"tenureDate": tenure_date, **more})
        return answer.status_code, answer.json().get("code") or answer.json()

    # Of another number of theirs nothing is said.
    await carrier.bind(await carrier.token(someone))
    assert await asked(today) == (422, "SERVICE_NOT_APPLICABLE")
    own = {**NUMBER, "phone_number": land.people["complete"].record.phone, "contract": "postpaid", "sequence": 3}
    bound = await carrier.bind(await carrier.token(someone, own), detail=own)
    assert await asked(today) == (200, {"tenureDateCheck": True, "contractType": "PAYM"})
    assert await asked(yesterday) == (200, {"tenureDateCheck": False, "contractType": "PAYM"})
    assert await asked(tomorrow) == (400, "OUT_OF_RANGE")
    assert await asked(today, phoneNumber="+84951234567") == (422, "UNNECESSARY_IDENTIFIER")
    # Of two carriers the one that has had it for longer is told of.
    land.watch.advance(DAY)
    someone = await known(land)
    token = (await caller.tokens(someone.person.browser, scope=f"openid {SCOPE}"))["access_token"]
    second, later = await NumbersClient.of(land, family="gio"), {**own, "contract": "prepaid", "sequence": 1}
    await someone.agree(second.carrier)
    other = await second.bind(await second.token(someone, later), detail=later)
    assert await asked(today) == (200, {"tenureDateCheck": True, "contractType": "PAYM"})
    await second.call("POST", f"/{other['number_id']}/release", await second.own_token())
    await carrier.call("POST", f"/{bound['number_id']}/release", await carrier.own_token())
    assert await asked(today) == (422, "SERVICE_NOT_APPLICABLE")
    history = shown(await someone.person.open("/me/history")).text
    assert "Ví Xanh đã nhận thông tin về bạn: số điện thoại đứng tên bạn từ khi nào; trả trước hay trả sau" in history
