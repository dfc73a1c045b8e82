"""The OpenAPI documents of CAMARA's APIs, as far as they stand here: published in `openapi/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import APIRouter

from vneid_idp.camara import (
    kyc_age_verification,
    kyc_match,
    kyc_tenure,
    number_verification,
    sim_swap,
    sim_swap_subscriptions,
)
from vneid_idp.web.contracts import document

_FASTAPIS = "HTTPValidationError"
_UNOFFICIAL = "Unofficial sandbox, synthetic people."


@dataclass(frozen=True, slots=True)
class CamaraApi:
    """An API, the version of the published file that it follows, and what is particular here."""

    router: APIRouter
    version: str
    particular: str


CONTRACTS: Mapping[str, CamaraApi] = {
    "kyc-match/v0.4": CamaraApi(
        kyc_match.router,
        "0.4.0",
        "KYC Match of CAMARA: hold what you have of a person against the population register. The access token is that "
        "of a person who agreed to the scope `kyc-match:match`; in its own name no client asks.",
    ),
    "kyc-age-verification/v0.2": CamaraApi(
        kyc_age_verification.router,
        "0.2.1",
        "KYC Age Verification of CAMARA: whether a person has reached an age that they agreed to tell, by the scope "
        "`kyc-age-verification:verify`.",
    ),
    "kyc-tenure/v0.2": CamaraApi(
        kyc_tenure.router,
        "0.2.0",
        "KYC Tenure of CAMARA: whether a carrier has the number of a person's account in their name since a day, by "
        "the scope `kyc-tenure:check-tenure`.",
    ),
    "number-verification/v2": CamaraApi(
        number_verification.router,
        "2.1.0",
        "Number Verification of CAMARA: the number in a device for which its carrier vouched, by an operator token in "
        "the assertion of the JWT bearer flow; by the scopes `number-verification:verify` and "
        "`number-verification:device-phone-number:read`.",
    ),
    "sim-swap/v2": CamaraApi(
        sim_swap.router,
        "2.1.0",
        "SIM Swap of CAMARA: when the number of a person's account last came into another SIM, as their carrier told, "
        "by the scope `sim-swap`, or `sim-swap:check` and `sim-swap:retrieve-date`. Who agreed to that is named by the "
        "number also when it is in other hands.",
    ),
    "sim-swap-subscriptions/v0.3": CamaraApi(
        sim_swap_subscriptions.router,
        "0.3.0",
        "SIM Swap Subscriptions of CAMARA: be told as soon as the number of a person's account comes into another SIM, "
        "by the scopes `sim-swap-subscriptions:org.camaraproject.sim-swap-subscriptions.v0.swapped:create`, "
        "`sim-swap-subscriptions:read` and `sim-swap-subscriptions:delete`, until the person withdraws.",
    ),
}
"""By the title of the document."""


@cache
def openapi(title: str, issuer: str | None = None) -> dict[str, Any]:
    """One of the documents, with `issuer` as its server; without one for publication."""
    api = CONTRACTS[title]
    found = document(title, f"{api.particular} {_UNOFFICIAL}\n", api.router.routes, issuer, version=api.version)
    # FastAPI adds its own form of a malformed body, which nobody is answered here.
    for path in found["paths"].values():
        for operation in path.values():
            if _FASTAPIS in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for name in (_FASTAPIS, "ValidationError"):
        found["components"]["schemas"].pop(name, None)
    return found


def published() -> dict[str, dict[str, Any]]:
    """The files of `openapi/` and what stands in them."""
    return {file_of(title): openapi(title) for title in CONTRACTS}


def file_of(title: str) -> str:
    """The name of a document's file."""
    return f"{title.partition('/')[0]}.json"
