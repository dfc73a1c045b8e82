"""A protected resource (RFC 6750, RFC 8705 §3, FAPI 2.0 Security Profile §5.3.3)."""

from uuid import UUID

import pytest

from tests.support.certification import OWN_SCOPE, SECURITY_PROFILE, Certified
from tests.support.country import Country
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.asyncio(loop_scope="session")
every_variant = pytest.mark.parametrize("variant", SECURITY_PROFILE, ids=str)
NAMED = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a"


@every_variant
async def test_ensure_response_is_json(client: Certified) -> None:
    answer = await client.userinfo_with(await client.token())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@every_variant
@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json; charset=utf-8", "application/json, */*"]
)
async def test_ensure_accept_header_is_accepted(client: Certified, accept: str) -> None:
    assert (await client.userinfo_with(await client.token(), Accept=accept)).status_code == 200


@every_variant
@pytest.mark.parametrize(
    ("sent", "repeated"), [(NAMED, NAMED), (NAMED.upper(), NAMED), ("no uuid", None), (None, None)]
)
async def test_ensure_response_names_the_interaction(client: Certified, sent: str | None, repeated: str | None) -> None:
    headers = {} if sent is None else {"x-fapi-interaction-id": sent}
    told = (await client.userinfo_with(await client.token(), **headers)).headers["x-fapi-interaction-id"]
    assert str(UUID(told)) == told
    assert repeated in (told, None)
    assert told != NAMED or repeated == NAMED


@every_variant
async def test_ensure_a_refusal_names_the_interaction(client: Certified, second: Certified) -> None:
    answer = await client.call("GET", "/userinfo", headers=second.bearing(await client.token()))
    assert answer.status_code == 401
    assert str(UUID(answer.headers["x-fapi-interaction-id"]))


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/userinfo", {}, 401),
        ("GET", "/userinfo", {"Authorization": "Bearer x"}, 401),
        ("GET", "/userinfo", {"Authorization": "DPoP a.b.c"}, 401),
        ("DELETE", "/userinfo", {}, 405),
        ("GET", "/bindings/v1/social-accounts", {}, 401),
        ("GET", "/bindings/v1/nothing-is-here", {}, 404),
        ("GET", "/admin/v1/clients", {"Authorization": "Bearer x"}, 401),
    ],
)
async def test_ensure_every_answer_names_the_interaction_to_who_asks(
    land: Country, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    async with land.browser() as caller:
        named = await caller.request(method, path, headers=headers | {"x-fapi-interaction-id": NAMED})
        unnamed = await caller.request(method, path, headers=headers)
    assert (named.status_code, named.headers["x-fapi-interaction-id"]) == (status, NAMED)
    # Whoever brings no token that tells who it is may be somebody who expects a name.
    assert ("x-fapi-interaction-id" in unnamed.headers) == (status == 401)


@every_variant
@pytest.mark.parametrize("spelt", [str.upper, str.lower, str.title])
async def test_ensure_name_of_the_scheme_is_case_insensitive(client: Certified, spelt: type[str]) -> None:
    headers = client.bearing(await client.token())
    scheme, token = headers["Authorization"].split()
    answer = await client.call("GET", "/userinfo", headers=headers | {"Authorization": f"{spelt(scheme)} {token}"})
    assert answer.status_code == 200


@every_variant
async def test_ensure_access_token_in_query_fails(client: Certified) -> None:
    token = await client.token()
    headers = {name: value for name, value in client.bearing(token).items() if name != "Authorization"}
    answer = await client.call("GET", "/userinfo", params={"access_token": token}, headers=headers)
    assert answer.status_code == 401


@every_variant
async def test_ensure_posted_request_succeeds(client: Certified) -> None:
    headers = client.bearing(await client.token(), method="POST")
    assert (await client.call("POST", "/userinfo", headers=headers)).status_code == 200


@every_variant
async def test_ensure_access_token_is_bound_to_the_key_of_its_client(client: Certified, second: Certified) -> None:
    for token in (await client.token(), await second.token()):
        assert {
            (await client.call("GET", "/userinfo", headers=each.bearing(token))).status_code
            for each in (client, second)
        } == {200, 401}


@every_variant
async def test_ensure_access_token_without_its_key_fails(client: Certified) -> None:
    headers = {"Authorization": client.bearing(await client.token())["Authorization"]}
    answer = await client.call("GET", "/userinfo", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"]


@every_variant
async def test_ensure_only_granted_claims_are_told(client: Certified) -> None:
    tokens = await client.tokens(scope="openid identity")
    found = (await client.userinfo_with(tokens["access_token"])).json()
    assert found["sub"] == (await client.claims(tokens["id_token"]))["sub"]
    assert "name" not in found


async def test_ensure_nobody_else_is_answered_with_an_interaction(land: Country) -> None:
    party = RelyingParty(land, await land.register())
    own = (await party.post("/token", grant_type="client_credentials", scope=OWN_SCOPE)).json()["access_token"]
    assert "x-fapi-interaction-id" not in (await party.userinfo(own)).headers
    async with land.browser() as caller:
        answer = await caller.get("/jwks.json", headers={"x-fapi-interaction-id": NAMED})
    assert (answer.status_code, "x-fapi-interaction-id" in answer.headers) == (200, False), "it is no resource"
