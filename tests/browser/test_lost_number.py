"""What somebody reads whose number works in another SIM: at the overview, of their accounts, and under Security."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tests.browser.conftest import CLIENT_ID, Visit, in_every_form
from tests.support.server import SECRET, Server
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.identity import persons
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.identity.factors.passkey_store import Passkey, add_passkey
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.keys import service as keys
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.database import open_database
from vneid_idp.use_cases.distrust_phone import distrust_phone

RESTS = {"vi": "chưa có giá trị", "en": "does not count"}
OFFICE = {"vi": "công an cấp xã sẽ thiết lập", "en": "police office sets up another one"}
SHOW = {"vi": "Dùng khóa truy cập", "en": "Show a passkey"}
WHY = {"vi": "nay có thể thuộc về người khác", "en": "which may be in other hands now"}


async def swap(database_url: str, person_id: str) -> None:
    """An account is linked, and a passkey added, with a code to the phone, whose number then works in another SIM."""
    database = open_database(database_url, SystemClock())
    try:
        async with database.writing() as unit:
            ring = await keys.load(unit, from_base64url(SECRET))
            proof = BindingProof(person_id, 30, 2, by_message=True)
            rules = shipped().at(unit.now)
            await bind_social_account(
                unit, ring.blind, client_id=CLIENT_ID, account_id=f"of {person_id}", proof=proof, rules=rules
            )
            await persons.seize(unit, person_id)
            key = Passkey(person_id, "a2V5", b"key", 0, (), False, "Passkey", unit.now, None, code_at=unit.now)
            await add_passkey(unit, key)
            vault, cause = Vault(ring.sealer), Cause.SWAP
            await distrust_phone(unit, vault, ring.sealer, person_id, CLIENT_ID, cause, unit.now)
    finally:
        await database.close()


@in_every_form
def test_what_rests_on_a_lost_number_says_so_and_what_to_do(
    visit: Visit, server: Server, width: int, locale: str, scheme: str
) -> None:
    person = visit("eighteen-today", width=width, locale=locale, color_scheme=scheme)
    with ThreadPoolExecutor(1) as aside:
        work = swap(server.database_url, person.who.record.person_id)
        aside.submit(lambda: asyncio.run(work)).result()
    person.open("/signin")
    person.sign_in()
    person.page.wait_for_url("**/me")
    person.check_page()
    for path in ("/me/accounts", "/me/security"):
        person.open(path)
        person.check_page()
    assert RESTS[locale] in person.page.inner_text("#passkeys")
    person.open("/me/accounts")
    assert WHY[locale] in person.page.inner_text("main")
    person.page.click(".thing a[href='/me/security']")
    person.page.wait_for_url("**/me/security")
    # It is the only one, so nobody is told to show another.
    assert OFFICE[locale] in person.page.inner_text("#passkeys")
    assert person.page.get_by_role("link", name=SHOW[locale], exact=True).count() == 0
