"""Settings: what a production that starts looks like, and each way to spoil it."""

import os
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurve, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import base64url, digest
from vneid_idp.matchers import open_matcher
from vneid_idp.production import SANDBOX_MARK
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.registries import open_registry
from vneid_idp.sandbox.signed_server.keys import ServerKeys
from vneid_idp.settings import PREFIX, Environment, new_root_secret
from vneid_idp.settings_sources import BadSettings, Loaded, read_settings

GOOD = {
    "ISSUER": "https://id.example",
    "DATABASE_URL": "postgresql://idp:hunter2@db.example/idp",
    "SECRET": new_root_secret(),
    "REDIS_URL": "redis://cache.example/0",
    "WORKERS": "4",
    "TRUSTED_PROXIES": "10.0.0.0/8",
    "INITIAL_ACCESS_TOKEN_DIGEST": digest("a token"),
    "SMS_GATEWAY_URL": "https://sms.example/send",
    "SMS_GATEWAY_TOKEN": "gateway-token",
    "REGISTRY_URL": "https://registry.example",
    "REGISTRY_KEY": "provider.pem",
    "REGISTRY_ANSWER_KEY": "answers.pem",
}


def private_pem(curve: EllipticCurve) -> bytes:
    return generate_private_key(curve).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(curve: EllipticCurve) -> bytes:
    return generate_private_key(curve).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for name, key in (("provider.pem", private_pem(SECP256R1())), ("other.pem", private_pem(SECP384R1()))):
        (tmp_path / name).write_bytes(key)
    (tmp_path / "answers.pem").write_bytes(public_pem(SECP256R1()))
    (tmp_path / "other.pub.pem").write_bytes(public_pem(SECP384R1()))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    def read(changes: dict[str, str | None], environment: Environment | None = None) -> Loaded:
        for name, value in changes.items():
            if value is not None:
                monkeypatch.setenv(PREFIX + name, value)
        return read_settings(environment)

    return read


def test_production_starts(read: Any) -> None:
    loaded = read(GOOD)
    assert loaded.settings.environment is Environment.PRODUCTION
    assert not loaded.settings.is_sandbox
    assert loaded.settings.is_https
    assert len(loaded.settings.root_secret) == 32
    assert loaded.settings.warnings() == []
    assert loaded.origins["issuer"] == "VNEID_IDP_ISSUER"
    assert loaded.origins["port"] == "default"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("ISSUER", None, "issuer: is not set"),
        ("ISSUER", "http://id.example", "issuer: must be https in production"),
        ("ISSUER", "https://id.example/", "issuer: must be an origin in lower case"),
        ("ISSUER", "https://id.example/tenant", "issuer: must be an origin in lower case"),
        ("ISSUER", "https://id.example?x=1", "issuer: must be an origin in lower case"),
        ("ISSUER", "https://ID.example", "issuer: must be an origin in lower case"),
        ("ISSUER", "https://user@id.example", "issuer: must be an http or https origin"),
        ("ISSUER", "id.example", "issuer: must be an http or https origin"),
        ("DATABASE_URL", None, "database_url: is not set"),
        ("DATABASE_URL", "mysql://db/idp", "database_url: must start with"),
        ("SECRET", None, "secret: is not set"),
        ("SECRET", "changeme", "secret: must be"),
        ("SECRET", "not base64url!", "secret: must be base64url"),
        ("SECRET", base64url(bytes(range(31))), "secret: must be at least 32 bytes"),
        ("SECRET", base64url(bytes(32)), "secret: is not random"),
        ("SECRET", base64url(b"0123456789" * 4), "secret: is not random"),
        ("SECRET", base64url(SANDBOX_MARK + bytes(range(32))), "secret: was made by a sandbox"),
        ("OUTBOUND_LOOPBACK", "true", "outbound_loopback: belongs to the sandbox"),
        ("OUTBOUND_NETWORKS", "172.16.0.0/12", "outbound_networks: belongs to the sandbox"),
        ("OUTBOUND_NETWORKS", "all", "outbound_networks: must be addresses or networks"),
        ("SOCIAL_NETWORK_URL", "https://social.example", "social_network_url: belongs to the sandbox"),
        ("SOCIAL_NETWORK_PORT", "8001", "social_network_port: belongs to the sandbox"),
        ("CARRIER_URL", "https://carrier.example", "carrier_url: belongs to the sandbox"),
        ("CARRIER_PORT", "8005", "carrier_port: belongs to the sandbox"),
        ("TLS_PORT", "8003", "tls_port: belongs to the sandbox"),
        ("MTLS_ORIGIN", "http://mtls.id.example", "mtls_origin: must be https"),
        ("CLIENT_AUTHORITIES", "/nowhere.pem", "client_authorities: cannot be read"),
        ("ADDRESS_PLACES", "/nowhere.txt", "address_places: cannot be read"),
        ("ADDRESS_PLACES", __file__, "address_places: line 1 does not begin with a network"),
        ("SMS_GATEWAY_URL", "http://sms.example/send", "sms_gateway_url: must be https"),
        ("SMS_GATEWAY_TOKEN", None, "sms_gateway_url: must be https and come with sms_gateway_token"),
        ("REGISTRY_URL", None, "registry_url: is needed by registry=http"),
        ("REGISTRY_URL", "http://registry.example", "registry_url: must be https in production"),
        ("REGISTRY_URL", "https://registry.example/v1", "registry_url: must be an origin"),
        ("REGISTRY_KEY", None, "registry_key: is needed by registry=http"),
        ("REGISTRY_KEY", "nowhere.pem", "registry_key: cannot be read"),
        ("REGISTRY_KEY", "answers.pem", "registry_key: cannot be read as a private key"),
        ("REGISTRY_KEY", "other.pem", "registry_key: must be a key on the curve P-256"),
        ("REGISTRY_ANSWER_KEY", None, "registry_answer_key: is needed by registry=http"),
        ("REGISTRY_ANSWER_KEY", "provider.pem", "registry_answer_key: cannot be read as a public key"),
        ("REGISTRY_ANSWER_KEY", "other.pub.pem", "registry_answer_key: must be a key on the curve P-256"),
        ("REGISTRY_NEXT_ANSWER_KEY", "nowhere.pem", "registry_next_answer_key: cannot be read"),
        ("REGISTRY_NEXT_ANSWER_KEY", "provider.pem", "registry_next_answer_key: cannot be read as a public key"),
        ("REGISTRY_CA_BUNDLE", "/nonexistent.pem", "registry_ca_bundle: cannot be read"),
        ("REGISTRY", "synthetic", "registry: synthetic means invented people"),
        ("REGISTRY", "paper", "registry: "),
        ("FACE_MATCHER", "synthetic", "face_matcher: synthetic means invented faces"),
        ("FACE_MATCHER", "http", "face_matcher_url: is needed by face_matcher=http"),
        ("FACE_MATCHER", "eyes", "face_matcher: "),
        ("FACE_MATCHER_URL", "http://matcher.example", "face_matcher_url: must be https in production"),
        ("FACE_MATCHER_URL", "https://matcher.example/v1", "face_matcher_url: must be an origin"),
        ("FACE_MATCHER_KEY", "answers.pem", "face_matcher_key: cannot be read as a private key"),
        ("FACE_MATCHER_ANSWER_KEY", "provider.pem", "face_matcher_answer_key: cannot be read as a public key"),
        ("FACE_MATCHER_NEXT_ANSWER_KEY", "nowhere.pem", "face_matcher_next_answer_key: cannot be read"),
        ("FACE_MATCHER_CA_BUNDLE", "/nonexistent.pem", "face_matcher_ca_bundle: cannot be read"),
        ("REDIS_URL", None, "redis_url: is needed by more than one worker"),
        ("REDIS_URL", "http://cache.example", "redis_url: must start with"),
        ("WORKERS", "0", "workers: "),
        ("PORT", "65536", "port: "),
        ("CA_BUNDLE", "/nonexistent.pem", "ca_bundle: cannot be read"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "trusted_proxies: must be addresses or networks"),
        ("DPOP_NONCE", "true", "dpop_nonce"),
        ("TRUSTED_PROXIES", "*", "trusted_proxies: must be addresses or networks"),
        (
            "INITIAL_ACCESS_TOKEN_DIGEST",
            "the token itself",
            "initial_access_token_digest: must be the base64url SHA-256",
        ),
        ("LOG_LEVEL", "loud", "log_level: "),
        ("ENVIRONMENT", "staging", "environment: "),
        ("ISUER", "https://id.example", "VNEID_IDP_ISUER: there is no such setting"),
    ],
)
def test_production_with_one_thing_spoiled_refuses(read: Any, name: str, value: str | None, problem: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read(GOOD | {name: value})
    assert [text for text in refused.value.problems if text.startswith(problem)], refused.value.problems


@pytest.mark.parametrize("name", ["SECRET", "DATABASE_URL", "REDIS_URL"])
def test_a_refusal_does_not_repeat_the_value(read: Any, name: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read(GOOD | {name: "very-private-value"})
    assert "very-private-value" not in str(refused.value)


def test_secrets_do_not_show(read: Any) -> None:
    shown = repr(read(GOOD))
    assert "hunter2" not in shown
    assert GOOD["SECRET"] not in shown


def test_sqlite_in_production_is_allowed_and_said(read: Any) -> None:
    settings = read(GOOD | {"DATABASE_URL": "sqlite:////var/lib/idp.sqlite3"}).settings
    assert [text for text in settings.warnings() if text.startswith("database_url: ")]


def test_an_issuer_with_tls_and_no_proxy_that_is_trusted_is_said(read: Any) -> None:
    settings = read({name: value for name, value in GOOD.items() if name != "TRUSTED_PROXIES"}).settings
    assert [text for text in settings.warnings() if text.startswith("trusted_proxies: ")]


def test_two_keys_of_the_registry_have_two_names(read: Any) -> None:
    both = GOOD | {"REGISTRY_NEXT_ANSWER_KEY": "answers.pem"}
    opened: Any = open_registry(read(both).settings, SystemClock(), *[cast(Any, None)] * 3)
    assert list(opened._transport._signatures._theirs) == ["registry", "registry-next"]
    with pytest.raises(BadSettings, match="registry_next_answer_key_id: must differ"):
        read(both | {"REGISTRY_NEXT_ANSWER_KEY_ID": "registry"})


def test_a_matcher_elsewhere_is_asked_with_keys_of_its_own(read: Any) -> None:
    settings = {"URL": "https://matcher.example", "KEY": "provider.pem", "ANSWER_KEY": "answers.pem"}
    both = GOOD | {f"FACE_MATCHER_{name}": value for name, value in settings.items()} | {"FACE_MATCHER": "http"}
    both["FACE_MATCHER_NEXT_ANSWER_KEY"] = "answers.pem"
    opened: Any = open_matcher(read(both).settings, SystemClock(), cast(Any, None))
    assert list(opened._transport._signatures._theirs) == ["face-matcher", "face-matcher-next"]
    with pytest.raises(BadSettings, match="face_matcher_next_answer_key_id: must differ"):
        read(both | {"FACE_MATCHER_NEXT_ANSWER_KEY_ID": "face-matcher"})


def test_the_sandbox_compares_invented_faces_unless_it_is_told_of_a_matcher(read: Any, tmp_path: Path) -> None:
    assert read({}, Environment.SANDBOX).settings.face_matcher == "synthetic"
    ServerKeys(tmp_path / ".sandbox" / "face-matcher", "face-matcher").signatures(SystemClock())
    settings = read({"FACE_MATCHER": "http"}, Environment.SANDBOX).settings
    assert (settings.face_matcher, settings.face_matcher_url) == ("http", "http://localhost:8004")


def test_production_on_invented_people_is_allowed_and_said(read: Any) -> None:
    settings = read(GOOD | {"REGISTRY": "synthetic", "ALLOW_SYNTHETIC_REGISTRY": "true"}).settings
    assert [text for text in settings.warnings() if text.startswith("registry: ")]


def test_the_sandbox_has_its_own_people_unless_it_is_told_of_a_registry(read: Any, tmp_path: Path) -> None:
    assert read({}, Environment.SANDBOX).settings.registry == "synthetic"
    with pytest.raises(BadSettings, match="registry_key: cannot be read"):
        read({"REGISTRY": "http"}, Environment.SANDBOX)
    ServerKeys(tmp_path / ".sandbox" / "registry", "registry").signatures(SystemClock())
    settings = read({}, Environment.SANDBOX).settings
    assert (settings.registry, settings.registry_url) == ("http", "http://localhost:8002")


def test_trusted_proxies_are_a_list_of_networks(read: Any) -> None:
    proxies = read(GOOD | {"TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,::1"}).settings.trusted_proxies
    assert [str(network) for network in proxies] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]


def test_nonces_are_asked_of_the_profiles_that_are_named(read: Any) -> None:
    assert read(GOOD).settings.dpop_nonce == ()
    assert read(GOOD | {"DPOP_NONCE": "fapi2, camara"}).settings.dpop_nonce == ("fapi2", "camara")
    assert read(GOOD | {"DPOP_NONCE": ",".join(ClientProfile)}).settings.dpop_nonce == tuple(ClientProfile)


def test_the_sandbox_needs_nothing_and_keeps_its_secret(read: Any, tmp_path: Path) -> None:
    first = read({}, Environment.SANDBOX)
    assert first.settings.issuer == "http://localhost:8000"
    assert first.settings.social_network_url == "http://localhost:8001"
    assert first.settings.outbound_loopback
    assert first.settings.root_secret.startswith(SANDBOX_MARK)
    assert (tmp_path / ".sandbox" / "secret").stat().st_mode & 0o077 == 0
    assert first.origins["secret"] == ".sandbox/secret"
    assert read({}, Environment.SANDBOX).settings.root_secret == first.settings.root_secret


def test_the_sandbox_follows_its_ports(read: Any) -> None:
    settings = read(
        {"PORT": "9000", "SOCIAL_NETWORK_PORT": "9001", "CARRIER_PORT": "9005"}, Environment.SANDBOX
    ).settings
    assert settings.issuer == "http://localhost:9000"
    assert settings.social_network_url == "http://localhost:9001"
    assert settings.carrier_url == "http://localhost:9005"


def test_the_sandbox_runs_behind_a_proxy(read: Any) -> None:
    settings = read({"ISSUER": "https://localhost:8443"}, Environment.SANDBOX).settings
    assert settings.is_https
    assert settings.port == 8000


def test_a_sandbox_is_made_in_no_database_that_is_not_said_to_be_a_sandboxs(read: Any, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="VNEID_IDP_DATABASE_URL names another than this folder's"):
        read(GOOD, Environment.SANDBOX)
    assert not (tmp_path / ".sandbox").exists()
    said = read(GOOD | {"ENVIRONMENT": "sandbox"}, Environment.SANDBOX).settings
    assert said.database_url.get_secret_value() == GOOD["DATABASE_URL"]


def test_the_command_does_not_override_the_environment(read: Any) -> None:
    settings = read(GOOD | {"ENVIRONMENT": "production"}, Environment.SANDBOX).settings
    assert settings.environment is Environment.PRODUCTION


@pytest.mark.parametrize("kind", ["toml", "env"])
def test_a_file_gives_settings_and_the_environment_wins(read: Any, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"idp.{kind}"
    if kind == "toml":
        lines = [f'{name.lower()} = "{value}"' for name, value in GOOD.items()]
    else:
        lines = [f"{PREFIX}{name}={value}" for name, value in GOOD.items()]
    path.write_text("\n".join(lines))
    loaded = read({"SETTINGS_FILE": str(path), "ISSUER": "https://other.example"})
    assert loaded.settings.issuer == "https://other.example"
    assert loaded.origins["issuer"] == "VNEID_IDP_ISSUER"
    assert loaded.settings.workers == 4
    assert loaded.origins["workers"] == str(path)


@pytest.mark.parametrize("kind", ["toml", "env"])
def test_a_file_with_an_unknown_setting_is_refused(read: Any, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"idp.{kind}"
    path.write_text('isuer = "x"' if kind == "toml" else f"{PREFIX}ISUER=x")
    with pytest.raises(BadSettings, match="isuer: there is no such setting"):
        read(GOOD | {"SETTINGS_FILE": str(path)})


def test_a_file_that_is_not_there_is_refused(read: Any) -> None:
    with pytest.raises(BadSettings, match="is not a file"):
        read(GOOD | {"SETTINGS_FILE": "nowhere.toml"})
