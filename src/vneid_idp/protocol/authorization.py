"""The authorization request as a value, and where its answer goes (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2).

What a request must satisfy to become one: `protocol/checks/table.py`.
"""

from dataclasses import dataclass, field
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.claims import ClaimsRequest
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.levels import ACR_VALUES
from vneid_idp.protocol.polled import Polled
from vneid_idp.protocol.targets import Target, targets_from_json, targets_to_json
from vneid_idp.protocol.uris import shown_host

PLAIN_MODES = ("query", "fragment", "form_post")
RESPONSE_MODES = (*PLAIN_MODES, "jwt", *(f"{mode}.jwt" for mode in PLAIN_MODES))
"""How an answer travels: its parameters as they are, or in one JWT (JARM §2.3)."""
PROMPTS = frozenset({"none", "login", "consent", "select_account"})


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where the answer goes.

    Only `checks.redirect_uri.return_address` builds one, so an unproven address cannot be redirected to.
    """

    redirect_uri: str
    response_mode: str
    state: str | None

    @property
    def carrier(self) -> str:
        """Which part of the answer to the browser takes it; `jwt` alone is the query of a code (JARM §2.3.4)."""
        mode = self.response_mode.removesuffix(".jwt")
        return "query" if mode == "jwt" else mode

    @property
    def is_signed(self) -> bool:
        """Whether it is one JWT."""
        return self.response_mode.endswith("jwt")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request that passed every check.

    Stored as JSON in interactions, so new fields go last and have defaults.
    """

    client_id: str
    redirect_uri: str | None
    """Where the answer goes; `None` where it is `polled` for."""
    response_mode: str
    state: str | None
    scope: tuple[str, ...]
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=dict)
    login_hint: str | None = None
    id_token_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    registered_at: Instant = 0
    """When its client was registered: another one under the same id did not ask this."""
    account_label: str | None = None
    """How the client calls the account that it wants to link; nobody but the client says so."""
    dpop_jkt: str | None = None
    """The thumbprint of the key that the code is bound to (RFC 9449 §10)."""
    details: Details = ()
    """`authorization_details` (RFC 9396 §2)."""
    polled: Polled | None = None
    """For what its client polls, where no browser takes the answer back."""
    targets: tuple[Target, ...] = ()
    """What it named as `resource` (RFC 8707 §2.1)."""

    @property
    def address(self) -> ReturnAddress:
        """The proven return address, of a request that has one."""
        assert self.redirect_uri is not None
        return ReturnAddress(self.redirect_uri, self.response_mode, self.state)

    @property
    def host(self) -> str:
        """Where the answer goes, as people read it; nothing where it goes nowhere by itself."""
        return "" if self.redirect_uri is None else shown_host(self.redirect_uri)

    @property
    def wanted_subject(self) -> str | None:
        """The `sub` that the `claims` parameter insists on (OIDC Core §5.5.1)."""
        value = self.claims.get("id_token", {}).get("sub", {}).get("value")
        return value if isinstance(value, str) else None

    @property
    def asks_level(self) -> bool:
        """Whether it asks to be told at which level and how the person signed in: by a level of ours, or by name."""
        by_name = self.claims.get("id_token", {})
        return "acr" in by_name or "amr" in by_name or not set(ACR_VALUES).isdisjoint(self.acr_values)

    def to_json(self) -> dict[str, Any]:
        """A JSON object from which `from_json` builds an equal request."""
        found = {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}
        found["polled"] = None if self.polled is None else self.polled.to_json()
        found["targets"] = targets_to_json(self.targets)
        return found

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "AuthorizationRequest":
        """The request that `to_json` wrote."""
        shaped = dict(value)
        for name in ("scope", "acr_values", "ui_locales", "details"):
            shaped[name] = tuple(shaped.get(name, ()))
        shaped["prompt"] = frozenset(shaped.get("prompt", ()))
        polled = shaped.get("polled")
        shaped["polled"] = None if polled is None else Polled.from_json(polled)
        shaped["targets"] = targets_from_json(shaped.get("targets", ()))
        return cls(**shaped)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value
