"""What a request asks for, in one sentence at the head of its page: read at a glance, before every line of it. Pure."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vneid_idp.protocol.camara import (
    AGE_VERIFICATION,
    CHECK_SWAP,
    KYC_MATCH,
    READ_NUMBER,
    READ_SUBSCRIPTIONS,
    SIM_SWAP,
    SUBSCRIBE_SWAPS,
    SWAP_DATE,
    TENURE,
    UNSUBSCRIBE_SWAPS,
    VERIFY_NUMBER,
)
from vneid_idp.protocol.claims import CHILD_ACCOUNT, PERMISSIONS, SIGN_IN, SOCIAL_ACCOUNT
from vneid_idp.web.claim_words import ACCOUNT, Kind, Say, topic_of
from vneid_idp.web.i18n import mark
from vneid_idp.web.permitted_view import Permitted

if TYPE_CHECKING:
    from vneid_idp.web.consent_lines import Line, PurposeGroup

_NAMED = 4
"""So many things are named one by one; of more the kinds are."""
_ALWAYS_NAMED = "id_number"
"""Nobody reads only a kind where the number is asked for that stands for a person everywhere and for life."""
_PERMITTED = {
    SIGN_IN: mark("the level of the identity and the way of signing in"),
    "offline_access": mark("lasting access"),
    SOCIAL_ACCOUNT: mark("questions about linked accounts"),
    CHILD_ACCOUNT: mark("questions about linked accounts"),
    KYC_MATCH: mark("a comparison of what it has of you"),
    AGE_VERIFICATION: mark("questions whether you have reached an age"),
    TENURE: mark("questions since when your phone number is in your name"),
    VERIFY_NUMBER: mark("a check of your device's phone number"),
    READ_NUMBER: mark("your device's phone number"),
    SIM_SWAP: mark("questions whether and when your phone number got another SIM card"),
    CHECK_SWAP: mark("questions whether your phone number got another SIM card"),
    SUBSCRIBE_SWAPS: mark("a notice as soon as your phone number gets another SIM card"),
    READ_SUBSCRIPTIONS: mark("a look at the notices about your SIM card"),
    UNSUBSCRIBE_SWAPS: mark("the end of notices about your SIM card"),
    SWAP_DATE: mark("questions when your phone number got another SIM card"),
}
"""What takes no tick, and is no claim."""


def asked_in_short(groups: Sequence["PurposeGroup"], permissions: Iterable[Permitted], say: Say) -> str | None:
    """What the service cannot do without, or else what it would like to have. Names no value and not the service, which
    may have a long name and stands above it."""
    needed = _joined(_things([line for group in groups for line in group.required.lines], say), permissions, say)
    may_have = "; ".join(_things([line for group in groups for line in group.optional.lines], say))
    if not groups:
        # What it may do is all that the page says then.
        return None
    if needed and may_have:
        return say(mark("Needed: %(things)s. You choose the rest."), things=needed)
    if needed:
        return say(mark("Needed: %(things)s."), things=needed)
    return say(mark("Asked for: %(things)s. You choose what to share."), things=may_have) if may_have else None


def shared_in_short(groups: Sequence["PurposeGroup"], permissions: Iterable[Permitted], say: Say) -> str | None:
    """The same where nothing is left to choose."""
    things = _joined(_things([line for group in groups for line in group.required.lines], say), permissions, say)
    return say(mark("Would be shared: %(things)s."), things=things) if things else None


def _joined(things: list[str], permissions: Iterable[Permitted], say: Say) -> str:
    links = _within(say(ACCOUNT.title)) in things
    permissions = tuple(permissions)
    here = [each.item.name for each in permissions if each.at is None]
    named = [say(_PERMITTED[name]) for name in here if not (links and PERMISSIONS[name].link)]
    elsewhere = dict.fromkeys(each.at for each in permissions if each.at is not None)
    return "; ".join([*things, *named, *elsewhere])


def _things(lines: Iterable["Line"], say: Say) -> list[str]:
    """Those that the account holds. What a linked account tells is one thing, however many lines it has."""
    held = [line for line in lines if line.shown is not None]
    names = list(dict.fromkeys(_name(line, say) for line in held))
    if len(names) > _NAMED:
        kinds: Iterable[Kind] = sorted({line.topic.kind for line in held}, key=lambda kind: kind.place)
        named = [line.topic.name(say) for line in held if line.topic.key == _ALWAYS_NAMED]
        names = [*(say(kind.title) for kind in kinds), *named]
    return [_within(name) for name in names]


def _name(line: "Line", say: Say) -> str:
    """What of a line is told: itself, the smaller proof in its place, or either, as long as that is to be chosen."""
    if line.topic.kind is ACCOUNT:
        return say(ACCOUNT.title)
    if line.in_place is not None:
        return line.in_place.name(say)
    proof = None if line.smaller is None else topic_of(line.smaller.claim)
    if proof is None:
        return line.topic.name(say)
    return say(mark("%(claim)s (or only: %(proof)s)"), claim=line.topic.name(say), proof=_within(proof.name(say)))


def _within(name: str) -> str:
    """A name in the middle of a sentence."""
    return name[:1].lower() + name[1:]
