"""A registry server in process, and the provider's client of it: keys made for the run, no socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from vneid_idp.kernel.clock import Clock
from vneid_idp.registry_client.http_registry import REGISTRY, HttpRegistry
from vneid_idp.sandbox.country.server.app import create_registry
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.signed_http.signatures import OwnKey, Signatures, TheirKey
from vneid_idp.signed_http.transport import Transport

URL = "https://registry.example"
PROVIDER_KEY, REGISTRY_KEY = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
OTHER_KEY = generate_private_key(SECP256R1())


def providers(clock: Clock, key: Any = PROVIDER_KEY) -> Signatures:
    """The provider's side."""
    return Signatures("registry", OwnKey("provider", key), [TheirKey("registry", REGISTRY_KEY.public_key())], clock)


def registrys(clock: Clock, key: Any = REGISTRY_KEY) -> Signatures:
    """The registry's side."""
    return Signatures("registry", OwnKey("registry", key), [TheirKey("provider", PROVIDER_KEY.public_key())], clock)


@dataclass
class Slept:
    """Time that passes at once."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Remember how long."""
        self.seconds.append(seconds)


def client(clock: Clock, over: httpx.AsyncBaseTransport, signatures: Signatures | None = None) -> HttpRegistry:
    """The client, over whatever answers."""
    return HttpRegistry(Transport(REGISTRY, URL, signatures or providers(clock), over=over, sleep=Slept()))


@asynccontextmanager
async def served(registry: SyntheticRegistry, clock: Clock) -> AsyncIterator[HttpRegistry]:
    """The client of a server that has the people of `registry`."""
    asked = client(clock, httpx.ASGITransport(create_registry(registry, registrys(clock), URL)))
    yield asked
    await asked.close()
