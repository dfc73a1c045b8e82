"""What a person confirmed once is done once: acts of rich details (RFC 9396) that were used up.

An act stands in the token alone and lives as long as that, also in those that were exchanged for it. So it is no state
of the grant: what was done is a row, by the grant of the person's answer and the act, and the primary key is the rule.
"""

from sqlalchemy import bindparam, delete

from vneid_idp.grants.service import Grant
from vneid_idp.grants.tables import spent_acts
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.protocol.details.granting import digest_of
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Unit

KEPT: Instant = ACCESS_TOKEN_LIFE
"""How long it is known that an act was used: by then no token carries it any more."""

_USE = Statement(
    insert(spent_acts)
    .values({column.name: bindparam(column.name) for column in spent_acts.c})
    .on_conflict_do_nothing(index_elements=["client_id", "grant_id", "act_digest"])
)
_FORGET = Statement(delete(spent_acts).where(spent_acts.c.at < bindparam("before")))


async def use(unit: Unit, blind: BlindIndex, root: Grant, act: Detail) -> bool:
    """Use up an act that a token of this grant carries, or one that was exchanged for it (`grants.hold_root`); `False`
    where it was before. What is kept of it is a keyed digest. The caller holds the grant, and has looked that the token
    carries it."""
    named = digest_of((act,))
    values = {"client_id": root.authorisation.client_id, "grant_id": root.grant_id, "at": unit.now}
    return await unit.execute(_USE, **values, act_digest=blind.of("spent_act", f"{root.grant_id}\0{named}")) == 1


async def forget(unit: Unit) -> int:
    """Forget what was used longer ago than any token lives; how many. Called by a background worker."""
    return await unit.execute(_FORGET, before=unit.now - KEPT)
