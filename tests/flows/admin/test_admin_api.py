"""`admin/v1` from outside: what each door does, and that no change undoes an unseen one."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.admin import WHY, Api, last_event
from tests.support.country import METADATA, PURPOSE, Country
from tests.support.relying_party import RelyingParty
from tests.support.tokens import opened
from vneid_idp.clients.domains import ClientDomain
from vneid_idp.clients.service import Registered
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.tables import deliveries as delivery_rows
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, to_rfc3339
from vneid_idp.storage.statement import Statement


@pytest.mark.parametrize(
    ("path", "name"), [("clients", "client_id"), ("families", "family_id"), ("deliveries", "delivery_id")]
)
async def test_lists_are_paged_and_leave_nobody_out(api: Api, land: Country, path: str, name: str) -> None:
    for number in range(4):
        await land.register(logo_uri="https://rp.example/logo.png", family=f"house-{number}")
    whole = [item[name] for item in (await api("GET", f"/{path}?limit=100")).json()["items"]]
    assert (whole, len(whole) >= 4) == (sorted(whole), True)
    found: list[str] = []
    after = ""
    while True:
        page = (await api("GET", f"/{path}?limit=2{after}")).json()
        found += [item[name] for item in page["items"]]
        if page["next_after"] is None:
            break
        assert page["next_after"] == found[-1]
        after = f"&after={page['next_after']}"
    assert found == whole


async def test_a_client_is_registered_looked_at_changed_disabled_and_enabled(api: Api, land: Country) -> None:
    made = await api("POST", "/clients", **WHY, metadata=METADATA, client_id="cli_new")
    assert (made.status_code, made.headers["etag"], made.json()["logo_shown"]) == (201, '"1"', None)
    assert await last_event(land) == ("client.registered", {**WHY, "through": api_client(made, land)})
    assert (await api("POST", "/clients", **WHY, metadata=METADATA, client_id="cli_new")).status_code == 409
    secret = made.json()["client_secret"]
    shown = await api("GET", "/clients/cli_new")
    assert secret not in shown.text
    assert shown.json()["metadata"]["client_name"] == METADATA["client_name"]
    changed = await api("PUT", "/clients/cli_new", '"1"', **WHY, metadata={**METADATA, "client_name": "Khác"})
    assert (changed.status_code, changed.headers["etag"], changed.json()["client_secret"]) == (200, '"2"', None)
    again = await api("PUT", "/clients/cli_new", '"2"', **WHY, metadata={**METADATA, "client_name": "Khác"})
    assert again.headers["etag"] == '"2"', "nothing differs, nothing happens"
    for act, is_disabled in (("disable", True), ("disable", True), ("enable", False), ("enable", False)):
        answer = await api("POST", f"/clients/cli_new/{act}", **WHY)
        assert (answer.status_code, answer.json()["disabled_at"] is not None) == (200, is_disabled)
        listed = {item["client_id"]: item for item in (await api("GET", "/clients")).json()["items"]}
        assert listed["cli_new"] == answer.json(), "a disabled one is listed too"
    assert answer.headers["etag"] == '"4"'
    for number, wanted in enumerate(("https://10.0.0.1/logo.png", "https://10.0.0.2/logo.png")):
        pictured = {**METADATA, "client_name": "Khác", "logo_uri": wanted}
        answer = await api("PUT", "/clients/cli_new", f'"{number + 4}"', **WHY, metadata=pictured)
        assert answer.json()["logo_shown"] is False
        (tried,) = (await api("GET", "/deliveries")).json()["items"]
        assert (tried["attempts"], tried["last_outcome"]) == (1, "unreachable"), "before the answer"
    for path in ("/clients/cli_nobody", "/clients/cli_nobody/purposes", "/clients/cli_nobody/domains"):
        assert (await api("GET", path)).json()["code"] == "unknown_client"


def api_client(made: httpx.Response, land: Country) -> str:
    """The client behind the token of a request."""
    token = made.request.headers["authorization"].removeprefix("Bearer ")
    return opened(land, token).client_id


async def test_a_change_must_have_seen_what_it_changes(api: Api, land: Country) -> None:
    path = f"/clients/{(await land.register()).client.client_id}"
    doors: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", path, {"metadata": METADATA}),
        ("PUT", f"{path}/purposes", {"purposes": []}),
        ("POST", f"{path}/rotate-secret", {}),
    ]
    for method, door, body in doors:
        for seen, status in ((None, 428), ('"2"', 412), ("*", 412), ("1", 412), ('W/"1"', 412)):
            assert (await api(method, door, seen, **WHY, **body)).status_code == status, (door, seen)
    assert (await api("GET", path)).headers["etag"] == '"1"'
    assert (await api("POST", f"{path}/rotate-secret", '"1"', **WHY)).status_code == 200
    assert (await api("POST", f"{path}/rotate-secret", '"1"', **WHY)).status_code == 412, "repeated, it rotates once"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"by": None}, 422), ({"reason": None}, 422), ({"by": "a b"}, 422), ({"reason": "x"}, 422),
     ({"reason": "for 097196000001"}, 400), ({"reason": "\x07\x07\x07\x07"}, 400)],
)  # fmt: skip
async def test_nothing_changes_without_a_who_and_a_why(
    api: Api, land: Country, change: dict[str, Any], status: int
) -> None:
    path = f"/clients/{(await land.register()).client.client_id}"
    body = {name: value for name, value in {**WHY, **change}.items() if value is not None}
    answer = await api("POST", f"{path}/disable", **body)
    assert answer.status_code == status
    assert (await api("GET", path)).json()["disabled_at"] is None


async def test_metadata_that_cannot_be_registered_are_refused(api: Api, land: Country) -> None:
    path = f"/clients/{(await land.register()).client.client_id}"
    bad = {**METADATA, "redirect_uris": ["http://rp.example/cb"]}
    assert (await api("PUT", path, '"1"', **WHY, metadata=bad)).json()["code"] == "invalid_redirect_uri"
    assert (await api("POST", "/clients", **WHY, metadata={"scope": "x"})).json()["code"] == "invalid_client_metadata"
    answer = await api("PUT", f"{path}/purposes", '"1"', **WHY, purposes=[PURPOSE], material=["other"])
    assert answer.json()["code"] == "invalid_client_metadata"


async def test_outside_a_sandbox_no_client_is_led_to_this_machine(api: Api, land: Country) -> None:
    client_id = (await land.register()).client.client_id
    land.app.state.idp = replace(land.idp, sandbox=False)
    tries: list[tuple[str, str, str | None, dict[str, Any]]] = [
        ("POST", "/clients", None, {"metadata": METADATA}),
        ("PUT", f"/clients/{client_id}", '"1"', {"metadata": {**METADATA, "client_name": "Khác"}}),
        ("PUT", f"/clients/{client_id}/purposes", '"1"', {"purposes": []}),
    ]
    for method, path, seen, body in tries:
        answer = await api(method, path, seen, **WHY, **body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_redirect_uri"), path


async def test_how_long_an_old_secret_stays_good_is_said_and_has_its_bounds(api: Api, land: Country) -> None:
    path = f"/clients/{(await land.register()).client.client_id}"
    for hours in (-1, 721):
        refused = await api("POST", f"{path}/rotate-secret", '"1"', **WHY, overlap_hours=hours)
        assert refused.status_code == 422, hours
    for version, (said, until) in enumerate((({}, DAY), ({"overlap_hours": 720}, 30 * DAY)), start=1):
        made = await api("POST", f"{path}/rotate-secret", f'"{version}"', **WHY, **said)
        assert made.json()["old_secret_good_until"] == to_rfc3339(land.watch.now() + until)


async def test_a_purpose_that_means_something_else_now_asks_anew_with_the_whole_registration(
    api: Api, land: Country
) -> None:
    path = f"/clients/{(await land.register()).client.client_id}"
    purposes = [{**PURPOSE, "optional": ["email"]}]
    body = {"metadata": {**METADATA, "purposes": purposes}}
    changed = await api("PUT", path, '"1"', **WHY, **body)
    assert changed.json()["metadata"]["purposes"][0]["answers_since"] == 1
    changed = await api("PUT", path, '"2"', **WHY, **body, material=["account"])
    purpose = changed.json()["metadata"]["purposes"][0]
    assert (purpose["version"], "answers_since" in purpose) == (3, False)


async def test_both_secrets_work_until_the_overlap_ends(api: Api, land: Country) -> None:
    party = RelyingParty(land, await land.register())
    made = await api("POST", f"/clients/{party.client_id}/rotate-secret", '"1"', **WHY, overlap_hours=2)
    renewed = RelyingParty(land, Registered(party.registered.client, made.json()["client_secret"], ""))

    async def works(which: RelyingParty) -> bool:
        answer = await which.post("/token", grant_type="client_credentials")
        return answer.status_code == 200

    assert (await works(party), await works(renewed)) == (True, True)
    land.watch.advance(2 * HOUR - 1)
    assert (await works(party), await works(renewed)) == (True, True)
    land.watch.advance(1)
    assert (await works(party), await works(renewed)) == (False, True)


async def test_purposes_are_set_and_their_versions_counted(api: Api, land: Country) -> None:
    path = f"/clients/{(await land.register()).client.client_id}/purposes"
    assert (await api("GET", path)).json()["purposes"][0]["version"] == 1
    less = {**PURPOSE, "optional": ["email"]}
    answer = await api("PUT", path, '"1"', **WHY, purposes=[less])
    found = answer.json()["purposes"][0]
    assert (found["version"], found["answers_since"], answer.headers["etag"]) == (2, 1, '"2"')
    answer = await api("PUT", path, '"2"', **WHY, purposes=[less], material=["account"])
    assert (answer.json()["purposes"][0]["version"], answer.headers["etag"]) == (3, '"3"')
    in_full = {**less, "required": ["birthdate"], "required_in_full": ["birthdate"]}
    answer = await api("PUT", path, '"3"', **WHY, purposes=[in_full])
    assert answer.json()["purposes"][0]["required_in_full"] == ["birthdate"]
    assert (await api("GET", path)).json() == answer.json()
    refused = await api("PUT", path, '"4"', **WHY, purposes=[{**in_full, "required_in_full": ["email"]}])
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_client_metadata")
    assert "required in full" in refused.json()["detail"]


async def test_domains_are_asked_for_and_looked_at(api: Api, land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    client_id = (await land.register(redirect_uris=["https://login.rp.example/cb"])).client.client_id
    path = f"/clients/{client_id}/domains"
    asked = (await api("PUT", f"{path}/rp.example", **WHY)).json()
    assert asked == (await api("PUT", f"{path}/rp.example", **WHY)).json()
    assert (await api("PUT", f"{path}/other.example", **WHY)).json()["code"] == "foreign_domain"
    assert (await api("POST", f"{path}/login.rp.example/check", **WHY)).json()["code"] == "unknown_domain"
    shown: list[str] = []

    async def texts(name: str) -> tuple[str, ...]:
        return tuple(shown) if name == asked["record_name"] else ()

    async def content(url: str) -> str:
        return ""

    monkeypatch.setattr(land.idp.witness, "texts", texts)
    monkeypatch.setattr(land.idp.witness, "content", content)
    assert (await api("POST", f"{path}/rp.example/check", **WHY)).json()["verified"] is False
    shown.append(asked["proof"])
    verified = (await api("POST", f"{path}/rp.example/check", **WHY)).json()
    at = to_rfc3339(land.watch.now())
    assert verified == asked | {"verified": True, "verified_at": at, "verified_by": "dns"}
    assert (await api("GET", path)).json()["items"] == [verified]
    land.watch.advance(MINUTE)
    shown.clear()
    lost = (await api("POST", f"{path}/rp.example/check", **WHY)).json()
    later = to_rfc3339(land.watch.now())
    assert (lost["verified"], lost["lost_at"]) == (False, later)
    assert (asked["file_url"], asked["verified_at"], asked["lost_at"]) == (
        "https://rp.example/.well-known/vneid-idp-verification.txt", None, None,
    )  # fmt: skip
    assert ClientDomain(client_id, "rp.example", "t", 0, None, None, None).record_name == asked["record_name"]


async def test_a_family_is_created_before_its_first_client(api: Api, land: Country) -> None:
    new = {**WHY, "family_id": "carrier", "name": "Carrier"}
    made = await api("POST", "/families", **new)
    assert (made.status_code, made.json()["name"]) == (201, "Carrier")
    assert (await last_event(land))[0] == "family.created"
    assert (await api("POST", "/families", **new)).json()["code"] == "family_exists"
    assert (await api("POST", "/families", **(new | {"family_id": "a b"}))).status_code == 422


async def test_a_family_is_named_and_goes_out_of_service_as_a_whole(api: Api, land: Country) -> None:
    party = RelyingParty(land, await land.register(family="house"))
    assert (await api("PUT", "/families/house/name", **WHY, name="The House")).json()["name"] == "The House"
    assert (await api("GET", "/families/house")).json()["clients"] == [party.client_id]
    assert [item["family_id"] for item in (await api("GET", "/families")).json()["items"]] == ["house"]
    assert (await party.post("/token", grant_type="client_credentials")).status_code == 200
    assert (await api("POST", "/families/house/disable", **WHY)).json()["disabled_at"] is not None
    assert (await party.post("/token", grant_type="client_credentials")).status_code == 401
    assert (await api("POST", "/families/house/enable", **WHY)).json()["disabled_at"] is None
    assert (await party.post("/token", grant_type="client_credentials")).status_code == 200
    assert (await api("POST", "/families/nobody/enable", **WHY)).json()["code"] == "unknown_family"


async def test_what_was_given_up_is_tried_again_or_discarded(api: Api, land: Country) -> None:
    from sqlalchemy import update

    ids = {}
    for host in ("a", "b"):
        client = (await land.register(logo_uri=f"https://{host}.example/logo.png")).client
        ids[host] = f"logo_{client.client_id}"
    made, given_up = to_rfc3339(land.watch.now()), to_rfc3339(land.watch.advance(MINUTE))
    give_up = Statement(
        update(delivery_rows).values(given_up_at=land.watch.now(), attempts=3, last_outcome="status_400")
    )
    async with land.idp.db.writing() as unit:
        await unit.execute(give_up)
    waiting = (await land.register(logo_uri="https://c.example/logo.png")).client.client_id
    dead = {item["delivery_id"]: item for item in (await api("GET", "/deliveries?dead=true")).json()["items"]}
    assert dead.keys() == set(ids.values())
    assert dead[ids["a"]] == {
        "delivery_id": ids["a"], "channel": "logo", "recipient": ids["a"].removeprefix("logo_"), "attempts": 3,
        "last_outcome": "status_400", "created_at": made, "next_attempt_at": None, "given_up_at": given_up,
    }  # fmt: skip
    (item,) = [item for item in (await api("GET", "/deliveries")).json()["items"] if item["recipient"] == waiting]
    assert (item["created_at"], item["next_attempt_at"], item["given_up_at"]) == (given_up, given_up, None)
    assert (await api("POST", f"/deliveries/{ids['a']}/retry", **WHY)).status_code == 204
    kind, data = await last_event(land)
    assert (kind, data["by"], data["reason"]) == ("delivery.retried", WHY["by"], WHY["reason"])
    assert (await api("POST", f"/deliveries/{ids['a']}/retry", **WHY)).json()["code"] == "not_given_up"
    assert (await api("POST", f"/deliveries/{ids['b']}/discard", **WHY)).status_code == 204
    assert (await last_event(land))[1].items() >= WHY.items()
    async with land.idp.db.reading() as unit:
        left = {row.delivery_id for row in await deliveries.list_deliveries(unit)}
    assert ids["a"] in left
    assert ids["b"] not in left
