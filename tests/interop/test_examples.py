"""The examples of the integration guide, started as a reader starts them and visited as a person visits them."""

import asyncio
import html
import json
import re
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interop.scripts import MODULES, line_of, node, running, trusting
from tests.support.certificates import pem_of
from tests.support.nginx import Proxy
from tests.support.sandbox import COMMAND
from tests.support.server import Guest, Server

Answer = Awaitable[httpx.Response]
EXAMPLES = Path(__file__).parents[2] / "examples"


def commands(folder: Path) -> dict[str, list[str]]:
    """How to start each, in a reader's folder."""
    copy = Path(shutil.copy(EXAMPLES / "openid_client.mjs", folder))
    (folder / "node_modules").symlink_to(MODULES)
    return {
        "openid-client": [node(), str(copy)],
        "authlib": [sys.executable, "-W", "ignore", str(EXAMPLES / "authlib_app.py")],
        "carrier": ["env", "-u", "VNEID_IDP_TEST_RUN", sys.executable, str(EXAMPLES / "carrier_backend.py")],
    }


def operated(server: Server, folder: Path) -> dict[str, str]:
    """The environment in which the operator's command of a reader's `folder` works on this server."""
    command = folder / ".venv/bin/vneid-idp"  # where `make sandbox` puts it
    command.parent.mkdir(parents=True)
    command.symlink_to(COMMAND)
    return server.environment


@asynccontextmanager
async def started(argv: list[str], server: Server, **environment: str) -> AsyncIterator[str]:
    """The address that the example prints."""
    environment |= {"ISSUER": server.issuer, "PORT": "0", **trusting(server.authority)}
    async with running(*argv, **environment) as process:
        first, address = (await line_of(process)).split(" ")
        assert first == "Open"
        yield address


async def through(browser: httpx.AsyncClient, visitor: Guest, address: str) -> httpx.Response:
    """Follow a link of the example to the provider and back."""
    away = await browser.get(address)
    assert away.is_redirect, away.text
    back = await visitor.prove(away.headers["location"])
    return await browser.get(back)


def facts(page: httpx.Response) -> dict[str, Any]:
    found = re.search("<pre>(.*)</pre>", page.text, re.DOTALL)
    assert found, page.text
    shown: dict[str, Any] = json.loads(html.unescape(found[1]))
    return shown


@asynccontextmanager
async def visited(name: str, slug: str, server: Server, folder: Path) -> AsyncIterator[Callable[[str], Answer]]:
    """An example that runs, and what a person sees there after following a link of it to the provider and back."""
    async with (
        asyncio.timeout(120),
        started(commands(folder)[name], server, SANDBOX=str(folder), **operated(server, folder)) as home,
        httpx.AsyncClient(timeout=30, trust_env=False) as browser,
        server.visitor(slug) as visitor,
    ):
        assert '<a href="/login">' in (await browser.get(home)).text
        yield lambda path: through(browser, visitor, home + path)


@pytest.mark.parametrize(("name", "slug"), [("openid-client", "born-2000"), ("authlib", "very-long-name")])
async def test_an_own_application_in_ten_minutes(on_sqlite: Server, tmp_path: Path, name: str, slug: str) -> None:
    async with visited(name, slug, on_sqlite, tmp_path) as follow:
        shown = facts(await follow("/login"))
        assert shown["claims"]["iss"] == on_sqlite.issuer
        assert shown["claims"]["acr"] == "urn:vneid:level:2"
        assert shown["userinfo"]["sub"] == shown["claims"]["sub"]
        assert (shown["userinfo"]["identity_level"], shown["userinfo"]["age_band"]) == (2, "18_plus")
        binding = shown["binding"]
        assert (binding["state"], binding["level"], binding["method"]) == ("verified", 2, "own_proof")
        assert "post" in {each["action"] for each in binding["capabilities"] if each["allowed"]}
        signed_out = await follow("/logout")
        assert '<a href="/login">' in signed_out.text
        assert signed_out.url.path == "/"


@pytest.mark.parametrize("name", ["openid-client", "authlib"])
async def test_less_than_level_2_is_told_and_not_believed(on_sqlite: Server, tmp_path: Path, name: str) -> None:
    async with visited(name, "level-1", on_sqlite, tmp_path) as follow:
        shown = facts(await follow("/login"))
        assert shown["error"] == "unmet_authentication_requirements"
        assert "binding" not in shown


async def test_a_carriers_back_end_in_ten_minutes(behind_nginx: Server, tmp_path: Path) -> None:
    async with visited("carrier", "four-word-name", behind_nginx, tmp_path) as follow:
        shown = facts(await follow("/login"))
        assert shown["userinfo"]["sub"] == shown["claims"]["sub"]
        assert shown["userinfo"]["identity_level"] == 2
        assert shown["without the key"]["error"] == "invalid_token"
        assert shown["refreshed"]["token_type"] == "DPoP"
        assert [each["type"] for each in shown["confirmed"]] == ["subscriber_number", "identity_match"]
        assert (shown["matched"]["verdict"], shown["bound"]["state"]) == ("matched", "verified")
        assert shown["numbers"]["items"] == [shown["bound"]]


async def test_a_token_by_hand_as_the_readme_says(on_sqlite: Server) -> None:
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    [address] = re.findall(r"^http://localhost:8000(/authorize\?\S+)$", readme, re.MULTILINE)
    after = readme.partition(address)[2]
    [command] = re.findall(r"curl -s http://localhost:8000/token (.*?)\| python3", after, re.DOTALL)
    registration, *_ = re.findall(r"/register -H 'Content-Type: application/json' -d '(\{.*?\})'", readme, re.DOTALL)
    form = dict(pair.split("=", 1) for pair in re.findall(r"-d (\S+)", command))
    async with (
        httpx.AsyncClient(base_url=on_sqlite.issuer, timeout=30, trust_env=False) as shell,
        on_sqlite.visitor("hmong") as visitor,
    ):
        made = (await shell.post("/register", json=json.loads(registration))).raise_for_status().json()
        back = httpx.URL(await visitor.prove(address.replace("CLIENT_ID", made["client_id"])))
        assert back.host == "localhost"
        redeemed = await shell.post(
            "/token", data=form | {"code": back.params["code"]}, auth=(made["client_id"], made["client_secret"])
        )
        bearer = {"Authorization": f"Bearer {redeemed.raise_for_status().json()['access_token']}"}
        bound = await shell.post("/bindings/v1/social-accounts", json={"account_id": "100045781"}, headers=bearer)
        assert (bound.status_code, bound.json()["state"]) == (201, "verified"), bound.text


async def test_a_carriers_ten_minutes_by_hand(behind_nginx: Server, proxy: Proxy, tmp_path: Path) -> None:
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8").partition("*Ten minutes of a carrier's*")[2]
    before, after = re.findall(r"^```sh\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)[:2]
    certificate, private_key = pem_of(*proxy.issuing.issue()).split("-----BEGIN PRIVATE")
    made = {"certificate": certificate, "private_key": f"-----BEGIN PRIVATE{private_key}"}
    (tmp_path / "certificates").write_text(json.dumps(made | {"authority": proxy.authority.read_text()}))
    operator = operated(behind_nginx, tmp_path)
    # Of a sandbox this is the one thing that a provider does not have.
    issued = 'curl() { case "$*" in */sandbox/certificates*) cat certificates ;; *) command curl "$@" ;; esac; }\n'
    addresses = {"http://localhost:8000": behind_nginx.issuer, "https://localhost:8003": proxy.clients}

    async def shell(script: str) -> list[str]:
        for known, ours in addresses.items():
            script = script.replace(known, ours)
        environment = {**operator, "CURL_CA_BUNDLE": str(proxy.authority), "NO_PROXY": "localhost"}
        process = await asyncio.create_subprocess_exec(
            "sh", "-eu", "-c", issued + script, cwd=tmp_path, env=environment, stdout=PIPE
        )
        return (await process.communicate())[0].decode().replace("}{", "}\n{").splitlines()

    [address] = await shell(before)
    async with behind_nginx.visitor("hmong") as visitor:
        code = httpx.URL(await visitor.prove(address)).params["code"]
    kept = [line for line in before.splitlines(keepends=True) if line.startswith(("told()", "shown()", "NUMBER="))]
    known = f"CLIENT_ID={httpx.URL(address).params['client_id']}\n" + "".join(kept)
    rest = known + after.replace("CODE=…", f"CODE={code}")
    introspected, refused, userinfo, bound, numbers = map(json.loads, await shell(rest))
    assert introspected["authorization_details"][0]["phone_number"] == "+84951234567"
    assert refused["error"] == "invalid_token"
    assert (userinfo["sub"], userinfo["identity_level"]) == (introspected["sub"], 1)
    assert (bound["state"], numbers["items"]) == ("confirmed", [bound])


async def test_a_carriers_counter_in_ten_minutes(behind_nginx: Server) -> None:
    environment = {"ISSUER": behind_nginx.issuer, **trusting(behind_nginx.authority)}
    async with behind_nginx.visitor("letter-d") as visitor:
        argv = [sys.executable, str(EXAMPLES / "guide" / "counter.py"), str(visitor.persona.record.phone)]
        async with asyncio.timeout(60), running(*argv, **environment) as process:
            asked = json.loads(await line_of(process))
            assert (await line_of(process)).startswith(f"Show {asked['number_to_show']} to the person")
            allow = (await line_of(process)).removeprefix("Or: curl -X POST ")
            assert (await visitor.browser.post(allow)).status_code == 200
            assert json.loads(await line_of(process))["token_type"] == "DPoP"
            assert json.loads(await line_of(process))["identity_level"] == 2
