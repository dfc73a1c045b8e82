"""Operator tokens: a carrier vouches that a device holds the SIM card of a number (GSMA TS.43, and the CAMARA Security
and Interoperability Profile, which names somebody by `operatortoken:…`).

The carrier, which knows its network, gets one here for a number of its own and hands it to the device. What stands in
it only this provider reads: whoever carries it about learns neither the number nor whose it is.
"""

from dataclasses import dataclass
from typing import Self

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose

LIFE: Instant = 5 * MINUTE
"""How long one is good, once: the device is at hand now."""
OPERATOR_TOKEN = "operatortoken:"
"""What begins the `sub` of an assertion that names somebody by one."""


@dataclass(frozen=True, slots=True)
class DeviceNumber:
    """A number that is in somebody's device, as its carrier vouches."""

    family_id: str
    """The carrier."""
    binding_id: str

    def to_json(self) -> list[str]:
        """What is sealed, or stored."""
        return [self.family_id, self.binding_id]

    @classmethod
    def from_json(cls, value: list[str] | None) -> Self | None:
        """What `to_json` wrote; nothing of nothing."""
        return None if value is None else cls(*value)


@dataclass(frozen=True, slots=True)
class OperatorToken:
    """What one says."""

    token_id: str
    client_id: str
    """The client of the carrier that got it."""
    number: DeviceNumber
    expires_at: Instant


def seal_operator_token(sealer: Sealer, token: OperatorToken) -> str:
    """The text that travels."""
    return sealer.seal_json(
        SealPurpose.OPERATOR_TOKEN, [token.token_id, token.client_id, token.expires_at, *token.number.to_json()]
    )


def open_operator_token(sealer: Sealer, text: str) -> OperatorToken | None:
    """The operator token behind `text`, expired or not; nothing for anything else."""
    try:
        token_id, client_id, expires_at, *number = sealer.open_json(SealPurpose.OPERATOR_TOKEN, text)
    except NotSealedHere:
        return None
    return OperatorToken(token_id, client_id, DeviceNumber(*number), expires_at)
