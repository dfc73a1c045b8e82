"""The demo carrier's registration with the provider, three clients of one organisation, and what it must know to
start."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from joserfc.jwk import ECKey

from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import families, service
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.sandbox.demos import Demo, keep
from vneid_idp.storage.unit import Database, Unit

if TYPE_CHECKING:
    from vneid_idp.settings import Settings

FAMILY = "song"
CLIENT_IDS = {"point": "song-point", "back_end": "song-back-end", "app": "song"}
"""The tablet at a point of sale, the client that acts in the carrier's own name, and the one that people meet: last,
since it names who may act for it."""
_FOLDER = Path(__file__).parent / "carrier"
_METADATA_ORIGIN = "http://localhost:8005"
_DEED = Deed("sandbox", "the demo carrier")


async def demo_carrier(database: Database, settings: "Settings") -> Demo | None:
    """Register the demo, or bring its registrations up to date with the addresses of the settings; nothing where it is
    not to run.

    Its private keys stand in the state folder, as a relying party would keep them; the provider has the public halves.
    """
    if settings.carrier_url is None or settings.carrier_port is None:
        return None
    path = settings.state_folder / "carrier.json"
    kept: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}
    if kept.keys() != (whole := new_credentials()).keys():
        kept = whole | kept
        keep(path, orjson.dumps(kept))
    url = settings.carrier_url
    await database.transact(lambda unit: bring_in_step(unit, kept, url))
    return Demo(
        "vneid_idp.sandbox.carrier",
        settings.carrier_port,
        {
            "CARRIER_ISSUER": settings.issuer,
            "CARRIER_KEYS": str(path),
            "CARRIER_PUBLIC_URL": url,
            "CARRIER_DATABASE": str(settings.state_folder / "carrier.sqlite3"),
            "CARRIER_HOST": settings.host,
            "CARRIER_PORT": str(settings.carrier_port),
            "CARRIER_ENDS_WITH_INPUT": "yes",
            **({"CARRIER_CA_BUNDLE": str(settings.ca_bundle)} if settings.ca_bundle else {}),
        },
    )


def new_credentials() -> dict[str, Any]:
    """What the carrier keeps to itself, as `carrier.config` reads it."""
    clients = {name: _new_keys(client_id) for name, client_id in CLIENT_IDS.items()}
    return {**clients, "session_secret": new_secret()}


def _new_keys(client_id: str) -> dict[str, Any]:
    signing, proving = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("signing", "proving"))
    return {
        "client_id": client_id,
        "signing": signing.as_dict(private=True),
        "proving": proving.as_dict(private=True),
    }


async def bring_in_step(unit: Unit, kept: dict[str, Any], url: str) -> None:
    """Have all clients registered with these keys, at this address."""
    await families.ensure(unit, FAMILY)
    await families.name(unit, FAMILY, "Sóng", _DEED)
    for name, client_id in CLIENT_IDS.items():
        public = ECKey.import_key(kept[name]["signing"]).as_dict(private=False)
        members = orjson.loads((_FOLDER / f"registration_{name}.json").read_text().replace(_METADATA_ORIGIN, url))
        members |= {"jwks": {"keys": [public | {"use": "sig", "alg": "ES256"}]}}
        wanted = registration.read_registration(members, Registrar(by_operator=True, sandbox=True))
        client = await service.find_client(unit, client_id)
        if client is None:
            await service.register(unit, wanted, client_id=client_id)
        elif client.metadata != wanted.members:
            await service.update(unit, client, wanted)
