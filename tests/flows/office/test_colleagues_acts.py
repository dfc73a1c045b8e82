"""What a colleague does counts only while they are signed in and hold the role, at the instant of the act."""

from typing import Any

import pytest

from tests.support.country import Country
from tests.support.office import colleague, file_of
from tests.support.overtaking import Taker, lock, overtaken, sign_out_everywhere
from tests.support.pages import opened
from tests.support.relying_party import RelyingParty
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import service as clients
from vneid_idp.identity import accounts
from vneid_idp.identity.offices.roles import Role, end_role, roles_of
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_role import give_role


async def end_roles(land: Country, unit: Unit, person_id: str) -> None:
    for held in await roles_of(unit, person_id):
        assert await end_role(unit, held.role_id, Deed("boss", "left"))


TAKERS: list[Any] = [(end_roles, "role_required"), (sign_out_everywhere, "signed_out"), (lock, "signed_out")]
takers = pytest.mark.parametrize(("taker", "code"), TAKERS, ids=lambda value: getattr(value, "__name__", ""))


@takers
@pytest.mark.parametrize("act", ["level", "code", "lock", "unlock", "requests", "search", "death", "phone"])
async def test_who_left_the_office_meanwhile_does_nothing(
    land: Country, act: str, taker: Taker, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    page = await file_of(land, clerk, "complete")
    person = land.people["complete"].record
    async with land.idp.db.reading() as unit:
        before = await audit.history_of(unit, person.person_id)
    form = {
        "seen": "1", "what": "lock", "number": person.personal_number, "reason": "in_person", "died": "01/01/2026",
        "phone": "0950 000 999",
    }  # fmt: skip
    path = "/office/search" if act == "search" else f"{page.path}/{act}"
    form["csrf_token"] = (await opened(clerk, "/office")).hidden["csrf_token"]
    async with overtaken(land, taker, land.people["plain"].record.person_id, monkeypatch):
        answer = await clerk.browser.post(path, data=form)
    assert answer.status_code == 403, answer.text
    assert code in answer.text
    async with land.idp.db.reading() as unit:
        assert await audit.history_of(unit, person.person_id) == before
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
