"""The words of `/me/accounts` for each kind of what can be bound."""

from collections.abc import Mapping
from dataclasses import dataclass

from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class KindWords:
    """How the page speaks of one kind. The words in brackets are what a message is told."""

    what: str
    """What stands in the list."""
    of_child: str
    """Whose it is (`child`)."""
    step: str
    """What its holder has to do (`years`, the age up to which guardians act)."""
    released: str
    """What follows from a release, once it is done."""
    release: str
    """What is released (`service`), for who hears the page."""
    releasing: str
    """What a release does, before it is done."""


KIND_WORDS: Mapping[str, KindWords] = {
    SocialAccount.kind: KindWords(
        what=mark(
            "Accounts at social networks that are recorded as yours, or as your child's. We do not know the names of "
            "these accounts."
        ),
        of_child=mark("Account of %(child)s, under your supervision"),
        step=mark(
            "From the age of %(years)s on, the young person has to prove the account. The network will ask for it."
        ),
        released=mark("The account at the social network counts as unverified from now on."),
        release=mark("the account at %(service)s"),
        releasing=mark(
            "Releasing ends the link at once. The network then treats the account as unverified: it can look, but not "
            "post."
        ),
    ),
}
"""By kind; a test asks for one of each."""
