"""How the history says what a service compared with the population register, and what came of it."""

from collections.abc import Mapping

from vneid_idp.audit.events import EventKind, RecordedEvent
from vneid_idp.matching.attributes import Attribute
from vneid_idp.matching.rules import Result
from vneid_idp.use_cases.match_attributes import PHONE_NUMBER
from vneid_idp.web.claim_words import Say
from vneid_idp.web.detail_words.identity_match import FIELD_WORDS
from vneid_idp.web.i18n import mark

_NOTHING_COMPARED = mark(
    "%(service)s wanted to have your face compared, and there is no picture to compare it with. Nothing was told."
)
_ALL_AGREE = mark("%(service)s compared what it has of you with the population register. It agrees: %(agrees)s.")
_NONE_AGREES = mark(
    "%(service)s compared what it has of you with the population register. It does not agree: %(differs)s."
)
_SOME_AGREE = mark(
    "%(service)s compared what it has of you with the population register. It agrees: %(agrees)s. It does not agree: "
    "%(differs)s."
)

_WORDS: Mapping[str, str] = {
    **FIELD_WORDS,
    Attribute.DOCUMENT_KIND: mark("kind of document"),
    Attribute.DOCUMENT_EXPIRY: mark("expiry date of the card"),
    Attribute.GIVEN_NAME: mark("given name"),
    Attribute.FAMILY_NAME: mark("family name"),
    Attribute.MIDDLE_NAME: mark("middle name"),
    Attribute.ADDRESS: mark("permanent address"),
    Attribute.STREET: mark("house number and street"),
    Attribute.WARD: mark("commune"),
    Attribute.PROVINCE: mark("province"),
    Attribute.POSTAL_CODE: mark("postal code"),
    Attribute.COUNTRY: mark("country of the address"),
    Attribute.EMAIL: mark("email"),
    Attribute.GENDER: mark("gender"),
    Attribute.NATIONALITY: mark("nationality"),
    PHONE_NUMBER: mark("phone number"),
}
"""What is compared, in the order in which it is said."""


def match_sentence(event: RecordedEvent) -> str:
    """The sentence, in which `%(service)s` stands, and what `match_values` brings."""
    found = set(event.data["results"].values())
    if not found:
        return _NOTHING_COMPARED
    if Result.MISMATCH not in found:
        return _ALL_AGREE
    return _SOME_AGREE if Result.MATCH in found else _NONE_AGREES


def match_values(event: RecordedEvent, say: Say) -> Mapping[str, str]:
    """The fields that agree, and those that do not, in words."""

    def named(result: Result) -> str:
        found = event.data["results"]
        return ", ".join(say(words) for name, words in _WORDS.items() if found.get(name) == result)

    return {"agrees": named(Result.MATCH), "differs": named(Result.MISMATCH)}


def is_mismatch(event: RecordedEvent) -> bool:
    """Whether something was compared that did not agree: somebody may have guessed."""
    return event.kind == EventKind.MATCH_MADE and Result.MISMATCH in event.data["results"].values()
