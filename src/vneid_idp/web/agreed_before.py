"""The consent screen of who agreed to something at this service before: that stands, whatever they answer now. Pure."""

from dataclasses import replace

from vneid_idp.protocol.claims import Decisions, Item
from vneid_idp.web.claim_words import Say
from vneid_idp.web.consent_view import Screen
from vneid_idp.web.i18n import mark


def beside_what_stands(shown: Screen, asked: tuple[Item, ...], decided: Decisions, say: Say) -> Screen:
    """The screen of a person whose consent stands with what they `decided` in it.

    Where everything `asked` may be left out, it is an offer, and no condition of the sign-in that they agreed to: who
    takes none of it goes on.
    """
    decisions = [decided.get(item.name) for item in asked]
    offer = bool(asked) and not shown.confirms and not any(item.required for item in asked)
    if offer and not any(decision is not None and decision.gives for decision in decisions):
        go_on = mark("If you share nothing more, you go on to the service. What you agreed to before stays as it is.")
        shown = replace(shown, offer=True, refuse=say(mark("Share nothing more")), if_refused=say(go_on))
    if not any(decision.gives for decision in decided.values()):
        return shown
    shown = replace(shown, gives_before=True)
    if shown.link is not None:
        lead = mark("This account is linked, and what is asked here shared, only once you agree.")
        refused = mark(
            "If you refuse, you go back to the service; nothing is linked and nothing more is shared. What you agreed "
            "to before stays as it is until you withdraw it."
        )
        return replace(shown, lead=say(lead), if_refused=say(refused))
    if shown.details is not None:
        refused = mark(
            "If you refuse, you go back to the service; nothing is done and nothing more is shared. What you agreed to "
            "before stays as it is until you withdraw it."
        )
        return replace(shown, if_refused=say(refused))
    if shown.groups:
        lead = mark("Nothing more is shared before you agree, and you can withdraw at any time.")
        shown = replace(shown, lead=say(lead))
    if shown.offer:
        return shown
    refused = mark(
        "If you refuse, you go back to the service and nothing more is shared. What you agreed to before stays as it "
        "is until you withdraw it."
    )
    return replace(shown, if_refused=say(refused))
