"""A word of their own that people give to what is linked to them, to tell one from another.

It is for whoever gave it and for nobody else: sealed under the person's key, read at the own pages alone, told to no
relying party. A parent's word for a child's account and the child's own are two.
"""

import unicodedata
from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select

from vneid_idp.bindings.labels_tables import binding_labels
from vneid_idp.identity.vault import PersonForgotten, Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

LONGEST = 40
"""Characters of a label."""
_COLUMN = "binding_labels.label"

_c = binding_labels.c
_this = (_c.person_id == bindparam("of_person"), _c.binding_id == bindparam("of_binding"))
_new = insert(binding_labels).values({column.name: bindparam(column.name) for column in _c})
_PUT = Statement(
    _new.on_conflict_do_update(index_elements=["person_id", "binding_id"], set_={"label": _new.excluded.label})
)
_REMOVE = Statement(delete(binding_labels).where(*_this))
_FIND = Statement(select(_c.label).where(*_this))
_OF_PERSON = Statement(
    select(_c.binding_id, _c.label)
    .where(_c.person_id == bindparam("of_person"))
    .order_by(_c.binding_id.desc())
    .limit(500)
)
_FORGET = Statement(delete(binding_labels).where(_c.person_id == bindparam("of_person")))


class BadLabel(DomainError):
    """Too long, or no line of printable text."""

    code = "bad_label"
    status = 422
    title = f"A label is one line of at most {LONGEST} printable characters. Nothing was changed."


def read_label(text: str) -> str | None:
    """The label that somebody typed, without the spaces around it; nothing for an empty one. Pure.

    Raises `BadLabel`.
    """
    label = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(label) > LONGEST or not label.isprintable():
        raise BadLabel
    return label or None


async def put(unit: Unit, vault: Vault, person_id: str, binding_id: str, label: str | None) -> None:
    """Give a label, or take it away. Raises `PersonForgotten`."""
    if label is None:
        await unit.execute(_REMOVE, of_person=person_id, of_binding=binding_id)
        return
    key = await vault.find_key(unit, person_id)
    if key is None:
        raise PersonForgotten
    sealed = key.seal(_COLUMN, label.encode())
    await unit.execute(_PUT, person_id=person_id, binding_id=binding_id, label=sealed)


async def carry_over(unit: Unit, person_id: str, before: str, after: str) -> None:
    """Give what stands in the place of another binding the label of that one."""
    row = await unit.fetch_one(_FIND, of_person=person_id, of_binding=before)
    if row is not None:
        await unit.execute(_PUT, person_id=person_id, binding_id=after, label=row["label"])


async def of_person(unit: Reading, vault: Vault, person_id: str) -> Mapping[str, str]:
    """The labels that somebody gave, by the id of the binding."""
    rows = await unit.fetch(_OF_PERSON, of_person=person_id)
    key = await vault.find_key(unit, person_id) if rows else None
    return {} if key is None else {row["binding_id"]: key.open(_COLUMN, row["label"]).decode() for row in rows}


async def forget(unit: Unit, person_id: str) -> None:
    """Delete what somebody called things."""
    await unit.execute(_FORGET, of_person=person_id)
