"""The collaborators that every face needs, assembled once by `app.py`, found through the request."""

from dataclasses import dataclass

from cryptography.x509.verification import Store
from starlette.requests import HTTPConnection

from vneid_idp.audit.spent_budgets import SpentBudgets
from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.domains import DomainWitness
from vneid_idp.clients.key_readers import KeyReaders
from vneid_idp.clients.keys import ClientKeys
from vneid_idp.clients.resource_servers import ResourceServerCache
from vneid_idp.consent.disclosures import Disclosures
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.faces.port import FaceMatcher
from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Clock
from vneid_idp.kernel.places import Places
from vneid_idp.keys.ring import KeyRing
from vneid_idp.policy.cache import PolicyCache
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.storage.unit import Database
from vneid_idp.web.address import Network, address_of
from vneid_idp.web.errors import Explain
from vneid_idp.web.limits import Limits
from vneid_idp.web.make_believe import MakeBelieve
from vneid_idp.web.outbound import Pools
from vneid_idp.web.templates import Templates


@dataclass(frozen=True, slots=True)
class Idp:
    """One provider in one process."""

    issuer: str
    """The origin that every absolute URL derives from, never the `Host` header."""
    sandbox: bool
    clock: Clock
    db: Database
    keys: KeyRing
    clients: ClientCache
    resource_servers: ResourceServerCache
    policy: PolicyCache
    registry: PopulationRegistry
    face_matcher: FaceMatcher
    vault: Vault
    templates: Templates
    limits: Limits
    outbound: Pools
    witness: DomainWitness
    client_keys: ClientKeys
    key_readers: KeyReaders
    spent_budgets: SpentBudgets
    disclosures: Disclosures
    dispatcher: Dispatcher
    hasher: SecretHasher
    places: Places
    """Where addresses are used, as far as the operator says."""
    client_authorities: Store | None = None
    """Who issues the certificates of clients (RFC 8705 §2.1)."""
    mtls_origin: str | None = None
    """Where clients that show certificates reach the provider (RFC 8705 §5); nothing where they can show none."""
    dpop_nonce: tuple[ClientProfile, ...] = ()
    """The profiles whose clients put a nonce of ours into each DPoP proof (RFC 9449 §8)."""
    trusted_proxies: tuple[Network, ...] = ()
    initial_access_token_digest: str | None = None
    """Digest of the token that opens registration; without it registration is open in the sandbox only."""
    explain: Explain | None = None
    """In the sandbox: the address of a page that explains an error to a developer."""
    make_believe: MakeBelieve | None = None
    """In the sandbox: people to be, and their phones."""

    async def current_policy(self) -> Policy:
        """What the law asks, as far as it was published. Asked before a unit is opened."""
        return await self.policy.current()

    def url(self, path: str) -> str:
        """An absolute URL of this provider."""
        return self.issuer + path

    def urls(self, path: str) -> tuple[str, ...]:
        """Every URL under which clients call `path`."""
        return (self.issuer + path,) if self.mtls_origin is None else (self.issuer + path, self.mtls_origin + path)

    def address_of(self, request: HTTPConnection) -> str | None:
        """The address that attempts are counted under, as far as proxies can be believed."""
        return address_of(request, self.trusted_proxies)


def idp(request: HTTPConnection) -> Idp:
    """The provider that serves this request."""
    found = request.app.state.idp
    assert isinstance(found, Idp)
    return found
