"""What frames a consent screen: its heading, what stands under it, the button that agrees, and what a refusal means.
Pure."""

from vneid_idp.web.i18n import mark


def frame_of_details(*, shares: bool) -> tuple[str, str, str]:
    """What frames a screen on which rich details are to be granted, to be translated; the heading is their own."""
    return (
        mark("Nothing is done, and nothing shared, before you confirm."),
        mark("Confirm and share") if shares else mark("Confirm"),
        mark("If you refuse, you go back to the service; nothing is done and nothing is shared."),
    )


def frame_of(
    *,
    shares: bool,
    links: bool,
    for_child: bool,
    may_link: bool,
    has_before: bool,
    sign_in: tuple[bool, bool],
    elsewhere: bool,
) -> tuple[str, str, str, str]:
    """What frames a screen, to be translated: heading, lead, the button that agrees, and what follows a refusal.

    `may_link`: the request is about accounts that are linked, although none is at this page; `has_before`: it wants
    something that was agreed to before; `sign_in`: how the person signed in, asked at this page, and at all;
    `elsewhere`: what the service may do at another is asked. Only where there is none of it, the service asks for
    nothing.
    """
    if links:
        return (
            mark("Link this %(service)s account to a child in your care?")
            if for_child
            else mark("Link this %(service)s account to your identity?"),
            mark("This account is linked, and what is asked here shared, only once you agree."),
            mark("Agree, share and link") if shares else mark("Agree and link"),
            mark("If you refuse, you go back to the service; nothing is linked and nothing is shared."),
        )
    if_refused = mark("If you refuse, you go back to the service and nothing is shared.")
    if shares:
        return (
            mark("%(service)s asks you to share information"),
            mark("Nothing is shared before you agree, and you can withdraw at any time."),
            mark("Agree and share"),
            if_refused,
        )
    if may_link:
        return (
            mark("%(service)s asks about linked accounts"),
            mark(
                "The service learns that an account which you link there belongs to a verified person, and nothing "
                "else that is not named here. You can withdraw at any time."
            ),
            mark("Agree and continue"),
            if_refused,
        )
    if elsewhere:
        return (
            mark("May %(service)s act for you elsewhere?"),
            mark("What it may do there, and what is told there, stands below. You can withdraw at any time."),
            mark("Agree and continue"),
            if_refused,
        )
    return (
        mark("Continue to %(service)s?"),
        _nothing_asked(has_before=has_before, sign_in=sign_in),
        mark("Agree and continue"),
        if_refused,
    )


def _nothing_asked(*, has_before: bool, sign_in: tuple[bool, bool]) -> str:
    """What leads a page that asks for no claim and no permission but to know of the sign-in."""
    nothing = mark(
        "The service asks for nothing about you. It gets only an identifier by which it knows you again; what that "
        "tells stands below."
    )
    nothing_new = mark("The service asks for nothing new about you. What you agreed to before stays as it is.")
    only_sign_in = mark(
        "The service learns the level of your identity, how you signed in, and an identifier by which it knows you "
        "again; nothing else about you."
    )
    new_sign_in = mark(
        "New is that the service learns the level of your identity and how you signed in. What you agreed to before "
        "stays as it is."
    )
    new, at_all = sign_in
    if has_before:
        return new_sign_in if new else nothing_new
    return only_sign_in if at_all else nothing
