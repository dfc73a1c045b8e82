"""The logos of relying parties: which are to be fetched, and what was fetched.

A page never loads a picture from a relying party's server: it would tell that server who looks at it, and show whatever
the server likes at that moment. A worker fetches it, once a day; the row says when.
"""

from dataclasses import dataclass
from hashlib import sha256

from vneid_idp.clients import logo_store as store
from vneid_idp.clients.images import Image
from vneid_idp.clients.logo_store import DueLogo as DueLogo
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND, Instant
from vneid_idp.kernel.secrets import base64url
from vneid_idp.storage.unit import Reading, Unit

FRESH: Instant = DAY
PAUSES: tuple[Instant, ...] = (10 * SECOND, MINUTE, 10 * MINUTE, HOUR, DAY)
"""How long after a failed attempt the next one follows; the last for ever, since the picture may yet appear."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it is served."""

    content_type: str
    content: bytes


async def due_logos(unit: Reading, most: int) -> list[DueLogo]:
    """Logos that are missing or old, the longest waiting first."""
    return await store.due(unit, most)


async def take_attempt(unit: Unit, logo: DueLogo) -> bool:
    """Take the attempt at a logo; `False` when another worker has it. What is never kept is tried again later."""
    pause = PAUSES[min(logo.failures, len(PAUSES) - 1)]
    return await store.take(unit, logo, unit.now + pause)


async def keep_logo(unit: Unit, logo: DueLogo, image: Image) -> bool:
    """Keep the picture that was fetched; `False` when the client meanwhile registered another address."""
    digest = base64url(sha256(image.content).digest())
    return await store.keep(unit, logo, digest, image.content_type, image.content, unit.now + FRESH)


async def find_logo(unit: Reading, client_id: str, digest: str) -> Logo | None:
    """The picture that a client has now, when `digest` is its digest."""
    if "\0" in client_id + digest:  # no text that PostgreSQL would take
        return None
    found = await store.find_content(unit, client_id, digest)
    return None if found is None else Logo(*found)
