"""The keys at `admin/v1`: who is ready for the next ones."""

from tests.support.admin import Api
from tests.support.country import SECRET, Country
from tests.support.relying_party import RelyingParty
from vneid_idp.kernel.clock import DAY, to_rfc3339
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.keys import service as keys
from vneid_idp.keys.rules import KeyKind


async def test_who_is_ready_for_the_next_key_is_told(api: Api, land: Country) -> None:
    assert (await api("GET", "/keys/readiness")).json() == {"items": []}
    party = await land.register(id_token_signed_response_alg="ES256")
    app = await land.register(token_endpoint_auth_method="none", grant_types=["authorization_code"])
    (key,) = await land.idp.db.transact(lambda unit: keys.rotate(unit, from_base64url(SECRET), kinds=[KeyKind.ES256]))
    (found,) = (await api("GET", "/keys/readiness")).json()["items"]
    assert (found["kid"], found["kind"], found["generation"], found["verdict"]) == (key.kid, "ES256", 2, "not_yet")
    assert (found["announced_at"], found["activate_at"]) == (
        to_rfc3339(land.watch.now()), to_rfc3339(land.watch.now() + DAY),
    )  # fmt: skip
    assert {each["client_id"]: (each["readiness"], each["fetched_at"]) for each in found["clients"]} == {
        party.client.client_id: ("not_seen", None),
        app.client.client_id: ("cannot_tell", None),
    }
    await land.idp.keys.reload(land.idp.db)
    await api.browser.get("/jwks.json")
    await RelyingParty(land, party).post("/token", grant_type="client_credentials")
    await land.idp.key_readers.write_down(land.idp.db)
    (found,) = (await api("GET", "/keys/readiness")).json()["items"]
    assert found["verdict"] == "safe_as_far_as_seen"
    fetched = {each["client_id"]: each["fetched_at"] for each in found["clients"]}
    assert fetched == {party.client.client_id: to_rfc3339(land.watch.now()), app.client.client_id: None}
