"""The composition root: the only module that knows every other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from cryptography.x509 import load_pem_x509_certificates
from cryptography.x509.verification import Store
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from vneid_idp.admin.routes import router as admin_router
from vneid_idp.audit.spent_budgets import SpentBudgets
from vneid_idp.camara.routes import CAMARA_APIS
from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.key_readers import KeyReaders
from vneid_idp.clients.keys import ClientKeys
from vneid_idp.clients.resource_servers import ResourceServerCache
from vneid_idp.consent.disclosures import Disclosures
from vneid_idp.console.routes import doors as console_doors
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.delivery.sender import Sender, check_served
from vneid_idp.faces.port import FaceMatcher
from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.vault import Vault
from vneid_idp.interaction.routes import doors as interaction_doors
from vneid_idp.kernel.clock import DAY, Clock, SystemClock
from vneid_idp.kernel.places import Places
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.keys import service as keys
from vneid_idp.keys.ring import KeyRing
from vneid_idp.log import Log
from vneid_idp.matchers import open_matcher
from vneid_idp.matches.routes import router as matches_router
from vneid_idp.numbers.api import router as numbers_router
from vneid_idp.observability.health import doors as health_doors
from vneid_idp.office.routes import doors as office_doors
from vneid_idp.phone.routes import doors as phone_doors
from vneid_idp.policy import service as policy
from vneid_idp.policy.cache import PolicyCache
from vneid_idp.portal.routes import doors as portal_doors
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.provider.routes import doors as provider_doors
from vneid_idp.registries import open_registry
from vneid_idp.resources.contract import doors as contract_doors
from vneid_idp.resources.routes import router as bindings_router
from vneid_idp.sandbox.country.addresses import PLACES
from vneid_idp.sandbox.explanations import Explanations
from vneid_idp.sandbox.front import Demos
from vneid_idp.sandbox.outbox import SandboxPhones
from vneid_idp.sandbox.routes import doors as sandbox_doors
from vneid_idp.sandbox.stage import Stage
from vneid_idp.sandbox.tls_door import sandbox_authority
from vneid_idp.senders.backchannel_answers import BackchannelAnswers
from vneid_idp.senders.logos import Logos
from vneid_idp.senders.logout_tokens import LogoutTokens
from vneid_idp.senders.phone_notices import PhoneNotices
from vneid_idp.senders.security_events import SecurityEvents
from vneid_idp.senders.sms import NoGateway, SmsGateway
from vneid_idp.senders.swap_events import SwapEvents
from vneid_idp.settings import Settings
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.web.apis import JsonApis
from vneid_idp.web.context import Idp
from vneid_idp.web.doors import Area, Door, DoorKind
from vneid_idp.web.languages import doors as language_doors
from vneid_idp.web.limit_table import LIMITS, SANDBOX_LIMITS
from vneid_idp.web.limits import open_limits
from vneid_idp.web.logos import doors as logo_doors
from vneid_idp.web.opening import opening
from vneid_idp.web.outbound import Outbound, Pools, trusting
from vneid_idp.web.responses import see_other
from vneid_idp.web.root import Root
from vneid_idp.web.static import Static
from vneid_idp.web.templates import Templates
from vneid_idp.web.witness import Witness
from vneid_idp.workers.tasks import running, tasks

_log = Log(__name__)

APIS = {
    "/bindings/": bindings_router,
    "/matches/": matches_router,
    "/numbers/": numbers_router,
    "/admin/": admin_router,
}
"""The JSON APIs, each under the prefix that all its addresses begin with."""


def create_app(settings: Settings, clock: Clock | None = None) -> Root:
    """The application for `settings`. Database and keys are opened when its lifespan starts."""
    ticking = clock or SystemClock()
    explanations = Explanations(settings.issuer) if settings.is_sandbox else None

    @asynccontextmanager
    async def lifespan(app: Root) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            db = open_database(
                settings.database_url.get_secret_value(), ticking, connections=settings.database_connections
            )
            opened.push_async_callback(db.close)
            await opened.enter_async_context(
                opening(app, lambda: _open(app, settings, ticking, db, explanations, opened))
            )
            yield

    apis = JsonApis({DoorKind.API: APIS, DoorKind.CAMARA: CAMARA_APIS})
    doors = [
        *provider_doors,
        *interaction_doors,
        *portal_doors,
        *office_doors,
        *console_doors,
        *phone_doors,
        *contract_doors,
        *language_doors,
        *logo_doors,
        *health_doors,
    ]
    if explanations is not None:
        doors += sandbox_doors(
            explanations,
            Demos(settings.social_network_url, settings.carrier_url),
            sandbox_authority(settings),
            settings.database_url.get_secret_value(),
        )
    else:
        doors.append(Door.page("/", _home))
    areas = [*apis.areas, Area(DoorKind.PAGE, "/static/", Mount("/static", Static()))]
    app = Root(settings.issuer, doors, areas, lifespan, None if explanations is None else explanations.explain)
    apis.state = app.state
    return app


async def _open(
    app: Root,
    settings: Settings,
    clock: Clock,
    db: Database,
    explanations: Explanations | None,
    opened: AsyncExitStack,
) -> None:
    """Make the provider of `app`, and have `opened` close what it holds. Raises `StorageUnavailable`, with nothing
    opened."""
    ring, added = await db.transact(lambda unit: _prepare(unit, settings.root_secret))
    if added:
        _log.info("policy.rows_added", count=len(added), detail="; ".join(added))
    registry = open_registry(settings, clock, db, Vault(ring.sealer), ring.blind)
    matcher = open_matcher(settings, clock, registry)
    provider = _assemble(settings, clock, db, ring, registry, matcher, explanations)
    opened.push_async_callback(provider.limits.close)
    opened.push_async_callback(provider.outbound.close)
    opened.callback(provider.hasher.close)
    opened.push_async_callback(registry.close)
    opened.push_async_callback(matcher.close)
    opened.push_async_callback(provider.dispatcher.finish)
    opened.push_async_callback(provider.disclosures.finish)
    app.state.idp = provider
    await opened.enter_async_context(running(tasks(provider, settings.root_secret, settings.retention_days * DAY)))


async def _prepare(unit: Unit, root_secret: bytes) -> tuple[KeyRing, tuple[str, ...]]:
    """The keys, and which rows the published policy lacked."""
    return await keys.ready(unit, root_secret), await policy.ensure(unit)


async def _home(request: Request) -> Response:
    """Who comes to the provider itself, and not from a service, wants to see the own identity."""
    return see_other("/me")


def _assemble(
    settings: Settings,
    clock: Clock,
    db: Database,
    ring: KeyRing,
    registry: PopulationRegistry,
    matcher: FaceMatcher,
    explanations: Explanations | None,
) -> Idp:
    vault, cache, outbound = Vault(ring.sealer), ClientCache(clock, db), _outbound(settings, clock)
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    senders: dict[Channel, Sender] = {
        Channel.SMS: _text_messages(settings, db, ring.sealer),
        Channel.LOGOUT_TOKEN: LogoutTokens(settings.issuer, clock, db, ring, cache, outbound.logout),
        Channel.LOGO: Logos(db, outbound.logos),
        Channel.PHONE_NOTICE: PhoneNotices(settings.issuer, clock, db, ring, vault, outbound.notices),
        Channel.BACKCHANNEL_ANSWER: BackchannelAnswers(cache, outbound.answers),
        Channel.SECURITY_EVENTS: SecurityEvents(settings.issuer, clock, db, ring, cache, outbound.events),
        Channel.SWAP_EVENTS: SwapEvents(settings.issuer, db, vault, cache, outbound.swaps),
    }
    check_served(senders)
    return Idp(
        issuer=settings.issuer,
        sandbox=settings.is_sandbox,
        clock=clock,
        db=db,
        keys=ring,
        clients=cache,
        resource_servers=ResourceServerCache(clock, db, settings.issuer),
        policy=PolicyCache(clock, db),
        registry=registry,
        face_matcher=matcher,
        vault=vault,
        templates=Templates(settings.is_sandbox),
        limits=open_limits(redis_url, table=SANDBOX_LIMITS if settings.is_sandbox else LIMITS),
        outbound=outbound,
        witness=Witness(outbound.registrations),
        client_keys=ClientKeys(outbound.keys.fetch, clock),
        key_readers=KeyReaders(clock, ring.blind),
        spent_budgets=SpentBudgets(clock),
        disclosures=Disclosures(db, settings.disclosures_days),
        dispatcher=Dispatcher(db, ring.sealer, senders),
        hasher=SecretHasher(),
        client_authorities=_authorities(settings),
        mtls_origin=settings.mtls_origin,
        dpop_nonce=tuple(map(ClientProfile, settings.dpop_nonce)),
        trusted_proxies=settings.trusted_proxies,
        initial_access_token_digest=settings.initial_access_token_digest,
        explain=None if explanations is None else explanations.explain,
        make_believe=None if explanations is None else Stage(),
        places=_places(settings),
    )


def _outbound(settings: Settings, clock: Clock) -> Pools:
    trusted = trusting(settings.ca_bundle)
    return Pools(
        lambda errand: Outbound(
            loopback=settings.outbound_loopback,
            networks=settings.outbound_networks,
            errand=errand,
            clock=clock,
            context=trusted,
        )
    )


def _places(settings: Settings) -> Places:
    if settings.address_places is not None:
        return Places(settings.address_places.read_text("utf-8").splitlines())
    return Places(PLACES.splitlines() if settings.is_sandbox else ())


def _authorities(settings: Settings) -> Store | None:
    if settings.client_authorities is None:
        return None
    return Store(load_pem_x509_certificates(settings.client_authorities.read_bytes()))


def _text_messages(settings: Settings, db: Database, sealer: Sealer) -> Sender:
    """How one-time codes leave: through the operator's gateway, onto a page of the sandbox, or not at all."""
    if settings.sms_gateway_url is not None and settings.sms_gateway_token is not None:
        token = settings.sms_gateway_token.get_secret_value()
        return SmsGateway(settings.sms_gateway_url, token, settings.ca_bundle)
    return SandboxPhones(db, sealer) if settings.is_sandbox else NoGateway()
