"""What was answered on a phone, as the history of the account and of the phone say it."""

from collections.abc import Mapping

from vneid_idp.audit.events import ALARMS, EventKind, RecordedEvent
from vneid_idp.use_cases.answer_on_phone import PhoneAnswer
from vneid_idp.web.i18n import mark

ANSWERED_ELSEWHERE: Mapping[str, str] = {
    EventKind.REQUEST_ASKED: mark("%(service)s asked you for an answer in the app."),
    EventKind.REQUEST_CANCELLED: mark("%(service)s took back a request to you."),
    EventKind.REQUEST_EXPIRED: mark("%(service)s asked you for an answer in the app, and you gave none in time."),
    EventKind.REQUEST_BUDGET_SPENT: mark(
        "%(service)s wished to have you asked more often than it may. You were not asked again."
    ),
    EventKind.REQUEST_APPROVED: mark("You approved a request that %(service)s had begun elsewhere."),
    EventKind.REQUEST_REFUSED: mark("You refused a request that %(service)s had begun elsewhere."),
    EventKind.REQUEST_MISMATCHED: mark(
        "A request of %(service)s was ended: another number was picked than the one that it shows."
    ),
    EventKind.REQUEST_DISOWNED: mark(
        "You said that a request of %(service)s was not yours. For a day you are asked nothing from there."
    ),
}
"""What came of requests that services had begun elsewhere."""
_OF_SERVICE: Mapping[str, str] = {
    PhoneAnswer.APPROVED: mark("On a phone you confirmed what %(service)s asked."),
    PhoneAnswer.REFUSED: mark("On a phone you refused what %(service)s asked."),
    PhoneAnswer.NOT_ME: mark("On a phone you said that you had not begun what %(service)s asked."),
    PhoneAnswer.WRONG_NUMBER: mark("On a phone a wrong number was picked for %(service)s, which ended it."),
}
_OF_ACCOUNT: Mapping[str, str] = {
    PhoneAnswer.APPROVED: mark("On a phone you confirmed a sign-in to your account."),
    PhoneAnswer.REFUSED: mark("On a phone you refused a sign-in to your account."),
    PhoneAnswer.NOT_ME: mark("On a phone you said that a sign-in to your account was not yours."),
    PhoneAnswer.WRONG_NUMBER: mark(
        "On a phone a wrong number was picked for a sign-in to your account, which ended it."
    ),
}
_UNKNOWN = mark("Something was answered on a phone.")
_WARNINGS = frozenset({PhoneAnswer.NOT_ME.value, PhoneAnswer.WRONG_NUMBER.value})


def answer_sentence(event: RecordedEvent) -> str:
    """The sentence, in which `%(service)s` may stand."""
    if event.kind != EventKind.PHONE_ANSWERED:
        return ANSWERED_ELSEWHERE.get(event.kind, _UNKNOWN)
    texts = _OF_ACCOUNT if event.client_id is None else _OF_SERVICE
    return texts.get(str(event.data.get("answer")), _UNKNOWN)


def is_warning(event: RecordedEvent) -> bool:
    """Whether somebody else may have begun it."""
    if event.kind == EventKind.PHONE_ANSWERED:
        return event.data.get("answer") in _WARNINGS
    return event.kind in ALARMS
