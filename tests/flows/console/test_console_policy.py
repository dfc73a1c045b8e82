"""The policy at the console: looked at, drafted, tried, published by one page that asks; each step says who and why."""

from datetime import timedelta

from sqlalchemy import update

from tests.support.country import Country
from tests.support.events import recorded
from tests.support.office import colleague
from tests.support.pages import opened, post
from tests.support.policy_texts import holiday, interval, requirement, threshold
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import local_date
from vneid_idp.policy import service
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.tables import policy_requirements
from vneid_idp.storage.statement import Statement
from vneid_idp.web.uploads import MOST_BYTES

PATH = "/console/policy"


def soon(land: Country) -> str:
    return (local_date(land.watch.now()) + timedelta(days=30)).isoformat()


async def load(operator: Person, text: str, reason: str = "Decree 1 of next year") -> Page:
    form = await opened(operator, f"{PATH}/new")
    return await post(operator, form, f"{PATH}/new", document=text, reason=reason)


async def bind(land: Country, count: int) -> None:
    """So many accounts, proved at level 1."""
    async with land.idp.db.writing() as unit:
        for number in range(count):
            await bind_social_account(
                unit,
                land.idp.keys.blind,
                client_id=f"net-{number}",
                account_id="x",
                proof=BindingProof(land.people["complete"].record.person_id, 30, 1),
                rules=shipped().at(unit.now),
            )


async def test_what_holds_and_what_is_to_come(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await opened(operator, PATH)
    for text in ("Phát trực tiếp bán hàng", "mức độ 2", "Điều 7 Nghị định 69/2024/NĐ-CP", "Phiên bản 1"):
        assert text in page.text
    for text in (
        "Số được dùng trên thiết bị khác",
        "sau 2 giờ",
        "5 lần, mỗi ngày một lần",
        "khoản 3 Điều 8",
        "Tết Âm lịch",
    ):
        assert text in page.text
    assert "Sau hôm nay không có thay đổi" in page.text
    assert (await operator.browser.get(f"{PATH}?on=nonsense")).status_code == 200
    for path in (f"{PATH}/99", f"{PATH}/x", f"{PATH}/99/publish", f"{PATH}/99999999999999999999"):
        assert (await operator.browser.get(path)).status_code == 404, path


async def test_from_a_draft_to_rows_in_force(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    who = land.people["plain"].record.person_id
    day = soon(land)
    await bind(land, 3)
    draft = await load(operator, requirement(day, 2) + interval(day, 15) + holiday(day, off=False))
    assert draft.path == f"{PATH}/2"
    for text in ("Tạm dừng hai chiều", "sau 15 ngày", "Flag day (ngày làm việc)"):
        assert text in draft.text
    assert "Chưa có gì thay đổi" in draft.text
    (loaded,) = await recorded(land, "policy.loaded")
    assert who in loaded
    assert "Decree 1 of next year" in loaded

    tried = await post(operator, draft, f"{PATH}/2/simulate", on="")
    assert "sẽ khóa 3 tài khoản và mở 0 tài khoản" in tried.text
    assert "3: mức độ định danh chưa đủ" in " ".join(tried.text.split())
    today = await post(operator, draft, f"{PATH}/2/simulate", on=local_date(land.watch.now()).isoformat())
    assert "sẽ khóa 0 tài khoản" in today.text

    asked = await opened(operator, f"{PATH}/2/publish")
    refused = await post(operator, asked, f"{PATH}/2/publish", reason="  ")
    assert refused.response.status_code == 422
    assert len(await recorded(land, "policy.published")) == 1
    done = await post(operator, asked, f"{PATH}/2/publish", reason="Signed by the minister")
    assert (done.path, done.response.status_code) == (f"{PATH}/2", 200)
    assert "đã ban hành" in done.text
    event = (await recorded(land, "policy.published"))[-1]
    assert who in event
    assert "Signed by the minister" in event
    shown = await opened(operator, PATH)
    assert day[8:] + "/" + day[5:7] in shown.text
    assert ("Decree 1/2027" in shown.text, "Decree 1/2027" in (await opened(operator, f"{PATH}?on={day}")).text) == (
        False,
        True,
    )
    again = await post(operator, asked, f"{PATH}/2/publish", reason="Signed by the minister")
    assert again.response.status_code == 409


async def test_a_raised_age_says_what_it_ends(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    await agreed(land, party, "sixteen-today")
    draft = await load(operator, threshold(soon(land), name="consent_alone_from_age"))
    tried = await post(operator, draft, f"{PATH}/2/simulate", on="")
    assert "1 sự đồng ý mà người chưa thành niên đã tự cho sẽ chấm dứt, và 0 liên kết" in tried.text


async def test_a_draft_after_which_nothing_is_asked_any_more_says_so(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    day = soon(land)
    async with land.idp.db.writing() as unit:
        await unit.execute(Statement(update(policy_requirements).values(in_force_until=day)))
    draft = await load(operator, requirement(day, 2))
    said = f"Từ ngày {day[8:]}/{day[5:7]}/{day[:4]} không còn điều kiện nào cho: chia sẻ"
    assert said in draft.text
    published = await post(operator, await opened(operator, f"{PATH}/2/publish"), f"{PATH}/2/publish", reason="Law 1")
    assert said not in published.text, "that is past mending here"


async def test_what_is_wrong_is_told_and_the_text_is_kept(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await load(operator, threshold("2030-01-01", 999))
    assert page.response.status_code == 422
    assert "guardian_until_age is a number from 0 to 130" in page.text
    assert "number = 999" in page.text
    for text, reason in (("", "Decree 1 of next year"), (threshold("2030-01-01"), "")):
        assert (await load(operator, text, reason)).response.status_code == 422
    assert await recorded(land, "policy.loaded") == []


async def upload(operator: Person, content: bytes, name: str = "draft.toml", **form: str) -> Page:
    """Load a draft from a file, as a browser sends it."""
    page = await opened(operator, f"{PATH}/new")
    answer = await operator.browser.post(
        f"{PATH}/new",
        data={"csrf_token": page.hidden["csrf_token"], "reason": "Decree 1 of next year", "document": "", **form},
        files={"file": (name, content, "application/toml")},
    )
    followed = await operator._follow(answer)
    assert isinstance(followed, Page)
    return followed


async def test_a_draft_is_loaded_from_a_file_which_counts_in_place_of_the_text(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    file = "\ufeff" + threshold("2030-01-01", 17).replace("\n", "\r\n")
    draft = await upload(operator, file.encode(), document="nonsense")
    assert draft.path == f"{PATH}/2"
    async with land.idp.db.reading() as unit:
        (row,) = (await service.of_version(unit, 2)).thresholds
    assert row.number == 17
    assert "Decree 1 of next year" in (await recorded(land, "policy.loaded"))[-1]
    assert (await upload(operator, b"", document=threshold("2031-01-01", 17))).response.status_code == 422
    chosen_none = await upload(operator, b"", "", document=threshold("2031-01-01", 17))
    assert chosen_none.path == f"{PATH}/3"


async def test_what_is_wrong_with_a_file_is_told_and_its_text_can_be_put_right(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await upload(operator, threshold("2030-01-01", 999).encode())
    assert page.response.status_code == 422
    assert "guardian_until_age is a number from 0 to 130" in page.text
    assert "number = 999" in page.text
    no_text = await upload(operator, b"\xff\xfe[[threshold]]", document="kept")
    assert (no_text.response.status_code, 'id="file-error"' in no_text.response.text) == (422, True)
    assert "kept</textarea>" in no_text.response.text
    long = await upload(operator, b"#" * 200_001)
    assert "200000 characters" in long.text
    larger = await upload(operator, b"#" * MOST_BYTES)
    assert larger.response.status_code == 413
    assert "Tệp quá lớn" in larger.text
    for text in ("", "x"):
        assert (await upload(operator, b" ", csrf_token=text)).response.status_code == 403
    assert await recorded(land, "policy.loaded") == []


async def test_a_day_that_has_begun_asks_for_a_reason_of_its_own(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    await load(operator, threshold("2026-01-01", 17))
    asked = await opened(operator, f"{PATH}/2/publish")
    path, reason = f"{PATH}/2/publish", "Law 1"
    page = await post(operator, asked, path, reason=reason)
    assert page.response.status_code == 422
    assert 'name="backdated"' in page.response.text
    assert (await post(operator, asked, path, reason=reason, backdated="097099000001")).response.status_code == 422
    assert (await post(operator, asked, path, reason=reason, backdated="A court said so")).path == f"{PATH}/2"


async def test_of_two_drafts_the_second_is_to_be_loaded_again(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    day = soon(land)
    for number in (17, 18):
        await load(operator, threshold(day, number))
    asked = await opened(operator, f"{PATH}/3/publish")
    await post(operator, asked, f"{PATH}/2/publish", reason="Law 1")
    late = await post(operator, asked, f"{PATH}/3/publish", reason="Law 2")
    assert late.response.status_code == 409
    assert "Tải lại" in late.text
    async with land.idp.db.reading() as unit:
        assert (await service.versions(unit))[2].published_at is None


async def test_it_takes_an_operator(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    for path in (PATH, f"{PATH}/new", f"{PATH}/1", f"{PATH}/1/publish"):
        assert (await clerk.browser.get(path)).status_code == 403
