"""What befalls a child's account stands in the history of whoever supervises it, too: who did it, and to whose account.

Engine moves write the holder's own event. This one goes to the parent or guardian by whose proof the account counts,
or counted until now, and to those who stand by.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings import standing_by
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.storage.unit import Unit

_TOLD: Mapping[EventKind, EventKind] = {
    EventKind.BINDING_REQUESTED: EventKind.CHILD_BINDING_VERIFIED,
    EventKind.BINDING_VERIFIED: EventKind.CHILD_BINDING_VERIFIED,
    EventKind.BINDING_PROVED: EventKind.CHILD_BINDING_PROVED,
    EventKind.BINDING_JOINED: EventKind.CHILD_BINDING_JOINED,
    EventKind.BINDING_RECHECK_ASKED: EventKind.CHILD_BINDING_RECHECK_ASKED,
    EventKind.BINDING_FROZEN: EventKind.CHILD_BINDING_FROZEN,
    EventKind.BINDING_SUSPENDED: EventKind.CHILD_BINDING_SUSPENDED,
    EventKind.BINDING_RESUMED: EventKind.CHILD_BINDING_RESUMED,
    EventKind.BINDING_RELEASED: EventKind.CHILD_BINDING_RELEASED,
    EventKind.BINDING_REVOKED: EventKind.CHILD_BINDING_REVOKED,
}
"""By the kind of the holder's event, the kind of the supervisors'."""


async def tell(unit: Unit, binding: Binding, happened: EventKind, data: Mapping[str, Any]) -> None:
    """Record for all who supervise a binding, as it is now, what stands with `data` in its holder's history."""
    former = data.get("former_guardian_id")
    told = _TOLD.get(happened)
    if told is None or binding.person_id is None or (binding.representative_id is None and former is None):
        return
    standing = [guard.guardian_id for guard in await standing_by.of_binding(unit, binding)]
    theirs = {"kind": binding.kind, "child_id": binding.person_id, **data}
    for guardian_id in _each(former, binding.representative_id, *standing):
        await record(unit, Event(told, guardian_id, binding.client_id, binding.binding_id, theirs))


def _each(*guardian_ids: str | None) -> Iterable[str]:
    return dict.fromkeys(each for each in guardian_ids if each is not None)
