"""Who does it and why, as every form of the console has to say."""

from starlette.requests import Request

from vneid_idp.audit.deeds import BadDeed, Deed
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.forms import Form
from vneid_idp.web.reason_words import reason_wanted


def deed_of(colleague: Colleague, form: Form) -> Deed:
    """The deed of a posted form; the operator is named by the pseudonymous id. Raises `BadDeed` without a reason."""
    return colleague.deed(form["reason"])


def reason_problem(request: Request, colleague: Colleague, form: Form) -> dict[str, str]:
    """What is wrong with the reason of a posted form, by the name of the field; nothing when it will do."""
    try:
        deed_of(colleague, form)
    except BadDeed:
        return {"reason": reason_wanted(request)}
    return {}
