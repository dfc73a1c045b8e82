"""What is said of an error to developers, and what of the mistakes that its code does not tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.grant_types.jwt_bearer import LONGEST_LIFE
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class Remedy:
    """Two sentences in English, translated where they are shown, where to read on, and the numbers in the sentences."""

    expected: str
    mend: str
    reference: str
    numbers: Mapping[str, int] = field(default_factory=dict)


MISTAKES: Mapping[tuple[str, str], Remedy] = {
    ("invalid_request", "client_secret"): Remedy(
        mark("One way to authenticate: a secret by Basic, a secret in the form, or an assertion."),
        mark(
            "Leave one of the two that the description names out. The library sets the Authorization header, or puts "
            "client_secret into the form, beside what your own code sends; most have a setting for the method."
        ),
        "RFC 6749 §2.3",
    ),
    ("invalid_request", "response_mode"): Remedy(
        mark(
            "response_mode=query, fragment, form_post, or one of these as a JWT, such as query.jwt; without it the "
            "answer comes in the query."
        ),
        mark("Leave response_mode out, or choose one of these in the library; web_message is not offered."),
        "OAuth 2.0 Multiple Response Types §2.1",
    ),
    ("invalid_request", "dpop"): Remedy(
        mark("A DPoP proof beside the request: what this client gets is bound to a key."),
        mark(
            "Turn on DPoP in the library, or register the client without dpop_bound_access_tokens and as oidc; "
            "tokens of a public client of a family are always bound."
        ),
        "RFC 9449 §5",
    ),
    ("invalid_request", "code_challenge"): Remedy(
        mark("A code_challenge, made of a code_verifier that the application keeps, with code_challenge_method=S256."),
        mark("Turn on PKCE with S256 in the library."),
        "RFC 7636 §4.2",
    ),
    ("invalid_request", "code_challenge_method"): Remedy(
        mark("code_challenge_method=S256 beside a challenge of that kind: BASE64URL(SHA256(code_verifier))."),
        mark("Send code_challenge_method=S256. Where it is left out the method is plain, which is not taken here."),
        "RFC 7636 §4.3, RFC 9700 §2.1.1",
    ),
    ("invalid_request", "Content-Type"): Remedy(
        mark("A form, with the header Content-Type: application/x-www-form-urlencoded."),
        mark(
            "Send the parameters as a form and not as JSON: in JavaScript, with fetch or axios, as new "
            "URLSearchParams({…}); with curl by -d; with Python's requests or httpx by data=."
        ),
        "RFC 6749 §4.1.3, Appendix B",
    ),
    ("invalid_client", "jti"): Remedy(
        mark("A client assertion with a jti that was not used before."),
        mark(
            "Have the library put a jti of its own into each assertion, such as a random UUID. Some leave it out, "
            "since RFC 7523 alone does not ask for it; look for a newer version."
        ),
        "OpenID Connect Core §9",
    ),
    ("invalid_request", "subject_token"): Remedy(
        mark(
            "A live access token of a client of the same family, with "
            "subject_token_type=urn:ietf:params:oauth:token-type:access_token: no ID token, no refresh token, and "
            "nothing of another issuer."
        ),
        mark(
            "Take a token that has not expired, of a person who is signed in and has withdrawn nothing, and compare "
            "the member family of both registrations. /guide/token-exchange shows whole requests."
        ),
        "RFC 8693 §2.1",
    ),
    ("invalid_request", "actor_token"): Remedy(
        mark(
            "The token that the client got in its own name, by client_credentials and with the key that comes with "
            "this request, of a client that may_act names in the registration of whom it acts for."
        ),
        mark(
            "Get one with client_credentials, and have the operator name the client in may_act. Who is named there "
            "always sends one; at most two act one for the other."
        ),
        "RFC 8693 §2.1, §4.4",
    ),
    ("invalid_scope", "subject_token"): Remedy(
        mark("A scope that the subject token carries, and the client that asks is registered for as well."),
        mark("Leave scope out, and take what the answer says; or ask for less. offline_access is never handed on."),
        "RFC 8693 §2.1",
    ),
    ("invalid_target", "audience"): Remedy(
        mark(
            "Where the subject token is good, or a part of that: of our own APIs those that it is for, and of a "
            "resource server a signed token for that very one."
        ),
        mark(
            "Have the application get a token for that resource, by its code or refresh token, and exchange that one; "
            "the operator adds this client to clients of the resource server. As audience a client of the family is "
            "named by its client_id, if it is registered for token exchange itself."
        ),
        "RFC 8693 §2.1",
    ),
    ("invalid_grant", "assertion"): Remedy(
        mark(
            "A new assertion, signed by a registered key and good for %(minutes)s minutes at most: iss the client_id, "
            "aud the issuer or the token endpoint, sub a number as tel:+84951234567, a jti; of a person who agreed "
            "before that the client is told all of the scope for this purpose, and their phone number."
        ),
        mark(
            "Mend the claim that the description names. If it names none, nobody of this number agreed, or they agreed "
            "to less: ask the person at /authorize. Which of these it is nobody is told."
        ),
        "RFC 7523 §3",
        {"minutes": LONGEST_LIFE // MINUTE},
    ),
    ("invalid_scope", "assertion"): Remedy(
        mark(
            "A claim scope of what is to be told, such as openid phone, and one purpose: dpv: and the id of one that "
            "is registered."
        ),
        mark(
            "Leave out what permits an act (offline_access, binding:) and what is not registered, and name one purpose."
        ),
        "RFC 7523 §3",
    ),
    ("invalid_dpop_proof", "iat"): Remedy(
        mark("A proof that was made within a minute of now, by the clock of this provider."),
        mark("Make a proof for each request and keep none; let the machine's clock follow a time server."),
        "RFC 9449 §4.3, §11.1",
    ),
    ("invalid_dpop_proof", "htu"): Remedy(
        mark("The address that is called, as discovery tells it, without query and fragment."),
        mark("Behind a proxy of your own, sign for the address of this provider and not for the proxy's."),
        "RFC 9449 §4.2",
    ),
    ("invalid_token", "signed"): Remedy(
        mark("An access token for this provider's own APIs, which is no JWT."),
        mark(
            "An ID token tells the client who signed in, and a signed access token is for the resource server in its "
            "aud. Get one for this API by a token request without resource, or with this API as resource."
        ),
        "RFC 9068 §4",
    ),
    ("invalid_token", "resource"): Remedy(
        mark("An access token that is for this API."),
        mark("Name this API as resource in the token request, or none. How it is called, resource_metadata tells."),
        "RFC 8707 §2.2",
    ),
    ("invalid_client_metadata", "offline_access"): Remedy(
        mark("offline_access in scope together with refresh_token in grant_types, or neither of them."),
        mark(
            'Register "grant_types": ["authorization_code", "refresh_token"]. Who wants no refresh token leaves '
            "offline_access out of scope; in a request it is ignored then."
        ),
        "OpenID Connect Core §11",
    ),
}
"""For a mistake that its code does not tell: by the code, and by what the error is about (`OAuthError.about`)."""
