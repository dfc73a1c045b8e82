"""A matcher's server in process, and the provider's client of it: keys made for the run, no socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.support.registry import PROVIDER_KEY, REGISTRY_KEY, Slept
from vneid_idp.kernel.clock import Clock
from vneid_idp.matcher_client.http_matcher import MATCHER, HttpMatcher
from vneid_idp.sandbox.faces.matcher import SyntheticMatcher
from vneid_idp.sandbox.faces.server.routes import create_matcher
from vneid_idp.signed_http.signatures import OwnKey, Signatures, TheirKey
from vneid_idp.signed_http.transport import Transport

URL = "https://matcher.example"


def providers(clock: Clock, label: str = MATCHER.name) -> Signatures:
    """The provider's side."""
    return Signatures(label, OwnKey("provider", PROVIDER_KEY), [TheirKey("matcher", REGISTRY_KEY.public_key())], clock)


def matchers(clock: Clock, label: str = MATCHER.name) -> Signatures:
    """The matcher's side."""
    return Signatures(label, OwnKey("matcher", REGISTRY_KEY), [TheirKey("provider", PROVIDER_KEY.public_key())], clock)


def client(clock: Clock, over: httpx.AsyncBaseTransport) -> HttpMatcher:
    """The client, over whatever answers."""
    return HttpMatcher(Transport(MATCHER, URL, providers(clock), over=over, sleep=Slept()))


@asynccontextmanager
async def served(matcher: SyntheticMatcher, clock: Clock) -> AsyncIterator[HttpMatcher]:
    """The client of a server that compares as `matcher` does."""
    asked = client(clock, httpx.ASGITransport(create_matcher(matcher, matchers(clock), URL)))
    yield asked
    await asked.close()
