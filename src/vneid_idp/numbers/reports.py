"""`numbers/v1`: a carrier tells that one of its numbers works in another device or SIM, or moves away."""

from fastapi import APIRouter, Request, Response

from vneid_idp.bindings.subscriber_numbers.reports import ReportKind
from vneid_idp.clients.service import UnknownClient
from vneid_idp.numbers.callers import Caller
from vneid_idp.numbers.representations import Number, NumberReport
from vneid_idp.numbers.routes import CallerOf, NumberIdOf
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.use_cases.report_number import report_number
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.responses import no_store

router = APIRouter(
    prefix="/numbers/v1/numbers",
    tags=["Numbers"],
    generate_unique_id_function=lambda route: route.name,
)
router.route_class = route_class_of(router)
_PROBLEMS = problems(
    _401="invalid_token",
    _403="insufficient_scope, carrier_unknown",
    _404="binding_not_found, not_found",
    _422="malformed, implausible_instant",
    _503="temporarily_unavailable",
)


@router.post("/{number_id:number_id}/device-changes", summary="Tell of another device", responses=_PROBLEMS)
async def tell_device_change(
    request: Request, response: Response, caller: CallerOf, number_id: NumberIdOf, report: NumberReport
) -> Number:
    """The number works in another device since then: it is `rechecking` until its holder is authenticated again, with a
    match of all four fields, and on the ladder of the law meanwhile (Circular 08/2026 Article 8). To tell the same
    again changes nothing. Needs the carrier's own access token."""
    return await _tell(request, response, caller, number_id, ReportKind.DEVICE_CHANGE, report)


@router.post("/{number_id:number_id}/swaps", summary="Tell of another SIM", responses=_PROBLEMS)
async def tell_swap(
    request: Request, response: Response, caller: CallerOf, number_id: NumberIdOf, report: NumberReport
) -> Number:
    """The number works in another SIM since then: it is `frozen` until its holder shows that it is in their hand, or is
    authenticated again with a match. Codes that are sent to it prove nothing, and what they opened ends. Needs the
    carrier's own access token."""
    return await _tell(request, response, caller, number_id, ReportKind.SWAP, report)


@router.post("/{number_id:number_id}/port-outs", summary="Tell of a move to another carrier", responses=_PROBLEMS)
async def tell_port_out(
    request: Request, response: Response, caller: CallerOf, number_id: NumberIdOf, report: NumberReport
) -> Number:
    """The number moves to another carrier: as for another SIM. When it has moved, release it. Needs the carrier's own
    access token."""
    return await _tell(request, response, caller, number_id, ReportKind.PORT_OUT, report)


async def _tell(
    request: Request, response: Response, caller: Caller, number_id: str, kind: ReportKind, report: NumberReport
) -> Number:
    caller.check_own()
    provider, policy = idp(request), await idp(request).current_policy()
    vault, keys = provider.vault, provider.keys
    try:
        number, deliveries = await provider.db.transact(
            lambda unit: report_number(
                unit, vault, keys.sealer, keys.blind, caller.client, number_id, kind, report.at, policy
            )
        )
    except UnknownClient as error:
        raise InvalidToken(ENDED) from error
    await provider.dispatcher.attempt(deliveries)
    no_store(response)
    return Number.of(number)
