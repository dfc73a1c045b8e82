"""Run a server of an authority on the sandbox's invented people: the register's, or the matcher's of faces."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from vneid_idp.cli.terminal import fail, open_settings_database, out, schema_explained
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.keys import service as keys
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from vneid_idp.signed_http.signatures import Signatures

Create = Callable[[SyntheticRegistry, "Signatures", str], "ASGIApp"]
"""(the people, the server's side of the signatures, its address) → the server."""


def serve_beside(settings: Settings, port: int, name: str, setting: str, create: Create) -> None:
    """Serve at `port` until it is interrupted, with keys of its own. `name` is what it signs as, and `setting` what the
    provider's settings about it begin with."""
    import asyncio

    import uvicorn

    from vneid_idp.sandbox.signed_server.keys import ServerKeys

    if not settings.is_sandbox:
        fail("A server of invented people belongs to a sandbox, and this is production.")
    url = f"http://localhost:{port}"
    held = ServerKeys(settings.state_folder / name, name)

    async def run() -> None:
        async with _registry(settings) as registry:
            server = create(registry, held.signatures(SystemClock()), url)
            variable = f"VNEID_IDP_{setting.upper()}"
            out.print(f"It answers at {url}. For the provider, in another terminal:", markup=False)
            out.print(
                f"  {variable}=http {variable}_URL={url} {variable}_KEY={held.provider} "
                f"{variable}_ANSWER_KEY={held.answers} make sandbox",
                markup=False,
            )
            options: dict[str, Any] = {"log_level": settings.log_level, "access_log": False, "server_header": False}
            await uvicorn.Server(
                uvicorn.Config(server, host=settings.host, port=port, lifespan="off", **options)
            ).serve()

    with schema_explained(settings):
        asyncio.run(run())


@asynccontextmanager
async def _registry(settings: Settings) -> AsyncIterator[SyntheticRegistry]:
    database = open_settings_database(settings)
    try:
        ring = await database.transact(lambda unit: keys.ready(unit, settings.root_secret))
        yield SyntheticRegistry(database, Population(Vault(ring.sealer), ring.blind))
    finally:
        await database.close()
