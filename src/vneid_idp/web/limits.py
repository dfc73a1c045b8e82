"""How often a secret was tried, and how much strangers left here: who is counted, and the counters. How often and how
much it may be stands in `web/limit_table.py`.

Counted in this process, or in Redis where several workers share the work. An account's attempts are taken *before* the
secret is looked at: fifty guesses sent at once would otherwise all pass the check and only then be counted. What is
counted for a network or a client are failures, since thousands of honest people share one address of a mobile
operator. Where no account is named, as with the code that a device shows, an attempt is spent beforehand as well, and
given back to who was right.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.web.address import wider_networks, widest_network


class Secret(StrEnum):
    """What is tried, sent, or kept."""

    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    PASSKEY = "passkey"
    MESSAGE = "message"
    UNASKED_MESSAGE = "unasked_message"
    """A message with a code that a page sent by itself: it is a message as well."""
    CLIENT_SECRET = "client_secret"
    REQUEST_OBJECT = "request_object"
    WAITING_REQUEST = "waiting_request"
    """A row that waits for a person, counted in kibibytes."""
    UNOPENED_REQUEST = "unopened_request"
    """The same, that no browser has opened yet: posted by a form elsewhere, or pushed in the name of a client that
    anybody may speak for. It must not use up what browsers may leave."""
    PUSHED_REQUEST = "pushed_request"
    """The same, of a client that proved who it is: no stranger can use that up."""
    POLLED_REQUEST = "polled_request"
    """A request that is to be answered on another device."""
    PROMPT = "prompt"
    """A person who is asked in the app, by whoever knows a number of theirs."""
    USER_CODE = "user_code"
    """The code that another device shows, typed here."""
    PHONE_SIGN_IN = "phone_sign_in"
    """A sign-in that waits for a phone: a row."""
    PATTERN = "pattern"
    """A pattern that is drawn for it, every ten seconds: some milliseconds of work."""
    SUBJECT_HINT = "subject_hint"
    """A search for whom a client knows by a subject, in portions of those it knows."""
    CERTIFICATE = "certificate"
    """A certificate that the sandbox issues."""
    MATCH = "match"
    """What a client has of a person, held against the population register: an ID number and a client have only so many
    mismatches."""
    REGISTRATION = "registration"
    """A client that registers or changes itself, in kibibytes."""


class Subject(StrEnum):
    """Whose attempts are counted together."""

    ACCOUNT = "account"
    GUEST = "guest"
    """An account at one address (of IPv6: in one /48), in browsers that it does not know."""
    STRANGERS = "strangers"
    """An account in all browsers that it does not know."""
    KNOWN_BROWSER = "known_browser"
    """An account in a browser that it knows."""
    ADDRESS = "address"
    NETWORK_56 = "network_56"
    """The IPv6 /56 around an address."""
    NETWORK_48 = "network_48"
    """The IPv6 /48 around it."""
    CLIENT = "client"
    ACCOUNT_AT_CLIENT = "account_at_client"


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` attempts in any span of `window` milliseconds."""

    amount: int
    window: Instant


LimitTable = Mapping[Secret, Mapping[Subject, tuple[Limit, ...]]]

_REDIS_SECONDS = 1.0
"""What a Redis that answers nothing is waited for, twice: longer, and all who wait fill the server."""
_TAKEN = frozenset({Subject.ACCOUNT, Subject.GUEST, Subject.STRANGERS, Subject.KNOWN_BROWSER})
"""Of these attempts are counted, and taken beforehand; of the others failures."""


@dataclass(frozen=True, slots=True)
class Tried:
    """Who tried. What is not known is not counted. `account` and `client` are ids or digests, never numbers."""

    account: str | None = None
    address: str | None = None
    client: str | None = None
    browser: str | None = None
    """A browser that the account knows, and the account."""

    def of(self, subject: Subject) -> str | None:
        """The id of `subject`."""
        match subject:
            case Subject.ACCOUNT | Subject.STRANGERS:
                return self.account
            case Subject.GUEST:
                return self.account and f"{self.account}@{widest_network(self.address)}"
            case Subject.KNOWN_BROWSER:
                return self.browser
            case Subject.ADDRESS:
                return self.address
            case Subject.NETWORK_56 | Subject.NETWORK_48:
                wider = wider_networks(self.address) if self.address else ()
                return wider[subject is Subject.NETWORK_48] if wider else None
            case Subject.CLIENT:
                return self.client
            case Subject.ACCOUNT_AT_CLIENT:
                return self.account and self.client and f"{self.account}@{self.client}"


class TooManyAttempts(DomainError):
    """Locked out for a while. `retry_after` is in seconds (RFC 9110 §10.2.3)."""

    code = "too_many_attempts"
    status = 429
    title = "Too many attempts. Wait before the next one; the header Retry-After tells how long."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class TooManyRequests(TooManyAttempts):
    """What somebody may leave here is used up."""

    code = "too_many_requests"
    title = (
        "Too many requests that nobody finished came from this network address or this client. Wait before the next "
        "one; the header Retry-After tells how long."
    )


class LimitsUnavailable(DomainError):
    """The counters cannot be reached. Nothing is let through uncounted."""

    code = "temporarily_unavailable"
    status = 503
    title = "Attempts cannot be counted at the moment, so none is accepted. Try again."


class Limits:
    """Counts attempts against a table of limits."""

    def __init__(self, storage: Storage, table: LimitTable) -> None:
        self._storage = storage
        self._counter = SlidingWindowCounterRateLimiter(storage)
        self._table = table

    async def check(self, secret: Secret, tried: Tried) -> None:
        """Raises `TooManyAttempts` for whom `admit` would, and takes nothing: who is locked out need not queue."""
        waits = [await self._wait(item, key) for _, item, key in self._rules(secret, tried)]
        if waits and max(waits) > 0:
            raise TooManyAttempts(max(waits))

    async def admit(self, secret: Secret, tried: Tried) -> None:
        """Before the secret is looked at: take one of the account's attempts, and check the other subjects.

        Raises `TooManyAttempts` and takes nothing while any of them is locked out.
        """
        await self.check(secret, tried)
        for subject, item, key in self._rules(secret, tried):
            if subject in _TAKEN and not await self._hit(item, key):
                raise TooManyAttempts(max(1, await self._wait(item, key)))

    async def failed(self, secret: Secret, tried: Tried) -> bool:
        """The secret was wrong: count it for the networks and the client. Whether it was the account's last attempt."""
        locked_out = False
        for subject, item, key in self._rules(secret, tried):
            if subject in _TAKEN:
                locked_out = locked_out or await self._wait(item, key) > 0
            else:
                await self._hit(item, key)
        return locked_out

    async def succeeded(self, secret: Secret, tried: Tried) -> None:
        """The secret was right: whoever tried it has all their attempts again.

        Of what all strangers have together only this attempt is given back: else each sign-in of the holder would hand
        those who guess elsewhere new guesses.
        """
        for subject, item, key in self._rules(secret, tried):
            if subject is Subject.STRANGERS:
                await self._hit(item, key, -1)
            elif subject in _TAKEN:
                try:
                    await self._counter.clear(item, *key)
                except StorageError as error:
                    raise LimitsUnavailable from error

    async def spend(self, what: Secret, by: Tried, amount: int) -> None:
        """Before something is kept: take `amount` from what they may leave here. Raises `TooManyRequests`."""
        for _, item, key in self._rules(what, by):
            if not await self._hit(item, key, amount):
                raise TooManyRequests(max(1, await self._wait(item, key)))

    async def give_back(self, what: Secret, by: Tried, amount: int) -> None:
        """What `spend` took was not used up after all."""
        for _, item, key in self._rules(what, by):
            await self._hit(item, key, -amount)

    async def close(self) -> None:
        """Give up the connections to Redis, if there are any."""
        if isinstance(self._storage, RedisStorage):
            await self._storage.bridge.storage.aclose()  # type: ignore[attr-defined]

    def _rules(self, secret: Secret, tried: Tried) -> Iterator[tuple[Subject, RateLimitItemPerSecond, tuple[str, ...]]]:
        for subject, limits in self._table[secret].items():
            who = tried.of(subject)
            if who is not None:
                for limit in limits:
                    yield subject, RateLimitItemPerSecond(limit.amount, limit.window // SECOND), (secret, subject, who)

    async def _hit(self, item: RateLimitItemPerSecond, key: tuple[str, ...], cost: int = 1) -> bool:
        try:
            return await self._counter.hit(item, *key, cost=cost)
        except StorageError as error:
            raise LimitsUnavailable from error

    async def _wait(self, item: RateLimitItemPerSecond, key: tuple[str, ...]) -> int:
        try:
            seen = await self._storage.get_sliding_window(item.key_for(*key), item.get_expiry())  # type: ignore[attr-defined]
        except StorageError as error:
            raise LimitsUnavailable from error
        return seconds_to_wait(item.amount, item.get_expiry(), *seen)


def seconds_to_wait(
    amount: int, window: int, previous: int, previous_left: float, current: int, current_left: float
) -> int:
    """Whole seconds until one more attempt fits, 0 when it fits now.

    The counter looks at two fixed windows of `window` seconds: the current count, plus the previous one weighted by
    how much of it still lies within the last `window`. `previous_left` and `current_left` are the seconds for which
    the two are still remembered.
    """
    if previous * previous_left / window + current < amount:
        return 0
    if current < amount:
        return max(1, math.ceil(previous_left - (amount - current) * window / previous))
    # The current window has to become the previous one first; then its weight falls.
    return max(1, math.ceil(current_left - window + window * (1 - amount / current)))


def open_limits(redis_url: str | None = None, *, table: LimitTable) -> Limits:
    """Limits of `table`, counted in Redis at `redis_url`, or in this process."""
    if redis_url is None:
        storage = storage_from_string("async+memory://", wrap_exceptions=True)
    else:
        scheme = "async+redis+" if redis_url.startswith("unix:") else "async+"
        storage = storage_from_string(
            f"{scheme}{redis_url}",
            wrap_exceptions=True,
            implementation="redispy",
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
            # Once: a connection that idled may have been closed by the other side.
            retry=Retry(NoBackoff(), 1),  # type: ignore[arg-type] # handed on to the client as it is
        )
    assert isinstance(storage, Storage)
    return Limits(storage, table)
