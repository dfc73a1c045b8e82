"""Levels of identity as `acr` values, and authentication methods as `amr` values (RFC 8176)."""

from dataclasses import dataclass

from vneid_idp.kernel.clock import Instant

LEVEL_1 = "urn:vneid:level:1"
LEVEL_2 = "urn:vneid:level:2"
ACR_VALUES = (LEVEL_1, LEVEL_2)
LEVELS = {LEVEL_1: 1, LEVEL_2: 2}
"""By what `acr` says."""

# What kind of evidence a method gives. A passkey with user verification is two at once: the device, and the finger,
# face or PIN that unlocks it. Password and passcode are one kind, so together they are still one factor.
_KINDS = {
    "pwd": frozenset({"knowledge"}),
    "pin": frozenset({"knowledge"}),
    "sms": frozenset({"possession"}),
    "hwk": frozenset({"possession", "verification"}),
    "phone": frozenset({"possession", "verification"}),
}
# What somebody held at this browser: a phone that approved elsewhere may be that of whom somebody talked into it.
_IN_HAND = frozenset({"sms", "hwk"})
# What the token says of each; of the phone that the proof came another way (RFC 8176 §2).
_AMR = {
    "pwd": ("pwd",),
    "pin": ("pin",),
    "sms": ("otp", "sms"),
    "hwk": ("hwk", "user"),
    "phone": ("hwk", "user", "mca"),
}

METHODS = frozenset(_KINDS)


@dataclass(frozen=True, slots=True)
class SignInMethod:
    """A way in which a person proved to be there, and when: `pwd`, `pin`, `sms`, `hwk`, or `phone`, which approved the
    sign-in of another browser."""

    name: str
    at: Instant


def factors(methods: tuple[SignInMethod, ...]) -> int:
    """How many different kinds of evidence `methods` give together."""
    kinds: set[str] = set()
    for method in methods:
        kinds |= _KINDS[method.name]
    return len(kinds)


def possession_at(methods: tuple[SignInMethod, ...]) -> Instant | None:
    """When somebody last proved at this browser to hold a thing, and not only to know something."""
    return max((method.at for method in methods if method.name in _IN_HAND), default=None)


def by_message(methods: tuple[SignInMethod, ...]) -> bool:
    """Whether a code by text message is among `methods`: what rests on them rests on the number, too."""
    return any(method.name == "sms" for method in methods)


def opens_session(methods: tuple[SignInMethod, ...]) -> bool:
    """Whether `methods` sign somebody in: a code by text message alone does not, it only strengthens."""
    return any(method.name != "sms" for method in methods)


def amr(methods: tuple[SignInMethod, ...]) -> tuple[str, ...]:
    """The `amr` claim for `methods`, in order, without repeats; `mfa` when they are two different factors."""
    values = [value for method in methods for value in _AMR[method.name]]
    if factors(methods) >= 2:
        values.append("mfa")
    return tuple(dict.fromkeys(values))


def reached(account_level: int, methods: tuple[SignInMethod, ...]) -> int:
    """The level that may be asserted: 2 only for a level-2 account signed in with two different factors; 0 for none."""
    if not methods:
        return 0
    return 2 if account_level >= 2 and factors(methods) >= 2 else 1
