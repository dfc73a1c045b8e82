"""The demo social network against the whole provider, both in process: what the sandbox shows, without a browser."""

import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import vneid_idp.sandbox.social_network as network
from tests.support.country import ISSUER, Country
from tests.support.pages import taken_back
from tests.support.relying_party import Page, Person
from vneid_idp.clients import service as clients
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar

PUBLIC_URL = "http://localhost:8001"


METHOD, BAND = {"optional-0-binding_method": "full"}, {"optional-1-binding_age_band": "full"}
"""Boxes of the consent screen that are ticked."""


class Visitor:
    """A browser at the network."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def page(self, path: str = "/") -> str:
        """What a page says, redirects followed."""
        answer = await self.http.get(path, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    async def send(self, path: str, **fields: str) -> str:
        """Submit a form; where it leads."""
        token = re.search(r'name="csrf" value="([^"]+)"', await self.page("/privacy"))
        assert token
        return (await self.http.post(path, data={"csrf": token[1], **fields})).headers["location"]

    async def verify(self, person: Person, path: str = "/verify", *fields: str, **decision: str) -> str:
        """Go to the provider as `person`, prove level 2, decide, come back: the page on which that ends."""
        page = await person.second(as_page(await self.signed_in(person, path, *fields), "/second"))
        if isinstance(page, Page) and page.path.startswith("/child/"):
            child = re.search(r'<input type="radio" name="child" value="([^"]+)"', page.response.text)
            assert child
            page = await person.submit(page, child=child[1])
        away = await person.submit(as_page(page, ""), **decision)
        assert isinstance(away, str), away.text
        return await self.page(away)

    async def signed_in(self, person: Person, path: str = "/verify", *fields: str) -> Page | str:
        """Go to the provider and sign in there as `person`."""
        url = await self.send(path, **dict.fromkeys(fields, "1"))
        assert url.startswith(f"{ISSUER}/authorize?")
        return await person.sign_in(await person.open(url))


def as_page(found: Page | str, ending: str) -> Page:
    """The page of the provider on which a person stands."""
    assert isinstance(found, Page), found
    assert found.path.endswith(ending), found.path
    return found


@pytest.fixture
async def visitor(land: Country, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    """A visitor of the network, who has a handle. The network's clock is the provider's."""
    monkeypatch.setattr(time, "time", lambda: land.watch.now() / 1000)
    document = json.loads((Path(network.__file__).parent / "registration.json").read_text("utf-8"))
    async with land.idp.db.writing() as unit:
        registered = await clients.register(
            unit, registration.read_registration(document, Registrar(by_operator=True, sandbox=True))
        )
    config = network.Config(ISSUER, registered.client.client_id, registered.secret or "", PUBLIC_URL, status_seconds=0)
    app = network.create_app(config, httpx.ASGITransport(land.app))
    headers = {"accept-language": "en"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers) as http:
        visitor = Visitor(http)
        assert await visitor.send("/register", handle="ngoc.anh") == "/"
        yield visitor


async def test_verified_person_posts_until_the_link_is_released_at_the_provider(
    land: Country, visitor: Visitor
) -> None:
    page = await visitor.page()
    assert "The composer is locked" in page
    assert "Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b" in page
    person = Person(land, land.people["complete"])
    assert "Your account is verified" in await visitor.verify(person, answer="agree", **BAND)
    await visitor.send("/posts", text="Chào cả xóm")
    assert "Chào cả xóm" in await visitor.page()
    known = await visitor.page("/known")
    assert "18 or over" in known
    assert "by own proof" not in known, "how it was proved was not ticked"
    for never in (person.persona.username, person.persona.record.full_name, person.persona.record.phone):
        assert never
        assert never not in known
    accounts = as_page(await person.open("/me/accounts"), "/me/accounts")
    binding = re.search(r'name="binding" value="([^"]+)"', accounts.response.text)
    assert binding
    assert binding[1] in known
    await taken_back(person, "/me/accounts/release", binding=binding[1])
    await visitor.send("/posts", text="Bài này không được đăng")
    assert "The link was ended" in await visitor.page()
    page = await visitor.page()
    assert "Bài này không được đăng" not in page
    assert "The composer is locked" in page


@pytest.mark.parametrize(("path", "slug"), [("/verify", "complete"), ("/parent", "guardian")])
async def test_what_the_law_has_the_network_keep_is_the_adults_and_no_less(
    land: Country, visitor: Visitor, path: str, slug: str
) -> None:
    person = Person(land, land.people[slug])
    # There is no choice on the page by which less would leave.
    less = {f"required-{number}-birthdate": "smaller" for number in range(3)}
    assert "as the law demands" in await visitor.verify(person, path, "keep", answer="agree", **less)
    record, known = person.persona.record, await visitor.page("/known")
    assert record.phone
    for kept in (record.full_name, record.birth_date.strftime("%d/%m/%Y"), record.phone, "Article 23(3)(đ)"):
        assert kept in known
    assert record.personal_number not in known


async def test_child_is_refused_and_registered_by_the_mother(land: Country, visitor: Visitor) -> None:
    child = Person(land, land.people["fifteen"])
    told = await visitor.signed_in(child)
    assert isinstance(told, Page)
    assert "A parent or guardian links the account" in told.text or "cha mẹ hoặc người giám hộ liên kết" in told.text
    away = await child.submit(told, leave="1")
    assert isinstance(away, str), away.text
    back = await visitor.page(away)
    assert "You did not share anything" in back
    assert 'href="/parent"' in back
    mother = Person(land, land.people["guardian"])
    assert "account is open" in await visitor.verify(mother, "/parent", answer="agree", **METHOD)
    known = await visitor.page("/known")
    assert "by a parent or guardian" in known
    assert "13 to 15" not in known, "the age band was not ticked"
    assert await visitor.send("/live", kind="commercial", title="x") == "/live"
    assert (await visitor.send("/live", kind="plain", title="x")).startswith("/live/")


async def test_refusal_is_respected(land: Country, visitor: Visitor) -> None:
    person = Person(land, land.people["plain"])
    page = await visitor.verify(person, answer="refuse")
    assert "You did not share anything" in page
    assert 'href="/parent"' in page
    assert "The composer is locked" in await visitor.page()
