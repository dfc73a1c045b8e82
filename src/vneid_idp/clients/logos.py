"""The logos of relying parties: which are wanted, and what was fetched.

A page never loads a picture from a relying party's server: it would tell that server who looks at it, and show whatever
the server likes at that moment. The queue has it fetched, and again every day (`senders/logos.py`).
"""

from dataclasses import dataclass
from hashlib import sha256

from vneid_idp.clients import logo_store as store
from vneid_idp.clients.images import Image
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.kernel.secrets import base64url
from vneid_idp.storage.unit import Reading, Unit


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it is served."""

    content_type: str
    content: bytes


async def want_logo(unit: Unit, client_id: str, logo_uri: str | None) -> None:
    """Have the picture at `logo_uri` fetched from now on; forget one from another address, and with `None` any."""
    if logo_uri is None:
        await store.remove(unit, client_id)
        await deliveries.cancel(unit, Channel.LOGO, client_id)
    else:
        await store.want(unit, client_id, logo_uri)
        await deliveries.enqueue_only(unit, Channel.LOGO, client_id)


async def keep_logo(unit: Unit, client_id: str, fetched_from: str, image: Image) -> bool:
    """Keep the picture that was fetched; `False` when the client meanwhile registered another address."""
    digest = base64url(sha256(image.content).digest())
    return await store.keep(unit, client_id, fetched_from, digest, image.content_type, image.content)


async def find_logo(unit: Reading, client_id: str, digest: str) -> Logo | None:
    """The picture that a client has now, when `digest` is its digest."""
    if "\0" in client_id + digest:  # no text that PostgreSQL would take
        return None
    found = await store.find_content(unit, client_id, digest)
    return None if found is None else Logo(*found)
