"""What the operator does with clients that exist: described, changed, their purposes set."""

from collections.abc import Collection, Mapping
from typing import Any

from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import service
from vneid_idp.kernel.clock import Instant, to_rfc3339
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.unit import Unit


async def update(
    unit: Unit,
    client: Client,
    members: Mapping[str, Any],
    deed: Deed,
    *,
    sandbox: bool,
    material: Collection[str] = (),
) -> tuple[Client, str | None]:
    """Replace the metadata of `client` as the operator; when nothing differs, nothing happens.

    Purposes that are left out stand; one that differs gets its next version, and people are asked for what is new in
    it, or for the whole of it when its id is in `material` (`protocol/purposes.py: renewed`). Returns the client as it
    is now, and a secret when it needs one and had none. Raises `OAuthError` for metadata that cannot be registered,
    `UnknownClient`, and `ClientChanged` when somebody else was faster.
    """
    registrar = Registrar(by_operator=True, sandbox=sandbox)
    wanted = registration.read_registration(members, registrar, before=client.metadata, material=material)
    if wanted.members == client.metadata:
        return client, None
    return await service.update(unit, client, wanted, deed=deed)


class PurposeStands(DomainError):
    """The client has a purpose of that id: to add one is not to overwrite what people have agreed to."""

    code = "purpose_exists"
    status = 409
    title = "The client has a purpose of that id already."


async def add_purpose(unit: Unit, client: Client, purpose: Mapping[str, Any], deed: Deed, *, sandbox: bool) -> Client:
    """Put a purpose beside those of `client`. Raises `PurposeStands`, and as `update`."""
    current = client.metadata.get("purposes", [])
    if purpose["id"] in {each["id"] for each in current}:
        raise PurposeStands
    return await set_purposes(unit, client, [*current, purpose], deed, sandbox=sandbox)


async def set_purposes(
    unit: Unit, client: Client, purposes: object, deed: Deed, *, sandbox: bool, material: Collection[str] = ()
) -> Client:
    """Replace the purposes of `client` and nothing else, with versions and errors as `update`."""
    members = {**client.metadata, "purposes": purposes}
    changed, _ = await update(unit, client, members, deed, sandbox=sandbox, material=material)
    return changed


def describe(client: Client) -> dict[str, Any]:
    """What is registered of a client and how it stands, in JSON; no secret, and no digest of one."""
    return {
        "client_id": client.client_id,
        "version": client.version,
        "registered_at": to_rfc3339(client.issued_at),
        "disabled_at": _text(client.disabled_at),
        "old_secret_good_until": _text(client.previous_secret_until),
        "logo_shown": client.logo_shown,
        "metadata": client.metadata,
    }


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else to_rfc3339(instant)
