"""`/console/families/…/register`: what stands in a carrier's register of numbers, and what is due of them when."""

import csv
import io
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import families
from vneid_idp.console.parts import console_door
from vneid_idp.console.policy_words import STEPS
from vneid_idp.console.register_words import CLASSES, OUTCOMES, STATES
from vneid_idp.registered_numbers import uploads
from vneid_idp.registered_numbers.uploads import Coming, RegisterUpload
from vneid_idp.registers.classes import RULES
from vneid_idp.registers.faults import safe_cell
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.pages import ListPart, read_after
from vneid_idp.web.responses import no_store
from vneid_idp.web.templates import render

PATH = "/console/families/{family}/register"
_PAGE = 10


class Bar(NamedTuple):
    """A line of a chart."""

    label: str
    number: int
    share: float
    """Per cent of all that the chart is about."""


async def show(request: Request, colleague: Colleague) -> Response:
    """The latest upload of which something was read, as charts, and all of them as a list."""
    async with colleague.provider.db.reading() as unit:
        family = await families.get(unit, request.path_params["family"])
        before = read_after(request) or None
        found = await uploads.list_of_family(unit, family.family_id, before=before, limit=_PAGE + 1)
        latest = await uploads.latest_read(unit, family.family_id)
    part = ListPart.of(found, _PAGE)
    return render(
        request,
        "console/family_register.html",
        family=family,
        latest=latest,
        classes=() if latest is None else _classes(latest),
        outcomes=() if latest is None else _bars((OUTCOMES[each], count) for each, count in latest.outcomes.items()),
        coming=() if latest is None else _by_step(latest.coming),
        uploads=part.shown,
        last=part.last and part.last.upload_id,
        states=STATES,
    )


async def show_csv(request: Request, colleague: Colleague) -> Response:
    """The same counts as CSV: what is counted, of which kind, on which day, how many."""
    async with colleague.provider.db.reading() as unit:
        family = await families.get(unit, request.path_params["family"])
        latest = await uploads.latest_read(unit, family.family_id)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("what", "kind", "day", "count"))
    if latest is not None:
        writer.writerows(("class", safe_cell(each), "", count) for each, count in sorted(latest.classes.items()))
        writer.writerows(("numbers", safe_cell(each), "", count) for each, count in sorted(latest.outcomes.items()))
        writer.writerows(("due", safe_cell(each.step), each.day, each.numbers) for each in latest.coming)
    answer = Response(text.getvalue(), media_type="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="register.csv"'
    no_store(answer)
    return answer


def _classes(upload: RegisterUpload) -> tuple[Bar, ...]:
    """In the order in which classes are decided, the one with which all is in order first."""
    order = [rule.row_class for rule in reversed(RULES)]
    return _bars((CLASSES[each], upload.classes[each]) for each in order if upload.classes[each])


def _by_step(coming: Iterable[Coming]) -> Mapping[str, tuple[tuple[Coming, float], ...]]:
    """What comes, by the words of its step, each day with its share of the step's numbers."""
    found = {}
    for step, group in groupby(sorted(coming), key=lambda each: each.step):
        days = tuple(group)
        total = sum(each.numbers for each in days)
        found[STEPS[step]] = tuple((each, 100 * each.numbers / total) for each in days)
    return found


def _bars(counts: Iterable[tuple[str, int]]) -> tuple[Bar, ...]:
    known = [(label, count) for label, count in counts if count]
    total = sum(count for _, count in known)
    return tuple(Bar(label, count, 100 * count / total) for label, count in known)


doors = [console_door(PATH, show), console_door(f"{PATH}.csv", show_csv)]
