"""A service asks through CAMARA's Age Verification whether somebody has reached an age."""

from vneid_idp.identity.ages import is_over
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.protocol.camara import AGE_VERIFICATION
from vneid_idp.protocol.claims import leaving
from vneid_idp.protocol.permitted import applying
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_about import hold_asking


def claim_of(years: int) -> str:
    """The claim that tells whether somebody has completed so many years."""
    return f"age_over_{years}"


async def check_age(unit: Unit, client_id: str, grant_id: str, person: RegistryRecord, years: int) -> bool | None:
    """Whether the person has completed so many years, as of their answer, so that who asks every day does not learn the
    birthday; nothing where they did not agree to tell that.

    Raises `GrantEnded`, and `InsufficientScope` where asking is permitted no more.
    """
    client, grant = await hold_asking(unit, client_id, grant_id, AGE_VERIFICATION)
    given = leaving(applying(client, client, grant.authorisation, grant.decided))
    answered_at = given.get(claim_of(years))
    return None if answered_at is None else is_over(person.birth_date, years, answered_at)
