"""The server of invented faces keeps the contract of `face-matcher/v1` for whatever is sent to it (schemathesis)."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance, unsupported_method

from tests.support.matcher import matchers, providers
from tests.support.people import POPULATION
from tests.support.served import in_thread, listening_at
from tests.support.signed import Signed
from tests.support.watch import Watch
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.sandbox.faces.matcher import SyntheticMatcher
from vneid_idp.sandbox.faces.server.contract import openapi
from vneid_idp.sandbox.faces.server.routes import create_matcher
from vneid_idp.storage.database import open_database

schema = schemathesis.openapi.from_dict(openapi())


@pytest.fixture(scope="module")
def url(populated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served matcher."""
    path = tmp_path_factory.mktemp("matcher") / "db.sqlite3"
    shutil.copyfile(populated_sqlite, path)

    @asynccontextmanager
    async def serve() -> AsyncIterator[str]:
        watch = Watch()
        db = open_database(f"sqlite:///{path}", watch)
        async with listening_at() as (url, at):
            matcher = SyntheticMatcher(SyntheticRegistry(db, POPULATION), watch)
            at(create_matcher(matcher, matchers(watch), url))
            yield url
        await db.close()

    with in_thread(serve) as address:
        yield address


@schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_published(case: schemathesis.Case[Any], url: str) -> None:
    # A template is any text as far as a schema can say, and yet only some is one.
    spoiled = [positive_data_acceptance, negative_data_rejection, unsupported_method]
    case.call_and_validate(base_url=url, auth=Signed(providers(Watch())), excluded_checks=spoiled)
