"""What `admin/v1` says and hears: the published shapes."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from vneid_idp.admin.callers import Caller
from vneid_idp.audit.deeds import REASON_LENGTHS, WHO, Deed
from vneid_idp.clients import families
from vneid_idp.clients.by_operator import describe
from vneid_idp.clients.domains import ClientDomain
from vneid_idp.clients.families import LONGEST_NAME
from vneid_idp.clients.service import LONGEST_OVERLAP, OVERLAP
from vneid_idp.delivery.service import Queued
from vneid_idp.kernel.clock import HOUR, Instant, to_datetime
from vneid_idp.protocol import client as protocol_client
from vneid_idp.protocol import resource_servers
from vneid_idp.protocol.members import FAMILY_ID

_ID = r"^[A-Za-z0-9._~-]{1,256}$"
ClientIdOf = Annotated[str, Path(pattern=_ID, description="The client_id.")]
FamilyIdOf = Annotated[str, Path(pattern=_ID, description="The family, as clients name it in `family`.")]
ServerIdOf = Annotated[str, Path(pattern=_ID, description="The resource server.")]
DomainOf = Annotated[str, Path(pattern=r"^[a-z0-9.-]{1,253}$", description="A domain, in lower case.")]
DeliveryIdOf = Annotated[str, Path(pattern=_ID, description="The delivery.")]
LimitOf = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
AfterOf = Annotated[
    str | None, Query(pattern=_ID, description="`next_after` of the page before; the first page without it.")
]


class Model(BaseModel):
    """A shape of this API: unknown members are refused. Read from a value of ours, it takes the fields of its names."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


def when(instant: Instant | None) -> datetime | None:
    """When something was that may not have been."""
    return None if instant is None else to_datetime(instant)


class Change(Model):
    """Who changes something, and why. Both stand in the record of events, which outlives everything else: no personal
    data, and nobody's number."""

    by: str = Field(pattern=f"^{WHO.pattern}$", description="The operator's id.", examples=["ops-3"])
    reason: str = Field(
        min_length=REASON_LENGTHS[0],
        max_length=REASON_LENGTHS[-1],
        examples=["Asked for by the relying party, ticket 4711"],
    )

    def deed(self, caller: Caller) -> Deed:
        """What stands in the event; raises `BadDeed`."""
        return Deed(self.by, self.reason, through=caller.client_id)


class NewClient(Change):
    """A client to be registered."""

    model_config = ConfigDict(json_schema_extra={"x-go-name": "NewRelyingParty"})

    metadata: dict[str, Any] = Field(description="Client metadata (RFC 7591), scopes and purposes among it.")
    client_id: str | None = Field(
        default=None, pattern=_ID, description="Chosen by the operator, it makes repeating safe: 409 the second time."
    )


class ClientChange(Change):
    """New metadata in place of all that stands. The operator's own members (`purposes`, `family`, `account_limit`,
    `profile`, `assertion_audience`, `authorization_details_types`, `may_act`, `tells_unknown_users`) stand when they
    are left out, and go when they are null."""

    metadata: dict[str, Any]
    material: tuple[str, ...] = Field(
        default=(), description="Ids of purposes that mean something else now: people are asked anew."
    )


class PurposesChange(Change):
    """New purposes in place of all that stand. Versions are counted here; what `purposes` says of them is not read."""

    purposes: list[dict[str, Any]] = Field(
        description="Each has `id`, `title`, `text`, `legal_ground` and `kept_until`, and names claims in `required` "
        "and `optional`; those of `required` that the law demands as they are stand in `required_in_full` as well."
    )
    material: tuple[str, ...] = Field(
        default=(), description="Ids of purposes that mean something else now: people are asked anew."
    )


class Rotation(Change):
    """A new secret, and for how long the old one stays good."""

    overlap_hours: int = Field(default=OVERLAP // HOUR, ge=0, le=LONGEST_OVERLAP // HOUR)


class NewFamily(Change):
    """An organisation whose clients are yet to come."""

    family_id: str = Field(pattern=f"^{FAMILY_ID.pattern}$", description="As clients name it in `family`.")
    name: str = Field(min_length=1, max_length=LONGEST_NAME)


class FamilyName(Change):
    """The name of an organisation."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)


class Client(Model):
    """A client as it stands; no secret is among it."""

    model_config = ConfigDict(json_schema_extra={"x-go-name": "RelyingParty"})

    client_id: str
    version: int = Field(description="Counts every change; the same as in `ETag`.")
    registered_at: datetime
    disabled_at: datetime | None = Field(description="Since when it, or its family, is out of service.")
    old_secret_good_until: datetime | None
    logo_shown: bool | None = Field(
        description="Whether pages show what is at its `logo_uri`. It is fetched before the answer to a registration "
        "or a change; where that fails, it is tried again by itself. Null without a `logo_uri`."
    )
    metadata: dict[str, Any]

    @classmethod
    def of(cls, client: protocol_client.Client) -> "Client":
        """The client in this shape."""
        return cls(**describe(client))


class ClientWithSecret(Client):
    """A client, and a secret that is told this once."""

    model_config = ConfigDict(json_schema_extra={"x-go-name": "RelyingPartyWithSecret"})

    client_secret: str | None
    registration_access_token: str | None = None

    @classmethod
    def with_secret(
        cls, client: protocol_client.Client, secret: str | None, token: str | None = None
    ) -> "ClientWithSecret":
        """The client in this shape."""
        return cls(**describe(client), client_secret=secret, registration_access_token=token)


class ClientPage(Model):
    """Clients in the order of their ids."""

    items: tuple[Client, ...]
    next_after: str | None


class Purposes(Model):
    """The purposes of a client, with the versions and what they ask of whom."""

    purposes: list[dict[str, Any]]


class Domain(Model):
    """A domain of a client, and what it has to show."""

    domain: str
    verified: bool
    verified_at: datetime | None
    verified_by: str | None = Field(description="`dns` or `https`.")
    lost_at: datetime | None = Field(description="When it was first seen to show the proof no more.")
    proof: str = Field(description="The text to show, in one of the two places that follow.")
    record_name: str = Field(description="The name of a TXT record.")
    file_url: str = Field(description="A text file, one proof a line.")

    @classmethod
    def of(cls, domain: ClientDomain) -> "Domain":
        """The domain in this shape."""
        return cls(
            domain=domain.domain,
            verified=domain.is_verified,
            verified_at=when(domain.verified_at),
            verified_by=domain.verified_by,
            lost_at=when(domain.lost_at),
            proof=domain.proof,
            record_name=domain.record_name,
            file_url=domain.file_url,
        )


class Domains(Model):
    """The domains of a client."""

    items: tuple[Domain, ...]


class Family(Model):
    """An organisation with several clients."""

    family_id: str
    name: str
    disabled_at: datetime | None

    @classmethod
    def of(cls, family: families.Family) -> "Family":
        """The family in this shape."""
        return cls(family_id=family.family_id, name=family.name, disabled_at=when(family.disabled_at))


class FamilyPage(Model):
    """Families in the order of their ids."""

    items: tuple[Family, ...]
    next_after: str | None


class FamilyMembers(Family):
    """A family and the clients in it."""

    clients: tuple[str, ...]


class ResourceServerChange(Change):
    """A resource server to be registered, or as it is to be registered from now on."""

    metadata: dict[str, Any] = Field(
        description="`resource` (an absolute URI without a fragment), `resource_name`, `family` (the organisation that "
        "answers for it), `scopes` (each with `scope`, a `title` by language, and `own_name` where clients may have it "
        "without a person), `clients` (who may ask for tokens for it); and, if wanted, `access_token_signing_alg` "
        "(ES256, PS256 or EdDSA) and `introspection_client` (as which client it asks what a token is worth)."
    )


class ResourceServer(Model):
    """A resource server as it stands."""

    server_id: str
    registered_at: datetime
    disabled_at: datetime | None = Field(description="Since when its family is out of service.")
    metadata: dict[str, Any]

    @classmethod
    def of(cls, server: resource_servers.ResourceServer) -> "ResourceServer":
        """The server in this shape."""
        return cls(
            server_id=server.server_id,
            registered_at=to_datetime(server.registered_at),
            disabled_at=when(server.disabled_at),
            metadata=server.members.to_json(),
        )


class ResourceServerPage(Model):
    """Resource servers in the order of their ids."""

    items: tuple[ResourceServer, ...]
    next_after: str | None


class Delivery(Model):
    """Something that has to leave, or was given up. What is in it is never shown."""

    delivery_id: str
    channel: str
    recipient: str = Field(description="The pseudonymous id of a person, or a client_id, as the channel has it.")
    attempts: int
    last_outcome: str | None
    created_at: datetime
    next_attempt_at: datetime | None
    given_up_at: datetime | None

    @classmethod
    def of(cls, row: Queued) -> "Delivery":
        """The delivery in this shape."""
        return cls(
            delivery_id=row.delivery_id,
            channel=row.channel,
            recipient=row.recipient,
            attempts=row.attempts,
            last_outcome=row.last_outcome,
            created_at=to_datetime(row.created_at),
            next_attempt_at=None if row.given_up_at is not None else to_datetime(row.next_attempt_at),
            given_up_at=when(row.given_up_at),
        )


class DeliveryPage(Model):
    """Deliveries in the order of their ids."""

    items: tuple[Delivery, ...]
    next_after: str | None
