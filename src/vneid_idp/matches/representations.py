"""What `matches/v1` hears and says: the published shapes. No value of the register has a place in an answer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vneid_idp.faces.evidence import FaceRoute
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.kernel.mobile_numbers import MOBILE_NUMBER
from vneid_idp.matching import rules
from vneid_idp.matching.comparison import Claimed, ShownFace
from vneid_idp.matching.names import Likeness
from vneid_idp.matching.rules import Result, Verdict
from vneid_idp.matching.service import Match
from vneid_idp.protocol.details.subscriber_number import Channel

LONGEST_NAME = 200
_LONGEST_EVIDENCE = 32 * 1024
Hint = Literal["diacritics", "near"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Face(_Model):
    """A face that a device of the carrier's took."""

    evidence: Annotated[
        str,
        Field(
            min_length=1,
            max_length=_LONGEST_EVIDENCE,
            description="A JWS of the type `capture-evidence+jwt` by the key of a registered device: fresh, made for "
            "this ID number, and good for one comparison.",
        ),
    ]
    route: Annotated[
        FaceRoute,
        Field(
            description="With what it is compared, as the evidence says: `national`, the picture that the state has; "
            "`own_template`, one of the carrier's own, by a matcher whose passing evaluation is on file."
        ),
    ]


class FourFields(_Model):
    """What the carrier has of a person."""

    id_number: Annotated[
        str | None,
        Field(pattern="^[0-9]{12}$", description="Personal ID number, 12 digits.", examples=["097196000001"]),
    ] = None
    full_name: Annotated[
        str | None,
        Field(min_length=1, max_length=LONGEST_NAME, description="As it stands on the papers, with its marks.",
              examples=["NGUYỄN THỊ MINH ANH"]),
    ] = None  # fmt: skip
    birthdate: Annotated[date | None, Field(description="YYYY-MM-DD.", examples=["1996-05-19"])] = None
    face: Face | None = None
    phone_number: Annotated[
        str | None,
        Field(
            pattern=f"^{MOBILE_NUMBER}$",
            description="The mobile number that is to be registered in this name, in the form of E.164: a match is "
            "good for this number alone. Kept only as a keyed digest.",
            examples=["+84951234567"],
        ),
    ] = None
    channel: Annotated[
        Channel | None,
        Field(description="Where that number is to be registered: a match is good for this channel alone."),
    ] = None

    @property
    def claimed(self) -> Claimed:
        """What is to be compared."""
        face = None if self.face is None else ShownFace(self.face.evidence, self.face.route)
        return Claimed(self.id_number, self.full_name, self.birthdate, face)


class Fields(_Model):
    """What came of each field; null for one that was not compared, and for a face of which there is no picture."""

    id_number: Result | None
    full_name: Result | None
    birthdate: Result | None
    face: Result | None

    @classmethod
    def of(cls, results: Mapping[rules.Field, Result]) -> "Fields":
        """The representation of results."""
        return cls(**{field.value: results.get(field) for field in rules.Field})


class FourFieldMatch(_Model):
    """What came of the comparison, and no value."""

    match_id: Annotated[str, Field(examples=["mtc_06cq2d9k7v3f1m8e5t0h4b6n9r"])]
    verdict: Annotated[
        Verdict,
        Field(
            description="`matched`: all four fields agree. `not_matched`: one that was compared does not. `undecided`: "
            "those that were compared agree, and not all four were."
        ),
    ]
    fields: Fields
    hint: Annotated[
        Hint | None,
        Field(
            description="Where a person agreed to the comparison, why the name does not agree: but for marks "
            "(`diacritics`), or one letter (`near`)."
        ),
    ]
    receipt: Annotated[
        str,
        Field(
            description="A JWT of the type `match-receipt+jwt`, with the same results and without any value. Verify "
            "it by `/matches/v1/receipt-keys`, also in years."
        ),
    ]
    valid_until: Annotated[datetime, Field(description="Until when a number can be registered on it, once.")]

    @classmethod
    def of(cls, match: Match, name: Likeness | None, receipt: str) -> "FourFieldMatch":
        """The representation of a match. `name`: how the names relate, where that may be told."""
        return cls(
            match_id=match.match_id,
            verdict=match.verdict,
            fields=Fields.of(match.results),
            hint=_HINTS.get(name),
            receipt=receipt,
            valid_until=to_datetime(match.valid_until),
        )


_HINTS: Mapping[Likeness | None, Hint] = {Likeness.DIACRITICS: "diacritics", Likeness.NEAR: "near"}


class ReceiptKeys(_Model):
    """A JWK Set (RFC 7517 §5)."""

    keys: list[dict[str, Any]]
