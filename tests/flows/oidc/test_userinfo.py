"""Userinfo: by header or form, as JSON, signed or encrypted; what was agreed, complete, and under an own subject."""

from typing import Any

import jwt
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey

from tests.support.country import ISSUER, PURPOSE, Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed, known
from vneid_idp.consent.service import withdraw
from vneid_idp.protocol.claims import SCOPE_CLAIMS
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.jose import PublicKey

STANDARD = "openid profile email phone address"


async def test_every_standard_claim_of_a_complete_person(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=STANDARD)
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    wanted = {claim for scope in STANDARD.split()[1:] for claim in SCOPE_CLAIMS[scope]}
    assert set(userinfo) == wanted | {"sub"}
    assert userinfo["sub"] == (await party.claims(tokens["id_token"]))["sub"]
    assert (userinfo["name"], userinfo["family_name"], userinfo["given_name"]) == (
        "Nguyễn Thị Minh Anh",
        "Nguyễn",
        "Anh",
    )
    assert (userinfo["email_verified"], userinfo["phone_number_verified"]) == (True, True)
    assert userinfo["phone_number"].startswith("+8495")
    assert userinfo["birthdate"] == "1996-05-19"
    assert userinfo["picture"] == f"{ISSUER}/static/portrait.svg"
    assert {"formatted", "country"} <= set(userinfo["address"])
    assert type(userinfo["updated_at"]) is int
    assert 631152000 < userinfo["updated_at"] <= land.watch.now() // 1000
    assert not wanted & set(await party.claims(tokens["id_token"]))


async def test_each_way_to_bring_the_token(land: Country, party: RelyingParty) -> None:
    token = (await (await agreed(land, party)).tokens(party))["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    async with land.browser() as browser:
        for answer in (
            await browser.get("/userinfo", headers=bearer),
            await browser.get("/userinfo", headers={"Authorization": f"bearer  {token}"}),
            await browser.post("/userinfo", headers=bearer),
            await browser.post("/userinfo", data={"access_token": token}),
            await browser.post("/userinfo", data={"other": "x"}, headers=bearer),
        ):
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/json"
            assert answer.headers["cache-control"] == "no-store"
        for answer in (
            await browser.get("/userinfo"),
            await browser.get("/userinfo", params={"access_token": token}),
            await browser.post("/userinfo", params={"access_token": token}),
            await browser.post("/userinfo", json={"access_token": token}),
            await browser.get("/userinfo", headers={"Authorization": f"Basic {token}"}),
            await browser.get("/userinfo", headers={"Authorization": f"DPoP {token}"}),
            await browser.get("/userinfo", headers={"Authorization": token}),
            await browser.get("/userinfo", headers={"Authorization": "Bearer "}),
        ):
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith(("Bearer ", "DPoP "))
        twice = await browser.post("/userinfo", data={"access_token": token}, headers=bearer)
        assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")
        wrong = await browser.get("/userinfo", headers={"Authorization": f"Bearer {token[:-1]}"})
        assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
        for method in ("PUT", "DELETE"):
            assert (await browser.request(method, "/userinfo", headers=bearer)).status_code == 405


async def signed_userinfo(land: Country, party: RelyingParty) -> Any:
    tokens = await (await agreed(land, party)).tokens(party, scope="openid age")
    answer = await party.userinfo(tokens["access_token"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/jwt"
    return tokens, answer.text


async def test_signed(land: Country) -> None:
    async with land.browser() as browser:
        keys = (await browser.get("/jwks.json")).json()["keys"]
    published = {key["kid"]: jwt.PyJWK(key) for key in keys if key["use"] == "sig"}
    for alg in ("RS256", "ES256", "PS256", "EdDSA"):
        members = {"userinfo_signed_response_alg": alg, "id_token_signed_response_alg": alg}
        party = RelyingParty(land, await land.register(**members))
        tokens, text = await signed_userinfo(land, party)
        for token in (text, tokens["id_token"]):
            header = jwt.get_unverified_header(token)
            assert header["alg"] == alg
            # The clock of the tests is not the machine's, so PyJWT is not asked about times.
            options: Any = {"verify_aud": False, "verify_exp": False, "verify_iat": False}
            claims = jwt.decode(token, published[header["kid"]], algorithms=[alg], options=options)
            assert (claims["iss"], claims["aud"]) == (ISSUER, party.client_id)
        userinfo = jwt.decode(text, options={"verify_signature": False})
        assert userinfo["age_band"] == "18_plus"
        assert "nonce" not in userinfo


async def test_encrypted_and_signed_and_encrypted(land: Country) -> None:
    key = RSAKey.generate_key(2048, {"use": "enc", "alg": "RSA-OAEP"}, private=True, auto_kid=True)
    members: dict[str, Any] = {
        "jwks": {"keys": [key.as_dict(private=False)]},
        "userinfo_encrypted_response_alg": "RSA-OAEP",
        "userinfo_encrypted_response_enc": "A256GCM",
        "id_token_encrypted_response_alg": "RSA-OAEP",
        "id_token_encrypted_response_enc": "A256GCM",
    }
    names = ["RSA-OAEP", "A256GCM"]
    party = RelyingParty(land, await land.register(**members))
    tokens, text = await signed_userinfo(land, party)
    opened = jwe.decrypt_compact(text, key, algorithms=names)
    assert opened.plaintext is not None
    assert b'"age_band":"18_plus"' in opened.plaintext
    assert "cty" not in opened.headers()
    inner = jwe.decrypt_compact(tokens["id_token"], key, algorithms=names)
    assert inner.plaintext is not None
    assert (await party.claims(inner.plaintext.decode()))["aud"] == party.client_id
    both = RelyingParty(land, await land.register(**members, userinfo_signed_response_alg="ES256"))
    _, text = await signed_userinfo(land, both)
    nested = jwe.decrypt_compact(text, key, algorithms=names)
    assert nested.plaintext is not None
    assert nested.headers()["cty"] == "JWT"
    assert (await both.claims(nested.plaintext.decode()))["age_band"] == "18_plus"


async def test_what_is_withdrawn_while_the_clients_key_is_fetched_is_not_told(
    land: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = RSAKey.generate_key(2048, {"use": "enc", "alg": "RSA-OAEP"}, private=True)
    members = {"jwks": {"keys": [key.as_dict(private=False)]}, "userinfo_encrypted_response_alg": "RSA-OAEP"}
    party = RelyingParty(land, await land.register(**members))
    someone = await known(land)
    consent_id = await someone.agree(party)
    tokens = await someone.tokens(party)
    fetch = land.idp.client_keys.encryption_key

    async def slowly(client: Client, alg: str) -> PublicKey:
        async with land.idp.db.writing() as unit:
            await withdraw(unit, someone.person_id, consent_id)
        return await fetch(client, alg)

    monkeypatch.setattr(land.idp.client_keys, "encryption_key", slowly)
    answer = await party.userinfo(tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_what_cannot_be_encrypted_is_not_handed_over_in_the_clear(land: Country) -> None:
    key = ECKey.generate_key("P-256", {"use": "sig"}, private=True)
    members: dict[str, Any] = {
        "jwks": {"keys": [key.as_dict(private=False)]}, "userinfo_encrypted_response_alg": "ECDH-ES",
    }  # fmt: skip
    party = RelyingParty(land, await land.register(**members))
    tokens = await (await agreed(land, party)).tokens(party)
    answer = await party.userinfo(tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert "key" in answer.json()["error_description"]


@pytest.mark.parametrize("operations", [["verify"], ["wrapKey", "no such"], [7]])
async def test_a_key_that_cannot_be_used_is_the_clients_fault(land: Country, operations: list[Any]) -> None:
    key = RSAKey.generate_key(2048, private=True).as_dict(private=False) | {"key_ops": operations}
    members: dict[str, Any] = {"jwks": {"keys": [key]}, "userinfo_encrypted_response_alg": "RSA-OAEP"}
    party = RelyingParty(land, await land.register(**members))
    tokens = await (await agreed(land, party)).tokens(party)
    answer = await party.userinfo(tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


async def test_the_claims_parameter_puts_each_claim_in_its_place(land: Country) -> None:
    ages = [*(name for name in PURPOSE["optional"] if not name.startswith("age_")), "age_over_21", "age_over_100"]
    bandless = [name for name in PURPOSE["required"] if "age_band" not in name]
    party = RelyingParty(land, await land.register(purposes=[PURPOSE | {"required": bandless, "optional": ages}]))
    someone = await agreed(land, party)
    claims = (
        '{"userinfo":{"email":{"essential":true},"age_over_21":null,"unknown":null},'
        '"id_token":{"gender":null,"auth_time":{"essential":true},"age_over_100":null}}'
    )
    await someone.agree(party, "age_over_21", "age_over_100")
    tokens = await someone.tokens(party, scope="openid", claims=claims)
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    assert (userinfo["email"], userinfo["age_over_21"]) == ("minh.anh@thu.example", True)
    assert set(userinfo) == {"sub", "email", "age_over_21"}
    inside = await party.claims(tokens["id_token"])
    assert (inside["gender"], inside["age_over_100"]) == ("female", False)
    assert "email" not in inside


async def test_a_client_that_reads_nothing_else_finds_in_the_id_token_what_its_scopes_ask_for(land: Country) -> None:
    party = RelyingParty(land, await land.register(userinfo_claims_in_id_token=True))
    someone = await agreed(land, party)
    await someone.agree(party, "email", "full_name", left_out=("address",), instead={"birthdate": "age_over_16"})
    asked = {"scope": "openid email address profile offline_access", "claims": '{"id_token":{"gender":null}}'}
    tokens = await someone.tokens(party, **asked)
    refreshed = (await party.refresh(tokens["refresh_token"])).json()
    for answer in (tokens, refreshed):
        inside = await party.claims(answer["id_token"])
        userinfo = (await party.userinfo(answer["access_token"])).json()
        assert {name: inside.get(name) for name in userinfo} == userinfo
        assert (inside["email"], inside["gender"]) == ("minh.anh@thu.example", "female")
        assert not {"address", "birthdate"} & inside.keys()
    narrow = (await party.refresh(refreshed["refresh_token"], scope="openid")).json()
    assert "email" not in await party.claims(narrow["id_token"])


async def test_what_was_left_out_is_not_told(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    await someone.agree(party, "email", left_out=("email_verified", "address"), instead={"birthdate": "age_over_16"})
    asked = {"scope": "openid email address profile", "claims": '{"id_token":{"birthdate":null}}'}
    tokens = await someone.tokens(party, **asked)
    assert tokens["scope"] == "openid email profile"
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    assert "email" in userinfo
    assert not {"email_verified", "address", "birthdate"} & set(userinfo)
    assert userinfo["age_over_16"] is True
    assert userinfo["claims_substituted"] == {"birthdate": "age_over_16"}
    inside = await party.claims(tokens["id_token"])
    assert "birthdate" not in inside
    assert (inside["age_over_16"], inside["claims_substituted"]) == (True, {"birthdate": "age_over_16"})


async def test_subjects_are_equal_in_a_sector_and_differ_between_sectors(land: Country) -> None:
    async def sub(**members: Any) -> str:
        party = RelyingParty(land, await land.register(**members))
        someone = await agreed(land, party)
        uri = members.get("redirect_uris", [None])[0]
        tokens = await someone.tokens(party, **({"redirect_uri": uri} if uri else {}))
        userinfo = (await party.userinfo(tokens["access_token"])).json()["sub"]
        assert userinfo == (await party.claims(tokens["id_token"]))["sub"]
        assert someone.person_id not in userinfo
        assert len(userinfo) <= 255
        return str(userinfo)

    one = await sub(redirect_uris=["https://one.example/cb"])
    assert await sub(redirect_uris=["https://one.example/other"]) == one
    assert await sub(redirect_uris=["https://two.example/cb"]) != one
    public = await sub(redirect_uris=["https://one.example/cb"], subject_type="public")
    assert public != one
    assert await sub(redirect_uris=["https://two.example/cb"], subject_type="public") == public
