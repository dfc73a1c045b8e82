"""A form counts only in the browser that it was given to."""

import re

import httpx
import pytest

from tests.unit.web.conftest import MakeClient

ISSUERS = ["http://localhost:8000", "https://id.example"]


async def token_for(browser: httpx.AsyncClient) -> str:
    """Open the page and read the hidden field."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', (await browser.get("/page/form")).text)
    assert found
    return found[1]


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_form_of_ours_is_accepted(client: MakeClient, issuer: str) -> None:
    async with client(issuer) as browser:
        token = await token_for(browser)
        fields = {"csrf_token": token, "name": "Đỗ Ánh\0", "choice": ["a", "b"]}
        answer = await browser.post("/form", data=fields)
    assert answer.status_code == 200
    assert answer.json() == ["Đỗ Ánh", "", ["a", "b"]]


async def test_token_may_come_in_a_header(client: MakeClient) -> None:
    async with client() as browser:
        token = await token_for(browser)
        answer = await browser.post("/form", data={"name": "x"}, headers={"X-CSRF-Token": token})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "spoil", ["no token", "other browser", "no cookie", "tampered", "cross-site", "same-site", "cookie value"]
)
async def test_spoiling_one_thing_refuses(client: MakeClient, spoil: str) -> None:
    async with client() as browser, client() as stranger:
        token = await token_for(browser)
        headers = {"Sec-Fetch-Site": "same-origin"}
        match spoil:
            case "no token":
                token = ""
            case "other browser":
                token = await token_for(stranger)
            case "no cookie":
                browser.cookies.clear()
            case "tampered":
                token = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
            case "cross-site" | "same-site":  # a neighbouring subdomain is a stranger, too
                headers["Sec-Fetch-Site"] = spoil
            case "cookie value":
                token = browser.cookies["vneid_idp_browser"]
        answer = await browser.post("/form", data={"csrf_token": token, "name": "x"}, headers=headers)
    assert answer.status_code == 403
    assert "form_not_valid" in answer.text


async def test_tokens_differ_each_time(client: MakeClient) -> None:
    async with client() as browser:
        assert await token_for(browser) != await token_for(browser)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=" + b"x" * 70_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(300)), "application/x-www-form-urlencoded"),
        (b"name=%ff", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b'{"name": "x"}', "application/json"),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(client: MakeClient, body: bytes, kind: str) -> None:
    async with client() as browser:
        headers = {"X-CSRF-Token": await token_for(browser), "Content-Type": kind}
        answer = await browser.post("/form", content=body, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_cookie_attributes(client: MakeClient, issuer: str) -> None:
    async with client(issuer) as browser:
        answer = await browser.get("/keep")
    secure = issuer.startswith("https")
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-vneid_idp_" if secure else "vneid_idp_")
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert ("Secure" in attributes) is secure
        assert not any(attribute.startswith("Domain") for attribute in attributes)


async def test_browser_number_is_kept_and_a_planted_one_of_another_form_is_not(client: MakeClient) -> None:
    async with client() as browser:
        await browser.get("/keep")
        first = browser.cookies["vneid_idp_browser"]
        await browser.get("/keep")
        assert browser.cookies["vneid_idp_browser"] == first
        for planted in ("guessable", f"{first}x", ""):
            again = await browser.get("/keep", headers={"Cookie": f"vneid_idp_browser={planted}"})
            assert any(cookie.startswith("vneid_idp_browser=") for cookie in again.headers.get_list("set-cookie"))
