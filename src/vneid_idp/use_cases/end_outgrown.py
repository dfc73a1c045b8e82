"""A young person proves an account, or confirms a number, that a parent or guardian linked for them: what those agreed
to for the child ends.

Their consents told of an account that they supervised. It counts by the young person's own proof and consent now, so
nothing is told under theirs any more, and nobody would remember to take them back.
"""

from contextlib import suppress

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings import standing_by
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import NothingToWithdraw
from vneid_idp.grants.notices import announce_withdrawal
from vneid_idp.identity import persons
from vneid_idp.storage.unit import Reading, Unit


async def end_outgrown(unit: Unit, before: Binding | None, now: Binding) -> None:
    """End the consents of the guardians who supervised something `before` its holder, who is seized, proved it; none
    that another account of the holder still counts by."""
    if before is None or before.representative_id is None or now.representative_id is not None:
        return
    agreed = [(before.representative_id, before.consent_id)]
    for guard in await standing_by.of_binding(unit, now):
        await standing_by.leave(unit, guard.person_id, guard.binding_id, guard.guardian_id)
        agreed.append((guard.guardian_id, guard.consent_id))
    for guardian_id, consent_id in agreed:
        if consent_id is None or await _is_needed(unit, now, consent_id):
            continue
        # Of two who wait for each other the database has one begin again.
        await persons.seize(unit, guardian_id)
        with suppress(NothingToWithdraw):
            await consents.withdraw(unit, guardian_id, consent_id, kind=EventKind.CONSENT_OUTGROWN)
            await announce_withdrawal(unit, guardian_id, now.client_id, consent_id)


async def _is_needed(unit: Reading, proved: Binding, consent_id: str) -> bool:
    """Whether another account of the same holder counts, or would count, under this consent."""
    assert proved.person_id is not None, "who proved it holds it"
    async for binding in bindings.all_of_person(unit, proved.person_id):
        if binding.consent_id == consent_id and binding.state in KINDS[binding.kind].lifecycle.live:
            return True
    return any(guard.consent_id == consent_id for guard in await standing_by.of_child(unit, proved.person_id))
