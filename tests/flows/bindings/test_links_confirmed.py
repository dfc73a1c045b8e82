"""Each link is confirmed by itself: a confirmation links one account, once, and nothing is linked without a page."""

import asyncio
import html
import re

import pytest

from tests.support.bindings import ACCOUNTS, Caller, Of, bind
from tests.support.country import Country
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import Known, agreed, known
from tests.support.tokens import CHILD, person_token
from tests.support.visitor import shown
from vneid_idp.grants.service import LINK_LIFE
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.levels import LEVEL_2

SCOPE, FOR_CHILD = "openid binding:social_account offline_access", "openid binding:child_account"


def person_id(land: Country, slug: str) -> str:
    return land.people[slug].record.person_id


async def test_a_confirmation_links_one_account(plain: Caller, own: Caller) -> None:
    bound = await plain.bind("first")
    again = await plain.bind("first")
    assert (again["_status"], again["binding_id"]) == (200, bound["binding_id"])
    refused = await plain.bind("second", "link_not_confirmed")
    assert refused["_status"] == 403
    assert "prompt=none" in refused["title"]
    assert (await own.status("second"))["account_state"] == "unverified"


async def test_without_a_confirmation_a_token_reads_and_links_nothing(
    land: Country, party: RelyingParty, of: Of, plain: Caller
) -> None:
    path = f"/{(await plain.bind('first'))['binding_id']}"
    silent = of(await person_token(land, party.registered, person_id(land, "plain"), link=False))
    await silent.bind("second", "link_not_confirmed")
    assert (await silent.bind("first"))["_status"] == 200, "which changes nothing"
    assert (await silent.call("GET", path))["state"] == "verified"
    assert (await silent.call("DELETE", path))["state"] == "released"
    await silent.bind("first", "link_not_confirmed")


async def test_what_a_person_released_is_not_linked_again_by_what_was_confirmed_before(plain: Caller) -> None:
    await plain.call("DELETE", f"/{(await plain.bind('first'))['binding_id']}")
    await plain.bind("first", "link_not_confirmed")


async def test_a_link_that_is_confirmed_anew_is_made_whatever_key_the_one_before_had(
    land: Country, party: RelyingParty, of: Of, plain: Caller
) -> None:
    bound = await plain.bind(key="1000")
    await plain.call("DELETE", f"/{bound['binding_id']}")
    repeated = await plain.bind(key="1000")
    assert (repeated["binding_id"], repeated["state"]) == (bound["binding_id"], "released")
    fresh = of(await person_token(land, party.registered, person_id(land, "plain")))
    anew = await fresh.bind(key="1000")
    assert (anew["_status"], anew["state"]) == (201, "verified")
    again = await fresh.bind(key="1000")
    assert (again["_status"], again["binding_id"]) == (200, anew["binding_id"])


async def test_a_confirmation_is_used_up_for_an_account_that_was_linked_already(
    land: Country, party: RelyingParty, of: Of, plain: Caller
) -> None:
    await plain.bind("first")
    fresh = of(await person_token(land, party.registered, person_id(land, "plain")))
    assert (await fresh.bind("first"))["_status"] == 200
    await fresh.bind("second", "link_not_confirmed")


async def test_what_is_refused_uses_up_nothing(land: Country, party: RelyingParty, of: Of, plain: Caller) -> None:
    await plain.bind("taken")
    other = of(await person_token(land, party.registered, person_id(land, "complete")))
    await other.bind("taken", "account_bound_to_another")
    assert (await other.bind("free"))["_status"] == 201


async def test_without_a_link_to_make_nobody_is_told_whose_an_account_is(
    land: Country, party: RelyingParty, of: Of, plain: Caller
) -> None:
    """Else a guardian's token would tell a network which of its accounts are the same child's."""
    await plain.bind("taken")
    silent = of(await person_token(land, party.registered, person_id(land, "complete"), link=False))
    answers = [await silent.bind(account, "link_not_confirmed") for account in ("taken", "free")]
    assert answers[0].keys() == answers[1].keys()


async def test_a_better_proof_is_confirmed_too(land: Country, party: RelyingParty, of: Of) -> None:
    """A higher level, another guardian: what a page says of the account changes, and so the page is shown."""
    weak = of(await person_token(land, party.registered, person_id(land, "plain"), level=1))
    await weak.bind()
    silent = of(await person_token(land, party.registered, person_id(land, "plain"), link=False))
    await silent.bind(code="link_not_confirmed")
    assert (await weak.call("GET", f"/{(await weak.bind())['binding_id']}"))["level"] == 1
    assert (await of(await person_token(land, party.registered, person_id(land, "plain"))).bind())["level"] == 2


async def test_of_many_accounts_at_once_one_is_linked(land: Country, party: RelyingParty, of: Of, own: Caller) -> None:
    for slug in ("plain", "complete"):
        caller = of(await person_token(land, party.registered, person_id(land, slug)))

        async def bind(number: int, caller: Caller = caller, slug: str = slug) -> int:
            body = {"account_id": f"{slug}-{number}"}
            return (await caller.network.post(ACCOUNTS, json=body, headers=caller.headers)).status_code

        answers = await asyncio.gather(*(bind(number) for number in range(8)))
        assert sorted(answers) == [201] + [403] * 7
    assert len((await own.call("GET"))["items"]) == 2


def rows(page: Page) -> list[str]:
    """What the page says of the account, row by row."""
    found = re.findall(r"<div><dt>(.*?)</dt>(.*?)</div>", page.response.text, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", " ", f"{title} {text}")).strip() for title, text in found] + [
        html.unescape(re.sub(r"<[^>]+>", " ", text)).strip() for _, text in found
    ]


async def confirmed(someone: Known, party: RelyingParty, of: Of, **params: str) -> tuple[Caller, str]:
    """The network with the token of a request, and its refresh token."""
    tokens = await someone.tokens(party, acr_values=LEVEL_2, **params)
    return of(tokens["access_token"]), tokens.get("refresh_token", "")


async def test_silently_nothing_is_linked_and_no_refresh_renews_a_confirmation(
    land: Country, party: RelyingParty, of: Of
) -> None:
    someone = await agreed(land, party)
    silent, _ = await confirmed(someone, party, of, scope=SCOPE, prompt="none")
    await silent.bind(code="link_not_confirmed")
    asked, refresh_token = await confirmed(someone, party, of, scope=SCOPE)
    assert (await asked.bind())["_status"] == 201
    refreshed = (await party.refresh(refresh_token)).json()
    await of(refreshed["access_token"]).bind("second", "link_not_confirmed")
    _, unused = await confirmed(someone, party, of, scope=SCOPE)
    land.watch.advance(LINK_LIFE - SECOND)
    in_time = (await party.refresh(unused)).json()
    land.watch.advance(SECOND)
    late = of(in_time["access_token"])
    await late.bind("second", "link_not_confirmed")
    assert (await late.bind())["state"] == "verified"


async def test_the_page_names_account_and_person_and_comes_each_time(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    name = land.people["complete"].record.full_name
    for label, said in (
        ("@minh.anh", "@minh.anh tên do Mạng thử cung cấp"),
        (None, "Mạng thử không nêu tài khoản nào"),
        ("<i>shop</i>", "<i>shop</i> tên do Mạng thử cung cấp"),
    ):
        page = await someone.person.start(party.request(scope=f"{SCOPE} identity", account_label=label))
        assert isinstance(page, Page)
        assert page.path.startswith("/consent/")
        assert {f"Thuộc về {name}", said} <= {" ".join(row.split()) for row in rows(page)}
        assert "chỉ liên kết một tài khoản" in page.text
        assert isinstance(await someone.person.submit(page, answer="agree"), str)
    refused = await someone.person.start(party.request(scope=SCOPE))
    assert isinstance(refused, Page)
    assert "error=access_denied" in str(await someone.person.submit(refused, answer="refuse"))
    assert "code=" in str(await someone.person.start(party.request(scope=SCOPE, prompt="none")))


async def test_the_page_promises_no_link_that_the_door_would_refuse(land: Country, party: RelyingParty, of: Of) -> None:
    holder = person_id(land, "plain")
    taken = [await bind(land, party, f"account-{number}", holder) for number in range(2)]
    someone = await known(land, "plain")
    promise, full = "Từ nay, tài khoản này được ghi nhận", "Đã có 3 tài khoản tại Mạng thử liên kết với người này"
    page = await someone.person.start(party.request(scope=SCOPE, account_label="@one-more"))
    assert isinstance(page, Page)
    assert promise in page.text
    assert full not in page.text
    taken.append(await bind(land, party, "account-2", holder))
    changed = await someone.person.submit(page, answer="agree")
    assert isinstance(changed, Page)
    assert changed.response.status_code == 409, "the last place was taken since the page was shown"
    assert promise not in changed.text
    assert full in changed.text
    assert isinstance(await someone.person.submit(changed, answer="agree"), str)
    caller = of(await person_token(land, party.registered, holder))
    await caller.bind("account-3", "account_limit_reached")
    assert (await caller.bind("account-2"))["_status"] == 200
    await caller.call("DELETE", f"/{taken[0]}")
    page = await someone.person.start(party.request(scope=SCOPE, account_label="@one-more"))
    assert isinstance(page, Page)
    assert promise in page.text


def first_child(page: Page) -> str:
    return page.response.text.partition('name="child" value="')[2].partition('"')[0]


async def test_who_is_to_link_is_led_to_the_level_that_it_takes_whatever_the_service_asked_for(
    land: Country, party: RelyingParty, of: Of
) -> None:
    guardian = Person(land, land.people["guardian"])
    request = party.request(scope=FOR_CHILD, account_label="@child")
    page = await guardian.sign_in(await guardian.start(request))
    assert isinstance(page, Page)
    assert page.path.endswith("/second"), "before a child is chosen, and before anything is agreed to"
    assert "Việc được yêu cầu ở đây cần danh tính mức độ 2" in page.text
    page = await guardian.second(page)
    assert isinstance(page, Page)
    page = await guardian.submit(page, child=first_child(page))
    assert isinstance(page, Page)
    assert "bạn giám sát tài khoản này" in page.text
    away = await guardian.submit(page, answer="agree")
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    assert (await of(tokens["access_token"]).bind("account"))["supervised"] is True
    low = await known(land, "level-1", "pwd")
    page = await low.person.start(party.request(scope=FOR_CHILD))
    assert isinstance(page, Page)
    assert page.path.startswith("/level/")
    assert "Việc được yêu cầu ở đây cần danh tính đã được xác thực trực tiếp" in page.text
    page = await low.person.start(party.request(scope=SCOPE))
    assert isinstance(page, Page)
    assert page.path.startswith("/consent/"), "an account of one's own takes no more than level 1"


async def test_a_client_that_follows_the_challenge_of_an_api_is_served(
    land: Country, party: RelyingParty, of: Of
) -> None:
    """RFC 9470 §4 and §5, read with nothing but the header."""
    guardian, child = (land.people[slug].record.person_id for slug in ("guardian", "fifteen"))
    weak = await person_token(land, party.registered, guardian, scope=CHILD, child_id=child, level=1)
    refused = await of(weak).bind("account", "insufficient_user_authentication")
    challenge = dict(re.findall(r'(\w+)="([^"]*)"', refused["_headers"]["www-authenticate"]))
    assert challenge["error"] == "insufficient_user_authentication"
    someone = await known(land, "guardian", "pwd")
    request = party.request(scope=FOR_CHILD, acr_values=challenge["acr_values"])
    page = shown(await someone.person.second(shown(await someone.person.start(request))))
    page = shown(await someone.person.submit(page, child=first_child(page)))
    away = await someone.person.submit(page, answer="agree", **page.choices)
    assert isinstance(away, str)
    strong = (await party.redeem(request, request.read_answer(away)["code"])).json()["access_token"]
    told = (await party.post("/introspect", token=strong)).json()
    assert (told["acr"], told["auth_time"]) == (challenge["acr_values"], land.watch.now() // SECOND)
    assert (await of(strong).bind("account"))["_status"] == 201


async def test_a_confirmation_in_one_tab_is_none_for_another_tab_or_another_person(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    first, second = [await someone.person.start(party.request(scope=SCOPE, account_label=f"@{tab}")) for tab in "ab"]
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert isinstance(await someone.person.submit(first, answer="agree"), str)
    assert isinstance(again := await someone.person.open(second.path.replace("/consent/", "/authorize/")), Page)
    assert again.path == second.path
    stranger = await agreed(land, party, "plain")
    someone.person.browser.cookies.set("vneid_idp_session", stranger.person.browser.cookies["vneid_idp_session"])
    changed = await someone.person.submit(second, answer="agree")
    assert isinstance(changed, Page)
    assert changed.response.status_code == 409
    assert land.people["plain"].record.full_name in changed.text


async def test_a_second_child_is_a_second_consent(land: Country, party: RelyingParty, of: Of) -> None:
    guardian = await known(land, "guardian")
    names = {land.people[slug].record.full_name for slug in ("child-9", "fifteen")}
    asked: list[bool] = []
    for child in (*sorted(names), min(names)):
        request = party.request(scope=FOR_CHILD, acr_values=LEVEL_2, account_label=f"@{len(asked)}")
        page = await guardian.person.start(request)
        assert isinstance(page, Page)
        value = page.response.text.partition(child)[0].rpartition('name="child" value="')[2].partition('"')[0]
        page = await guardian.person.submit(page, child=value)
        assert isinstance(page, Page)
        assert f"Thuộc về {child}" in " ".join(page.text.split())
        assert "bạn giám sát tài khoản này cho đến khi trẻ em đủ 16 tuổi" in page.text
        asked.append("Dịch vụ được phép làm gì" in page.text)
        away = await guardian.person.submit(page, answer="agree")
        assert isinstance(away, str)
        tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
        assert (await of(tokens["access_token"]).bind(f"account-{len(asked)}"))["supervised"] is True
    assert asked == [True, True, False], "of the first child the second says nothing, and it is asked once for each"
    page = await guardian.person.open("/me/services")
    assert isinstance(page, Page)
    assert page.response.text.count('name="consent"') == 2
    history = await guardian.person.open("/me/history")
    assert isinstance(history, Page)
    for child in names:
        assert f"liên kết một tài khoản với {child}, do bạn giám sát" in history.text


@pytest.mark.parametrize("scope", ["openid", "openid identity age"])
async def test_who_links_nothing_sees_no_page_more(land: Country, party: RelyingParty, scope: str) -> None:
    someone = await agreed(land, party)
    assert "code=" in str(await someone.person.start(party.request(scope=scope, account_label="@minh.anh")))
