"""Workers put on record what became of requests that begin on another device.

Whoever asks or takes back is told nothing of whether anybody is there, not even by the time that it takes: so what
goes into a person's history is written afterwards. Of what no person stands for only a number stays.
"""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.cross_device import course as courses
from vneid_idp.cross_device.course import Course
from vneid_idp.cross_device.rules import Outcome
from vneid_idp.storage.unit import Unit


async def settle_polled(unit: Unit) -> None:
    """Put on record whom services have asked since the last time, and what ended unanswered."""
    for course in await courses.put_asked(unit):
        await _record(unit, EventKind.REQUEST_ASKED, course)
    for course in await courses.put_over(unit):
        is_cancelled = course.how is Outcome.CANCELLED
        await _record(unit, EventKind.REQUEST_CANCELLED if is_cancelled else EventKind.REQUEST_EXPIRED, course)


async def _record(unit: Unit, kind: EventKind, course: Course) -> None:
    data = {"kind": course.kind.value}
    await record(unit, Event(kind, course.person_id, course.client_id, course.request_id, data))


async def sweep_polled(unit: Unit) -> None:
    """Delete what was over long ago; one event a client, a kind and an end says how many there were for nobody."""
    for (client_id, kind, how), count in sorted((await courses.sweep(unit)).items(), key=str):
        data = {"kind": kind.value, "ended": how.value, "count": count}
        await record(unit, Event(EventKind.REQUEST_SWEPT, client_id=client_id, data=data))
