"""`/me/services` says what the APIs serve, and apart from it what was agreed to once and is served no more."""

from typing import Any

import pytest

from tests.support.bindings import bind
from tests.support.country import PURPOSE, Country
from tests.support.deeds import DEED
from tests.support.pages import opened, taken_back
from tests.support.purposes import set_purposes
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known, agreed
from vneid_idp.clients import by_operator, service
from vneid_idp.consent import service as consents
from vneid_idp.use_cases.delete_client import delete_client

LIVE = ("minh.anh@thu.example", "Giữ quyền truy cập khi bạn vắng mặt")
ONCE = "Từng đồng ý, nay không còn hiệu lực"
ANOTHER = {**PURPOSE, "title": {"vi": "Quảng cáo", "en": "Advertising"}}


async def change(land: Country, party: RelyingParty, **members: Any) -> None:
    """The operator changes the registration."""
    async with land.idp.db.writing() as unit:
        client = await service.get_client(unit, party.client_id)
        await by_operator.update(unit, client, {**client.metadata, **members}, DEED, sandbox=True)


async def now_and_once(someone: Known) -> tuple[str, str]:
    """What the page says that the service gets, and what it says of former times."""
    page = (await opened(someone.person, "/me/services")).text.partition("biên nhận")[0]
    now, _, once = page.partition(ONCE)
    return now, once


async def test_what_stands_is_shown_with_values_and_nothing_of_former_times(land: Country, party: RelyingParty) -> None:
    now, once = await now_and_once(await agreed(land, party))
    assert all(
        words in now for words in (*LIVE, "Xác thực tài khoản", "Kiểm tra tài khoản bạn đã liên kết với dịch vụ")
    )
    assert "Mức độ 2, hoặc thấp hơn nếu lần đăng nhập tại đó chứng minh mức thấp hơn" in now
    assert once == ""


async def test_a_service_where_signing_in_can_begin_is_led_to_while_it_is_in_service(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    assert "Đăng nhập vào" not in (await opened(someone.person, "/me/services")).text
    await change(land, party, initiate_login_uri="https://rp.example/login?from=me")
    page = await opened(someone.person, "/me/services")
    assert 'href="https://rp.example/login?from=me&amp;iss=http%3A%2F%2Flocalhost%3A8000"' in page.response.text
    async with land.idp.db.writing() as unit:
        await service.disable(unit, party.client_id, DEED)
    assert "Đăng nhập vào" not in (await opened(someone.person, "/me/services")).text


async def test_a_scope_that_the_operator_took_is_told_as_what_was_agreed_to_once(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    await change(land, party, scope="openid identity age binding:social_account")
    now, once = await now_and_once(someone)
    assert not any(words in now for words in LIVE)
    assert "Xác thực tài khoản" in now
    assert "Mức độ tài khoản định danh điện tử" in now
    assert "Thư điện tử" in once
    assert "Giữ quyền truy cập khi bạn vắng mặt" in once
    assert "minh.anh@thu.example" not in once
    await change(land, party, scope=" ".join(party.registered.client.scope))
    now, once = await now_and_once(someone)
    assert all(words in now for words in LIVE)
    assert once == ""


@pytest.mark.parametrize("what", ["gone", "another meaning"])
async def test_an_old_agreement_does_not_stand_under_a_title_that_nobody_agreed_to(
    land: Country, party: RelyingParty, what: str
) -> None:
    someone = await agreed(land, party)
    async with land.idp.db.reading() as unit:
        (consent,) = await consents.list_current(unit, someone.person_id)
    if what == "gone":
        await set_purposes(land, party, {**ANOTHER, "id": "other"})
    else:
        await set_purposes(land, party, ANOTHER, material=("account",))
    now, once = await now_and_once(someone)
    assert not any(words in now + once for words in ("minh.anh@thu.example", "Quảng cáo", "Xác thực tài khoản"))
    assert all(
        words in once
        for words in ("Thư điện tử", "Họ, chữ đệm và tên", "Kiểm tra tài khoản bạn đã liên kết với dịch vụ", LIVE[1])
    )
    assert "ngoài ra không biết gì thêm" in now
    # An account that is linked goes on being told as one, whatever else is told no more.
    await bind(land, party, "42", someone.person_id, consent_id=consent.consent_id)
    now, _ = await now_and_once(someone)
    assert "ngoài ra không biết gì thêm" not in now
    assert "tài khoản đã liên kết thuộc về một người đã được xác thực" in now


async def test_who_may_not_refresh_keeps_no_access(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    await change(land, party, grant_types=["authorization_code"])
    now, once = await now_and_once(someone)
    assert (LIVE[0] in now, LIVE[1] in now, LIVE[1] in once) == (True, False, True)


async def test_a_smaller_proof_in_place_of_a_claim_still_says_what_was_kept_back(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    await someone.agree(party, "email", instead={"birthdate": "age_over_16"}, left_out=("gender",))
    page = (await opened(someone.person, "/me/services")).text
    kept_back = page.partition("Bạn không chia sẻ:")[2].partition("biên nhận")[0]
    assert "ngày, tháng, năm sinh" in kept_back
    assert "giới tính" in kept_back


async def test_of_a_service_out_of_service_the_page_says_that_it_gets_nothing(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    said = "đang bị tạm ngừng tại đây và không nhận được gì"
    assert said not in (await opened(someone.person, "/me/services")).text
    await land.idp.db.transact(lambda unit: service.disable(unit, party.client_id, DEED))
    assert said in (await opened(someone.person, "/me/services")).text


async def test_receipts_stand_with_the_agreement_that_they_prove_and_stay_when_it_has_ended(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    page = await opened(someone.person, "/me/services")
    page = await taken_back(someone.person, "/me/services/withdraw", consent=page.hidden["consent"])
    standing, _, ended = page.response.text.partition("Những sự đồng ý đã kết thúc")
    assert (standing.count('class="receipt"'), ended.count('class="receipt"')) == (0, 1)
    for count in (1, 2):
        await someone.agree(party)
        page = await opened(someone.person, "/me/services")
        standing, _, ended = page.response.text.partition("Những sự đồng ý đã kết thúc")
        assert (standing.count('class="receipt"'), ended.count('class="receipt"')) == (count, 1)
    async with land.idp.db.writing() as unit:
        await delete_client(unit, party.client_id)
    ended = (await opened(someone.person, "/me/services")).text.partition("Những sự đồng ý đã kết thúc")[2]
    assert ended.count(party.registered.client.client_name) >= 2, "a service that is gone is named all the same"


async def test_of_each_linked_account_it_says_what_the_service_is_told_and_what_not(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    consent_id = await someone.agree(party, left_out=("binding_verified_at",))
    await bind(land, party, "1000", someone.person_id, consent_id=consent_id)

    async def parts() -> tuple[str, str]:
        page = (await opened(someone.person, "/me/accounts")).text
        said = page.partition("Dịch vụ được cho biết gì về tài khoản này")[2]
        told, _, not_told = said.partition("Không cho biết:")
        return told, not_told

    told, not_told = await parts()
    assert all(
        words in told for words in ("Mức độ 2", "Chính chủ tài khoản", "Từ đủ 18 tuổi trở lên", "Được: xem và đọc")
    )
    assert "21/11/2026" not in told
    assert "ngày xác thực" in not_told
    now, _ = await now_and_once(someone)
    of_accounts = now.partition("Về từng tài khoản đã liên kết:")[2].partition("Xem giá trị")[0]
    assert "ai đã xác thực" in of_accounts
    await change(land, party, scope="openid identity")
    told, not_told = await parts()
    assert "Mức độ 2" not in told
    assert "mức độ định danh của người xác thực" in not_told
    now, once = await now_and_once(someone)
    assert "Tài khoản đã liên kết:" not in now
    assert "Tài khoản đã liên kết: người đã xác thực" in once
