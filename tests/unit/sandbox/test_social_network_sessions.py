"""Staying in step with the provider: status, release, withdrawal, and every log-out."""

import re
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.unit.sandbox.conftest import PUBLIC_URL, Visitor
from tests.unit.sandbox.fake_provider import LOG_OUT_EVENT, FakeProvider
from vneid_idp.sandbox.social_network.attempts import MOST_OF_BROWSER
from vneid_idp.sandbox.social_network.store import open_database


async def log_out(visitor: Visitor, token: str) -> int:
    return (await visitor.http.post("/backchannel-logout", data={"logout_token": token})).status_code


@pytest.mark.parametrize("before", [None, 0o644])
def test_the_file_of_the_network_is_its_owners_alone(tmp_path: Path, before: int | None) -> None:
    path = tmp_path / "network.sqlite3"
    if before is not None:
        path.touch(before)
    with closing(open_database(str(path))) as connection:
        connection.execute("create table kept (phone text)")
        assert [file.stat().st_mode & 0o777 for file in tmp_path.iterdir()] == [0o600] * 3


async def test_withdrawal_locks_the_account_before_the_next_post(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    provider.end_bindings("revoked")
    await visitor.send("/posts", text="after the withdrawal")
    assert (await visitor.http.get("/")).headers["location"] == "/outcome"
    page = await visitor.page()
    assert "after the withdrawal" not in page
    assert "The composer is locked" in page
    assert not visitor.account().is_verified


@pytest.mark.parametrize("signed_out", [False, True])
async def test_whoever_used_the_account_stays_on_a_page_that_says_that_the_link_was_ended(
    visitor: Visitor, provider: FakeProvider, signed_out: bool
) -> None:
    await visitor.register()
    await visitor.verify()
    provider.end_bindings("released")
    if signed_out:
        await log_out(visitor, provider.log_out_token())
    else:
        visitor.app.state.accounts.distrust("pairwise-1")
    assert (await visitor.http.get("/live")).headers["location"] == "/outcome"
    page = await visitor.page("/outcome")
    assert "The link was ended" in page
    assert "Liên kết đã bị hủy" in await visitor.page("/outcome?lang=vi")
    assert 'href="http://provider.test/me/accounts"' in page
    assert ("The provider has signed you out here as well." in page) == signed_out
    assert 'class="badge"' not in re.split(r"<h2[^>]*>Posts</h2>", await visitor.page("/?lang=en"))[0]
    if not signed_out:
        assert "The link was ended" in await visitor.page("/known"), "told once, and still said of the account"
        assert "Your account is verified" in await visitor.verify()
        assert "The link was ended" not in await visitor.page("/known")


async def test_a_log_out_that_ended_no_link_says_nothing_of_one(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    await log_out(visitor, provider.log_out_token())
    assert "Pull up a stool" in await visitor.page("/")


@pytest.mark.parametrize("path", ["/", "/posts/{post}", "/live/{stream}"])
async def test_readers_see_no_badge_of_an_account_whose_link_has_ended(
    visitor: Visitor, provider: FakeProvider, path: str
) -> None:
    await visitor.register()
    await visitor.verify()
    await visitor.send("/posts", text="Chào xóm")
    stream = (await visitor.send("/live", kind="plain", title="Mưa")).headers["location"].rpartition("/")[2]
    found = re.search(r'id="p-(\w+)"', await visitor.page())
    assert found
    path = path.format(post=found[1], stream=stream)
    handle = re.compile(r'@ngoc\.anh\s*<span class="badge"')
    visitor.http.cookies.clear()
    assert handle.search(await visitor.page(path))
    provider.end_bindings("released")  # at the provider's own pages, of which nobody tells the network
    visitor.app.state.accounts._connection.execute("update accounts set checked_at = checked_at - 61")
    assert not handle.search(await visitor.page(path))


async def test_after_a_log_out_readers_see_no_badge_by_an_old_word(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    await visitor.send("/posts", text="Chào xóm")
    await log_out(visitor, provider.log_out_token())
    visitor.http.cookies.clear()
    provider.silent = True
    page = await visitor.page()
    assert "Chào xóm" in page
    assert not re.search(r'@ngoc\.anh\s*<span class="badge"', page)


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


async def test_a_page_asks_the_provider_once_about_the_visitors_account_and_seldom_about_others(
    visitor: Visitor, provider: FakeProvider
) -> None:
    await visitor.register()
    await visitor.verify()
    await visitor.send("/posts", text="Chào xóm")
    before = len(provider.called("status"))
    await visitor.page()
    assert len(provider.called("status")) == before + 1
    visitor.http.cookies.clear()
    for _ in range(5):
        await visitor.page()
    assert len(provider.called("status")) == before + 1


@pytest.mark.parametrize("way", ["/verify", "/parent"])
async def test_what_was_released_at_the_provider_is_gone_from_the_holders_next_page(
    visitor: Visitor, provider: FakeProvider, way: str
) -> None:
    await visitor.register()
    await visitor.verify(way)
    stream = (await visitor.send("/live", kind="plain", title="Mưa đêm")).headers["location"]
    provider.end_bindings("released")
    assert (await visitor.http.get("/")).headers["location"] == "/outcome"
    page = await visitor.page("/")
    assert "The composer is locked" in page
    assert not re.search(r'@ngoc\.anh\s*<span class="badge', page)
    assert "Mưa đêm" not in page
    assert "ended" in await visitor.page(stream)


async def test_service_token_is_kept_until_it_is_refused(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    for _ in range(3):
        await visitor.send("/refresh")
    assert len(provider.called("token")) == 1
    provider.tokens.clear()
    await visitor.send("/refresh")
    assert "Checked with the provider just now." in await visitor.page("/known")
    assert len(provider.called("token")) == 2


async def test_last_word_stands_while_the_provider_is_silent(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    provider.silent = True
    await visitor.send("/refresh")
    assert "We go by its last word." in await visitor.page("/known")
    assert "The composer is locked" not in await visitor.page()


async def test_release(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    stream = (await visitor.send("/live", kind="commercial", title="Trà chanh")).headers["location"]
    assert 'action="/release"' not in await visitor.page("/known"), "it is asked first"
    asks = unescape(await visitor.page("/release"))
    for words in ("Your livestream ends: Trà chanh", "may only view", "sign in again"):
        assert words in asks
    await visitor.send("/release")
    assert provider.called("release") == [{"binding_id": "bnd_1"}]
    assert "The link is released." in await visitor.page("/known")
    assert visitor.account().state == "released"
    assert "ended" in await visitor.page(stream)


async def test_a_release_that_the_provider_did_not_hear_of_is_none(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    provider.silent = True
    await visitor.send("/release")
    page = await visitor.page("/known")
    assert ("The provider does not answer." in page, "The link is released." in page) == (True, False)
    assert visitor.account().is_verified


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


async def test_log_out_goes_on_at_the_provider(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    url, asked = await visitor.leave("/signout")
    assert url.startswith("http://provider.test/end_session?")
    assert asked["id_token_hint"].count(".") == 2
    assert asked["post_logout_redirect_uri"] == "http://network.test/signed-out"
    page = await visitor.page(f"/signed-out?state={asked['state']}")
    assert "See you soon" in page
    assert (await visitor.http.get("/known")).headers["location"] == "/"


async def test_log_out_of_an_unverified_account_stays_here(visitor: Visitor) -> None:
    await visitor.register()
    assert (await visitor.send("/signout")).headers["location"] == "/signed-out"


@pytest.mark.parametrize("left_out", ["sub", "sid"])
async def test_back_channel_log_out(visitor: Visitor, provider: FakeProvider, left_out: str) -> None:
    await visitor.register()
    await visitor.verify()
    token = provider.log_out_token(**{left_out: None})
    answer = await visitor.http.post("/backchannel-logout", data={"logout_token": token})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert visitor.account().checked_at == 0
    assert (await visitor.http.get("/known")).headers["location"] == "/"


async def test_back_channel_log_out_of_another_session(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    assert await log_out(visitor, provider.log_out_token(sid="another", sub=None)) == 200
    assert "@ngoc.anh" in await visitor.page("/known")


async def test_after_a_log_out_the_old_word_is_not_believed(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    await log_out(visitor, provider.log_out_token())
    provider.silent = True
    assert "The composer is locked" in await visitor.verify("/signin")


async def test_log_out_token_works_once(visitor: Visitor, provider: FakeProvider) -> None:
    token = provider.log_out_token()
    assert await log_out(visitor, token) == 200
    assert await log_out(visitor, token) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://another.test"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"iat": 1_000_000_000},
        {"iat": None},
        {"exp": 1_000_000_000},
        {"jti": None},
        {"events": None},
        {"events": {}},
        {"events": {LOG_OUT_EVENT: True}},
        {"nonce": "n"},
        {"sub": None, "sid": None},
    ],
)
async def test_spoilt_log_out_token(visitor: Visitor, provider: FakeProvider, changes: dict[str, Any]) -> None:
    await visitor.register()
    await visitor.verify()
    assert await log_out(visitor, provider.log_out_token(**changes)) == 400
    assert "@ngoc.anh" in await visitor.page("/known")


async def test_other_tokens_are_no_log_out_tokens(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    _, asked = await visitor.leave("/signout")
    stranger = FakeProvider()
    header, claims, signature = provider.log_out_token().split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{claims}."
    tampered = f"{header}.{claims[:-2]}{'AA' if claims[-2:] != 'AA' else 'BB'}.{signature}"
    wrong_type = provider.sign({"iss": provider.issuer}, typ="at+jwt")
    for token in (asked["id_token_hint"], stranger.log_out_token(), unsigned, tampered, wrong_type, "", "a.b.c"):
        assert await log_out(visitor, token) == 400


async def test_keys_may_rotate(visitor: Visitor, provider: FakeProvider) -> None:
    assert await log_out(visitor, provider.log_out_token()) == 200
    provider.rotate("k2")
    assert await log_out(visitor, provider.log_out_token()) == 200


async def test_front_channel_log_out_ends_the_session_that_is_named(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify()
    frame = httpx.AsyncClient(transport=visitor.http._transport, base_url=PUBLIC_URL)  # a browser may keep cookies away
    for asked in ({"iss": provider.issuer}, {"sid": "s1"}, {"iss": "https://another.test", "sid": "s1"}):
        assert (await frame.get("/frontchannel-logout", params=asked)).status_code == 400
    other = await frame.get("/frontchannel-logout", params={"iss": provider.issuer, "sid": "another"})
    assert other.status_code == 200
    assert "@ngoc.anh" in await visitor.page("/known")
    answer = await frame.get("/frontchannel-logout", params={"iss": provider.issuer, "sid": "s1"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors http://provider.test" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert visitor.account().checked_at == 0
    assert (await visitor.http.get("/known")).headers["location"] == "/"


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


async def test_end_session_parameters_are_those_of_the_specification(visitor: Visitor) -> None:
    await visitor.register()
    await visitor.verify()
    url, _ = await visitor.leave("/signout")
    assert set(parse_qs(urlsplit(url).query)) == {
        "id_token_hint",
        "post_logout_redirect_uri",
        "state",
        "client_id",
        "ui_locales",
    }
