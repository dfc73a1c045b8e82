"""`registry serve`: a registry server on the sandbox's invented people, to develop against."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer

from vneid_idp.cli.terminal import fail, open_settings_database, out, schema_explained, settings_of
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.keys import service as keys
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The sandbox's population registry as a server.")


@app.callback()
def group() -> None:
    """Keep `serve` a command of its own though it is the only one."""


@app.command()
def serve(
    context: typer.Context, port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8002
) -> None:
    """Serve `registry/v1` (openapi/registry-v1.json) on the people of this sandbox, with keys of its own."""
    import asyncio

    import uvicorn

    from vneid_idp.sandbox.country.server.app import create_registry
    from vneid_idp.sandbox.country.server.keys import ServerKeys

    settings = settings_of(context)
    if not settings.is_sandbox:
        fail("The registry of invented people belongs to a sandbox, and this is production.")
    url = f"http://localhost:{port}"
    held = ServerKeys(settings.state_folder / "registry")

    async def run() -> None:
        async with _registry(settings) as registry:
            server = create_registry(registry, held.signatures(SystemClock()), url)
            out.print(f"The registry answers at {url}. For the provider, in another terminal:", markup=False)
            out.print(
                f"  VNEID_IDP_REGISTRY=http VNEID_IDP_REGISTRY_URL={url} VNEID_IDP_REGISTRY_KEY={held.provider} "
                f"VNEID_IDP_REGISTRY_ANSWER_KEY={held.answers} make sandbox",
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
