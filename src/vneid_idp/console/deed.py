"""Who does it and why, as every form of the console has to say."""

from vneid_idp.audit.deeds import Deed
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.forms import Form


def deed_of(colleague: Colleague, form: Form) -> Deed:
    """The deed of a posted form; the operator is named by the pseudonymous id. Raises `BadDeed` without a reason."""
    return Deed(colleague.person_id, form["reason"])
