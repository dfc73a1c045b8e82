"""What a colleague does counts only while they are signed in and hold the role, at the instant of the act."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.country import Country
from tests.support.events import history
from tests.support.office import at_desk, colleague, file_of
from tests.support.overtaking import Taker, lock, overtaken, sign_out_everywhere, while_register_answers
from tests.support.pages import opened
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.visitor import shown
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import service as clients
from vneid_idp.identity import accounts
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.roles import Role, end_role, roles_of
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.outbox import latest_messages
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_role import give_role
from vneid_idp.use_cases.report_to_registry import Reporting, finish_forgotten_reports


async def end_roles(land: Country, unit: Unit, person_id: str) -> None:
    for held in await roles_of(unit, person_id):
        assert await end_role(unit, held.role_id, Deed("boss", "left"))


Send = tuple[Page, dict[str, str]]
"""The last page before a report, and what is filled in there."""
TAKERS: list[Any] = [(end_roles, "role_required"), (sign_out_everywhere, "signed_out"), (lock, "signed_out")]
takers = pytest.mark.parametrize(("taker", "code"), TAKERS, ids=lambda value: getattr(value, "__name__", ""))


@takers
@pytest.mark.parametrize(
    "act",
    [
        "account", "level", "code", "lock", "unlock", "requests", "death", "phone", "guardian", "passkeys/remove",
        "passkey", "/office/search", "/office/requests/{request}", "/office/requests/{request}/withdraw",
    ],
)  # fmt: skip
async def test_who_left_the_office_meanwhile_does_nothing(
    land: Country, act: str, taker: Taker, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    page = await file_of(land, clerk, "complete")
    person, by = land.people["complete"].record, land.people["plain"].record.person_id
    async with land.idp.db.writing() as unit:
        deed = Deed(by, "QD 12/2026", office="HN-01")
        asked = await lock_requests.ask(unit, person.person_id, lock=True, deed=deed)
    async with land.idp.db.reading() as unit:
        before = await audit.history_of(unit, person.person_id)
    form = {
        "seen": "1", "what": "lock", "number": person.personal_number, "reason": "in_person", "died": "01/01/2026",
        "phone": "0950 000 999", "level": "1", "passkey": "x", "answer": "agree", "sealed": "x",
    }  # fmt: skip
    path = act.format(request=asked.request_id) if act.startswith("/") else f"{page.path}/{act}"
    form["csrf_token"] = (await opened(clerk, "/office")).hidden["csrf_token"]
    sent: dict[str, Any] = {"headers": {"X-CSRF-Token": form["csrf_token"]}}
    sent |= {"json": form} if act == "passkey" else {"data": form}
    async with overtaken(land, taker, by, monkeypatch):
        answer = await clerk.browser.post(path, **sent)
    assert answer.status_code == 403, answer.text
    assert code in answer.text
    async with land.idp.db.reading() as unit:
        assert await audit.history_of(unit, person.person_id) == before
        assert await lock_requests.is_open(unit, person.person_id)
    record = await land.idp.registry.find(person.person_id)
    assert record is not None
    assert record.deceased_at is None


async def test_a_role_at_another_office_does_not_stand_in_for_the_one_that_ended(
    land: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await file_of(land, clerk, "complete")

    async def move_to_another_office(land: Country, unit: Unit, person_id: str) -> None:
        await end_roles(land, unit, person_id)
        await give_role(unit, person_id, Role.CLERK, "HN-02", Deed("boss", "moved"))

    form = {"csrf_token": (await opened(clerk, "/office")).hidden["csrf_token"], "seen": "1", "reason": "QD 12/2026"}
    async with overtaken(land, move_to_another_office, land.people["plain"].record.person_id, monkeypatch):
        answer = await clerk.browser.post(f"{page.path}/lock", data=form)
    assert answer.status_code == 403, answer.text
    assert "role_required" in answer.text
    async with land.idp.db.reading() as unit:
        account = await accounts.get(unit, land.people["complete"].record.person_id)
    assert account.locked_at is None


async def a_death(land: Country, clerk: Person) -> Send:
    page = await opened(clerk, f"{(await file_of(land, clerk, 'child-9')).path}/death")
    number = land.people["child-9"].record.personal_number
    return page, {"died": "18/11/2026", "number": number, "reason": "Giấy báo tử 7"}


async def a_card(land: Country, clerk: Person) -> Send:
    return await at_desk(clerk, await file_of(land, clerk, "child-9"), "card", issued="20/11/2026"), {"sure": "1"}


async def a_guardian(land: Country, clerk: Person) -> Send:
    number = land.people["grandmother"].record.personal_number
    return await at_desk(clerk, await file_of(land, clerk, "child-9"), "guardian", number=number), {"sure": "1"}


async def an_end_of_guardianship(land: Country, clerk: Person) -> Send:
    page = await opened(clerk, f"{(await file_of(land, clerk, 'child-9')).path}/guardian/end")
    return page, {"guardian": land.people["child-9"].record.guardian_ids[0], "reason": "Quyết định 3"}


async def a_phone(land: Country, clerk: Person) -> Send:
    page = await at_desk(clerk, await file_of(land, clerk, "child-9"), "phone", phone="0950 000 999")
    async with land.idp.db.reading() as unit:
        return page, {"code": (await latest_messages(unit, land.idp.keys.sealer))[0].code}


@pytest.mark.parametrize("prepare", [a_death, a_card, a_guardian, an_end_of_guardianship, a_phone])
async def test_nothing_is_reported_by_whose_role_ends_while_the_register_is_asked(
    land: Country, prepare: Callable[[Country, Person], Awaitable[Send]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, child = await colleague(land, "plain", Role.CLERK), land.people["child-9"].record.person_id
    page, form = await prepare(land, clerk)
    before = await land.idp.registry.find(child), await history(land, "child-9")
    while_register_answers(land, end_roles, land.people["plain"].record.person_id, child, monkeypatch)
    answer = shown(await clerk.submit(page, **form)).response
    assert (answer.status_code, "role_required" in answer.text) == (403, True), answer.text
    monkeypatch.undo()
    assert (await land.idp.registry.find(child), await history(land, "child-9")) == before
    land.watch.advance(MINUTE)
    to = Reporting(land.idp.db, land.idp.vault, land.idp.keys.blind, land.idp.registry)
    assert await finish_forgotten_reports(to, shipped()) == 0


@takers
async def test_who_is_no_operator_any_more_changes_nothing(
    land: Country, party: RelyingParty, taker: Taker, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}"
    page = await opened(operator, path)
    async with overtaken(land, taker, land.people["plain"].record.person_id, monkeypatch):
        answer = await operator.browser.post(path, data={**page.hidden, "what": "disable", "reason": "revenge"})
    assert answer.status_code == 403, answer.text
    assert code in answer.text
    async with land.idp.db.reading() as unit:
        assert (await clients.get_client(unit, party.client_id)).disabled_at is None
