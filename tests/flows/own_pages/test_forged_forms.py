"""Every form of the own pages counts only with the token of its page: a door that forgets to read it shows up here."""

from tests.support.country import Country
from tests.support.events import events_of
from tests.support.office import colleague
from tests.support.pages import opened
from tests.support.relying_party import RelyingParty
from vneid_idp.audit.deeds import Deed
from vneid_idp.console.routes import doors as console
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.office.routes import doors as office
from vneid_idp.portal.routes import doors as portal

PATHS = sorted({door.path for door in (*office, *console, *portal) if "POST" in door.methods})


async def test_no_door_takes_a_form_without_the_token_of_its_page(land: Country, party: RelyingParty) -> None:
    someone = await colleague(land, "plain", *Role)
    await opened(someone, "/office")  # the browser has its number now
    own, person = (land.people[slug].record.person_id for slug in ("plain", "complete"))
    sealer = land.idp.keys.sealer
    _, session_id, *_ = sealer.open_json(SealPurpose.SESSION, someone.browser.cookies["vneid_idp_session"])
    handle = sealer.seal_json(SealPurpose.OFFICE_FILE, [session_id, person, land.watch.now() + MINUTE, "HN-01"])
    async with land.idp.db.writing() as unit:
        asked = await lock_requests.ask(unit, person, lock=True, deed=Deed(own, "QD 12/2026", office="HN-01"))
    named = {
        "file": handle,
        "request": asked.request_id,
        "client_id": party.client_id,
        "family": "house",
        "version": 1,
        "server_id": "rsv_0",
        "purpose": "account",
        "approval": "apr_0",
    }
    before = [await events_of(land, slug) for slug in ("plain", "complete")]
    let_in = []
    for path in PATHS:
        answer = await someone.browser.post(path.format(**named), data={"reason": "QD 12/2026"})
        if answer.status_code != 403 or "form_not_valid" not in answer.text:
            let_in.append((path, answer.status_code))
    assert not let_in
    assert [await events_of(land, slug) for slug in ("plain", "complete")] == before
