"""How a page says where a number of a carrier's register stands, why, and what comes if nothing is done."""

from collections.abc import Mapping

from vneid_idp.policy.intervals import Step
from vneid_idp.registered_numbers.rules import RegisteredState
from vneid_idp.registers.classes import RowClass
from vneid_idp.web.i18n import mark

STATES: Mapping[RegisteredState, tuple[str, str]] = {
    RegisteredState.REGISTERED: (mark("Is it yours?"), "warning"),
    RegisteredState.ASKED: (mark("Is it yours?"), "warning"),
    RegisteredState.CONFIRMED: (mark("Yours, as you said"), "success"),
    RegisteredState.VERIFIED: (mark("Yours"), "success"),
    RegisteredState.DISOWNED: (mark("Not yours, as you said"), "neutral"),
    RegisteredState.DISPUTED: (mark("Somebody else says it is theirs"), "warning"),
    RegisteredState.ONE_WAY: (mark("Cut off one way"), "danger"),
    RegisteredState.TWO_WAY: (mark("Cut off both ways"), "danger"),
    RegisteredState.ENDED: (mark("Ended"), "neutral"),
    RegisteredState.RECYCLED: (mark("Ended"), "neutral"),
}
"""The words of a badge, and how it looks."""

RECHECKS = (mark("Works in another device"), "warning")
"""Of a number whose holder has to show a face at the carrier: nothing is asked here."""

MEANINGS: Mapping[RegisteredState, str] = {
    RegisteredState.VERIFIED: mark("Nothing is left to do."),
    RegisteredState.DISOWNED: mark("The carrier is told so, and asks whoever uses it."),
    RegisteredState.DISPUTED: mark("The carrier decides whose it is. Until then nothing is cut off."),
    RegisteredState.ONE_WAY: mark(
        "Nothing goes out but emergency calls. Calls and messages still come in, and mobile data work."
    ),
    RegisteredState.TWO_WAY: mark("Nothing goes out or comes in."),
}
"""What a state means for whoever reads it, where the badge does not say it."""

REASONS: Mapping[RowClass, str] = {
    RowClass.INCOMPLETE: mark("The carrier's record of you is not complete. Have it completed there."),
    RowClass.NAME_DIFFERS: mark("The carrier has another name than the population register. Have it set right there."),
    RowClass.BIRTHDATE_DIFFERS: mark(
        "The carrier has another date of birth than the population register. Have it set right there."
    ),
    RowClass.NOT_COMPARED: mark(
        "The carrier said several things of you that differ, so this one was not compared. Have it set right there."
    ),
    RowClass.NINE_DIGIT_CARD: mark(
        "It was registered with an old card of nine digits: the carrier has to take a picture of your face."
    ),
    RowClass.MINOR: mark("A parent or guardian has to agree to it at the carrier."),
    RowClass.TOO_MANY: mark(
        "You have more numbers at this carrier than the law gives without a contract of their own."
    ),
    RowClass.MACHINE: mark("It is registered for a device, and not for people to speak with each other."),
    RowClass.ORGANISATION: mark("An organisation holds it, and named you as the one who uses it."),
}
"""What the reader should know of the carrier's row; of a class that is not listed, nothing."""

COMING: Mapping[Step, str] = {
    Step.ONE_WAY: mark("If nothing is done, nothing goes out from it but emergency calls from %(date)s on."),
    Step.TWO_WAY: mark("If nothing is done, nothing goes out or comes in from %(date)s on."),
    Step.ENDED: mark("If nothing is done, the carrier ends it on %(date)s."),
}
"""What the law has the carrier do next."""
