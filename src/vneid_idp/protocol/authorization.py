"""The authorization request: prove where the answer may go, then read what is asked.

RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vneid_idp.protocol.claims import SCOPES, ClaimsRequest, read_claims
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    RegistrationNotSupported,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
from vneid_idp.protocol.levels import ACR_VALUES
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.pkce import read_challenge

RESPONSE_MODES = ("query", "form_post")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_LONGEST = {"state": 4096, "nonce": 1024, "claims": 4096}


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where the answer goes. Only `return_address` builds one, so an unproven address cannot be redirected to."""

    redirect_uri: str
    response_mode: str
    state: str | None


def return_address(client: Client, params: Params) -> ReturnAddress:
    """Prove the redirect URI against the registration, byte by byte (RFC 9700 §2.1).

    Until this returns, an error must be a page: redirecting to an address that a stranger chose is an open redirector.
    Raises `InvalidRequest`.
    """
    redirect_uri = params.get("redirect_uri")
    if redirect_uri is None:
        raise InvalidRequest("redirect_uri is missing.")
    if redirect_uri not in client.redirect_uris:
        raise InvalidRequest("redirect_uri is not one of the redirect_uris that this client registered (exact match).")
    mode = params.get("response_mode", "query")
    return ReturnAddress(redirect_uri, mode if mode in RESPONSE_MODES else "query", params.get("state"))


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request that passed every check.

    Stored as JSON in interactions, so new fields go last and have defaults.
    """

    client_id: str
    redirect_uri: str
    response_mode: str
    state: str | None
    scope: tuple[str, ...]
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=dict)
    login_hint: str | None = None
    id_token_hint: str | None = None
    ui_locales: tuple[str, ...] = ()

    @property
    def address(self) -> ReturnAddress:
        """The proven return address."""
        return ReturnAddress(self.redirect_uri, self.response_mode, self.state)

    @property
    def wanted_subject(self) -> str | None:
        """The `sub` that the `claims` parameter insists on (OIDC Core §5.5.1)."""
        value = self.claims.get("id_token", {}).get("sub", {}).get("value")
        return value if isinstance(value, str) else None

    def to_json(self) -> dict[str, Any]:
        """A JSON object from which `from_json` builds an equal request."""
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "AuthorizationRequest":
        """The request that `to_json` wrote."""
        shaped = dict(value)
        for name in ("scope", "acr_values", "ui_locales"):
            shaped[name] = tuple(shaped.get(name, ()))
        shaped["prompt"] = frozenset(shaped.get("prompt", ()))
        return cls(**shaped)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value


Check = Callable[[Client, Params], None]


def check_response_type(client: Client, params: Params) -> None:
    """Only the code flow: tokens do not travel through the browser (RFC 9700 §2.1.2)."""
    response_type = params.get("response_type")
    if response_type is None:
        raise InvalidRequest("response_type is missing.")
    if response_type != "code":
        raise UnsupportedResponseType("The only response_type is 'code'.")
    if "code" not in client.response_types or "authorization_code" not in client.grant_types:
        raise UnauthorizedClient("This client is not registered for response_type 'code'.")


def check_response_mode(client: Client, params: Params) -> None:
    """`query` or `form_post` (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode)."""
    if params.get("response_mode", "query") not in RESPONSE_MODES:
        raise InvalidRequest("response_mode must be 'query' or 'form_post'.")


def check_lengths(client: Client, params: Params) -> None:
    """What is echoed, or travels inside the code, has an upper bound: both stand in a URL."""
    for name, longest in _LONGEST.items():
        if len(params.get(name, "")) > longest:
            raise InvalidRequest(f"{name} is longer than {longest} characters.")


def check_unsupported(client: Client, params: Params) -> None:
    """Parameters that would change the meaning of the request and that are not supported."""
    if "registration" in params:
        raise RegistrationNotSupported("The registration parameter is not supported.")
    if "resource" in params:
        raise InvalidTarget("There is no other resource server that this provider issues tokens for.")


CHECKS: tuple[Check, ...] = (check_response_type, check_response_mode, check_lengths, check_unsupported)
"""The order is the policy: the first that fails is the answer."""


def read(client: Client, params: Params) -> AuthorizationRequest:
    """Read the request of `client`, whose redirect URI `return_address` has proven.

    Raises the `OAuthError` that goes back to the client by redirect.
    """
    for check in CHECKS:
        check(client, params)
    address = return_address(client, params)
    claims = read_claims(params.get("claims"))
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=address.redirect_uri,
        response_mode=address.response_mode,
        state=address.state,
        scope=read_scope(client, params.get("scope")),
        nonce=params.get("nonce"),
        code_challenge=read_challenge(params, required=client.is_public),
        prompt=read_prompt(params.get("prompt")),
        max_age=read_max_age(client, params.get("max_age")),
        acr_values=read_acr_values(client, params.get("acr_values", ""), claims),
        claims=claims,
        login_hint=params.get("login_hint"),
        id_token_hint=params.get("id_token_hint"),
        ui_locales=tuple(params.get("ui_locales", "").split()),
    )


def read_scope(client: Client, text: str | None) -> tuple[str, ...]:
    """The scopes that are known and that the client may ask. Unknown ones are ignored (OIDC Core §3.1.2.1).

    A known scope that the client may not ask is an error, so that nobody believes to have what was never permitted.
    """
    if text is None:
        raise InvalidScope("scope is missing; an OpenID Connect request contains 'openid'.")
    wanted = [scope for scope in dict.fromkeys(text.split(" ")) if scope in SCOPES]
    if "openid" not in wanted:
        raise InvalidScope("scope must contain 'openid'.")
    for scope in wanted:
        if scope != "openid" and scope not in client.scope:
            raise InvalidScope(f"This client is not permitted to ask for the scope '{scope}'.")
    if "offline_access" in wanted and "refresh_token" not in client.grant_types:
        wanted.remove("offline_access")  # OIDC Core §11: ignored unless it can be honoured
    return tuple(wanted)


def read_prompt(text: str | None) -> frozenset[str]:
    """The prompts (OIDC Core §3.1.2.1); `none` stands alone."""
    prompts = frozenset((text or "").split()) & PROMPTS
    if "none" in prompts and len((text or "").split()) > 1:
        raise InvalidRequest("prompt 'none' cannot be combined with another value.")
    return prompts


def read_max_age(client: Client, text: str | None) -> int | None:
    """Seconds since the last active sign-in; the client's `default_max_age` when the request has none."""
    if text is None:
        return client.default_max_age
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise InvalidRequest("max_age must be a number of seconds.")
    return int(text)


def read_acr_values(client: Client, text: str, claims: ClaimsRequest) -> tuple[str, ...]:
    """The levels that are wanted, best first: of the parameter, of the `claims` parameter, of the registration.

    An essential `acr` is no wish but a condition (OIDC Core §5.5.1.1), so it goes before all others; raises
    `UnmetAuthenticationRequirements` when none of its values is a level of ours.
    """
    claimed = _claimed_acr(claims)
    if claimed and claims["id_token"]["acr"].get("essential") is True:
        if not set(claimed) & set(ACR_VALUES):
            raise UnmetAuthenticationRequirements("None of the essential acr values can be met here.")
        return claimed
    return tuple(text.split()) or claimed or client.default_acr_values


def _claimed_acr(claims: ClaimsRequest) -> tuple[str, ...]:
    rule = claims.get("id_token", {}).get("acr", {})
    values = rule.get("values") or ([rule["value"]] if "value" in rule else [])
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
