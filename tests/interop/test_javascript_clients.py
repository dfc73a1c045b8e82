"""openid-client and oauth4webapi, written by others and certified, go the whole way and find nothing to object to."""

from typing import Any

import pytest

from tests.interop.scripts import play
from tests.support.server import Server

SIGNED = {"userinfo_signed_response_alg": "ES256", "id_token_signed_response_alg": "ES256"}
SIGNED_OUT = "http://localhost:9999/signed-out?state=bye"


def check_learnt(learnt: dict[str, Any], server: Server) -> None:
    claims, registered = learnt["claims"], learnt["registered"]
    assert claims["iss"] == server.issuer
    assert claims["aud"] == registered["client_id"]
    assert claims["acr"] == "urn:vneid:level:2"
    assert claims["amr"] == ["pwd", "otp", "sms", "mfa"]
    userinfo = learnt["userinfo"]
    assert (userinfo["sub"], userinfo["identity_level"], userinfo["age_band"]) == (claims["sub"], 2, "18_plus")
    assert userinfo["name"]
    assert not {"id_number", "email", "phone_number"} & userinfo.keys()
    assert learnt["signedOut"] == SIGNED_OUT


def check_tokens(learnt: dict[str, Any], server: Server) -> None:
    client_id, sub = learnt["registered"]["client_id"], learnt["claims"]["sub"]
    before, own = learnt["before"], learnt["own"]
    assert (before["active"], before["client_id"], before["sub"]) == (True, client_id, sub)
    assert before["iss"] == server.issuer
    assert (own["active"], own["client_id"], own["scope"]) == (True, client_id, "binding:social_account")
    assert learnt["after"] == {"active": False}


@pytest.mark.parametrize(
    ("auth", "slug", "metadata"),
    [
        ("client_secret_basic", "plain", {}),
        ("client_secret_post", "hmong", {"id_token_signed_response_alg": "PS256"}),
        ("private_key_jwt", "khmer", SIGNED),
        ("none", "letter-d", {"id_token_signed_response_alg": "EdDSA", "subject_type": "public"}),
    ],
)
async def test_openid_client(on_sqlite: Server, auth: str, slug: str, metadata: dict[str, str]) -> None:
    async with on_sqlite.visitor(slug) as visitor:
        learnt = await play("openid_client.mjs", visitor, auth=auth, metadata=metadata)
    check_learnt(learnt, on_sqlite)
    if auth != "none":
        check_tokens(learnt, on_sqlite)


@pytest.mark.parametrize(
    ("auth", "slug", "metadata"),
    [("client_secret_basic", "four-word-name", {}), ("private_key_jwt", "merged-province", SIGNED)],
)
async def test_oauth4webapi(on_sqlite: Server, auth: str, slug: str, metadata: dict[str, str]) -> None:
    async with on_sqlite.visitor(slug) as visitor:
        learnt = await play("oauth4webapi.mjs", visitor, auth=auth, metadata=metadata)
    check_learnt(learnt, on_sqlite)
    check_tokens(learnt, on_sqlite)
    assert learnt["isSigned"] == (metadata is SIGNED)


@pytest.mark.parametrize(("script", "slug"), [("openid_client.mjs", "plain"), ("oauth4webapi.mjs", "hmong")])
async def test_on_postgresql(on_postgresql: Server, script: str, slug: str) -> None:
    async with on_postgresql.visitor(slug) as visitor:
        learnt = await play(script, visitor, auth="private_key_jwt", metadata=SIGNED)
    check_learnt(learnt, on_postgresql)
    check_tokens(learnt, on_postgresql)
