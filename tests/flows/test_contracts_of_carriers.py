"""The APIs of carriers and of CAMARA keep their published contracts for whatever is sent to them (schemathesis)."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis.specs.openapi.checks import (
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
)

from tests.support.camara import caller_of
from tests.support.carrier import Carrier
from tests.support.country import Country, country
from tests.support.numbers import NumbersClient
from tests.support.on_ladder import secrets_of
from tests.support.registered import put_in_register
from tests.support.rich_requests import ANOTHER
from tests.support.served import in_thread, listening_at
from tests.support.shortcuts import agreed
from tests.support.sim_swaps import SUBSCRIPTION_SCOPES
from tests.support.watch import Watch
from vneid_idp.camara.contract import CONTRACTS
from vneid_idp.camara.contract import openapi as of_camara
from vneid_idp.matches.contract import openapi as of_matches
from vneid_idp.numbers.contract import openapi as of_numbers
from vneid_idp.protocol.claims import FOUR_FIELDS, REGISTER, SUBSCRIBER_NUMBER
from vneid_idp.registers.classes import RowClass
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

Case = schemathesis.Case[Any]
OWN = (SUBSCRIBER_NUMBER, REGISTER, FOUR_FIELDS)
OF_PEOPLE = (
    "kyc-match:match",
    "kyc-age-verification:verify",
    "kyc-tenure:check-tenure",
    "sim-swap",
    *SUBSCRIPTION_SCOPES,
)
NUMBERS, MATCHES = (schemathesis.openapi.from_dict(document()) for document in (of_numbers, of_matches))
CAMARA = {title: schemathesis.openapi.from_dict(of_camara(title)) for title in CONTRACTS}


class Bound(AuthBase):
    """Shows an access token with a proof of the key that it is bound to."""

    def __init__(self, carrier: Carrier, token: str) -> None:
        self._carrier, self._token = carrier, token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        path = urlsplit(str(request.url)).path
        request.headers["Authorization"] = f"DPoP {self._token}"
        request.headers.update(self._carrier.proof(str(request.method), path, token=self._token))
        return request


@dataclass(frozen=True)
class Running:
    """A served provider: its address, and a carrier's and an API caller's access."""

    url: str
    own: Bound
    """The carrier's own, to everything."""
    person: Bound
    """The carrier's, of somebody who confirmed a number."""
    caller: Bound
    """The API caller's, of somebody who agreed."""


async def lively(land: Country) -> tuple[Bound, Bound, Bound]:
    """A carrier with a number that is bound and others on the ladder, and a caller; their access."""
    scope = f"openid offline_access {' '.join(OWN)}"
    song = await NumbersClient.of(land, scope=scope)
    someone = await agreed(land, song.carrier)
    token = await song.token(someone)
    await song.bind(token)
    record = land.people["complete"].record
    numbers = [(f"nbr_{number:0>26}", f"+8495123456{number}", RowClass.NAME_DIFFERS) for number in range(1, 4)]
    policy = await land.idp.current_policy()
    async with land.idp.db.writing() as unit:
        await put_in_register(
            unit, land.idp.keys, policy, record.personal_number, numbers, client_id=song.carrier.client_id
        )
    await sweep_ladder(land.idp.db, policy, secrets_of(land))
    answer = await song.carrier.post("/token", grant_type="client_credentials", scope=" ".join(OWN))
    caller = await caller_of(land, *OF_PEOPLE)
    agreeing = await agreed(land, caller)
    asking = await caller.tokens(agreeing.person.browser, scope=f"openid {' '.join(OF_PEOPLE)}")
    return (
        Bound(song.carrier, answer.json()["access_token"]),
        Bound(song.carrier, await song.token(someone, ANOTHER)),
        Bound(caller, asking["access_token"]),
    )


@pytest.fixture(scope="module")
def running(populated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    path = tmp_path_factory.mktemp("carriers") / "db.sqlite3"
    shutil.copyfile(populated_sqlite, path)

    @asynccontextmanager
    async def serve() -> AsyncIterator[Running]:
        async with country(f"sqlite:///{path}", Watch()) as land, listening_at() as (url, at):
            access = await lively(land)
            at(land.app)
            yield Running(url, *access)

    with in_thread(serve) as running:
        yield running


def keeps(case: Case, url: str, auth: Bound) -> None:
    """Send it, and hold the answer against the contract."""
    # What a body is by its form is not yet a number that somebody confirmed, nor a part of some file; and a request
    # spoiled by leaving out its token is good with the one that it gets here.
    spoiled = [positive_data_acceptance, negative_data_rejection, missing_required_header]
    case.call_and_validate(base_url=url, auth=auth, excluded_checks=spoiled)


@NUMBERS.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_about_numbers_is_as_published(case: Case, running: Running) -> None:
    binds = case.method == "POST" and case.path == "/numbers/v1/numbers"
    keeps(case, running.url, running.person if binds else running.own)


@MATCHES.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_about_matches_is_as_published(case: Case, running: Running) -> None:
    keeps(case, running.url, running.own)


@CAMARA["kyc-match/v0.4"].parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_of_kyc_match_is_as_published(case: Case, running: Running) -> None:
    keeps(case, running.url, running.caller)


@CAMARA["kyc-age-verification/v0.2"].parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_of_kyc_age_verification_is_as_published(case: Case, running: Running) -> None:
    keeps(case, running.url, running.caller)


@CAMARA["kyc-tenure/v0.2"].parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_of_kyc_tenure_is_as_published(case: Case, running: Running) -> None:
    keeps(case, running.url, running.caller)


@CAMARA["number-verification/v2"].parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_of_number_verification_is_as_published(case: Case, running: Running) -> None:
    keeps(case, running.url, running.caller)


@CAMARA["sim-swap/v2"].parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_of_sim_swap_is_as_published(case: Case, running: Running) -> None:
    keeps(case, running.url, running.caller)


@CAMARA["sim-swap-subscriptions/v0.3"].parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_of_sim_swap_subscriptions_is_as_published(case: Case, running: Running) -> None:
    keeps(case, running.url, running.caller)
