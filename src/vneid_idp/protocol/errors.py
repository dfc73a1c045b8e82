"""The closed vocabulary of OAuth errors: one class a registered code.

`description` is for the client's developer and crosses the wire; `detail` is for our log only. Neither holds a person's
data. RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 9101 §6, RFC 9396 §5, RFC 7591 §3.2.2, RFC 6750
§3.1.
"""

from vneid_idp.kernel.wording import Wording


class OAuthError(Exception):
    """A refusal in the words of the specifications."""

    code = "server_error"
    status = 400

    def __init__(self, description: str, detail: str | None = None, *, about: str | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.detail = detail
        self.about = about
        """The parameter, header or claim that is wrong, where the code says too little to mend it by; see
        `sandbox/remedies.py`."""

    @property
    def error_description(self) -> str:
        """The description in the characters that `error_description` may hold."""
        return plain(self.description)


def plain(text: str) -> str:
    """`text` in printable ASCII without quote and backslash, all that an error may hold (RFC 6749 §4.1.2.1, §5.2)."""
    spelt = text.replace("§", "section ").replace('"', "'")
    return "".join(letter if " " <= letter <= "~" and letter != "\\" else "?" for letter in spelt)


class InvalidRequest(OAuthError):
    """A parameter is missing, repeated or malformed."""

    code = "invalid_request"


class UnregisteredAddress(InvalidRequest):
    """A return address is not one of those that the client registered. Which these are is told by nobody but the
    sandbox, whose page lays the two side by side."""

    def __init__(self, description: str, sent: str, registered: tuple[str, ...]) -> None:
        super().__init__(description)
        self.sent = sent
        self.registered = registered


class InvalidClient(OAuthError):
    """Client authentication failed."""

    code = "invalid_client"
    status = 401


class InvalidGrant(OAuthError):
    """The code or refresh token is not good (any more), or not for this client."""

    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """The client may not use this grant type or response type."""

    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """No such grant type here."""

    code = "unsupported_grant_type"


class UnsupportedResponseType(OAuthError):
    """No such response type here."""

    code = "unsupported_response_type"


class InvalidScope(OAuthError):
    """The scope is unknown, malformed or beyond what the client may ask."""

    code = "invalid_scope"


class InvalidTarget(OAuthError):
    """The resource is not one that this provider issues tokens for (RFC 8707 §2)."""

    code = "invalid_target"


class InvalidAuthorizationDetails(OAuthError):
    """Rich details of a request are of no known type or form, or not for this client, or were not granted (RFC 9396
    §5, §6)."""

    code = "invalid_authorization_details"


class AccessDenied(OAuthError):
    """The person, or the law, said no."""

    code = "access_denied"


class AuthorizationPending(OAuthError):
    """The person has not answered yet (RFC 8628 §3.5, CIBA Core §11)."""

    code = "authorization_pending"


class SlowDown(OAuthError):
    """The same, and the client asks too often: from now on it waits five seconds longer each time."""

    code = "slow_down"


class ExpiredToken(OAuthError):
    """Nobody answered while the `device_code` or `auth_req_id` was good."""

    code = "expired_token"


class InvalidBindingMessage(OAuthError):
    """The text that is to stand at both devices is too long, or could hide something (CIBA Core §13)."""

    code = "invalid_binding_message"


class UnknownUserId(OAuthError):
    """The hint means nobody; told to clients alone that are registered to be told (CIBA Core §13)."""

    code = "unknown_user_id"


class ExpiredLoginHintToken(OAuthError):
    """The `login_hint_token` is not good any more (CIBA Core §13)."""

    code = "expired_login_hint_token"


class TooManyPrompts(AccessDenied):
    """Somebody is asked by no more requests for a while, whoever it is, and whether or not anybody is there."""

    status = 403


class LoginRequired(OAuthError):
    """`prompt=none`, and nobody is signed in well enough."""

    code = "login_required"


class ConsentRequired(OAuthError):
    """`prompt=none`, and a consent is missing."""

    code = "consent_required"


class InteractionRequired(OAuthError):
    """`prompt=none`, and a page would have to be shown."""

    code = "interaction_required"


class UnmetAuthenticationRequirements(OAuthError):
    """The level that was asked for cannot be reached by this person (OIDC Unmet Authentication Requirements 1.0)."""

    code = "unmet_authentication_requirements"


class InvalidRequestUri(OAuthError):
    """The `request_uri` is unknown, spent, expired or another client's."""

    code = "invalid_request_uri"


class InvalidRequestObject(OAuthError):
    """The request object is malformed, or its signature or claims do not hold."""

    code = "invalid_request_object"


class RegistrationNotSupported(OAuthError):
    """The `registration` parameter of self-issued providers is not supported."""

    code = "registration_not_supported"


class InvalidClientMetadata(OAuthError):
    """A member of client metadata has no good value; the text says which one before what is wrong with it."""

    code = "invalid_client_metadata"

    def __init__(
        self,
        wording: Wording | str,
        *,
        member: str | None = None,
        part: str | None = None,
        about: str | None = None,
        **values: object,
    ) -> None:
        self.wording = wording if isinstance(wording, Wording) else Wording(wording, values)
        """What is wrong, without the member, as pages say it in the language of their reader."""
        super().__init__(str(self.wording) if member is None else f"{member}: {self.wording}", about=about)
        self.member = member
        """The registered member, where it is one."""
        self.part = part
        """The part of it, where it has some that are named."""


class InvalidRedirectUri(InvalidClientMetadata):
    """A redirect URI cannot be registered."""

    code = "invalid_redirect_uri"


class InvalidDpopProof(OAuthError):
    """The proof of possession is missing, malformed, used before, or of another request or key (RFC 9449 §5)."""

    code = "invalid_dpop_proof"


class UseDpopNonce(OAuthError):
    """The proof lacks a nonce of this provider that is still good (RFC 9449 §8, §9)."""

    code = "use_dpop_nonce"

    def __init__(self, description: str, nonce: str) -> None:
        super().__init__(description)
        self.nonce = nonce
        """What the next proof is to hold."""


class InvalidToken(OAuthError):
    """The access token is malformed, expired, revoked, or no access token at all."""

    code = "invalid_token"
    status = 401


class InsufficientAuthentication(OAuthError):
    """The sign-in behind the access token does not suffice for this (RFC 9470 §3)."""

    code = "insufficient_user_authentication"
    status = 401

    def __init__(self, description: str, acr_values: tuple[str, ...]) -> None:
        super().__init__(description)
        self.acr_values = acr_values
        """Which levels do; whoever asks the person for one of them at the authorization endpoint is served."""


class InsufficientScope(OAuthError):
    """The access token lacks the scope of this door."""

    code = "insufficient_scope"
    status = 403
