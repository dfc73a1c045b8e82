"""Keys of relying parties are fetched when they are needed, and no oftener than once a minute."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from tests.support.watch import Watch
from vneid_idp.clients.keys import ClientKeys, Unreachable
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol import jose
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.jose import BadToken, UnknownKey, Unverified

OLD, NEW = (ECKey.generate_key("P-256", {"kid": name, "use": "sig"}, private=True) for name in ("old", "new"))
ENCRYPTION = ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"}, private=True)
REMOTE = Client("cli_a", "A", jwks_uri="https://rp.example/jwks")


def document(*keys: ECKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def token(key: ECKey, **header: str) -> Unverified:
    start = f"{base64url(json.dumps({'alg': 'ES256', **header}).encode())}.{base64url(b'{}')}"
    return jose.read_unverified(f"{start}.{base64url(JWSRegistry.algorithms['ES256'].sign(start.encode(), key))}")


class Server:
    """What the relying party publishes, and how often it was asked."""

    def __init__(self, published: bytes | str) -> None:
        self.published = published
        self.asked = 0
        self.asking: set[str] = set()

    async def __call__(self, url: str, client_id: str) -> bytes:
        self.asked += 1
        self.asking.add(client_id)
        await asyncio.sleep(0)
        if isinstance(self.published, str):
            raise Unreachable(self.published)
        return self.published


@pytest.fixture
def server() -> Server:
    return Server(json.dumps(document(OLD)).encode())


@pytest.fixture
def keys(server: Server, watch: Watch) -> ClientKeys:
    return ClientKeys(server, watch)


async def test_registered_keys_are_not_fetched(keys: ClientKeys, server: Server) -> None:
    client = Client("cli_b", "B", jwks=document(OLD))
    await keys.check_signature(client, token(OLD), "ES256")
    with pytest.raises(UnknownKey):
        await keys.check_signature(client, token(NEW), "ES256")
    assert server.asked == 0


async def test_a_changed_registration_is_seen(keys: ClientKeys) -> None:
    client = Client("cli_b", "B", jwks=document(OLD))
    await keys.check_signature(client, token(OLD), "ES256")
    await keys.check_signature(replace(client, jwks=document(NEW)), token(NEW), "ES256")
    with pytest.raises(UnknownKey):
        await keys.check_signature(replace(client, jwks=document(NEW)), token(OLD), "ES256")


async def test_a_client_without_keys_signs_nothing(keys: ClientKeys) -> None:
    with pytest.raises(UnknownKey):
        await keys.check_signature(Client("cli_c", "C"), token(OLD), "ES256")


async def test_fetched_keys_are_kept_and_fetched_once_for_all(keys: ClientKeys, server: Server) -> None:
    await asyncio.gather(*(keys.check_signature(REMOTE, token(OLD), "ES256") for _ in range(20)))
    assert (server.asked, server.asking) == (1, {"cli_a"})


async def test_a_key_that_was_taken_back_counts_a_quarter_of_an_hour_longer_at_most(
    keys: ClientKeys, server: Server, watch: Watch
) -> None:
    await keys.check_signature(REMOTE, token(OLD), "ES256")
    server.published = json.dumps(document(NEW)).encode()
    watch.advance(15 * MINUTE - 1)
    await keys.check_signature(REMOTE, token(OLD), "ES256")
    watch.advance(1)
    with pytest.raises(UnknownKey):
        await keys.check_signature(REMOTE, token(OLD), "ES256")


async def test_keys_of_another_address_and_of_another_client_are_fetched_for_themselves(
    keys: ClientKeys, server: Server
) -> None:
    await keys.check_signature(REMOTE, token(OLD), "ES256")
    server.published = json.dumps(document(NEW)).encode()
    for other in (replace(REMOTE, jwks_uri="https://rp.example/moved"), replace(REMOTE, client_id="cli_d")):
        with pytest.raises(UnknownKey):
            await keys.check_signature(other, token(OLD), "ES256")
        await keys.check_signature(other, token(NEW), "ES256")


@pytest.mark.parametrize("header", [{"kid": "new"}, {}])
async def test_a_rotated_key_is_fetched_on_first_sight(
    keys: ClientKeys, server: Server, watch: Watch, header: dict[str, str]
) -> None:
    await keys.check_signature(REMOTE, token(OLD), "ES256")
    server.published = json.dumps(document(NEW)).encode()
    watch.advance(MINUTE)
    await keys.check_signature(REMOTE, token(NEW, **header), "ES256")
    with pytest.raises(UnknownKey):
        await keys.check_signature(REMOTE, token(OLD), "ES256")
    assert server.asked == 2


async def test_junk_makes_us_call_at_most_once_a_minute(keys: ClientKeys, server: Server, watch: Watch) -> None:
    for _ in range(120):
        with pytest.raises(UnknownKey):
            await keys.check_signature(REMOTE, token(NEW), "ES256")
        watch.advance(SECOND)
    assert server.asked == 2


async def test_a_key_that_nobody_has_seen_is_fetched_at_once(keys: ClientKeys, server: Server, watch: Watch) -> None:
    await keys.check_signature(REMOTE, token(OLD), "ES256")
    server.published = json.dumps(document(NEW)).encode()
    watch.advance(SECOND)
    await keys.check_signature(REMOTE, token(NEW, kid="new"), "ES256")
    assert server.asked == 2


async def test_invented_names_of_keys_make_us_call_twice_a_minute(
    keys: ClientKeys, server: Server, watch: Watch
) -> None:
    for number in range(60):
        with pytest.raises(UnknownKey):
            await keys.check_signature(REMOTE, token(NEW, kid=f"junk {number}"), "ES256")
        watch.advance(SECOND)
    assert server.asked == 2


async def test_a_server_that_is_away_is_asked_at_most_once_a_minute(
    keys: ClientKeys, server: Server, watch: Watch
) -> None:
    server.published = "could not be reached"
    for _ in range(60):
        with pytest.raises(BadToken, match="could not be reached"):
            await keys.check_signature(REMOTE, token(OLD), "ES256")
        watch.advance(SECOND)
    assert server.asked == 1


async def test_known_keys_outlive_an_outage_but_not_a_day(keys: ClientKeys, server: Server, watch: Watch) -> None:
    await keys.check_signature(REMOTE, token(OLD), "ES256")
    server.published = "could not be reached"
    watch.advance(HOUR)
    await keys.check_signature(REMOTE, token(OLD), "ES256")
    assert server.asked == 2
    watch.advance(DAY)
    with pytest.raises(BadToken):
        await keys.check_signature(REMOTE, token(OLD), "ES256")


@pytest.mark.parametrize(
    "published", [b"", b"[]", b"{}", b"<html>", json.dumps({"keys": [OLD.as_dict(private=True)]}).encode()]
)
async def test_a_document_that_is_no_key_set_verifies_nothing(
    keys: ClientKeys, server: Server, published: bytes
) -> None:
    server.published = published
    with pytest.raises(BadToken, match="jwks_uri"):
        await keys.check_signature(REMOTE, token(OLD), "ES256")


async def test_the_key_to_encrypt_to_is_one_for_encryption(keys: ClientKeys) -> None:
    client = Client("cli_b", "B", jwks=document(OLD, ENCRYPTION))
    assert (await keys.encryption_key(client, "ECDH-ES")).kid == "enc"
    with pytest.raises(BadToken):
        await keys.encryption_key(client, "RSA-OAEP")
