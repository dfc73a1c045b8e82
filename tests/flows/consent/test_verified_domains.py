"""What the pages of a request say of the service's domain: that it is verified where it is, and nothing false."""

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.pages import opened
from tests.support.parents import at_request
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.clients import domains, service
from vneid_idp.clients.domains import ClientDomain
from vneid_idp.storage.unit import Unit

VERIFIED = "Tên miền đã xác minh:"
CALLBACK = "https://app.bank.example/cb"


SHOP = "https://shop.example/cb"


async def bank(land: Country) -> RelyingParty:
    return RelyingParty(land, await land.register(redirect_uris=[CALLBACK]))


async def show(land: Country, party: RelyingParty, domain: str, how: str | None) -> None:
    """Have the domain looked at, with this outcome."""

    async def work(unit: Unit) -> ClientDomain:
        asked = await domains.ask(unit, await service.get_client(unit, party.client_id), domain, DEED)
        return await domains.record_look(unit, asked, how, DEED)

    await land.idp.db.transact(work)


async def pages(land: Country, party: RelyingParty, address: str = CALLBACK) -> tuple[Page, Page]:
    """The sign-in page and the consent page of a request."""
    person = Person(land, land.people["complete"])
    first = await person.start(party.request(redirect_uri=address))
    consent = await person.sign_in(first)
    assert isinstance(first, Page)
    assert isinstance(consent, Page)
    assert consent.path.startswith("/consent/")
    return first, consent


async def test_where_nothing_is_verified_nothing_false_is_said(land: Country) -> None:
    party = await bank(land)
    await show(land, party, "bank.example", None)
    for page in await pages(land, party):
        assert VERIFIED not in page.text
        assert "Kết quả được gửi đến app.bank.example (chưa xác minh)" in page.text


async def test_a_verified_domain_stands_next_to_the_name(land: Country) -> None:
    party = await bank(land)
    await show(land, party, "bank.example", "dns")
    for page in await pages(land, party):
        assert f"{VERIFIED} bank.example" in " ".join(page.text.split())
    await show(land, party, "app.bank.example", "https")
    assert "app.bank.example" in " ".join((await pages(land, party))[1].text.split()).split(VERIFIED)[1][:20]
    await show(land, party, "app.bank.example", None)
    await show(land, party, "bank.example", None)
    for page in await pages(land, party):
        assert VERIFIED not in page.text, "a domain that shows the proof no more counts no more"


async def test_of_several_domains_the_one_that_the_answer_goes_to_is_told(land: Country) -> None:
    party = RelyingParty(land, await land.register(redirect_uris=[CALLBACK, SHOP], subject_type="public"))
    await show(land, party, "bank.example", "dns")
    for page in await pages(land, party, SHOP):
        assert VERIFIED not in page.text
        assert "Kết quả được gửi đến shop.example (chưa xác minh)" in page.text
    await show(land, party, "shop.example", "dns")
    for address, domain in ((CALLBACK, "bank.example"), (SHOP, "shop.example")):
        for page in await pages(land, party, address):
            assert f"{VERIFIED} {domain}" in " ".join(page.text.split())


async def test_a_parent_reads_of_the_domain_that_the_childs_request_goes_to(land: Country) -> None:
    party = RelyingParty(land, await land.register(redirect_uris=[CALLBACK, SHOP], subject_type="public"))
    await show(land, party, "bank.example", "dns")
    child = Person(land, land.people["child-9"])
    page = shown(await child.sign_in(await child.start(party.request(scope="openid full_name", redirect_uri=SHOP))))
    assert shown(await child.submit(page, answer="agree", **page.choices)).path.startswith("/guardian/")
    _, asked = await at_request(land)
    assert VERIFIED not in asked.text
    assert "Kết quả được gửi đến shop.example (chưa xác minh)" in asked.text


async def test_where_no_request_names_an_address_the_domain_is_that_of_each(land: Country) -> None:
    party = RelyingParty(land, await land.register(redirect_uris=[CALLBACK, SHOP], subject_type="public"))
    someone = await known(land)
    withdrawing = f"/me/services/withdraw?consent={await someone.agree(party)}"
    for domain in ("bank.example", "shop.example"):
        await show(land, party, domain, "dns")
        assert VERIFIED not in (await opened(someone.person, withdrawing)).text
    one = await bank(land)
    await show(land, one, "bank.example", "dns")
    withdrawing = f"/me/services/withdraw?consent={await someone.agree(one)}"
    assert f"{VERIFIED} bank.example" in " ".join((await opened(someone.person, withdrawing)).text.split())


@pytest.mark.parametrize("uri", ["https://notbank.example/cb", "https://bank.example.evil.example/cb", "app://x"])
async def test_a_domain_vouches_for_itself_alone(land: Country, uri: str) -> None:
    party = await bank(land)
    await show(land, party, "bank.example", "dns")
    async with land.idp.db.reading() as unit:
        client = await service.get_client(unit, party.client_id)
    assert client.verified_domains == ("bank.example",)
    assert client.verified_domain_of(uri) is None
    assert client.verified_domain_of(CALLBACK) == "bank.example"
