"""The developer's guide to token exchange, `/guide/token-exchange`: who the parties are, and what each sends."""

from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.acting import MOST_ACTORS
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.grant_types.token_exchange import ACCESS_TOKEN_TYPE
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import mark
from vneid_idp.web.templates import render


class Party(StrEnum):
    """Who takes part, in the order of the picture's columns."""

    PERSON = mark("Person")
    APP = mark("App")
    BACK_END = mark("Back end, point of sale")
    PROVIDER = mark("This provider")


@dataclass(frozen=True, slots=True)
class Step:
    """An arrow of the picture."""

    sender: Party
    receiver: Party
    text: str

    @property
    def columns(self) -> tuple[int, int]:
        """Between which columns it lies, counted from one."""
        places = sorted(list(Party).index(party) + 1 for party in (self.sender, self.receiver))
        return places[0], places[1]

    @property
    def leads_back(self) -> bool:
        """Whether it points to the left."""
        return list(Party).index(self.sender) > list(Party).index(self.receiver)


STEPS = (
    Step(Party.PERSON, Party.PROVIDER, mark("Signs in, and agrees to what the app asks")),
    Step(Party.PROVIDER, Party.APP, mark("Access token of the app")),
    Step(Party.APP, Party.BACK_END, mark("A request, with that token")),
    Step(Party.BACK_END, Party.PROVIDER, mark("The exchange: the app's token, and who acts by it")),
    Step(Party.PROVIDER, Party.BACK_END, mark("A narrower token, bound to the key of who asked")),
    Step(Party.BACK_END, Party.PROVIDER, mark("userinfo and other APIs, with the new token")),
)

_ASKED = f"""POST /token
DPoP: <proof of the client's own key>

grant_type={TOKEN_EXCHANGE}
client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
client_assertion=<signed by the client that asks>
subject_token=<the app's access token>
subject_token_type={ACCESS_TOKEN_TYPE}
"""
REGISTERED = f"""{{"client_id": "cli_app", "family": "carrier", "token_endpoint_auth_method": "none",
 "dpop_bound_access_tokens": true, "scope": "openid full_name phone", "may_act": ["cli_point", "cli_dealer"], …}}

{{"client_id": "cli_back_end", "family": "carrier", "profile": "fapi2", "scope": "openid full_name",
 "grant_types": ["client_credentials", "{TOKEN_EXCHANGE}"], …}}
"""
NARROWED = f"""{_ASKED}scope=openid full_name"""
ANSWER = f"""{{"access_token": "…", "issued_token_type": "{ACCESS_TOKEN_TYPE}",
 "token_type": "DPoP", "expires_in": 360, "scope": "openid full_name"}}"""
DELEGATED = f"""{_ASKED}actor_token=<the point's own token, from client_credentials>
actor_token_type={ACCESS_TOKEN_TYPE}"""
INTROSPECTED = """{"active": true, "client_id": "cli_dealer", "sub": "<as the app knows the person>",
 "act": {"sub": "cli_dealer", "act": {"sub": "cli_point"}}, "cnf": {"jkt": "…"}, "scope": "openid full_name", …}"""


async def guide(request: Request) -> Response:
    """`GET /guide/token-exchange`."""
    return render(
        request,
        "sandbox/token_exchange.html",
        parties=list(Party),
        steps=STEPS,
        registered=REGISTERED,
        narrowed=NARROWED,
        answer=ANSWER,
        delegated=DELEGATED,
        introspected=INTROSPECTED,
        most_actors=MOST_ACTORS,
        minutes=ACCESS_TOKEN_LIFE // MINUTE,
        issuer=idp(request).issuer,
    )


doors = [Door.page("/guide/token-exchange", guide)]
