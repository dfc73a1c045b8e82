"""A further port of the sandbox on which clients show certificates, so that mutual TLS needs no proxy (RFC 8705).

What they sign themselves is known by their registration alone: OpenSSL takes only what it was given beforehand.
"""

import asyncio
import ssl
from typing import TYPE_CHECKING

import uvicorn

from vneid_idp.clients import service as clients
from vneid_idp.log import Log
from vneid_idp.protocol import jose
from vneid_idp.protocol.client import Client
from vneid_idp.sandbox.authority import Authority
from vneid_idp.storage.unit import Database

if TYPE_CHECKING:
    from vneid_idp.settings import Settings

_log = Log(__name__)
_CIPHERS = "ECDHE+AESGCM"
"""Of TLS 1.2, what BCP 195 recommends (RFC 9325 §4.2): FAPI 2.0 §5.2.2 takes nothing else."""
_HANDSHAKE = 10
"""Seconds until a connection that says nothing is closed."""


def sandbox_authority(settings: "Settings") -> Authority | None:
    """The authority of a sandbox that listens for certificates; else none."""
    listens = settings.is_sandbox and settings.tls_port is not None and settings.client_authorities is not None
    return Authority(settings.state_folder / "tls") if listens else None


class TlsDoor:
    """The port, and whom it knows."""

    def __init__(self, authority: Authority) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.set_ciphers(_CIPHERS)
        self._context.load_cert_chain(authority.server)
        self._context.load_verify_locations(authority.path)
        self._context.verify_mode = ssl.CERT_OPTIONAL
        self._context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self._known: set[bytes] = set()
        self._has_changed = False
        self._learning: asyncio.Task[None] | None = None

    async def open(self, server: uvicorn.Server, settings: "Settings", database: Database) -> None:
        """Listen as `server` does, which closes this port with its others."""
        loop = asyncio.get_running_loop()
        await self.learn(database)

        def heard() -> None:
            loop.call_soon_threadsafe(self._learn_again, database)

        database.on_write(clients.MADE_OF, heard)

        def connection() -> asyncio.Protocol:
            return server.config.http_protocol_class(  # type: ignore[call-arg]
                config=server.config, server_state=server.server_state, app_state=server.lifespan.state
            )

        server.servers.append(
            await loop.create_server(
                connection,
                settings.host,
                settings.tls_port,
                ssl=self._context,
                ssl_handshake_timeout=_HANDSHAKE,
            )
        )

    async def learn(self, database: Database) -> None:
        """Take up the certificates that clients have registered in their keys."""
        after = ""
        while True:
            async with database.reading() as unit:
                page = await clients.list_clients(unit, after=after)
            for client in page:
                if client.token_endpoint_auth_method == "self_signed_tls_client_auth":
                    self._take(client)
            if not page:
                return
            after = page[-1].client_id

    def _take(self, client: Client) -> None:
        """Know the client's certificates. One that OpenSSL does not take is that client's trouble alone."""
        try:
            keys = () if client.jwks is None else jose.read_keys(client.jwks)
        except jose.BadKeys as error:
            _log.info("tls.keys_not_taken", client_id=client.client_id, error=str(error))
            return
        for der in [der for key in keys for der in key.certificates]:
            if der not in self._known:
                self._known.add(der)
                try:
                    self._context.load_verify_locations(cadata=der)
                except (ssl.SSLError, ValueError) as error:
                    _log.info("tls.certificate_not_taken", client_id=client.client_id, error=str(error))

    def _learn_again(self, database: Database) -> None:
        self._has_changed = True
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(self._keep_up(database), name="learn certificates")

    async def _keep_up(self, database: Database) -> None:
        """Until nothing was registered while the last walk was under way."""
        while self._has_changed:
            self._has_changed = False
            await self.learn(database)
