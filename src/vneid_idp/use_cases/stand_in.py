"""A make-believe person of the sandbox is there for one answer, without a browser or a phone."""

from vneid_idp.identity import persons
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.sessions import Session
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.unit import Unit


async def stand_in(unit: Unit, person_id: str) -> Session:
    """Open a session as a passkey of a phone does that its lock opens. Whoever asked for it ends it (`end_session`)."""
    await persons.seize(unit, person_id)
    return await sessions.open_session(unit, person_id, (SignInMethod("hwk", unit.now),))
