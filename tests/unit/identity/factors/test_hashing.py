"""Passwords: hashed and verified in a bounded pool, the same cost for nobody."""

import asyncio
import time
import unicodedata
from collections.abc import Iterator

import pytest

from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.factors.turns import Share, TooBusy


async def verify(hasher: SecretHasher, hashed: str | None, secret: str) -> bool:
    async with hasher.turn() as turn:
        return await turn.verify(hashed, secret)


@pytest.fixture
def hasher() -> Iterator[SecretHasher]:
    hasher = SecretHasher(threads=1, waiting=3)
    yield hasher
    hasher.close()


async def test_the_right_secret_and_no_other(hasher: SecretHasher) -> None:
    hashed = await hasher.hash("sandbox-2026")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify(hasher, hashed, "sandbox-2026")
    assert not await verify(hasher, hashed, "sandbox-2027")
    assert not await verify(hasher, hashed, "")
    assert not await verify(hasher, "no hash at all", "sandbox-2026")
    assert not hasher.outdated(hashed)


async def test_letters_may_be_composed_or_not(hasher: SecretHasher) -> None:
    hashed = hasher.hash_now(unicodedata.normalize("NFD", "mật khẩu của tôi"))
    assert await verify(hasher, hashed, unicodedata.normalize("NFC", "mật khẩu của tôi"))


async def test_every_letter_counts_and_only_how_it_is_composed_does_not(hasher: SecretHasher) -> None:
    long = "x" * 127
    hashed = hasher.hash_now(long + "a")
    assert await verify(hasher, hashed, long + "a")
    assert not await verify(hasher, hashed, long + "b")
    assert not await verify(hasher, hasher.hash_now("²-factor-2026"), "2-factor-2026")


async def test_nobody_is_never_right_and_costs_as_much(hasher: SecretHasher) -> None:
    hashed = await hasher.hash("sandbox-2026")

    async def cost(of: str | None) -> float:
        # Of the processor, and not by the clock on the wall, which counts what else the machine does.
        start = time.process_time()
        for _ in range(5):
            assert not await verify(hasher, of, "wrong")
        return time.process_time() - start

    somebody, nobody = await cost(hashed), await cost(None)
    assert 0.4 < nobody / somebody < 2.5


async def test_beyond_the_queue_callers_are_sent_away(hasher: SecretHasher) -> None:
    hashed = hasher.hash_now("sandbox-2026")
    answers = await asyncio.gather(*(verify(hasher, hashed, "sandbox-2026") for _ in range(10)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, TooBusy)]
    assert len(refused) == 6
    assert answers.count(True) == 4
    assert (refused[0].status, refused[0].retry_after) == (503, 3)
    assert await verify(hasher, hashed, "sandbox-2026")


async def test_who_is_sent_away_has_begun_nothing(hasher: SecretHasher) -> None:
    begun = []

    async def attempt(share: Share) -> None:
        async with hasher.turn(share) as turn:
            begun.append(share)
            await turn.verify(None, "guess")

    flood = [attempt(Share(("192.0.2.1",))) for _ in range(9)]
    honest = [attempt(Share((f"192.0.2.{number}",))) for number in (2, 3)]
    answers = await asyncio.gather(*flood, *honest, return_exceptions=True)
    assert answers[-2:] == [None, None]
    assert sum(isinstance(answer, TooBusy) for answer in answers) == 7
    assert len(begun) == 4
