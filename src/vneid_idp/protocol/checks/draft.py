"""A request while it is being read: what arrived, and what the checks have made of it so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.audience import NONE, KnownResources
from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.authorization import ReturnAddress
from vneid_idp.protocol.claims import ClaimsRequest
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.hints import Hint
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.targets import Target


@dataclass(slots=True)
class RequestDraft:
    """Written by the checks in the order of the table, and gone when the `AuthorizationRequest` is made.

    A value has no default: a check that reads what no check before it wrote is a fault of the table, and fails.
    """

    client: Client
    params: Params
    proof: Confirmation | None = None
    """The key that whoever pushed it has proven to hold."""
    known: KnownResources = NONE
    """What a `resource` may name; looked up where the request has one."""
    address: ReturnAddress | None = None
    """Where the answer may go; while it is `None`, an error must be a page."""
    claims: ClaimsRequest = field(init=False)
    scope: tuple[str, ...] = field(init=False)
    code_challenge: str | None = field(init=False)
    prompt: frozenset[str] = field(init=False)
    max_age: int | None = field(init=False)
    acr_values: tuple[str, ...] = field(init=False)
    account_label: str | None = field(init=False)
    dpop_jkt: str | None = field(init=False)
    details: Details = field(init=False)
    targets: tuple[Target, ...] = field(init=False)
    hint: Hint = field(init=False)
    binding_message: str | None = field(init=False)
    declared_place: str | None = field(init=False)
    backchannel_life: Instant = field(init=False)
    """How long it waits for an answer that no browser takes back."""
    notification_token: str | None = field(init=False)


Check = Callable[[RequestDraft], None]
