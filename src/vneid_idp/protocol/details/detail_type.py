"""What a type of `authorization_details` is, and how its members are read (RFC 9396 §2)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from vneid_idp.protocol.client import ClientProfile

Detail = Mapping[str, Any]
"""One object of `authorization_details`, with the members that its type has and no others."""
Details = tuple[Detail, ...]


class BadDetail(ValueError):
    """A member is missing, unknown, or has no good value; the message says which, in a sentence without the value."""


@dataclass(frozen=True, slots=True)
class DetailType:
    """A type. Its sentence on the consent screen stands in `web/detail_words/`."""

    name: str
    members: Mapping[str, Callable[[Any], bool]]
    """Every member beside `type`, all of them required, and whether a value is good for it."""
    form: Mapping[str, str]
    """What a good value of each is, for the client's developer."""
    profiles: frozenset[ClientProfile]
    """Which clients may ask for it, once they are registered for it."""
    once: bool
    """Whether it is an act, done with the tokens of the code and never again, and no standing permission."""
    level: Callable[[Detail], int]
    """The level of identity that it takes of the person, whatever level the client asks for."""
    covers: Callable[[Detail, Detail], bool]
    """Whether the second, of this type as the first is, allows nothing that the first does not."""

    def read(self, value: Mapping[str, Any]) -> Detail:
        """The object, of which `type` was read already. Raises `BadDetail`."""
        for name in value:
            if name != "type" and name not in self.members:
                raise BadDetail("has a member that its type does not know")
        for name, is_good in self.members.items():
            if name not in value:
                raise BadDetail(f"lacks {name}")
            if not is_good(value[name]):
                raise BadDetail(f"has no good {name}: {self.form[name]}")
        return dict(value)


def is_one_of(*choices: str) -> Callable[[Any], bool]:
    """A text out of these."""
    return lambda value: isinstance(value, str) and value in choices


def are_some_of(*choices: str) -> Callable[[Any], bool]:
    """An array of at least one of these, none of them twice."""

    def are(value: Any) -> bool:
        if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
            return False
        return len(set(value)) == len(value) and set(value) <= set(choices)

    return are


def listed(choices: Collection[str]) -> str:
    """The choices in a sentence for developers."""
    return ", ".join(choices)
