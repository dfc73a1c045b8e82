"""Who does something to a person at the command line: a name of the house, or a colleague under the own person id.

A name is the house's word and asked for nothing: whoever has the command line has the database. A person id is held to
what binds colleagues at pages: the role, in the name of its office and in the unit that writes; four eyes
(`identity/offices/lock_requests`) and the own file (`look_up_person`) go by the same id.
"""

from dataclasses import replace

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.offices.roles import EVERYWHERE, Role, RoleRequired, check_role, roles_of, usable
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Reading, Unit


class SeveralOffices(DomainError):
    """A colleague of several offices: a command cannot be told for which it is."""

    code = "several_offices"
    status = 409
    title = "This colleague holds the role at several offices. At the office's page it is said for which it is done."


async def in_name_of_office(unit: Reading, deed: Deed, *any_of: Role) -> Deed:
    """The deed, a colleague's in the name of the office of the role. Raises `RoleRequired` and `SeveralOffices`."""
    if not deed.is_by_person:
        return deed
    offices = {held.scope for held in usable(await roles_of(unit, deed.by), *any_of)}
    if not offices:
        raise RoleRequired
    if len(offices) > 1 and EVERYWHERE not in offices:
        raise SeveralOffices
    return replace(deed, office=EVERYWHERE if EVERYWHERE in offices else offices.pop())


async def hold_whoever_commands(unit: Unit, deed: Deed, *any_of: Role) -> None:
    """Require that a colleague still holds one of these roles in the name of the deed's office, with an account that
    can be used, and keep it so until the unit ends; of a name nothing. Raises `RoleRequired`."""
    if not deed.is_by_person:
        return
    await persons.hold(unit, deed.by)
    account = await accounts.find(unit, deed.by)
    if account is None or account.level < 2 or account_standing(account, None, unit.now) is not AccountStanding.USABLE:
        raise RoleRequired
    check_role(await roles_of(unit, deed.by), *any_of, office=deed.office)
