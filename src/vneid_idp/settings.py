"""Everything that differs between two installations: checked at the start, and passed on as an argument. From where it
is read stands in `settings_sources.py`.

Without any setting the environment is `production`, which starts only with an https issuer, a database and a secret of
its own: forgetting one never opens a door.
"""

import ipaddress
import re
import ssl
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from vneid_idp.kernel.pem import read_private_key, read_public_key
from vneid_idp.kernel.places import Places
from vneid_idp.kernel.secrets import base64url, from_base64url, random_bytes
from vneid_idp.production import REFUSALS

PREFIX = "VNEID_IDP_"
SECRET_BYTES = 32
_SCHEMES = {"database_url": ("sqlite:///", "postgresql://"), "redis_url": ("redis://", "rediss://", "unix://")}


class Environment(StrEnum):
    """What this installation is for."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


def _parts(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """One installation. Built by `read_settings`, or directly in tests; building it reads nothing but its arguments."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, env_prefix=PREFIX)

    environment: Environment = Field(Environment.PRODUCTION, description="sandbox or production")
    issuer: str = Field(
        description="origin under which clients and people reach the provider, such as https://id.example"
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="port to listen on")
    workers: int = Field(1, ge=1, le=256, description="processes that share the port")
    connections: int = Field(1000, ge=10, le=100_000, description="most connections of HTTP at once, for each worker")
    database_url: SecretStr = Field(description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
    database_connections: int = Field(10, ge=1, le=1000, description="most connections to PostgreSQL, for each worker")
    secret: SecretStr = Field(description="root secret: at least 32 random bytes as base64url")
    redis_url: SecretStr | None = Field(None, description="where rate limits are counted; empty: in this process")
    sms_gateway_url: str | None = Field(None, description="where one-time codes are posted for delivery as SMS")
    sms_gateway_token: SecretStr | None = Field(None, description="bearer token for the SMS gateway")
    registry: Literal["http", "synthetic"] = Field(
        "http", description="population registry: http (a server) or synthetic (the sandbox's invented people)"
    )
    registry_url: str | None = Field(None, description="origin of the registry server")
    registry_key: Path | None = Field(None, description="PEM file of the P-256 key that signs requests to the registry")
    registry_key_id: str = Field("provider", description="name by which the registry knows that key")
    registry_answer_key: Path | None = Field(
        None, description="PEM file of the P-256 public key that signs the registry's answers"
    )
    registry_answer_key_id: str = Field("registry", description="name of that key")
    registry_next_answer_key: Path | None = Field(
        None, description="PEM file of a second such key, taken as well while the registry goes from one to the other"
    )
    registry_next_answer_key_id: str = Field("registry-next", description="name of that second key")
    registry_ca_bundle: Path | None = Field(
        None, description="PEM file of the authorities trusted for the registry's certificate; empty: ca_bundle"
    )
    face_matcher: Literal["http", "none", "synthetic"] = Field(
        "none", description="who compares faces: http (a server), none or synthetic (the sandbox's invented faces)"
    )
    face_matcher_url: str | None = Field(None, description="origin of the server that compares faces")
    face_matcher_key: Path | None = Field(None, description="PEM file of the P-256 key that signs requests to it")
    face_matcher_key_id: str = Field("provider", description="name by which it knows that key")
    face_matcher_answer_key: Path | None = Field(
        None, description="PEM file of the P-256 public key that signs its answers"
    )
    face_matcher_answer_key_id: str = Field("face-matcher", description="name of that key")
    face_matcher_next_answer_key: Path | None = Field(
        None, description="PEM file of a second such key, taken as well while it goes from one to the other"
    )
    face_matcher_next_answer_key_id: str = Field("face-matcher-next", description="name of that second key")
    face_matcher_ca_bundle: Path | None = Field(
        None, description="PEM file of the authorities trusted for its certificate; empty: ca_bundle"
    )
    allow_synthetic_registry: bool = Field(
        False, description="whether production may run on invented people and faces, to be measured or shown"
    )
    ca_bundle: Path | None = Field(None, description="PEM file of the authorities trusted in outbound calls")
    outbound_loopback: bool = Field(False, description="whether outbound calls may reach this machine (sandbox only)")
    outbound_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="private networks that outbound calls may reach, such as those of containers (sandbox only)"
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="addresses or networks whose X-Forwarded-For is believed, separated by commas"
    )
    initial_access_token_digest: str | None = Field(
        None, description="base64url SHA-256 of the token that opens client registration; empty: closed in production"
    )
    social_network_url: str | None = Field(None, description="origin of the demo social network (sandbox only)")
    social_network_port: int | None = Field(None, ge=1, le=65535, description="port it listens on (sandbox only)")
    carrier_url: str | None = Field(None, description="origin of the demo carrier (sandbox only)")
    carrier_port: int | None = Field(None, ge=1, le=65535, description="port it listens on (sandbox only)")
    tls_port: int | None = Field(
        None, ge=1, le=65535, description="port on which clients show certificates without a proxy (sandbox only)"
    )
    state_folder: Path = Field(Path(".sandbox"), description="where the sandbox keeps its secret and its database")
    client_authorities: Path | None = Field(
        None, description="PEM file of the authorities that issue certificates of clients (tls_client_auth)"
    )
    mtls_origin: str | None = Field(
        None, description="origin at which clients show certificates, the issuer or another; empty: none is announced"
    )
    dpop_nonce: Annotated[tuple[Literal["oidc", "fapi2", "ciba", "camara"], ...], NoDecode, BeforeValidator(_parts)] = (
        Field((), description="profiles whose clients put a nonce of ours into DPoP proofs, separated by commas")
    )
    address_places: Path | None = Field(
        None, description="text file of networks and the provinces where they are used, such as 203.0.113.0/24,Cần Thơ"
    )
    retention_days: int = Field(
        30, ge=1, le=3650, description="days for which sessions and grants that ended are kept; their events stay"
    )
    disclosures_days: int = Field(
        730, ge=1, le=3650, description="days for which people can read in their history what services were told"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severity that is logged")

    @classmethod
    def settings_customise_sources(  # type: ignore[override]
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: `read_settings` reads the other sources, so that it can tell where a value came from."""
        return (init_settings,)

    @property
    def is_sandbox(self) -> bool:
        """Whether the people of this installation are invented."""
        return self.environment is Environment.SANDBOX

    @property
    def is_https(self) -> bool:
        """Whether people reach the provider over TLS: cookies are then `Secure` and HSTS is sent."""
        return self.issuer.startswith("https://")

    @property
    def root_secret(self) -> bytes:
        """The bytes that every key of this installation is derived from."""
        return from_base64url(self.secret.get_secret_value())

    def warnings(self) -> list[str]:
        """What is allowed and yet worth a second thought, a sentence each."""
        found = []
        if not self.is_sandbox and self.database_url.get_secret_value().startswith("sqlite"):
            # SQLite serves one machine well and keeps every guarantee (WAL, FULL); what it cannot do is fail over. That
            # is for the operator to weigh, so it is said and not forbidden.
            found.append("database_url: SQLite in production serves one machine and cannot fail over; PostgreSQL can")
        if not self.is_sandbox and self.redis_url is None:
            found.append("redis_url: rate limits are counted in this process and forgotten when it stops")
        if not self.is_sandbox and self.sms_gateway_url is None:
            found.append("sms_gateway_url: not set, so no one-time code reaches a phone; only passkeys give level 2")
        if not self.is_sandbox and self.initial_access_token_digest is None:
            found.append("initial_access_token_digest: not set, so client registration over HTTP is closed")
        if not self.is_sandbox and self.is_https and not self.trusted_proxies:
            found.append("trusted_proxies: none, so all who come through the proxy that ends TLS share one address")
        if not self.is_sandbox and self.registry == "synthetic":
            found.append("registry: synthetic, so everybody whom this installation knows is invented")
        return found

    @field_validator("issuer", "social_network_url", "carrier_url", "registry_url", "face_matcher_url", "mtls_origin")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("must be an http or https origin")
        if value != f"{parts.scheme}://{parts.netloc}" or value != value.lower():
            raise ValueError("must be an origin in lower case: no path, query, fragment or slash at the end")
        return value

    @field_validator("database_url", "redis_url")
    @classmethod
    def _scheme(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        schemes = _SCHEMES[str(info.field_name)]
        if value is not None and not value.get_secret_value().startswith(schemes):
            raise ValueError(f"must start with {' or '.join(schemes)}")
        return value

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        read_root_secret(value.get_secret_value())
        return value

    @field_validator("ca_bundle", "registry_ca_bundle", "face_matcher_ca_bundle", "client_authorities")
    @classmethod
    def _bundle(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=value)
            except (OSError, ssl.SSLError) as error:
                raise ValueError(f"cannot be read as PEM certificates ({error.strerror or error})") from None
        return value

    @field_validator("address_places")
    @classmethod
    def _table(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                Places(value.read_text("utf-8").splitlines())
            except OSError as error:
                raise ValueError(f"cannot be read ({error.strerror})") from None
        return value

    @field_validator(
        "registry_key",
        "registry_answer_key",
        "registry_next_answer_key",
        "face_matcher_key",
        "face_matcher_answer_key",
        "face_matcher_next_answer_key",
    )
    @classmethod
    def _key(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return None
        try:
            pem = value.read_bytes()
        except OSError as error:
            raise ValueError(f"cannot be read ({error.strerror})") from None
        is_own = info.field_name in ("registry_key", "face_matcher_key")
        (read_private_key if is_own else read_public_key)(pem)
        return value

    @field_validator("trusted_proxies", "outbound_networks", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        try:
            return tuple(ipaddress.ip_network(part) for part in _parts(value))
        except ValueError:
            raise ValueError("must be addresses or networks such as 127.0.0.1, 10.0.0.0/8") from None

    @field_validator("initial_access_token_digest")
    @classmethod
    def _digest(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch("[A-Za-z0-9_-]{43}", value):
            raise ValueError("must be the base64url SHA-256 of the token, not the token")
        return value

    @model_validator(mode="after")
    def _servers_are_whole(self) -> Self:
        for server in ("registry", "face_matcher"):
            if getattr(self, server) != "http":
                continue
            needed = (f"{server}_url", f"{server}_key", f"{server}_answer_key")
            if missing := [name for name in needed if getattr(self, name) is None]:
                raise ValueError("\n".join(f"{name}: is needed by {server}=http" for name in missing))
            following, key_id, next_id = (
                getattr(self, f"{server}_{name}") for name in ("next_answer_key", "answer_key_id", "next_answer_key_id")
            )
            if following and key_id == next_id:
                raise ValueError(f"{server}_next_answer_key_id: must differ from {server}_answer_key_id")
        return self

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if not self.is_sandbox and (problems := [problem for problem, holds in REFUSALS if holds(self)]):
            raise ValueError("\n".join(problems))
        return self


def read_root_secret(text: str) -> bytes:
    """The bytes of a root secret in base64url; raises `ValueError` for one that is too short or not random."""
    try:
        raw = from_base64url(text)
    except ValueError:
        raise ValueError("must be base64url without padding; `vneid-idp secret` makes one") from None
    if len(raw) < SECRET_BYTES:
        raise ValueError(f"must be at least {SECRET_BYTES} bytes; `vneid-idp secret` makes one")
    # 32 random bytes have fewer than 20 different values once in 10^11; a phrase or a repeated example often has.
    if len(set(raw)) < SECRET_BYTES // 2:
        raise ValueError("is not random; `vneid-idp secret` makes one")
    return raw


def new_root_secret(mark: bytes = b"") -> str:
    """A new root secret as base64url text."""
    return base64url(mark + random_bytes(SECRET_BYTES))
