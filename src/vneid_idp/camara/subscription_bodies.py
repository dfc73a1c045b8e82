"""What bodies of SIM Swap Subscriptions hold: the members of the published file for the protocol HTTP.

Some values that the file lists are none that it permits for now, and each has a code of its own; so they are looked at
here, and not by their types.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, field_validator, model_validator

from vneid_idp.camara.bodies import Answer, Body, PhoneNumber, never_null
from vneid_idp.camara.refusals import InvalidCredential, InvalidProtocol, InvalidSinkToken
from vneid_idp.kernel.clock import SECOND, Instant, to_datetime
from vneid_idp.swap_subscriptions.rules import SwapSubscription

_OTHER_PROTOCOLS = ("MQTT3", "MQTT5", "AMQP", "NATS", "KAFKA")
_OTHER_CREDENTIALS = ("PLAIN", "REFRESHTOKEN")
_BEARER = "bearer"

_Protocol = Annotated[
    Literal["HTTP", "MQTT3", "MQTT5", "AMQP", "NATS", "KAFKA"], Field(description="`HTTP`: no other is taken.")
]
_Sink = Annotated[
    str,
    Field(
        description="The https address to which events are posted. It is told under no other name and follows no "
        "redirect.",
        json_schema_extra={"format": "uri", "pattern": r"^https:\/\/.+$"},
        examples=["https://endpoint.example.com/sink"],
    ),
]
_Swapped = Literal["org.camaraproject.sim-swap-subscriptions.v0.swapped"]
_SWAPPED: _Swapped = "org.camaraproject.sim-swap-subscriptions.v0.swapped"
_Types = Annotated[list[_Swapped], Field(min_length=1, max_length=1)]


def _in_utc(at: datetime) -> datetime:
    """The same instant as answers tell it: whoever asks for one of the year 10000 is refused here."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999 in UTC") from None


_Time = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def _instant(at: datetime) -> Instant:
    return int(at.timestamp() * SECOND)


class SinkCredential(Body):
    """What goes with every event: an access token of the sink's. It is never told again."""

    credential_type: Annotated[
        Literal["PLAIN", "ACCESSTOKEN", "REFRESHTOKEN"], Field(description="`ACCESSTOKEN`: no other is taken.")
    ]
    access_token: Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")]
    access_token_expires_utc: Annotated[_Time, Field(description="Five minutes before it the subscription ends.")]
    access_token_type: Annotated[str, Field(json_schema_extra={"enum": [_BEARER]})]

    @model_validator(mode="before")
    @classmethod
    def _is_access_token(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("credentialType") in _OTHER_CREDENTIALS:
            raise InvalidCredential
        return value

    @field_validator("access_token_type")
    @classmethod
    def _is_bearer(cls, value: str) -> str:
        if value != _BEARER:
            raise InvalidSinkToken
        return value

    @property
    def expires_at(self) -> Instant:
        """When the token is good no more."""
        return _instant(self.access_token_expires_utc)


class SubscriptionDetail(Body):
    """Nothing: the number is that of the account of the access token."""

    phone_number: Annotated[
        PhoneNumber | None,
        Field(description="Refused: the access token says whose number it is.", json_schema_extra=never_null),
    ] = None


class Config(Body):
    """Until when, and of how many swaps."""

    subscription_detail: SubscriptionDetail
    subscription_expire_time: Annotated[_Time | None, Field(json_schema_extra=never_null)] = None
    subscription_max_events: Annotated[
        int | None, Field(strict=True, ge=1, le=1_000_000, json_schema_extra=never_null)
    ] = None

    @property
    def expires_at(self) -> Instant | None:
        """When the subscription ends."""
        return None if self.subscription_expire_time is None else _instant(self.subscription_expire_time)


class SubscriptionRequest(Body):
    """What is subscribed to, and where it is told."""

    protocol: _Protocol
    sink: _Sink
    sink_credential: SinkCredential | None = None
    types: _Types
    config: Config

    @model_validator(mode="after")
    def _is_by_http(self) -> Self:
        if self.protocol in _OTHER_PROTOCOLS:
            raise InvalidProtocol
        return self


class Subscription(Answer):
    """A subscription that stands."""

    protocol: _Protocol
    sink: _Sink
    types: _Types
    config: Config
    id: Annotated[str, Field(examples=["sub_06cq2d9k7v3f1m8e5t0h4b6n9r"])]
    starts_at: datetime
    expires_at: Annotated[datetime | None, Field(json_schema_extra=never_null)] = None
    status: Annotated[
        Literal["ACTIVATION_REQUESTED", "ACTIVE", "EXPIRED", "INACTIVE", "DELETED"],
        Field(description="`ACTIVE`: of one that has ended nothing is told."),
    ]

    @classmethod
    def of(cls, found: SwapSubscription) -> Self:
        """Of one that is kept here."""
        expires_at = None if found.expires_at is None else to_datetime(found.expires_at)
        config: dict[str, Any] = {"subscriptionDetail": {}}
        if expires_at is not None:
            config["subscriptionExpireTime"] = expires_at
        if found.most_events is not None:
            config["subscriptionMaxEvents"] = found.most_events
        return cls(
            protocol="HTTP",
            sink=found.sink,
            types=[_SWAPPED],
            config=Config.model_validate(config),
            id=found.subscription_id,
            starts_at=to_datetime(found.started_at),
            expires_at=expires_at,
            status="ACTIVE",
        )
