"""What a visitor sees: two languages, no script, nothing from elsewhere, nothing unsafe."""

import ast
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import vneid_idp.sandbox.social_network as network
from tests.unit.sandbox.conftest import Visitor
from tests.unit.sandbox.fake_provider import FakeProvider
from vneid_idp.clients.purpose_templates import purpose_templates
from vneid_idp.sandbox.social_network.accounts import read_handle
from vneid_idp.sandbox.social_network.config import Config, read_config
from vneid_idp.sandbox.social_network.known import NAMES, VALUES
from vneid_idp.sandbox.social_network.reasons import AGE_BANDS, OUTCOMES, PICTURES, STATES, reason_text
from vneid_idp.sandbox.social_network.words import ago, catalogue, choose_language, date_text

FOLDER = Path(network.__file__).parent
PATHS = ("/", "/verify", "/parent", "/live", "/known", "/privacy", "/terms", "/signed-out", "/nowhere")


def test_it_is_a_stranger_to_the_project() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, path
                names = [node.module or ""]
            assert not any(name.startswith("vneid_idp") for name in names), path


def texts() -> set[str]:
    """Every English text that pages and code pass to the catalogue."""
    found: set[str] = set()
    for path in (FOLDER / "templates").glob("*.html"):
        found |= set(re.findall(r"_\('((?:[^'\\]|\\.)*)'", path.read_text("utf-8")))
    for outcome in OUTCOMES.values():
        found |= {outcome.title, outcome.text, outcome.meaning, *outcome.causes}
    found |= {*STATES.values(), *AGE_BANDS.values(), *PICTURES.values(), *NAMES.values(), *VALUES.values()}
    for path in FOLDER.glob("*.py"):
        source = path.read_text("utf-8")
        found |= set(re.findall(r'notice\(request, "([^"]+)"', source))
        found |= set(re.findall(r'^(?:TAKEN|MALFORMED|SILENT) = "([^"]+)"', source, re.MULTILINE))
        found |= set(re.findall(r'translate\(language, "([^"]+)"', source))
        found |= set(re.findall(r'^    "[a-z_0-9]+": "([A-Z][^"]+\.)",$', source, re.MULTILINE))
    return found


def test_every_text_is_translated_and_none_is_left_over() -> None:
    extra = {"%(n)s d ago", "%(n)s h ago", "%(n)s min ago", "Checked with the provider just now."}
    extra |= {reason_text("en", None), Config("", "", "").provider_name}
    assert texts() | extra == set(catalogue())


def test_placeholders_agree() -> None:
    for english, vietnamese in catalogue().items():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", vietnamese)), english


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_pages_in_both_languages(visitor: Visitor, language: str) -> None:
    await visitor.register()
    for path in PATHS:
        answer = await visitor.http.get(path, params={"lang": language}, follow_redirects=True)
        page = answer.text
        assert f'<html lang="{language}"' in page
        strip = "Unofficial sandbox" if language == "en" else "Môi trường thử nghiệm không chính thức"
        assert strip in page, path
        assert "<script" not in page
        assert " style=" not in page
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', page), path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' http://provider.test" in policy
        assert "script-src" not in policy


async def test_language_and_theme_are_kept(visitor: Visitor) -> None:
    answer = await visitor.send("/preferences", language="vi", back="/live")
    assert answer.headers["location"] == "/live"
    await visitor.send("/preferences", theme="dark")
    assert '<html lang="vi" data-theme="dark">' in await visitor.page()


async def test_posts_of_regulars_are_read_in_the_language_of_the_page(visitor: Visitor) -> None:
    await visitor.register()
    connection = visitor.app.state.accounts._connection
    row = connection.execute(
        "select text, text_en from posts where text_en is not null order by created_at desc"
    ).fetchone()
    pages = {language: unescape(await visitor.page(f"/?lang={language}")) for language in ("vi", "en")}
    first = {language: row[name].split("\n")[0] for language, name in (("vi", "text"), ("en", "text_en"))}
    for language, page in pages.items():
        assert [first[other] in page for other in ("vi", "en")] == [language == "vi", language == "en"]


@pytest.mark.parametrize("back", ["//evil.test", "https://evil.test", "/\\evil.test", ""])
async def test_preferences_lead_nowhere_else(visitor: Visitor, back: str) -> None:
    assert (await visitor.send("/preferences", theme="light", back=back)).headers["location"] == "/"


async def test_session_cookie(visitor: Visitor) -> None:
    cookie = (await visitor.http.get("/")).headers["set-cookie"].lower()
    assert cookie.startswith("quan-nuoc=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_known_page_shows_what_is_kept_and_what_is_not(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    provider.userinfo_extra = {"name": "Nguyễn Thị Ngọc Ánh", "birthdate": "1990-01-01"}
    await visitor.verify()
    page = await visitor.page("/known")
    for shown in ("pairwise-1", "bnd_1", "18 or over", "21/11/2026", "Full name", "Personal ID number"):
        assert shown in page
    connection = visitor.app.state.accounts._connection
    dump = "\n".join(connection.iterdump())
    for never in ("Nguyễn", "1990-01-01", "access_token"):
        assert never not in dump


@pytest.mark.parametrize("way", ["/verify", "/parent"])
async def test_all_that_the_provider_told_is_shown_also_what_the_network_has_no_word_for(
    visitor: Visitor, provider: FakeProvider, way: str
) -> None:
    await visitor.register()
    provider.userinfo_extra = {"age_over_16": True, "age_over_18": False, "identity_verified_since": 1_709_312_400}
    provider.id_token_extra = {"amr": ["pwd", "otp", "retina"]}
    provider.binding_extra = {"lunar_phase": "waxing"}
    await visitor.verify(way)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(await visitor.page("/known"))))
    told = ["supervises the account " + ("yes" if way == "/parent" else "no"), "lunar_phase waxing"]
    told += ["level 2", "password, one-time code, retina"]
    if way == "/verify":
        told += ["16 or over, when you verified yes", "18 or over, when you verified no", "level since 02/03/2024"]
    assert [words for words in told if words not in page] == []
    provider.end_bindings("released")
    await visitor.send("/refresh")
    assert (await visitor.http.get("/known")).headers["location"] == "/outcome"
    assert "retina" not in await visitor.page("/known"), "it went with the link"
    assert "retina" not in "\n".join(visitor.app.state.accounts._connection.iterdump())


KEPT = {"full_name": "Nguyễn Thị Ngọc Ánh", "birthdate": "1990-01-31", "phone_number": "+84950000099"}


async def test_what_the_law_has_a_network_keep_is_asked_kept_and_shown_with_the_reason(
    visitor: Visitor, provider: FakeProvider
) -> None:
    await visitor.register()
    page = unescape(await visitor.page("/verify"))
    for words in ("With smaller proofs", "We ask for and keep", "Why: Decree 147/2024/NĐ-CP, Article 23(3)(đ)."):
        assert words in page
    _, asked = await visitor.leave("/verify", keep="1")
    assert set(asked["scope"].split()) == {
        "openid", "identity", "full_name", "phone", "binding:social_account",
    }  # fmt: skip
    assert json.loads(asked["claims"])["userinfo"] == {"birthdate": {"essential": True}}
    provider.userinfo_extra = KEPT | {"id_number": "097190000001", "email": "anh@thu.example"}
    assert "as the law demands" in await visitor.verify("/verify", "keep")
    page = unescape(await visitor.page("/known"))
    for words in (KEPT["full_name"], "31/01/1990", KEPT["phone_number"], "Article 23(3)(đ)"):
        assert words in page
    dump = "\n".join(visitor.app.state.accounts._connection.iterdump())
    assert KEPT["birthdate"] in dump
    assert "097190000001" not in dump
    assert "anh@thu.example" not in dump

    provider.end_bindings("released")
    await visitor.send("/refresh")
    assert (await visitor.http.get("/known")).headers["location"] == "/outcome"
    assert KEPT["full_name"] not in unescape(await visitor.page("/known"))
    assert KEPT["birthdate"] not in "\n".join(visitor.app.state.accounts._connection.iterdump())


async def test_for_a_child_the_adults_own_data_are_kept(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    _, asked = await visitor.leave("/parent", keep="1")
    assert set(asked["scope"].split()) == {"openid", "full_name", "phone", "binding:child_account"}
    assert asked["prompt"] == "login"
    provider.userinfo_extra = KEPT
    assert "nothing of the child" in await visitor.verify("/parent", "keep")
    page = unescape(await visitor.page("/known"))
    assert "Full name of the parent or guardian" in page
    assert KEPT["full_name"] in page


async def test_who_gives_less_than_the_law_has_us_keep_is_not_verified(
    visitor: Visitor, provider: FakeProvider
) -> None:
    await visitor.register()
    provider.userinfo_extra = {"full_name": KEPT["full_name"], "age_over_16": True}
    assert "One permission is missing" in await visitor.verify("/verify", "keep")
    assert not provider.called("bind")


async def test_handles(visitor: Visitor) -> None:
    assert (await visitor.send("/register", handle="co.ba.tra_da")).status_code == 409
    answer = await visitor.send("/register", handle="Nguyễn <b>")
    assert answer.status_code == 422
    assert "Nguyễn &lt;b&gt;" in answer.text
    assert read_handle(" @Ngoc.Anh ") == "ngoc.anh"
    for bad in ("ab", "a" * 21, "..a", "a b c", "ngọc"):
        assert read_handle(bad) is None


async def test_what_is_linked_leads_to_the_holders_own_page_at_the_provider(visitor: Visitor) -> None:
    own_page = 'href="http://provider.test/me/accounts'
    await visitor.register()
    assert own_page not in await visitor.page("/known")
    await visitor.verify()
    assert f'{own_page}#bnd_1"' in await visitor.page("/known")


async def test_talking(visitor: Visitor) -> None:
    await visitor.register()
    await visitor.verify()
    await visitor.send("/posts", text="Trời đẹp quá")
    found = re.search(r'id="p-(\w+)"', await visitor.page())
    assert found
    post = f"/posts/{found[1]}"
    await visitor.send(f"{post}/comments", text="Đi dạo không?")
    await visitor.send(f"{post}/like")
    await visitor.send(f"{post}/share")
    page = await visitor.page(post)
    assert "Đi dạo không?" in page
    assert 'aria-pressed="true"' in page
    assert "passed on" in await visitor.page()
    await visitor.send(f"{post}/like")
    assert 'class="act on"' not in await visitor.page(post)
    assert (await visitor.send("/posts/nothing/comments", text="x")).status_code == 303
    assert await visitor.page("/posts/nothing", status=404)


async def test_livestreams_follow_their_own_capability(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    assert (await visitor.send("/live", kind="plain", title="x")).headers["location"] == "/live"
    await visitor.verify("/parent")
    assert (await visitor.send("/live", kind="commercial", title="x")).headers["location"] == "/live"
    page = await visitor.page("/live")
    assert "This needs the account holder&#39;s own proof of identity." in page
    path = (await visitor.send("/live", kind="plain", title="Mưa")).headers["location"]
    assert "Mưa" in await visitor.page(path)
    assert "25.000" not in await visitor.page(path)
    await visitor.send(f"{path}/end")
    assert "ended" in await visitor.page(path)


def test_registration_document() -> None:
    document: dict[str, Any] = json.loads((FOLDER / "registration.json").read_text("utf-8"))
    assert set(document["scope"].split()) == {
        "openid",
        "identity",
        "age",
        "full_name",
        "profile",
        "phone",
        "binding:social_account",
        "binding:child_account",
    }
    kept = document["purposes"][-1]
    template = purpose_templates()["decree_147_account_data"]
    assert kept | {"kept_until": {}, "version": 0} == template | {"kept_until": {}, "version": 0}
    for purpose in document["purposes"]:
        assert purpose["required"]
        for words in ("title", "text", "legal_ground", "kept_until"):
            assert set(purpose[words]) == {"vi", "en"}


def test_configuration() -> None:
    environment = {
        "SOCIAL_ISSUER": "https://localhost:8443/",
        "SOCIAL_CLIENT_ID": "c",
        "SOCIAL_CLIENT_SECRET": "hush",
        "SOCIAL_PUBLIC_URL": "https://localhost:8444",
        "SOCIAL_STATUS_SECONDS": "5",
    }
    config = read_config(environment)
    assert config.issuer == "https://localhost:8443"
    assert config.is_https
    assert config.status_seconds == 5
    assert config.callback_url == "https://localhost:8444/callback"
    assert "hush" not in repr(config)
    with pytest.raises(ValueError, match="SOCIAL_CLIENT_SECRET"):
        read_config(environment | {"SOCIAL_CLIENT_SECRET": " "})


def test_words() -> None:
    assert choose_language(None, None, "") == "vi"
    assert choose_language(None, None, "fr, en;q=0.5, vi;q=0.4") == "en"
    assert choose_language("vi", "en", "en") == "vi"
    assert choose_language("de", "en", "vi") == "en"
    assert choose_language(None, None, "en;q=x, vi;q=0.1") == "vi"
    assert [ago("vi", seconds) for seconds in (5, 60, 7_200, 200_000)] == [
        "vừa xong",
        "1 phút trước",
        "2 giờ trước",
        "2 ngày trước",
    ]
    assert date_text("2026-11-20T18:30:00Z") == "21/11/2026"
    assert date_text("2024-12-25") == "25/12/2024"
    assert date_text("soon") == "soon"
    assert reason_text("en", "a_new_one") == "The rules do not allow this for this account."


async def test_nobody_is_sent_to_the_host_that_a_request_names(visitor: Visitor) -> None:
    answer = await visitor.http.get("/verify/", headers={"host": "stranger.example"})
    assert "stranger.example" not in answer.headers.get("location", "")
    assert answer.status_code == 404
