"""`vneid-idp sandbox`: one command starts everything and says where it is; one signal stops it all."""

import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from statistics import mean

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.certificates import CARRIER, Authority, jwk_of, pem_of, self_signed
from tests.support.sandbox import Sandbox
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.sandbox.country.personas import PASSCODE, PASSWORD


def seconds_of_libraries() -> float:
    """How long the processor takes at this moment to import what a provider is made of."""
    libraries = (
        "fastapi, sqlalchemy, httpx, webauthn, rich.console, typer, joserfc.jwt, uvicorn, jinja2, babel, asyncpg"
    )
    before = os.times()
    subprocess.run([sys.executable, "-c", f"import {libraries}, argon2, phonenumbers, pydantic_settings"], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def wait_for_logo(folder: Path) -> None:
    """Return when the provider has fetched the logo of the social network."""
    deadline = time.monotonic() + 20
    with closing(sqlite3.connect(folder / ".sandbox" / "vneid-idp.sqlite3")) as database:
        while database.execute("SELECT count(content) FROM client_logos").fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path)
    yield made
    made.end()


def test_it_starts_says_what_there_is_and_stops(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.start()
    said = sandbox.log.read_text()
    assert said.lstrip().startswith("Provider "), "nothing is logged before there is something to see"
    wait_for_logo(tmp_path)
    assert sandbox.log.read_text() == said, "nor while nobody asks for anything"
    provider, network = f"http://localhost:{sandbox.port}", f"http://localhost:{sandbox.network_port}"
    for text in (provider, network, PASSWORD, PASSCODE, "Nguyễn Thị Minh Anh", "What to try"):
        assert text in said
    for address in re.findall(r"^  \S[\w ]+ (http://\S+)$", said, re.MULTILINE):
        answer = httpx.get(address, timeout=10, trust_env=False)
        assert answer.status_code == 200, address
        assert parsedate_to_datetime(answer.headers["date"])
    authority, keys = tmp_path / ".sandbox/tls", ("secret", "social-network.json", "authority.key", "server.pem")
    secrets = [path for path in (*authority.iterdir(), *authority.parent.iterdir()) if path.name in keys]
    assert len(secrets) == 4
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets)

    sandbox.process.send_signal(signal.SIGINT)
    assert sandbox.process.wait(15) == 0
    assert not sandbox.is_up()
    assert "Traceback" not in sandbox.log.read_text()


OWN = {"grant_type": "client_credentials", "scope": "binding:social_account"}


def test_a_client_shows_a_certificate_without_any_proxy(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.start()
    with httpx.Client(base_url=f"http://localhost:{sandbox.port}", trust_env=False) as api:
        made = api.post("/sandbox/certificates", json={"subject": CARRIER}).json()
        own, key = self_signed("CN=anything", SystemClock().now())
        # Whoever registers the certificate of an authority of their own is no authority by that.
        forger = Authority("CN=Forger", SystemClock().now())
        forged = forger.certificate.public_bytes(Encoding.PEM).decode()
        registered = {}
        for method, members in (
            ("tls_client_auth", {"tls_client_auth_subject_dn": CARRIER}),
            (
                "self_signed_tls_client_auth",
                {"jwks": {"keys": [jwk_of(own, key), jwk_of(forger.certificate, forger.key)]}},
            ),
        ):
            common = {"grant_types": ["client_credentials"], "scope": "openid binding:social_account"}
            bound = {"token_endpoint_auth_method": method, "tls_client_certificate_bound_access_tokens": True}
            registered[method] = api.post("/register", json=common | bound | members).json()["client_id"]
        junk = (b"{}", b"x", b'{"subject": "x"}', b"[]", b'{"subject": "%b"}' % (b"CN=a," * 1000 + b"CN=a"))
        refused = [api.post("/sandbox/certificates", content=text) for text in junk]
        assert {answer.status_code for answer in refused} == {422}
        tries = [api.post("/sandbox/certificates", content=b"x").status_code for _ in range(300)]
        assert set(tries) == {422, 429}, "one address is issued so many and no more"
        aliases = api.get("/.well-known/openid-configuration").json()["mtls_endpoint_aliases"]
        assert api.get("/sandbox/certificates/authority.pem").text == made["authority"]
    for name, text in (
        ("tls_client_auth", made["certificate"] + made["private_key"]),
        ("self_signed_tls_client_auth", pem_of(own, key)),
        ("forged", pem_of(*forger.issue(CARRIER)) + forged),
    ):
        (tmp_path / name).write_text(text)
    found = {}
    for shown in (*registered, "forged", None):
        context = ssl.create_default_context(cadata=made["authority"])
        if shown is not None:
            context.load_cert_chain(tmp_path / shown)
        with httpx.Client(verify=context, trust_env=False) as client:
            for method, client_id in registered.items():
                answer = client.post(aliases["token_endpoint"], data=OWN | {"client_id": client_id})
                found[shown, method] = answer.status_code
                if shown == method:
                    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
                    path = aliases["userinfo_endpoint"].replace("/userinfo", "/bindings/v1/social-accounts")
                    assert client.get(path, headers=bearer).status_code == 200
    assert {pair for pair, status in found.items() if status == 200} == {(method, method) for method in registered}
    assert set(found.values()) == {200, 401}


def test_it_starts_again_with_what_it_had_and_sigterm_stops_it_too(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.start()
    kept = {path.name: path.read_bytes() for path in (tmp_path / ".sandbox").iterdir() if "secret" in path.name}
    keys = httpx.get(f"http://localhost:{sandbox.port}/jwks.json", trust_env=False).json()
    sandbox.process.send_signal(signal.SIGTERM)
    assert sandbox.process.wait(15) == 0
    assert not sandbox.is_up()

    sandbox.start(VNEID_IDP_ISSUER="https://localhost:8443", VNEID_IDP_SOCIAL_NETWORK_URL="https://localhost:8444")
    # Three seconds are promised on a machine at rest. Tests share theirs, and a processor that is shared is slower, so
    # what counts is how much more it takes than what nobody can save: importing the libraries.
    taken = sandbox.processor_seconds()
    assert taken < 3 * mean(seconds_of_libraries() for _ in range(3))
    assert {name: (tmp_path / ".sandbox" / name).read_bytes() for name in kept} == kept
    assert httpx.get(f"http://localhost:{sandbox.port}/jwks.json", trust_env=False).json() == keys
    found = httpx.get(f"http://localhost:{sandbox.port}/.well-known/openid-configuration", trust_env=False).json()
    assert found["issuer"] == "https://localhost:8443"
    assert found["token_endpoint"].startswith("https://localhost:8443/")
    assert "https://localhost:8444/" in sandbox.log.read_text()


def test_killed_it_takes_the_social_network_along(sandbox: Sandbox) -> None:
    sandbox.start()
    assert sandbox.is_up()
    sandbox.process.kill()
    deadline = time.monotonic() + 60
    while sandbox.is_up():
        assert time.monotonic() < deadline, "a process outlived the sandbox"
        time.sleep(0.05)


def test_a_second_one_in_the_same_folder_is_refused_on_other_ports_too(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.start()
    second = Sandbox(tmp_path)
    second.log = tmp_path / "second.log"
    second.start()
    try:
        assert second.process.wait(15) == 1
    finally:
        second.process.kill()
    said = second.log.read_text()
    assert f"The sandbox in .sandbox runs already, at http://localhost:{sandbox.port}" in said
    assert "Traceback" not in said
    begun = httpx.get(f"http://localhost:{sandbox.network_port}/", trust_env=False)
    assert begun.status_code == 200, "the first goes on"


def test_a_port_that_is_taken_is_a_sentence(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", sandbox.network_port)):
        sandbox.start()
        assert sandbox.process.wait(15) == 1
    said = sandbox.log.read_text()
    assert f"Port {sandbox.network_port} on 127.0.0.1 cannot be had" in said
    assert "Traceback" not in said
