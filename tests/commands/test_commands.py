"""The operator's commands, on both databases: what they do, and that a refusal is a sentence and an exit code."""

import json
import os
from pathlib import Path

import pytest
import uvicorn
from joserfc.jwk import ECKey
from sqlalchemy import select, text

from tests.support.commands import run, with_database
from tests.support.deeds import WHY
from tests.support.people import SEALER
from tests.support.resource_servers import registration
from tests.support.seeded import recorded
from tests.support.tampering import unlock_events
from vneid_idp.audit import service as audit
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.tables import events
from vneid_idp.clients.service import list_clients
from vneid_idp.consent import service as consents
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.delivery.outcomes import DeliveryOutcome, Refused
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.kernel.secrets import digest
from vneid_idp.keys.rules import ROTATED
from vneid_idp.protocol.claims import Decision
from vneid_idp.settings import new_root_secret
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

CLIENT = {"client_name": "Quán Trà", "redirect_uris": ["https://tea.example/callback"], "scope": "openid full_name"}


@pytest.mark.parametrize(
    "command",
    [
        ("clients", "list"),
        ("families", "list"),
        ("deliveries", "list"),
        ("roles", "list"),
        ("policy", "show"),
        ("keys", "list"),
        ("audit", "verify"),
    ],
)
def test_a_database_that_was_never_migrated_is_said_in_words(
    environment: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    environment.setenv("VNEID_IDP_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    environment.setenv("VNEID_IDP_SECRET", new_root_secret())
    environment.setenv("VNEID_IDP_ISSUER", "https://id.example")
    environment.setenv("VNEID_IDP_REGISTRY", "synthetic")
    environment.setenv("VNEID_IDP_ALLOW_SYNTHETIC_REGISTRY", "true")
    refused = run(*command, code=1)
    assert "vneid-idp migrate" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_folder_without_a_sandbox_is_said_to_be_one(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("VNEID_IDP_STATE_FOLDER", str(tmp_path / "elsewhere"))
    refused = run("--sandbox", "clients", "list", code=1)
    assert f"There is no sandbox in {tmp_path / 'elsewhere'}" in refused.stderr
    assert "vneid-idp migrate" not in refused.stderr


@pytest.mark.usefixtures("environment")
def test_without_settings_nothing_starts_and_the_reasons_are_told() -> None:
    for command in (["serve"], ["settings"], ["migrate"], ["clients", "list"], ["keys", "list"], ["audit", "verify"]):
        result = run(*command, code=2)
        assert "issuer: is not set" in result.stderr
        assert "secret: is not set" in result.stderr


def test_settings_are_shown_with_their_origin_and_without_their_secrets(production: pytest.MonkeyPatch) -> None:
    production.setenv("VNEID_IDP_DATABASE_URL", "postgresql://idp:hunter2@db.example/idp")
    production.setenv("VNEID_IDP_REDIS_URL", "redis://:hunter3@cache.example/0")
    shown = run("settings").output
    assert "https://id.example" in shown
    assert "[from: VNEID_IDP_ISSUER]" in shown
    assert "[from: default]" in shown
    assert "postgresql://idp:***@db.example/idp" in shown
    for secret in ("hunter2", "hunter3", os.environ["VNEID_IDP_SECRET"]):
        assert secret not in shown


def test_warnings_are_told(production: pytest.MonkeyPatch) -> None:
    production.setenv("VNEID_IDP_DATABASE_URL", "sqlite:///idp.sqlite3")
    assert "database_url: SQLite in production" in run("settings").stderr


def test_what_serves_writes_no_request_lines_and_believes_no_address_that_a_header_claims(
    production: pytest.MonkeyPatch,
) -> None:
    """A request line holds codes and states; `X-Forwarded-For` is read by ourselves, from trusted proxies."""
    served: list[uvicorn.Config] = []
    production.setattr("vneid_idp.cli.serving.is_ready", lambda _: True)
    production.setattr("vneid_idp.cli.serving.run", served.append)
    production.setattr("vneid_idp.cli.server.configure", lambda _: None)
    production.setenv("VNEID_IDP_DATABASE_URL", "sqlite:///idp.sqlite3")
    production.setenv("VNEID_IDP_REDIS_URL", "redis://cache.example/0")
    for name, value in (("ENVIRONMENT", "production"), ("HOST", "127.0.0.7"), ("PORT", "8123"), ("WORKERS", "3")):
        production.setenv(f"VNEID_IDP_{name}", value)
    assert "SQLite in production" in run("serve").stderr
    (config,) = served
    assert (config.access_log, config.proxy_headers, config.server_header) == (False, False, False)
    assert (config.host, config.port, config.workers) == ("127.0.0.7", 8123, 3)


def test_the_workers_of_a_sandbox_are_of_a_sandbox(production: pytest.MonkeyPatch) -> None:
    production.setattr("vneid_idp.cli.serving.is_ready", lambda _: True)
    production.setattr("vneid_idp.cli.serving.run", lambda _: 0)
    production.setattr("vneid_idp.cli.server.configure", lambda _: None)
    production.setenv("VNEID_IDP_ENVIRONMENT", "")  # so that it is put back
    production.delenv("VNEID_IDP_ENVIRONMENT")
    refused = run("--sandbox", "serve", code=2)  # by whom the settings of a production are exported
    assert "VNEID_IDP_DATABASE_URL names another than this folder's" in refused.stderr
    production.delenv("VNEID_IDP_DATABASE_URL")
    run("--sandbox", "serve")
    assert os.environ["VNEID_IDP_ENVIRONMENT"] == "sandbox"


@pytest.mark.usefixtures("environment")
def test_secrets_are_made_ready_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    made = run("secret").stdout.strip()  # as README has it: VNEID_IDP_SECRET=$(vneid-idp secret)
    token = json.loads(run("secret", "--initial-access-token").stdout)
    assert token["VNEID_IDP_INITIAL_ACCESS_TOKEN_DIGEST"] == digest(token["initial_access_token"])
    monkeypatch.setenv("VNEID_IDP_SECRET", made)
    monkeypatch.setenv("VNEID_IDP_ISSUER", "https://id.example")
    monkeypatch.setenv("VNEID_IDP_DATABASE_URL", "sqlite:///idp.sqlite3")
    monkeypatch.setenv("VNEID_IDP_REGISTRY", "synthetic")
    monkeypatch.setenv("VNEID_IDP_ALLOW_SYNTHETIC_REGISTRY", "true")
    run("settings")


@pytest.mark.usefixtures("production")
def test_clients_are_registered_listed_and_disabled(tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    file.write_text(json.dumps(CLIENT))
    registered = json.loads(run("clients", "register", str(file), *WHY).stdout)
    assert registered.keys() == {"client_id", "client_secret", "registration_access_token"}
    listed = run("clients", "list").stdout
    assert registered["client_id"] in listed
    assert "openid full_name" in listed
    assert registered["client_secret"] not in listed
    run("clients", "disable", registered["client_id"], *WHY)
    run("clients", "disable", registered["client_id"], *WHY)
    assert len(run("clients", "list").stdout.splitlines()[1].split()) == len(listed.splitlines()[1].split()) + 1


@pytest.mark.usefixtures("production")
def test_a_family_goes_out_of_service_with_its_clients_and_comes_back(database_url: str) -> None:
    async def out_of_service(database: Database) -> set[str]:
        async with database.reading() as unit:
            return {client.client_id for client in await list_clients(unit) if client.disabled_at is not None}

    for client_id, family in (("cli_app", "trong-nuoc"), ("cli_back_end", "trong-nuoc"), ("cli_other", "khac")):
        Path("client.json").write_text(json.dumps(CLIENT | {"family": family}))
        run("clients", "register", "client.json", "--client-id", client_id, *WHY)
    run("clients", "disable", "cli_back_end", *WHY)
    assert "carrier is there" in run("families", "create", "carrier", "Viễn thông", *WHY).stdout
    assert "already" in run("families", "create", "carrier", "Viễn thông", *WHY, code=1).stderr
    run("families", "name", "trong-nuoc", "Mạng Trong Nước", *WHY)
    for _ in range(2):
        run("families", "disable", "trong-nuoc", *WHY)
        assert with_database(database_url, out_of_service) == {"cli_app", "cli_back_end"}
    listed = run("families", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["family", "carrier", "khac", "trong-nuoc"]
    assert "Mạng Trong Nước" in listed[3]
    assert len(listed[3].split()) == len(listed[2].split()) + 3  # two more words in the name, and an instant
    for _ in range(2):
        run("families", "enable", "trong-nuoc", *WHY)
        assert with_database(database_url, out_of_service) == {"cli_back_end"}
    for command in (("disable",), ("enable",), ("name", "x")):
        assert "no family of clients" in run("families", command[0], "nobody", *command[1:], *WHY, code=1).stderr


@pytest.mark.usefixtures("production")
def test_a_resource_server_is_registered_shown_and_removed() -> None:
    run("families", "create", "ve-viet", "Vé Việt", *WHY)
    Path("server.json").write_text(json.dumps(registration()))
    server_id = run("resource-servers", "register", "server.json", *WHY).stdout.split()[-1].rstrip(".")
    Path("server.json").write_text(json.dumps(registration(clients=["cli_b"])))
    run("resource-servers", "change", server_id, "server.json", *WHY)
    assert json.loads(run("resource-servers", "show", server_id).stdout)["clients"] == ["cli_b"]
    assert server_id in run("resource-servers", "list").stdout
    Path("server.json").write_text("[]")
    assert "JSON object" in run("resource-servers", "register", "server.json", *WHY, code=1).stderr
    run("resource-servers", "remove", server_id, *WHY)
    assert "No resource server" in run("resource-servers", "show", server_id, code=1).stderr
    assert server_id not in run("resource-servers", "list").stdout


@pytest.mark.usefixtures("production")
def test_a_device_that_takes_faces_is_registered_listed_and_removed() -> None:
    key = ECKey.generate_key("P-256")
    Path("device.json").write_text(json.dumps(key.as_dict(private=False)))
    register = ("capture-devices", "register", "carrier", "Quầy 3", "device.json")
    assert "no client" in run(*register, *WHY, code=1).stderr.lower()
    Path("client.json").write_text(json.dumps(CLIENT))
    run("clients", "register", "client.json", "--client-id", "carrier", *WHY)
    device_id = run(*register, *WHY).stdout.split()[-1].rstrip(".")
    listed = run("capture-devices", "list", "carrier").stdout.splitlines()[1].split()
    assert listed[:4] == [device_id, "Quầy", "3", "ES256"]
    assert device_id not in run("capture-devices", "list", "another").stdout
    Path("device.json").write_text(json.dumps(key.as_dict(private=True)))
    assert "private" in run(*register, *WHY, code=1).stderr
    run("capture-devices", "remove", device_id, *WHY)
    assert device_id not in run("capture-devices", "list", "carrier").stdout
    assert "No device" in run("capture-devices", "remove", device_id, *WHY, code=1).stderr


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No such file"),
        ("{", "not JSON"),
        ("[" * 255 + "]" * 255, "nested"),
        ("[]", "not a JSON object"),
        ('{"redirect_uris": ["http://tea.example/"]}', "redirect_uris"),
    ],
)
def test_a_client_that_cannot_be_registered_is_refused(tmp_path: Path, content: str | None, sentence: str) -> None:
    file = tmp_path / "client.json"
    if content is not None:
        file.write_text(content)
    assert sentence in run("clients", "register", str(file), *WHY, code=1).stderr
    assert len(run("clients", "list").stdout.splitlines()) == 1


@pytest.mark.usefixtures("production")
def test_an_unknown_client_cannot_be_disabled() -> None:
    assert "No client" in run("clients", "disable", "cli_nobody", *WHY, code=1).stderr


@pytest.mark.usefixtures("production")
def test_keys_are_rotated_and_listed(database_url: str) -> None:
    assert len(run("keys", "list").stdout.splitlines()) == 1
    assert "No signing key is announced" in run("keys", "readiness").stdout
    assert "ES256 2" in run("keys", "rotate", "--kind", "ES256", *WHY).stdout
    assert "ES256 2: nobody needs it" in run("keys", "readiness").stdout
    lines = [line.split()[:4] for line in run("keys", "list").stdout.splitlines()]
    assert [(kind, generation, state) for kind, generation, _, state in lines if kind == "ES256"] == [
        ("ES256", "1", "active"),
        ("ES256", "2", "announced"),
    ]
    assert "--by" in run("keys", "rotate", "--kind", "ES256", code=2).stderr
    assert [data for _, data in recorded(database_url, "key.rotated") if data["generation"] == 2] == [
        {"kind": "ES256", "generation": 2, "compromised": False, "by": "ops-1", "reason": "A test needs it"}
    ]
    assert "cannot be rotated" in run("keys", "rotate", "--kind", "pairwise", *WHY, code=1).stderr
    announced = [line.split()[0] for line in run("keys", "rotate", *WHY).stdout.splitlines()]
    assert sorted(announced) == sorted(ROTATED), "all that rotate unless told"


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("how", "states"),
    [
        ((), ["active", "announced"]),
        (("--now",), ["retired", "active"]),
        (("--now", "--compromised"), ["gone", "active"]),
    ],
)
def test_keys_change_at_once_or_are_withdrawn_by_who_says_so(
    database_url: str, how: tuple[str, ...], states: list[str]
) -> None:
    run("keys", "rotate", "--kind", "ES256", *how, *WHY)
    rows = [line.split() for line in run("keys", "list").stdout.splitlines()]
    assert [row[3] for row in rows if row[0] == "ES256"] == states
    compromised = [data["compromised"] for _, data in recorded(database_url, "key.rotated") if data["generation"] == 2]
    assert compromised == ["--compromised" in how]


@pytest.mark.usefixtures("production")
def test_production_serves_no_register_of_invented_people() -> None:
    assert "this is production" in run("registry", "serve", code=1).stderr
    assert not Path(".vneid-idp").exists()


@pytest.mark.usefixtures("production")
def test_production_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VNEID_IDP_ENVIRONMENT", "production")
    assert "a sandbox does not start there" in run("sandbox", code=1).stderr


@pytest.mark.usefixtures("production")
def test_the_chain_of_events_is_verified(database_url: str) -> None:
    async def record(db: Database) -> None:
        for _ in range(3):
            async with db.writing() as unit:
                await audit.record(unit, Event(EventKind.CLIENT_REGISTERED, client_id="cli_1"))
                await audit.seal_batch(unit)

    async def tamper(db: Database) -> None:
        await unlock_events(db)
        async with db.writing() as unit:
            await unit.execute(Statement(text("UPDATE events SET client_id = 'cli_2' WHERE batch = 2")))

    with_database(database_url, record)
    said = run("audit", "verify").stdout
    assert "3 events in 3 batches hold; 0 wait" in said
    assert len(said.split("elsewhere: ")[1].strip()) == 43
    with_database(database_url, tamper)
    assert "broken at batch 2" in run("audit", "verify", code=1).stderr


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        ("UPDATE consent_receipts SET shown = 'you agree to everything'", "was changed"),
        ("UPDATE consent_receipts SET decisions = '{}'", "was changed"),
        ("DELETE FROM consent_receipts", "is missing"),
    ],
)
def test_a_receipt_that_was_tampered_with_is_found(database_url: str, tamper: str, said: str) -> None:
    async def agree(db: Database) -> None:
        async with db.writing() as unit:
            decided = {"email": Decision("account", 1, True)}
            await consents.give(unit, "per_1", "cli_1", decided, consents.Shown("you agree", "en"), alone_from=16)
            await audit.seal_batch(unit)

    async def change(db: Database) -> None:
        async with db.writing() as unit:
            assert await unit.execute(Statement(text(tamper))) == 1

    with_database(database_url, agree)
    assert "1 events in 1 batches hold" in run("audit", "verify").stdout
    with_database(database_url, change)
    told = run("audit", "verify", code=1).stderr
    assert "batch 1: the receipt rct_" in told
    assert said in told


@pytest.mark.usefixtures("production")
def test_migrate_says_that_it_is_done() -> None:
    assert "up to date" in run("migrate").stdout


@pytest.mark.usefixtures("production")
def test_deliveries_are_listed_retried_and_discarded_without_what_is_in_them(database_url: str) -> None:
    class Refusing(Sender):
        async def send(self, delivery: Delivery) -> DeliveryOutcome:
            return Refused("status_400")

    async def give_up(database: Database) -> list[str]:
        process = Dispatcher(database, SEALER, {Channel.LOGOUT_TOKEN: Refusing()})
        async with database.writing() as unit:
            ids = {"person_id": "per_ann", "session_id": "ses_ann"}
            made = [await deliveries.enqueue_about(unit, Channel.LOGOUT_TOKEN, f"cli_{n}", ids) for n in range(3)]
        await process.attempt(made[:2])
        return [delivery.delivery_id for delivery in made]

    first, second, waiting = with_database(database_url, give_up)
    everything, dead = run("deliveries", "list").stdout, run("deliveries", "list", "--dead").stdout
    for delivery_id in (first, second):
        assert delivery_id in everything
        assert delivery_id in dead
    assert waiting in everything
    assert waiting not in dead
    assert "status_400" in dead
    assert "cli_0" in dead
    assert "_ann" not in everything
    run("deliveries", "retry", first, *WHY)
    run("deliveries", "discard", second, *WHY)
    assert run("deliveries", "list", "--dead").stdout.splitlines()[1:] == []
    assert second not in run("deliveries", "list").stdout
    for command in ("retry", "discard"):
        for delivery_id in (waiting, second, "dlv_unknown"):
            assert (
                "No delivery of this id was given up." in run("deliveries", command, delivery_id, *WHY, code=1).stderr
            )

    async def kinds(database: Database) -> list[str]:
        async with database.reading() as unit:
            return [row["kind"] for row in await unit.fetch(Statement(select(events.c.kind).order_by(events.c.kind)))]

    found = with_database(database_url, kinds)
    assert found == ["delivery.discarded", "delivery.given_up", "delivery.given_up", "delivery.retried"]
