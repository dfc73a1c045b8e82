"""How pages speak of a comparison with the population register of which a service is told the verdict."""

from collections.abc import Mapping

from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.protocol.details.identity_match import FIELDS
from vneid_idp.web.claim_words import Say
from vneid_idp.web.detail_words.words import DetailWords
from vneid_idp.web.i18n import mark

FIELD_WORDS = {
    "id_number": mark("ID number"),
    "full_name": mark("full name"),
    "birthdate": mark("birth date"),
    "face": mark("face"),
}
"""What is compared, each with its words."""
_PURPOSES = {"subscriber_authentication": mark("to make sure who uses a phone number")}


def _values(detail: Detail, say: Say) -> Mapping[str, str]:
    return {
        "fields": ", ".join(say(FIELD_WORDS[name]) for name in FIELDS if name in detail["fields"]),
        "purpose": say(_PURPOSES[detail["purpose"]]),
    }


_LASTS = mark("It may ask so as long as its access lasts. You can end that at any time under Connected services.")
_TOLD = mark("Of this it is told only whether they agree, and no value.")
_OF_CHILD = DetailWords(
    heading=mark("Let %(service)s check what it has of the child?"),
    sentence=mark(
        "%(service)s wants to compare what it has of the child that you chose with the population register: "
        "%(fields)s. It needs that %(purpose)s."
    ),
    values=_values,
    emphasised="fields",
    follows=(_TOLD, _LASTS),
    history=mark("You agreed that %(service)s compares what it has of a child with the population register."),
)
WORDS = DetailWords(
    heading=mark("Let %(service)s check what it has of you?"),
    sentence=mark(
        "%(service)s wants to compare what it has of you with the population register: %(fields)s. It needs that "
        "%(purpose)s."
    ),
    values=_values,
    emphasised="fields",
    follows=(_TOLD, _LASTS),
    history=mark("You agreed that %(service)s compares what it has of you with the population register."),
    of_child=_OF_CHILD,
)
