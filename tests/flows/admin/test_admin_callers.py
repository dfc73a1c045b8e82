"""`admin/v1` from outside: who may call which door, and that nobody reaches further than they may."""

from typing import Any

from tests.support.admin import DELIVERIES, DOORS, KEYS, POLICY, PROGRAM, READ, WHY, WRITE, Api
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.relying_party import RelyingParty
from tests.support.tokens import own_token, person_token
from vneid_idp.clients import service as clients
from vneid_idp.clients.service import Registered
from vneid_idp.kernel.clock import DAY, SECOND
from vneid_idp.protocol import registration
from vneid_idp.protocol.claims import OPERATOR_SCOPES
from vneid_idp.protocol.members import Registrar

SCOPE_OF = {
    "clients": (READ, WRITE),
    "families": (READ, WRITE),
    "resource-servers": (READ, WRITE),
    "deliveries": (DELIVERIES, DELIVERIES),
    "policy": (POLICY, POLICY),
    "keys": (KEYS, KEYS),
}


def test_the_matrix_has_every_door() -> None:
    assert len(DOORS) >= 17
    assert {path.split("/")[3] for _, path in DOORS} <= SCOPE_OF.keys()


async def test_nobody_but_the_operators_programs_with_the_scope_of_the_door(land: Country, program: Registered) -> None:
    party = await land.register()
    self_made = registration.read_registration(
        {**PROGRAM, "purposes": None}, Registrar(by_operator=False, sandbox=True)
    )
    async with land.idp.db.writing() as unit:
        stranger = await clients.register(unit, self_made)
        # As no registration would write it, were the first wall ever to break.
        spoiled = registration.Registration({**self_made.members, "scope": " ".join(OPERATOR_SCOPES)})
        smuggled = await clients.register(unit, spoiled)
    person_id = land.people["complete"].record.person_id
    other = await land.register(**PROGRAM, scope="openid")
    tokens = {
        "none": (None, 401),
        "junk": ("junk", 401),
        "a person's": (await person_token(land, party, person_id, scope=("openid", *OPERATOR_SCOPES)), 403),
        "another client's own": (own_token(land, party), 403),
        "a forged scope": (own_token(land, party, OPERATOR_SCOPES), 403),
        "a self-registered client's": (own_token(land, stranger, OPERATOR_SCOPES), 403),
        "one with scopes that the operator did not give": (own_token(land, smuggled, OPERATOR_SCOPES), 403),
        "one whose scope was taken away": (own_token(land, other, OPERATOR_SCOPES), 403),
    }
    async with land.browser() as browser:
        for method, path in DOORS:
            needed = SCOPE_OF[path.split("/")[3]][0 if method == "GET" else 1]
            others = tuple(scope for scope in OPERATOR_SCOPES if scope != needed)
            here = {**tokens, "all scopes but the one": (own_token(land, program, others), 403)}
            for name, (token, status) in here.items():
                headers = {} if token is None else {"Authorization": f"Bearer {token}"}
                named = {"client_id": party.client.client_id, "family_id": "f", "server_id": "rsv_a"}
                url = path.format(**named, domain="d.example", delivery_id="d", version=1)
                answer = await browser.request(method, url, headers=headers, json=None if method == "GET" else WHY)
                assert answer.status_code == status, (method, path, name, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
    async with land.idp.db.reading() as unit:
        assert (await clients.get_client(unit, party.client.client_id)).version == 1


async def test_a_program_gets_its_token_by_client_credentials_and_loses_it_with_its_client(
    land: Country, program: Registered
) -> None:
    party = RelyingParty(land, program)
    answer = await party.post("/token", grant_type="client_credentials", scope=READ)
    token = answer.json()["access_token"]
    async with land.browser() as browser:
        api = Api(browser, token)
        assert (await api("GET", "/clients")).status_code == 200
        assert (await api("POST", f"/clients/{party.client_id}/disable", **WHY)).status_code == 403
        async with land.idp.db.writing() as unit:
            await clients.disable(unit, party.client_id, DEED)
        assert (await api("GET", "/clients")).status_code == 401
    stranger = RelyingParty(land, await land.register())
    refused = await stranger.post("/token", grant_type="client_credentials", scope=READ)
    assert refused.json()["error"] == "invalid_scope"


async def test_a_token_opens_no_door_from_the_instant_of_its_end_on(land: Country, program: Registered) -> None:
    answer = (await RelyingParty(land, program).post("/token", grant_type="client_credentials", scope=READ)).json()
    async with land.browser() as browser:
        api = Api(browser, answer["access_token"])
        land.watch.advance(answer["expires_in"] * SECOND - 1)
        assert (await api("GET", "/clients")).status_code == 200
        land.watch.advance(1)
        assert (await api("GET", "/clients")).status_code == 401


async def test_no_program_makes_itself_or_another_more_than_it_is(land: Country, program: Registered) -> None:
    writer = await land.register(**PROGRAM, scope=f"{READ} {WRITE}")
    own, above = (f"/clients/{found.client.client_id}" for found in (writer, program))
    more = {**PROGRAM, "scope": " ".join(OPERATOR_SCOPES)}
    async with land.browser() as browser:
        api, able = (Api(browser, own_token(land, found, (READ, WRITE))) for found in (writer, program))
        seen = {path: (await api("GET", path)).headers["etag"] for path in (own, above)}
        tries: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", "/clients", {"metadata": more}),
            ("PUT", own, {"metadata": more}),
            ("PUT", above, {"metadata": {**PROGRAM, "scope": READ}}),
            ("PUT", f"{above}/purposes", {"purposes": []}),
            ("POST", f"{above}/rotate-secret", {}),
        ]
        for method, path, body in tries:
            tag = seen.get(path.removesuffix("/purposes").removesuffix("/rotate-secret"))
            refused = await api(method, path, seen=tag, **WHY, **body)
            assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope"), (method, path)
        # Somebody has to be able to stop a program that runs wild; to start it again is another matter.
        assert (await api("POST", f"{above}/disable", **WHY)).status_code == 200
        assert (await api("POST", f"{above}/enable", **WHY)).status_code == 403
        assert (await api("PUT", own, seen=seen[own], **WHY, metadata={**PROGRAM, "scope": READ})).status_code == 200
        assert (await able("GET", "/clients")).status_code == 401
    async with land.idp.db.reading() as unit:
        assert (await clients.get_client(unit, program.client.client_id)).disabled_at is not None


async def test_a_token_that_was_made_narrow_reaches_no_further_than_it(land: Country, program: Registered) -> None:
    lesser = await land.register(**PROGRAM, scope=f"{READ} {WRITE}")
    own, other = (f"/clients/{found.client.client_id}" for found in (program, lesser))
    async with land.browser() as browser:
        api = Api(browser, own_token(land, program, (READ, WRITE)))
        seen = {path: (await api("GET", path)).headers["etag"] for path in (own, other)}
        tries: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", "/clients", {"metadata": {**PROGRAM, "scope": "admin:policy"}}),
            ("PUT", other, {"metadata": {**PROGRAM, "scope": f"{READ} {WRITE} admin:policy"}}),
            ("PUT", own, {"metadata": {**PROGRAM, "scope": READ}}),
            ("PUT", f"{own}/purposes", {"purposes": []}),
            ("POST", f"{own}/rotate-secret", {}),
            ("POST", f"{own}/enable", {}),
        ]
        for method, path, body in tries:
            tag = None if path.endswith("/enable") else seen.get("/".join(path.split("/")[:3]))
            refused = await api(method, path, seen=tag, **WHY, **body)
            assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope"), (method, path)
        assert (await api("POST", f"{other}/rotate-secret", seen=seen[other], **WHY)).status_code == 200
        made = await api("POST", "/clients", **WHY, metadata={**PROGRAM, "scope": READ})
        assert (made.status_code, made.json()["metadata"]["scope"]) == (201, READ)
    async with land.idp.db.reading() as unit:
        assert await clients.get_client(unit, program.client.client_id) == program.client


async def test_a_registration_access_token_does_not_open_the_operators_client(
    land: Country, program: Registered
) -> None:
    land.watch.advance(DAY)
    async with land.browser() as browser:
        body = {**program.client.metadata, "client_id": program.client.client_id}
        headers = {"Authorization": f"Bearer {program.registration_access_token}"}
        answer = await browser.put(f"/register/{program.client.client_id}", json=body, headers=headers)
    assert answer.json()["error"] == "invalid_client_metadata"
