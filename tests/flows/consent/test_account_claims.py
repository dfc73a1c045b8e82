"""What a linked account tells is asked on the consent screen, with its values: the person's own, or a child's."""

from typing import Any

import pytest

from tests.support.country import PURPOSE, Country
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.consent import service as consents
from vneid_idp.protocol.claims import BINDING_CLAIMS, CHILD_ACCOUNT, SOCIAL_ACCOUNT

ASKS_NOTHING = "không đề nghị thông tin nào về bạn"
OPTIONAL = {
    **PURPOSE,
    "required": ["binding_level"],
    "optional": ["email", *(name for name in BINDING_CLAIMS if name != "binding_level")],
}
NOTHING = {**PURPOSE, "required": ["identity_level"], "optional": []}


async def asked(land: Country, slug: str, scope: str, **members: Any) -> tuple[Person, Page, RelyingParty]:
    """The person in front of the consent screen of a client with these members; a guardian chose the child of 9."""
    party = RelyingParty(land, await land.register(**members))
    person = Person(land, land.people[slug])
    page = await person.sign_in(await person.start(party.request(scope=scope)))
    assert isinstance(page, Page)
    if page.path.endswith("/second"):
        page = await person.second(page)
        assert isinstance(page, Page)
    if page.path.startswith("/child/"):
        label = page.response.text.partition(land.people["child-9"].record.full_name)[0]
        page = await person.submit(page, child=label.rpartition('name="child" value="')[2].partition('"')[0])
        assert isinstance(page, Page)
    assert page.path.startswith("/consent/"), page.text
    return person, page, party


async def given(land: Country, party: RelyingParty, person: Person) -> dict[str, bool]:
    """What the consent says of the account."""
    async with land.idp.db.reading() as unit:
        (current,) = await consents.list_current(unit, person.persona.record.person_id)
    assert current.client_id == party.client_id
    return {name: answer.given for name, answer in current.decisions.items() if name in BINDING_CLAIMS}


async def test_the_values_are_the_persons_own_and_what_is_not_ticked_is_not_given(land: Country) -> None:
    person, page, party = await asked(land, "complete", f"openid {SOCIAL_ACCOUNT}", purposes=[OPTIONAL])
    for words in (
        "Tài khoản đã liên kết: mức độ định danh của người xác thực",
        "Mức độ 1",
        "Chính chủ tài khoản",
        "Từ đủ 18 tuổi trở lên",
        "Không có người giám sát",
        "21/11/2026",
        "Được: xem và đọc, đăng bài, bình luận",
        "Không được: phát trực tiếp bán hàng (mức độ định danh chưa đủ)",
    ):
        assert words in page.text, words
    assert ASKS_NOTHING not in page.text
    assert " checked" not in page.response.text
    assert isinstance(await person.submit(page, answer="agree", **{"optional-0-binding_age_band": "full"}), str)
    assert await given(land, party, person) == {
        name: name in ("binding_level", "binding_age_band") for name in BINDING_CLAIMS
    }


async def test_of_a_chosen_child_the_values_are_the_childs(land: Country) -> None:
    person, page, party = await asked(land, "guardian", f"openid {CHILD_ACCOUNT}", purposes=[PURPOSE])
    for words in (
        "Cha mẹ hoặc người giám hộ",
        "Dưới 13 tuổi",
        "Có người giám sát",
        land.people["child-9"].record.full_name,
    ):
        assert words in page.text, words
    assert "Từ đủ 18 tuổi trở lên" not in page.text
    assert ASKS_NOTHING not in page.text
    assert isinstance(await person.submit(page, answer="agree"), str)
    assert await given(land, party, person) == dict.fromkeys(BINDING_CLAIMS, True)


@pytest.mark.parametrize(("slug", "scope"), [("complete", SOCIAL_ACCOUNT), ("guardian", CHILD_ACCOUNT)])
async def test_who_is_asked_to_link_an_account_is_never_told_that_nothing_is_asked(
    land: Country, slug: str, scope: str
) -> None:
    _, page, _ = await asked(land, slug, f"openid {scope}", purposes=[NOTHING])
    assert ASKS_NOTHING not in page.text
    assert "Liên kết tài khoản" in page.text
    assert "Tài khoản đã liên kết:" not in page.text, "no purpose names what an account tells"


async def test_a_page_that_asks_for_nothing_new_does_not_deny_what_was_agreed_before(land: Country) -> None:
    person, page, party = await asked(
        land, "complete", "openid email", purposes=[{**PURPOSE, "required": ["email"], "optional": []}]
    )
    assert isinstance(await person.submit(page, answer="agree"), str)
    again = await person.start(party.request(scope="openid email offline_access"))
    assert isinstance(again, Page)
    assert ASKS_NOTHING not in again.text
    assert "không đề nghị thêm thông tin nào về bạn" in again.text
    _, alone, _ = await asked(land, "complete", "openid")
    assert ASKS_NOTHING in alone.text
