"""An account that is to be linked, as the consent screen shows it: which, to whom, and what follows. Pure.

Like the rest of the screen (`consent_view.py`): page and receipt lay out the same value, and no receipt holds what
differs from person to person (`Fact.shown`).
"""

from dataclasses import dataclass

from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """What is known of the link: how the service calls the account, the name of who is asked, and the age up to which
    guardians supervise."""

    label: str | None
    person: str
    years: int
    full: int | None = None
    """How many accounts are linked there already, where those are as many as may be."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of what is to be linked. `shown` is its value, `text` whose word that is."""

    title: str
    shown: str | None
    text: str | None = None
    in_receipt: str | None = None
    """What stands in the place of the value there, where nothing else does."""


@dataclass(frozen=True, slots=True)
class ShownLink:
    """The account that is to be linked, to whom, and what follows."""

    facts: tuple[Fact, ...]
    follows: tuple[str, ...]


_FULL = mark(
    "%(count)s accounts at %(service)s are linked to their holder already, as many as may be. If this is one of them, "
    "it is confirmed anew. If not, it is not linked even if you agree: release another one first, under Linked "
    "accounts."
)
"""Which account it is the service alone knows."""


def shown_link(asked: LinkAsked, child: str | None, service: str, say: Say) -> ShownLink:
    """The link in words; `child` is the name of whose account it becomes, when it is not that of who is asked."""
    title = say(mark("Account at %(service)s"), service=service)
    # The service says how it calls the account, and we know of nothing else: so its word stands as its word.
    whose = mark("%(service)s does not say which one") if asked.label is None else mark("as %(service)s calls it")
    account = Fact(title, asked.label, say(whose, service=service))
    agreed = say(mark("whoever agreed"))
    if child is None:
        follows = mark(
            "From now on it is recorded as belonging to a verified person. You can release it at any time under Linked "
            "accounts."
        )
        return ShownLink(
            (account, Fact(say(mark("Belongs to")), asked.person, in_receipt=agreed)),
            _follows(asked, say(follows), service, say),
        )
    follows = mark(
        "You supervise it from now on, until the child is %(years)s or you release it. You can do that at any time "
        "under Linked accounts."
    )
    people = (
        Fact(say(mark("Belongs to")), child, in_receipt=say(mark("the child that was chosen"))),
        Fact(say(mark("Supervised by")), asked.person, in_receipt=agreed),
    )
    return ShownLink((account, *people), _follows(asked, say(follows, years=asked.years), service, say))


def _follows(asked: LinkAsked, promise: str, service: str, say: Say) -> tuple[str, ...]:
    """What follows; where something hinders the link that alone, and no promise."""
    if asked.full is not None:
        return (say(_FULL, count=asked.full, service=service),)
    return (promise, say(mark("This links one account. For any other one you are asked again.")))


def fact_of_link(fact: Fact) -> str:
    """What the page says of it, without the value."""
    return ": ".join(filter(None, (f"– {fact.title}", fact.text or fact.in_receipt)))
