"""KYC Age Verification: who agreed to tell an age is asked about it, and about no other."""

from typing import Any

from tests.support.camara import caller_of, post
from tests.support.country import PURPOSE, Country
from tests.support.relying_party import Page
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.kernel.clock import DAY

PATH = "/kyc-age-verification/v0.2/verify"
SCOPE = "kyc-age-verification:verify"
AGES = {**PURPOSE, "required": ["age_over_16"], "optional": ["age_over_18"]}
TOLD: tuple[tuple[dict[str, Any], int, Any], ...] = (
    ({"ageThreshold": 16, "name": "Ai Đó", "includeContentLock": True}, 200, "false"),
    ({"ageThreshold": 18}, 200, "not_available"),
    ({"ageThreshold": 13}, 400, "OUT_OF_RANGE"),
    ({"ageThreshold": 16, "phoneNumber": "+84951234567"}, 422, "UNNECESSARY_IDENTIFIER"),
)


async def test_of_the_ages_that_somebody_agreed_to_it_is_told_as_of_their_answer(land: Country) -> None:
    caller = await caller_of(land, SCOPE, client_name="Ví Xanh", purposes=[AGES])
    someone = await known(land, "sixteen-tomorrow")
    await someone.agree(caller, SCOPE, "age_over_16", left_out=("age_over_18",))
    for _ in range(2):  # also when the birthday has come
        someone = await known(land, "sixteen-tomorrow")
        token = (await caller.tokens(someone.person.browser, scope=f"openid {SCOPE}"))["access_token"]
        for body, status, said in TOLD:
            answer = await post(caller, PATH, token, body)
            found = answer.json()
            assert (answer.status_code, found.get("ageCheck", found.get("code"))) == (status, said), answer.text
            assert status != 200 or found == {"ageCheck": said, "verifiedStatus": said == "false"}
        land.watch.advance(DAY)
    someone = await known(land, "sixteen-tomorrow")
    history = shown(await someone.person.open("/me/history")).text
    assert "Ví Xanh đã nhận thông tin về bạn: đủ 16 tuổi hay chưa." in history
    # At userinfo the scope asks for nothing.
    assert "age_over_16" not in (await caller.get("/userinfo", token)).json()


async def test_a_person_is_asked_for_the_ages_that_a_purpose_names(land: Country) -> None:
    caller = await caller_of(land, SCOPE, purposes=[AGES])
    someone = await known(land)
    page = await someone.person.start(caller.request(scope=f"openid {SCOPE}"))
    assert isinstance(page, Page), page
    for words in ("Hỏi bạn đã đủ tuổi hay chưa", "16 tuổi", "18 tuổi"):
        assert words in page.text
