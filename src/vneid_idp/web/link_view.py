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


def frame_of(
    *, shares: bool, links: bool, for_child: bool, may_link: bool, has_before: bool, sign_in: tuple[bool, bool]
) -> tuple[str, str, str, str]:
    """What frames a screen, to be translated: heading, lead, the button that agrees, and what follows a refusal.

    `may_link`: the request is about accounts that are linked, although none is at this page; `has_before`: it wants
    something that was agreed to before; `sign_in`: how the person signed in, asked at this page, and at all. Only where
    there is none of it, the service asks for nothing.
    """
    if links:
        return (
            mark("Link this %(service)s account to a child in your care?")
            if for_child
            else mark("Link this %(service)s account to your identity?"),
            mark("This account is linked, and what is asked here shared, only once you agree."),
            mark("Agree, share and link") if shares else mark("Agree and link"),
            mark("If you refuse, you go back to the service; nothing is linked and nothing is shared."),
        )
    if_refused = mark("If you refuse, you go back to the service and nothing is shared.")
    if shares:
        return (
            mark("%(service)s asks you to share information"),
            mark("Nothing is shared before you agree, and you can withdraw at any time."),
            mark("Agree and share"),
            if_refused,
        )
    if may_link:
        return (
            mark("%(service)s asks about linked accounts"),
            mark(
                "The service learns that an account which you link there belongs to a verified person, and nothing "
                "else that is not named here. You can withdraw at any time."
            ),
            mark("Agree and continue"),
            if_refused,
        )
    nothing = mark(
        "The service asks for nothing about you. It gets only an identifier by which it knows you again; what that "
        "tells stands below."
    )
    nothing_new = mark("The service asks for nothing new about you. What you agreed to before stays as it is.")
    only_sign_in = mark(
        "The service learns the level of your identity, how you signed in, and an identifier by which it knows you "
        "again; nothing else about you."
    )
    new_sign_in = mark(
        "New is that the service learns the level of your identity and how you signed in. What you agreed to before "
        "stays as it is."
    )
    new, at_all = sign_in
    with_before = new_sign_in if new else nothing_new
    without = only_sign_in if at_all else nothing
    return (
        mark("Continue to %(service)s?"),
        with_before if has_before else without,
        mark("Agree and continue"),
        if_refused,
    )
