"""`/me/numbers` in Chromium: the numbers under one's papers, answered for, and those bound, which lead on to the
carrier and are released with one tap."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tests.browser.conftest import Visit, in_every_form
from tests.support.carrier import REGISTRATION
from tests.support.registered import put_in_register
from tests.support.server import SECRET, Server
from vneid_idp.bindings.subscriber_numbers.service import ConfirmedNumber, bind_number
from vneid_idp.clients import service as clients
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import from_base64url, new_id
from vneid_idp.keys import service as keys
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.registration import read_registration
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.database import open_database
from vneid_idp.web.formats import format_phone

NUMBERS = (
    ConfirmedNumber("+84951234567", "carrier_app", "prepaid", 1),
    ConfirmedNumber("+84957654321", "authorised_point", "postpaid", 2),
)


LOGIN = "https://song.example/login"
SONG = {
    **REGISTRATION, "client_name": "Sóng", "redirect_uris": ["https://song.example/back"], "scope": "openid",
    "authorization_details_types": ["subscriber_number"], "initiate_login_uri": LOGIN,
}  # fmt: skip


def under_papers(family_id: str, place: int) -> str:
    """A number that stands in the register of this carrier, and of no other in these tests."""
    return f"+8495100{int.from_bytes(family_id.encode()) % 1000:03}{place}"


async def bind(database_url: str, client_id: str, family_id: str, who: RegistryRecord) -> None:
    """Bind numbers at a carrier, which has two others under the same papers."""
    database = open_database(database_url, SystemClock())
    read = read_registration({**SONG, "family": family_id}, Registrar(by_operator=True, sandbox=True))
    try:
        async with database.writing() as unit:
            await clients.register(unit, read)
            ring = await keys.load(unit, from_base64url(SECRET))
            vault = Vault(ring.sealer)
            for number in NUMBERS:
                await bind_number(
                    unit,
                    vault,
                    ring.blind,
                    number,
                    client_id=client_id,
                    family_id=family_id,
                    person_id=who.person_id,
                    consent_id="con_1",
                )
            registered = (
                (new_id("nbr"), under_papers(family_id, 1), RowClass.CONSISTENT),
                (new_id("nbr"), under_papers(family_id, 2), RowClass.NAME_DIFFERS),
            )
            await put_in_register(
                unit, ring, shipped(), who.personal_number, registered, family_id=family_id, client_id=client_id
            )
    finally:
        await database.close()


def bound(server: Server, family_id: str, who: RegistryRecord) -> None:
    """Bind the numbers beside the server, in a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as aside:
        work = bind(server.database_url, "browser-shop", family_id, who)
        aside.submit(lambda: asyncio.run(work)).result()


@in_every_form
def test_a_number_stands_at_the_own_pages_and_is_released(
    visit: Visit, server: Server, width: int, locale: str, scheme: str
) -> None:
    person = visit("very-long-name", width=width, locale=locale, color_scheme=scheme)
    bound(server, f"{width}-{locale}", person.who.record)
    person.open("/signin")
    person.sign_in()
    person.page.wait_for_url("**/me")
    person.check_page()
    person.page.click("a[href='/me/numbers']")
    person.check_page()
    mine = person.page.locator(".thing", has_text=format_phone(under_papers(f"{width}-{locale}", 1)))
    mine.locator("button").click()
    person.prove_twice()
    person.page.wait_for_url("**/me/numbers")
    mine.locator("button").click()
    person.page.wait_for_url("**/me/numbers?said=mine")
    person.check_page()
    other = person.page.locator(".thing", has_text=format_phone(under_papers(f"{width}-{locale}", 2)))
    other.locator("a.button").click()
    person.check_page()
    person.page.click("main form button")
    person.page.wait_for_url("**/me/numbers?said=not_mine")
    person.check_page()
    first = person.page.locator(".thing", has_text="0951 234 567").first
    first.locator("a").click()
    person.page.wait_for_url("**/me/numbers/carrier?number=*")
    person.check_page()
    assert str(person.page.locator("main .card a").get_attribute("href")).startswith(f"{LOGIN}?iss=")
    person.page.click("main a[href='/me/numbers']")
    first.locator("button").click()
    person.page.wait_for_url("**/me/numbers?released")
    person.check_page()
    assert "Chợ Quê" in person.page.inner_text("main")
