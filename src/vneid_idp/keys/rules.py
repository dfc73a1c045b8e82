"""When a key is announced, signs, is only published, and is gone: pure functions of recorded instants.

There is no state column. A successor's `activate_at` is its predecessor's `retire_at`, both written when the successor
is announced, so that every worker changes over at the same instant, whether or not it has looked at the database since.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.kernel.clock import DAY, MINUTE, Instant
from vneid_idp.protocol.jose import SIGNING_ALGORITHMS


class KeyKind(StrEnum):
    """What a key is for. The published ones are named as their JWA `alg`."""

    ES256 = "ES256"
    RS256 = "RS256"
    PS256 = "PS256"
    EDDSA = "EdDSA"
    RSA_OAEP = "RSA-OAEP"
    SEALING = "sealing"
    BLIND_INDEX = "blind_index"
    PAIRWISE = "pairwise"
    VAPID = "vapid"
    """By which push services know this provider (RFC 8292)."""


SIGNING = tuple(KeyKind(alg) for alg in SIGNING_ALGORITHMS)
"""One key an algorithm: a key used for one algorithm only cannot be confused into another (RFC 8725 §3.1)."""
PUBLISHED = (*SIGNING, KeyKind.RSA_OAEP)
RECEIPTS = KeyKind.ES256
"""The kind that signs receipts."""
RECEIPTS_VERIFIED_FOR: Instant = 3_653 * DAY
"""How long after it signed a key's receipts can be verified: ten years. Carriers keep what they have of subscribers for
as long as they serve them, and two years more (Decree 174/2026/NĐ-CP Art. 34); most disputes are over by then."""
ROTATED = (*PUBLISHED, KeyKind.SEALING)
LASTING = (KeyKind.BLIND_INDEX, KeyKind.PAIRWISE, KeyKind.VAPID)
"""Never rotated: another key would lose every look-up, give every person a new subject, or have every phone that takes
notices subscribe anew."""

LAST_SEALING_GENERATION = 255
"""A sealed value names its root in one byte. At one rotation in 90 days, 255 last for 62 years."""
MOST_SEALS = 2**30
"""Values that one root seals before it is followed by another. With random nonces AES-GCM bears 2^32 (NIST SP 800-38D
§8.3), and until the successor seals, and from one count to the next, more are sealed."""
EVERY_WORKER_KNOWS: Instant = 2 * MINUTE
"""A sealing root must reach every worker before the first value is sealed with it: several reload intervals."""


class KeyState(StrEnum):
    """Where a key is in its life."""

    ANNOUNCED = "announced"
    ACTIVE = "active"
    RETIRED = "retired"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long a key signs, how long before that it is published, and how long after that it still verifies."""

    active_for: Instant = 90 * DAY
    announced_for: Instant = DAY
    published_after: Instant = 30 * DAY


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One key without its material.

    `generation` counts within a kind and is never reused; that of a sealing root is the id in every sealed value.
    """

    kind: KeyKind
    generation: int
    kid: str
    announced_at: Instant
    activate_at: Instant
    retire_at: Instant | None = None
    remove_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """What is to be written: the successor's facts, and how its predecessors end."""

    kind: KeyKind
    generation: int
    activate_at: Instant
    predecessors_remove_at: Instant | None


class KeysExhausted(Exception):
    """All 255 sealing roots were used. Values sealed under the oldest must be sealed again first."""


def state_of(key: KeyFacts, now: Instant) -> KeyState:
    """The state of `key` at `now`."""
    if key.remove_at is not None and now >= key.remove_at:
        return KeyState.GONE
    if key.retire_at is not None and now >= key.retire_at:
        return KeyState.RETIRED
    return KeyState.ACTIVE if now >= key.activate_at else KeyState.ANNOUNCED


def active_at(keys: Iterable[KeyFacts], now: Instant) -> KeyFacts | None:
    """The key of these (all of one kind) that signs or seals at `now`; the newest, should several be active."""
    active = [key for key in keys if state_of(key, now) is KeyState.ACTIVE]
    return max(active, key=lambda key: key.generation, default=None)


def published_at(keys: Iterable[KeyFacts], now: Instant) -> tuple[KeyFacts, ...]:
    """The keys that relying parties find in the JWKS at `now`: announced, active and retired ones."""
    return tuple(key for key in keys if key.kind in PUBLISHED and state_of(key, now) is not KeyState.GONE)


def verifies_receipts(key: KeyFacts, now: Instant) -> bool:
    """Whether the public half of a key is still needed for receipts: long after the key itself is gone."""
    return key.kind is RECEIPTS and (key.retire_at is None or now < key.retire_at + RECEIPTS_VERIFIED_FOR)


def next_removal(keys: Iterable[KeyFacts], now: Instant) -> Instant | None:
    """The next instant at which the published keys change without anything being written."""
    return min((key.remove_at for key in keys if key.remove_at is not None and key.remove_at > now), default=None)


def due_at(keys: Iterable[KeyFacts], schedule: Schedule, now: Instant) -> tuple[KeyKind, ...]:
    """The kinds whose successor must be announced at `now`, so that the newest key signs for its time and no longer."""
    newest: dict[KeyKind, KeyFacts] = {}
    for key in keys:
        if key.kind not in newest or newest[key.kind].generation < key.generation:
            newest[key.kind] = key
    latest = {kind: key.activate_at + schedule.active_for - schedule.announced_for for kind, key in newest.items()}
    return tuple(kind for kind in ROTATED if kind in latest and now >= latest[kind])


def succession(
    kind: KeyKind,
    last_generation: int,
    schedule: Schedule,
    now: Instant,
    *,
    immediately: bool = False,
    compromised: bool = False,
) -> Succession:
    """How the key after `last_generation` (0: none yet) takes over.

    `immediately` skips the announcement; a sealing root still waits until every worker knows it. `compromised` also
    takes the predecessors out of the JWKS at once; sealing roots stay, because people's data are sealed under them.
    Raises `KeysExhausted`, and `ValueError` for a kind that is never rotated.
    """
    if kind in LASTING and last_generation:
        raise ValueError(f"{kind} keys are never rotated")
    if kind is KeyKind.SEALING and last_generation >= LAST_SEALING_GENERATION:
        raise KeysExhausted
    wait = schedule.announced_for
    if immediately or compromised:
        wait = EVERY_WORKER_KNOWS if kind is KeyKind.SEALING else 0
    activate_at = now + (wait if last_generation else 0)
    remove_at = now if compromised else activate_at + schedule.published_after
    return Succession(kind, last_generation + 1, activate_at, remove_at if kind in PUBLISHED else None)
