"""`numbers/v1/ladder`: how all numbers of a carrier's register stand, and what comes of them on which day."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from vneid_idp.instructions.rules import InstructionKind
from vneid_idp.numbers.routes import CallerOf
from vneid_idp.policy.intervals import Trigger
from vneid_idp.protocol.claims import REGISTER
from vneid_idp.registered_numbers.rules import RegisteredState
from vneid_idp.use_cases.foresee_ladder import Prospect, foresee_carrier
from vneid_idp.use_cases.who_is_carrier import carrier_of
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.responses import no_store

MOST_DAYS = 400
"""So far it can be looked ahead: longer than any ladder."""


class ComingInstructions(BaseModel):
    """What the carrier will be told on a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date = Field(description="In Viet Nam.")
    kind: InstructionKind
    trigger: Trigger = Field(description="What set the numbers on the ladder.")
    numbers: int = Field(description="About how many of its numbers.")


class LadderProspect(BaseModel):
    """How the numbers stand, and what comes of them. It names no number and nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    states: dict[RegisteredState, int] = Field(description="How many numbers of the register stand where.")
    coming: tuple[ComingInstructions, ...] = Field(
        description="What is due if nobody proves anything, by day and the policy of today."
    )

    @classmethod
    def of(cls, found: Prospect) -> Self:
        """The representation."""
        return cls(
            states=dict(sorted(found.states.items())),
            coming=tuple(
                ComingInstructions(day=each.day, kind=each.kind, trigger=each.trigger, numbers=count)
                for each, count in sorted(found.coming.items())
            ),
        )


router = APIRouter(
    prefix="/numbers/v1/ladder", tags=["Registers"], generate_unique_id_function=lambda route: route.name
)
router.route_class = route_class_of(router)


@router.get(
    "",
    summary="Read how the numbers of the register stand, and what comes of them",
    responses=problems(
        _401="invalid_token",
        _403="insufficient_scope, carrier_unknown",
        _422="malformed",
        _503="temporarily_unavailable",
    ),
)
async def read_ladder(
    request: Request,
    response: Response,
    caller: CallerOf,
    days: Annotated[int, Query(ge=0, le=MOST_DAYS, description="How many days after today.")] = 200,
) -> LadderProspect:
    """Counted as the ladder itself goes, and nothing is done. Needs the carrier's own access token (client credentials,
    scope `register:subscriber_numbers`)."""
    caller.check_own(REGISTER)
    provider = idp(request)
    policy = await provider.current_policy()
    found = await foresee_carrier(provider.db, policy, carrier_of(caller.client), days)
    no_store(response)
    return LadderProspect.of(found)
