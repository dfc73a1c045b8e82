"""A person gives a linked account a word of their own, by which they tell it from others."""

from vneid_idp.bindings import labels
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.rules import BindingNotFound
from vneid_idp.identity.vault import Vault
from vneid_idp.storage.unit import Unit


async def label_binding(unit: Unit, vault: Vault, person_id: str, binding_id: str, text: str) -> None:
    """Give it, or take it away with an empty one. Raises `BindingNotFound` and `BadLabel`."""
    label = labels.read_label(text)
    if await bindings.find_for_person(unit, person_id, binding_id) is None:
        raise BindingNotFound
    await labels.put(unit, vault, person_id, binding_id, label)
