"""What a colleague does at the command line is done only as long as the role is held: asked in the unit that writes."""

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import history
from tests.support.overtaking import Taker, lock, while_register_answers
from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.people import Workplace
from vneid_idp.identity import accounts
from vneid_idp.identity.offices.roles import Role, RoleRequired, end_role, roles_of
from vneid_idp.identity.register import reports_under_way
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.identity.register.reports import Death
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_role import give_role
from vneid_idp.use_cases.lock_person import lock_person
from vneid_idp.use_cases.report_to_registry import report_to_registry


async def end_roles(land: Country, unit: Unit, person_id: str) -> None:
    for held in await roles_of(unit, person_id):
        await end_role(unit, held.role_id, DEED)


gone = pytest.mark.parametrize("taker", [end_roles, lock])


@pytest.fixture
async def clerk(land: Country) -> str:
    person_id = land.people["plain"].record.person_id
    await land.idp.db.transact(lambda unit: give_role(unit, person_id, Role.CLERK, "ward-1", DEED))
    return person_id


@pytest.fixture
def place(land: Country) -> Workplace:
    idp = land.idp
    return Workplace(idp.db, idp.vault, idp.keys.sealer, idp.keys.blind, idp.registry, (Role.CLERK,))


@gone
async def test_a_role_that_ends_between_the_question_and_the_deed_ends_the_deed(
    land: Country, clerk: str, place: Workplace, taker: Taker
) -> None:
    someone = land.people["complete"].record
    deed = await place.settle(Deed(clerk, "Asked for at the desk"))
    assert (await place.get(someone.personal_number, deed)).person_id == someone.person_id
    async with land.idp.db.writing() as unit:
        await taker(land, unit, clerk)
    with pytest.raises(RoleRequired):
        await place.act(deed, lambda unit: lock_person(unit, land.idp.vault, someone.person_id, LockedBy.HOLDER, deed))
    async with land.idp.db.reading() as reading:
        assert (await accounts.get(reading, someone.person_id)).locked_by is None


@gone
async def test_a_role_that_ends_while_the_register_is_asked_ends_the_report(
    land: Country, clerk: str, place: Workplace, taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone, fact = land.people["complete"].record.person_id, Death(land.watch.now())
    deed, before = await place.settle(Deed(clerk, "Told at the desk")), await history(land, "complete")
    while_register_answers(land, taker, clerk, someone, monkeypatch, before=0)
    with pytest.raises(RoleRequired):
        await report_to_registry(place.reporting, "rep_a", someone, fact, shipped(), deed, act=place.acting(deed))
    record = await land.idp.registry.find(someone)
    assert record is not None
    assert record.deceased_at is None
    assert await history(land, "complete") == before
    async with land.idp.db.glance() as unit:
        assert await reports_under_way.of_person(unit, land.idp.vault, someone) == ()
