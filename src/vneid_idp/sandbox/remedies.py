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
    ("invalid_request", "certificate"): Remedy(
        mark("A client certificate beside the request: what this client gets is bound to it."),
        mark(
            "Call the address that mtls_endpoint_aliases of discovery names, which asks for certificates, and have the "
            "connection show one; or register the client without tls_client_certificate_bound_access_tokens."
        ),
        "RFC 8705 §3, §5",
    ),
    ("invalid_request", "par"): Remedy(
        mark("A request that was pushed to /par, as the profile or the registration of this client asks."),
        mark(
            "Turn on pushed authorization requests (PAR) in the library. It posts the parameters to "
            "pushed_authorization_request_endpoint of discovery, as the client, and sends the browser with client_id "
            "and request_uri alone."
        ),
        "RFC 9126 §2, §4",
    ),
    ("invalid_request", "request"): Remedy(
        mark(
            "All parameters in one JWT as request, signed by a registered key with PS256, ES256 or EdDSA: with iss "
            "(the client_id), aud (the issuer), exp, iat, nbf and a new jti."
        ),
        mark("Mend what the description names. /guide/ciba has a script that signs one."),
        "CIBA Core §7.1.1",
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
    ("invalid_client", "certificate"): Remedy(
        mark(
            "The certificate of the client, shown to an address of mtls_endpoint_aliases: with the one name that is "
            "registered (tls_client_auth), or itself in x5c of a registered key (self_signed_tls_client_auth)."
        ),
        mark(
            "Call the address that mtls_endpoint_aliases of discovery names and have the connection show the "
            "certificate. openssl x509 -noout -subject -nameopt RFC2253 -in FILE prints its name as it is to be "
            "registered."
        ),
        "RFC 8705 §2, §5",
    ),
    ("invalid_grant", "polled"): Remedy(
        mark("A device_code or auth_req_id that this client got, and whose tokens nobody has fetched yet."),
        mark(
            "Send it as it came in the answer: user_code is for people. Once the tokens are fetched, or the person has "
            "withdrawn, begin anew with another request."
        ),
        "RFC 8628 §3.4, CIBA Core §11",
    ),
    ("invalid_grant", "dpop"): Remedy(
        mark("A proof of the key to which the code or the refresh token is bound."),
        mark(
            "Keep one key from the pushed request, or dpop_jkt, to the token request; a public client keeps it for its "
            "refresh tokens as well. With another key begin again at /authorize."
        ),
        "RFC 9449 §5, §10",
    ),
    ("invalid_grant", "certificate"): Remedy(
        mark("The client certificate to which the refresh token is bound."),
        mark("Show the one of the request that brought the token. With another one begin again at /authorize."),
        "RFC 8705 §4",
    ),
    ("invalid_scope", "openid"): Remedy(
        mark("openid among the scopes, by which the request is one of OpenID Connect."),
        mark("Add openid to scope. Libraries of plain OAuth leave it out unless they are told."),
        "OpenID Connect Core §3.1.2.1",
    ),
    ("invalid_scope", "own_name"): Remedy(
        mark("A scope that needs no person, and that this client is registered for, such as binding:social_account."),
        mark(
            "Leave scope out, and take all that there is. What is told of a person (openid, profile, …) takes their "
            "request at /authorize, and no client_credentials."
        ),
        "RFC 6749 §4.4",
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
    ("unauthorized_client", "family"): Remedy(
        mark("A client of the same family as the one that got the subject token."),
        mark(
            "Have the operator register the client with that family: vneid-idp clients register, or the console. Who "
            "registers itself belongs to none."
        ),
        "/guide/token-exchange",
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
    ("invalid_token", "dpop"): Remedy(
        mark("The token by the scheme DPoP, beside a new proof by the very key that it is bound to."),
        mark(
            "Send Authorization: DPoP and the token, and sign the proof with the key of the token request. Another "
            "token is refused alike: it is the key that is missing."
        ),
        "RFC 9449 §7",
    ),
    ("invalid_token", "certificate"): Remedy(
        mark("The certificate that the token is bound to, shown by the connection."),
        mark(
            "Call the API where certificates are asked for, as mtls_endpoint_aliases of discovery names userinfo, with "
            "the certificate of the token request. Another token is refused alike; a renewed certificate needs one of "
            "its own."
        ),
        "RFC 8705 §3, §5",
    ),
    ("invalid_token", "scheme"): Remedy(
        mark("A token that is bound to no key, by the scheme Bearer."),
        mark("Send Authorization: Bearer. To have tokens bound, send a DPoP proof with the token request."),
        "RFC 9449 §7.1",
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
