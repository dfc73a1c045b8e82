"""ID tokens (OpenID Connect Core §2, FAPI 2.0 Security Profile §5.4)."""

from typing import Any

import pytest
from joserfc.jws import extract_compact

from tests.support.certification import VARIANTS, Certified
from tests.support.country import ISSUER
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.levels import LEVEL_2

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.parametrize("variant", VARIANTS, ids=str)]
REQUIRED = {"iss", "sub", "aud", "exp", "iat", "auth_time"}


async def id_token(client: Certified, **params: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    text = (await client.tokens(**params))["id_token"]
    return dict(extract_compact(text.encode()).headers()), await client.claims(text)


async def test_ensure_id_token_has_the_claims_of_an_id_token_and_no_others(client: Certified) -> None:
    head, claims = await id_token(client, nonce="n-1")
    assert head["alg"] in ("PS256", "ES256", "EdDSA")
    assert head["kid"]
    assert set(claims) == REQUIRED | {"nonce"}
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, client.client_id, "n-1")
    assert claims["sub"].isascii()
    assert 0 < len(claims["sub"]) <= 255
    now = client.country.watch.now() // SECOND
    assert claims["auth_time"] <= claims["iat"] == now < claims["exp"]


async def test_ensure_requested_acr_comes_back(client: Certified) -> None:
    _, claims = await id_token(client, acr_values=LEVEL_2)
    assert set(claims) == REQUIRED | {"nonce", "acr", "amr"}
    assert claims["acr"] == LEVEL_2
