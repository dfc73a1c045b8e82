"""What a type of `authorization_details` is, and how its members are read (RFC 9396 §2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import SkipJsonSchema

from vneid_idp.protocol.client import ClientProfile

Detail = Mapping[str, Any]
"""One object of `authorization_details`, with the members that its type has and no others."""
Details = tuple[Detail, ...]
T = TypeVar("T")


class BadDetail(ValueError):
    """A member is missing, unknown, or has no good value; the message says which, in a sentence without the value."""


class Members(BaseModel):
    """The members of a type, all of them required but `Optional` ones. What is read and the JSON Schema that is
    published are both made of it; `description` is what a good value is, for the client's developer."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _each_once(values: list[T]) -> list[T]:
    if any(value in values[:place] for place, value in enumerate(values)):
        raise ValueError
    return values


def _as_left_out(schema: dict[str, Any]) -> None:
    """Whoever sends it sends a value: the default is what is read where nobody does."""
    schema.pop("default", None)


Optional = Annotated[T | SkipJsonSchema[None], Field(json_schema_extra=_as_left_out)]
"""A member that may be left out (its default is None)."""
Some = Annotated[
    list[T], Field(min_length=1, json_schema_extra={"uniqueItems": True}), AfterValidator(_each_once)
]  # fmt: skip
"""An array of at least one of these, none of them twice."""


@dataclass(frozen=True, slots=True)
class DetailType:
    """A type. Its sentence on the consent screen stands in `web/detail_words/`."""

    name: str
    members: type[Members]
    profiles: frozenset[ClientProfile]
    """Which clients may ask for it, once they are registered for it."""
    once: bool
    """Whether it is an act, done with the tokens of the code and never again, and no standing permission."""
    level: Callable[[Detail], int]
    """The level of identity that it takes of the person, whatever level the client asks for."""
    covers: Callable[[Detail, Detail], bool]
    """Whether the second, of this type as the first is, allows nothing that the first does not."""
    for_child: Callable[[Detail], bool] = lambda _: False
    """Whether it makes the request one about a child, whom a parent or guardian chooses."""

    def read(self, value: Mapping[str, Any]) -> Detail:
        """The object as it was sent, of which `type` was read already. Raises `BadDetail`."""
        try:
            self.members.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            raise BadDetail(self._said(first["type"], str(first["loc"][0]))) from None
        # One form of what says the same: two details are compared whole.
        return {name: each for name, each in value.items() if each is not None}

    def _said(self, kind: str, name: str) -> str:
        if kind == "extra_forbidden":
            return "has a member that its type does not know"
        if kind == "missing":
            return f"lacks {name}"
        return f"has no good {name}: {self.members.model_fields[name].description}"
