"""Subscriber numbers, as the engine sees them."""

from typing import Any

from vneid_idp.bindings.engine.kind import GUARDIAN, BindingKind, Entry
from vneid_idp.bindings.engine.statements import statements
from vneid_idp.bindings.subscriber_numbers.grounds import grounds
from vneid_idp.bindings.subscriber_numbers.lifecycle import LIFECYCLE, NumberFacts, NumberState
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.tables import subscriber_numbers
from vneid_idp.protocol.claims import SUBSCRIBER_NUMBER as PERMISSION
from vneid_idp.storage.unit import Row

_SCOPE = "family_id"
_STATEMENTS = statements(subscriber_numbers, LIFECYCLE, _SCOPE)
_FACTS = ("confirmed_at", "verified_at", "rechecking_at", "frozen_at", "disputed_at", "suspended_at", "released_at")
_OWN = (
    "family_id",
    "channel",
    "contract",
    "sequence",
    "contract_reference",
    "organisation_code",
    "match_id",
    "sealed_number",
    "holder_digest",
)


def read_number(row: Row) -> SubscriberNumber:
    """The number in a row."""
    return SubscriberNumber(
        client_id=row["client_id"],
        binding_id=row["binding_id"],
        person_id=row["person_id"],
        representative_id=row["representative_id"],
        consent_id=row["consent_id"],
        **{name: row[name] for name in _OWN},
        facts=NumberFacts(**{name: row[name] for name in _FACTS}),
    )


def _own(binding: SubscriberNumber) -> dict[str, Any]:
    facts = {name: getattr(binding.facts, name) for name in _FACTS}
    return {**{name: getattr(binding, name) for name in _OWN}, **facts}


def _event_data(binding: SubscriberNumber) -> dict[str, Any]:
    told = {"channel": binding.channel, "contract": binding.contract}
    return told if binding.representative_id is None else {**told, "guardian_id": binding.representative_id}


def _entry(binding: SubscriberNumber) -> Entry:
    facts = binding.facts
    return Entry(
        since=facts.verified_at,
        ended_at=facts.released_at,
        rests=binding.state in (NumberState.SUSPENDED, NumberState.FROZEN, NumberState.DISPUTED),
        taken_away=False,
        made_at=facts.confirmed_at,
    )


SUBSCRIBER_NUMBER: BindingKind[SubscriberNumber] = BindingKind(
    name=SubscriberNumber.kind,
    table=subscriber_numbers,
    lifecycle=LIFECYCLE,
    scope=_SCOPE,
    statements=_STATEMENTS,
    read=read_number,
    own=_own,
    event_data=_event_data,
    representative=GUARDIAN,
    # The law asks nothing of what a number does here: whom the carrier cuts off, its instructions say.
    actions=(),
    judge=lambda *_: {},
    grounds=grounds,
    entry=_entry,
    permission=lambda _: PERMISSION,
    # A carrier learns how its number stands, and nothing of its holder.
    claims=lambda *_: {},
    next_step=lambda *_: None,
    # A number in other hands is frozen by a move of its own.
    by_message=lambda _: False,
)
