"""The demo social network's registration with the provider, and what it must know to start."""

from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from vneid_idp.clients import service
from vneid_idp.kernel.secrets import digest, new_secret, same
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.registration import Registration
from vneid_idp.sandbox.demos import Demo, keep
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.delete_client import delete_client

if TYPE_CHECKING:
    from vneid_idp.settings import Settings

CLIENT_ID = "quan-nuoc"
_METADATA = Path(__file__).parent / "social_network" / "registration.json"
_METADATA_ORIGIN = "http://localhost:8001"


async def demo_network(database: Database, settings: "Settings") -> Demo | None:
    """Register the demo, or bring its registration up to date with the addresses of the settings; nothing where it is
    not to run.

    Its credentials stand in the state folder, as a relying party would keep them; the provider has a digest.
    """
    if settings.social_network_url is None or settings.social_network_port is None:
        return None
    url = settings.social_network_url
    members = orjson.loads(_METADATA.read_text().replace(_METADATA_ORIGIN, url))
    wanted = registration.read_registration(members, Registrar(by_operator=True, sandbox=True))
    path = settings.state_folder / "social-network.json"
    kept: dict[str, str] = orjson.loads(path.read_bytes()) if path.exists() else {}
    secret = await database.transact(lambda unit: _in_step(unit, wanted, kept.get("client_secret", "")))
    if secret is not None:
        kept = {"client_secret": secret, "session_secret": new_secret()}
        keep(path, orjson.dumps(kept))
    return Demo(
        "vneid_idp.sandbox.social_network",
        settings.social_network_port,
        {
            "SOCIAL_ISSUER": settings.issuer,
            "SOCIAL_CLIENT_ID": CLIENT_ID,
            "SOCIAL_CLIENT_SECRET": kept["client_secret"],
            "SOCIAL_SESSION_SECRET": kept["session_secret"],
            "SOCIAL_PUBLIC_URL": url,
            "SOCIAL_DATABASE": str(settings.state_folder / "social-network.sqlite3"),
            "SOCIAL_HOST": settings.host,
            "SOCIAL_PORT": str(settings.social_network_port),
            "SOCIAL_ENDS_WITH_INPUT": "yes",
            **({"SOCIAL_CA_BUNDLE": str(settings.ca_bundle)} if settings.ca_bundle else {}),
        },
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
