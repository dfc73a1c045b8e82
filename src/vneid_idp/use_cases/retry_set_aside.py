"""The operator has a change tried again that the register told and that could not be followed.

Whatever feed told it, it is followed by what the register says now: so there is a way out for what an earlier register
left behind. Whom the register of now does not know is no matter of it any more.
"""

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity.register import set_aside
from vneid_idp.kernel.errors import DomainError
from vneid_idp.log import Log
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import InUnit, Unit
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.report_to_registry import Reporting

_log = Log(__name__)


class StillSetAside(DomainError):
    """It ran into a mistake of ours once more, and stays where it is."""

    code = "still_set_aside"
    status = 409
    title = "The change could not be followed this time either. It stays set aside; the log has the error."


async def retry_set_aside(at: Reporting, feed: str, cursor: str, policy: Policy, deed: Deed, *, act: InUnit) -> None:
    """Follow the change of a place in a feed, and with it all that is set aside of the same person.

    Raises `NotSetAside`, `RegistryUnavailable`, `StillSetAside`, and what `act` refuses: then it stays where it is.
    """
    async with at.db.reading() as unit:
        change = (await set_aside.find(unit, feed, cursor)).change
    record = await at.registry.find(change.person_id)

    async def follow(unit: Unit) -> None:
        await set_aside.retried(unit, feed, change, deed)
        if record is not None:
            await follow_registry(unit, at.vault, at.blind, record, policy, facts=change.facts)
            await set_aside.resolve(unit, change.person_id)

    try:
        await act(follow)
    except DomainError:
        raise
    except Exception as error:
        _log.failure("registry.change_set_aside", error)
        raise StillSetAside from error
