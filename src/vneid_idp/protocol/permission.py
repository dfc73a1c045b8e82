"""What a service is permitted that is no claim, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permission:
    """What a service is permitted that is no claim of a scope, and to which a person must agree all the same: a title
    and a sentence, marked for translation."""

    title: str
    text: str
    child: bool = False
    """Whether it is about a child: a parent or guardian chooses which one."""
    own_name: bool = False
    """Whether a client may also have it in its own name, without a person (RFC 6749 §4.4)."""
    link: bool = False
    """Whether it is about accounts that are linked: each link is confirmed by itself, whatever was agreed before."""
    tells: tuple[str, ...] = ()
    """The claims of the place `binding` that it asks for: what is told of an account that is bound by it."""
