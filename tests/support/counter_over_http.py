"""A carrier's counter that knows a running provider by its address alone, for tests in a browser."""

import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.carrier import REGISTRATION, SIGNING, signed
from tests.support.ciba import REGISTERED, SCOPE
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.client_auth import JWT_BEARER


@dataclass
class CounterOverHttp:
    """One that has registered itself, as anybody may in the sandbox."""

    issuer: str
    client_id: str

    @classmethod
    def at(cls, issuer: str, name: str) -> "CounterOverHttp":
        """Register at a provider."""
        members = {**REGISTRATION, **REGISTERED, "client_name": name, "scope": SCOPE}
        sent = {member: value for member, value in members.items() if value is not None}
        registered = httpx.post(f"{issuer}/register", json=sent)
        assert registered.status_code == 201, registered.text
        return cls(issuer, registered.json()["client_id"])

    def ask(self, phone_number: str) -> dict[str, Any]:
        """Have whoever signs in with this number asked (CIBA Core §7.1)."""
        common = {"iss": self.client_id, "aud": self.issuer}
        times = {"iat": int(time.time()), "nbf": int(time.time()), "exp": int(time.time()) + 60}
        assertion = common | times | {"sub": self.client_id, "jti": new_secret()}
        asked = common | times | {
            "jti": new_secret(),
            "scope": SCOPE,
            "login_hint": f"tel:{phone_number}",
            "acr_values": "urn:vneid:level:2",
            "binding_message": "Quay 7",
            "declared_place": "12 Tràng Tiền, Hà Nội",
        }  # fmt: skip
        header = {"alg": "ES256", "kid": "k1"}
        form = {
            "client_assertion_type": JWT_BEARER,
            "client_assertion": signed(header, assertion, SIGNING),
            "request": signed(header, asked, SIGNING),
        }
        answer = httpx.post(f"{self.issuer}/backchannel-authentication", data=form)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
