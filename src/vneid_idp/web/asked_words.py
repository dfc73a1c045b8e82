"""What a request asks for, in one sentence at the head of its page: read at a glance, before every line of it. Pure."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vneid_idp.web.claim_words import ACCOUNT, Kind, Say
from vneid_idp.web.i18n import mark

if TYPE_CHECKING:
    from vneid_idp.web.consent_view import Line, PurposeGroup

_NAMED = 4
"""So many things are named one by one; of more the kinds are."""


def asked_in_short(groups: Sequence["PurposeGroup"], say: Say) -> str | None:
    """What the service cannot do without, or else what it would like to have. Names no value and not the service, which
    may have a long name and stands above it."""
    needed = _things([line for group in groups for line in group.required.lines], say)
    may_have = _things([line for group in groups for line in group.optional.lines], say)
    if needed and may_have:
        return say(mark("Needed: %(things)s. You choose the rest."), things=needed)
    if needed:
        return say(mark("Needed: %(things)s."), things=needed)
    return say(mark("Asked for: %(things)s. You choose what to share."), things=may_have) if may_have else None


def shared_in_short(groups: Sequence["PurposeGroup"], say: Say) -> str | None:
    """The same where nothing is left to choose."""
    things = _things([line for group in groups for line in group.required.lines], say)
    return say(mark("Would be shared: %(things)s."), things=things) if things else None


def _things(lines: Iterable["Line"], say: Say) -> str:
    """Those that the account holds. What a linked account tells is one thing, however many lines it has."""
    held = [line for line in lines if line.shown is not None]
    names = dict.fromkeys(
        say(line.topic.kind.title) if line.topic.kind is ACCOUNT else line.topic.name(say) for line in held
    )
    if len(names) > _NAMED:
        kinds: Iterable[Kind] = sorted({line.topic.kind for line in held}, key=lambda kind: kind.place)
        names = dict.fromkeys(say(kind.title) for kind in kinds)
    return "; ".join(name[:1].lower() + name[1:] for name in names)
