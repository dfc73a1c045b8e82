"""The operator's console: for operators alone, and every change says who and why."""

import re

import pytest

from tests.support.country import Country
from tests.support.events import recorded
from tests.support.office import colleague
from tests.support.pages import opened, post
from tests.support.relying_party import Person, RelyingParty
from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import families
from vneid_idp.clients import service as clients
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import MINUTE
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
    page_text = " ".join((await opened(operator, "/console")).text.split())
    for text in ("1 lượt gửi đã bỏ", "không tiến trình nào xử lý", "Lượt đã bỏ lâu nhất từ"):
        assert text in page_text, text
    assert "Mọi thứ đang hoạt động" not in page_text


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
        made, _ = [
            await deliveries.enqueue(
                unit, land.idp.keys.sealer, Channel.SMS, who, {"secret": "word"}, not_after=unit.now + 1
            )
            for who in ("per_x", "per_y")
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


async def test_the_last_page_of_a_list_leads_to_no_other(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    async with land.idp.db.writing() as unit:
        for name in ("house-1", "house-2"):
            await families.create(unit, name, name, Deed("boss", "a new partner"))
    monkeypatch.setattr("vneid_idp.console.families._PAGE", 1)
    first = (await opened(operator, "/console/families")).response.text
    assert ("/families/house-1" in first, "/families/house-2" in first) == (True, False)
    (following,) = re.findall(r'href="(\?after=[^"]+)" rel="next"', first)
    second = (await opened(operator, f"/console/families{following}")).response.text
    assert ("/families/house-1" in second, "/families/house-2" in second) == (False, True)
    assert 'rel="next"' not in second, "nothing follows, though the page is full"
