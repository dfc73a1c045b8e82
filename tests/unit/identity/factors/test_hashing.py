"""Passwords: hashed and verified in a bounded pool, the same cost for nobody."""

import asyncio
import time
import unicodedata
from collections.abc import Iterator

import pytest

from vneid_idp.identity.factors.hashing import SecretHasher, TooBusy


@pytest.fixture
def hasher() -> Iterator[SecretHasher]:
    hasher = SecretHasher(threads=1, waiting=3)
    yield hasher
    hasher.close()


async def test_the_right_secret_and_no_other(hasher: SecretHasher) -> None:
    hashed = await hasher.hash("sandbox-2026")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hasher.verify(hashed, "sandbox-2026")
    assert not await hasher.verify(hashed, "sandbox-2027")
    assert not await hasher.verify(hashed, "")
    assert not await hasher.verify("no hash at all", "sandbox-2026")
    assert not hasher.outdated(hashed)


async def test_letters_may_be_composed_or_not(hasher: SecretHasher) -> None:
    hashed = hasher.hash_now(unicodedata.normalize("NFD", "mật khẩu của tôi"))
    assert await hasher.verify(hashed, unicodedata.normalize("NFC", "mật khẩu của tôi"))


async def test_every_letter_counts_and_only_how_it_is_composed_does_not(hasher: SecretHasher) -> None:
    long = "x" * 127
    hashed = hasher.hash_now(long + "a")
    assert await hasher.verify(hashed, long + "a")
    assert not await hasher.verify(hashed, long + "b")
    assert not await hasher.verify(hasher.hash_now("²-factor-2026"), "2-factor-2026")


async def test_nobody_is_never_right_and_costs_as_much(hasher: SecretHasher) -> None:
    hashed = await hasher.hash("sandbox-2026")

    async def cost(of: str | None) -> float:
        start = time.perf_counter()
        for _ in range(5):
            assert not await hasher.verify(of, "wrong")
        return time.perf_counter() - start

    somebody, nobody = await cost(hashed), await cost(None)
    assert 0.4 < nobody / somebody < 2.5


async def test_beyond_the_queue_callers_are_sent_away(hasher: SecretHasher) -> None:
    hashed = hasher.hash_now("sandbox-2026")
    answers = await asyncio.gather(*(hasher.verify(hashed, "sandbox-2026") for _ in range(10)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, TooBusy)]
    assert len(refused) == 6
    assert answers.count(True) == 4
    assert (refused[0].status, refused[0].retry_after) == (503, 3)
    assert await hasher.verify(hashed, "sandbox-2026")


async def test_an_address_cannot_fill_the_queue_for_others() -> None:
    hasher = SecretHasher(threads=1, waiting=10, waiting_of_one=2)
    try:
        hashed = hasher.hash_now("sandbox-2026")
        flood = [hasher.verify(None, "guess", share="192.0.2.1") for _ in range(9)]
        honest = [hasher.verify(hashed, "sandbox-2026", share=share) for share in ("192.0.2.2", "192.0.2.3", None)]
        answers = await asyncio.gather(*flood, *honest, return_exceptions=True)
        assert sum(isinstance(answer, TooBusy) for answer in answers[:9]) == 7
        assert answers[9:] == [True, True, True]
        assert not await hasher.verify(None, "guess", share="192.0.2.1")
        assert not hasher._shares
    finally:
        hasher.close()
