"""`/guide/token-exchange`: clients of one organisation act for the one that people use (RFC 8693)."""

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.acting import MOST_ACTORS
from vneid_idp.protocol.grant_types.token_exchange import ACCESS_TOKEN_TYPE
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE
from vneid_idp.sandbox.guide.page import GuidePage, Part, Picture, Step
from vneid_idp.web.i18n import mark

_PERSON, _APP, _BACK_END, _PROVIDER = (
    mark("Person"),
    mark("App"),
    mark("Back end, point of sale"),
    mark("This provider"),
)

PAGE = GuidePage(
    slug="token-exchange",
    title=mark("Token exchange"),
    lead=mark(
        "A person agrees with an app. Its back end, or a point of sale of the same organisation, acts by what they "
        "agreed to: with a token of its own, which can do less and never more."
    ),
    script="token_exchange",
    picture=Picture(
        (_PERSON, _APP, _BACK_END, _PROVIDER),
        (
            Step(_PERSON, _PROVIDER, mark("Signs in, and agrees to what the app asks")),
            Step(_PROVIDER, _APP, mark("Access token of the app")),
            Step(_APP, _BACK_END, mark("A request, with that token")),
            Step(_BACK_END, _PROVIDER, mark("The exchange: the app's token, and who acts by it")),
            Step(_PROVIDER, _BACK_END, mark("A narrower token, bound to the key of who asked")),
            Step(_BACK_END, _PROVIDER, mark("userinfo and other APIs, with the new token")),
        ),
    ),
    parts=(
        Part(
            mark("What the operator registers"),
            mark(
                "The clients are of one family. may_act of the app names who acts under its own name, and who "
                "exchanges has the profile fapi2 and the grant type."
            ),
            "Register",
        ),
        Part(
            mark("The app signs in"),
            mark("As a public client with PKCE, and with a key that its tokens are bound to."),
            "Sign in at the app",
        ),
        Part(
            mark("Narrow: a back end does its part of the app's work"),
            mark(
                "It gets what the app's token carries and the back end is registered for itself, or the part that "
                "scope asks. Check beforehand, against cnf in the introspection of the app's token, that the request "
                "came with the proof of its key: whoever found the token has none."
            ),
            "Narrow",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": …, "scope": "openid full_name",\n'
                f' "issued_token_type": "{ACCESS_TOKEN_TYPE}"}}',
                '{"sub": "…", "full_name": "…"}',
            ),
            points=(
                mark(
                    "resource or audience narrows further where the token is good: of this provider's APIs those that "
                    "it is for. audience may name clients of the family by their client_id as well; that changes "
                    "nothing, since each that is registered for exchanges takes such a token."
                ),
                mark(
                    "A signed token for a resource server of somebody else is exchanged for another one for that "
                    "server alone, if the operator registered both clients there; the server knows the person as "
                    "before. A token for this provider's APIs never leads there, and whoever receives a token and is "
                    "of another family exchanges nothing."
                ),
                mark(
                    "authorization_details come along as far as both clients are registered for their type. What was "
                    "confirmed once, such as a number, is done once, by whichever of these tokens comes first."
                ),
                mark(
                    "It lives as long as the app's token at most, %(minutes)s minutes in all; a refresh token does not "
                    "come with it."
                ),
            ),
            numbers={"minutes": ACCESS_TOKEN_LIFE // MINUTE},
        ),
        Part(
            mark("Delegate: a point of sale acts, and says so"),
            mark(
                "Beside the token of the person, or one that the carrier got in its own name, the point sends its own. "
                "The result says who acts; a dealer under the point exchanges that once more, and introspection "
                "names both."
            ),
            "Delegate",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": …, "scope": "openid full_name phone",\n'
                f' "issued_token_type": "{ACCESS_TOKEN_TYPE}"}}',
                '{"active": true, "token_type": "DPoP", "scope": "openid full_name phone", "client_id": "…", '
                '"sub": "…",\n "iss": "…", "aud": "…", "jti": "…", "iat": …, "exp": …, "cnf": {"jkt": "…"}, '
                '"act": {"sub": "…"}}',
            ),
        ),
        Part(
            mark("Asking for more"),
            mark("Is refused: phone is no scope of the back end."),
            "Widen",
            (
                '{"error": "invalid_scope",\n "error_description": "An exchange brings what the subject_token carries '
                'and this client is registered for, or a part of it.",\n "error_uri": "…"}',
            ),
        ),
        Part(
            mark("What ends it, and what is refused"),
            mark(
                "The person is known to all of them by the sub that the app knows, reads in the history who was told "
                "what, for whom, and was told of this on the page of consent."
            ),
            points=(
                mark(
                    "It ends at once when the person withdraws or signs out of the app's session, when the account, "
                    "the app, who acts or their organisation is taken out of service, and when may_act names them no "
                    "more."
                ),
                mark(
                    "Refused are ID tokens, refresh tokens, tokens of other issuers and other organisations, a wider "
                    "scope or wider authorization_details, offline_access, and a public client that asks."
                ),
                mark(
                    "Refused are an actor that is not the client that asks, one that may_act does not name, and more "
                    "than %(most)s that act one for the other."
                ),
            ),
            numbers={"most": MOST_ACTORS},
        ),
    ),
    errors=(
        ("invalid_request", "subject_token"),
        ("invalid_request", "actor_token"),
        ("invalid_scope", "subject_token"),
        ("unauthorized_client", "family"),
        ("invalid_target", "audience"),
    ),
)
