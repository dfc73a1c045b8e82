"""That every member of the specifications which belongs here is known, and kept as it was sent."""

from typing import Any

from tests.support.registration import CALLBACK, JWKS, read
from vneid_idp.protocol.members import MEMBERS

MEMBERS_SENT: dict[str, Any] = {
    "application_type": "web",
    "redirect_uris": [CALLBACK, "https://rp.example/cb?query=1"],
    "response_types": ["code"],
    "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    "scope": "openid profile",
    "client_name": "Ngân hàng",
    "client_uri": "https://rp.example",
    "logo_uri": "https://rp.example/logo.png",
    "policy_uri": "https://rp.example/policy",
    "tos_uri": "https://rp.example/terms",
    "contacts": ["a@rp.example"],
    "software_id": "s",
    "software_version": "1",
    "jwks": JWKS,
    "subject_type": "public",
    "sector_identifier_uri": "https://rp.example/sector",
    "token_endpoint_auth_method": "private_key_jwt",
    "token_endpoint_auth_signing_alg": "PS256",
    "id_token_signed_response_alg": "EdDSA",
    "id_token_encrypted_response_alg": "ECDH-ES",
    "id_token_encrypted_response_enc": "A256GCM",
    "userinfo_claims_in_id_token": True,
    "userinfo_signed_response_alg": "RS256",
    "userinfo_encrypted_response_alg": "RSA-OAEP",
    "userinfo_encrypted_response_enc": "A128CBC-HS256",
    "authorization_signed_response_alg": "PS256",
    "authorization_encrypted_response_alg": "RSA-OAEP-256",
    "authorization_encrypted_response_enc": "A256GCM",
    "request_object_signing_alg": "ES256",
    "request_object_encryption_alg": "RSA-OAEP",
    "request_object_encryption_enc": "A256GCM",
    "request_uris": ["https://rp.example/request#abc"],
    "require_signed_request_object": False,
    "require_pushed_authorization_requests": True,
    "default_max_age": 0,
    "require_auth_time": True,
    "default_acr_values": ["urn:vneid:level:2"],
    "initiate_login_uri": "https://rp.example/login",
    "post_logout_redirect_uris": ["https://rp.example/out?x=1"],
    "allowed_cors_origins": ["https://app.rp.example"],
    "require_token_endpoint_auth_method": True,
    "dpop_bound_access_tokens": True,
    "require_pkce_or_nonce": True,
    "backchannel_logout_uri": "https://rp.example/back",
    "backchannel_logout_session_required": True,
    "frontchannel_logout_uri": "https://rp.example:443/front?x=1",
    "frontchannel_logout_session_required": True,
    "backchannel_token_delivery_mode": "ping",
    "backchannel_client_notification_endpoint": "https://rp.example/told",
    "security_event_endpoint": "https://rp.example/events",
    "backchannel_authentication_request_signing_alg": "PS256",
    "backchannel_user_code_parameter": False,
}


def test_every_member_of_the_specifications_that_belongs_here_is_accepted_and_kept() -> None:
    found = read(**MEMBERS_SENT)
    assert {name: found[name] for name in MEMBERS_SENT} == MEMBERS_SENT
    by_certificate: dict[str, Any] = {
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": "CN=Back end,O=Carrier,C=VN",
        "tls_client_certificate_bound_access_tokens": True,
    }
    found = read(**by_certificate)
    assert {name: found[name] for name in by_certificate} == by_certificate
    others = {"san_dns": "api.rp.example", "san_uri": "urn:rp", "san_ip": "192.0.2.7", "san_email": "ops@rp.example"}
    for name, value in others.items():
        member: dict[str, Any] = {f"tls_client_auth_{name}": value}
        assert read(token_endpoint_auth_method="tls_client_auth", **member)[f"tls_client_auth_{name}"] == value
    known = {*MEMBERS_SENT, *by_certificate, *(f"tls_client_auth_{name}" for name in others)}
    assert set(MEMBERS) - known == {"jwks_uri"}
