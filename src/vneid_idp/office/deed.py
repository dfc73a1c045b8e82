"""What the pages of every deed at the desk share: who and why, days as they are typed, reports, refusals in words."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.register.reports import ReportedFact, is_report_id, new_report_id
from vneid_idp.office.access import FilePage, OpenFile
from vneid_idp.office.words import refused_in_words
from vneid_idp.use_cases.report_to_registry import Reporting, check_may_report, finish_report, report_to_registry
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.drafts import keep_draft
from vneid_idp.web.forms import Form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.responses import see_other

Work = Callable[[Deed], Awaitable[tuple[Delivery, ...]]]
"""Does a deed, in a unit that checks the colleague (`Colleague.act`), and returns the notices to deliver after it."""
_SURE = "report-sure"
"""The id of a report on the page that asks before it is made."""
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\Z")


KEPT = Kept(("reason", "seen", "level", "kind", "issued", "expires", "died", "phone", "passkey", "guardian", "report"))
"""Of whatever deed: never a code, nor the number by which somebody shows that they mean this person."""


@dataclass(frozen=True, slots=True)
class Then:
    """Where a form leads: back to the file, which says what was done, or to its own template again."""

    done: str
    template: str


def deed_page(
    request: Request,
    colleague: Colleague,
    file: OpenFile,
    template: str,
    form: Form,
    errors: Errors,
    *,
    report: str | None = None,
    kept: Kept = KEPT,
    **context: Any,
) -> Response:
    """The page of a deed, with what is wrong with its form.

    `report` is the id of what it reports, unless it stays that of the form.
    """
    if errors and errors.status < 500:  # nothing came of it, or of something else: another try is another report
        kept = replace(kept, fields=tuple(name for name in kept.fields if name != "report"))
    return form_page(
        request,
        template,
        form,
        errors,
        file=file,
        record=file.record,
        officer=colleague.holds(Role.OFFICER),
        report=report or report_id_of(form),
        kept=kept,
        **context,
    )


def asking(template: str) -> FilePage:
    """The page that asks before a deed whose form needs nothing but the file."""

    async def show(request: Request, colleague: Colleague, file: OpenFile) -> Response:
        return deed_page(request, colleague, file, template, *entered(request))

    return show


async def carry_out(
    request: Request, colleague: Colleague, file: OpenFile, form: Form, errors: Errors, then: Then, work: Work
) -> Response:
    """Do what a form asks for, deliver the notices, and go back to the file; with an error, the form again."""
    deed = deed_of(request, colleague, form, errors)
    if deed is not None and not errors:
        with refused_in_words(request, errors):
            await colleague.provider.dispatcher.attempt(await work(deed))
            return see_other(f"{file.path}?done={then.done}")
    return deed_page(request, colleague, file, then.template, form, errors)


def day_of(request: Request, form: Form, field: str, label: str, errors: Errors) -> date | None:
    """A day as people write it in Viet Nam, or as programs do; else nothing and an error at the field, by its label."""
    text = form[field].strip()
    found = _DAY.match(text)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day < date.max:  # a day has one that follows
        return day
    said = gettext(request, label)
    errors[field] = gettext(request, "%(label)s: write it as dd/MM/yyyy, such as 02/09/2026.", label=said)
    return None


def report_id_of(form: Form) -> str:
    """The id that the form has carried since it was first shown, so that sending it twice is one report."""
    return form["report"] if is_report_id(form["report"]) else new_report_id()


def reporting_of(colleague: Colleague) -> Reporting:
    """Where reports to the register go."""
    provider = colleague.provider
    return Reporting(provider.db, provider.vault, provider.keys.blind, provider.registry)


async def report(colleague: Colleague, file: OpenFile, form: Form, fact: ReportedFact, deed: Deed) -> None:
    """Report a fact of the person whose file is open. Raises as `report_to_registry`."""
    policy = await colleague.provider.current_policy()
    deliveries = await report_to_registry(
        reporting_of(colleague), report_id_of(form), file.person_id, fact, policy, deed, act=colleague.act
    )
    await colleague.provider.dispatcher.attempt(deliveries)


async def check_fact(
    colleague: Colleague, file: OpenFile, fact: ReportedFact, guardian: RegistryRecord | None = None
) -> None:
    """Require that this may be reported, before it is shown: as the register stood when the page opened the file.

    `guardian` is whom the fact names. The report itself asks the register anew. Raises `CannotBeReported`.
    """
    policy = await colleague.provider.current_policy()
    check_may_report(file.record, fact, guardian, policy, colleague.now)


def to_sure(request: Request, form: Form, **more: str) -> Response:
    """To the page that shows what would be reported, and asks: it finds the form, with `more`, in the draft of this
    one. What it reports has an id of its own: the form before it may be gone back to for something else.
    """
    found = Form([*form.items(), *more.items(), (_SURE, new_report_id())])
    keep_draft(request, request.url.path, found, (*KEPT.fields, "number", *more, _SURE))
    return see_other(f"{request.url.path}/sure")


def sure_page(
    request: Request, colleague: Colleague, file: OpenFile, template: str, form: Form, **context: Any
) -> Response:
    """The page to which `to_sure` leads."""
    return deed_page(request, colleague, file, template, form, Errors(), report=form[_SURE], kept=Kept(), **context)


async def was_made(colleague: Colleague, file: OpenFile, form: Form, fact: ReportedFact) -> bool:
    """Whether this form reported this already, and is sent again because nobody learned what came of it.

    What was begun is brought to its end. Raises as `report_to_registry`.
    """
    policy = await colleague.provider.current_policy()
    made, deliveries = await finish_report(reporting_of(colleague), report_id_of(form), file.person_id, fact, policy)
    await colleague.provider.dispatcher.attempt(deliveries)
    return made
