"""A carrier's back end from the pushed request to the last token: bound to its key all the way (FAPI 2.0)."""

from joserfc.jwk import ECKey

from tests.support.carrier import Carrier, new_key
from tests.support.country import PURPOSE, Country
from tests.support.deeds import DEED
from tests.support.shortcuts import agreed, known
from vneid_idp.clients import by_operator
from vneid_idp.clients.service import get_client
from vneid_idp.kernel.clock import MINUTE


async def test_a_carrier_signs_somebody_in_with_par_key_and_proof(land: Country) -> None:
    purpose = PURPOSE | {"required": ["id_number"], "optional": ["identity_level"]}
    carrier = await Carrier.of(land, scope="openid identity id_number offline_access", purposes=[purpose])
    someone = await known(land, "complete")
    await someone.agree(carrier, "id_number", "identity_level", "offline_access")
    tokens = await carrier.tokens(someone.person.browser, scope="openid identity id_number offline_access")
    assert tokens["token_type"] == "DPoP"
    answer = await carrier.get("/userinfo", tokens["access_token"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["identity_level"] == 2
    assert answer.json()["id_number"] == someone.person.persona.record.personal_number
    assert answer.json()["sub"] == (await carrier.claims(tokens["id_token"]))["sub"]
    told = (await carrier.post("/introspect", token=tokens["access_token"])).json()
    assert told["cnf"] == {"jkt": carrier.key.thumbprint()}
    assert told["token_type"] == "DPoP"


async def test_a_refresh_token_is_not_rotated_and_may_be_used_with_another_key(land: Country) -> None:
    carrier = await Carrier.of(land)
    someone = await agreed(land, carrier)
    tokens = await carrier.tokens(someone.person.browser, scope="openid identity offline_access")
    for _ in range(2):
        land.watch.advance(MINUTE)
        fresh = (await carrier.refresh(tokens["refresh_token"])).json()
        assert "refresh_token" not in fresh
        assert (await carrier.get("/userinfo", fresh["access_token"])).status_code == 200
    before, carrier.key = carrier.key, new_key()
    other = (await carrier.refresh(tokens["refresh_token"])).json()["access_token"]
    assert (await carrier.get("/userinfo", other)).status_code == 200
    assert await _refused_with(carrier, before, other)
    assert await _refused_with(carrier, carrier.key, fresh["access_token"])
    # What was ended gives nothing more, although the token was never spent.
    await carrier.post("/revoke", token=tokens["refresh_token"])
    assert (await carrier.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def _refused_with(carrier: Carrier, key: ECKey, token: str) -> bool:
    proof = carrier.proof("GET", "/userinfo", token=token, key=key)
    answer = await carrier.get("/userinfo", token, **proof)
    return (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_a_bearers_token_of_before_ends_when_its_client_comes_under_stricter_rules(land: Country) -> None:
    carrier = await Carrier.of(land, profile="oidc")
    someone = await agreed(land, carrier)
    request = carrier.request(scope="openid identity")
    form = {"grant_type": "authorization_code", "code": await carrier.code(someone.person.browser, request)}
    form |= {"redirect_uri": request.params["redirect_uri"], "code_verifier": request.verifier}
    own = {"grant_type": "client_credentials", "scope": "binding:social_account"}
    tokens = [(await carrier.send("/token", asked, {})).json()["access_token"] for asked in (form, own)]
    assert (await carrier.userinfo(tokens[0])).status_code == 200
    assert [await _is_active(carrier, token) for token in tokens] == [True, True]
    async with land.idp.db.writing() as unit:
        client = await get_client(unit, carrier.client_id)
        await by_operator.update(unit, client, client.metadata | {"profile": "fapi2"}, DEED, sandbox=True)
    assert (await carrier.userinfo(tokens[0])).status_code == 401
    assert [await _is_active(carrier, token) for token in tokens] == [False, False]


async def _is_active(carrier: Carrier, token: str) -> bool:
    return bool((await carrier.post("/introspect", token=token)).json()["active"])
