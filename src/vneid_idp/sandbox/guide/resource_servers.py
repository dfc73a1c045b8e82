"""`/guide/resource-servers`: tokens for servers of others (RFC 8707, RFC 9068)."""

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.signed_token import SIGNED_TOKEN_LIFE
from vneid_idp.sandbox.guide.page import GuidePage, Part, Picture, Step
from vneid_idp.web.i18n import mark

_PERSON, _CLIENT, _SERVER, _PROVIDER = mark("Person"), mark("Client"), mark("Resource server"), mark("This provider")

PAGE = GuidePage(
    slug="resource-servers",
    title=mark("Resource servers and signed tokens"),
    lead=mark(
        "A server of somebody else takes access tokens of this provider, and verifies them by itself: a signed JWT, "
        "for it alone, that lives %(minutes)s minutes."
    ),
    script="resource_server",
    picture=Picture(
        (_PERSON, _CLIENT, _SERVER, _PROVIDER),
        (
            Step(_CLIENT, _PROVIDER, mark("A request with resource, and one of its scopes")),
            Step(_PERSON, _PROVIDER, mark("Reads which server it is for, and agrees")),
            Step(_PROVIDER, _CLIENT, mark("A code, and for it a signed access token")),
            Step(_CLIENT, _SERVER, mark("The token, with the proof of the key")),
            Step(_SERVER, _PROVIDER, mark("Asks whether it still counts, where that matters")),
        ),
    ),
    parts=(
        Part(
            mark("What the operator registers"),
            mark(
                "The server with its identifier, its scopes in the person's languages, who may ask for them, and the "
                "organisation that answers for it: vneid-idp resource-servers register FILE, or the admin API."
            ),
            "Register",
        ),
        Part(
            mark("Name it in the request"),
            mark("resource with at least one of its scopes: the person reads of it on the page of consent."),
            "Push",
            ('{"request_uri": "urn:ietf:params:oauth:request_uri:…", "expires_in": 90}',),
        ),
        Part(mark("Send the person"), mark("As in any sign-in."), "Send the person"),
        Part(
            mark("Name it again for the token"),
            mark(
                "A token is for one server. Without resource a token request brings one for this provider's own APIs, "
                "as ever. With a refresh token you get one for each, in turn."
            ),
            "Redeem",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": 300, "scope": "tickets:buy", '
                '"id_token": "…"}',
            ),
        ),
        Part(
            mark("What the server checks"),
            mark(
                "Signature by jwks_uri, iss, aud, exp, typ at+jwt, and that the proof beside it is of the key in cnf. "
                "sub is made for the client and this server: it is not the one in the ID token."
            ),
            "Verify",
        ),
        Part(
            mark("Whether it still counts"),
            mark(
                "A person who withdraws in the meantime does not change a signature: where minutes matter, the server "
                "asks at introspection, as the client that is registered as its introspection_client."
            ),
            "Ask back",
            (
                '{"active": true, "token_type": "DPoP", "scope": "tickets:buy", "client_id": "…", "sub": "…", '
                '"iss": "…",\n "aud": "https://tickets.example/…", "jti": "…", "iat": …, "exp": …, "cnf": {"jkt": '
                '"…"}}',
            ),
        ),
    ),
    errors=(
        ("invalid_target", ""),
        ("invalid_token", "signed"),
        ("invalid_token", "resource"),
        ("insufficient_user_authentication", ""),
    ),
    numbers={"minutes": SIGNED_TOKEN_LIFE // MINUTE},
)
