"""The composition root: the only module that knows every other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount

from vneid_idp.audit import service as audit
from vneid_idp.bindings import service as bindings
from vneid_idp.clients import service as clients
from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.keys import ClientKeys
from vneid_idp.identity import otp
from vneid_idp.identity.hashing import SecretHasher
from vneid_idp.identity.outbox import Outbox
from vneid_idp.identity.vault import Vault
from vneid_idp.interaction import service as interactions
from vneid_idp.interaction.logos import fetch_due
from vneid_idp.interaction.routes import doors as interaction_doors
from vneid_idp.kernel.clock import Clock, SystemClock
from vneid_idp.keys import service as keys
from vneid_idp.observability.health import doors as health_doors
from vneid_idp.portal.routes import doors as portal_doors
from vneid_idp.provider.notices import deliver_due
from vneid_idp.provider.routes import doors as provider_doors
from vneid_idp.resources.contract import doors as contract_doors
from vneid_idp.resources.routes import router as bindings_router
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.sandbox.explanations import Explanations
from vneid_idp.sandbox.front import Demo
from vneid_idp.sandbox.prefill import prefill
from vneid_idp.sandbox.routes import doors as sandbox_doors
from vneid_idp.settings import Settings
from vneid_idp.sms import SmsGateway
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database
from vneid_idp.web.apis import JsonApis
from vneid_idp.web.context import Idp
from vneid_idp.web.doors import Area, Door, DoorKind
from vneid_idp.web.limits import POLICY, SANDBOX_POLICY, open_limits
from vneid_idp.web.outbound import Outbound
from vneid_idp.web.root import Root
from vneid_idp.web.static import Static
from vneid_idp.web.templates import Templates
from vneid_idp.workers import Task, running


def create_app(settings: Settings, clock: Clock | None = None) -> Root:
    """The application for `settings`. Database and keys are opened when its lifespan starts."""
    ticking = clock or SystemClock()
    explanations = Explanations(settings.issuer) if settings.is_sandbox else None

    @asynccontextmanager
    async def lifespan(app: Root) -> AsyncIterator[None]:
        db = open_database(settings.database_url.get_secret_value(), ticking, connections=settings.database_connections)
        gateway = _sms_gateway(settings)
        provider = await _assemble(settings, ticking, db, explanations)
        app.state.idp = provider
        try:
            async with running(_tasks(settings, provider, gateway)):
                yield
        finally:
            if gateway is not None:
                await gateway.close()
            provider.hasher.close()
            await provider.outbound.close()
            await provider.limits.close()
            await db.close()

    apis = JsonApis({"/bindings/": bindings_router})
    doors = [*provider_doors, *interaction_doors, *portal_doors, *contract_doors, *health_doors]
    if explanations is not None:
        doors += sandbox_doors(explanations, Demo(settings.social_network_url))
    else:
        doors.append(Door.page("/", _home))
    areas = [*apis.areas, Area(DoorKind.PAGE, "/static/", Mount("/static", Static()))]
    app = Root(settings.issuer, doors, areas, lifespan, None if explanations is None else explanations.explain)
    apis.state = app.state
    return app


async def _home(request: Request) -> Response:
    """Who comes to the provider itself, and not from a service, wants to see the own identity."""
    return RedirectResponse("/me", 303)


async def _assemble(settings: Settings, clock: Clock, db: Database, explanations: Explanations | None) -> Idp:
    async with db.writing() as unit:
        await keys.ensure(unit, settings.root_secret)
        ring = await keys.load(unit, settings.root_secret)
    vault = Vault(ring.sealer)
    outbound = Outbound(ca_bundle=settings.ca_bundle, loopback=settings.outbound_loopback)
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    return Idp(
        issuer=settings.issuer,
        sandbox=settings.is_sandbox,
        clock=clock,
        db=db,
        keys=ring,
        clients=ClientCache(clock),
        registry=SyntheticRegistry(db, Population(vault, ring.blind)),
        vault=vault,
        templates=Templates(settings.is_sandbox),
        limits=open_limits(redis_url, SANDBOX_POLICY if settings.is_sandbox else POLICY),
        outbound=outbound,
        client_keys=ClientKeys(outbound.fetch, clock),
        notifier=Outbox(ring.sealer),
        hasher=SecretHasher(),
        trusted_proxies=settings.trusted_proxies,
        initial_access_token_digest=settings.initial_access_token_digest,
        explain=None if explanations is None else explanations.explain,
        prefill=None if explanations is None else prefill,
    )


def _sms_gateway(settings: Settings) -> SmsGateway | None:
    if settings.sms_gateway_url is None or settings.sms_gateway_token is None:
        return None
    return SmsGateway(settings.sms_gateway_url, settings.sms_gateway_token.get_secret_value(), settings.ca_bundle)


def _tasks(settings: Settings, provider: Idp, gateway: SmsGateway | None) -> list[Task]:
    """What runs beside the requests of this process."""
    db = provider.db

    async def tend_keys() -> None:
        async with db.writing() as unit:
            await keys.tend(unit, settings.root_secret)

    async def seal_events() -> None:
        with suppress(audit.EventsCameIn):
            while True:
                async with db.writing() as unit:
                    batch = await audit.seal_batch(unit)
                if batch is None or batch.count < audit.FULL_BATCH:
                    return

    async def sweep() -> None:
        async with db.writing(durable=False) as unit:
            await interactions.sweep(unit)
            await clients.forget_assertions(unit)
            await bindings.forget_old_keys(unit)
            await otp.sweep(unit)
            if isinstance(provider.notifier, Outbox):
                await provider.notifier.sweep(unit)

    tasks = [
        Task("reload keys", 5, lambda: provider.keys.reload(db)),
        Task("tend keys", 600, tend_keys),
        Task("seal events", 5, seal_events),
        Task("log-out notices", 10, lambda: deliver_due(provider)),
        Task("logos", 5, lambda: fetch_due(provider)),
        Task("sweep", 300, sweep),
    ]
    if gateway is not None and isinstance(provider.notifier, Outbox):
        tasks.append(Task("messages", 1, partial(gateway.deliver, db, provider.notifier)))
    return tasks
