"""Argon2id for what people choose, in a bounded pool of threads.

One verification costs some 27 ms of a core (19 MiB, t=2, p=1: OWASP's and RFC 9106's low-memory choice), so it must
neither block the event loop nor queue without end: beyond the limit callers are told to come back, and everything
that does not need a password goes on.
"""

import asyncio
import unicodedata
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_secret

_LONGEST = 1024
T = TypeVar("T")


class TooBusy(DomainError):
    """The queue of verifications is full."""

    code = "too_busy"
    status = 503
    title = "Too many people are signing in at this moment. Try again in a few seconds."
    retry_after = 3
    """Seconds, for the `Retry-After` header."""


class SecretHasher:
    """Hashes and verifies passwords and passcodes. One instance a process; `close` it at the end."""

    def __init__(self, *, threads: int = 1, waiting: int = 64, waiting_of_one: int = 8) -> None:
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="argon2")
        self._limit = threads + waiting
        self._running = 0
        self._limit_of_one = waiting_of_one
        self._shares: Counter[str] = Counter()
        # Somebody who does not exist costs the same time as somebody who does: this hash is verified in their place.
        self._nobody = self._argon2.hash(new_secret())

    async def hash(self, secret: str) -> str:
        """The Argon2id hash of `secret` in PHC form. Raises `TooBusy`."""
        return await self._run(None, self._hash, secret)

    async def verify(self, hashed: str | None, secret: str, *, share: str | None = None) -> bool:
        """Whether `secret` is the one that was hashed; `None` (nobody, or no such factor) takes as long and says no.

        `share` is the network address that asks: a few addresses that invent names must not fill the queue for all.
        Never call it inside a unit: it takes long, and SQLite's one writer would wait for it. Raises `TooBusy`.
        """
        right = await self._run(share, self._verify, hashed or self._nobody, secret)
        return right and hashed is not None

    def hash_now(self, secret: str) -> str:
        """The hash, made in the calling thread: for commands that run before anybody waits."""
        return self._hash(secret)

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's, and should be replaced on the next success."""
        return self._argon2.check_needs_rehash(hashed)

    def close(self) -> None:
        """Stop the threads; who still waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, share: str | None, function: Callable[..., T], *arguments: str) -> T:
        if self._running >= self._limit or (share is not None and self._shares[share] >= self._limit_of_one):
            raise TooBusy
        self._running += 1
        if share is not None:
            self._shares[share] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        finally:
            self._running -= 1
            if share is not None:
                self._shares[share] -= 1
                if not self._shares[share]:
                    del self._shares[share]

    def _hash(self, secret: str) -> str:
        return self._argon2.hash(_normal(secret))

    def _verify(self, hashed: str, secret: str) -> bool:
        try:
            return self._argon2.verify(hashed, _normal(secret))
        except (VerificationError, InvalidHashError):
            return False


def _normal(secret: str) -> bytes:
    """Keyboards compose Vietnamese letters differently: the same password must be the same bytes (RFC 8265 §4.2)."""
    return unicodedata.normalize("NFC", secret[:_LONGEST]).encode("utf-8", "surrogatepass")
