"""What services were told, as the history says it: who, what, and how often on the day."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from starlette.requests import Request

from vneid_idp.consent.disclosures import DisclosedThatDay, Told
from vneid_idp.portal.children import child_named
from vneid_idp.use_cases.check_device_number import TOLD_CHECKED, TOLD_NUMBER
from vneid_idp.use_cases.check_sim_swap import TOLD_SWAP_DATE, TOLD_SWAPPED
from vneid_idp.use_cases.check_tenure import TOLD_CONTRACT, TOLD_TENURE
from vneid_idp.web.claim_words import Say, topics_of
from vneid_idp.web.i18n import gettext, mark

NOT_REGISTERED = mark("a service that is not registered here any more")
ACTING = mark("%(service)s (for %(other)s)")
"""Who was told, and for whom it acts."""
_SENTENCES: Mapping[str, str] = {
    Told.USERINFO: mark("%(service)s was told about you: %(what)s."),
    Told.ID_TOKEN: mark("%(service)s was told about you with a sign-in: %(what)s."),
    Told.BINDINGS: mark("%(service)s was told about your linked account: %(what)s."),
    Told.CAMARA: mark("%(service)s was told about you: %(what)s."),
}
_OF_CHILD: Mapping[str, str] = {
    Told.USERINFO: mark("For %(child)s, %(service)s was told about you: %(what)s."),
    Told.ID_TOKEN: mark("For %(child)s, %(service)s was told about you with a sign-in: %(what)s."),
    Told.BINDINGS: mark("%(service)s was told about the linked account of %(child)s: %(what)s."),
}
_OF_ACCOUNT: Mapping[str, str] = {
    "binding_level": mark("level of the identity"),
    "binding_method": mark("who proved it"),
    "binding_age_band": mark("age group of its holder"),
    "binding_supervised": mark("whether it is supervised"),
    "binding_verified_at": mark("when it was proved"),
    "binding_capabilities": mark("what it may do"),
}
"""What is told of an account, where the sentence says already that it is about one."""
_OF_NUMBER: Mapping[str, str] = {
    TOLD_TENURE: mark("since when your phone number is in your name"),
    TOLD_CONTRACT: mark("whether it is prepaid or postpaid"),
    TOLD_CHECKED: mark("whether a phone number is in your device"),
    TOLD_NUMBER: mark("the phone number in your device"),
    TOLD_SWAP_DATE: mark("when your phone number got another SIM card"),
    TOLD_SWAPPED: mark("whether your phone number got another SIM card"),
}
_SAID_HERE = {**_OF_ACCOUNT, **_OF_NUMBER}
_SOMEWHERE = mark("%(service)s was told something about you: %(what)s.")


def sentence(request: Request, told: DisclosedThatDay, names: Mapping[str, str], children: Mapping[str, str]) -> str:
    """What a service was told."""
    say = partial(gettext, request)
    child = child_named(told.child_id, children, say)
    words = _SENTENCES if child is None else _OF_CHILD
    return say(
        words.get(told.door, _SOMEWHERE),
        service=_service(told, names, say),
        what="; ".join(what(told.claims, say)) or say(mark("something else")),
        child=child or "",
    )


_ABOUT: Mapping[str, str] = {
    Told.USERINFO: mark("%(service)s was told about %(child)s: %(what)s."),
    Told.ID_TOKEN: mark("%(service)s was told about %(child)s with a sign-in: %(what)s."),
    Told.BINDINGS: mark("%(service)s was told about the linked account of %(child)s: %(what)s."),
}


def sentence_about(told: DisclosedThatDay, names: Mapping[str, str], child: str, say: Say) -> str:
    """What a service was told of a child, to whoever decides for it. Pure."""
    return say(
        _ABOUT.get(told.door, _ABOUT[Told.USERINFO]),
        service=_service(told, names, say),
        what="; ".join(what(told.claims, say)) or say(mark("something else")),
        child=child,
    )


def clients_of(told: Iterable[DisclosedThatDay]) -> set[str]:
    """The clients that these sentences name."""
    return {name for each in told for name in (each.client_id, each.acts_for) if name is not None}


def _service(told: DisclosedThatDay, names: Mapping[str, str], say: Say) -> str:
    name = names.get(told.client_id) or say(NOT_REGISTERED)
    if told.acts_for is None:
        return name
    return say(ACTING, service=name, other=names.get(told.acts_for) or say(NOT_REGISTERED))


def what(claims: Iterable[str], say: Say) -> Iterator[str]:
    """What these claims tell, where it is said already of whom or of which account."""
    yield from (say(words) for claim, words in _SAID_HERE.items() if claim in claims)
    yield from (_lower(topic.name(say)) for topic in topics_of(set(claims) - _SAID_HERE.keys()))


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
