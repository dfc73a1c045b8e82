"""The public keys of relying parties: registered with the metadata, or fetched from their `jwks_uri`.

Relying parties rotate their keys, so an unknown key leads to fetching the set again, at most once a minute for each:
else a stranger's junk assertions would make us call the relying party as often as the stranger likes. In that minute a
`kid` that was not in the set leads to one call more: a set that was fetched just before the keys changed is no reason
to refuse the client that changed them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from vneid_idp.kernel.clock import DAY, MINUTE, Clock, Instant
from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.protocol import jose
from vneid_idp.protocol.certificate import BadCertificate, Presented, check_self_signed
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.jose import BadKeys, BadToken, PublicKey, UnknownKey, Unverified

Fetch = Callable[[str, str], Awaitable[bytes]]
"""The content at a URL, for the client of an id, fetched with every guard that an URL of a stranger needs; raises
`Unreachable`."""

_FRESH: Instant = 15 * MINUTE
_LONGEST: Instant = DAY
_BETWEEN_FETCHES: Instant = MINUTE
_MOST = 5_000


class Unreachable(Exception):
    """A document of a relying party could not be fetched; the message says why, for its developer."""


@dataclass(slots=True)
class _Kept:
    source: object
    """What the keys were made of: the registered set, or the URL."""
    keys: tuple[PublicKey, ...] | None = None
    fetched_at: Instant = 0
    tried_at: Instant | None = None
    extra_at: Instant | None = None
    """When a `kid` that nobody knew had the set fetched in spite of the throttle."""
    problem: str = "jwks_uri could not be fetched"
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ClientKeys:
    """Prepared keys of relying parties, in this process."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    async def check_signature(self, client: Client, token: Unverified, alg: str) -> None:
        """Verify a token that `client` made with `alg`; raises `BadToken`. Call it before the unit is opened."""
        keys = await self._keys(client)
        try:
            jose.check_signature(token, keys, alg)
        except UnknownKey:
            newer = await self._keys(client, instead_of=keys, for_kid=token.header.get("kid"))
            if newer is keys:
                raise
            jose.check_signature(token, newer, alg)

    async def check_self_signed(self, client: Client, presented: Presented) -> None:
        """Require that a certificate is one of those in the client's keys (RFC 8705 §2.2); raises `BadCertificate`, and
        `BadToken` where these cannot be had. Call it before the unit is opened."""
        keys = await self._keys(client)
        try:
            check_self_signed(presented, [der for key in keys for der in key.certificates])
        except BadCertificate:
            newer = await self._keys(client, instead_of=keys)
            if newer is keys:
                raise
            check_self_signed(presented, [der for key in newer for der in key.certificates])

    async def encryption_key(self, client: Client, alg: str) -> PublicKey:
        """The key to encrypt to for `client` with `alg`; raises `BadToken` when it has none."""
        for key in await self._keys(client):
            if key.encrypts(alg):
                return key
        raise BadToken(f"cannot be encrypted: the client has no key for {alg}")

    async def _keys(
        self, client: Client, *, instead_of: tuple[PublicKey, ...] | None = None, for_kid: str | None = None
    ) -> tuple[PublicKey, ...]:
        """The keys of `client`; fetched again when they are old, or are `instead_of` and a minute has passed, or, once
        in that minute, have no key `for_kid`."""
        source = client.jwks if client.jwks_uri is None else client.jwks_uri
        kept = self._kept.get(client.client_id)
        if kept is None or kept.source != source:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            kept = self._kept[client.client_id] = _Kept(source)
        if client.jwks_uri is None:
            if kept.keys is None:
                kept.keys = jose.read_keys(client.jwks) if client.jwks is not None else ()
            return kept.keys
        async with kept.lock:  # one fetch for all who wait for it
            now = self._clock.now()
            fresh = kept.keys is not None and kept.keys is not instead_of and 0 <= now - kept.fetched_at < _FRESH
            throttled = _is_recent(kept.tried_at, now)
            unseen = for_kid is not None and all(key.kid != for_kid for key in kept.keys or ())
            if not fresh and throttled and unseen and not _is_recent(kept.extra_at, now):
                kept.extra_at, throttled = now, False
            if not fresh and not throttled:
                await self._refresh(kept, client.jwks_uri, client.client_id, now)
            # A relying party whose server is away for an hour is not locked out by it.
            if kept.keys is None or now - kept.fetched_at >= _LONGEST:
                raise BadToken(f"cannot be verified: {kept.problem}")
            return kept.keys

    async def _refresh(self, kept: _Kept, url: str, client_id: str, now: Instant) -> None:
        kept.tried_at = now
        try:
            kept.keys = jose.read_keys(read_foreign_json(await self._fetch(url, client_id)))
            kept.fetched_at = now
        except Unreachable as error:
            kept.problem = f"jwks_uri {error}"
        except BadKeys as error:
            kept.problem = f"the document at jwks_uri {error}"
        except BadJson as error:
            kept.problem = f"the document at jwks_uri {error}"


def _is_recent(moment: Instant | None, now: Instant) -> bool:
    return moment is not None and 0 <= now - moment < _BETWEEN_FETCHES
