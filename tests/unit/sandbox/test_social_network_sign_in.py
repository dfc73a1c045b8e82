"""Signing in at the network: in two tabs, again, to which account, and begun elsewhere."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.unit.sandbox.conftest import PUBLIC_URL, Visitor
from tests.unit.sandbox.fake_provider import FakeProvider
from vneid_idp.sandbox.social_network.attempts import MOST_OF_BROWSER


async def test_two_tabs_that_sign_in_at_once_both_arrive(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    visitor.http.cookies.clear()
    tabs = [(await visitor.leave("/signin"))[0] for _ in range(2)]
    for url in tabs:
        assert (await visitor.http.get(provider.answer(url))).headers["location"] == "/"
    assert "@ngoc.anh" in await visitor.page("/known")
    live = visitor.app.state.accounts._connection.execute("select count(*) from visits where ended_at is null")
    assert live.fetchone()[0] == 2, "the first visit of all, whose cookie is gone, and one for both tabs"


async def test_two_tabs_that_verify_at_once_both_arrive_in_either_order(
    visitor: Visitor, provider: FakeProvider
) -> None:
    await visitor.register()
    tabs = [(await visitor.leave("/verify"))[0] for _ in range(2)]
    for url in reversed(tabs):
        assert "Your account is verified" in await visitor.come_back(provider.answer(url))
    assert len({form["code_verifier"] for form in provider.redemptions}) == 2


async def test_an_answer_counts_in_the_browser_that_asked_and_only_the_latest_are_kept(
    visitor: Visitor, provider: FakeProvider
) -> None:
    url, _ = await visitor.leave("/signin")
    other = httpx.AsyncClient(transport=visitor.http._transport, base_url=PUBLIC_URL)
    assert (await other.get(provider.answer(url))).headers["location"] == "/outcome"
    assert not provider.redemptions, "nobody is signed in to the account of whoever sent the address"
    for _ in range(MOST_OF_BROWSER):
        await visitor.leave("/signin")
    rows = visitor.app.state.accounts._connection.execute("select count(*) from attempts").fetchone()
    assert rows[0] == MOST_OF_BROWSER
    assert "That took too long" in await visitor.come_back(provider.answer(url))
    assert len(visitor.http.cookies["quan-nuoc"]) < 1_000, "nothing of them is in the cookie"


async def test_signing_in_again_needs_only_the_subject(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    visitor.http.cookies.clear()
    url, asked = await visitor.leave("/signin")
    assert asked["scope"] == "openid"
    assert "claims" not in asked
    answer = await visitor.http.get(provider.answer(url))
    assert answer.headers["location"] == "/"
    assert "@ngoc.anh" in await visitor.page("/known")


async def test_stranger_who_signs_in_gets_no_account(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    visitor.http.cookies.clear()
    provider.person["sub"] = "pairwise-2"
    assert "We do not know you yet" in await visitor.verify("/signin")


async def test_choosing_among_own_accounts_only(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register("first.one")
    await visitor.verify()
    visitor.http.cookies.clear()
    await visitor.register("second.one")
    await visitor.verify()
    page = await visitor.page("/accounts")
    assert "@first.one" in page
    assert "@second.one" in page
    first, second = visitor.app.state.accounts.of_subject("pairwise-1")
    await visitor.send("/accounts", account_id=first.account_id)
    assert "@first.one" in await visitor.page("/known")
    other = visitor.app.state.accounts.create("not.mine")
    visitor.app.state.accounts.record_subject(other.account_id, "pairwise-2")
    for foreign in (other.account_id, "qn_regular_meo_muop", "nothing"):
        await visitor.send("/accounts", account_id=foreign)
        assert "@first.one" in await visitor.page("/known")
    assert second.handle == "second.one"


async def begun_elsewhere(visitor: Visitor, method: str = "GET", **asked: str) -> str:
    """Where a sign-in leads that another site began."""
    ask = visitor.http.get("/login", params=asked) if method == "GET" else visitor.http.post("/login", data=asked)
    answer = await ask
    assert answer.status_code in (303, 302)
    return str(answer.headers["location"])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_sign_in_may_begin_at_the_provider_and_ends_where_it_was_to_lead(
    visitor: Visitor, provider: FakeProvider, method: str
) -> None:
    await visitor.register()
    await visitor.verify()
    target = f"{PUBLIC_URL}/known"
    assert await begun_elsewhere(visitor, method, iss=provider.issuer, target_link_uri=target) == "/known"
    visitor.http.cookies.clear()
    asked = {"iss": provider.issuer, "login_hint": "a@b.vn", "target_link_uri": target}
    url = await begun_elsewhere(visitor, method, **asked)
    assert parse_qs(urlsplit(url).query)["login_hint"] == ["a@b.vn"]
    assert (await visitor.http.get(provider.answer(url))).headers["location"] == "/known"
    assert "@ngoc.anh" in await visitor.page("/known")


async def test_who_begins_a_sign_in_leads_nobody_astray(visitor: Visitor, provider: FakeProvider) -> None:
    assert await begun_elsewhere(visitor, iss="https://another.test") == "/signin"
    assert await begun_elsewhere(visitor) == "/signin"
    await visitor.register()
    for target in ("https://evil.test/x", f"{PUBLIC_URL}.evil.test/x", f"{PUBLIC_URL}//evil.test", "//evil.test", "/x"):
        assert await begun_elsewhere(visitor, iss=provider.issuer, target_link_uri=target) == "/", target
