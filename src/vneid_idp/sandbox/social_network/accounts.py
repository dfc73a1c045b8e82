"""What the network keeps about an account, and what that lets the account do. Pure values."""

import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

ACTIONS = ("post", "comment", "share", "livestream", "commercial_livestream")
"""The actions that wait for a verified account, in the order in which pages list them."""

LINKED = ("verified", "suspended", "pending")
"""The states of a link that stands."""

HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9_.]{1,18})[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Capability:
    """One answer of the provider's policy: may this account do this, and which law says so."""

    action: str
    allowed: bool
    reason: str | None
    legal_reference: str
    in_force_since: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `status` is the provider's last answer, word for word; `subject` its name for the owner."""

    account_id: str
    handle: str
    created_at: int
    resident: bool
    subject: str | None
    status: Json | None
    checked_at: int
    kept: Json | None = None
    """Name, birth date and phone of the holder, of a child's account the adult's, where the network keeps them."""
    told: Json | None = None
    """What came with the person who verified the account: smaller proofs, and how they signed in."""
    link_ended_at: int | None = None
    """When we learnt that the link which stood has ended; nothing while there is one, or never was."""

    @property
    def binding(self) -> Json | None:
        """The provider's binding, or None while nobody vouches for the account."""
        return (self.status or {}).get("binding")

    @property
    def state(self) -> str:
        """`unverified`, `verified`, `suspended`, `released`, `revoked` or `pending`."""
        return str((self.status or {}).get("account_state", "unverified"))

    @property
    def is_linked(self) -> bool:
        """Whether, by the provider's last word, there is a link, though it may rest."""
        return self.state in LINKED

    @property
    def withheld(self) -> frozenset[str]:
        """The members of the binding that its person did not agree to have us told, or took back."""
        return frozenset((self.binding or {}).get("withheld", ()))

    @property
    def is_verified(self) -> bool:
        """Whether somebody's identity stands behind the account now (the badge); at 16, a guardian's no longer does.

        Who does not have us told what the account may do, has none that we could show.
        """
        if self.resident:
            return True
        return (
            self.checked_at > 0  # after a log-out from the provider its old word counts no more
            and self.state == "verified"
            and "capabilities" not in self.withheld
            and not (self.binding or {}).get("next_step")
        )

    @property
    def is_supervised(self) -> bool:
        """Whether a parent or guardian answers for the account."""
        return self.is_verified and bool((self.binding or {}).get("supervised"))

    @property
    def capabilities(self) -> list[Capability]:
        """What the provider's policy allows, action by action; empty before the first answer, or where withheld."""
        return [read_capability(item) for item in (self.status or {}).get("capabilities") or ()]

    def capability(self, action: str) -> Capability:
        """The answer for one action; what the provider did not mention is not allowed."""
        for capability in self.capabilities:
            if capability.action == action:
                return capability
        reason = "withheld" if "capabilities" in self.withheld else "not_checked"
        return Capability(action, allowed=False, reason=reason, legal_reference="", in_force_since="")

    def may(self, action: str) -> bool:
        """Whether the action is open to the account."""
        return self.capability(action).allowed


def read_capability(item: Json) -> Capability:
    """A capability out of the provider's JSON; anything but a literal `true` is a no."""
    return Capability(
        action=str(item.get("action", "")),
        allowed=item.get("allowed") is True,
        reason=item.get("reason"),
        legal_reference=str(item.get("legal_reference") or ""),
        in_force_since=str(item.get("in_force_since") or ""),
    )


def status_of_binding(binding: Json) -> Json:
    """The status that a fresh binding amounts to, in the shape of the provider's status answer."""
    return {
        "account_state": binding.get("state", "unverified"),
        "binding": binding,
        "capabilities": binding.get("capabilities"),
    }


def read_handle(text: str) -> str | None:
    """The handle in a visitor's input (`@Ngoc.Anh` → `ngoc.anh`): 3 to 20 of a–z, 0–9, `.`, `_`, else None."""
    handle = text.strip().removeprefix("@").lower()
    return handle if HANDLE.fullmatch(handle) else None
