"""What a colleague does at the command line is done only as long as the role is held: asked in the unit that writes."""

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.people import Workplace
from vneid_idp.identity import accounts
from vneid_idp.identity.offices.roles import Role, RoleRequired, end_role
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.use_cases.give_role import give_role
from vneid_idp.use_cases.lock_person import lock_person


@pytest.mark.parametrize("gone", ["role", "account"])
async def test_a_role_that_ends_between_the_question_and_the_deed_ends_the_deed(land: Country, gone: str) -> None:
    idp, clerk = land.idp, land.people["plain"].record.person_id
    someone = land.people["complete"].record
    held = await idp.db.transact(lambda unit: give_role(unit, clerk, Role.CLERK, "ward-1", DEED))
    place = Workplace(idp.db, idp.vault, idp.keys.sealer, idp.keys.blind, idp.registry, (Role.CLERK,))
    deed = await place.settle(Deed(clerk, "Asked for at the desk"))
    assert (await place.get(someone.personal_number, deed)).person_id == someone.person_id
    async with idp.db.writing() as unit:
        if gone == "role":
            await end_role(unit, held.role_id, DEED)
        else:
            await lock_person(unit, clerk, LockedBy.HOLDER, DEED)
    with pytest.raises(RoleRequired):
        await place.act(deed, lambda unit: lock_person(unit, someone.person_id, LockedBy.HOLDER, deed))
    async with idp.db.reading() as reading:
        assert (await accounts.get(reading, someone.person_id)).locked_by is None
