"""`/guide/number-check`: a caller of the operators' APIs names somebody by their number (RFC 7523)."""

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.grant_types.jwt_bearer import LONGEST_LIFE
from vneid_idp.sandbox.guide.page import GuidePage, Part, Picture, Step
from vneid_idp.web.i18n import mark

_PERSON, _CALLER, _PROVIDER = mark("Person"), mark("Caller"), mark("This provider")

PAGE = GuidePage(
    slug="number-check",
    title=mark("Somebody named by their number: CAMARA"),
    lead=mark(
        "Who agreed once is asked no more: the caller names their number and the purpose, in a JWT that it signs. Who "
        "is to be asked now is asked in the app (CIBA)."
    ),
    script="number_check",
    picture=Picture(
        (_PERSON, _CALLER, _PROVIDER),
        (
            Step(_PERSON, _PROVIDER, mark("Signs in once, and agrees to a purpose and to telling the number")),
            Step(_PERSON, _CALLER, mark("Is there again, some day, with a number")),
            Step(_CALLER, _PROVIDER, mark("A signed assertion: the number, the purpose, what is to be told")),
            Step(_PROVIDER, _CALLER, mark("An access token, if they agreed to all of it")),
        ),
    ),
    parts=(
        Part(
            mark("Register"),
            mark(
                "The profile camara has this grant type; of the others none has. phone is needed, since nobody is "
                "found by a number that they did not agree to tell. Outside the sandbox the operator registers the "
                "purposes."
            ),
            "Register",
        ),
        Part(
            mark("Have the person agree, once"),
            mark(
                "In a sign-in as any other: the consent stands until they withdraw it. Tick the phone number, which is "
                "optional here."
            ),
            "Have the person agree",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": 600, "scope": "openid phone", '
                '"id_token": "…"}',
            ),
        ),
        Part(
            mark("Ask by the number"),
            mark(
                "sub is tel: and the number, aud the issuer; it is good once and for %(minutes)s minutes at most. "
                "scope stands in the assertion: what is to be told, and dpv: with the id of one registered purpose, "
                "which a client that registered itself has as sandbox. The assertion says who the client is as well; a "
                "client_assertion beside it does no harm."
            ),
            "Ask by the number",
            ('{"access_token": "…", "token_type": "DPoP", "expires_in": 600, "scope": "openid phone"}',),
            numbers={"minutes": LONGEST_LIFE // MINUTE},
        ),
        Part(
            mark("Ask with the token"),
            mark("As after a sign-in. Tokens of this profile are bound to a key where the request brings a proof."),
            "Read",
            ('{"sub": "…", "phone_number": "+84950000001", "phone_number_verified": true}',),
        ),
        Part(
            mark("Of everybody else"),
            mark(
                "The answer is one and the same, for a number of nobody, a locked account, and somebody who agreed to "
                "less or withdrew."
            ),
            "Ask of somebody else",
            (
                '{"error": "invalid_grant",\n "error_description": "Nobody of this number has agreed that this client '
                'is told all of this for this purpose.",\n "error_uri": "…"}',
            ),
        ),
    ),
    errors=(("invalid_grant", "assertion"), ("invalid_scope", "assertion"), ("unauthorized_client", "")),
)
