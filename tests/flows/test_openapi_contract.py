"""The JSON API keeps its published contract for whatever is sent to it (schemathesis, over a real socket)."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from scripts.openapi import contracts
from scripts.openapi import published as everything

from tests.support.country import ISSUER, Country, country
from tests.support.served import in_thread, listening_at
from tests.support.tokens import own_token, person_token
from tests.support.watch import Watch
from vneid_idp.admin import contract as admin
from vneid_idp.protocol.claims import OPERATOR_SCOPES
from vneid_idp.resources.contract import openapi

schema = schemathesis.openapi.from_dict(openapi())
admin_schema = schemathesis.openapi.from_dict(admin.openapi())
PROGRAM = {"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": [], "purposes": []}


@dataclass(frozen=True)
class Running:
    """A served provider: its address, and tokens that are good for as long as it runs."""

    url: str
    person: str
    own: str
    program: str


@pytest.fixture(scope="module")
def running(populated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    path = tmp_path_factory.mktemp("contract") / "db.sqlite3"
    shutil.copyfile(populated_sqlite, path)

    @asynccontextmanager
    async def serve() -> AsyncIterator[Running]:
        async with country(f"sqlite:///{path}", Watch()) as land, listening_at() as (url, at):
            party = await land.register()
            person = await person_token(land, party, land.people["plain"].record.person_id)
            program = await land.register(**PROGRAM, scope=" ".join(OPERATOR_SCOPES))
            at(land.app)
            yield Running(url, person, own_token(land, party), own_token(land, program, OPERATOR_SCOPES))

    with in_thread(serve) as running:
        yield running


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_published(case: schemathesis.Case[Any], running: Running) -> None:
    names_a_person = case.method == "POST" and case.path.endswith("/social-accounts")
    token = running.person if names_a_person else running.own
    case.call_and_validate(
        base_url=running.url,
        headers={"Authorization": f"Bearer {token}"},
        # A cursor is any text as far as a schema can say, and yet only ours is good; and a request spoiled by leaving
        # out its token, or by a parameter more, is good with the token that it gets here. Bodies: test_bindings_api.
        excluded_checks=[positive_data_acceptance, negative_data_rejection],
    )


@admin_schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_of_the_admin_api_is_as_published(case: schemathesis.Case[Any], running: Running) -> None:
    case.call_and_validate(
        base_url=running.url,
        headers={"Authorization": f"Bearer {running.program}"},
        excluded_checks=[positive_data_acceptance, negative_data_rejection],
    )


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_is_told_without_a_token(case: schemathesis.Case[Any], running: Running) -> None:
    response = case.call(base_url=running.url, headers={"Authorization": "Bearer junk"})
    case.validate_response(response, checks=[not_a_server_error])
    # An address that cannot be one of a binding is not found, whoever asks.
    assert response.json()["code"] in ("invalid_token", "malformed", "method_not_allowed", "not_found")
    assert response.headers["content-type"] == ["application/problem+json"]


def test_the_published_contract_is_the_one_in_the_code() -> None:
    folder = Path(__file__).parents[2] / "openapi"
    found = {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    assert found == everything(), "run `make openapi` and look at the difference"


def test_a_generator_with_one_namespace_finds_no_name_twice() -> None:
    """oapi-codegen (Go) has types, constants and its own client in one."""
    for file, found in contracts().items():
        schemas = found["components"]["schemas"]
        types = {schema.get("x-go-name", name) for name, schema in schemas.items()}
        assert len(types) == len(schemas)
        assert types.isdisjoint({"Client", "NewClient", "ClientOption", "ClientInterface"}), file
        for name, schema in schemas.items():
            spelt = ["".join(map(str.title, str(value).split("_"))) for value in schema.get("enum", ())]
            constants = schema.get("x-enum-varnames", spelt)
            assert len(constants) == len(spelt)
            assert types.isdisjoint(constants), (file, name)


async def test_a_running_provider_serves_the_contract_with_its_own_address(land: Country) -> None:
    async with land.browser() as browser:
        answer = await browser.get("/openapi.json")
        assert answer.headers["content-type"] == "application/json"
        served = answer.json()
    assert served == {**openapi(), "servers": [{"url": ISSUER}]}
    assert openapi(ISSUER) is openapi(ISSUER), "made once: it takes longer than a sign-in, and anybody may ask for it"


async def test_the_sandboxs_viewer_offers_each_contract(land: Country) -> None:
    async with land.browser() as browser:
        page = (await browser.get("/docs")).text
        for published in contracts().values():
            title = published["info"]["title"]
            assert f'href="/docs?contract={title}"' in page
            chosen = (await browser.get("/docs", params={"contract": title})).text
            [address] = re.findall(r'data-address="([^"]+)"', chosen)
            served = (await browser.get(address)).json()
            assert served["info"]["title"] == title
            own = title not in ("registry/v1", "face-matcher/v1")  # which stand elsewhere
            assert (served["servers"] == [{"url": ISSUER}]) == own
        assert (await browser.get("/docs", params={"contract": "other"})).status_code == 200
        details = (await browser.get("/guide/authorization-details.json")).json()
        assert {"authorization-details.json": details}.items() <= everything().items()
