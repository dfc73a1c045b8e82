"""`/guide/sign-in`: a person signs in at a client of the profile `fapi2`."""

from vneid_idp.interaction.service import PUSHED_LIFE
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.tokens import CODE_LIFE
from vneid_idp.sandbox.guide.page import GuidePage, Part, Picture, Step
from vneid_idp.web.i18n import mark

_PERSON, _BACK_END, _PROVIDER = mark("Person"), mark("Back end"), mark("This provider")

PAGE = GuidePage(
    slug="sign-in",
    title=mark("A sign-in by the rules of FAPI 2.0"),
    lead=mark(
        "For a carrier's back end, and whoever receives an ID number: nothing of the request passes through a browser, "
        "and nobody but the client can use what comes of it."
    ),
    script="sign_in",
    picture=Picture(
        (_PERSON, _BACK_END, _PROVIDER),
        (
            Step(_BACK_END, _PROVIDER, mark("Pushes the request, signed, with the proof of its key")),
            Step(_BACK_END, _PERSON, mark("Sends the browser away, with the name of the request alone")),
            Step(_PERSON, _PROVIDER, mark("Signs in, and agrees")),
            Step(_PROVIDER, _BACK_END, mark("A code, by way of the browser, in an answer that is signed")),
            Step(_BACK_END, _PROVIDER, mark("The code, with the verifier and the same key")),
            Step(_PROVIDER, _BACK_END, mark("Tokens that are bound to the key")),
        ),
    ),
    parts=(
        Part(
            mark("Register"),
            mark(
                "With a key that says who the client is (private_key_jwt). The key that tokens are bound to is another "
                "one and is registered nowhere: each proof brings it. Outside the sandbox the operator sets the "
                "profile."
            ),
            "Register",
        ),
        Part(
            mark("Push the request (PAR)"),
            mark(
                "The request goes to the provider directly, with PKCE and, in the same request, the proof of the key: "
                "so the code is bound to it as well. It is good for %(seconds)s seconds, once."
            ),
            "Push",
            ('{"request_uri": "urn:ietf:params:oauth:request_uri:…", "expires_in": 90}',),
            numbers={"seconds": PUSHED_LIFE // SECOND},
        ),
        Part(
            mark("Send the person"),
            mark(
                "The address names the client and the pushed request, and says nothing of what is asked. Be somebody "
                "there. Nothing listens at the redirect address of the script: copy the address at which the browser "
                "ends, and paste it, within a minute."
            ),
            "Send the person",
        ),
        Part(
            mark("Read the answer (JARM)"),
            mark(
                "response_mode=query.jwt brings the answer as one JWT in the parameter response: iss, aud and exp are "
                "checked with the signature, state by you. Without it code, state and iss come as parameters."
            ),
            "Read the answer",
        ),
        Part(
            mark("Redeem the code"),
            mark(
                "Within %(seconds)s seconds, with the verifier and a proof of the same key. token_type is DPoP; the ID "
                "token is for this client, and says by acr which level was reached."
            ),
            "Redeem",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": 600,\n'
                ' "scope": "openid identity full_name offline_access", "id_token": "…", "refresh_token": "…"}',
            ),
            numbers={"seconds": CODE_LIFE // SECOND},
        ),
        Part(
            mark("Ask with the token"),
            mark("Each request to an API has a new proof, with the digest of the token in it (ath)."),
            "Ask",
            ('{"sub": "…", "identity_level": 2, "identity_verified_since": …, "full_name": "…"}',),
        ),
        Part(
            mark("What whoever found the token gets"),
            mark("Nothing: without the key it is refused."),
            "Steal",
            (
                '{"error": "invalid_token",\n "error_description": "The access token is bound to a key: send it by the '
                'scheme DPoP, with a proof.",\n "error_uri": "…"}',
            ),
        ),
        Part(
            mark("Refresh"),
            mark(
                "Refresh tokens of this profile stay the same: one that is bound is worth nothing to others, and one "
                "that does not change is not lost on the way. The client may bring a new key here."
            ),
            "Refresh",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": 600,\n'
                ' "scope": "openid identity full_name offline_access", "id_token": "…"}',
            ),
        ),
    ),
    errors=(
        ("invalid_client", ""),
        ("invalid_client", "jti"),
        ("invalid_request", "dpop"),
        ("invalid_request", "code_challenge"),
        ("invalid_token", "dpop"),
        ("invalid_dpop_proof", "iat"),
        ("invalid_dpop_proof", "htu"),
        ("use_dpop_nonce", ""),
        ("invalid_request", "par"),
        ("invalid_request_uri", ""),
        ("invalid_grant", ""),
        ("unmet_authentication_requirements", ""),
        ("access_denied", ""),
    ),
)
