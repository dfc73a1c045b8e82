"""Behind nginx as `examples/proxies/nginx.conf` has it: the certificate of the connection counts, and no header."""

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.certificates import CARRIER, Authority, header
from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.served import listening_at
from tests.support.server import free_port

CONFIGURATION = Path(__file__).parents[3] / "examples/proxies/nginx.conf"
OWN = {"grant_type": "client_credentials", "scope": "binding:social_account"}
AUTHORITY = Authority()


def written(folder: Path, name: str, *names: x509.GeneralName, server: bool = False) -> tuple[Path, Path]:
    certificate, key = AUTHORITY.issue(name, *names, server=server)
    slug = "server" if server else name.partition(",")[0]
    crt, pem = folder / f"{slug}.crt", folder / f"{slug}.key"
    crt.write_bytes(certificate.public_bytes(Encoding.PEM))
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return crt, pem


@asynccontextmanager
async def nginx(folder: Path, provider: str) -> AsyncIterator[tuple[int, int]]:
    """nginx before the provider; the ports for people, and for clients with certificates."""
    crt, key = written(folder, "CN=localhost", x509.DNSName("localhost"), server=True)
    people, clients = free_port(), free_port()
    text = CONFIGURATION.read_text()
    for before, after in (
        ("server 127.0.0.1:8000;", f"server {provider.removeprefix('http://')};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{people} ssl;"),
        ("listen 8443 ssl;", f"listen 127.0.0.1:{clients} ssl;"),
        ("/etc/vneid-idp/tls.crt", str(crt)),
        ("/etc/vneid-idp/tls.key", str(key)),
    ):
        assert before in text
        text = text.replace(before, after)
    own = [f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    text = text.replace("http {", "http {\n access_log off;\n" + "\n".join(own), 1)
    (folder / "nginx.conf").write_text(f"daemon off; pid {folder}/nginx.pid; error_log stderr;\n{text}")
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is missing: make tools"
    running = await asyncio.create_subprocess_exec(program, "-e", "stderr", "-c", folder / "nginx.conf")
    try:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", clients)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.05)
        yield people, clients
    finally:
        running.terminate()
        await running.wait()


async def takes(port: int, trusts: ssl.SSLContext, ciphers: str) -> bool:
    """Whether the port shakes hands on TLS 1.2 with one of these."""
    trusts.maximum_version = ssl.TLSVersion.TLSv1_2
    trusts.set_ciphers(ciphers)
    try:
        _, writer = await asyncio.open_connection("localhost", port, ssl=trusts)
    except ssl.SSLError:
        return False
    writer.close()
    return True


async def test_the_certificate_of_the_connection_counts_and_no_header(land: Country, tmp_path: Path) -> None:
    land.app.state.idp = replace(
        land.idp, trusted_proxies=(ip_network("127.0.0.1"),), client_authorities=AUTHORITY.store
    )
    members = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": CARRIER}
    party = RelyingParty(land, await land.register(**members, tls_client_certificate_bound_access_tokens=True))
    form = OWN | {"client_id": party.client_id}
    trusts = ssl.create_default_context(cadata=AUTHORITY.certificate.public_bytes(Encoding.PEM).decode())
    smuggled = header(AUTHORITY.issue()[0])
    async with listening_at() as (address, serve):
        serve(land.app)
        async with nginx(tmp_path, address) as (people, clients):
            found = []
            for name, port in ((CARRIER, clients), ("CN=Another", clients), (None, clients), (None, people)):
                context = ssl.create_default_context(cadata=AUTHORITY.certificate.public_bytes(Encoding.PEM).decode())
                if name is not None:
                    context.load_cert_chain(*written(tmp_path, name))
                async with httpx.AsyncClient(verify=context, base_url=f"https://localhost:{port}") as client:
                    answers = [await client.post("/token", data=form, headers=more) for more in ({}, smuggled)]
                    found.append([answer.status_code for answer in answers])
                    if name == CARRIER:
                        bearer = {"Authorization": f"Bearer {answers[1].json()['access_token']}"}
                        api = await client.get("/bindings/v1/social-accounts", headers=bearer)
            assert api.status_code == 200, "a token is bound to the certificate of the connection, not to the header's"
            async with httpx.AsyncClient(verify=trusts, base_url=f"https://localhost:{people}") as client:
                stolen = await client.get("/bindings/v1/social-accounts", headers=bearer | smuggled)
            for port in (people, clients):  # FAPI 2.0 section 5.2.2, BCP 195
                assert await takes(port, trusts, "ECDHE+AESGCM")
                assert not await takes(port, trusts, "ECDHE+CHACHA20:ECDHE+AES:!AESGCM:AES")
    assert found == [[200, 200], [401, 401], [401, 401], [401, 401]]
    assert stolen.status_code == 401
