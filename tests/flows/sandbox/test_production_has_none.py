"""Nothing of the sandbox is in production: no page of its own, no help with errors, no sign-in that fills itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.country import Country, country
from tests.support.watch import Watch
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.sandbox.authority import Authority
from vneid_idp.sandbox.country.personas import PASSWORD
from vneid_idp.sandbox.explanations import Explanations
from vneid_idp.sandbox.front import Demos
from vneid_idp.sandbox.outbox import latest_messages
from vneid_idp.sandbox.routes import doors
from vneid_idp.settings import Environment

ISSUER = "https://id.example"


@pytest.fixture
async def production(sqlite_url: str, watch: Watch) -> AsyncIterator[Country]:
    changes = {"environment": Environment.PRODUCTION, "issuer": ISSUER, "outbound_loopback": False}
    async with country(sqlite_url, watch, **changes) as running:
        yield running


@pytest.fixture
async def browser(production: Country) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(production.app), base_url=ISSUER) as opened:
        yield opened


async def test_no_page_of_the_sandbox_is_there(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    paths = [door.path for door in doors(Explanations(ISSUER), Demos(), Authority(tmp_path), "sqlite://")]
    assert "/sandbox/outbox" in paths
    for path in paths:
        answer = await browser.get(path.format(slug="complete", request_id="req_x", auth_req_id="a", answer="allow"))
        # The front door leads to the own pages.
        assert (answer.status_code, answer.headers.get("location")) == ((303, "/me") if path == "/" else (404, None))


async def test_errors_are_not_explained_to_developers(browser: httpx.AsyncClient) -> None:
    token = await browser.post("/token", data={"grant_type": "nonsense"})
    assert (token.status_code, token.json().keys()) == (400, {"error", "error_description"})
    assert "instance" not in (await browser.get("/bindings/v1/social-accounts/x")).json()
    assert "/sandbox" not in (await browser.get("/authorize")).text


async def test_the_sign_in_fills_in_nobody(browser: httpx.AsyncClient, production: Country) -> None:
    browser.cookies.set("__Host-vneid_idp_persona", "complete")
    for path in ("/signin", "/signin?as=complete"):
        page = (await browser.get(path)).text
        assert 'name="secret"' in page
        assert PASSWORD not in page
        assert production.people["complete"].username not in page
        assert production.people["complete"].record.full_name not in page
        assert (page.count("/signin?as="), "<aside" in page) == (0, False)


async def test_codes_stand_on_no_page_of_ours(production: Country) -> None:
    idp, lives = production.idp, production.watch.now() + MINUTE
    async with idp.db.writing() as unit:
        code = {"phone": "+84950000999", "code": "123456", "language": "vi"}
        await deliveries.enqueue(unit, idp.keys.sealer, Channel.SMS, "per_x", code, not_after=lives)
    production.watch.advance(30 * SECOND)  # past the head start of whoever enqueued it
    await production.deliver()
    async with idp.db.reading() as unit:
        assert await latest_messages(unit, idp.keys.sealer) == []
