"""Whose tokens must be bound to a key, and to which kind of one (RFC 9449 §5.2, RFC 8705 §3.4, FAPI 2.0 §5.3.2.1)."""

from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest


def is_app_of_organisation(client: Client) -> bool:
    """Whether it is a public client of a family: what it hands to the others there, nobody who found it may hand on."""
    return client.is_public and client.family is not None


def must_be_bound(client: Client) -> bool:
    """Whether tokens of this client are no bearer's, as it is registered now."""
    return (
        client.dpop_bound_access_tokens
        or client.tls_client_certificate_bound_access_tokens
        or PROFILES[client.profile].sender_constrained
        or is_app_of_organisation(client)
    )


def check_constrained(client: Client, proof: Confirmation | None) -> None:
    """Require of a token request the proof that the client registered to bring, or whose profile asks for one."""
    if client.dpop_bound_access_tokens and (proof is None or proof.method != "jkt"):
        raise InvalidRequest("This client registered dpop_bound_access_tokens: a DPoP proof is needed.", about="dpop")
    if client.tls_client_certificate_bound_access_tokens and proof is None:
        raise InvalidRequest(
            "This client registered tls_client_certificate_bound_access_tokens: a client certificate is needed.",
            about="certificate",
        )
    if proof is None and must_be_bound(client):
        raise InvalidRequest(
            "Tokens of this client are bound to a key: a DPoP proof is needed, or a certificate and "
            "tls_client_certificate_bound_access_tokens in its registration.",
            about="dpop",
        )
