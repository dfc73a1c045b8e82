"""At which level and how somebody signed in is told where a page said so, and to who asked for it alone."""

import re
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from tests.support.carrier import Carrier
from tests.support.country import PURPOSE, Country, country
from tests.support.pages import opened
from tests.support.relying_party import Page, RelyingParty
from tests.support.shortcuts import Known, known
from tests.support.visitor import shown
from tests.support.watch import Watch
from vneid_idp.protocol.levels import LEVEL_2

PERMISSION = "Biết mức độ định danh của bạn và cách bạn đăng nhập"


@pytest.fixture
async def land(sqlite_url: str, watch: Watch) -> AsyncIterator[Country]:
    """A running provider; databases have no part in this."""
    async with country(sqlite_url, watch) as running:
        yield running


async def agree(party: RelyingParty, someone: Known, **params: str) -> tuple[Page, set[str]]:
    """The consent page that a request meets, and what the ID token says of the sign-in once it was agreed to with
    nothing ticked."""
    request = party.request(**params)
    page = first = shown(await someone.person.start(request))
    assert page.path.startswith("/consent/"), page.text
    away = await someone.person.submit(page, answer="agree")
    if isinstance(away, Page):  # nothing was ticked, which is asked once more
        away = await someone.person.submit(away, answer="agree")
    assert isinstance(away, str), away.text
    answer = await party.redeem(request, request.read_answer(away)["code"])
    claims = await party.claims(answer.json()["id_token"])
    return first, {name for name in ("acr", "amr") if name in claims}


@pytest.mark.parametrize("scope", ["openid", "openid email"])
async def test_who_left_everything_out_is_not_told_as_verified_by_the_sign_in(
    land: Country, party: RelyingParty, scope: str
) -> None:
    someone = await known(land, "complete", "pwd", "sms")
    page, told = await agree(party, someone, scope=scope)
    assert PERMISSION not in page.text
    assert told == set()
    history = (await opened(someone.person, "/me/history")).text
    assert "kết quả đăng nhập của bạn" not in history
    assert "Bạn đã đồng ý tiếp tục đến Mạng thử và không chia sẻ gì ngoài việc đó là bạn" in history
    assert "Bạn đã đồng ý chia sẻ thông tin" not in history
    services = await opened(someone.person, "/me/services")
    assert "Dịch vụ chỉ nhận biết được đó vẫn là bạn" in services.text
    levels = [int(level) for level in re.findall(r"<h([1-6])", services.response.text)]
    assert all(lower - upper <= 1 for upper, lower in pairwise(levels)), "the titles of its receipt stand under one"


async def test_who_asks_for_a_level_is_told_it_after_a_page_said_so_and_the_person_reads_it(
    land: Country, party: RelyingParty
) -> None:
    someone = await known(land, "complete", "pwd", "sms")
    await agree(party, someone, scope="openid")
    silent = await someone.person.start(party.request(scope="openid", acr_values=LEVEL_2, prompt="none"))
    assert "error=consent_required" in str(silent), "what no page said is not told silently"
    page, told = await agree(party, someone, scope="openid", acr_values=LEVEL_2)
    assert PERMISSION in page.text
    assert "Mức độ 2 · bằng mật khẩu · bằng mã gửi qua tin nhắn" in page.text
    assert "Dịch vụ không đề nghị thông tin nào về bạn" not in page.text
    assert told == {"acr", "amr"}
    services = (await opened(someone.person, "/me/services")).text
    assert f"☑ {PERMISSION}" in " ".join(services.split()), "the receipt has it ticked"
    assert "ngoài ra không biết gì thêm" not in services
    history = (await opened(someone.person, "/me/history")).text
    assert "kết quả đăng nhập của bạn: mức độ 2" in history
    assert "Bạn đã đồng ý chia sẻ thông tin với Mạng thử" in history
    plain = await someone.tokens(party, scope="openid")
    assert "acr" not in await party.claims(plain["id_token"]), "whoever does not ask is told nothing"


async def test_the_first_sentence_leaves_out_nothing_that_takes_no_tick(land: Country) -> None:
    many = ["full_name", "gender", "phone_number", "email", "id_number"]
    for required, said in (
        (["full_name"], "họ, chữ đệm và tên; "),
        (many, "nhân thân; liên hệ; số định danh cá nhân; "),
        ([], ""),
    ):
        purpose = {**PURPOSE, "required": required, "optional": ["nickname"]}
        scope = "openid full_name profile phone email id_number offline_access"
        party = await Carrier.of(land, purposes=[purpose], scope=scope)
        someone = await known(land, "complete", "pwd", "sms")
        pushed = (await party.push(party.request(scope=scope, acr_values=LEVEL_2))).json()["request_uri"]
        page = shown(await someone.person.open("/authorize", client_id=party.client_id, request_uri=pushed))
        permitted = "quyền truy cập lâu dài; mức độ định danh và cách đăng nhập"
        assert f"Cần có: {said}{permitted}. Phần còn lại do bạn chọn." in page.text


async def test_a_service_without_a_purpose_learns_no_level_by_being_answered(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[], scope="openid", default_acr_values=[LEVEL_2]))
    for params in ({}, {"acr_values": LEVEL_2}, {"claims": f'{{"id_token": {{"acr": {{"values": ["{LEVEL_2}"]}}}}}}'}):
        someone = await known(land, "level-1", "pwd")
        request = party.request(scope="openid", **params)
        away = await someone.person.start(request)
        if not isinstance(away, str):
            assert "Dịch vụ không đề nghị thông tin nào về bạn" in away.text
            away = await someone.person.submit(away, answer="agree")
        assert "code" in request.read_answer(str(away)), "whatever the level is"
    essential = f'{{"id_token": {{"acr": {{"essential": true, "values": ["{LEVEL_2}"]}}}}}}'
    refused = party.request(scope="openid", claims=essential)
    answer = refused.read_answer(str(await someone.person.start(refused)))
    assert answer["error"] == "unmet_authentication_requirements"


async def test_a_service_that_nobody_agreed_to_finds_out_no_level_silently(land: Country, party: RelyingParty) -> None:
    answers = set()
    for slug, methods in (("level-1", ("pwd",)), ("complete", ("pwd",)), ("complete", ("pwd", "sms"))):
        someone = await known(land, slug, *methods)
        request = party.request(scope="openid", acr_values=LEVEL_2, prompt="none")
        answer = request.read_answer(str(await someone.person.start(request)))
        answers.add((answer["error"], answer["error_description"]))
    assert {error for error, _ in answers} == {"consent_required"}
    assert len(answers) == 1, "nor do the words of the error tell it"


async def test_a_child_tells_a_level_only_together_with_a_parent(land: Country, party: RelyingParty) -> None:
    someone = await known(land, "fifteen", "pwd")
    request = party.request(scope="openid", claims='{"id_token": {"acr": null}}')
    page = shown(await someone.person.start(request))
    assert PERMISSION in page.text
    assert shown(await someone.person.submit(page, answer="agree")).path.startswith("/guardian/")
    alone = await agree(party, someone, scope="openid")
    assert alone[1] == set(), "the pseudonym alone is the child's own affair"
