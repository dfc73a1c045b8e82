"""`/admin/v1/keys/readiness`: who has fetched the keys that are announced, and whether it is safe to switch."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import Field

from vneid_idp.admin.callers import Caller, needs
from vneid_idp.admin.representations import Model, when
from vneid_idp.admin.routing import refusals, router_of
from vneid_idp.clients import key_readiness
from vneid_idp.clients.key_readiness import Readiness, Verdict, find_readiness
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.web.context import idp
from vneid_idp.web.responses import no_store

router = router_of("Keys")
Reader = Annotated[Caller, Depends(needs("admin:keys"))]


class ClientReadiness(Model):
    """A client that is sent what the key signs, and what is known of it."""

    client_id: str
    readiness: Readiness = Field(
        description="`fetched`: a server of it fetched the keys since this one was announced; `not_seen`: none was "
        "seen to; `cannot_tell`: it runs on people's devices, where nobody looks."
    )
    fetched_at: datetime | None = Field(description="When it was last seen to fetch the keys, whichever they were.")


class KeyReadiness(Model):
    """A signing key that is announced and not in use yet; no material of it."""

    kind: str
    generation: int
    kid: str
    announced_at: datetime
    activate_at: datetime = Field(description="From when it signs by itself, unless it is switched before.")
    verdict: Verdict
    clients: tuple[ClientReadiness, ...]

    @classmethod
    def of(cls, found: key_readiness.KeyReadiness) -> "KeyReadiness":
        """What was found in this shape."""
        return cls(
            kind=found.key.kind.value,
            generation=found.key.generation,
            kid=found.key.kid,
            announced_at=to_datetime(found.key.announced_at),
            activate_at=to_datetime(found.key.activate_at),
            verdict=found.verdict,
            clients=tuple(
                ClientReadiness(
                    client_id=each.client.client_id,
                    readiness=each.readiness,
                    fetched_at=when(each.fetched_at),
                )
                for each in found.clients
            ),
        )


class Readinesses(Model):
    """All of them; none while no key is announced."""

    items: tuple[KeyReadiness, ...]


@router.get("/keys/readiness", summary="Ask who is ready for the next keys", responses=refusals())
async def read_readiness(request: Request, response: Response, _: Reader) -> Readinesses:
    """As far as it can be told: servers are known by the addresses from which clients authenticate, for a day."""
    async with idp(request).db.reading() as unit:
        found = await find_readiness(unit)
    no_store(response)
    return Readinesses(items=tuple(map(KeyReadiness.of, found)))
