"""Rich details that are to be granted (RFC 9396), as pages and receipts say them: a sentence each. Pure.

Like the rest of the consent screen (`consent_view.py`): page and receipt lay out the same value, and no receipt holds
what differs from person to person.
"""

from dataclasses import dataclass

from vneid_idp.protocol.details.detail_type import Detail, Details
from vneid_idp.web.claim_words import Say
from vneid_idp.web.detail_words import DETAIL_WORDS
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class DetailSentence:
    """One detail, in three parts of a sentence: the middle one is what it is about."""

    before: str
    about: str
    after: str
    in_receipt: str
    """The whole sentence as a receipt says it."""

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.about}{self.after}"


@dataclass(frozen=True, slots=True)
class ShownDetails:
    """The details of a request, and what comes of them."""

    heading: str
    sentences: tuple[DetailSentence, ...]
    follows: tuple[str, ...]


def shown_details(details: Details, service: str, say: Say) -> ShownDetails | None:
    """The details in words; nothing where there are none."""
    if not details:
        return None
    types = dict.fromkeys(detail["type"] for detail in details)
    heading = mark("Confirm this for %(service)s?")
    if len(details) == 1:
        heading = DETAIL_WORDS[details[0]["type"]].heading
    follows = (text for name in types for text in DETAIL_WORDS[name].follows)
    return ShownDetails(
        say(heading, service=service),
        tuple(detail_sentence(detail, service, say) for detail in details),
        tuple(dict.fromkeys(say(text, service=service) for text in follows)),
    )


def detail_sentence(detail: Detail, service: str, say: Say) -> DetailSentence:
    """One of them."""
    words = DETAIL_WORDS[detail["type"]]
    values = {"service": service, **words.values(detail, say)}
    unsaid = {name: say(text) for name, text in words.in_receipt.items()}
    about = values[words.emphasised]
    whole = say(words.sentence, **values)
    # From the right: the name of a service may hold anything.
    before, _, after = whole.rpartition(about)
    return DetailSentence(before, about, after, say(words.sentence, **{**values, **unsaid}))
