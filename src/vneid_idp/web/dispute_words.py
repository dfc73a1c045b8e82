"""Disputes about numbers, in words: how long somebody uses one, how a dispute ended, and why."""

from collections.abc import Mapping

from vneid_idp.disputes.evidence import UsedSince
from vneid_idp.disputes.rules import DecisionReason, DisputeEnd, Whose
from vneid_idp.web.i18n import mark

USED_SINCE: Mapping[UsedSince, str] = {
    UsedSince.WEEKS: mark("Some weeks"),
    UsedSince.MONTHS: mark("Some months"),
    UsedSince.YEARS: mark("A year or more"),
    UsedSince.MANY_YEARS: mark("Many years"),
}
DECIDED: Mapping[DecisionReason, str] = {
    DecisionReason.USE_SHOWN: mark("The carrier compared what was told of the use with its records."),
    DecisionReason.CONTRACT_SHOWN: mark("The carrier was shown the contract, or bills."),
    DecisionReason.IDENTITY_SHOWN: mark("Papers and the SIM card were shown to the carrier."),
    DecisionReason.NOTHING_SHOWN: mark("Nobody showed the carrier enough."),
    DecisionReason.LAWFUL_ORDER: mark("An authority ordered so."),
}
"""Why the carrier decided so, to both of them."""
ENDED: Mapping[DisputeEnd, str] = {
    DisputeEnd.GIVEN_UP: mark("One of you said that the number is not theirs after all."),
    DisputeEnd.RELEASED: mark("The number was released."),
    DisputeEnd.LEFT: mark("The other person can hold no number any more."),
    DisputeEnd.ROW_GONE: mark("The carrier's register has the number under other papers now, or not any more."),
}
"""How it ended without a decision."""
YOURS = (mark("Yours"), "success")
NOT_YOURS = (mark("Not yours"), "neutral")
OPEN = (mark("The carrier decides"), "warning")
"""The words of a badge, and how it looks."""
FOR_NOBODY: Mapping[Whose, str] = {
    Whose.NEITHER: mark("The carrier decided that it is neither yours nor the other person's."),
}
