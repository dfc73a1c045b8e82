"""The words of subscriber numbers."""

from vneid_idp.audit.events import EventKind
from vneid_idp.web.i18n import mark
from vneid_idp.web.kind_words.words import Actor, KindWords

WORDS = KindWords(
    what=mark("Mobile numbers that carriers registered in your name, as you confirmed."),
    of_child=mark("Number of %(child)s, under your supervision"),
    steps={},
    released=mark("The number is not bound to you any more. The carrier is told so when it asks."),
    release=mark("the number at %(service)s"),
    releasing=mark(
        "Releasing takes effect at once. Whenever the carrier asks, it is told that the number is not bound to you any "
        "more."
    ),
    ended_by_withdrawal=mark("This phone number is released, and is not bound to you any more:"),
    history={
        EventKind.BINDING_REQUESTED: mark("A phone number at %(service)s was bound to you, as you had confirmed."),
        EventKind.BINDING_PROVED: mark(
            "Your phone number at %(service)s was verified: all that the law has compared agreed with the population "
            "register."
        ),
        EventKind.BINDING_JOINED: mark("%(guardian)s supervises your phone number at %(service)s as well."),
        EventKind.BINDING_RECHECK_ASKED: mark(
            "%(service)s told that your phone number works in another device. You have to show there again who you are."
        ),
        EventKind.BINDING_FROZEN: mark(
            "%(service)s told that your phone number works in another SIM card, or moves to another carrier. Nothing "
            "rests on it any more."
        ),
        EventKind.BINDING_THAWED: mark("You said that your phone number at %(service)s is in your hand."),
        EventKind.BINDING_DISPUTED: mark(
            "Somebody else said that your phone number at %(service)s is theirs. The carrier decides; until then it "
            "counts for nobody."
        ),
        EventKind.BINDING_SETTLED: mark("Your phone number at %(service)s stayed yours, and counts again."),
        EventKind.BINDING_SUSPENDED: mark("Your phone number at %(service)s was suspended here."),
        EventKind.BINDING_RESUMED: mark("Your phone number at %(service)s counts again."),
        EventKind.BINDING_RELEASED: mark("Your phone number at %(service)s was released."),
        EventKind.CHILD_BINDING_VERIFIED: mark("A phone number at %(service)s was registered for %(child)s."),
        EventKind.CHILD_BINDING_PROVED: mark(
            "The phone number of %(child)s at %(service)s was verified: all that the law has compared agreed with the "
            "population register."
        ),
        EventKind.CHILD_BINDING_JOINED: mark(
            "%(guardian)s supervises the phone number of %(child)s at %(service)s as well."
        ),
        EventKind.CHILD_BINDING_RECHECK_ASKED: mark(
            "%(service)s told that the phone number of %(child)s works in another device."
        ),
        EventKind.CHILD_BINDING_FROZEN: mark(
            "%(service)s told that the phone number of %(child)s works in another SIM card, or moves to another "
            "carrier. Nothing rests on it any more."
        ),
        EventKind.CHILD_BINDING_SUSPENDED: mark("The phone number of %(child)s at %(service)s was suspended here."),
        EventKind.CHILD_BINDING_RESUMED: mark("The phone number of %(child)s at %(service)s counts again."),
        EventKind.CHILD_BINDING_RELEASED: mark("The phone number of %(child)s at %(service)s was released."),
    },
    acted={
        (EventKind.BINDING_REQUESTED, Actor.DELEGATE): mark(
            "%(acting)s, acting for %(service)s, bound a phone number there to you, as you had confirmed."
        ),
        (EventKind.BINDING_PROVED, Actor.DELEGATE): mark(
            "%(acting)s, acting for %(service)s, had your phone number there verified: all that the law has compared "
            "agreed with the population register."
        ),
        (EventKind.BINDING_REQUESTED, Actor.GUARDIAN): mark(
            "%(guardian)s registered a phone number at %(service)s for you."
        ),
        (EventKind.BINDING_RELEASED, Actor.GUARDIAN): mark("%(guardian)s released your phone number at %(service)s."),
        (EventKind.CHILD_BINDING_VERIFIED, Actor.GUARDIAN): mark(
            "%(guardian)s registered a phone number at %(service)s for %(child)s."
        ),
        (EventKind.CHILD_BINDING_VERIFIED, Actor.SUCCESSOR): mark(
            "Another parent or guardian supervises the phone number of %(child)s at %(service)s in your place."
        ),
        (EventKind.CHILD_BINDING_VERIFIED, Actor.READER): mark(
            "You registered a phone number at %(service)s for %(child)s."
        ),
        (EventKind.CHILD_BINDING_JOINED, Actor.READER): mark(
            "You supervise the phone number of %(child)s at %(service)s as well."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.READER): mark(
            "You released the phone number of %(child)s at %(service)s."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.GUARDIAN): mark(
            "%(guardian)s released the phone number of %(child)s at %(service)s."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.HOLDER): mark(
            "%(child)s released the own phone number at %(service)s."
        ),
        (EventKind.CHILD_BINDING_RELEASED, Actor.CLIENT): mark(
            "%(service)s released the phone number of %(child)s there."
        ),
        (EventKind.BINDING_RELEASED, Actor.READER): mark("You released your phone number at %(service)s."),
        (EventKind.BINDING_RELEASED, Actor.CLIENT): mark("%(service)s released your phone number there."),
    },
    actions={},
    reasons={},
)
