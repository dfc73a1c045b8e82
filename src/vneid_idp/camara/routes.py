"""Where CAMARA's APIs stand: each router under the prefix that all its addresses begin with."""

from collections.abc import Mapping

from fastapi import APIRouter

from vneid_idp.camara import (
    kyc_age_verification,
    kyc_match,
    kyc_tenure,
    number_verification,
    sim_swap,
    sim_swap_subscriptions,
)

CAMARA_APIS: Mapping[str, APIRouter] = {
    "/kyc-match/": kyc_match.router,
    "/kyc-age-verification/": kyc_age_verification.router,
    "/kyc-tenure/": kyc_tenure.router,
    "/number-verification/": number_verification.router,
    "/sim-swap/": sim_swap.router,
    "/sim-swap-subscriptions/": sim_swap_subscriptions.router,
}
