"""The way to a server: bounded in time, size and calls at once, and shut for a while when it is broken."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from vneid_idp.kernel.errors import DomainError
from vneid_idp.log import Log
from vneid_idp.signed_http.signatures import Answer, NotSigned, RequestMessage, Signatures, signature_headers

LARGEST_ANSWER = 2 * 1024 * 1024
"""Bytes: five hundred people with long names and addresses, twice over."""
_CONNECT, _READ, _WAIT_FOR_A_PLACE, _IN_ALL = 2.0, 5.0, 2.0, 8.0
"""Seconds. A person waits at a page: what takes longer is an outage."""
_AT_ONCE = 32
_ATTEMPTS = 3
_FAILURES, _REST = 5, 15.0
"""After so many failures in a row nobody asks for so many seconds; then one answer closes the circuit again."""

_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked, as far as it makes a difference on the way."""

    name: str
    """What logs call it."""
    unavailable: type[DomainError]
    """There is no answer."""
    bad_answer: type[DomainError]
    """There is one that cannot be believed or understood."""


class _NoAnswer(Exception):
    """No answer, or one that says that there is none now: worth another attempt."""


@dataclass(frozen=True, slots=True)
class BelievedAnswer:
    """A believed answer."""

    status: int
    body: bytes


class Transport:
    """One a process; `close` it at the end. `over` and `sleep` are for tests."""

    def __init__(
        self,
        asked: Asked,
        url: str,
        signatures: Signatures,
        ca_bundle: Path | None = None,
        *,
        over: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._asked = asked
        self.url = url
        self._signatures = signatures
        self._sleep = sleep
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=ca_bundle),
            # Uncompressed: the digest is of the content as it comes, and nothing small unfolds into something large.
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "vneid-idp"},
            timeout=httpx.Timeout(_READ, connect=_CONNECT, pool=_WAIT_FOR_A_PLACE),
            limits=httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE),
            trust_env=False,
            transport=over,
        )
        self._breakers = AsyncCircuitBreakerFactory(_FAILURES, _REST)
        self._failures = 0
        self._open = False
        self._probing = False

    @property
    def is_out(self) -> bool:
        """Whether nobody is asking for a while, since it did not answer."""
        return self._open

    @property
    def has_failed(self) -> bool:
        """Whether the last calls failed."""
        return self._failures > 0

    async def ask(self, method: str, path: str, body: bytes = b"", *, again: bool = True) -> BelievedAnswer:
        """Ask, and again on failure if `again`: only what changes nothing may be repeated.

        Raises what `Asked` says.
        """
        attempts = AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS if again else 1) | stop_before_delay(_IN_ALL),
            wait=wait_random_exponential(multiplier=0.1, max=1),
            retry=retry_if_exception_type(_NoAnswer),
            sleep=self._sleep,
            reraise=True,
        )
        latest = asyncio.get_running_loop().time() + _IN_ALL
        try:
            return await attempts(self._attempt, latest, method, path, body)
        except _NoAnswer as error:
            _log.warning("service.no_answer", service=self._asked.name, method=method, detail=_why(error))
            raise self._asked.unavailable from error
        except OpenedState as error:
            raise self._asked.unavailable from error

    async def close(self) -> None:
        """Give up all connections."""
        await self._client.aclose()

    async def _attempt(self, latest: float, method: str, path: str, body: bytes) -> BelievedAnswer:
        # The end of patience is told to the circuit too: a server that takes every question and answers none is out.
        async with self._circuit():
            try:
                async with asyncio.timeout_at(latest):
                    return await self._call(method, path, body)
            except (httpx.HTTPError, TimeoutError) as error:
                raise _NoAnswer(type(error).__name__) from error

    @asynccontextmanager
    async def _circuit(self) -> AsyncIterator[None]:
        if self._probing:
            raise self._asked.unavailable  # one question at a time finds out whether it is back
        breaker = await self._breakers.get_breaker(self._asked.name)
        await breaker.__aenter__()
        is_probe = breaker.context.state == "half-opened"
        self._probing = self._probing or is_probe
        try:
            yield
        except asyncio.CancelledError:
            raise  # by whoever asked: that says nothing of the registry
        except Exception as error:
            await breaker.__aexit__(type(error), error, error.__traceback__)
            raise
        else:
            await breaker.__aexit__(None, None, None)
        finally:
            if is_probe:
                self._probing = False
            # Half open is not yet believed to be back.
            self._open = breaker.context.state != "closed"
            self._failures = breaker.context.failure_count or 0

    async def _call(self, method: str, path: str, body: bytes) -> BelievedAnswer:
        message = RequestMessage(method, self.url + path)
        self._signatures.sign_request(message, body)
        headers = message.headers | ({"Content-Type": "application/json"} if body else {})
        async with self._client.stream(method, message.url, content=body, headers=headers) as response:
            if response.status_code >= 500 or response.status_code in (408, 429):
                raise _NoAnswer(str(response.status_code))
            content = await self._bounded(response)
        answer = Answer(response.status_code, message, signature_headers(response.headers.items()))
        try:
            self._signatures.check_answer(answer, content)
        except NotSigned as error:
            _log.warning(
                "service.bad_answer",
                service=self._asked.name,
                method=method,
                status=response.status_code,
                detail="not signed by it",
            )
            raise self._asked.bad_answer("An answer was not signed by the server that was asked.") from error
        return BelievedAnswer(response.status_code, content)

    async def _bounded(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for part in response.aiter_raw():
            content += part
            if len(content) > LARGEST_ANSWER:
                detail = f"longer than {LARGEST_ANSWER} bytes"
                _log.warning("service.bad_answer", service=self._asked.name, detail=detail)
                raise self._asked.bad_answer("An answer was too long.")
        return bytes(content)


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
