"""Social accounts, as the engine sees them."""

from typing import Any

from vneid_idp.bindings.engine.kind import GUARDIAN, BindingKind, Entry
from vneid_idp.bindings.engine.statements import statements
from vneid_idp.bindings.social_accounts.capabilities import Action, judge
from vneid_idp.bindings.social_accounts.grounds import grounds
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE, BindingFacts, BindingState
from vneid_idp.bindings.social_accounts.rules import BindingMethod, SocialAccount, next_binding_step
from vneid_idp.bindings.social_accounts.tables import social_accounts
from vneid_idp.bindings.social_accounts.told import claims, permission
from vneid_idp.storage.unit import Row

_SCOPE = "client_id"
_STATEMENTS = statements(social_accounts, LIFECYCLE, _SCOPE)
_FACTS = ("made_at", "verified_at", "suspended_at", "released_at", "revoked_at")


def _read(row: Row) -> SocialAccount:
    return SocialAccount(
        client_id=row["client_id"],
        binding_id=row["binding_id"],
        person_id=row["person_id"],
        representative_id=row["representative_id"],
        method=BindingMethod(row["method"]),
        level=row["level"],
        consent_id=row["consent_id"],
        by_message=None if row["by_message"] is None else row["by_message"] == 1,
        facts=BindingFacts(**{name: row[name] for name in _FACTS}),
    )


def _own(binding: SocialAccount) -> dict[str, Any]:
    facts = {name: getattr(binding.facts, name) for name in _FACTS}
    by_message = None if binding.by_message is None else int(binding.by_message)
    return {"method": binding.method, "level": binding.level, "by_message": by_message, **facts}


def _event_data(binding: SocialAccount) -> dict[str, Any]:
    data = {"method": binding.method.value, "level": binding.level}
    return data if binding.representative_id is None else data | {"guardian_id": binding.representative_id}


def _entry(binding: SocialAccount) -> Entry:
    facts, state = binding.facts, binding.state
    return Entry(
        since=facts.verified_at,
        ended_at=facts.revoked_at or facts.released_at,
        rests=state is BindingState.SUSPENDED,
        taken_away=state is BindingState.REVOKED,
        made_at=facts.made_at,
    )


SOCIAL_ACCOUNT: BindingKind[SocialAccount] = BindingKind(
    name=SocialAccount.kind,
    table=social_accounts,
    lifecycle=LIFECYCLE,
    scope=_SCOPE,
    statements=_STATEMENTS,
    read=_read,
    own=_own,
    event_data=_event_data,
    representative=GUARDIAN,
    actions=tuple(Action),
    judge=judge,
    grounds=grounds,
    entry=_entry,
    permission=permission,
    claims=claims,
    next_step=next_binding_step,
    by_message=lambda binding: binding.by_message is not False,
)
