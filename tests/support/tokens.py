"""Access tokens without the pages before them: the same rows, made directly."""

from tests.support.country import Country
from vneid_idp.clients.service import Registered
from vneid_idp.consent import grants
from vneid_idp.consent import service as consent
from vneid_idp.identity import sessions
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.sealing import Purpose
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.levels import Method
from vneid_idp.protocol.tokens import AccessToken, Code

OWN = ("openid", "binding:social_account")
CHILD = ("openid", "binding:child_account")


async def person_token(
    land: Country,
    party: Registered,
    person_id: str,
    *,
    scope: tuple[str, ...] = OWN,
    level: int = 2,
    ward_id: str | None = None,
) -> str:
    """A token that names a person who signed in at `level`, agreed, and whose code was redeemed."""
    client_id = party.client.client_id
    async with land.idp.db.writing() as unit:
        now = unit.now
        session = await sessions.open_session(unit, person_id, (Method("pwd", now),))
        decided = {name: Decision("account", 1, True) for name in scope if name != "openid"}
        given = await consent.give(unit, person_id, client_id, decided, consent.Shown("text", "vi"))
        code = Code(
            grant_id=new_id("gra"),
            client_id=client_id,
            redirect_uri="http://localhost:9999/callback",
            issued_at=now,
            person_id=person_id,
            session_id=session.session_id,
            consent_id=given.consent_id,
            scope=scope,
            level=level,
            acr=f"urn:vneid:level:{level}",
            amr=("pwd",),
            auth_time=now,
            nonce=None,
            code_challenge=None,
            claims={},
            ward_id=ward_id,
        )
        assert await grants.open_grant(unit, code, refreshable=False)
    return _sealed(land, client_id, scope, code.grant_id, person_id)


def own_token(land: Country, party: Registered, scope: tuple[str, ...] = ("binding:social_account",)) -> str:
    """A token of the network itself, as from client_credentials."""
    return _sealed(land, party.client.client_id, scope, None, None)


def _sealed(land: Country, client_id: str, scope: tuple[str, ...], grant_id: str | None, person_id: str | None) -> str:
    now = land.watch.now()
    token = AccessToken(new_id("tok"), client_id, grant_id, person_id, scope, now, now + 10 * MINUTE)
    return land.idp.keys.sealer.seal_json(Purpose.ACCESS_TOKEN, token.to_json())
