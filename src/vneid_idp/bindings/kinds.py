"""The kinds of what can be bound. Another one is a folder beside `social_accounts` and a line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vneid_idp.bindings.engine.kind import BindingKind
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER

Kinds = Mapping[str, BindingKind[Any]]

KINDS: Kinds = MappingProxyType({kind.name: kind for kind in (SOCIAL_ACCOUNT, SUBSCRIBER_NUMBER)})
"""By the name that rows of the policy and events give them."""


def actions_of(kinds: Kinds = KINDS) -> dict[str, tuple[str, ...]]:
    """What the policy may speak of, by kind."""
    return {name: kind.actions for name, kind in kinds.items()}
