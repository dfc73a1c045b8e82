"""Argon2id for what people choose, in a bounded pool of threads.

One verification costs some 27 ms of a core (19 MiB, t=2, p=1: OWASP's and RFC 9106's low-memory choice), so it must
neither block the event loop nor queue without end: beyond the limit callers are told to come back, and everything
that does not need a password goes on. Whose turn it is: `turns.py`.
"""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vneid_idp.identity.factors.chosen_secrets import SecretKind, check_guesses
from vneid_idp.identity.factors.turns import Share, Turns
from vneid_idp.kernel.secrets import new_secret

_LONGEST = 1024
T = TypeVar("T")


_ARGON2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    """Somebody who does not exist costs the same time as somebody who does: this hash is verified in their place."""
    return _ARGON2.hash(new_secret())


class SecretHasher:
    """Hashes and verifies passwords and passcodes. One instance a process; `close` it at the end."""

    def __init__(self, *, threads: int = 1, waiting: int = 64) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="argon2")
        self._turns = Turns(threads, waiting)
        _nobody()  # made before anybody waits for it

    @asynccontextmanager
    async def turn(self, share: Share | None = None) -> AsyncIterator["Turn"]:
        """Wait until it is the turn of `share`, the network that asks, and have it while the block lasts.

        What counts an attempt belongs into the block: who is sent away has tried nothing. Never wait inside a unit: it
        takes long, and SQLite's one writer would wait for it. Raises `TooBusy`.
        """
        async with self._turns.turn(share or Share()):
            yield Turn(self)

    async def hash(self, secret: str) -> str:
        """The Argon2id hash of `secret` in PHC form. Raises `TooBusy`."""
        async with self.turn() as turn:
            return await turn.hash(secret)

    def hash_now(self, secret: str) -> str:
        """The hash, made in the calling thread: for commands that run before anybody waits."""
        return self._hash(secret)

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's, and should be replaced on the next success."""
        return _ARGON2.check_needs_rehash(hashed)

    def close(self) -> None:
        """Stop the threads; who still waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def _hash(self, secret: str) -> str:
        return _ARGON2.hash(_normal(secret))

    def _verify(self, hashed: str, secret: str) -> bool:
        try:
            return _ARGON2.verify(hashed, _normal(secret))
        except (VerificationError, InvalidHashError):
            return False


class Turn:
    """The right to use a thread, while the block of `SecretHasher.turn` lasts."""

    def __init__(self, hasher: SecretHasher) -> None:
        self._hasher = hasher

    async def hash(self, secret: str) -> str:
        """The Argon2id hash of `secret` in PHC form."""
        return await self._hasher._run(self._hasher._hash, secret)

    async def check(self, kind: SecretKind, secret: str, own: Sequence[str]) -> None:
        """As `chosen_secrets.check_guesses`, which takes as long as a hash."""
        await self._hasher._run(check_guesses, kind, secret, own)

    async def verify(self, hashed: str | None, secret: str) -> bool:
        """Whether `secret` is the one that was hashed; `None` (nobody, or no such factor) takes as long and says no."""
        right = await self._hasher._run(self._hasher._verify, hashed or _nobody(), secret)
        return right and hashed is not None


def _normal(secret: str) -> bytes:
    """Keyboards compose Vietnamese letters differently: the same password must be the same bytes (RFC 8265 §4.2)."""
    return unicodedata.normalize("NFC", secret[:_LONGEST]).encode("utf-8", "surrogatepass")
