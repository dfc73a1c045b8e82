"""The words of social accounts."""

from vneid_idp.audit.events import EventKind
from vneid_idp.web.i18n import mark
from vneid_idp.web.kind_words.words import KindWords

WORDS = KindWords(
    what=mark(
        "Accounts at social networks that are recorded as yours, or as your child's. We do not know the names of "
        "these accounts."
    ),
    of_child=mark("Account of %(child)s, under your supervision"),
    step=mark("From the age of %(years)s on, the young person has to prove the account. The network will ask for it."),
    released=mark("The account at the social network counts as unverified from now on."),
    release=mark("the account at %(service)s"),
    releasing=mark(
        "Releasing ends the link at once. The network then treats the account as unverified: it can look, but not post."
    ),
    history={
        EventKind.BINDING_REQUESTED: mark("An account at %(service)s waits for proof that it is yours."),
        EventKind.BINDING_VERIFIED: mark("An account at %(service)s was linked to you."),
        EventKind.BINDING_PROVED: mark("You proved by yourself that an account at %(service)s is yours."),
        EventKind.BINDING_JOINED: mark("%(guardian)s supervises an account of a child at %(service)s as well."),
        EventKind.BINDING_SUSPENDED: mark("The link to your account at %(service)s was suspended."),
        EventKind.BINDING_RESUMED: mark("The link to your account at %(service)s counts again."),
        EventKind.BINDING_RELEASED: mark("The link to your account at %(service)s was released."),
        EventKind.BINDING_REVOKED: mark("The link to your account at %(service)s was taken away."),
    },
    actions={
        "view": mark("Read and watch"),
        "post": mark("Post"),
        "comment": mark("Comment"),
        "share": mark("Share"),
        "livestream": mark("Livestream"),
        "commercial_livestream": mark("Sell by livestream"),
    },
    reasons={
        "account_not_verified": mark("the account is linked to nobody"),
        "binding_suspended": mark("the link is suspended"),
        "own_proof_required": mark("the holder has to prove it"),
        "level_too_low": mark("the level is too low"),
    },
)
