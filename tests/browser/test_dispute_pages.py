"""Disputes about numbers in Chromium: claimed, told of, and given up."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tests.browser.conftest import Visit, in_every_form
from tests.support.people import persona
from tests.support.registered import put_in_register
from tests.support.server import SECRET, Server
from vneid_idp.bindings.subscriber_numbers.service import ConfirmedNumber, bind_number, digest_of_number
from vneid_idp.disputes import refusals
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import from_base64url, new_id
from vneid_idp.keys import service as keys
from vneid_idp.policy.documents import shipped
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.database import open_database
from vneid_idp.web.formats import format_phone

CLIENT = "browser-shop"


def number(family_id: str, place: int) -> str:
    """A number of this carrier, and of no other in these tests."""
    return f"+8495200{int.from_bytes(family_id.encode()) % 1000:03}{place}"


async def prepare(database_url: str, family_id: str, who: RegistryRecord) -> None:
    """Three numbers that somebody else has: under the papers of `who`, and refused to them."""
    database = open_database(database_url, SystemClock())
    try:
        async with database.writing() as unit:
            ring = await keys.load(unit, from_base64url(SECRET))
            vault = Vault(ring.sealer)
            for place in (1, 2):
                told = ConfirmedNumber(number(family_id, place), "carrier_app", "prepaid", place)
                await bind_number(
                    unit, vault, ring.blind, told, client_id=CLIENT, family_id=family_id,
                    person_id=persona("guardian").record.person_id, consent_id="con_1",
                )  # fmt: skip
            row = (new_id("nbr"), number(family_id, 1), RowClass.CONSISTENT)
            await put_in_register(
                unit, ring, shipped(), who.personal_number, [row], family_id=family_id, client_id=CLIENT
            )
            key, phone = await vault.ensure_key(unit, who.person_id), number(family_id, 2)
            digest = digest_of_number(ring.blind, family_id, phone)
            await refusals.keep(unit, key, who.person_id, family_id, CLIENT, digest, phone)
    finally:
        await database.close()


@in_every_form
def test_a_number_is_disputed_told_of_and_given_up(
    visit: Visit, server: Server, width: int, locale: str, scheme: str
) -> None:
    # Each of two people begins no more than a day allows.
    slug = "very-long-name" if width < 1_000 else "complete"
    person = visit(slug, width=width, locale=locale, color_scheme=scheme)
    family_id = f"d{width}-{locale}"
    with ThreadPoolExecutor(1) as aside:
        work = prepare(server.database_url, family_id, person.who.record)
        aside.submit(lambda: asyncio.run(work)).result()
    person.open("/signin")
    person.sign_in()
    person.page.wait_for_url("**/me")
    person.open("/me/numbers")
    person.check_page()
    mine = person.page.locator(".thing", has_text=format_phone(number(family_id, 1)))
    mine.locator("button").click()
    person.prove_twice()
    person.page.wait_for_url("**/me/numbers")
    mine.locator("button").click()
    person.page.wait_for_url("**/me/numbers/dispute?dispute=*")
    person.check_page()
    person.page.click("main form button")
    person.page.wait_for_selector("[role=alert]")
    person.check_page()
    person.page.check("input[name=used_since][value=years]")
    person.page.check("input[name=sim_in_hand]")
    person.page.fill("textarea[name=contacts]", "0952 111 222")
    person.page.click("main form button")
    person.page.wait_for_url("**&told")
    person.check_page()
    person.open("/me")
    person.open("/me/numbers")
    person.check_page()
    person.page.locator(".thing", has_text=format_phone(number(family_id, 2))).locator("a").click()
    person.page.wait_for_url("**/me/numbers/claim?number=*")
    person.check_page()
    person.page.click("main form button")
    person.page.wait_for_url("**/me/numbers/dispute?dispute=*")
    person.page.click("main a[href*='give-up']")
    person.page.wait_for_url("**/give-up?dispute=*")
    person.check_page()
    person.page.click("main form button")
    person.page.wait_for_url("**/me/numbers/dispute?dispute=*")
    person.check_page()
