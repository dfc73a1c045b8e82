"""`make sandbox`: make what is missing, start the provider and the demos beside it, say where they are."""

import asyncio
import fcntl
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.keys import service as keys
from vneid_idp.policy import service as policies
from vneid_idp.sandbox.announcement import announce
from vneid_idp.sandbox.authority import Authority
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.demo_carrier import demo_carrier
from vneid_idp.sandbox.demo_network import demo_network
from vneid_idp.sandbox.demos import Demo, running, wait_for
from vneid_idp.sandbox.people import settle
from vneid_idp.sandbox.tls_door import TlsDoor
from vneid_idp.storage import migration
from vneid_idp.storage.database import open_database
from vneid_idp.web.listener import server_options

if TYPE_CHECKING:
    from vneid_idp.settings import Settings
    from vneid_idp.web.root import Root


def run(settings: "Settings", create_app: Callable[["Settings"], "Root"]) -> None:
    """Run until interrupted. Raises `OSError` when a port is taken, or another sandbox runs in the state folder."""
    with _alone(settings):
        _run(settings, create_app)


def _run(settings: "Settings", create_app: Callable[["Settings"], "Root"]) -> None:
    for port in (settings.port, settings.social_network_port, settings.carrier_port, settings.tls_port):
        if port is not None:
            _check_free(settings.host, port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    database_url = settings.database_url.get_secret_value()
    if not migration.is_current(database_url):
        migration.upgrade(database_url)
    demos = asyncio.run(_prepare(settings))
    tls = None
    if settings.tls_port is not None:
        authority = Authority(settings.state_folder / "tls")
        tls, settings = TlsDoor(authority), _with_certificates(settings, authority)
    with ExitStack() as stack:
        started = [(demo, stack.enter_context(running(demo))) for demo in demos]

        def await_demos() -> None:
            for demo, process in started:
                wait_for(settings.host, demo, process)

        _Provider(settings, create_app, tls, await_demos).run()


def _with_certificates(settings: "Settings", authority: Authority) -> "Settings":
    """These settings, and where they are silent what the port for certificates makes true."""
    silent: dict[str, Any] = {}
    if settings.client_authorities is None:
        silent["client_authorities"] = authority.path
    if settings.mtls_origin is None:
        silent["mtls_origin"] = f"https://localhost:{settings.tls_port}"
    return settings.model_copy(update=silent)


async def _prepare(settings: "Settings") -> list[Demo]:
    """Make what a new sandbox lacks: keys, rows of the policy, people, the demos' registrations; the demos to start.

    Takes no time when all is there.
    """
    database = open_database(settings.database_url.get_secret_value(), SystemClock())
    try:
        ring = await database.transact(lambda unit: keys.ready(unit, settings.root_secret))
        await database.transact(policies.ensure)
        await settle(database, Vault(ring.sealer), ring.blind)
        found = [await make(database, settings) for make in (demo_network, demo_carrier)]
        return [demo for demo in found if demo is not None]
    finally:
        await database.close()


class _Provider(uvicorn.Server):
    """The provider in this process; once it answers, it says what there is to see.

    It starts when `await_demos` returns: it fetches their logos at once, which must not find a closed port.
    """

    def __init__(
        self,
        settings: "Settings",
        create_app: Callable[["Settings"], "Root"],
        tls: TlsDoor | None,
        await_demos: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._tls = tls
        self._await_demos = await_demos
        self._create_app = create_app
        super().__init__(
            uvicorn.Config(
                self._made,
                factory=True,
                timeout_graceful_shutdown=2,
                **server_options(settings.host, settings.port, settings.connections),
            )
        )

    def _made(self) -> "Root":
        self._root = self._create_app(self._settings)
        return self._root

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in good order on a signal; uvicorn would let it end this process afterwards, in the middle of ours."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.startup`."""
        await asyncio.to_thread(self._await_demos)
        await super().startup(sockets)
        if self.started and self._tls is not None:
            await self._tls.open(self, self._settings, self._root.state.idp.db)
        if self.started:
            announce(self._settings, personas(SystemClock().now()))


@contextmanager
def _alone(settings: "Settings") -> Iterator[None]:
    """Hold the state folder: a second sandbox on its database would move the demo's addresses to its own ports.

    The system lets go of it with the process, however that ends.
    """
    settings.state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.state_folder / "running").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise OSError(
                f"The sandbox in {settings.state_folder} runs already, at {held.read()}. Stop it, or give the second "
                "one a folder and ports of its own: VNEID_IDP_STATE_FOLDER=.sandbox-2 VNEID_IDP_PORT=8100 "
                "VNEID_IDP_SOCIAL_NETWORK_PORT=8101 VNEID_IDP_CARRIER_PORT=8105 VNEID_IDP_TLS_PORT=8103 make sandbox"
            ) from None
        held.truncate(0)
        held.write(settings.issuer)
        held.flush()
        yield


def _check_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(
                f"Port {port} on {host} cannot be had ({error.strerror}). Stop what uses it, or choose others: "
                "VNEID_IDP_PORT=8100 VNEID_IDP_SOCIAL_NETWORK_PORT=8101 VNEID_IDP_CARRIER_PORT=8105 "
                "VNEID_IDP_TLS_PORT=8103 make sandbox"
            ) from None
