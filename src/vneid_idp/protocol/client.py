"""A relying party as the protocol sees it: frozen metadata (OpenID Connect Registration §2, RFC 7591 §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from vneid_idp.protocol import uris
from vneid_idp.protocol.uris import is_loopback, same_but_port, shown_host, with_query


def sector_host(sector_identifier_uri: str | None, redirect_uris: Sequence[str]) -> str | None:
    """The host that makes a sector (OIDC Core §8.1); `None` for one that belongs to nobody, and where there are several
    without a document that says that they belong together.

    A host counts for `https` alone: over TLS only its holder gets the answers. Any application may claim a scheme.
    """
    addresses = [urlsplit(uri) for uri in ([sector_identifier_uri] if sector_identifier_uri else redirect_uris)]
    hosts = {address.hostname if address.scheme == "https" else None for address in addresses}
    host = hosts.pop() if len(hosts) == 1 else None
    return None if is_loopback(host) else host


class ClientProfile(StrEnum):
    """How strict the provider is with this client."""

    OIDC = "oidc"
    """Log-in, as OpenID Connect has it."""
    FAPI2 = "fapi2"
    """Whoever receives an ID number: FAPI 2.0 Security Profile."""
    CIBA = "ciba"
    """FAPI-CIBA: the person approves on a device of their own."""
    CAMARA = "camara"
    """The operators' API profile."""


SUBJECT_MEMBERS = tuple(
    f"tls_client_auth_{name}" for name in ("subject_dn", "san_dns", "san_uri", "san_ip", "san_email")
)
"""The names of a certificate, one of which a client registers (RFC 8705 §2.1.2)."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a relying party asks, on which legal ground, and for which claims.

    Texts are `{"vi": …, "en": …}`; Vietnamese is always there (`kernel/languages.py: in_language`). `required` claims
    must be given or the whole request refused; `optional` ones may be left out. Of those `required_in_full` the law
    demands the value itself, and no smaller proof will do. A change of any of it is a new `version`; who answered an
    older one is asked again for what is new, and for the whole purpose when the operator said that its meaning changed
    (`protocol/purposes.py: renewed`).
    """

    id: str
    version: int
    title: dict[str, str]
    text: dict[str, str]
    legal_ground: dict[str, str]
    kept_until: dict[str, str]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    answers_since: int | None = None
    """The version of the last change of meaning: answers to it and later ones count. `None`: only to this version."""
    claims_since: Mapping[str, int] = field(default_factory=dict)
    """Claims that came in after that change, or are required in full since, and the version that brought each: older
    answers to them do not count."""
    required_in_full: tuple[str, ...] = ()

    def since(self, claim: str) -> int:
        """The oldest version whose answer about `claim` still counts."""
        return max(self.version if self.answers_since is None else self.answers_since, self.claims_since.get(claim, 0))

    def asks(self) -> tuple[int | None, tuple[str, ...]]:
        """Whom it asks: who has not answered the version named, or a later one; `None` where only this version counts.
        And the claims for which everybody is asked who answered an older one."""
        since = self.since("")
        new = tuple(claim for claim, version in self.claims_since.items() if version == self.version)
        return (None if since == self.version else since), new


@dataclass(frozen=True, slots=True)
class Client:
    """A registered relying party: what decides something here, under the names of the specification; the rest of what
    it registered stands in `metadata`."""

    client_id: str
    client_name: str
    redirect_uris: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ("code",)
    grant_types: tuple[str, ...] = ("authorization_code",)
    token_endpoint_auth_method: str = "client_secret_basic"
    token_endpoint_auth_signing_alg: str | None = None
    require_token_endpoint_auth_method: bool = False
    """Whether a secret is taken by the registered method alone, and not by the other one that sends a secret."""
    scope: tuple[str, ...] = ()
    authorization_details_types: tuple[str, ...] = ()
    """What it may ask for in rich requests (RFC 9396 §10)."""
    profile: ClientProfile = ClientProfile.OIDC
    secret_digest: str | None = None
    previous_secret_digest: str | None = None
    """The secret before the last rotation, good until `previous_secret_until`."""
    previous_secret_until: int | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    subject_type: str = "pairwise"
    sector_identifier_uri: str | None = None
    id_token_signed_response_alg: str = "ES256"
    id_token_encrypted_response_alg: str | None = None
    id_token_encrypted_response_enc: str | None = None
    authorization_signed_response_alg: str | None = None
    authorization_encrypted_response_alg: str | None = None
    authorization_encrypted_response_enc: str | None = None
    userinfo_claims_in_id_token: bool = False
    """Whether what its scopes ask for goes into the ID token, too: some libraries read nothing else."""
    userinfo_signed_response_alg: str | None = None
    userinfo_encrypted_response_alg: str | None = None
    userinfo_encrypted_response_enc: str | None = None
    request_object_signing_alg: str | None = None
    request_uris: tuple[str, ...] = ()
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False
    dpop_bound_access_tokens: bool = False
    """Whether its tokens are bound to a key that it proves with each request (RFC 9449 §5.2)."""
    tls_client_certificate_bound_access_tokens: bool = False
    """Whether its tokens are bound to the certificate of the connection on which it asks for them (RFC 8705 §3.4)."""
    require_pkce_or_nonce: bool = False
    """Whether a client that authenticates, too, must bind its requests to their answers (RFC 9700 §2.1.1)."""
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    allowed_cors_origins: tuple[str, ...] = ()
    """Origins whose pages may read what this client is told, beside those of a public client's redirect addresses."""
    backchannel_logout_uri: str | None = None
    frontchannel_logout_uri: str | None = None
    initiate_login_uri: str | None = None
    backchannel_token_delivery_mode: str | None = None
    """How it learns that somebody answered (CIBA Core §5): `poll` or `ping`."""
    backchannel_client_notification_endpoint: str | None = None
    backchannel_authentication_request_signing_alg: str | None = None
    security_event_endpoint: str | None = None
    """Where it is told what has to be done with numbers (RFC 8935); without one it polls."""
    tells_unknown_users: bool = False
    """Whether it is told that a hint means nobody (`unknown_user_id`)."""
    logo_uri: str | None = None
    purposes: tuple[Purpose, ...] = ()
    assertion_audience: str = "issuer"
    """`issuer` (RFC 10070: one string, the issuer) or `endpoint` (also the token endpoint; logged when used)."""
    account_limit: int | None = None
    """How many social accounts of one person this network may bind; without a number, as many as the policy says."""
    may_act: tuple[str, ...] = ()
    """The clients of its family that may act for it, by name (RFC 8693 §4.4)."""
    family: str | None = None
    """The organisation whose clients act together, and are disabled together: a carrier with its app and back end."""
    logo_digest: str | None = None
    """The digest of the picture that was fetched from `logo_uri`, which names it at our own address."""
    verified_domains: tuple[str, ...] = ()
    """Domains that showed a proof which only their holder could put there, the last time they were looked at."""
    issued_at: int = 0
    disabled_at: int | None = None
    """Since when this client, or its family, is out of service."""
    version: int = 1
    """Counts every change of the registration; who changes it says which one they saw."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """The registered members as they were accepted, echoed on read (RFC 7592 §3)."""

    @property
    def is_public(self) -> bool:
        """Whether the client has no credential, and must therefore use PKCE (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"

    @property
    def certificate_name(self) -> tuple[str, str] | None:
        """The member and the name by which a certificate is this client's (RFC 8705 §2.1.2)."""
        return next(((name, self.metadata[name]) for name in SUBJECT_MEMBERS if name in self.metadata), None)

    @property
    def is_native(self) -> bool:
        """Whether it registered itself as an application on people's devices (OIDC Registration §2)."""
        return self.metadata.get("application_type") == "native"

    def has_redirect_uri(self, uri: str) -> bool:
        """Whether an answer may go to `uri`: to what is registered, byte by byte (RFC 9700 §2.1), and of an address on
        the loopback to any port (RFC 8252 §7.3)."""
        return uri in self.redirect_uris or any(
            same_but_port(registered, uri, localhost=self.is_native) for registered in self.redirect_uris
        )

    def leads_to_origin(self, origin: str) -> bool:
        """Whether one of its redirect addresses is at `origin`, a text as browsers send it."""
        return any(
            uris.origin(registered) == origin
            or same_but_port(f"{uris.origin(registered)}/", f"{origin}/", localhost=self.is_native)
            for registered in self.redirect_uris
        )

    def is_read_at(self, origin: str) -> bool:
        """Whether a page at `origin` may read what this client is told: a public client's own pages, and those of the
        origins that it registered."""
        return origin in self.allowed_cors_origins or (self.is_public and self.leads_to_origin(origin))

    def taken_by_app(self, uri: str) -> bool:
        """Whether an application on the device takes what is sent to `uri`, and no server: an own scheme, or an https
        address that the system hands to the application (RFC 8252 §7.1, §7.2)."""
        scheme = urlsplit(uri).scheme
        return scheme not in ("http", "https") or (scheme == "https" and self.is_native)

    @property
    def logo_shown(self) -> bool | None:
        """Whether pages show its logo: not before it was fetched. Nothing where it registered none."""
        return None if self.logo_uri is None else self.logo_digest is not None

    @property
    def hears_of_log_outs(self) -> bool:
        """Whether it registered a way to be told that a session ended, for which it has to know the session's name."""
        return self.backchannel_logout_uri is not None or self.frontchannel_logout_uri is not None

    def sign_in_address(self, issuer: str, **about: str) -> str | None:
        """Where a person who stands here begins to sign in there (OIDC Core §4); nothing where it registered no place
        for that. `about` are parameters of ours, which who does not know them ignores."""
        return None if self.initiate_login_uri is None else with_query(self.initiate_login_uri, iss=issuer, **about)

    @property
    def home(self) -> str | None:
        """Where the first of its redirect addresses leads (`shown_host`), for where no request names one; nothing for a
        client without any."""
        return shown_host(self.redirect_uris[0]) if self.redirect_uris else None

    def verified_domain_of(self, uri: str) -> str | None:
        """The verified domain that `uri` is at or under, the longest of several; nothing where none is verified."""
        host = urlsplit(uri).hostname or ""
        found = [name for name in self.verified_domains if host == name or host.endswith(f".{name}")]
        return max(found, key=len, default=None)

    @property
    def verified_home(self) -> str | None:
        """The verified domain that all its redirect addresses are at, for where no request names one."""
        found = {self.verified_domain_of(uri) for uri in self.redirect_uris}
        return found.pop() if len(found) == 1 else None

    @property
    def sector(self) -> str:
        """The host that pairwise subjects are computed for (OIDC Core §8.1).

        A loopback host belongs to nobody, so there each client is a sector of its own: else all native applications
        (RFC 8252 §7.3) could compare what they know about a person. So is a client at several hosts.
        """
        return self.shared_sector or self.client_id

    @property
    def shared_sector(self) -> str | None:
        """The host at which every other client is told the same subjects; nothing where it is a sector of its own."""
        return sector_host(self.sector_identifier_uri, self.redirect_uris)
