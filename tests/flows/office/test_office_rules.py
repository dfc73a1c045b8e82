"""Who may do what at the office to whom: nobody to themself, everybody in the name of their own office."""

import re

import orjson
import pytest

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.events import events_of
from tests.support.office import at_desk, colleague, done_of, file_of
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person
from tests.support.shortcuts import known
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts
from vneid_idp.identity.offices import roles
from vneid_idp.identity.offices.decided_requests import SHOWN
from vneid_idp.identity.offices.lock_requests import LIFETIME
from vneid_idp.identity.offices.roles import EVERYWHERE, Role, end_role, roles_of
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.office.routes import doors
from vneid_idp.use_cases.give_role import give_role

OF_A_FILE = [(door.path, method) for door in doors for method in door.methods if "{file}" in door.path]
GROUND = {"what": "lock", "reason": "QD 12/2026"}


async def asked_about(land: Country, officer: Person, slug: str) -> str:
    """The address of a request to lock a persona."""
    page = await file_of(land, officer, slug)
    assert done_of(await at_desk(officer, page, "requests")) == "done=asked"
    found = re.findall(r'href="(/office/requests/lrq_\w+)"', (await opened(officer, "/office/requests")).response.text)
    return str(found[-1])


async def answer(officer: Person, request: str, what: str) -> Page:
    """What comes of deciding a request, whether its page offers it or not."""
    page = await opened(officer, "/office")
    return await post(officer, page, request, answer=what, reason="đủ căn cứ")


async def test_what_waits_is_counted_for_officers_of_the_office_alone(land: Country) -> None:
    officer = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    await asked_about(land, officer, "guardian")

    async def is_told(someone: Person) -> bool:
        return "chờ quyết định" in (await opened(someone, "/office")).text

    assert await is_told(officer)
    assert not await is_told(await colleague(land, "complete", Role.CLERK))
    assert not await is_told(await colleague(land, "complete", Role.OFFICER, office="HN-02"))


async def test_nobody_opens_the_own_file(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    before = await events_of(land, "plain")
    page = await file_of(land, clerk, "plain")
    assert page.response.status_code == 422
    assert "hồ sơ của chính bạn" in page.text
    assert await events_of(land, "plain") == before


@pytest.mark.parametrize(("path", "method"), OF_A_FILE)
async def test_nothing_is_done_to_the_own_file_whatever_opened_it(land: Country, path: str, method: str) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    page = await opened(clerk, "/office")
    person_id = land.people["plain"].record.person_id
    sealer = land.idp.keys.sealer
    _, session_id, *_ = sealer.open_json(SealPurpose.SESSION, clerk.browser.cookies["vneid_idp_session"])
    until = land.watch.now() + MINUTE
    handle = sealer.seal_json(SealPurpose.OFFICE_FILE, [session_id, person_id, until, "HN-01"])
    before = await events_of(land, "plain")
    answer = await clerk.browser.request(
        method,
        path.replace("{file}", handle),
        data={**page.hidden, **GROUND} if method == "POST" else None,
    )
    assert answer.status_code == 403, answer.text
    assert "own_file" in answer.text
    assert await events_of(land, "plain") == before


OFFICERS = {
    "/office/people/{file}": (Role.CLERK, Role.OFFICER),
    "/office/people/{file}/close": (Role.CLERK, Role.OFFICER),
    "/office/people/{file}/requests": (Role.OFFICER,),
}
"""Who may do what; everything else at an open file is a clerk's."""
REQUESTS = [(door.path, method) for door in doors for method in door.methods if "/office/requests" in door.path]
NOT_THEIRS = [
    *(
        (role, path, method)
        for role in Role
        for path, method in OF_A_FILE
        if role not in OFFICERS.get(path, (Role.CLERK,))
    ),
    *((role, path, method) for role in Role if role is not Role.OFFICER for path, method in REQUESTS),
]


def test_each_door_of_the_office_is_asked() -> None:
    """But those at which a file is opened: who has no role there has no file."""
    asked = {(path, method) for _, path, method in NOT_THEIRS}
    assert {(door.path, method) for door in doors for method in door.methods} - asked == {
        ("/office", "GET"), ("/office/search", "GET"), ("/office/search", "POST"),
    }  # fmt: skip


@pytest.mark.parametrize(("role", "path", "method"), NOT_THEIRS)
async def test_a_role_opens_no_door_of_another(land: Country, role: Role, path: str, method: str) -> None:
    person = await colleague(land, "plain", role)
    sealer = land.idp.keys.sealer
    _, session_id, *_ = sealer.open_json(SealPurpose.SESSION, person.browser.cookies["vneid_idp_session"])
    concerned = land.people["complete"].record.person_id
    handle = sealer.seal_json(SealPurpose.OFFICE_FILE, [session_id, concerned, land.watch.now() + MINUTE, "HN-01"])
    token = (await opened(person, "/me/security")).hidden["csrf_token"]
    answer = await person.browser.request(
        method,
        path.replace("{file}", handle).replace("{request}", "lrq_any"),
        data={"csrf_token": token, **GROUND} if method == "POST" else None,
        headers={"X-CSRF-Token": token},
    )
    assert (answer.status_code, "role_required" in answer.text) == (403, True), answer.text
    assert await events_of(land, "complete") == []


async def test_nobody_makes_themself_a_guardian(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await file_of(land, clerk, "fifteen")
    own = land.people["plain"].record.personal_number
    refused = await at_desk(clerk, page, "guardian", number=own)
    assert (refused.response.status_code, "own_file" in refused.response.text) == (403, True)
    assert [kind for kind, _ in await events_of(land, "plain")] == ["role.given"]


async def test_whom_a_request_is_about_sees_no_button_and_does_not_decide(land: Country) -> None:
    asking = await colleague(land, "plain", Role.OFFICER)
    concerned = await colleague(land, "guardian", Role.OFFICER)
    third = await colleague(land, "grandmother", Role.OFFICER)
    request = await asked_about(land, asking, "guardian")
    seen = await opened(concerned, request)
    assert "về chính bạn" in seen.text
    assert 'name="answer"' not in seen.response.text
    for what in ("agree", "refuse"):
        refused = await answer(concerned, request, what)
        assert (refused.response.status_code, "own_file" in refused.response.text) == (403, True)
    assert (await events_of(land, "guardian"))[0][0] == "lock.asked"
    assert done_of(await answer(third, request, "agree")) == "done=decided"


async def test_whoever_asked_takes_it_back(land: Country) -> None:
    asking, other = await colleague(land, "plain", Role.OFFICER), await colleague(land, "guardian", Role.OFFICER)
    request = await asked_about(land, asking, "complete")
    seen = await opened(other, request)
    assert "/withdraw" not in seen.response.text
    refused = await post(other, seen, f"{request}/withdraw")
    assert (refused.response.status_code, "not_the_asker" in refused.response.text) == (403, True)
    back = await post(asking, await opened(asking, request), f"{request}/withdraw")
    assert done_of(back) == "done=withdrawn"
    assert "rút lại" in back.text
    kind, data = (await events_of(land, "complete"))[0]
    assert (kind, data["by"], data["office"]) == ("lock.withdrawn", land.people["plain"].record.person_id, "HN-01")
    assert data["reason"] == "taken_back"
    assert await asked_about(land, asking, "complete") != request
    own = (await known(land, "complete")).person
    assert "đã rút lại đề nghị" in (await opened(own, "/me/history")).text


async def test_what_nobody_decides_ends_by_itself(land: Country) -> None:
    asking = await colleague(land, "plain", Role.OFFICER)
    request = await asked_about(land, asking, "complete")
    land.watch.advance(LIFETIME)
    other = await colleague(land, "guardian", Role.OFFICER)
    assert request not in (await opened(other, "/office/requests")).response.text
    assert (await other.browser.get(request)).status_code == 404
    assert (await answer(other, request, "agree")).response.status_code == 404
    await asked_about(land, await colleague(land, "plain", Role.OFFICER), "complete")
    assert [kind for kind, _ in (await events_of(land, "complete"))[:2]] == ["lock.asked", "lock.expired"]


async def test_what_was_refused_cannot_be_agreed_to_afterwards(land: Country) -> None:
    asking, second = await colleague(land, "plain", Role.OFFICER), await colleague(land, "guardian", Role.OFFICER)
    request = await asked_about(land, asking, "complete")
    assert done_of(await answer(second, request, "refuse")) == "done=refused"
    assert (await answer(second, request, "agree")).response.status_code == 404
    async with land.idp.db.reading() as unit:
        account = await accounts.find(unit, land.people["complete"].record.person_id)
    assert account is not None
    assert account.locked_at is None


async def test_whoever_asked_learns_the_decision_and_why(land: Country) -> None:
    asking, second = await colleague(land, "plain", Role.OFFICER), await colleague(land, "guardian", Role.OFFICER)
    elsewhere = await colleague(land, "grandmother", Role.OFFICER, office="HN-02")
    request = await asked_about(land, asking, "complete")
    assert done_of(await answer(second, request, "refuse")) == "done=refused"
    page = await opened(asking, "/office/requests")
    assert all(text in page.text for text in ("từ chối", "đủ căn cứ", "do bạn đề nghị", "Giấy đề nghị 12"))
    assert "đủ căn cứ" not in (await opened(elsewhere, "/office/requests")).text
    own = (await known(land, "complete")).person
    assert "Đề nghị khóa tài khoản của bạn đã bị từ chối." in (await opened(own, "/me/history")).text
    await asked_about(land, asking, "guardian")
    (about_second,) = re.findall(
        r'href="(/office/requests/lrq_\w+)"', (await opened(asking, "/office/requests")).response.text
    )
    third = await colleague(land, "sixteen-today", Role.OFFICER)
    assert done_of(await answer(third, about_second, "refuse")) == "done=refused"
    assert (await opened(asking, "/office/requests")).text.count("đủ căn cứ") == 2
    assert (await opened(second, "/office/requests")).text.count("đủ căn cứ") == 1, "one is about this officer"
    land.watch.advance(SHOWN)
    again = await colleague(land, "plain", Role.OFFICER)
    assert "đủ căn cứ" not in (await opened(again, "/office/requests")).text


async def test_another_office_neither_sees_nor_decides_and_who_works_everywhere_does(land: Country) -> None:
    asking = await colleague(land, "plain", Role.OFFICER)
    same = await colleague(land, "sixteen-today", Role.OFFICER)
    elsewhere = await colleague(land, "guardian", Role.OFFICER, office="HN-02")
    everywhere = await colleague(land, "grandmother", Role.OFFICER, office=EVERYWHERE)
    request = await asked_about(land, asking, "complete")
    for officer, sees in ((same, True), (everywhere, True), (elsewhere, False)):
        assert (request in (await opened(officer, "/office/requests")).response.text) is sees
        assert ("1 đề nghị" in (await opened(officer, "/office")).text) is sees
    refused = await answer(elsewhere, request, "agree")
    assert (refused.response.status_code, "role_required" in refused.response.text) == (403, True)
    assert 'href="/me"' in refused.response.text, "it leads to what is theirs"
    assert (await elsewhere.browser.get(request)).status_code == 403
    assert done_of(await answer(everywhere, request, "agree")) == "done=decided"
    by = land.people["grandmother"].record.person_id
    recorded = dict(await events_of(land, "complete"))
    assert (recorded["lock.decided"]["by"], recorded["lock.decided"]["office"]) == (by, "HN-01")
    assert (recorded["account.locked"]["done_by"], recorded["account.locked"]["office"]) == (by, "HN-01")


async def test_whoever_works_at_two_offices_says_for_which_and_is_held_to_it(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.OFFICER, office="HN-02")
    person_id = land.people["plain"].record.person_id
    async with land.idp.db.writing() as unit:
        await give_role(unit, person_id, Role.CLERK, "HN-01", Deed("boss", "hired"))
    page = await opened(clerk, "/office")
    search = {"number": land.people["complete"].record.personal_number, "reason": "in_person"}
    for wrong in ({}, {"office": "HN-03"}, {"office": EVERYWHERE}):
        assert (await post(clerk, page, "/office/search", **search, **wrong)).response.status_code == 422
    at_one = await post(clerk, page, "/office/search", **search, office="HN-01")
    kind, data = (await events_of(land, "complete"))[0]
    assert (kind, data["by"], data["office"]) == ("person.looked_up", person_id, "HN-01")
    page = await opened(clerk, "/office")
    assert (await post(clerk, page, f"{at_one.path}/requests", **GROUND)).response.status_code == 403
    at_two = await post(clerk, page, "/office/search", **search, office="HN-02")
    assert (await post(clerk, page, f"{at_two.path}/code", reason="lost")).response.status_code == 403
    assert (f"{at_one.path}/lock" in at_one.response.text, f"{at_two.path}/lock" in at_two.response.text) == (
        True,
        False,
    )
    assert done_of(await at_desk(clerk, at_one, "lock")) == "done=locked"
    recorded = dict(await events_of(land, "complete"))["account.locked"]
    assert (recorded["done_by"], recorded["office"], recorded["through"]) == (person_id, "HN-01", "office")
    async with land.idp.db.writing() as unit:
        for held in await roles_of(unit, person_id):
            if held.scope == "HN-01":
                await end_role(unit, held.role_id, Deed("boss", "moved"))
    assert (await post(clerk, page, f"{at_one.path}/unlock", reason="found")).response.status_code == 403
    async with land.idp.db.reading() as unit:
        account = await accounts.find(unit, land.people["complete"].record.person_id)
    assert account is not None
    assert account.locked_at is not None


async def test_what_a_clerk_does_says_who_why_and_in_whose_name(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await file_of(land, clerk, "level-1")
    assert done_of(await at_desk(clerk, page, "level", seen="1")) == "done=raised"
    assert (await at_desk(clerk, page, "code")).response.status_code == 200
    made = {"by": land.people["plain"].record.person_id, "through": "office", "office": "HN-01"}
    for kind, data in (await events_of(land, "level-1"))[:2]:
        assert kind in ("activation.issued", "account.level_raised")
        assert {name: data[name] for name in made} == made
        assert data["reason"] == "Giấy đề nghị 12"


async def test_an_operator_of_one_office_opens_no_console(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    assert (await operator.browser.get("/console")).status_code == 200
    async with land.idp.db.writing() as unit:
        for held in await roles_of(unit, land.people["plain"].record.person_id):
            await end_role(unit, held.role_id, Deed("boss", "left"))
        # As an earlier release gave it.
        await unit.execute(
            roles._GIVE,
            person_id=land.people["plain"].record.person_id,
            role_id="rol_tied",
            role="operator",
            scope="HN-01",
            given_by="boss",
            given_at=unit.now,
            ends_at=None,
            reason="hired",
        )
    assert (await operator.browser.get("/console")).status_code == 403


async def test_no_colleague_gets_a_way_into_the_account_of_another(land: Country) -> None:
    """Four eyes would be two: a clerk could add a passkey of her own to an officer's account, and decide as him."""
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    page = await file_of(land, clerk, "complete")
    token = re.search(r'data-csrf="([^"]+)"', (await opened(clerk, f"{page.path}/passkeys")).response.text)
    assert token
    headers, options = {"X-CSRF-Token": token[1]}, f"{page.path}/passkey/options"
    made = (await clerk.browser.post(options, headers=headers, json={})).json()
    await colleague(land, "complete", Role.OFFICER)
    page = await opened(clerk, page.path)
    assert "giữ một vai trò" in page.text
    assert not {f"{page.path}/{what}" for what in ("code", "phone", "passkeys")} & set(
        re.findall(r'href="([^"]+)"', page.response.text)
    )
    refused = await at_desk(clerk, page, "code")
    assert (refused.response.status_code, "Hãy chấm dứt vai trò đó trước" in refused.text) == (422, True)
    assert not re.search(r"<code[^>]*>", refused.response.text)
    early = await clerk.browser.post(options, headers=headers, json={})
    assert (early.status_code, early.json()["code"]) == (409, "holds_role"), "before the device makes one"
    answer = Authenticator(ISSUER).create(orjson.dumps(made["options"]).decode())
    body = {"sealed": made["sealed"], "answer": answer, "name": "Khóa", "reason": "no phone"}
    added = await clerk.browser.post(f"{page.path}/passkey", headers=headers, json=body)
    assert (added.status_code, added.json()["code"]) == (409, "holds_role")
    async with land.idp.db.writing() as unit:
        for held in await roles_of(unit, land.people["complete"].record.person_id):
            await end_role(unit, held.role_id, Deed("boss", "lost the phone"))
    found = await at_desk(clerk, page, "code")
    assert re.search(r"<code[^>]*>\d{5} \d{5}</code>", found.response.text)
