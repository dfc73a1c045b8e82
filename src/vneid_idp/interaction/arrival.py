"""Somebody proved to be there: look at the account, and open the session."""

from starlette.requests import Request

from vneid_idp.audit.service import Event, Kind, record
from vneid_idp.grants.notices import announce
from vneid_idp.identity import accounts, sessions
from vneid_idp.identity.rules import Account, Standing, account_standing
from vneid_idp.interaction.place import Place
from vneid_idp.interaction.service import InteractionOver
from vneid_idp.protocol.levels import Method
from vneid_idp.storage.unit import Unit
from vneid_idp.web.session import BrowserSession, keep_session


async def arrive(request: Request, place: Place, person_id: str, method: str) -> Standing:
    """Sign the person in with this browser, unless the account cannot be used; how it stands.

    A first sign-in gets a new session id, so that an id planted before is worth nothing (session fixation). Who shows
    a proof again keeps the session: relying parties know it by its `sid`, and their grants end with it.
    """
    provider = place.provider
    async with provider.db.reading() as reading:
        told = await provider.registry.find(reading, person_id)
    async with provider.db.writing() as unit:
        account = await accounts.refresh(unit, provider.vault, provider.keys.blind, told) if told else None
        if account is None:
            return Standing.CLOSED
        standing = account_standing(account, told, unit.now)
        if standing is Standing.USABLE:
            await _open(request, unit, place, account, Method(method, unit.now))
        return standing


async def _open(request: Request, unit: Unit, place: Place, account: Account, method: Method) -> None:
    before = place.session
    session = None
    if before is not None and before.person_id == account.person_id:
        session = await sessions.add_method(unit, before.person_id, before.session_id, method)
    elif before is not None and await sessions.end_session(unit, before.person_id, before.session_id):
        # Somebody else takes over the browser: what the one before opened here must not stay open.
        await announce(unit, before.person_id, before.session_id)
    if session is None and method.name == "sms":
        # A code alone signs nobody in; the session that it was to strengthen has ended meanwhile.
        raise InteractionOver
    if session is None:
        session = await sessions.open_session(unit, account.person_id, (method,))
    keep_session(request, place.provider.keys.sealer, BrowserSession(session.person_id, session.session_id))
    client_id = place.visit.client.client_id if place.visit else None
    data = {"method": method.name}
    await record(unit, Event(Kind.SIGNIN_SUCCEEDED, account.person_id, client_id, session.session_id, data))
