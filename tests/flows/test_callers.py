"""Whoever calls an API with an access token is named in the log: by the client alone, whatever came of the request."""

import logging
from typing import Any

import pytest

from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.tokens import own_token, person_token
from vneid_idp.web import request_log


def served(log: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What is told of each request that was served."""
    return [vars(record)["fields"] for record in log.records if getattr(record, "event", "") == "request.served"]


def called(log: pytest.LogCaptureFixture) -> list[tuple[str, str | None]]:
    """The route of each request that was served, and whose it was."""
    return [(fields["route"], fields.get("client_id")) for fields in served(log)]


@pytest.mark.parametrize("path", ["/userinfo", "/bindings/v1/social-accounts", "/admin/v1/clients"])
@pytest.mark.parametrize("whose", ["person", "own"])
async def test_who_calls_with_a_token_is_named_in_the_log(
    land: Country, party: RelyingParty, path: str, whose: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = own_token(land, party.registered)
    if whose == "person":
        token = await person_token(land, party.registered, land.people["complete"].record.person_id)
    with caplog.at_level(logging.DEBUG, logger=request_log.__name__):
        async with land.browser() as browser:
            await browser.get(path, headers={"Authorization": f"Bearer {token}"})
    assert called(caplog) == [(path, party.client_id)]


@pytest.mark.parametrize("area", ["", "/bindings/v1", "/admin/v1"])
async def test_an_address_without_a_door_is_not_told_to_the_log_nor_a_method_that_is_none(
    land: Country, area: str, caplog: pytest.LogCaptureFixture
) -> None:
    number = land.people["plain"].record.personal_number
    with caplog.at_level(logging.DEBUG, logger=request_log.__name__):
        async with land.browser() as browser:
            assert (await browser.request(number, f"{area}/of/{number}")).status_code == 404
    assert [(fields["method"], fields["route"]) for fields in served(caplog)] == [("<other>", "<no door>")]
