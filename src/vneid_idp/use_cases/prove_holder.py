"""Who says something of a number at the own pages proves as much as binding one takes."""

from vneid_idp.identity import accounts
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.levels import LEVEL_2, LEVELS, reached
from vneid_idp.storage.unit import Unit


class NumberLevelRequired(DomainError):
    """The holder signed in below the level at which a number can be answered for."""

    code = "number_level_required"
    status = 403
    title = "Sign in at level 2 to say whether a number is yours. Nothing was changed."


async def require_level_2(unit: Unit, vault: Vault, person_id: str, session_id: str) -> Profile:
    """The profile of somebody who is signed in, seized, and reached level 2. Raises `NumberLevelRequired`."""
    session = await sessions.find_session(unit, person_id, session_id)
    found = await accounts.find_with_profile(unit, vault, person_id)
    assert session is not None, "checked in this unit"
    assert found is not None, "checked in this unit"
    account, profile = found
    if reached(account.level, session.methods) < LEVELS[LEVEL_2]:
        raise NumberLevelRequired
    return profile
