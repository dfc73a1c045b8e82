"""Clients generated from the published contracts, in Python and TypeScript, run against a server."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.interop.scripts import HERE, MODULES, STRANGERS, node
from tests.support.relying_party import challenge_of
from tests.support.server import Server
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.levels import LEVEL_2

CONTRACTS = HERE.parents[1] / "openapi"
CALLBACK = "http://localhost:9999/callback"


async def run(*argv: str | Path, **options: Any) -> str:
    """What a command prints; raises `AssertionError` with all that it said where it fails."""
    process = await asyncio.create_subprocess_exec(
        *map(str, argv), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, **options
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    return said


async def tokens(server: Server, slug: str) -> tuple[str, str]:
    """An access token of a person, and one of the network's own."""
    verifier = new_secret()
    async with httpx.AsyncClient(base_url=server.issuer, trust_env=False, timeout=60) as http:
        members = {
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "client_credentials"],
            "scope": "openid identity age binding:social_account",
        }
        made = (await http.post("/register", json=members)).raise_for_status().json()
        asked = {
            "client_id": made["client_id"], "redirect_uri": CALLBACK, "response_type": "code",
            "scope": members["scope"], "acr_values": LEVEL_2,
            "code_challenge": challenge_of(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        async with server.visitor(slug) as visitor:
            back = await visitor.prove(f"/authorize?{urlencode(asked)}")
        [code] = parse_qs(urlsplit(back).query)["code"]
        auth = (made["client_id"], made["client_secret"])
        redeemed = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier
        }  # fmt: skip
        of_person = (await http.post("/token", data=redeemed, auth=auth)).raise_for_status().json()
        own = {"grant_type": "client_credentials", "scope": "binding:social_account"}
        of_network = (await http.post("/token", data=own, auth=auth)).raise_for_status().json()
    return of_person["access_token"], of_network["access_token"]


async def generate_python(document: Path, out: Path) -> None:
    """By openapi-python-client, which may have nothing to say of the contract."""
    assert STRANGERS.exists(), "there is no openapi-python-client: `make test` installs it"
    settings = out.with_suffix(".settings.json")
    settings.write_text('{"post_hooks": []}')  # it would have its own linter look over the result
    options = ("--meta", "none", "--config", settings, "--fail-on-warning")
    await run(STRANGERS / "openapi-python-client", "generate", "--path", document, "--output-path", out, *options)


async def generate_types(document: Path, out: Path) -> None:
    """By openapi-typescript."""
    await run(node(), MODULES / "openapi-typescript" / "bin" / "cli.js", document, "-o", out)


async def in_python(folder: Path) -> list[str | Path]:
    """Generate, and how to start the client."""
    await generate_python(CONTRACTS / "bindings-v1.json", folder / "generated")
    return [STRANGERS / "python", shutil.copy(HERE / "generated_client.py", folder)]


async def in_typescript(folder: Path) -> list[str | Path]:
    """Generate and compile, and how to start the client."""
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "package.json").write_text('{"type": "module"}')
    source = Path(shutil.copy(HERE / "generated_client.ts", folder))
    await generate_types(CONTRACTS / "bindings-v1.json", folder / "bindings.d.ts")
    options = ("--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom")
    await run(node(), MODULES / "typescript" / "bin" / "tsc", *options, source.name, cwd=folder)
    return [node(), source.with_suffix(".js")]


@pytest.mark.parametrize(("prepared", "slug"), [(in_python, "khmer"), (in_typescript, "merged-province")])
async def test_a_generated_client_binds_asks_lists_and_releases(
    on_sqlite: Server, tmp_path: Path, prepared: Callable[[Path], Awaitable[list[str | Path]]], slug: str
) -> None:
    of_person, own = await tokens(on_sqlite, slug)
    async with asyncio.timeout(120):
        command = await prepared(tmp_path)
        learnt = json.loads(await run(*command, on_sqlite.issuer, of_person, own, cwd=tmp_path))
    bound = learnt["bound"]
    assert (bound["state"], bound["level"], bound["method"]) == ("verified", 2, "own_proof")
    assert learnt["may"] is True
    assert bound["binding_id"] in learnt["listed"]
    assert learnt["released"] == "released"
    assert learnt["refused"] == "not_found"


async def test_every_published_contract_makes_a_client_without_a_warning(tmp_path: Path) -> None:
    for document in sorted(CONTRACTS.glob("*-v1.json")):
        said = json.loads(document.read_text("utf-8"))
        assert said["info"]["license"]["identifier"] == "Apache-2.0"
        assert said["servers"][0]["url"].startswith("http://localhost:")
        await generate_python(document, tmp_path / document.stem)
        await generate_types(document, tmp_path / f"{document.stem}.d.ts")
