"""What a client may still change of itself once the operator decided about it (RFC 7592 §2.2).

What the operator registered or changed is a ceiling: with its registration access token the client may go below it, and
never above. Else it would take back by itself what was taken from it, and with it every token that ended by that.

A client that registered itself and that no operator changed has no ceiling but the scopes that anybody may have
(`registration.py: SELF_GRANTED`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.errors import InvalidClientMetadata

_METHOD_STRENGTH = {
    "none": 0,
    "client_secret_basic": 1,
    "client_secret_post": 1,
    "private_key_jwt": 2,
    "tls_client_auth": 2,
    "self_signed_tls_client_auth": 2,
}


def _more(before: Any, after: Any) -> bool:
    had, has = (set(value.split() if isinstance(value, str) else value or ()) for value in (before, after))
    return not has <= had


def _given_up(before: Any, after: Any) -> bool:
    return before not in (None, False, "none") and after in (None, False, "none")


def _weaker(before: Any, after: Any) -> bool:
    return _METHOD_STRENGTH[after] < _METHOD_STRENGTH[before]


WIDENS: dict[str, Callable[[Any, Any], bool]] = {
    "scope": _more,
    "grant_types": _more,
    "request_uris": _more,
    "allowed_cors_origins": _more,
    "token_endpoint_auth_method": _weaker,
    "token_endpoint_auth_signing_alg": _given_up,
    "require_token_endpoint_auth_method": _given_up,
    "require_pushed_authorization_requests": _given_up,
    "dpop_bound_access_tokens": _given_up,
    "tls_client_certificate_bound_access_tokens": _given_up,
    "require_pkce_or_nonce": _given_up,
    "require_signed_request_object": _given_up,
    "request_object_signing_alg": _given_up,
    "backchannel_authentication_request_signing_alg": _given_up,
    "id_token_signed_response_alg": _given_up,
    "id_token_encrypted_response_alg": _given_up,
    "id_token_encrypted_response_enc": _given_up,
    "userinfo_signed_response_alg": _given_up,
    "userinfo_encrypted_response_alg": _given_up,
    "userinfo_encrypted_response_enc": _given_up,
    "authorization_signed_response_alg": _given_up,
    "authorization_encrypted_response_alg": _given_up,
    "authorization_encrypted_response_enc": _given_up,
}
"""The members that open something or ask something of the client, and whether a change of one widens.

What people are shown and where answers go (`members.py: FIXED_MEMBERS`) has no less and no more: it stays as it is.
"""


def decided_by_operator(members: Mapping[str, Any]) -> bool:
    """Whether the operator registered the client of these `members`, or changed it since."""
    return members.get("registered_by") == "operator" or members.get("changed_by") == "operator"


def stay_below(found: dict[str, Any], members: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """What a client's own update does not speak of stands as the operator left it, and falls back to no default."""
    for name in WIDENS:
        if members.get(name) is None and name in before:
            found[name] = before[name]


def check_below(found: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Raise `InvalidClientMetadata` where a client's own update `found` goes above what the operator left standing."""
    for name, widens in WIDENS.items():
        if widens(before.get(name), found.get(name)):
            raise InvalidClientMetadata(
                mark(
                    "the operator decided about this client; it may give up what stands registered, and only the "
                    "operator gives it more"
                ),
                member=name,
            )
