"""What leaves with a response."""

import re

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tests.unit.web.conftest import MakeClient
from vneid_idp.web.headers import Edge


def policy(header: str) -> dict[str, list[str]]:
    """Directive → sources."""
    return {words[0]: words[1:] for words in (part.split() for part in header.split(";"))}


async def test_page_allows_nothing_but_our_own_files(client: MakeClient) -> None:
    async with client() as browser:
        answer = await browser.get("/page/text")
    directives = policy(answer.headers["content-security-policy"])
    assert directives["default-src"] == directives["script-src"] == ["'none'"]
    assert directives["frame-ancestors"] == directives["base-uri"] == ["'none'"]
    assert directives["style-src"] == directives["img-src"] == directives["font-src"] == ["'self'"]
    assert directives["form-action"] == ["'self'"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert "permissions-policy" in answer.headers


async def test_a_page_with_a_form_has_the_script_of_forms(client: MakeClient) -> None:
    async with client() as browser:
        pages = [(await browser.get(f"/page/{name}")).text for name in ("form", "text")]
    assert ["/static/forms.js?" in page for page in pages] == [True, False]


async def test_script_runs_by_a_nonce_of_this_response_only(client: MakeClient) -> None:
    async with client() as browser:
        answers = [await browser.get("/page/script") for _ in range(2)]
    nonces = []
    for answer in answers:
        found = re.fullmatch(r'<script nonce="([\w-]{22})"></script>', answer.text)
        assert found
        assert policy(answer.headers["content-security-policy"])["script-src"] == [f"'nonce-{found[1]}'"]
        nonces.append(found[1])
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize(
    ("uri", "sources"),
    [
        ("https://rp.example/callback?x=1", ["https://rp.example"]),
        ("http://localhost:8001/callback", ["http://localhost:8001"]),
        ("https://RP.example:8443/", ["https://rp.example:8443"]),
        ("vn.example.app://callback", ["vn.example.app:"]),
        ("com.example:/callback", ["com.example:"]),
        ("http://[::1]:9000/callback", ["http:"]),
        ("https://rp.example;script-src/", ["https:"]),
        ("https://rp.example 'unsafe-inline'/", ["https:"]),
        ("no scheme", []),
    ],
)
async def test_form_may_lead_to_the_relying_party_alone(client: MakeClient, uri: str, sources: list[str]) -> None:
    async with client() as browser:
        answer = await browser.get("/target", params={"uri": uri})
    directives = policy(answer.headers["content-security-policy"])
    assert directives["form-action"] == ["'self'", *sources]
    assert directives["script-src"] == ["'none'"]


async def test_json_carries_only_what_concerns_json(client: MakeClient) -> None:
    async with client("https://id.example") as browser:
        headers = (await browser.get("/json")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" in headers
    assert "content-security-policy" not in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    ("issuer", "strict"),
    [
        ("https://id.example", True),
        ("https://localhost:8443", False),
        ("https://127.0.0.2", False),
        ("http://localhost:8000", False),
    ],
)
async def test_strict_transport_spares_the_developers_localhost(client: MakeClient, issuer: str, strict: bool) -> None:
    async with client(issuer) as browser:
        assert ("strict-transport-security" in (await browser.get("/page/form")).headers) is strict


async def test_static_files_are_named_by_content_and_kept(client: MakeClient) -> None:
    async with client() as browser:
        page = (await browser.get("/page/form")).text
        css = re.search(r'href="(/static/app\.css\?v=\w+)"', page)
        assert css
        assert "immutable" in (await browser.get(css[1])).headers["cache-control"]
        assert "immutable" not in (await browser.get("/static/app.css")).headers["cache-control"]
        for font in re.findall(r'href="(/static/fonts/[^"]+)"', page):
            assert "immutable" in (await browser.get(font)).headers["cache-control"]


async def test_page_weighs_little(client: MakeClient) -> None:
    async with client() as browser:
        page = (await browser.get("/page/form")).text
        files = {name for name in re.findall(r'(?:href|src)="(/static/[^"]+)"', page) if ".woff2" not in name}
        weight = len(page.encode()) + sum([len((await browser.get(name)).content) for name in files])
    assert len(files) >= 3
    assert weight < 60_000


async def test_an_answer_that_has_begun_is_not_followed_by_another() -> None:
    """Half of a page and then an error page would be a whole answer to whoever reads it."""
    sent: list[Message] = []
    answered: list[Exception] = []

    async def breaks_off(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("in the middle")

    async def on_error(_: Request, error: Exception) -> Response:
        answered.append(error)
        return Response(status_code=500)

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    with pytest.raises(KeyError):
        await Edge(breaks_off, "https://id.example", on_error)(scope, receive, send)
    assert ([message["type"] for message in sent], answered) == (["http.response.start"], [])
