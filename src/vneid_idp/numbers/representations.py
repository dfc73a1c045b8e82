"""What `numbers/v1` says and hears: the published shapes. Nothing of whoever holds a number has a place in them."""

from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberState
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.kernel.clock import SECOND, Instant, to_datetime
from vneid_idp.kernel.mobile_numbers import MOBILE_NUMBER
from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.protocol.details.subscriber_number import MOST_NUMBERS, ORGANISATION_CODE, Channel, Contract

NUMBER_ID = "bind_[0-9a-v]{26}"
"""A regular expression for `kernel.secrets.new_id("bind")`."""
_REFERENCE = "^[A-Za-z0-9][A-Za-z0-9./_-]{0,63}$"
_MATCH_ID = "mtc_[0-9a-v]{26}"
NumberId = Annotated[
    str, Field(pattern=f"^{NUMBER_ID}$", description="The number.", examples=["bind_06cq2d9k7v3f1m8e5t0h4b6n9r"])
]
_Sequence = Annotated[int, Field(ge=1, le=MOST_NUMBERS, description="Which number of the person at this carrier.")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewNumber(_Model):
    """A number, in just the words that the person confirmed, and on what it is verified."""

    phone_number: Annotated[str, Field(pattern=f"^{MOBILE_NUMBER}$", examples=["+84951234567"])]
    channel: Channel
    contract: Contract
    sequence: _Sequence
    holder: Annotated[
        Literal["child"] | None,
        Field(description="child, where a parent or guardian confirmed it for a child; else leave it out."),
    ] = None
    organisation_code: Annotated[
        str | None,
        Field(
            pattern=ORGANISATION_CODE,
            description="Of the organisation that holds the number, where the person uses it; else leave it out.",
        ),
    ] = None
    contract_reference: Annotated[
        str | None,
        Field(
            pattern=_REFERENCE,
            description="By which you find your contract; needed beyond the numbers that the law allows without one, "
            "at a point of your own, and of an organisation's number. Nothing of a person's.",
            examples=["HD-2026-0451"],
        ),
    ] = None
    match_id: Annotated[
        str | None,
        Field(
            pattern=f"^{_MATCH_ID}$",
            description="A match of all four fields (`matches/v1`) that a client of the carrier's had made for this "
            "person, number and channel: it is used up, and the number is `verified`.",
        ),
    ] = None

    @property
    def as_confirmed(self) -> Detail:
        """The object of `authorization_details` that the access token has to carry."""
        return {
            "type": "subscriber_number",
            "actions": ["bind"],
            **self.model_dump(exclude={"contract_reference", "match_id"}, exclude_none=True),
        }


class Number(_Model):
    """How a number stands. The number itself is kept here as a keyed digest: the carrier remembers which one it is."""

    number_id: NumberId
    state: NumberState = Field(
        description="`confirmed`: the person said that it is theirs, and its data are not compared with the population "
        "register yet. `verified`: all four fields agreed. `rechecking`: it works in another device, and its "
        "holder has to be authenticated again. `frozen`: it works in another SIM or moves away, and nothing rests on "
        "it. `disputed`: somebody else says that it is theirs, and it counts for nobody until you have decided "
        "(`/numbers/v1/disputes`). `suspended`: it rests while the identity of its holder cannot be used. `released`: "
        "it belongs to nobody any more."
    )
    channel: Channel = Field(description="Where the person registered it.")
    contract: Contract
    sequence: _Sequence
    contract_reference: str | None
    organisation_code: str | None = Field(
        description="Of the organisation that holds it, where the person is its user: it counts among nobody's numbers."
    )
    confirmed_at: datetime
    verified_at: datetime | None = Field(description="When it was last verified.")
    match_id: str | None = Field(description="On which match: the `jti` of the receipt that the carrier keeps.")
    released_at: datetime | None

    @classmethod
    def of(cls, number: SubscriberNumber) -> "Number":
        """The representation of a number."""
        verified, ended = number.facts.verified_at, number.facts.released_at
        return cls(
            number_id=number.binding_id,
            state=number.state,
            channel=cast("Channel", number.channel),
            contract=cast("Contract", number.contract),
            sequence=number.sequence,
            contract_reference=number.contract_reference,
            organisation_code=number.organisation_code,
            confirmed_at=to_datetime(number.facts.confirmed_at),
            verified_at=None if verified is None else to_datetime(verified),
            match_id=number.match_id,
            released_at=None if ended is None else to_datetime(ended),
        )


class NumberReport(_Model):
    """What happened to a number."""

    occurred_at: Annotated[
        AwareDatetime,
        Field(description="When it happened, with an offset (RFC 3339): not in the future, and at most 30 days ago."),
    ]

    @property
    def at(self) -> Instant:
        """The instant."""
        return int(self.occurred_at.timestamp() * SECOND)


class OperatorTokenTold(_Model):
    """What a device shows for its number. It is good once."""

    operator_token: str
    expires_in: Annotated[int, Field(description="Seconds.", examples=[300])]


class NumberPage(_Model):
    """A page of numbers in the order in which they were bound."""

    items: tuple[Number, ...]
    next_cursor: str | None = Field(description="Give this as `cursor` to get the next page; null on the last.")
