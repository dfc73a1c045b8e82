"""What differs between one installation of the carrier and the next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .keys import ClientKeys


@dataclass(frozen=True, slots=True)
class Config:
    """Read once at start. URLs are origins without a trailing slash; `database` is a file or `:memory:`."""

    issuer: str
    app: ClientKeys = field(repr=False)
    """The client that people meet: it sends them to the provider."""
    back_end: ClientKeys = field(repr=False)
    """The client that acts in the carrier's own name."""
    point: ClientKeys = field(repr=False)
    """The tablet at a point of sale. All three are of one organisation."""
    session_secret: str = field(repr=False)
    public_url: str = "http://localhost:8005"
    database: str = ":memory:"
    ca_bundle: str | None = None
    provider_name: str = "Sample identity"
    """What buttons call the provider; the catalogue may know it in Vietnamese."""

    @property
    def is_https(self) -> bool:
        """Whether visitors reach the carrier over TLS: cookies are then `Secure`."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def issuer_origin(self) -> str:
        """Scheme, host and port of the provider, where forms of ours may lead (Content-Security-Policy)."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def holder_url(self) -> str:
        """Where people see their numbers at the provider, and release them."""
        return f"{self.issuer}/me/numbers"

    @property
    def callback_url(self) -> str:
        """The one registered `redirect_uri`."""
        return f"{self.public_url}/callback"


def read_config(environment: Mapping[str, str]) -> Config:
    """The configuration that `CARRIER_*` variables describe; `CARRIER_KEYS` is the file with the clients' private keys.

    Raises `ValueError` naming the variable when one that has no default is missing, and `OSError`.
    """
    needed = {}
    for name in ("issuer", "keys"):
        needed[name] = environment.get(f"CARRIER_{name.upper()}", "").strip()
        if not needed[name]:
            raise ValueError(f"CARRIER_{name.upper()} is not set")
    kept: dict[str, Any] = json.loads(Path(needed["keys"]).read_text("utf-8"))
    values = {
        name: text
        for name in ("public_url", "database", "ca_bundle", "provider_name")
        if (text := environment.get(f"CARRIER_{name.upper()}"))
    }
    if "public_url" in values:
        values["public_url"] = values["public_url"].rstrip("/")
    return Config(
        issuer=needed["issuer"].rstrip("/"),
        app=ClientKeys.read(kept["app"]),
        back_end=ClientKeys.read(kept["back_end"]),
        point=ClientKeys.read(kept["point"]),
        session_secret=kept["session_secret"],
        **values,
    )
