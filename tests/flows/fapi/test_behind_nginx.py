"""Behind nginx as `examples/proxies/nginx.conf` has it: the certificate of the connection counts, and no header."""

import asyncio
import ssl
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import httpx

from tests.support.certificates import CARRIER, Authority, header, pem_of
from tests.support.country import Country
from tests.support.nginx import Proxy
from tests.support.relying_party import RelyingParty
from tests.support.served import listening_at

OWN = {"grant_type": "client_credentials", "scope": "binding:social_account"}
AUTHORITY = Authority()


def written(folder: Path, name: str) -> Path:
    """A certificate of that name and its key, in a file."""
    path = folder / f"{name.partition(',')[0]}.pem"
    path.write_text(pem_of(*AUTHORITY.issue(name)))
    return path


async def takes(origin: str, trusts: ssl.SSLContext, ciphers: str) -> bool:
    """Whether the port shakes hands on TLS 1.2 with one of these."""
    trusts.maximum_version = ssl.TLSVersion.TLSv1_2
    trusts.set_ciphers(ciphers)
    try:
        _, writer = await asyncio.open_connection("localhost", httpx.URL(origin).port, ssl=trusts)
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
    smuggled = header(AUTHORITY.issue()[0])
    proxy = Proxy(tmp_path)
    async with listening_at() as (address, serve):
        serve(land.app)
        with proxy.before(address):
            found = []
            people, clients = proxy.people, proxy.clients
            for name, origin in ((CARRIER, clients), ("CN=Another", clients), (None, clients), (None, people)):
                trust = proxy.trust
                if name is not None:
                    trust.load_cert_chain(written(tmp_path, name))
                async with httpx.AsyncClient(verify=trust, base_url=origin) as client:
                    answers = [await client.post("/token", data=form, headers=more) for more in ({}, smuggled)]
                    found.append([answer.status_code for answer in answers])
                    if name == CARRIER:
                        bearer = {"Authorization": f"Bearer {answers[1].json()['access_token']}"}
                        api = await client.get("/bindings/v1/social-accounts", headers=bearer)
            assert api.status_code == 200, "a token is bound to the certificate of the connection, not to the header's"
            async with httpx.AsyncClient(verify=proxy.trust, base_url=people) as client:
                stolen = await client.get("/bindings/v1/social-accounts", headers=bearer | smuggled)
            for origin in (people, clients):  # FAPI 2.0 section 5.2.2, BCP 195
                assert await takes(origin, proxy.trust, "ECDHE+AESGCM")
                assert not await takes(origin, proxy.trust, "ECDHE+CHACHA20:ECDHE+AES:!AESGCM:AES")
    assert found == [[200, 200], [401, 401], [401, 401], [401, 401]]
    assert stolen.status_code == 401
