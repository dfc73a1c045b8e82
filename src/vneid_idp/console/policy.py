"""`/console/policy`: what the law asks, as dated rows: what holds, what is to come, which versions there are."""

from collections.abc import Sequence
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings.kinds import actions_of
from vneid_idp.console.parts import console_door
from vneid_idp.console.policy_words import ROW_WORDS
from vneid_idp.kernel.clock import local_date
from vneid_idp.policy import service
from vneid_idp.policy.documents import PolicyRefused
from vneid_idp.policy.rules import FIRST_DAY, LAST_DAY
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.drafts import read_draft
from vneid_idp.web.forms import Form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render
from vneid_idp.web.uploads import read_form_with_files

PATH = "/console/policy"


def read_day(text: str) -> date | None:
    """A day as a date field sends it; nothing where there is none, or it is no day of a policy."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


async def show(request: Request, colleague: Colleague) -> Response:
    """What holds today or on `?on=`, the days to come on which something changes, and the versions."""
    async with colleague.provider.db.reading() as unit:
        policy, versions = await service.published(unit), await service.versions(unit)
        today = local_date(unit.now)
    day = read_day(request.query_params.get("on", "")) or today
    return render(
        request,
        "console/policy.html",
        day=day,
        today=today,
        rows=policy.standing_on(day),
        words=ROW_WORDS,
        ahead=[turn for turn in policy.days() if turn > today],
        versions=versions[::-1],
    )


async def show_form(request: Request, colleague: Colleague) -> Response:
    """A place for the rows to come."""
    problems = read_draft(request, request.url.path).note.splitlines()
    return _form(request, *entered(request), problems)


async def load(request: Request, colleague: Colleague) -> Response:
    """Check the rows and store them as a draft. What is wrong is told line by line."""
    form, files = await read_form_with_files(request)
    errors = Errors()
    deed = deed_of(request, colleague, form, errors)
    # What a file says is shown in the form as well: where something is wrong it can be put right there.
    document = _text_of(files["file"]) if "file" in files else form["document"]
    if document is None:
        document = form["document"]
        errors["file"] = gettext(request, "This file is no text in UTF-8. Choose a policy as TOML.")
    elif not document.strip():
        errors["document"] = gettext(request, "Put the rows here, or choose a file that has some.")
    form = Form([*form.items(), ("document", document)])
    if deed is None or errors:
        return _form(request, form, errors)
    try:
        draft = await colleague.act(lambda unit: service.load(unit, form["document"], actions_of(), deed))
    except PolicyRefused as refusal:
        errors["document"] = gettext(request, "This is no policy that could be published:")
        return _form(request, form, errors, (refusal.detail or "").splitlines()[:50])
    return see_other(f"{PATH}/{draft.version}?loaded")


def _text_of(file: bytes) -> str | None:
    """What stands in a file, as far as it is text."""
    try:
        return file.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        return None


def _form(request: Request, form: Form, errors: Errors, problems: Sequence[str] = ()) -> Response:
    kept = Kept(("document", "reason"), note="\n".join(problems))
    return form_page(request, "console/policy_new.html", form, errors, kept=kept, problems=problems)


doors = [
    console_door(PATH, show),
    console_door(f"{PATH}/new", show_form),
    console_door(f"{PATH}/new", load, "POST"),
]
