"""The operator's console: for operators alone, and every change says who and why."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.support.country import SECRET, Country
from tests.support.events import recorded
from tests.support.office import colleague
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients import service as clients
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.tables import deliveries as delivery_rows
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.records import RegistryHealth
from vneid_idp.kernel.clock import DAY, MINUTE, local_date, midnight
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.keys import service as keys
from vneid_idp.keys.rules import KeyKind
from vneid_idp.storage.statement import Statement
from vneid_idp.workers.tasks import seal_events

PAGES = (
    "/console",
    "/console/clients",
    "/console/keys",
    "/console/deliveries",
    "/console/deliveries?dead",
    "/console/register",
)


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICER])
async def test_other_roles_open_no_page(land: Country, party: RelyingParty, role: Role) -> None:
    clerk = await colleague(land, "plain", role)
    for path in (*PAGES, f"/console/clients/{party.client_id}"):
        assert (await clerk.browser.get(path)).status_code == 403
    stranger = Person(land, land.people["complete"])
    assert (await opened(stranger, "/console")).path == "/signin"


async def test_an_operator_sees_how_everything_stands(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    for path in PAGES:
        page = await operator.browser.get(path)
        assert page.status_code == 200, path
    assert party.client_id in (await operator.browser.get("/console/clients")).text
    assert (await operator.browser.get("/console/clients/cli_none")).status_code == 404


async def test_figures_of_today_and_what_is_not_as_it_should_be(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    person = Person(land, land.people["complete"])
    await person.sign_in(await person.open("/signin"), "wrong-password")
    await person.sign_in(await person.open("/signin"))
    await seal_events(land.idp.db)
    page = await opened(operator, "/console")
    page_text = " ".join(page.text.split())
    for text in ("Lượt đăng nhập 1", "Thất bại: sai mật khẩu 1", "Lượt đồng ý chia sẻ 0", "Mọi thứ đang hoạt động"):
        assert text in page_text, text
    assert person.persona.record.person_id not in page.response.text
    async with land.idp.db.writing() as unit:
        sealer = land.idp.keys.sealer
        await deliveries.enqueue(unit, sealer, Channel.SMS, "per_x", {"a": "b"}, not_after=unit.now + 1)
    land.watch.advance(2 * MINUTE)
    async with land.idp.db.writing() as unit:
        await deliveries.give_up_lost(unit)
    land.watch.advance(2 * MINUTE)
    page_text = " ".join((await opened(operator, "/console")).text.split())
    for text in ("1 lượt gửi đã bỏ", "không tiến trình nào xử lý", "Lượt đã bỏ lâu nhất từ"):
        assert text in page_text, text
    assert "Mọi thứ đang hoạt động" not in page_text


async def test_of_which_service_people_say_that_its_requests_are_not_theirs_is_told(
    land: Country, party: RelyingParty, caplog: pytest.LogCaptureFixture
) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    async with land.idp.db.writing() as unit:
        await record(unit, Event(EventKind.REQUEST_DISOWNED, "per_a", party.client_id))
    await seal_events(land.idp.db)
    assert f"audit.alarm code=request.disowned client_id={party.client_id}" in caplog.text
    page = await opened(operator, "/console")
    assert f'href="/console/clients/{party.client_id}"' in page.response.text
    assert "Mọi thứ đang hoạt động" not in page.text


def unspaced(page: Page) -> str:
    return " ".join(page.text.split())


async def test_it_is_counted_what_there_is_and_what_waits(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    made = [(await land.register()).client.client_id for _ in range(3)]
    person_id, deed = land.people["complete"].record.person_id, Deed("boss", "QD 12/2026", office="HN-01")
    async with land.idp.db.writing() as unit:
        await clients.disable(unit, made[0], deed)
        await lock_requests.ask(unit, person_id, lock=True, deed=deed)
        await keys.rotate(unit, from_base64url(SECRET), kinds=[KeyKind.ES256])
    counts = (
        "Bên yêu cầu đang hoạt động 2", "Bên yêu cầu ngừng hoạt động 1", "Khóa đã công bố, chưa dùng 1",
        "Đề nghị khóa đang chờ quyết định 1", "Thay đổi dân cư bị gác lại 0",
    )  # fmt: skip
    shown = unspaced(await opened(operator, "/console"))
    for text in counts:
        assert text in shown, text
    for health, words in (
        (RegistryHealth.DEGRADED, "những lần trả lời gần nhất bị lỗi"),
        (RegistryHealth.UNREACHABLE, "tạm ngừng hỏi vì không trả lời"),
    ):
        monkeypatch.setattr(type(land.idp.registry), "health", health)
        shown = unspaced(await opened(operator, "/console"))
        assert (words in shown, "Mọi thứ đang hoạt động" in shown) == (True, False)


async def test_events_that_wait_longer_than_a_minute_say_that_no_worker_chains_them(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)

    async def late() -> bool:
        return "không tiến trình nào xử lý" in (await opened(operator, "/console")).text

    land.watch.advance(10 * MINUTE)
    assert await late(), "nothing was ever chained"
    await seal_events(land.idp.db)
    land.watch.advance(10 * MINUTE)
    assert not await late(), "nothing waits"
    await land.register()
    assert not await late(), "what waits has only just come, however long nothing did"
    land.watch.advance(MINUTE)
    await land.register()
    assert not await late()
    land.watch.advance(1)
    assert await late()
    await seal_events(land.idp.db)
    assert not await late()


@pytest.mark.parametrize("day", [0, 1])
async def test_figures_are_those_of_the_day_in_viet_nam(land: Country, day: int) -> None:
    person = Person(land, land.people["complete"])
    await person.sign_in(await person.open("/signin"), "wrong-password")
    await seal_events(land.idp.db)
    midnight_to_come = midnight(local_date(land.watch.now()) + timedelta(days=1))
    land.watch.advance(midnight_to_come - land.watch.now() - 1 + day)
    operator = await colleague(land, "plain", Role.OPERATOR)
    assert f"Thất bại: sai mật khẩu {1 - day}" in unspaced(await opened(operator, "/console"))


@pytest.mark.parametrize(("overlap", "lasts"), [("24", DAY), ("168", 7 * DAY), ("0", 0)])
async def test_an_old_secret_stays_good_for_as_long_as_was_chosen(
    land: Country, party: RelyingParty, overlap: str, lasts: int
) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}"
    page = await opened(operator, path)
    await post(operator, page, path, what="rotate", reason="yearly", overlap=overlap, seen=page.hidden["seen"])

    async def works() -> bool:
        return (await party.post("/token", grant_type="client_credentials")).status_code == 200

    until = "Khóa cũ còn dùng đến"
    if lasts:
        assert until in (await opened(operator, path)).text
        land.watch.advance(lasts - 1)
        assert await works()
        land.watch.advance(1)
    assert not await works()
    operator = await colleague(land, "guardian", Role.OPERATOR)
    assert until not in (await opened(operator, path)).text


async def test_a_client_is_disabled_enabled_and_given_a_new_secret(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}"
    page = await opened(operator, path)
    assert (await post(operator, page, path, what="disable", reason="")).response.status_code == 422

    async def disabled() -> bool:
        async with land.idp.db.reading() as unit:
            return (await clients.get_client(unit, party.client_id)).disabled_at is not None

    assert not await disabled()
    await post(operator, page, path, what="disable", reason="leaked keys")
    assert await disabled()
    await post(operator, page, path, what="enable", reason="new keys")
    assert not await disabled()
    old = await post(operator, page, path, what="rotate", reason="yearly", overlap="24", seen="1")
    assert old.response.status_code == 412, "the page is older than the client"
    page = await opened(operator, path)
    made = await post(operator, page, path, what="rotate", reason="yearly", overlap="24", seen=page.hidden["seen"])
    found = re.search(r"<code[^>]*>([A-Za-z0-9_-]{40,})</code>", made.response.text)
    assert found
    async with land.browser() as browser:
        form = {"grant_type": "client_credentials"}
        answer = await browser.post("/token", data=form, auth=(party.client_id, found[1]))
    assert answer.status_code == 200
    assert "leaked keys" in (await recorded(land, "client.disabled"))[0]
    assert found[1] not in (await operator.browser.get(path)).text


async def test_what_was_given_up_is_tried_again_or_discarded(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    async with land.idp.db.writing() as unit:
        made, other = [
            await deliveries.enqueue(
                unit, land.idp.keys.sealer, channel, who, {"secret": "word"}, not_after=unit.now + 1
            )
            for channel, who in ((Channel.SMS, "per_x"), (Channel.LOGOUT_TOKEN, "cli_y"))
        ]
    land.watch.advance(MINUTE)
    async with land.idp.db.writing() as unit:
        assert await deliveries.give_up_lost(unit) == 2
    page = await opened(operator, "/console/deliveries?dead")
    assert made.delivery_id in page.response.text
    assert "word" not in page.response.text
    ids = re.findall(r' id="([^"]+)"', page.response.text)
    assert len(ids) == len(set(ids)), "each form has fields of its own"
    form = {"delivery": made.delivery_id, "what": "discard"}
    short = await post(operator, page, "/console/deliveries", **form, reason="ab")
    assert short.response.status_code == 422
    (field,) = re.findall(r"<input [^>]*name=\"reason\"[^>]*aria-invalid=\"true\">", short.response.text)
    assert 'value="ab"' in field, "nothing that was written is lost"
    assert 'id="reason-error"' in short.response.text
    gone = await post(operator, page, "/console/deliveries", **form, reason="too old")
    assert made.delivery_id not in gone.response.text
    assert "too old" in (await recorded(land, "delivery.discarded"))[0]
    assert other.delivery_id in gone.response.text
    retry = {"delivery": other.delivery_id, "what": "retry", "reason": "mended"}
    assert (await post(operator, page, "/console/deliveries", **retry)).response.status_code == 409, "it has expired"
    async with land.idp.db.writing() as unit:
        waiting = await deliveries.enqueue(unit, land.idp.keys.sealer, Channel.SMS, "per_z", {"secret": "word"})
        await unit.execute(Statement(update(delivery_rows).values(not_after=None)))
    again = await post(operator, page, "/console/deliveries", **retry)
    assert other.delivery_id not in again.response.text, "what waits was not given up"
    assert waiting.delivery_id not in again.response.text
    assert "mended" in (await recorded(land, "delivery.retried"))[0]
    everything = (await opened(operator, "/console/deliveries")).response.text
    assert (other.delivery_id in everything, waiting.delivery_id in everything) == (True, True)


@pytest.mark.parametrize("what", ["clients", "families", "deliveries"])
async def test_the_last_page_of_a_list_leads_to_no_other(
    land: Country, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    one, two = [
        (await land.register(family=f"house-{number}", logo_uri="https://rp.example/logo.png")).client.client_id
        for number in (1, 2)
    ]
    async with land.idp.db.writing() as unit:
        await clients.disable(unit, one, Deed("boss", "leaked keys"))
    first_id, last_id = ("house-1", "house-2") if what == "families" else sorted((one, two))
    monkeypatch.setattr(f"vneid_idp.console.{what}._PAGE", 1)
    first = (await opened(operator, f"/console/{what}")).response.text
    assert (first_id in first, last_id in first) == (True, False)
    (following,) = re.findall(r'href="(\?[^"]*after=[^"]+)" rel="next"', first)
    second = (await opened(operator, f"/console/{what}{following}")).response.text
    assert (first_id in second.partition("<main")[2], last_id in second) == (False, True)
    assert 'rel="next"' not in second, "nothing follows, though the page is full"
