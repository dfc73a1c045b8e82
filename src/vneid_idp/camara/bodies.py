"""What bodies of CAMARA's APIs have in common: members as the published files spell them, and no others."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, model_validator
from pydantic.alias_generators import to_camel

PHONE_NUMBER = r"^\+[1-9][0-9]{4,14}$"
"""E.164 with its plus sign, as every file has it."""
PhoneNumber = Annotated[str, Field(pattern=PHONE_NUMBER, examples=["+84951234567"])]


def _full_date(text: str) -> str:
    date.fromisoformat(text)
    return text


FullDate = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}),
    AfterValidator(_full_date),
]
"""YYYY-MM-DD (RFC 3339 §5.6)."""


def without_null(schema: dict[str, Any]) -> None:
    """A member that may be left out is not null: so it stands in the schema, without what Python writes for it."""
    for member in schema.get("properties", {}).values():
        never_null(member)


def never_null(member: dict[str, Any]) -> None:
    """The same of one member."""
    choices = [each for each in member.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        del member["anyOf"]
        member |= choices[0]
    if member.get("default", ...) is None:
        del member["default"]


class Body(BaseModel):
    """A request. Raises for members that no file describes, and for null in place of one that is left out."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, json_schema_extra=without_null, hide_input_in_errors=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _has_no_null(cls, value: Any, read: ModelWrapValidatorHandler["Body"]) -> "Body":
        if isinstance(value, dict) and None in value.values():
            raise ValueError("a member that is not sent is left out, and not null")
        return read(value)


class Answer(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class ErrorInfo(BaseModel):
    """A refusal. `code` is for programs, `message` for their developers."""

    status: int
    code: str = Field(examples=["INVALID_ARGUMENT"])
    message: str


def refusals(**codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI descriptions of refusals: `_403="PERMISSION_DENIED, …"`."""
    everywhere = {"_401": "UNAUTHENTICATED", "_503": "UNAVAILABLE"}
    return {
        int(name[1:]): {"model": ErrorInfo, "description": f"`code`: {text}"}
        for name, text in sorted((everywhere | codes).items())
    }
