"""The details of rich requests (RFC 9396) that people confirmed, as their receipts keep them: a phone number among them
tells who somebody is, so they are sealed under the person's key, and gone with it."""

from vneid_idp.identity.vault import PersonForgotten, PersonKey, Vault
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.storage.unit import Unit

_COLUMN = "consent_receipts.details"


async def seal_details(unit: Unit, vault: Vault, person_id: str, details: Details) -> str | None:
    """What a receipt keeps of these details; nothing of none. Raises `PersonForgotten`."""
    if not details:
        return None
    key = await vault.find_key(unit, person_id)
    if key is None:
        raise PersonForgotten
    return key.seal_json(_COLUMN, list(details))


def open_details(key: PersonKey, sealed: str | None) -> Details:
    """The details that `seal_details` sealed. Pure."""
    return () if sealed is None else tuple(key.open_json(_COLUMN, sealed))
