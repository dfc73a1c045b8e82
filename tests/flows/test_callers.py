"""Whoever calls an API with an access token is named in the log: by the client alone, whatever came of the request."""

import logging

import pytest

from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.tokens import own_token, person_token
from vneid_idp.web import request_log


def called(log: pytest.LogCaptureFixture) -> list[tuple[str, str | None]]:
    """The route of each request that was served, and whose it was."""
    served = [vars(record)["fields"] for record in log.records if getattr(record, "event", "") == "request.served"]
    return [(fields["route"], fields.get("client_id")) for fields in served]


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
