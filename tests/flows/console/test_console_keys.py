"""Who is ready for the next key: seen at the doors, written down by a worker, told at the console."""

import pytest

from tests.support.country import SECRET, Country
from tests.support.office import colleague
from tests.support.pages import opened
from tests.support.relying_party import Page, RelyingParty
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.keys import service as keys
from vneid_idp.keys.rules import KeyKind


async def console(land: Country) -> Page:
    """The page of the keys, after the worker's turn."""
    await land.idp.key_readers.write_down(land.idp.db)
    return await opened(await colleague(land, "plain", Role.OPERATOR), "/console/keys")


async def fetch(land: Country) -> None:
    async with land.browser() as browser:
        assert (await browser.get("/jwks.json")).status_code == 200


async def test_from_an_announcement_to_everybody_ready(land: Country) -> None:
    party = RelyingParty(land, await land.register(client_name="Ngân hàng Một", id_token_signed_response_alg="ES256"))
    await land.register(client_name="Ứng dụng", token_endpoint_auth_method="none", grant_types=["authorization_code"])
    assert "Chưa có khóa ký nào được công bố" in (await console(land)).text
    await fetch(land)
    await party.post("/token", grant_type="client_credentials")
    land.watch.advance(SECOND)
    await land.idp.db.transact(lambda unit: keys.rotate(unit, from_base64url(SECRET), kinds=[KeyKind.ES256]))
    page = await console(land)
    assert "Chưa nên chuyển" in page.text
    assert "0 trên 2 dịch vụ" in page.text
    await fetch(land)
    assert "Chưa nên chuyển" in (await console(land)).text, "this worker had not heard of the key, and gave the old set"
    await land.idp.keys.reload(land.idp.db)
    await fetch(land)
    page = await console(land)
    assert "1 trên 2 dịch vụ" in page.text
    assert "Có thể chuyển, theo những gì quan sát được" in page.text
    for text in ("Ngân hàng Một", "Ứng dụng", "không thể biết", "đã tải"):
        assert text in page.text


@pytest.mark.parametrize("kind", [KeyKind.SEALING, KeyKind.RSA_OAEP])
async def test_keys_that_sign_nothing_ask_nobody(land: Country, kind: KeyKind) -> None:
    await land.idp.db.transact(lambda unit: keys.rotate(unit, from_base64url(SECRET), kinds=[kind]))
    assert "Chưa có khóa ký nào được công bố" in (await console(land)).text
