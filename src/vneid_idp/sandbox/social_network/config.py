"""What differs between one installation of the network and the next."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

CLIENT_CREDENTIALS_SCOPE = "binding:social_account"


@dataclass(frozen=True, slots=True)
class Config:
    """Read once at start. URLs are origins without a trailing slash; `database` is a file or `:memory:`."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str = "http://localhost:8001"
    database: str = ":memory:"
    ca_bundle: str | None = None
    session_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    provider_name: str = "Sample identity"
    """What buttons call the provider; the catalogue may know it in Vietnamese."""
    status_seconds: int = 15
    """How old the provider's last word may be on an account that somebody else looks at. About the visitor's own each
    page asks, and each action."""

    @property
    def is_https(self) -> bool:
        """Whether visitors reach the network over TLS: cookies are then `Secure`."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def issuer_origin(self) -> str:
        """Scheme, host and port of the provider, where forms of ours may lead (Content-Security-Policy)."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def holder_url(self) -> str:
        """Where a person sees their linked accounts at the provider, and takes them back."""
        return f"{self.issuer}/me/accounts"

    @property
    def callback_url(self) -> str:
        """The one registered `redirect_uri`."""
        return f"{self.public_url}/callback"

    @property
    def signed_out_url(self) -> str:
        """The one registered `post_logout_redirect_uri`."""
        return f"{self.public_url}/signed-out"


def read_config(environment: Mapping[str, str]) -> Config:
    """The configuration that `SOCIAL_*` variables describe.

    Raises `ValueError` naming the variable when one that has no default is missing.
    """
    values: dict[str, Any] = {}
    for name in ("issuer", "client_id", "client_secret"):
        values[name] = environment.get(f"SOCIAL_{name.upper()}", "").strip()
        if not values[name]:
            raise ValueError(f"SOCIAL_{name.upper()} is not set")
    for name in ("public_url", "database", "ca_bundle", "session_secret", "provider_name"):
        if text := environment.get(f"SOCIAL_{name.upper()}"):
            values[name] = text
    if seconds := environment.get("SOCIAL_STATUS_SECONDS"):
        values["status_seconds"] = int(seconds)
    for name in ("issuer", "public_url"):
        if name in values:
            values[name] = values[name].rstrip("/")
    return Config(**values)
