"""Limits that several workers share: each has its own connection, the count is one."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.redis import running_redis
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.web.limits import Limit, LimitsUnavailable, Secret, Subject, TooManyAttempts, Tried, open_limits

LIMITS = {secret: {Subject.ACCOUNT: (Limit(5, 15 * MINUTE),)} for secret in Secret}


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with running_redis() as url:
        yield url


async def admitted(url: str, account: str) -> bool:
    """Whether one more attempt is let through by a worker of its own."""
    limits = open_limits(url, table=LIMITS)
    try:
        await limits.admit(Secret.SIGN_IN, Tried(account=account))
    except TooManyAttempts as error:
        return error.retry_after not in range(1, 30 * 60)
    finally:
        await limits.close()
    return True


async def test_fifty_attempts_at_once_through_as_many_workers_are_five(redis_url: str) -> None:
    answers = await asyncio.gather(*(admitted(redis_url, "per_a") for _ in range(50)))
    assert sum(answers) == 5


async def test_accounts_are_counted_apart_and_success_gives_all_attempts_back(redis_url: str) -> None:
    assert [await admitted(redis_url, "per_b") for _ in range(6)] == [True] * 5 + [False]
    assert await admitted(redis_url, "per_c")
    limits = open_limits(redis_url, table=LIMITS)
    await limits.succeeded(Secret.SIGN_IN, Tried(account="per_b"))
    await limits.close()
    assert await admitted(redis_url, "per_b")


async def test_a_server_that_hangs_is_not_waited_for() -> None:
    """Its packets are lost, or it was stopped: whoever waits fills this server."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        limits = open_limits(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}", table=LIMITS)
        async with asyncio.timeout(30):
            with pytest.raises(LimitsUnavailable):
                await limits.admit(Secret.SIGN_IN, Tried(account="per_a"))
        await limits.close()
