"""Whether clients are ready for a key that is announced, and so whether it is safe to sign with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.clients import store
from vneid_idp.clients.key_readers import KeyFetch, fetches
from vneid_idp.kernel.clock import Instant
from vneid_idp.keys.rules import SIGNING, KeyState
from vneid_idp.keys.service import ListedKey, list_keys
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Reading

_PAGE = 500


class Readiness(StrEnum):
    """What is known of a client that has to verify signatures of a key."""

    FETCHED = "fetched"
    """A server of it fetched the keys since this one was announced."""
    NOT_SEEN = "not_seen"
    """None was seen to: it may fetch from elsewhere, or not at all."""
    CANNOT_TELL = "cannot_tell"
    """It has no credential and runs on people's devices, where nobody looks."""


class Verdict(StrEnum):
    """Whether it is safe to sign with a key."""

    NOBODY_NEEDS_IT = "nobody_needs_it"
    SAFE = "safe"
    SAFE_AS_FAR_AS_SEEN = "safe_as_far_as_seen"
    """All that can be seen are ready; of others nobody can tell."""
    CANNOT_TELL = "cannot_tell"
    """All that need it run where nobody looks."""
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class ClientReadiness:
    """A client, and what is known of it."""

    client: Client
    readiness: Readiness
    fetched_at: Instant | None
    """When it was last seen to fetch the keys, whichever they were then."""


@dataclass(frozen=True, slots=True)
class KeyReadiness:
    """A key that is announced, and the clients that will have to know it."""

    key: ListedKey
    clients: tuple[ClientReadiness, ...]

    def count(self, readiness: Readiness) -> int:
        """How many clients are so."""
        return sum(each.readiness == readiness for each in self.clients)

    @property
    def verdict(self) -> Verdict:
        """Whether it is safe to sign with it."""
        if not self.clients:
            return Verdict.NOBODY_NEEDS_IT
        if self.count(Readiness.NOT_SEEN):
            return Verdict.NOT_YET
        if not self.count(Readiness.FETCHED):
            return Verdict.CANNOT_TELL
        return Verdict.SAFE_AS_FAR_AS_SEEN if self.count(Readiness.CANNOT_TELL) else Verdict.SAFE


def needs(client: Client, key: ListedKey) -> bool:
    """Whether an enabled client is sent what this key signs: people sign in there, and it asked for this algorithm."""
    signed = {client.id_token_signed_response_alg, client.userinfo_signed_response_alg}
    return client.disabled_at is None and "authorization_code" in client.grant_types and key.kind.value in signed


def readiness(
    keys: Iterable[ListedKey], clients: Iterable[Client], seen: Mapping[str, KeyFetch]
) -> tuple[KeyReadiness, ...]:
    """For each signing key that is announced and not active yet."""
    known = tuple(clients)
    return tuple(
        KeyReadiness(key, tuple(_of(client, key, seen.get(client.client_id)) for client in known if needs(client, key)))
        for key in keys
        if key.kind in SIGNING and key.state is KeyState.ANNOUNCED
    )


def _of(client: Client, key: ListedKey, fetch: KeyFetch | None) -> ClientReadiness:
    fetched_at = None if fetch is None else fetch.fetched_at
    if client.is_public:
        return ClientReadiness(client, Readiness.CANNOT_TELL, None)
    if fetch is not None and fetch.newest_key_at >= key.announced_at:
        return ClientReadiness(client, Readiness.FETCHED, fetched_at)
    return ClientReadiness(client, Readiness.NOT_SEEN, fetched_at)


async def find_readiness(unit: Reading) -> tuple[KeyReadiness, ...]:
    """As `readiness`, of everything that is stored."""
    known: list[Client] = []
    while page := await store.page(unit, known[-1].client_id if known else "", _PAGE):
        known += page
    return readiness(await list_keys(unit), known, await fetches(unit))
