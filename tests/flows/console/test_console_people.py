"""The operator looks at how somebody's account stands: by the full number, for a reason that the person reads."""

import pytest

from tests.support.authority import change
from tests.support.country import Country
from tests.support.office import colleague
from tests.support.pages import opened, post
from tests.support.relying_party import Page, RelyingParty
from tests.support.shortcuts import agreed, known
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity.factors.passkey_store import Passkey, add_passkey
from vneid_idp.identity.offices.roles import Role
from vneid_idp.use_cases.look_up_person import LookUp, find_at_desk, glance_at

PATH = "/console/people"


async def looked(land: Country, slug: str, **changes: str) -> Page:
    """The page that an operator gets who looks the persona up."""
    operator = await colleague(land, "plain", Role.OPERATOR)
    form = {"number": land.people[slug].record.personal_number, "reason": "support"} | changes
    return await post(operator, await opened(operator, PATH), PATH, **form)


async def lookups(land: Country, slug: str) -> list[dict[str, object]]:
    async with land.idp.db.reading() as unit:
        found = await audit.history_of(unit, land.people[slug].record.person_id)
    return [dict(event.data) for event in found if event.kind == "person.looked_up"]


async def test_an_operator_sees_counts_and_nothing_that_tells_who_it_is(land: Country, party: RelyingParty) -> None:
    holder = await agreed(land, party)
    page = await looked(land, "complete")
    record = holder.person.persona.record
    for text in (record.full_name, record.personal_number, record.phone or "", record.person_id):
        assert text not in page.response.text
    for part in (record.personal_number[-3:], (record.phone or "")[-3:]):
        assert part not in page.text
    assert page.path == f"{PATH}/found", "the address tells nothing"
    assert "no-store" in page.response.headers["cache-control"]
    assert "sử dụng được" in page.text
    shown = " ".join(page.text.split())
    for count in ("Mức độ 2", "Phiên làm việc đang mở 1", "Dịch vụ đã kết nối 1", "Khóa truy cập (passkey) 0"):
        assert count in shown, shown
    operator = land.people["plain"].record.person_id
    assert await lookups(land, "complete") == [{"by": operator, "office": "*", "reason": "support", "desk": "operator"}]


async def test_what_hangs_on_the_account_is_counted_each_by_itself(land: Country, party: RelyingParty) -> None:
    holder = await agreed(land, party)
    for _ in range(2):
        await known(land, "complete")
    async with land.idp.db.writing() as unit:
        for number in range(2):
            key = Passkey(holder.person_id, f"key-{number:04d}", b"", 0, (), False, "K", unit.now, None)
            assert await add_passkey(unit, key)
        seen = await glance_at(unit, holder.person.persona.record)
    assert seen is not None
    assert (seen.sessions, seen.services, seen.passkeys, seen.standing.value) == (3, 1, 2, "usable")


async def test_the_registers_word_counts_before_anybody_has_followed_it(land: Country) -> None:
    await change(land, land.people["complete"].record.person_id, deceased_at=land.watch.now())
    assert "chủ tài khoản đã mất" in (await looked(land, "complete")).text


@pytest.mark.parametrize("changes", [{"reason": ""}, {"reason": "in_person"}, {"number": "09709999999"}])
async def test_without_the_whole_number_and_a_reason_nobody_is_found(land: Country, changes: dict[str, str]) -> None:
    page = await looked(land, "complete", **changes)
    assert page.response.status_code == 422
    assert await lookups(land, "complete") == []


async def test_whoever_was_looked_up_reads_it(land: Country) -> None:
    await looked(land, "complete", reason="incident")
    own = (await known(land, "complete")).person
    text = (await opened(own, "/me/history")).text
    assert "Đơn vị vận hành đã xem trạng thái tài khoản của bạn: xem xét một sự cố" in text
    assert "Cơ quan đăng ký đã mở hồ sơ" not in text


async def test_whoever_was_looked_up_by_a_command_reads_that_and_not_the_reason(land: Country) -> None:
    idp, number = land.idp, land.people["complete"].record.personal_number
    looking = LookUp.by_command(Deed("ops-1", "QD 12/2026 of the court"))
    assert await find_at_desk(idp.db.transact, idp.registry, number, looking) is not None
    own = (await known(land, "complete")).person
    text = (await opened(own, "/me/history")).text
    assert ("Đơn vị vận hành đã mở hồ sơ của bạn." in text, "court" in text) == (True, False)


async def test_an_operator_is_not_shown_the_own_file(land: Country) -> None:
    page = await looked(land, "plain")
    assert (page.response.status_code, "hồ sơ của chính bạn" in page.text) == (422, True)
    assert await lookups(land, "plain") == []


async def test_nobody_and_people_without_an_account(land: Country) -> None:
    page = await looked(land, "complete", number="097099999999")
    assert page.response.status_code == 422
    assert "Chưa có tài khoản" in (await looked(land, "no-account")).text


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICER])
async def test_it_takes_an_operator(land: Country, role: Role) -> None:
    other = await colleague(land, "plain", role)
    assert (await other.browser.get(PATH)).status_code == 403
