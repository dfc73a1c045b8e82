"""Access tokens without the pages before them: the same rows, made directly."""

from tests.support.country import Country
from vneid_idp.clients.service import Registered
from vneid_idp.consent import service as consent
from vneid_idp.grants import service as grants
from vneid_idp.identity.factors import sessions
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol import tokens
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Child, Origin
from vneid_idp.protocol.claims import Decision, asked_of
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.protocol.tokens import AccessToken, new_access_token

OWN = ("openid", "binding:social_account")
CHILD = ("openid", "binding:child_account")


async def person_token(
    land: Country,
    party: Registered,
    person_id: str,
    *,
    scope: tuple[str, ...] = OWN,
    level: int = 2,
    child_id: str | None = None,
    link: bool = True,
    left_out: tuple[str, ...] = (),
    by_message: bool = False,
) -> str:
    """A token that names a person who signed in at `level`, perhaps `by_message`, agreed to all but what is `left_out`,
    and whose code was redeemed; with `link`, who confirmed that one account is linked."""
    client_id = party.client.client_id
    async with land.idp.db.writing() as unit:
        now = unit.now
        session = await sessions.open_session(unit, person_id, (SignInMethod("pwd", now),))
        agreed = (*(name for name in scope if name != "openid"), *asked_of("binding", scope, {}))
        decided = {name: Decision("account", 1, name not in left_out) for name in agreed}
        given = await consent.give(unit, person_id, client_id, decided, consent.Shown("text", "vi"), child_id)
        authorisation = Authorisation(
            client_id=client_id,
            subject=person_id,
            scope=scope,
            origin=Origin.BROWSER,
            by_message=by_message,
            ground=AuthorisationGround(given.consent_id, session.session_id),
            on_behalf_of=None if child_id is None else Child(child_id),
            level=level,
            acr=f"urn:vneid:level:{level}",
            amr=("pwd",),
            auth_time=now,
            link=link,
        )
        grant_id = new_id("grt")
        assert await grants.open_grant(unit, grant_id, authorisation, refreshable=False)
    return sealed_token(land, authorisation, grant_id)


def own_token(land: Country, party: Registered, scope: tuple[str, ...] = ("binding:social_account",)) -> str:
    """A token of the network itself, as from client_credentials."""
    authorisation = Authorisation(party.client.client_id, None, scope, Origin.CLIENT)
    return sealed_token(land, authorisation, None, registered_at=party.client.issued_at)


def sealed_token(
    land: Country, authorisation: Authorisation, grant_id: str | None, *, registered_at: Instant = 0
) -> str:
    """The access token for an authorisation."""
    token = new_access_token(new_id("tok"), authorisation, grant_id, land.watch.now(), registered_at=registered_at)
    return land.idp.keys.sealer.seal_json(SealPurpose.ACCESS_TOKEN, token.to_json())


def opened(land: Country, text: str) -> AccessToken:
    """What an access token says inside."""
    token = tokens.open_access_token(land.idp.keys.sealer, text)
    assert token is not None
    return token
