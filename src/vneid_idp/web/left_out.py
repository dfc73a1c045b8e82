"""What the consent screen says of leaving something out, and to who ticked nothing at all. Pure."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vneid_idp.protocol.claims import Decisions, is_permission
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark

if TYPE_CHECKING:
    from vneid_idp.web.consent_view import Screen


@dataclass(frozen=True, slots=True)
class NothingTicked:
    """What the page says to who agreed and ticked nothing, before that is kept."""

    title: str
    text: str


def leaving_out(say: Say, offered_again_days: int | None, *, stays: bool = False) -> str:
    """The hint over what may be left out; with the days where the person decides here and now, and with what `stays`
    as it was told where nobody ticks it."""
    hint = say(mark("Tick only what you want to share."))
    if stays:
        goes_on = mark("An age that was told until now goes on as it was told, unless you tick it.")
        hint = f"{hint} {say(goes_on)}"
    if offered_again_days is None:
        return hint
    again = mark(
        "What you leave out is not shared. You are asked about it again after %(days)s days; sooner when you wish so "
        "under Connected services, or when the service asks for your whole consent anew."
    )
    return f"{hint} {say(again, days=offered_again_days)}"


def tells_nothing(shown: "Screen", decisions: Decisions) -> bool:
    """Whether who agreed so leaves the service with nothing, where something could have been ticked: a slip, often."""
    told = any(decision.gives for name, decision in decisions.items() if not is_permission(name))
    could = any(group.optional.lines for group in shown.groups)
    # An offer says itself what it means to take none of it.
    if shown.offer:
        return False
    return could and not told and not shown.shared_before and not shown.confirms


def nothing_ticked(shown: "Screen", service: str, say: Say) -> "Screen":
    """The same screen once more, with what it means to tick nothing."""
    text = mark(
        "If you go on like this, %(service)s gets nothing about you but an identifier by which it knows you again, and "
        "may not be able to do what you came for. You can still tick something."
    )
    if shown.tells_sign_in:
        text = mark(
            "If you go on like this, %(service)s learns only the level of your identity, how you signed in, and an "
            "identifier by which it knows you again, and may not be able to do what you came for. You can still tick "
            "something."
        )
    agree: str | None = say(mark("Agree and continue"))
    if shown.guardian is not None and shown.permissions:
        # That takes no tick, so it is put before them.
        agree = shown.agree
        text = mark(
            "If you go on like this, a parent or guardian is asked only about what takes no tick, and %(service)s may "
            "not be able to do what you came for. You can still tick something."
        )
    elif shown.guardian is not None:
        agree = say(mark("Go on without sharing anything"))
        text = mark(
            "If you go on like this, nothing about you is shared, and no parent or guardian is asked. %(service)s may "
            "not be able to do what you came for. You can still tick something."
        )
    said = NothingTicked(say(mark("You ticked nothing")), say(text, service=service))
    return replace(shown, nothing=said, agree=agree)
