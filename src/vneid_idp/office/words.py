"""Why something at the desk cannot be done, as a clerk reads it."""

from collections.abc import Mapping

from starlette.requests import Request

from vneid_idp.identity.register.report_rules import CannotBeReported
from vneid_idp.kernel.errors import DomainError
from vneid_idp.web.deeds import Errors, RefusedInWords
from vneid_idp.web.i18n import gettext, mark

_FORM = "answers"
"""The id of the form of a deed."""

_NOT_COMPARED = mark("Level 2 takes a look at the card and the face: confirm that you have compared them.")
_REFUSALS: Mapping[str, str] = {
    "account_exists": mark("This person has an account already. Go back to the file."),
    "level_not_allowed": mark("Age and card do not allow this level: it takes a valid card."),
    "holds_role": mark("This person holds a role. End it first, and give it anew once the person can sign in again."),
    "holder_died": mark("The holder of this account has died. Nothing can be done with it any more."),
    "done_already": mark("This has been done already. Look at the file: the account has changed meanwhile."),
    "no_lock_to_lift": mark("There is no lock of the holder to lift. An authority's lock is lifted by two officers."),
    "not_compared": _NOT_COMPARED,
    "sign_in_name_taken": mark("This phone number belongs to another account. One number belongs to one account."),
    "no_account": mark("This person has no account that is open."),
    "nothing_to_ask": mark("The account stands already as you would ask."),
    "request_is_open": mark("A request about this person waits for a decision."),
    "no_such_request": mark("This request has been decided, or taken back, meanwhile."),
    "same_officer": mark("Whoever asked cannot decide."),
    "overtaken": mark("The population register has just changed what it says. Look at the file again, then repeat."),
    "report_id_used": mark(
        "With this form something else was reported already. Nothing was done: go back to the file and begin again."
    ),
    "report_refused": mark("The population register did not accept the report. Nothing was changed."),
    "registry_unavailable": mark(
        "The population register does not answer right now. Send this form again in a minute: nothing is done twice."
    ),
}


_PLACES: Mapping[str, str] = {
    "not_compared": "seen",
    **dict.fromkeys(("overtaken", "report_id_used", "report_refused", "registry_unavailable"), _FORM),
}
"""What is about another field than the one that the form is about, or about none."""


def refused_in_words(request: Request, errors: Errors, field: str = _FORM) -> RefusedInWords:
    """`with` it, a refusal becomes an error at `field`, at the one that it is about, or at the form."""
    return RefusedInWords(request, errors, words_of, field, _PLACES)


def not_compared(request: Request) -> str:
    """What to say at the box that a clerk left empty."""
    return gettext(request, _NOT_COMPARED)


def words_of(request: Request, error: DomainError) -> str | None:
    """What to say at the form; nothing of a refusal that is about something else, such as who is signed in."""
    if isinstance(error, CannotBeReported):
        return gettext(request, error.sentence, years=error.years)
    return gettext(request, _REFUSALS[error.code]) if error.code in _REFUSALS else None
