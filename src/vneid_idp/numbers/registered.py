"""`numbers/v1/registered-numbers`: which number of the carrier's register an id means that a person brings along."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.convertors import StringConvertor, register_url_convertor

from vneid_idp.bindings.engine.rules import BindingNotFound
from vneid_idp.numbers.routes import CallerOf
from vneid_idp.registered_numbers.service import phone_numbers
from vneid_idp.use_cases.who_is_carrier import carrier_of
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.responses import no_store

_REGISTERED_ID = "nbr_[0-9a-v]{26}"
"""A regular expression for `kernel.secrets.new_id("nbr")`."""


class _RegisteredId(StringConvertor):
    regex = _REGISTERED_ID


register_url_convertor("registered_id", _RegisteredId())


class RegisteredNumberTold(BaseModel):
    """A number of the carrier's register. Whose it is, and how it stands, is not told by its id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number_id: str = Field(examples=["nbr_06cq2d9k7v3f1m8e5t0h4b6n9r"])
    phone_number: str = Field(examples=["+84951234567"])


router = APIRouter(
    prefix="/numbers/v1/registered-numbers",
    tags=["Registers"],
    generate_unique_id_function=lambda route: route.name,
)
router.route_class = route_class_of(router)


@router.get(
    "/{number_id:registered_id}",
    summary="Read which number of the register an id means",
    responses=problems(
        _401="invalid_token",
        _403="insufficient_scope, carrier_unknown",
        _404="binding_not_found, not_found",
        _422="malformed",
        _503="temporarily_unavailable",
    ),
)
async def read_registered_number(
    request: Request,
    response: Response,
    caller: CallerOf,
    number_id: Annotated[str, Path(pattern=f"^{_REGISTERED_ID}$", description="The id, as a person brought it along.")],
) -> RegisteredNumberTold:
    """A person who goes on from a number at `/me/numbers` to the carrier brings the parameter `number_id`: of a number
    that stands in the register and is not bound yet it is this id. Another carrier's number and none at all look the
    same. Needs the carrier's own access token (client credentials, scope `binding:subscriber_number`)."""
    caller.check_own()
    provider = idp(request)
    async with provider.db.reading() as unit:
        found = await phone_numbers(unit, provider.keys.sealer, carrier_of(caller.client), {number_id})
    if number_id not in found:
        raise BindingNotFound
    no_store(response)
    return RegisteredNumberTold(number_id=number_id, phone_number=found[number_id])
