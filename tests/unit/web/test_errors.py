"""The right answer at each door."""

import logging

import pytest
from starlette.requests import Request

from tests.unit.web.conftest import MakeClient
from vneid_idp.web.sentences import SENTENCES, sentence_for


async def test_oauth_door_speaks_oauth(client: MakeClient) -> None:
    async with client() as program:
        answer = await program.post("/token")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"error": "invalid_client", "error_description": "No such 'client'."}
    assert answer.headers["www-authenticate"] == (
        'Basic realm="vneid-idp", error="invalid_client", error_description="No such \'client\'."'
    )
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert "log only" not in answer.text


async def test_refusal_of_the_domain_speaks_oauth_there_too(client: MakeClient) -> None:
    async with client() as program:
        answer = await program.post("/introspect")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "30"
    assert answer.json() == {"error": "too_many_attempts", "error_description": "Too many attempts."}


async def test_protected_door_challenges(client: MakeClient) -> None:
    async with client() as program:
        bare = await program.get("/userinfo")
        refused = await program.get("/userinfo", headers={"Authorization": "Bearer x"})
    assert bare.headers["www-authenticate"] == 'Bearer realm="vneid-idp"'
    assert 'error="invalid_token", error_description="The token has expired."' in refused.headers["www-authenticate"]


async def test_api_door_speaks_problem_details(client: MakeClient) -> None:
    async with client() as program:
        answer = await program.get("/bindings/v1/refused")
        token = await program.get("/bindings/v1/token")
        absent = await program.get("/bindings/v1/absent")
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.pop("request_id") == answer.headers["x-request-id"]
    assert problem == {
        "type": "urn:vneid:problem:too_many_attempts",
        "title": "Too many attempts.",
        "status": 429,
        "detail": "Five a minute.",
        "code": "too_many_attempts",
    }
    assert token.status_code == 401
    assert token.headers["www-authenticate"].startswith("Bearer")
    assert token.json()["code"] == "invalid_token"
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")


async def test_malformed_body_is_not_repeated(client: MakeClient) -> None:
    async with client() as program:
        answer = await program.post("/bindings/v1/things", json={"a": "0912 345 678"})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert "0912" not in answer.text
    assert "body.a" in answer.json()["detail"]


async def test_page_tells_a_person_what_to_do(client: MakeClient) -> None:
    async with client() as browser:
        answer = await browser.get("/authorize")
        english = await browser.get("/authorize?lang=en")
    assert answer.status_code == 400
    assert "Dịch vụ gửi yêu cầu chưa đúng" in answer.text
    assert "redirect_uri is missing." in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "The service made a mistake" in english.text


async def test_page_asked_for_as_json_is_a_problem(client: MakeClient) -> None:
    async with client() as program:
        answer = await program.get("/refused", headers={"Accept": "application/json"})
        page = await program.get("/refused", headers={"Accept": "text/html,application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/form", 405)])
async def test_what_is_not_there(client: MakeClient, method: str, path: str, status: int) -> None:
    async with client() as browser:
        answer = await browser.request(method, path)
    assert answer.status_code == status
    assert "<html" in answer.text
    assert "content-security-policy" in answer.headers
    assert (answer.headers.get("allow") == "POST") is (status == 405)


async def test_unexpected_error_is_ours_and_says_nothing(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    async with client() as browser:
        with caplog.at_level(logging.INFO):
            answer = await browser.get("/keep", headers={"X-Fail": "belongs-to-somebody"})
    assert answer.status_code == 500
    assert "server_error" in answer.text
    assert "content-security-policy" in answer.headers
    assert answer.headers["x-request-id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "belongs-to-somebody" not in answer.text + caplog.text
    kept = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in kept] == ["vneid_idp_browser"]


async def test_detail_is_for_the_log_only(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    async with client() as program:
        with caplog.at_level(logging.INFO, "vneid_idp"):
            answers = [await program.get(path) for path in ("/token", "/bindings/v1/token", "/authorize")]
    for answer in answers:
        assert "log only" not in answer.text + str(answer.headers)
        assert answer.headers["x-request-id"] in caplog.text
    assert caplog.text.count("detail=log only") == 3


async def test_sandbox_explains(client: MakeClient) -> None:
    heard = []

    def explain(request: Request, error: Exception, request_id: str) -> str:
        heard.append((request.url.path, type(error).__name__, request_id))
        return f"http://localhost:8000/sandbox/errors/{request_id}"

    async with client(explain=explain) as program:
        token = await program.post("/token")
        api = await program.get("/bindings/v1/refused")
        page = await program.get("/authorize")
    assert [path for path, _, _ in heard] == ["/token", "/bindings/v1/refused", "/authorize"]
    assert token.json()["error_uri"] == f"http://localhost:8000/sandbox/errors/{token.headers['x-request-id']}"
    assert api.json()["instance"].endswith(api.headers["x-request-id"])
    assert f'href="http://localhost:8000/sandbox/errors/{page.headers["x-request-id"]}"' in page.text


def test_every_code_has_a_text() -> None:
    assert sentence_for("anything", 500, from_client=True) is SENTENCES["server_error"]
    assert sentence_for("anything", 400, from_client=True) != sentence_for("anything", 400, from_client=False)


async def test_locked_out_person_is_told_for_how_long(client: MakeClient) -> None:
    async with client() as browser:
        answer = await browser.get("/refused?lang=en")
    assert "You can try again in 1 minute." in answer.text
    assert answer.headers["retry-after"] == "30"
