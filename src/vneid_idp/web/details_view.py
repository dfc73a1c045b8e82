"""Rich details that are to be granted (RFC 9396), as pages and receipts say them: a sentence each. Pure.

Like the rest of the consent screen (`consent_view.py`): page and receipt lay out the same value, and no receipt holds
what differs from person to person.
"""

from dataclasses import dataclass

from vneid_idp.protocol.details.detail_type import Detail, Details
from vneid_idp.protocol.details.granting import about_child
from vneid_idp.web.claim_words import Say
from vneid_idp.web.detail_words import words_of_detail
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
    for_child = about_child(details)
    heading = mark("Confirm this for %(service)s?")
    if len(details) == 1:
        heading = words_of_detail(details[0], for_child=for_child).heading
    follows = (text for each in details for text in words_of_detail(each, for_child=for_child).follows)
    return ShownDetails(
        say(heading, service=service),
        detail_sentences(details, service, say),
        tuple(dict.fromkeys(say(text, service=service) for text in follows)),
    )


def detail_sentences(details: Details, service: str, say: Say) -> tuple[DetailSentence, ...]:
    """Each of the details of a request."""
    for_child = about_child(details)
    return tuple(_sentence(detail, service, say, for_child=for_child) for detail in details)


def _sentence(detail: Detail, service: str, say: Say, *, for_child: bool) -> DetailSentence:
    words = words_of_detail(detail, for_child=for_child)
    values = {"service": service, **words.values(detail, say)}
    unsaid = {name: say(text) for name, text in words.in_receipt.items()}
    about = values[words.emphasised]
    whole = say(words.sentence, **values)
    # From the right: the name of a service may hold anything.
    before, _, after = whole.rpartition(about)
    return DetailSentence(before, about, after, say(words.sentence, **{**values, **unsaid}))
