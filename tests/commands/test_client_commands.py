"""The operator's commands for clients that exist, on both databases."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.commands import run, with_database
from tests.support.deeds import WHY
from tests.support.pictures import png
from vneid_idp.audit.tables import events
from vneid_idp.cli import client_domains
from vneid_idp.clients import families, service
from vneid_idp.clients.keys import Unreachable
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database
from vneid_idp.web.outbound import Outbound

TEXT = {"vi": "a", "en": "b"}
PURPOSE = {
    "id": "account", "title": TEXT, "text": TEXT, "legal_ground": TEXT, "kept_until": TEXT, "required": ["age_band"],
    "optional": [],
}  # fmt: skip
CLIENT = {
    "client_name": "Quán Trà",
    "redirect_uris": ["https://login.tea.example/callback"],
    "scope": "openid age",
    "purposes": [PURPOSE],
}
_EVENTS = Statement(select(events.c.kind, events.c.data).order_by(events.c.event_id))


def written(name: str, value: Any) -> str:
    Path(name).write_text(json.dumps(value))
    return name


@pytest.fixture
def client(production: pytest.MonkeyPatch) -> dict[str, str]:
    made: dict[str, str] = json.loads(run("clients", "register", written("client.json", CLIENT), *WHY).stdout)
    return made


def shown(client: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("clients", "show", client["client_id"]).stdout)
    return found


def test_a_client_is_shown_changed_and_taken_in_and_out_of_service(client: dict[str, str]) -> None:
    client_id = client["client_id"]
    assert shown(client)["metadata"]["client_name"] == "Quán Trà"
    assert client["client_secret"] not in json.dumps(shown(client))
    without_purposes = {name: value for name, value in CLIENT.items() if name != "purposes"}
    changed = written("new.json", without_purposes | {"client_name": "Quán Chè"})
    assert "changed" in run("clients", "update", client_id, changed, *WHY).stdout
    found = shown(client)
    assert (found["metadata"]["client_name"], found["version"]) == ("Quán Chè", 2)
    assert found["metadata"]["purposes"][0]["id"] == "account"
    run("clients", "disable", client_id, *WHY)
    assert shown(client)["disabled_at"] is not None
    run("clients", "enable", client_id, *WHY)
    assert shown(client)["disabled_at"] is None
    bad = written("bad.json", {"redirect_uris": ["http://tea.example/"]})
    assert "redirect_uris" in run("clients", "update", client_id, bad, *WHY, code=1).stderr
    for command in (("show",), ("enable",), ("disable",), ("rotate-secret",), ("purposes", "show")):
        why = () if "show" in command else WHY
        assert "No client" in run("clients", *command, "cli_nobody", *why, code=1).stderr


def test_a_client_that_needs_a_secret_now_is_told_one(production: pytest.MonkeyPatch) -> None:
    public = CLIENT | {"token_endpoint_auth_method": "none", "grant_types": ["authorization_code"]}
    client_id = json.loads(run("clients", "register", written("app.json", public), *WHY).stdout)["client_id"]
    said = run("clients", "update", client_id, written("server.json", CLIENT), *WHY).stdout
    told = json.loads(said[said.index("{") :])
    assert (told["client_id"], len(told["client_secret"]) >= 40) == (client_id, True)
    again = CLIENT | {"client_name": "Quán Chè"}
    assert "client_secret" not in run("clients", "update", client_id, written("again.json", again), *WHY).stdout


def test_outside_a_sandbox_no_client_leads_to_this_machine(
    client: dict[str, str], production: pytest.MonkeyPatch
) -> None:
    client_id, member = client["client_id"], "backchannel_logout_uri"
    file = written("here.json", CLIENT | {member: "http://localhost:3000/log-out"})
    assert member in run("clients", "register", file, *WHY, code=1).stderr
    assert member in run("clients", "update", client_id, file, *WHY, code=1).stderr
    production.setenv("VNEID_IDP_ENVIRONMENT", "sandbox")
    run("clients", "register", file, *WHY)
    run("clients", "update", client_id, file, *WHY)
    purposes = written("purposes.json", [])
    run("clients", "purposes", "set", client_id, purposes, *WHY)
    production.setenv("VNEID_IDP_ENVIRONMENT", "production")
    assert member in run("clients", "purposes", "set", client_id, purposes, *WHY, code=1).stderr


def test_a_purpose_of_another_meaning_is_said_with_the_whole_registration(client: dict[str, str]) -> None:
    client_id, file = client["client_id"], written("new.json", CLIENT | {"client_name": "Quán Chè"})
    assert "account: version 1" in run("clients", "update", client_id, file, *WHY).stdout
    output = run("clients", "update", client_id, file, "--material", "account", *WHY).stdout
    assert "account: version 2, asks who has not answered it" in output


def test_lists_leave_nobody_out_however_long_they_are(client: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {client["client_id"]}
    for number in range(3):
        picture = {"family": f"house-{number}", "logo_uri": f"https://login.tea.example/{number}.png"}
        file = written("client.json", CLIENT | picture)
        ids.add(json.loads(run("clients", "register", file, *WHY).stdout)["client_id"])
    whole = [run(what, "list").stdout.splitlines() for what in ("clients", "families", "deliveries")]
    assert ids == {row.split()[0] for row in whole[0][1:]}
    assert [len(rows) for rows in whole] == [1 + 4, 1 + 3, 1 + 3]
    monkeypatch.setattr(service, "list_clients", partial(service.list_clients, limit=2))
    monkeypatch.setattr(families, "page", partial(families.page, limit=2))
    monkeypatch.setattr("vneid_idp.cli.deliveries._PAGE", 2)
    assert [run(what, "list").stdout.splitlines() for what in ("clients", "families", "deliveries")] == whole


def test_a_secret_is_rotated_and_told_once(client: dict[str, str]) -> None:
    made = json.loads(run("clients", "rotate-secret", client["client_id"], "--overlap", "3", *WHY).stdout)
    assert made["client_secret"] != client["client_secret"]
    assert shown(client)["old_secret_good_until"] == made["old_secret_good_until"]
    until, now = datetime.fromisoformat(made["old_secret_good_until"]), datetime.now(UTC)
    assert timedelta(hours=2, minutes=55) < until - now <= timedelta(hours=3)
    refused = run("clients", "rotate-secret", client["client_id"], "--overlap", "721", *WHY, code=1)
    assert "0 hours to 30 days" in refused.stderr


def test_purposes_are_shown_and_set(client: dict[str, str]) -> None:
    client_id = client["client_id"]
    assert json.loads(run("clients", "purposes", "show", client_id).stdout)[0]["version"] == 1
    wider = written("wider.json", [PURPOSE | {"optional": ["age_over_18"]}])
    output = run("clients", "purposes", "set", client_id, wider, *WHY).stdout
    assert "account: version 2" in output
    assert "everybody for age_over_18" in output
    output = run("clients", "purposes", "set", client_id, wider, "--material", "account", *WHY).stdout
    assert "account: version 3, asks who has not answered it" in output
    unknown = run("clients", "purposes", "set", client_id, wider, "--material", "other", *WHY, code=1)
    assert "none of the id other" in unknown.stderr


def test_a_purpose_that_the_law_gives_to_many_is_added_from_its_template(client: dict[str, str]) -> None:
    add = ("clients", "purposes", "add", client["client_id"], "--template")
    other = written("other.json", [PURPOSE | {"optional": ["email", "address"]}])
    run("clients", "purposes", "set", client["client_id"], other, *WHY)
    output = run(*add, "decree_147_account_data", *WHY).stdout
    assert "decree_147_account_data: version 1" in output
    of_it = "What it asks for of the scopes full_name phone profile is not handed over before the client has them."
    assert of_it in " ".join(output.split()), "what other purposes lack is another matter"
    purposes = json.loads(run("clients", "purposes", "show", client["client_id"]).stdout)
    assert [purpose["id"] for purpose in purposes] == ["account", "decree_147_account_data"]
    assert purposes[1]["required_in_full"] == ["full_name", "birthdate", "phone_number"]
    assert "a purpose of that id already" in run(*add, "decree_147_account_data", *WHY, code=1).stderr
    assert "There is no template other" in run(*add, "other", *WHY, code=1).stderr


def test_more_than_three_age_thresholds_are_refused(client: dict[str, str]) -> None:
    four = [f"age_over_{years}" for years in (13, 14, 15, 16)]
    many = written("many.json", [PURPOSE | {"optional": four}])
    assert "age thresholds" in run("clients", "purposes", "set", client["client_id"], many, *WHY, code=1).stderr
    assert "optional" in json.loads(run("clients", "purposes", "show", client["client_id"]).stdout)[0]


def test_the_command_fetches_the_logo_and_says_where_it_could_not(
    client: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(self: Outbound, url: str, client_id: str) -> bytes:
        if "away" in url:
            raise Unreachable("could not be reached")
        return png()

    monkeypatch.setattr(Outbound, "fetch", fetch)
    assert "logo_shown" not in client
    here, away = (CLIENT | {"logo_uri": f"https://login.tea.example/{name}.png"} for name in ("here", "away"))
    for members, is_shown in ((here, True), (away, False)):
        made = json.loads(run("clients", "register", written("logo.json", members), *WHY).stdout)
        assert made["logo_shown"] is shown(made)["logo_shown"] is is_shown
        said = run("clients", "update", client["client_id"], written("logo.json", members), *WHY).stdout
        assert ("could not be fetched" in said) is not is_shown


def test_a_domain_is_verified_and_lost_again(client: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    records: dict[str, tuple[str, ...]] = {}

    class Witness:
        async def texts(self, name: str) -> tuple[str, ...]:
            return records.get(name, ())

        async def content(self, url: str) -> str:
            return ""

    monkeypatch.setattr(client_domains, "witness", lambda outbound: Witness())
    verify = ("clients", "verify-domain", client["client_id"], "tea.example", *WHY)
    output = run(*verify, code=1).stderr
    proof = next(word.strip('"') for word in output.split() if "vneid-idp-verification=" in word)
    assert "_vneid-idp.tea.example" in output
    records["_vneid-idp.tea.example"] = (proof,)
    assert "shows the proof (dns)" in run(*verify).stdout
    assert [(one["domain"], one["verified"]) for one in shown(client)["domains"]] == [("tea.example", True)]
    records.clear()
    run(*verify, code=1)
    assert [one["verified"] for one in shown(client)["domains"]] == [False]
    assert "redirect_uris" in run(*verify[:3], "other.example", *WHY, code=1).stderr


def test_every_change_says_who_and_why_or_is_none(client: dict[str, str], database_url: str) -> None:
    client_id = client["client_id"]
    changes = [
        ("clients", "register", "client.json"),
        ("clients", "update", client_id, written("new.json", CLIENT | {"client_name": "Khác"})),
        ("clients", "purposes", "set", client_id, written("p.json", [])),
        ("clients", "purposes", "add", client_id, "--template", "decree_147_account_data"),
        ("clients", "disable", client_id),
        ("clients", "enable", client_id),
        ("clients", "rotate-secret", client_id),
    ]

    async def recorded(database: Database) -> list[tuple[str, dict[str, Any]]]:
        async with database.reading() as unit:
            return [(row["kind"], json.loads(row["data"])) for row in await unit.fetch(_EVENTS)]

    for change in changes:
        before = with_database(database_url, recorded)
        for partly in ((), WHY[:2], WHY[2:]):
            run(*change, *partly, code=2)
        assert "reason" in run(*change, "--by", "ops-1", "--reason", "about 097196000001", code=1).stderr
        assert with_database(database_url, recorded) == before
        run(*change, *WHY)
        after = with_database(database_url, recorded)
        assert len(after) == len(before) + 1
        assert after[-1][1].items() >= {"by": "ops-1", "reason": "A test needs it"}.items(), change
