"""`/guide/certificates`: a client that shows a certificate (RFC 8705)."""

from vneid_idp.sandbox.guide.page import GuidePage, Part
from vneid_idp.web.i18n import mark

PAGE = GuidePage(
    slug="certificates",
    title=mark("Certificates in place of signatures"),
    lead=mark(
        "Mutual TLS says who the client is, binds its tokens, or both. Everything else of a sign-in stays as it is."
    ),
    script="certificates",
    parts=(
        Part(
            mark("Make a certificate"),
            mark(
                "A self-signed one is registered itself (self_signed_tls_client_auth). One of an authority that the "
                "provider trusts is registered by the name in it (tls_client_auth with tls_client_auth_subject_dn or "
                "one of the tls_client_auth_san members): the sandbox issues such at POST /sandbox/certificates."
            ),
            "Make",
        ),
        Part(
            mark("Register"),
            mark(
                "The certificate stands in x5c of its key, in jwks or at jwks_uri. "
                "tls_client_certificate_bound_access_tokens binds tokens to it; a client of the profile fapi2 may "
                "leave it out and prove a key by DPoP instead."
            ),
            "Register",
        ),
        Part(
            mark("Connect"),
            mark(
                "Certificates are asked for at addresses of their own, which stand in mtls_endpoint_aliases of "
                "discovery, so that people's browsers are not asked for one. The sandbox has a port for them, and its "
                "own authority; of self-signed ones it knows those in jwks."
            ),
            "Connect",
        ),
        Part(
            mark("Ask for a token"),
            mark(
                "client_id stands in the form, since the certificate names no client. token_type is Bearer all the "
                "same."
            ),
            "Ask",
            (
                '{"access_token": "…", "token_type": "Bearer", "expires_in": 600, "scope": "binding:social_account"}',
                '{"active": true, "token_type": "Bearer", "scope": "binding:social_account", "client_id": "…",\n'
                ' "sub": "…", "iss": "…", "aud": "…", "jti": "…", "iat": …, "exp": …, "cnf": {"x5t#S256": "…"}}',
            ),
        ),
        Part(
            mark("What whoever found the token gets"),
            mark("Nothing without the certificate; with it the answer."),
            "Steal",
            (
                '{"type": "urn:vneid:problem:invalid_token",\n'
                ' "title": "This is bound to a client certificate, and the request does not show that certificate.",\n'
                ' "status": 401,\n'
                ' "detail": "This is bound to a client certificate, and the request does not show that certificate.",\n'
                ' "code": "invalid_token", "request_id": "…", "instance": "…"}',
                '{"items": [], "next_cursor": null}',
            ),
        ),
    ),
    errors=(("invalid_client", "certificate"), ("invalid_token", "certificate"), ("invalid_client_metadata", "")),
)
