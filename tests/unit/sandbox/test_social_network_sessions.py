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


@pytest.mark.parametrize("released", [False, True])
async def test_a_log_out_that_ended_no_link_says_so_once_and_nothing_of_a_link(
    visitor: Visitor, provider: FakeProvider, released: bool
) -> None:
    """Who released the link here knows of its end; the consent that is withdrawn later signs out as well."""
    await visitor.register()
    await visitor.verify()
    if released:
        await visitor.send("/release")
        assert "The link is released." in await visitor.page("/known")
    await log_out(visitor, provider.log_out_token())
    page = await visitor.page("/")
    assert "Pull up a stool" in page
    assert "The provider has signed you out here as well." in page
    assert "signed you out" not in await visitor.page("/")


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
