"""The reference registry server keeps its published contract for whatever is sent to it, over a real socket."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance, unsupported_method

from tests.support.country import country
from tests.support.people import persona
from tests.support.registry import OTHER_KEY, providers, registrys
from tests.support.served import in_thread, listening_at
from tests.support.signed import Signed
from tests.support.watch import Watch
from vneid_idp.registry_client.http_registry import REGISTRY, BadAnswer, HttpRegistry
from vneid_idp.registry_client.wire import PREFIX
from vneid_idp.sandbox.country.server.app import create_registry
from vneid_idp.sandbox.country.server.contract import openapi
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.signed_http.signatures import Answer, RequestMessage, signature_headers
from vneid_idp.signed_http.transport import Transport

schema = schemathesis.openapi.from_dict(openapi())
PLAIN = persona("plain").record


@dataclass(frozen=True)
class Running:
    """A served registry, and its clock."""

    url: str
    watch: Watch


@pytest.fixture(scope="module")
def running(populated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    path = tmp_path_factory.mktemp("registry") / "db.sqlite3"
    shutil.copyfile(populated_sqlite, path)

    @asynccontextmanager
    async def serve() -> AsyncIterator[Running]:
        watch = Watch()
        async with country(f"sqlite:///{path}", watch) as land, listening_at() as (url, at):
            assert isinstance(land.idp.registry, SyntheticRegistry)
            at(create_registry(land.idp.registry, registrys(watch), url))
            yield Running(url, watch)

    with in_thread(serve) as running:
        yield running


@schema.parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_published(case: schemathesis.Case[Any], running: Running) -> None:
    case.call_and_validate(
        base_url=running.url,
        auth=Signed(providers(running.watch)),
        # A person or a place in the feed is any text as far as a schema can say, and yet only some are known.
        excluded_checks=[positive_data_acceptance, negative_data_rejection, unsupported_method],
    )


async def test_nothing_is_told_to_who_does_not_sign(running: Running) -> None:
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as stranger:
        for path in (f"/people/{PLAIN.person_id}", "/changes", "/health"):
            answer = await stranger.get(PREFIX + path)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed")
            message = RequestMessage("GET", running.url + PREFIX + path)
            providers(running.watch, OTHER_KEY).sign_request(message, b"")
            assert (await stranger.get(PREFIX + path, headers=message.headers)).status_code == 401


async def test_a_question_longer_than_any_is_not_read(running: Running) -> None:
    body = b"{" + b" " * 70_000 + b"}"
    message = RequestMessage("POST", f"{running.url}{PREFIX}/people/many")
    providers(running.watch).sign_request(message, body)
    async with httpx.AsyncClient(trust_env=False) as ours:
        answer = await ours.post(message.url, content=body, headers=message.headers)
    assert answer.status_code == 401


async def test_a_refusal_is_signed_like_any_answer(running: Running) -> None:
    message = RequestMessage("GET", f"{running.url}{PREFIX}/people/per_nobody")
    signatures = providers(running.watch)
    signatures.sign_request(message, b"")
    async with httpx.AsyncClient(trust_env=False) as ours:
        answered = await ours.get(message.url, headers=message.headers)
    assert (answered.status_code, answered.json()["code"]) == (404, "unknown_person")
    signatures.check_answer(Answer(404, message, signature_headers(answered.headers.items())), answered.content)


async def test_the_client_and_the_server_understand_each_other_over_a_socket(running: Running) -> None:
    registry = HttpRegistry(Transport(REGISTRY, running.url, providers(running.watch)))
    try:
        assert await registry.find(PLAIN.person_id) == PLAIN
        assert await registry.find("per_nobody") is None
    finally:
        await registry.close()
    stranger = HttpRegistry(Transport(REGISTRY, running.url, providers(running.watch, OTHER_KEY)))
    try:
        with pytest.raises(BadAnswer):
            await stranger.find(PLAIN.person_id)
    finally:
        await stranger.close()
