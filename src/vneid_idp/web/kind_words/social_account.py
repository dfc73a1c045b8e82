"""The words of social accounts."""

from vneid_idp.audit.events import EventKind
from vneid_idp.web.i18n import mark
from vneid_idp.web.kind_words.words import Actor, KindWords

WORDS = KindWords(
    what=mark(
        "Accounts at social networks that are recorded as yours, or as your child's. We do not know the names of "
        "these accounts."
    ),
    of_child=mark("Account of %(child)s, under your supervision"),
    steps={
        "own_proof_required": mark(
            "From the age of %(years)s on, the young person has to prove the account. The network will ask for it."
        ),
        "guardian_required": mark(
            "By your date of birth in the population register you are under %(years)s: a parent or guardian has to "
            "link the account. They sign in to it at the network, say there that they are the parent or guardian, and "
            "choose you here."
        ),
    },
    released=mark("The account at the social network counts as unverified from now on."),
    release=mark("the account at %(service)s"),
    releasing=mark(
        "Releasing ends the link at once. The network then treats the account as unverified: it can look, but not post."
    ),
    ended_by_withdrawal=mark("This linked account is released, and the network treats it as unverified:"),
    history={
        EventKind.BINDING_REQUESTED: mark("An account at %(service)s waits for proof that it is yours."),
        EventKind.BINDING_VERIFIED: mark("An account at %(service)s was linked to you."),
        EventKind.BINDING_PROVED: mark("You proved by yourself that an account at %(service)s is yours."),
        EventKind.BINDING_JOINED: mark("%(guardian)s supervises your account at %(service)s as well."),
        EventKind.BINDING_SUSPENDED: mark("The link to your account at %(service)s was suspended."),
        EventKind.BINDING_RESUMED: mark("The link to your account at %(service)s counts again."),
        EventKind.BINDING_RELEASED: mark("The link to your account at %(service)s was released."),
        EventKind.BINDING_REVOKED: mark("The link to your account at %(service)s was taken away."),
        EventKind.CHILD_BINDING_VERIFIED: mark("An account at %(service)s was linked to %(child)s."),
        EventKind.CHILD_BINDING_PROVED: mark("%(child)s proved by themself the account at %(service)s."),
        EventKind.CHILD_BINDING_JOINED: mark(
            "%(guardian)s supervises the account of %(child)s at %(service)s as well."
        ),
        EventKind.CHILD_BINDING_SUSPENDED: mark("The link to the account of %(child)s at %(service)s was suspended."),
        EventKind.CHILD_BINDING_RESUMED: mark("The link to the account of %(child)s at %(service)s counts again."),
        EventKind.CHILD_BINDING_RELEASED: mark("The link to the account of %(child)s at %(service)s was released."),
        EventKind.CHILD_BINDING_REVOKED: mark("The link to the account of %(child)s at %(service)s was taken away."),
    },
    acted={
        (EventKind.BINDING_VERIFIED, Actor.GUARDIAN): mark(
            "%(guardian)s linked an account at %(service)s to you, and supervises it."
        ),
        (EventKind.BINDING_PROVED, Actor.GUARDIAN): mark(
            "%(guardian)s supervises your account at %(service)s from now on."
        ),
        (EventKind.BINDING_RELEASED, Actor.READER): mark("You released the link to your account at %(service)s."),
        (EventKind.BINDING_RELEASED, Actor.GUARDIAN): mark(
            "%(guardian)s released the link to your account at %(service)s."
        ),
        (EventKind.BINDING_RELEASED, Actor.CLIENT): mark("%(service)s released the link to your account there."),
        (EventKind.CHILD_BINDING_VERIFIED, Actor.READER): mark(
            "You linked an account at %(service)s to %(child)s, and supervise it."
        ),
        (EventKind.CHILD_BINDING_PROVED, Actor.READER): mark(
            "You supervise the account of %(child)s at %(service)s from now on, by your own proof."
        ),
        (EventKind.CHILD_BINDING_PROVED, Actor.GUARDIAN): mark(
            "%(guardian)s supervises the account of %(child)s at %(service)s in the first place from now on."
        ),
        (EventKind.CHILD_BINDING_PROVED, Actor.SUCCESSOR): mark(
            "Another parent or guardian supervises the account of %(child)s at %(service)s in your place."
        ),
        (EventKind.CHILD_BINDING_JOINED, Actor.READER): mark(
            "You supervise the account of %(child)s at %(service)s as well."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.READER): mark(
            "You released the link to the account of %(child)s at %(service)s."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.GUARDIAN): mark(
            "%(guardian)s released the link to the account of %(child)s at %(service)s."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.HOLDER): mark(
            "%(child)s released the link to the own account at %(service)s."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.CLIENT): mark(
            "%(service)s released the link to the account of %(child)s there."
        ),
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
