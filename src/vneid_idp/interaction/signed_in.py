"""Somebody proved to be there: sign them in with this browser, unless the account cannot be used."""

from starlette.requests import Request

from vneid_idp.identity.rules import Standing
from vneid_idp.interaction.service import InteractionOver
from vneid_idp.interaction.signin_place import Place
from vneid_idp.use_cases.sign_in import sign_in
from vneid_idp.web.session import BrowserSession, keep_session


async def arrive(request: Request, place: Place, person_id: str, method: str) -> Standing:
    """Sign the person in with this browser; how the account stands."""
    provider = place.provider
    told, policy = await provider.registry.find(person_id), await provider.current_policy()
    async with provider.db.writing() as unit:
        signed_in = await sign_in(
            unit,
            provider.vault,
            provider.keys.blind,
            told,
            policy,
            method,
            before=place.session,
            client_id=place.visit.client.client_id if place.visit else None,
        )
    session = signed_in.session
    if session is not None:
        keep_session(request, provider.keys.sealer, BrowserSession(session.person_id, session.session_id))
    elif signed_in.standing is Standing.USABLE:
        # A code alone signs nobody in; the session that it was to strengthen has ended meanwhile.
        raise InteractionOver
    return signed_in.standing
