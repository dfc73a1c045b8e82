"""What a clerk reports at the desk: shown first, then done once, and the person reads it."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from tests.support.country import Country
from tests.support.events import events_of, history
from tests.support.office import at_desk, colleague, done_of, file_of, send
from tests.support.pages import opened
from tests.support.relying_party import Page, Person
from tests.support.shortcuts import known
from vneid_idp.delivery import service as deliveries
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.cards import citizen_card_expiry
from vneid_idp.identity.register.records import Card, CardKind, RegistryRecord
from vneid_idp.kernel.clock import local_date, midnight
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.sandbox.outbox import latest_messages

PHONE = "0950 000 999"


@pytest.fixture
async def clerk(land: Country) -> Person:
    return await colleague(land, "plain", Role.CLERK)


async def registered(land: Country, slug: str) -> RegistryRecord:
    record = await land.idp.registry.find(land.people[slug].record.person_id)
    assert record is not None
    return record


def questions(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the register is asked from now on, by what it is asked."""
    counted: Counter[str] = Counter()

    def count(name: str) -> Callable[..., Awaitable[object]]:
        ask = getattr(SyntheticRegistry, name)

        def counting(*given: object) -> Awaitable[object]:
            counted[name] += 1
            answer: Awaitable[object] = ask(*given)
            return answer

        return counting

    for name in ("find", "find_many", "find_by_number"):
        monkeypatch.setattr(SyntheticRegistry, name, count(name))
    return counted


async def code_in_outbox(land: Country) -> str:
    await land.deliver()
    async with land.idp.db.reading() as unit:
        return (await latest_messages(unit, land.idp.keys.sealer))[0].code


async def test_a_phone_is_changed_with_the_code_that_came_to_it(land: Country, clerk: Person) -> None:
    page = await file_of(land, clerk, "complete")
    assert (await at_desk(clerk, page, "phone", phone="024 3825 1234")).response.status_code == 422
    taken = await at_desk(clerk, page, "phone", phone=land.people["guardian"].record.phone or "")
    assert "thuộc một tài khoản khác" in taken.text
    same = await at_desk(clerk, page, "phone", phone=land.people["complete"].record.phone or "")
    assert "đã có đúng số này" in same.text
    asked = await at_desk(clerk, page, "phone", phone=PHONE)
    assert PHONE in asked.text
    code = await code_in_outbox(land)
    wrong = await send(clerk, asked, code="000000" if code != "000000" else "111111")
    assert "Mã không đúng" in wrong.text
    for _ in range(2):  # sent twice
        assert done_of(await send(clerk, asked, code=code)) == "done=phone"
    assert (await registered(land, "complete")).phone == "+84950000999"
    assert (await history(land, "complete")).count("register.informed") == 1
    own = (await known(land, "complete")).person
    assert "bạn đổi số điện thoại" in (await opened(own, "/me/history")).text


async def test_codes_are_not_sent_without_end(land: Country, clerk: Person) -> None:
    page = await file_of(land, clerk, "complete")
    await at_desk(clerk, page, "phone", phone=PHONE)
    again = await at_desk(clerk, page, "phone", phone="0950 000 998")
    assert "Hãy đợi 30 giây" in again.text
    async with land.idp.db.reading() as unit:
        assert len(await deliveries.list_deliveries(unit)) <= 1


async def confirmed(clerk: Person, page: Page) -> Page:
    assert "register.informed" not in page.text
    return await send(clerk, page, sure="1")


async def test_a_guardian_is_shown_then_named_then_ended(land: Country, clerk: Person) -> None:
    page = await file_of(land, clerk, "child-9")
    child, other = land.people["child-9"].record, land.people["grandmother"].record
    for number, words in (
        ("12", "có 12 chữ số"),
        ("097099999999", "không có ai mang số này"),
        (child.personal_number, "không ai tự giám hộ mình"),
        (land.people["fifteen"].record.personal_number, "từ đủ 18 tuổi"),
        (land.people["deceased"].record.personal_number, "qua đời"),
        (land.people["guardian"].record.personal_number, "đã là cha mẹ"),
    ):
        refused = await at_desk(clerk, page, "guardian", number=number)
        assert (refused.response.status_code, words in refused.text) == (422, True), words
    sure = await at_desk(clerk, page, "guardian", number=other.personal_number)
    assert other.full_name in sure.text
    assert other.person_id not in (await registered(land, "child-9")).guardian_ids
    kind, looked = (await events_of(land, "grandmother"))[0]
    by = land.people["plain"].record.person_id
    assert (kind, looked) == ("person.looked_up", {"by": by, "office": "HN-01", "reason": "family", "desk": "office"})
    for _ in range(2):  # sent twice
        assert done_of(await confirmed(clerk, sure)) == "done=guardian"
    assert other.person_id in (await registered(land, "child-9")).guardian_ids
    ending = await opened(clerk, f"{page.path}/guardian/end")
    assert other.full_name in ending.text
    assert (await send(clerk, ending, reason="QĐ 3")).response.status_code == 422
    assert (await send(clerk, ending, reason="QĐ 3", guardian=child.person_id)).response.status_code == 422
    for _ in range(2):  # sent twice
        ended = await send(clerk, ending, reason="QĐ 3", guardian=other.person_id)
        assert done_of(ended) == "done=guardian-ended"
    assert other.person_id not in (await registered(land, "child-9")).guardian_ids
    for slug in ("child-9", "grandmother"):
        assert (await history(land, slug)).count("register.informed") == 2
    theirs = (await known(land, "grandmother")).person
    assert "bạn là cha mẹ hoặc người giám hộ của một trẻ em" in (await opened(theirs, "/me/history")).text


@pytest.mark.parametrize(
    ("deed", "form", "asked"),
    [
        ("guardian", {}, {"find": 1, "find_by_number": 1}),
        ("card", {"issued": "20/11/2026"}, {"find": 1}),
        ("phone", {"phone": PHONE}, {"find": 1}),
    ],
)
async def test_the_register_is_asked_once_about_each_person_for_what_is_shown_before_a_report(
    land: Country,
    clerk: Person,
    monkeypatch: pytest.MonkeyPatch,
    deed: str,
    form: dict[str, str],
    asked: dict[str, int],
) -> None:
    page = await opened(clerk, f"{(await file_of(land, clerk, 'child-9')).path}/{deed}")
    number, counted = land.people["grandmother"].record.personal_number, questions(monkeypatch)
    sent = {**page.hidden, "number": number, "reason": "Giấy đề nghị 12", **form}
    answer = await clerk.browser.post(page.action, data=sent)
    assert (answer.status_code, dict(counted)) == (303, asked)


async def test_no_guardian_is_looked_for_without_a_record(land: Country, clerk: Person) -> None:
    """Saying at once that one is sure would be a way to learn of anybody whether they live, and how old they are."""
    page = await file_of(land, clerk, "child-9")
    form = await opened(clerk, f"{page.path}/guardian")
    for slug in ("deceased", "fifteen", "guardian", "grandmother"):
        number, before = land.people[slug].record.personal_number, await history(land, slug)
        asked = await send(clerk, form, number=number, reason="Giấy đề nghị 12", sure="1")
        assert (asked.response.status_code, land.people[slug].record.full_name in asked.text) == (410, False)
        assert await history(land, slug) == before
    other = await colleague(land, "complete", Role.CLERK)
    theirs = await at_desk(other, await file_of(land, other, "child-9"), "guardian", number=number)
    assert await history(land, slug) == ["person.looked_up", *before]
    stolen = await send(clerk, form, number=number, reason="QĐ 3", sure="1", guardian=theirs.hidden["guardian"])
    assert stolen.response.status_code == 410
    assert "register.informed" not in await history(land, "child-9")


async def test_a_card_is_shown_with_its_end_then_reported(land: Country, clerk: Person) -> None:
    page = await file_of(land, clerk, "card-expired")
    today = local_date(land.watch.now())
    for issued, words in (
        ("hôm qua", "dd/MM/yyyy"),
        ("31/02/2026", "dd/MM/yyyy"),
        ("01/01/2090", "chưa đến"),
        (f"{land.people['card-expired'].record.card.issued_on:%d/%m/%Y}", "hoặc mới hơn"),  # type: ignore[union-attr]
    ):
        refused = await at_desk(clerk, page, "card", issued=issued)
        assert (refused.response.status_code, words in refused.text) == (422, True), words
    sure = await at_desk(clerk, page, "card", issued=f"{today:%d/%m/%Y}")
    assert sure.response.status_code == 200, sure.text
    for _ in range(2):  # sent twice
        assert done_of(await confirmed(clerk, sure)) == "done=card"
    record = await registered(land, "card-expired")
    assert record.card == Card(CardKind.CITIZEN, today, citizen_card_expiry(record.birth_date, today))
    assert (await history(land, "card-expired")).count("register.informed") == 1


async def test_a_foreigners_card_has_a_kind_and_an_end(land: Country, clerk: Person) -> None:
    page = await file_of(land, clerk, "foreigner-card-expired")
    today = f"{local_date(land.watch.now()):%d/%m/%Y}"
    for form in ({"expires": "01/01/2028"}, {"kind": "citizen_card", "expires": "01/01/2028"},
                 {"kind": "temporary_residence_card"}):  # fmt: skip
        assert (await at_desk(clerk, page, "card", issued=today, **form)).response.status_code == 422
    blank = await at_desk(clerk, page, "card", reason="")
    summary = re.findall(r'<li><a href="#(\w+)">([^<]*)</a>', blank.response.text)
    assert [field for field, _ in summary] == ["kind", "issued", "expires", "reason"], "as they stand on the page"
    assert len({words for _, words in summary}) == 4, "each by its own name"
    kind = "temporary_residence_card"
    sure = await at_desk(clerk, page, "card", issued=today, expires="31/12/2027", kind=kind)
    assert "31/12/2027" in sure.text, "the last day, as on the card"
    assert done_of(await confirmed(clerk, sure)) == "done=card"
    card = Card(CardKind.TEMPORARY_RESIDENCE, local_date(land.watch.now()), date(2028, 1, 1))
    assert (await registered(land, "foreigner-card-expired")).card == card


async def test_a_death_is_reported_by_who_types_the_number_again(land: Country, clerk: Person) -> None:
    page = await file_of(land, clerk, "complete")
    number = land.people["complete"].record.personal_number
    asked = await opened(clerk, f"{page.path}/death")
    assert "không thể hoàn tác" in asked.text
    day = f"{local_date(land.watch.now()):%d/%m/%Y}"
    right = {"died": day, "number": number, "reason": "Giấy chứng tử 7"}
    for name, value in (("died", "01/01/2090"), ("number", number[:-1] + "0"), ("number", ""), ("reason", "")):
        refused = await send(clerk, asked, **{**right, name: value})
        assert refused.response.status_code == 422, name
        assert (await registered(land, "complete")).deceased_at is None
    for _ in range(2):  # sent twice
        assert done_of(await send(clerk, asked, **right)) == "done=death"
    assert (await registered(land, "complete")).deceased_at == midnight(local_date(land.watch.now()))
    (told,) = [data for kind, data in await events_of(land, "complete") if kind == "register.informed"]
    who = {"by": land.people["plain"].record.person_id, "office": "HN-01", "through": "office"}
    assert told.items() >= (who | {"what": "death", "reason": "Giấy chứng tử 7"}).items()
    again = await at_desk(clerk, page, "death", **right)
    assert "ghi nhận người này qua đời từ trước" in again.text
    for deed in ("code", "lock", "level"):
        assert "Chủ tài khoản này đã qua đời" in (await at_desk(clerk, page, deed, seen="1")).text
    file = await opened(clerk, page.path)
    assert not re.search(rf'href="{page.path}/\w+"', file.response.text)


async def test_an_out_of_order_register_is_said_and_nothing_is_done(
    land: Country, clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await file_of(land, clerk, "complete")

    async def refuse(*_: object) -> None:
        from vneid_idp.identity.register.records import RegistryUnavailable

        raise RegistryUnavailable

    sure = await at_desk(clerk, page, "card", issued=f"{local_date(land.watch.now()):%d/%m/%Y}")
    monkeypatch.setattr(type(land.idp.registry), "report", refuse)
    refused = await confirmed(clerk, sure)
    assert "hiện không trả lời" in refused.text
    # Nothing is wrong with the form: it is said at the whole of it, with when to send it again.
    assert (refused.response.status_code, refused.response.headers["retry-after"]) == (503, "30")
    assert 'href="#answers"' in refused.response.text
    assert 'id="issued-error"' not in refused.response.text
    assert "register.informed" not in await history(land, "complete")
    monkeypatch.undo()
    assert done_of(await confirmed(clerk, sure)) == "done=card"
