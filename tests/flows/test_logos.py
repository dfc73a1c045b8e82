"""A relying party's logo stands on our pages from our own address, and nothing else ever does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from tests.support.country import ISSUER, METADATA, REDIRECT_URI, Country
from tests.support.deeds import DEED
from tests.support.pictures import huge_png, jpeg, png, webp_lossy
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.clients import service
from vneid_idp.clients.images import MOST_BYTES
from vneid_idp.clients.service import get_client
from vneid_idp.delivery.service import list_deliveries
from vneid_idp.kernel.clock import DAY, SECOND
from vneid_idp.web.outbound import LOGOS

HTML = b"<!doctype html><script>alert(1)</script>"


class Site:
    """A relying party's web server: answers everything with one answer, and counts."""

    def __init__(self, port: int) -> None:
        self.uri = f"http://localhost:{port}/logo.png"
        self.asked = 0
        self.answer(png())

    def answer(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        """What to say from now on. It claims to be a PNG, whatever it is."""
        head = [f"HTTP/1.1 {status}", "Content-Type: image/png", f"Content-Length: {len(body)}", *headers, "", ""]
        self.reply = "\r\n".join(head).encode() + body


@asynccontextmanager
async def opened() -> AsyncIterator[Site]:
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            served.asked += 1
            writer.write(served.reply)
            await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    served = Site(listening.sockets[0].getsockname()[1])
    try:
        yield served
    finally:
        listening.close()
        await asyncio.gather(*serving)


@asynccontextmanager
async def hanging() -> AsyncIterator[str]:
    """The address of a logo on a server that takes the request and never answers."""
    over = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield f"http://localhost:{listening.sockets[0].getsockname()[1]}/logo.png"
        over.set()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with opened() as running:
        yield running


@pytest.fixture
async def party(land: Country, site: Site) -> RelyingParty:
    """A relying party with a logo."""
    return RelyingParty(land, await land.register(logo_uri=site.uri))


async def logo_of(land: Country, party: RelyingParty) -> str | None:
    """The address of its logo, if it has one."""
    async with land.idp.db.reading() as unit:
        client = await get_client(unit, party.client_id)
    return client.logo_digest and f"/logos/{client.client_id}/{client.logo_digest}"


async def get(land: Country, path: str) -> httpx.Response:
    async with land.browser() as browser:
        return await browser.get(path)


async def test_every_page_of_a_request_shows_the_logo_from_here(land: Country, site: Site) -> None:
    site.answer(b"", status="404 Not Found")
    party = RelyingParty(land, await land.register(logo_uri=site.uri))
    await land.deliver()
    person = Person(land, land.people["complete"])
    page = await person.start(party.request(acr_values="urn:vneid:level:2"))
    assert isinstance(page, Page)
    assert '<img class="party-logo"' not in page.response.text
    site.answer(png())
    land.watch.advance(10 * SECOND)
    await land.deliver()
    image = f'<img class="party-logo" src="{await logo_of(land, party)}" alt=""'
    page = await person.start(party.request(acr_values="urn:vneid:level:2"))
    seen = []
    for _ in range(4):
        assert isinstance(page, Page)
        assert image in page.response.text, page.path
        assert site.uri not in page.response.text
        seen.append(page.path.split("/")[1] + page.path.rpartition("/")[2] * page.path.endswith("/second"))
        if page.path.startswith("/consent/"):
            break
        if page.path.endswith("/second"):
            page = await person.second(page)
        else:
            page = await person.sign_in(page)
    assert seen == ["signin", "signinsecond", "consent"]
    assert isinstance(page, Page)
    await person.submit(page, answer="agree", **page.choices)
    services = await person.open("/me/services")
    assert isinstance(services, Page)
    assert image in services.response.text
    assert site.asked == 2


@pytest.mark.parametrize(
    ("picture", "content_type"), [(png(), "image/png"), (jpeg(), "image/jpeg"), (webp_lossy(), "image/webp")]
)
async def test_it_is_served_as_what_it_is_for_good_and_can_do_nothing(
    land: Country, party: RelyingParty, site: Site, picture: bytes, content_type: str
) -> None:
    site.answer(picture)
    await land.deliver()
    answer = await get(land, await logo_of(land, party) or "")
    assert (answer.status_code, answer.content) == (200, picture)
    assert answer.headers["content-type"] == content_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "immutable" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "status", "header"),
    [
        (HTML, "200 OK", "X-Is: a page that says to be a PNG"),
        (png() + HTML, "200 OK", "X-Is: a page behind a PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "200 OK", "Content-Type: image/svg+xml"),
        (png() + b"\0" * MOST_BYTES, "200 OK", "X-Is: large"),
        (huge_png(), "200 OK", "X-Is: a bomb"),
        (png(), "302 Found", "Location: http://169.254.169.254/latest/meta-data/"),
        (png(), "404 Not Found", "X-Is: an error page"),
        (b"", "200 OK", "X-Is: empty"),
    ],
)
async def test_what_is_no_picture_is_never_kept(
    land: Country, party: RelyingParty, site: Site, body: bytes, status: str, header: str
) -> None:
    site.answer(body, header, status=status)
    await land.deliver()
    assert site.asked == 1
    assert await logo_of(land, party) is None


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "[fd00::1]"])
async def test_an_address_inside_is_not_called(land: Country, host: str) -> None:
    party = RelyingParty(land, await land.register(logo_uri=f"https://{host}/logo.png"))
    await land.deliver()
    assert await logo_of(land, party) is None
    async with land.idp.db.reading() as unit:
        (tried,) = await list_deliveries(unit)
    assert (tried.attempts, tried.last_outcome) == (1, "unreachable")


async def test_nothing_is_fetched_for_a_client_that_is_disabled_or_gone(land: Country, site: Site) -> None:
    disabled, deleted = [await land.register(logo_uri=site.uri) for _ in range(2)]
    async with land.idp.db.writing() as unit:
        await service.disable(unit, disabled.client.client_id, DEED)
        await service.delete(unit, deleted.client.client_id)
    await land.deliver()
    assert site.asked == 0
    async with land.idp.db.reading() as reading:
        (left,) = await list_deliveries(reading)
    # It is looked at again: an enabled client has its logo soon.
    assert (left.recipient, left.last_outcome) == (disabled.client.client_id, "client_disabled")


async def test_a_picture_outlives_its_server_and_an_old_one_is_fetched_again(
    land: Country, party: RelyingParty, site: Site
) -> None:
    await land.deliver()
    first = await logo_of(land, party)
    assert first
    await land.deliver()
    assert site.asked == 1
    site.answer(HTML)
    land.watch.advance(DAY)
    await land.deliver()
    assert (site.asked, await logo_of(land, party)) == (2, first)
    site.answer(png(grey=10))
    land.watch.advance(10 * SECOND)
    await land.deliver()
    second = await logo_of(land, party)
    assert second not in (None, first)
    assert (await get(land, first)).status_code == 404
    assert (await get(land, second or "")).content == png(grey=10)


async def test_who_registers_waits_for_the_logo_and_the_first_page_shows_it(land: Country, site: Site) -> None:
    members = {name: value for name, value in METADATA.items() if name != "purposes"} | {"logo_uri": site.uri}
    async with land.browser() as browser:
        made = (await browser.post("/register", json=members)).json()
        assert (made["logo_shown"], site.asked) == (True, 1)
        asked = {"client_id": made["client_id"], "response_type": "code", "scope": "openid", "nonce": "n"}
        asked |= {"redirect_uri": REDIRECT_URI}
        page = await browser.get("/authorize", params=asked, follow_redirects=True)
    assert f'<img class="party-logo" src="/logos/{made["client_id"]}/' in page.text
    await land.deliver()
    assert site.asked == 1, "nothing is fetched twice"


async def test_a_logo_that_cannot_be_had_is_told_and_tried_again(
    land: Country, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vneid_idp.web.outbound.SECONDS", 0.2)
    async with land.browser() as browser, hanging() as silent:
        for uri in (silent, "https://10.0.0.1/logo.png", site.uri):
            site.answer(b"", status="404 Not Found")
            members = {"client_name": "Quán", "redirect_uris": ["http://localhost:9999/callback"], "logo_uri": uri}
            answer = await browser.post("/register", json=members)
            assert (answer.status_code, answer.json()["logo_shown"]) == (201, False), uri
        headers = {"Authorization": f"Bearer {answer.json()['registration_access_token']}"}
        path = answer.json()["registration_client_uri"].removeprefix(ISSUER)
        site.answer(png())
        land.watch.advance(10 * SECOND)
        await land.deliver()
        assert (await browser.get(path, headers=headers)).json()["logo_shown"] is True


async def test_a_client_has_its_logo_fetched_so_often_and_no_more(land: Country, site: Site) -> None:
    members = {"client_name": "Quán", "redirect_uris": ["http://localhost:9999/callback"], "logo_uri": site.uri}
    async with land.browser() as browser:
        made = (await browser.post("/register", json=members)).json()
        headers = {"Authorization": f"Bearer {made['registration_access_token']}"}
        path = made["registration_client_uri"].removeprefix(ISSUER)
        site.answer(HTML)
        for number in range(20):
            changed = members | {"client_id": made["client_id"], "logo_uri": f"{site.uri}?{number}"}
            assert (await browser.put(path, json=changed, headers=headers)).status_code == 200
    assert site.asked == LOGOS.client_a_minute


async def test_the_relying_party_changes_and_takes_back_its_logo(land: Country, site: Site) -> None:
    registration = {"client_name": "Tự đăng ký", "redirect_uris": ["http://localhost:9999/callback"]}
    async with land.browser() as browser, opened() as other:
        made = (await browser.post("/register", json=registration | {"logo_uri": site.uri})).json()
        await land.deliver()
        headers = {"Authorization": f"Bearer {made['registration_access_token']}"}
        path = made["registration_client_uri"].removeprefix(ISSUER)
        own = {"client_id": made["client_id"]}
        for members, asked in (({"logo_uri": other.uri}, 1), ({}, 1)):
            assert (await browser.put(path, json=registration | own | members, headers=headers)).status_code == 200
            await land.deliver()
            assert (site.asked, other.asked) == (1, asked)
        async with land.idp.db.reading() as unit:
            assert (await get_client(unit, made["client_id"])).logo_digest is None


@pytest.mark.parametrize(
    "path", ["/logos/unknown/abc", "/logos/%00/%00", "/logos/a/b%2Fc", "/logos/..%2F..%2Fetc/passwd"]
)
async def test_no_other_address_leads_anywhere(land: Country, path: str) -> None:
    assert (await get(land, path)).status_code == 404
