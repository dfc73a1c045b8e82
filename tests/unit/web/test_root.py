"""One way to every door: found by its address, and answered in its form."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.unit.web.conftest import MakeClient
from vneid_idp.web.doors import Door
from vneid_idp.web.root import Root

ISSUER = "https://id.example"


def named(name: str) -> Door:
    """A door that tells its own name and what was in the address."""

    async def tell(request: Request) -> Response:
        return PlainTextResponse(f"{name} {request.path_params}")

    return Door.page(name, tell)


async def get(app: Root, path: str) -> httpx.Response:
    """One GET."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as program:
        return await program.get(f"{ISSUER}{path}")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a", "/a {}"),
        ("/a/second", "/a/second {}"),
        ("/a/other", "/a/{id} {'id': 'other'}"),
        ("/a/other/second", "/a/{id}/second {'id': 'other'}"),
        ("/a/x%2Fy", "/a/{id}/{rest:path} {'id': 'x', 'rest': 'y'}"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
async def test_an_exact_address_goes_before_one_with_parameters(path: str, found: str, turned: bool) -> None:
    doors = [named(name) for name in ("/a/second", "/a/{id}", "/a/{id}/second", "/a")]
    doors = [*(reversed(doors) if turned else doors), named("/a/{id}/{rest:path}")]
    assert (await get(Root(ISSUER, doors), path)).text == found


async def test_the_ways_of_one_address_are_of_one_kind() -> None:
    async def endpoint(request: Request) -> Response:
        raise AssertionError

    with pytest.raises(ValueError, match="several kinds"):
        Root(ISSUER, [Door.page("/a", endpoint), Door.api("/a", endpoint, "POST")])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("OPTIONS", "/keep", "GET, HEAD"),
        ("PUT", "/token", "GET, HEAD, POST"),
        ("GET", "/introspect", "POST"),
        ("HEAD", "/introspect", "POST"),
        ("BREW", "/page/form", "GET, HEAD"),
    ],
)
async def test_what_an_address_does_not_take(client: MakeClient, method: str, path: str, allowed: str) -> None:
    async with client() as browser:
        answer = await browser.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_head_is_a_get(client: MakeClient) -> None:
    async with client() as browser:
        assert (await browser.head("/page/form")).status_code == 200


@pytest.mark.parametrize("path", ["/token/", "//token", "/Token", "/bindings", "/static"])
async def test_another_address_is_another_address(client: MakeClient, path: str) -> None:
    async with client() as browser:
        answer = await browser.get(f"http://localhost:8000{path}")
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("DELETE", "/form", "text/html; charset=utf-8"),
        ("DELETE", "/token", "application/json"),
        ("POST", "/script", "application/problem+json"),
        ("GET", "/bindings/v1/bug", "application/problem+json"),
        ("GET", "/bindings/elsewhere", "application/problem+json"),
    ],
)
async def test_the_door_decides_the_form_of_an_error(client: MakeClient, method: str, path: str, kind: str) -> None:
    async with client() as browser:
        answer = await browser.request(method, path, headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == kind


async def test_a_bug_behind_an_api_is_ours_and_says_nothing(
    client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    async with client() as program:
        answer = await program.get("/bindings/v1/bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "RuntimeError" in caplog.text
    assert "a person's number" not in answer.text + caplog.text
