"""`/console`: how everything stands, at a glance: counts of today, what waits, and what is not as it should be."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit import service as audit
from vneid_idp.audit.events import EventKind
from vneid_idp.clients import service as clients
from vneid_idp.console.deliveries import CHANNELS
from vneid_idp.console.parts import console_door
from vneid_idp.delivery import service as deliveries
from vneid_idp.disputes import records as disputes
from vneid_idp.identity.factors.passkeys import METHOD as PASSKEY
from vneid_idp.identity.factors.proofs import MESSAGE, PASSCODE, PASSWORD
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.roles import EVERYWHERE
from vneid_idp.identity.register import set_aside
from vneid_idp.identity.register.records import RegistryHealth
from vneid_idp.instructions import answers
from vneid_idp.kernel.clock import MINUTE, Instant, local_date
from vneid_idp.keys import service as keys
from vneid_idp.keys.rules import KeyState
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.i18n import mark
from vneid_idp.web.templates import render

_LATE: Instant = MINUTE
"""Events are chained every few seconds: where one has waited for longer than this, no worker does it."""

_TODAY: Mapping[tuple[str, str], str] = {
    (EventKind.SIGNIN_SUCCEEDED, ""): mark("Sign-ins"),
    (EventKind.SIGNIN_FAILED, PASSWORD): mark("Failed: wrong password"),
    (EventKind.SIGNIN_FAILED, PASSCODE): mark("Failed: wrong passcode"),
    (EventKind.SIGNIN_FAILED, MESSAGE): mark("Failed: wrong code by message"),
    (EventKind.SIGNIN_FAILED, PASSKEY): mark("Failed: passkey"),
    (EventKind.ACCOUNT_LOCKED_OUT, ""): mark("Refused for a while after too many attempts"),
    (EventKind.CONSENT_GIVEN, ""): mark("Consents given"),
    (EventKind.CONSENT_REFUSED, ""): mark("Consents refused"),
    (EventKind.CONSENT_WITHDRAWN, ""): mark("Consents withdrawn"),
    (EventKind.BINDING_VERIFIED, ""): mark("Accounts linked"),
    (EventKind.CODE_REPLAYED, ""): mark("Codes presented twice"),
    (EventKind.REFRESH_REPLAYED, ""): mark("Old refresh tokens presented"),
}
_ALARMS: Mapping[str, str] = {
    EventKind.REQUEST_DISOWNED: mark("Requests that people said were not theirs"),
    EventKind.REQUEST_MISMATCHED: mark("Requests ended by a wrong number"),
    EventKind.REQUEST_BUDGET_SPENT: mark("People whom a service asked more often than it may"),
    EventKind.MATCH_BUDGET_SPENT: mark("Comparisons after too many mismatches"),
}
"""What is counted for each service."""
_REGISTRY: Mapping[RegistryHealth, str] = {
    RegistryHealth.OK: mark("answers"),
    RegistryHealth.DEGRADED: mark("the last answers failed"),
    RegistryHealth.UNREACHABLE: mark("not asked for a while, since it did not answer"),
}


async def show(request: Request, colleague: Colleague) -> Response:
    """The page."""
    provider = colleague.provider
    async with provider.db.reading() as unit:
        channels = await deliveries.queue_states(unit)
        waiting_since, dead_since = await deliveries.oldest(unit)
        known = await clients.count_clients(unit)
        all_keys = await keys.list_keys(unit)
        requests = await lock_requests.count_open(unit, (EVERYWHERE,))
        unsealed, head = await audit.count_unsealed(unit), await audit.last_batch(unit)
        unsealed_since = await audit.oldest_unsealed(unit)
        counts = await audit.counts_of(unit, local_date(unit.now))
        waiting = await set_aside.count(unit)
        unanswered = await answers.list_overdue(unit)
        undecided = await disputes.list_overdue(unit)
        now = unit.now
    health = provider.registry.health
    return render(
        request,
        "console/overview.html",
        colleague=colleague,
        now=now,
        today=[(label, counts.get(of, 0)) for of, label in _TODAY.items()]
        + [(label, sum(count for (kind, _), count in counts.items() if kind == of)) for of, label in _ALARMS.items()],
        alarms=await _alarms(colleague, counts),
        channels=channels,
        channel_words=CHANNELS,
        waiting_since=waiting_since,
        dead_since=dead_since,
        enabled=known.enabled,
        disabled=known.disabled,
        announced=sum(key.state is KeyState.ANNOUNCED for key in all_keys),
        requests=requests,
        unsealed=unsealed,
        head=head,
        chain_late=unsealed_since is not None and now - unsealed_since > _LATE,
        registry=_REGISTRY[health],
        set_aside=waiting,
        unanswered=unanswered,
        undecided=undecided,
        registry_well=health is RegistryHealth.OK,
        overdue=sum(channel.overdue for channel in channels),
        dead=sum(channel.dead for channel in channels),
    )


async def _alarms(colleague: Colleague, counts: Mapping[tuple[str, str], int]) -> list[tuple[str, str, str, int]]:
    """What people said of which service today: its id and name, what, and how often."""
    found = []
    for (kind, client_id), count in sorted(counts.items()):
        if kind in _ALARMS and client_id:
            client = await colleague.provider.clients.find(client_id)
            found.append((client_id, client_id if client is None else client.client_name, _ALARMS[kind], count))
    return found


doors = [console_door("/console", show)]
