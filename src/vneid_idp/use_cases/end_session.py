"""Sessions end, and every service that knew one is told (OpenID Connect Back-Channel Logout 1.0)."""

from vneid_idp.delivery.sender import Delivery
from vneid_idp.grants.notices import announce
from vneid_idp.identity import persons
from vneid_idp.identity.factors import phone_sign_ins, sessions
from vneid_idp.identity.factors.sessions import SessionName
from vneid_idp.storage.unit import Unit


async def end_session(unit: Unit, person_id: str, session_id: str) -> tuple[Delivery, ...]:
    """End a session, and what a phone approved that no browser has used yet: in the same browser that would open the
    next. The notices to deliver after the commit, none when it had ended."""
    await persons.seize(unit, person_id)
    if not await sessions.end_session(unit, person_id, session_id):
        return ()
    await phone_sign_ins.end_all(unit, person_id)
    return await announce(unit, person_id, session_id)


async def end_named_session(unit: Unit, name: SessionName) -> tuple[Delivery, ...]:
    """As `end_session`, for the session that a cookie names, if that cookie is still good."""
    await persons.seize(unit, name.person_id)
    if await sessions.find_named(unit, name) is None:
        return ()
    return await end_session(unit, name.person_id, name.session_id)


async def end_sessions(unit: Unit, person_id: str, *, but: str | None = None) -> tuple[Delivery, ...]:
    """End every session of a person, `but` the one that stays, and what a phone approved that no browser has used yet;
    the notices to deliver after the commit."""
    await persons.seize(unit, person_id)
    await phone_sign_ins.end_all(unit, person_id)
    deliveries: list[Delivery] = []
    for session in await sessions.list_sessions(unit, person_id):
        if session.session_id != but and await sessions.end_session(unit, person_id, session.session_id):
            deliveries += await announce(unit, person_id, session.session_id)
    return tuple(deliveries)
