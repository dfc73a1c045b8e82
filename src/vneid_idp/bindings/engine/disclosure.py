"""What is bound, read with the answers of the consent that it is under: whoever tells somebody else of it reads it so.

One statement each, like everything that is asked often.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic

from vneid_idp.bindings.engine.kind import B, BindingKind
from vneid_idp.bindings.engine.rules import BindingNotFound
from vneid_idp.bindings.engine.store import FIRST, LATEST
from vneid_idp.consent import decisions
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.unit import Reading, Row


@dataclass(frozen=True, slots=True)
class Disclosure(Generic[B]):
    """A binding, and what was decided by now at the consent that it is under: nothing once that is withdrawn. What of
    it counts, `protocol/permitted.py` says."""

    binding: B
    decided: Decisions


async def get(unit: Reading, kind: BindingKind[B], client_id: str, binding_id: str) -> Disclosure[B]:
    """A binding of this client, in whatever state. Raises `BindingNotFound`, also for another client's."""
    row = await unit.fetch_one(kind.statements["disclose find"], of_client=client_id, of_binding=binding_id)
    if row is None:
        raise BindingNotFound
    return _disclosure(kind, row)


async def find_by_resource(unit: Reading, kind: BindingKind[B], scope: str, resource: str) -> Disclosure[B] | None:
    """The binding that holds a resource's digest at this moment."""
    row = await unit.fetch_one(kind.statements["disclose find resource"], of_scope=scope, resource=resource)
    return None if row is None else _disclosure(kind, row)


async def list_for_client(
    unit: Reading,
    kind: BindingKind[B],
    client_id: str,
    *,
    state: StrEnum | None = None,
    after: str | None = None,
    limit: int,
) -> tuple[Disclosure[B], ...]:
    """A page of a client's own bindings in the order of their making; its last `binding_id` is `after` of the next."""
    statement = kind.statements["disclose list" if state is None else f"disclose list {state}"]
    rows = await unit.fetch(statement, of_client=client_id, after=after or FIRST, limit=limit)
    return tuple(_disclosure(kind, row) for row in rows)


async def list_for_person(
    unit: Reading, kind: BindingKind[B], person_id: str, *, before: str | None = None, limit: int
) -> tuple[Disclosure[B], ...]:
    """A page of what a person holds or supervises, the latest first; its last `binding_id` is `before` of the next."""
    statement = kind.statements["disclose list of person"]
    rows = await unit.fetch(statement, who=person_id, before=before or LATEST, limit=limit)
    return tuple(_disclosure(kind, row) for row in rows)


def _disclosure(kind: BindingKind[B], row: Row) -> Disclosure[B]:
    text = row["decisions"]
    return Disclosure(kind.read(row), {} if text is None else decisions.load(text))
