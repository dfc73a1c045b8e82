"""The sandbox's port for certificates keeps up with what clients register."""

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from tests.support.certificates import jwk_of, self_signed
from tests.support.registration import read
from vneid_idp.clients.metadata import read_client, write_members
from vneid_idp.sandbox.authority import Authority
from vneid_idp.sandbox.tls_door import TlsDoor


async def test_what_is_registered_during_a_walk_is_looked_for_once_more(tmp_path: Path) -> None:
    door, walks, go = TlsDoor(Authority(tmp_path)), [], asyncio.Event()

    async def learn(database: Any) -> None:
        walks.append(database)
        await go.wait()

    door.learn = learn  # type: ignore[method-assign]
    for _ in range(3):
        door._learn_again("database")  # type: ignore[arg-type]
        await asyncio.sleep(0)
    assert len(walks) == 1, "one walk at a time"
    go.set()
    assert door._learning is not None
    await door._learning
    assert len(walks) == 2


def test_of_tls_1_2_it_takes_what_bcp_195_recommends(tmp_path: Path) -> None:
    taken = TlsDoor(Authority(tmp_path))._context.get_ciphers()
    assert {each["name"] for each in taken if each["protocol"] == "TLSv1.2"} == {
        f"ECDHE-{signed}-AES{bits}" for signed in ("ECDSA", "RSA") for bits in ("128-GCM-SHA256", "256-GCM-SHA384")
    }


async def test_a_connection_that_says_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vneid_idp.sandbox.tls_door._HANDSHAKE", 0.1)
    door = TlsDoor(Authority(tmp_path))
    monkeypatch.setattr(door, "learn", AsyncMock())
    server: Any = Mock(servers=[])
    await door.open(server, Mock(host="127.0.0.1", tls_port=0), Mock())
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    server.servers[0].close()


@pytest.mark.parametrize("odd", [{"x5c": [""]}, {"x5c": ["QUJD"]}, {"x": 7}])
def test_one_clients_certificate_keeps_no_other_out(tmp_path: Path, odd: dict[str, Any]) -> None:
    # What registration refuses may stand in rows that are older.
    door, good = TlsDoor(Authority(tmp_path)), jwk_of(*self_signed())
    before = door._context.cert_store_stats()["x509"]
    for jwk in (good | odd, good):
        members = read(token_endpoint_auth_method="self_signed_tls_client_auth", jwks={"keys": [good]})
        text = write_members(members | {"jwks": {"keys": [jwk]}})
        door._take(read_client("c", text, secret_digest=None, issued_at=1, disabled_at=None))
    assert door._context.cert_store_stats()["x509"] == before + 1
