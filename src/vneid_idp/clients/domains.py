"""Domains that a client has shown to control: a token in the DNS, or in a file that only the domain's holder can put.

The proof is a fact with a date, and can be looked for again: a domain that shows it no more counts no more.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.keys import Unreachable
from vneid_idp.clients.tables import client_domains
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.client import Client
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database, InUnit, Reading, Row, Unit

DOMAIN = r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
_DOMAIN = re.compile(DOMAIN + r"\Z")
_LABEL = "_vneid-idp"
_PATH = "/.well-known/vneid-idp-verification.txt"
_MARK = "vneid-idp-verification="


class ForeignDomain(DomainError):
    """A text that is no domain name, or a domain that nothing in the registration leads to."""

    code = "foreign_domain"
    status = 400
    title = (
        "The domain must be the host of one of the client's redirect_uris, or stand above it; lower-case, IDNA as xn--."
    )


class UnknownDomain(DomainError):
    """Nobody asked this client to show this domain."""

    code = "unknown_domain"
    status = 404
    title = "No proof was asked of this client for this domain."


class DomainUnreachable(DomainError):
    """Who showed the proof the last time could not be asked: that tells nothing about the proof."""

    code = "domain_unreachable"
    status = 503
    title = "Where the proof stood the last time, nobody answers. Nothing was changed; try again."


class DomainWitness(Protocol):
    """Looks at a domain from outside."""

    async def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of `name`; raises `Unreachable` when the DNS gives no answer."""
        ...

    async def content(self, url: str) -> str:
        """The text at `url`, empty when there is none; raises `Unreachable`."""
        ...


@dataclass(frozen=True, slots=True)
class ClientDomain:
    """A domain of a client, and what is known of the proof."""

    client_id: str
    domain: str
    token: str
    asked_at: Instant
    verified_at: Instant | None
    """When it was last seen to show the proof."""
    verified_by: str | None
    """`dns` or `https`."""
    lost_at: Instant | None
    """When it was first seen to show it no more."""

    @property
    def is_verified(self) -> bool:
        """Whether it showed the proof when it was last looked at."""
        return self.verified_at is not None and self.lost_at is None

    @property
    def proof(self) -> str:
        """The text that has to be shown."""
        return _MARK + self.token

    @property
    def record_name(self) -> str:
        """The name of the TXT record."""
        return f"{_LABEL}.{self.domain}"

    @property
    def file_url(self) -> str:
        """The address of the file, one proof a line."""
        return f"https://{self.domain}{_PATH}"


_LIST = Statement(
    select(client_domains).where(client_domains.c.client_id == bindparam("client_id")).order_by(client_domains.c.domain)
)
_one = (client_domains.c.client_id == bindparam("of_client"), client_domains.c.domain == bindparam("which"))
_FIND = Statement(select(client_domains).where(*_one))
_ASK = Statement(
    insert(client_domains)
    .values({name: bindparam(name) for name in ("client_id", "domain", "token", "asked_at")})
    .on_conflict_do_nothing(index_elements=["client_id", "domain"])
)
# What was looked for is what is kept: meanwhile the client may be another one under the same id.
_seen = (*_one, client_domains.c.token == bindparam("looked_for"))
_VERIFY = Statement(
    update(client_domains)
    .where(*_seen)
    .values(verified_at=bindparam("now"), verified_by=bindparam("how"), lost_at=None)
)
_FORGET = Statement(delete(client_domains).where(client_domains.c.client_id == bindparam("of_client")))
_LOSE = Statement(
    update(client_domains)
    .where(*_seen, client_domains.c.verified_at.is_not(None), client_domains.c.lost_at.is_(None))
    .values(lost_at=bindparam("now"))
)


def _domain(row: Row) -> ClientDomain:
    return ClientDomain(**row)


async def list_domains(unit: Reading, client_id: str) -> tuple[ClientDomain, ...]:
    """The domains that a client was asked to show, verified or not."""
    return tuple(_domain(row) for row in await unit.fetch(_LIST, client_id=client_id))


async def get_domain(unit: Reading, client_id: str, domain: str) -> ClientDomain:
    """One of them; raises `UnknownDomain`."""
    row = await unit.fetch_one(_FIND, of_client=client_id, which=domain)
    if row is None:
        raise UnknownDomain
    return _domain(row)


async def ask(unit: Unit, client: Client, domain: str, deed: Deed) -> ClientDomain:
    """Ask a client to show that it controls `domain`; once more gives the same token. Raises `ForeignDomain`."""
    if not _DOMAIN.match(domain) or not any(_stands_above(domain, uri) for uri in client.redirect_uris):
        raise ForeignDomain
    values: dict[str, Any] = {"client_id": client.client_id, "domain": domain, "asked_at": unit.now}
    if await unit.execute(_ASK, **values, token=new_secret()):
        data = {**deed.data, "domain": domain}
        await record(unit, Event(EventKind.CLIENT_DOMAIN_ASKED, client_id=client.client_id, data=data))
    return await get_domain(unit, client.client_id, domain)


def _stands_above(domain: str, uri: str) -> bool:
    host = urlsplit(uri).hostname or ""
    return host == domain or host.endswith(f".{domain}")


async def check(
    db: Database, witness: DomainWitness, client_id: str, domain: str, deed: Deed, *, act: InUnit
) -> ClientDomain:
    """Look whether a domain that was asked for shows the proof, and keep what was found.

    Raises `UnknownDomain`, `DomainUnreachable`, and what `act` refuses.
    """
    async with db.reading() as unit:
        asked = await get_domain(unit, client_id, domain)
    shown_by = await _look(witness, asked)
    return await act(lambda unit: record_look(unit, asked, shown_by, deed))


async def _look(witness: DomainWitness, domain: ClientDomain) -> str | None:
    """How the domain shows the proof now: `dns`, `https`, or not at all.

    Raises `DomainUnreachable` when the way by which it was proven gives no answer, and the other one no proof: what
    was proven is not lost because a server was down for a minute.
    """
    silent: list[str] = []
    try:
        if domain.proof in await witness.texts(domain.record_name):
            return "dns"
    except Unreachable:
        silent.append("dns")
    try:
        if domain.proof in (await witness.content(domain.file_url)).split():
            return "https"
    except Unreachable:
        silent.append("https")
    if domain.is_verified and domain.verified_by in silent:
        raise DomainUnreachable
    return None


async def record_look(unit: Unit, domain: ClientDomain, shown_by: str | None, deed: Deed) -> ClientDomain:
    """Keep how a domain shows the proof, or that it does not: one that never did goes on waiting for it.

    Raises `UnknownDomain` when the client was deleted meanwhile.
    """
    which = {"of_client": domain.client_id, "which": domain.domain, "looked_for": domain.token}
    if shown_by is not None:
        if not await unit.execute(_VERIFY, **which, how=shown_by, now=unit.now):
            raise UnknownDomain
        data = {**deed.data, "domain": domain.domain, "shown_by": shown_by}
        await record(unit, Event(EventKind.CLIENT_DOMAIN_VERIFIED, client_id=domain.client_id, data=data))
    elif await unit.execute(_LOSE, **which, now=unit.now):
        data = {**deed.data, "domain": domain.domain}
        await record(unit, Event(EventKind.CLIENT_DOMAIN_LOST, client_id=domain.client_id, data=data))
    return await get_domain(unit, domain.client_id, domain.domain)


async def forget(unit: Unit, client_id: str) -> None:
    """Forget the domains of a client that is deleted: another under its id has to show its own proofs."""
    await unit.execute(_FORGET, of_client=client_id)
