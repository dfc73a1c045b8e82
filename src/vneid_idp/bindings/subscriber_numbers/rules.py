"""A subscriber number and its holder."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.subscriber_numbers.lifecycle import LIFECYCLE, NumberFacts, NumberState
from vneid_idp.kernel.clock import Instant


@dataclass(frozen=True, slots=True)
class SubscriberNumber(Binding):
    """A number of a carrier, in the name of the person who confirmed it."""

    kind: ClassVar[str] = "subscriber_number"

    person_id: str
    family_id: str
    """The carrier: the organisation of the client that bound it, within which a number has one holder."""
    channel: str
    """Where the person registered it, in the words of the type of `authorization_details`; of a verified one, where all
    four fields were compared."""
    contract: str
    sequence: int
    """Which number of the person at this carrier it is, as the carrier told and the person confirmed."""
    contract_reference: str | None
    """By which the carrier finds its contract, where that was asked for (`ways.check_sequence`)."""
    organisation_code: str | None
    """Of the organisation that holds the number by its own contract, and gave it to the person to use (Circular
    08/2026/TT-BKHCN Art. 5)."""
    match_id: str | None
    """The match on which it was verified last."""
    sealed_number: str
    """The number in the form of E.164, under the key of its holder (`service.number_of`)."""
    holder_digest: str | None
    """The digest under which registers have the papers of its holder, as they were when it was bound, or verified last;
    none where that is not known."""
    facts: NumberFacts

    @property
    def state(self) -> NumberState:
        """Where the number stands."""
        return LIFECYCLE.state_of(self.facts)


class Verified(NamedTuple):
    """That a number is verified, as far as a register asks for it."""

    at: Instant
    """Since when."""
    holder_digest: str | None
    """See `SubscriberNumber`."""
