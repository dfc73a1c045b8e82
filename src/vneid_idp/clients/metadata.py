"""Stored JSON to `Client` and back."""

from dataclasses import fields
from typing import Any

import orjson

from vneid_idp.protocol.client import Client, ClientProfile
from vneid_idp.protocol.profiled import grant_types_of_profile, scopes_of_profile
from vneid_idp.protocol.purposes import purpose_of

_OURS = {
    "client_id", "secret_digest", "previous_secret_digest", "previous_secret_until", "logo_digest", "verified_domains",
    "issued_at", "disabled_at", "version", "metadata",
}  # fmt: skip
_FIELDS = {field.name for field in fields(Client)} - _OURS


def write_members(members: dict[str, Any]) -> str:
    """The JSON text that is stored."""
    return orjson.dumps(members).decode()


def read_client(client_id: str, text: str, **facts: Any) -> Client:
    """The client whose registered members `write_members` wrote, as far as its profile lets them count.

    `facts` are what the provider itself knows of it.
    """
    members: dict[str, Any] = orjson.loads(text)
    values = {name: _value(name, value) for name, value in members.items() if name in _FIELDS}
    profile = values.get("profile", ClientProfile.OIDC)
    values["scope"] = scopes_of_profile(profile, values["scope"])
    values["grant_types"] = grant_types_of_profile(profile, values["grant_types"])
    return Client(
        client_id=client_id,
        metadata=members,
        **values,
        **facts,
    )


def _value(name: str, value: Any) -> Any:
    if name == "scope":
        return tuple(value.split())
    if name == "purposes":
        return tuple(purpose_of(purpose) for purpose in value)
    if name == "profile":
        return ClientProfile(value)
    return tuple(value) if isinstance(value, list) else value
