"""Registering, changing and disabling relying parties, and the single use of their assertions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vneid_idp.audit.deeds import Deed, data_of
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients import domains, families, key_readers, store
from vneid_idp.clients.logos import want_logo
from vneid_idp.clients.metadata import write_members
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.languages import mark
from vneid_idp.kernel.secrets import digest, new_id, new_secret
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.members import SECRET_METHODS
from vneid_idp.protocol.registration import Registration
from vneid_idp.storage.unit import Reading, Unit

OVERLAP: Instant = DAY
"""How long an old secret stays good beside the new one, unless the operator says otherwise."""
LONGEST_OVERLAP: Instant = 30 * DAY

MADE_OF = store.MADE_OF
"""The tables that a `Client` is read from, for whoever hears of changes."""


class NoSecret(DomainError):
    """The client authenticates without a secret: there is none to rotate."""

    code = "no_secret"
    status = 409
    title = "This client has no secret. Its keys are its own to rotate."


class BadOverlap(DomainError):
    """An overlap that is negative or longer than `LONGEST_OVERLAP`."""

    code = "bad_overlap"
    status = 400
    title = f"An old secret may stay good for 0 hours to {LONGEST_OVERLAP // DAY} days."


class UnknownClient(DomainError):
    """No such client is registered, or it is disabled where it would have to act."""

    code = "unknown_client"
    status = 404
    title = "No client is registered under this client_id, or it is disabled."


class ClientChanged(DomainError):
    """The registration is another one by now than whoever changes it has seen."""

    code = "client_changed"
    status = 412
    title = "The client was changed meanwhile. Look at it again, then decide."


@dataclass(frozen=True, slots=True)
class Registered:
    """A client and the credentials that only its owner gets to see, once."""

    client: Client
    secret: str | None
    """256 random bits; kept as a digest only. `None` when it has none, or keeps the one it had."""
    registration_access_token: str


async def find_client(unit: Reading, client_id: str) -> Client | None:
    """The client, disabled or not."""
    return await store.find(unit, client_id)


async def get_client(unit: Reading, client_id: str) -> Client:
    """The client, disabled or not; raises `UnknownClient`."""
    client = await store.find(unit, client_id)
    if client is None:
        raise UnknownClient
    return client


async def find_managed_client(unit: Reading, client_id: str, registration_access_token: str) -> Client | None:
    """The enabled client that the token manages (RFC 7592 §2); a wrong token and an unknown client look alike."""
    if "\0" in client_id:  # no text that PostgreSQL would take
        return None
    client = await store.find_managed(unit, client_id, digest(registration_access_token))
    return client if client is not None and client.disabled_at is None else None


async def hold_client(unit: Unit, client_id: str) -> bool:
    """Keep the client, and the family that it belongs to, from being disabled until the unit ends.

    For whoever writes something in its name; `False` when it is disabled, deleted, or its family is.
    """
    return await store.hold(unit, client_id)


async def list_clients(unit: Reading, *, after: str = "", limit: int = 100) -> list[Client]:
    """A page of all clients in the order of their ids; `after` is the last id of the page before."""
    return await store.page(unit, after, limit)


async def count_clients(unit: Reading) -> store.ClientCounts:
    """How many clients are in service, and out of it."""
    return await store.count(unit)


async def register(
    unit: Unit, registration: Registration, *, client_id: str | None = None, deed: Deed | None = None
) -> Registered:
    """Register a client; the secret and the registration access token are not kept, only their digests.

    `deed` is the operator's; a client that registers itself has none.
    `client_id` is for seeds that need the same one each time; raises `AlreadyThere` when it is taken.
    """
    client_id = client_id or new_id("cli")
    secret = new_secret() if registration.members["token_endpoint_auth_method"] in SECRET_METHODS else None
    token = new_secret()
    secret_digest = None if secret is None else digest(secret)
    text = write_members(registration.members)
    family_id = await _family(unit, registration)
    await _check_named(unit, registration, {})
    await store.add(unit, client_id, text, secret_digest, digest(token), family_id, unit.now)
    await want_logo(unit, client_id, registration.members.get("logo_uri"))
    await record(unit, Event(EventKind.CLIENT_REGISTERED, client_id=client_id, data=data_of(deed)))
    return Registered(await get_client(unit, client_id), secret, token)


async def update(
    unit: Unit, client: Client, registration: Registration, *, deed: Deed | None = None
) -> tuple[Client, str | None]:
    """Replace the metadata of `client` (RFC 7592 §2.2), and make a secret when it now needs one and had none.

    Returns the client as it is now and the new secret, if any. Raises `UnknownClient`, and `ClientChanged` when
    somebody else was faster than whoever looked at `client`.
    """
    needs = registration.members["token_endpoint_auth_method"] in SECRET_METHODS
    secret = new_secret() if needs and client.secret_digest is None else None
    secret_digest = (client.secret_digest if secret is None else digest(secret)) if needs else None
    text = write_members(registration.members)
    family_id = await _family(unit, registration)
    await _check_named(unit, registration, client.metadata)
    if not await store.change(unit, client, text, secret_digest, family_id):
        await get_client(unit, client.client_id)
        raise ClientChanged
    await want_logo(unit, client.client_id, registration.members.get("logo_uri"))
    data = data_of(deed) | _versions(client.metadata, registration.members)
    await record(unit, Event(EventKind.CLIENT_CHANGED, client_id=client.client_id, data=data))
    return await get_client(unit, client.client_id), secret


async def _family(unit: Unit, registration: Registration) -> str | None:
    family_id: str | None = registration.members.get("family")
    if family_id is not None:
        await families.ensure(unit, family_id)
    return family_id


async def _check_named(unit: Unit, registration: Registration, before: Mapping[str, Any]) -> None:
    """Who may act for a client is another one of its family. What stands is not asked again: a client that is gone acts
    for nobody. Raises `InvalidClientMetadata`."""
    members = registration.members
    has_moved = members.get("family") != before.get("family")
    known = () if has_moved else before.get("may_act", ())
    for client_id in members.get("may_act", ()):
        named = None if client_id in known else await find_client(unit, client_id)
        if client_id not in known and (named is None or named.family != members.get("family")):
            raise InvalidClientMetadata(
                mark("%(client_id)s is no client of this family"), member="may_act", client_id=client_id
            )


def _versions(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The purposes whose version changed, for the event: `{"purposes": {id: [before, after]}}`."""
    old, new = ({p["id"]: p["version"] for p in members.get("purposes", ())} for members in (before, after))
    changed = {name: [old.get(name), new.get(name)] for name in sorted({*old, *new}) if old.get(name) != new.get(name)}
    return {"purposes": changed} if changed else {}


async def disable(unit: Unit, client_id: str, deed: Deed) -> None:
    """Disable a client: it can no longer authenticate or send people; idempotent. Raises `UnknownClient`."""
    if await store.disable(unit, client_id, unit.now):
        await record(unit, Event(EventKind.CLIENT_DISABLED, client_id=client_id, data=deed.data))
    else:
        await get_client(unit, client_id)


async def enable(unit: Unit, client_id: str, deed: Deed) -> None:
    """Lift a disabling, and what was granted before it counts again; idempotent. Raises `UnknownClient`."""
    if await store.enable(unit, client_id, unit.now):
        await record(unit, Event(EventKind.CLIENT_ENABLED, client_id=client_id, data=deed.data))
    else:
        await get_client(unit, client_id)


async def rotate_secret(unit: Unit, client: Client, deed: Deed, *, overlap: Instant = OVERLAP) -> str:
    """Give `client` a new secret, which is told this once; the old one stays good for `overlap`, an older one dies.

    Raises `NoSecret` for a client that authenticates otherwise, `BadOverlap`, `UnknownClient`, and `ClientChanged`
    when somebody else was faster.
    """
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise BadOverlap
    if client.secret_digest is None:
        raise NoSecret
    secret, until = new_secret(), unit.now + overlap
    if not await store.rotate(unit, client, digest(secret), until):
        await get_client(unit, client.client_id)
        raise ClientChanged
    data = {**deed.data, "old_until": until}
    await record(unit, Event(EventKind.CLIENT_SECRET_ROTATED, client_id=client.client_id, data=data))
    return secret


async def delete(unit: Unit, client_id: str) -> None:
    """Delete a client (RFC 7592 §2.3); raises `UnknownClient`. No grant of it counts any more."""
    if not await store.remove(unit, client_id):
        raise UnknownClient
    await want_logo(unit, client_id, None)
    await key_readers.forget(unit, client_id)
    await domains.forget(unit, client_id)
    await record(unit, Event(EventKind.CLIENT_DELETED, client_id=client_id))


@dataclass(frozen=True, slots=True)
class Once:
    """What a client may bring once: a digest of it, and how long it has to be remembered."""

    digest: str
    forgotten_after: Instant


def assertion_once(jti: str, expires_at: Instant) -> Once:
    """An assertion; remembered an hour longer than it is good for: longer than any leeway on clocks."""
    return Once(digest(jti), expires_at + HOUR)


def grant_assertion_once(jti: str, expires_at: Instant) -> Once:
    """An assertion that names a person (RFC 7523 §2.1): apart from those by which the client authenticates."""
    return Once(digest(f"grant {jti}"), expires_at + HOUR)


def request_once(jti: str, expires_at: Instant) -> Once:
    """A signed request that names a person (CIBA Core §7.1.1): apart from assertions."""
    return Once(digest(f"request {jti}"), expires_at + HOUR)


def proof_once(thumbprint: str, jti: str, until: Instant) -> Once:
    """A proof of possession that is good `until` then at most."""
    return Once(digest(f"{thumbprint} {jti}"), until + MINUTE)


async def use_up(unit: Unit, client_id: str, *once: Once) -> tuple[Once, ...]:
    """Use up one of these or both, in one statement; which of them were used before, by whichever worker."""
    fresh = await store.use_up(unit, client_id, {each.digest: each.forgotten_after for each in once})
    return tuple(each for each in once if each.digest not in fresh)


async def was_used(unit: Reading, client_id: str, once: Once) -> bool:
    """Whether it was used up before; unlike `use_up` this leaves it good, for who has more to ask first."""
    return await store.was_used(unit, client_id, once.digest)


async def forget_assertions(unit: Unit) -> int:
    """Delete the memory of assertions that no leeway can bring back; how many. For a worker, now and then."""
    return await store.forget_assertions(unit, unit.now)
