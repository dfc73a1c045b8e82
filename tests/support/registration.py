"""Registrations: by whom, and with what."""

from typing import Any

from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar

SELF = Registrar(by_operator=False, sandbox=True)
SELF_IN_PRODUCTION = Registrar(by_operator=False, sandbox=False)
OPERATOR = Registrar(by_operator=True, sandbox=False)
CALLBACK = "https://rp.example/cb"
# Written down, not generated: the names of the tests hold it, and must be alike in every worker.
JWKS = {
    "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "mBjVJVBBI53IlnvnLlDmn8QIgWm941b-dY_zWNPR9GE",
            "y": "rD2vwO2hLeJe_t7nHsUlOGnDx1A0RUEJo6eVIm8QoP0",
        }
    ]
}
TEXTS = {"vi": "Một", "en": "One"}
PURPOSE = {"id": "p", "version": "2", "title": TEXTS, "text": TEXTS, "legal_ground": TEXTS, "kept_until": TEXTS,
           "required": ["identity_level"], "optional": ["age_over_21"]}  # fmt: skip


def read(registrar: Registrar = SELF, **members: Any) -> dict[str, Any]:
    """The members that are registered."""
    return registration.read_registration({"redirect_uris": [CALLBACK]} | members, registrar).members
