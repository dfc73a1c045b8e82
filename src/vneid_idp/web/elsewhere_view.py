"""What the consent screen says of a request that began elsewhere than in this browser. Pure."""

from dataclasses import replace

from vneid_idp.protocol.polled import Polled, PolledKind
from vneid_idp.web.claim_words import Say
from vneid_idp.web.consent_view import Screen
from vneid_idp.web.i18n import mark
from vneid_idp.web.shown_elsewhere import ShownElsewhere


def for_another_device(screen: Screen, polled: Polled | None, service: str, say: Say) -> Screen:
    """The screen of a request that is answered for another device; the very same for all others.

    It is answered with yes or no: who goes on without agreeing would sign that device in.
    """
    if polled is None:
        return screen
    if polled.kind is PolledKind.DEVICE:
        title = mark("You answer for another device")
        text = mark(
            "The device that shows the code will be signed in to %(service)s as you. Agree only if you started this "
            "yourself, on a device in front of you. If somebody sent you the code or asked you for it, refuse."
        )
    else:
        title = mark("%(service)s asked for this itself")
        text = mark(
            "Agree only if you are dealing with %(service)s at this moment. If somebody called you or wrote to you and "
            "wants you to agree, refuse."
        )
    if_refused = mark("If you refuse, nothing is shared, and the service is told that the answer is no.")
    if screen.gives_before:
        if_refused = mark(
            "If you refuse, nothing more is shared, and the service is told that the answer is no. What you agreed to "
            "before stays as it is until you withdraw it."
        )
    return replace(
        screen,
        elsewhere=ShownElsewhere(
            say(title, service=service),
            say(text, service=service),
            None if polled.binding_message is None else say(mark("It shows as well:")),
            polled.binding_message,
        ),
        offer=False,
        refuse=say(mark("Refuse")),
        if_refused=say(if_refused),
    )
