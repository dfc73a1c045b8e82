"""The demo carrier's office against the whole provider, both in process: a register, its ladder, and what follows."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from tests.support.country import ISSUER, Country
from tests.support.demo_carrier import Customer, at_the_carrier
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.sandbox.carrier import office_instructions
from vneid_idp.sandbox.carrier.office_store import OfficeStore
from vneid_idp.sandbox.carrier.register_words import JUNK
from vneid_idp.sandbox.carrier.store import Store
from vneid_idp.workers.tasks import read_registers

FORM = {"rows": "100", "seed": "7", **{f"junk_{name}": str(count) for name, count in JUNK.items()}}
FORM |= {"junk_name_differs": "300"}


@pytest.fixture
async def office(land: Country, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Customer]:
    """Somebody at the office."""
    async with at_the_carrier(land, monkeypatch) as customer:
        yield customer


async def handed_in(land: Country, office: Customer, **form: str) -> str:
    """Hand in a register; the page that says what was found."""
    path = await office.send("/office/registers", **form)
    for _ in range(200):
        if (found := office.app.state.office.find(path.rpartition("/")[2])).state not in ("making", "sending"):
            break
        await asyncio.sleep(0.02)
    assert found.state == "reading"
    assert "The register is on its way" in await office.page(path)
    assert (await office.http.get(f"{path}/state")).json()["waiting"]
    await read_registers(land.idp)
    assert not (await office.http.get(f"{path}/state")).json()["waiting"]
    assert (await office.http.get(f"{path}/errors.csv")).text.startswith("line,column,code\n")
    return path


async def test_a_register_is_handed_in_and_again_as_a_difference(land: Country, office: Customer) -> None:
    assert "Nothing was handed in yet" in await office.page("/office")
    for wrong in ({"rows": "5"}, {"seed": "x"}, {"junk_machine": "1001"}, {"junk_machine": "-1"}):
        answer = await office.http.post("/office/registers", data={"csrf": await office.csrf(), **FORM, **wrong})
        assert answer.status_code == 422
        assert "field-problem" in answer.text
    path = await handed_in(land, office, **FORM)
    found = await office.page(path)
    assert "Another name than in the population register" in found
    assert "Cut off" in found or "Notice" in found
    again = await office.page(await handed_in(land, office, after=path.rpartition("/")[2]))
    assert "edition 2" in again
    assert "Not there any more" in again
    same = await office.page(await handed_in(land, office, after=path.rpartition("/")[2], again="1"))
    assert "edition 1" in same
    assert (await office.http.get("/office/registers/none")).status_code == 404
    # Sóng was stopped in the middle: it begins where the last one ended.
    store: OfficeStore = office.app.state.office
    store.begin("key", 100, 7, 1, dict(JUNK))
    OfficeStore(store._connection)
    assert "Sóng was stopped in the middle" in await office.page("/office/registers/key")


async def test_days_pass_and_what_is_told_is_done_refused_or_overdue(land: Country, office: Customer) -> None:
    assert "No register was handed in yet" in await office.page("/office/ladder")
    await handed_in(land, office, **FORM)
    line = await office.page("/office/ladder")
    days = sorted(set(re.findall(r'name="until" value="(\d{4}-\d\d-\d\d)"', line)))
    assert days
    assert "<circle" in line
    assert await office.send("/office/ladder", until="soon") == "/office/ladder"
    assert await office.send("/office/ladder", until=days[-1]) == "/office/ladder?passed"
    passed = await office.page("/office/ladder?passed")
    assert "instructions came" in passed
    assert "Ended" in passed

    told = await office.page("/office/instructions")
    assert "signed events were received just now" in told
    assert "urn:vneid:event:subscriber-number:" in told
    assert "came as an event" in told
    assert ">overdue<" in told, "by the calendar of the office"
    ids = re.findall(r'name="instructions" value="(ins_\w+)"', told)
    refused = await office.send("/office/instructions", instructions=ids[0], refuse="1", reason="technical")
    assert refused == "/office/instructions"
    await office.send("/office/instructions", instructions=ids[1], refuse="1", reason="because")
    everything = await office.page("/office/instructions?all")
    assert "Our systems cannot do it" in everything
    await office.send("/office/instructions", instructions=" ".join(ids[1:]))
    waiting = await office.page("/office/instructions")
    assert not any(f'value="{each}' in waiting for each in ids)


async def test_an_event_that_the_provider_did_not_sign_for_us_is_not_believed(land: Country, office: Customer) -> None:
    await handed_in(land, office, **FORM)
    line = await office.page("/office/ladder")
    await office.send("/office/ladder", until=re.findall(r'name="until" value="([^"]+)"', line)[0])
    registrar, store = office.app.state.registrar, office.app.state.office
    real = registrar._issuer.read_event
    registrar._issuer.read_event = lambda text, audience: real(text, "somebody else")
    assert await office_instructions.receive(store, registrar) == 0
    assert store.last_event() is None


async def test_a_number_of_the_register_is_confirmed_by_whoever_comes_with_it(land: Country, office: Customer) -> None:
    await handed_in(land, office, **FORM)
    someone = await known(land, "plain")
    found = re.search(
        r"/me/numbers/carrier\?number=(nbr_\w+)", shown(await someone.person.open("/me/numbers")).response.text
    )
    assert found
    away = (await office.http.get(f"/login?iss={ISSUER}&number_id={found[1]}")).headers["location"]
    named = await office.page(await office.answered(someone, shown(await someone.person.open(away))))
    assert "0950 ••• 034" in named
    assert "0950 000 034" not in named, "whoever has the link may have come"
    order = await office.answered(someone, shown(await office.leave(someone, "/named")))
    assert "The number is yours" in await office.photographed(order)
    assert "0950 000 034" in await office.page("/mine")
    assert await office.send("/named") == "/mine", "once"
    assert "Holder authenticated" in await office.page("/office/ladder")


async def test_whom_the_register_has_a_number_of_buys_the_next_one(land: Country, office: Customer) -> None:
    """The register has one number of everybody; the shop's list knows nothing of it before somebody confirms."""
    await handed_in(land, office, **FORM)
    someone = await known(land, "plain")
    order = await office.confirm(someone)
    assert "This is not your first number with us" in await office.photographed(order)
    assert "This is not your first number with us" in await office.page(order), "also for who goes back"
    assert "The number is yours" in await office.photographed(await office.confirm(someone))
    assert "0958 112 233" in await office.page("/mine")
    # Who is asked by the carrier itself is not known before they answer.
    store: Store = office.app.state.store
    await office.send("/signout")
    for told in ("You have another number with us", "Your old number is confirmed"):
        page = await office.send("/old", phone="0950 000 034")
        asked = store.ask(page.removeprefix("/old/"), office.browser)
        assert asked
        async with land.browser() as app:
            assert (await app.post(f"/sandbox/ciba/{asked.auth_req_id}/allow")).status_code == 200
        ping = {"authorization": f"Bearer {asked.bearer}"}
        assert (await office.http.post("/ciba", json={"auth_req_id": asked.auth_req_id}, headers=ping)).is_success
        assert told in await office.page(page)
