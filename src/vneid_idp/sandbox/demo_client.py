"""The demo social network's registration with the provider, and what it must know to start."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from vneid_idp.clients import service
from vneid_idp.kernel.secrets import digest, new_secret, same
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.registration import Registration
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.delete_client import delete_client

if TYPE_CHECKING:
    from vneid_idp.settings import Settings

CLIENT_ID = "quan-nuoc"
_METADATA = Path(__file__).parent / "social_network" / "registration.json"
_METADATA_ORIGIN = "http://localhost:8001"


@dataclass(frozen=True, slots=True)
class DemoClient:
    """The `SOCIAL_*` variables of the demo's process."""

    environment: dict[str, str]


async def demo_client(database: Database, settings: "Settings") -> DemoClient:
    """Register the demo, or bring its registration up to date with the addresses of the settings.

    Its credentials stand in the state folder, as a relying party would keep them; the provider has a digest.
    """
    url = settings.social_network_url or _METADATA_ORIGIN
    members = orjson.loads(_METADATA.read_text().replace(_METADATA_ORIGIN, url))
    wanted = registration.read_registration(members, Registrar(by_operator=True, sandbox=True))
    path = settings.state_folder / "social-network.json"
    kept: dict[str, str] = orjson.loads(path.read_bytes()) if path.exists() else {}
    secret = await database.transact(lambda unit: _in_step(unit, wanted, kept.get("client_secret", "")))
    if secret is not None:
        kept = {"client_secret": secret, "session_secret": new_secret()}
        _keep(path, orjson.dumps(kept))
    return DemoClient(
        {
            "SOCIAL_ISSUER": settings.issuer,
            "SOCIAL_CLIENT_ID": CLIENT_ID,
            "SOCIAL_CLIENT_SECRET": kept["client_secret"],
            "SOCIAL_SESSION_SECRET": kept["session_secret"],
            "SOCIAL_PUBLIC_URL": url,
            "SOCIAL_DATABASE": str(settings.state_folder / "social-network.sqlite3"),
            "SOCIAL_HOST": settings.host,
            "SOCIAL_PORT": str(settings.social_network_port),
            **({"SOCIAL_CA_BUNDLE": str(settings.ca_bundle)} if settings.ca_bundle else {}),
        }
    )


async def _in_step(unit: Unit, wanted: Registration, secret: str) -> str | None:
    """Have the registration as `wanted`; the new secret of the demo where `secret` was not its own."""
    client = await service.find_client(unit, CLIENT_ID)
    if client is not None and same(client.secret_digest or "", digest(secret)):
        if client.metadata != wanted.members:
            await service.update(unit, client, wanted)
        return None
    if client is not None:
        await delete_client(unit, CLIENT_ID)
    return (await service.register(unit, wanted, client_id=CLIENT_ID)).secret or ""


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
