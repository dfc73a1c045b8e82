"""Everything that differs between two installations: read once, checked at the start, passed on as an argument.

Sources, the first one wins: environment variables `VNEID_IDP_…`, the file that `VNEID_IDP_SETTINGS_FILE` names
(`*.toml` or lines `VNEID_IDP_NAME=value`), defaults. Without any, the environment is `production`, which starts only
with an https issuer, a database and a secret of its own: forgetting a setting never opens a door.
"""

import ipaddress
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError

from vneid_idp.kernel.pem import read_private_key, read_public_key
from vneid_idp.kernel.places import Places
from vneid_idp.kernel.secrets import base64url, from_base64url, random_bytes
from vneid_idp.production import REFUSALS, SANDBOX_MARK

PREFIX = "VNEID_IDP_"
FILE_VARIABLE = f"{PREFIX}SETTINGS_FILE"
SECRET_BYTES = 32
_SCHEMES = {"database_url": ("sqlite:///", "postgresql://"), "redis_url": ("redis://", "rediss://", "unix://")}


class Environment(StrEnum):
    """What this installation is for."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class BadSettings(ValueError):
    """The provider does not start with these settings. `problems` names each and what is wrong, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


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
    allow_synthetic_registry: bool = Field(
        False, description="whether production may run on invented people, to be measured or shown"
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

    @field_validator("issuer", "social_network_url", "registry_url", "mtls_origin")
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

    @field_validator("ca_bundle", "registry_ca_bundle", "client_authorities")
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

    @field_validator("registry_key", "registry_answer_key", "registry_next_answer_key")
    @classmethod
    def _key(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return None
        try:
            pem = value.read_bytes()
        except OSError as error:
            raise ValueError(f"cannot be read ({error.strerror})") from None
        (read_private_key if info.field_name == "registry_key" else read_public_key)(pem)
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
    def _registry_is_whole(self) -> Self:
        if self.registry == "http":
            needed = ("registry_url", "registry_key", "registry_answer_key")
            if missing := [name for name in needed if getattr(self, name) is None]:
                raise ValueError("\n".join(f"{name}: is needed by registry=http" for name in missing))
            if self.registry_next_answer_key and self.registry_next_answer_key_id == self.registry_answer_key_id:
                raise ValueError("registry_next_answer_key_id: must differ from registry_answer_key_id")
        return self

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if not self.is_sandbox and (problems := [problem for problem, holds in REFUSALS if holds(self)]):
            raise ValueError("\n".join(problems))
        return self


_OTHER_DATABASE = (
    "database_url: {} names another than this folder's; VNEID_IDP_ENVIRONMENT=sandbox says it is a sandbox's"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and for each of them the place that it was read from."""

    settings: Settings
    origins: Mapping[str, str]


def read_settings(environment: Environment | None = None) -> Loaded:
    """The settings of this process. `environment` is what to be where no source says it (`vneid-idp sandbox`).

    Raises `BadSettings`.
    """
    _check_names()
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}

    def lay(found: Mapping[str, Any], origin: Callable[[str], str]) -> None:
        for name, value in found.items():
            if name not in values:
                values[name], origins[name] = value, origin(name)

    try:
        lay(EnvSettingsSource(Settings, env_ignore_empty=True)(), lambda name: f"{PREFIX}{name.upper()}")
        if file := os.environ.get(FILE_VARIABLE):
            lay(_read_file(Path(file)), lambda _: file)
        if environment is not None and "environment" not in values:
            if "database_url" in values:  # a production's, as often as not: people with known passwords go into no such
                raise ValueError(_OTHER_DATABASE.format(origins["database_url"]))
            lay({"environment": environment}, lambda _: "command")
        if values.get("environment") == Environment.SANDBOX:
            lay(sandbox_defaults(values), lambda _: "sandbox")
            if "secret" not in values:
                folder = Path(values.get("state_folder", Settings.model_fields["state_folder"].default))
                lay({"secret": _sandbox_secret(folder)}, lambda _: str(folder / "secret"))
        settings = Settings(**values)
    except ValidationError as error:
        raise BadSettings(_sentences(error)) from None
    except (SettingsError, ValueError, OSError) as error:
        raise BadSettings([str(error)]) from None
    return Loaded(settings, {name: origins.get(name, "default") for name in Settings.model_fields})


def sandbox_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a sandbox assumes where `values` leave it open: http on the loopback and SQLite in the state folder."""
    folder = values.get("state_folder", Settings.model_fields["state_folder"].default)
    port = values.get("port", Settings.model_fields["port"].default)
    network_port = values.get("social_network_port", 8001)
    return {
        "issuer": f"http://localhost:{port}",
        "database_url": f"sqlite:///{folder}/vneid-idp.sqlite3",
        "outbound_loopback": True,
        # `vneid-idp --sandbox registry serve` makes these keys.
        **(_sandbox_registry(Path(folder)) if values.get("registry") == "http" else {"registry": "synthetic"}),
        "tls_port": 8003,
        "social_network_port": network_port,
        "social_network_url": f"http://localhost:{network_port}",
    }


def _sandbox_registry(folder: Path) -> dict[str, Any]:
    return {
        "registry_url": "http://localhost:8002",
        "registry_key": folder / "registry" / "provider.pem",
        "registry_answer_key": folder / "registry" / "registry.pub.pem",
    }


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


def _sandbox_secret(folder: Path) -> str:
    """The secret of the sandbox in `folder`, made when there is none yet; readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "secret"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_root_secret(SANDBOX_MARK))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _read_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ValueError(f"{FILE_VARIABLE}: {path} is not a file")
    if path.suffix == ".toml":
        return dict(TomlConfigSettingsSource(Settings, toml_file=path)())
    found = DotEnvSettingsSource(Settings, env_file=path, env_ignore_empty=True)()
    return {name.removeprefix(PREFIX.lower()): value for name, value in found.items()}


def _check_names() -> None:
    """Refuse a variable that nobody reads: a misspelt one would leave the default standing, silently."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {FILE_VARIABLE}
    if unknown := sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known):
        raise BadSettings([f"{name}: there is no such setting" for name in unknown])


def _sentences(error: ValidationError) -> list[str]:
    found: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        text = problem["msg"].removeprefix("Value error, ")
        name = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "missing":
            text = "is not set"
        elif problem["type"] == "extra_forbidden":
            text = "there is no such setting"
        found.extend(f"{name}: {text}".removeprefix(": ") for text in text.split("\n"))
    return found
