"""`matches/v1`: hold what a carrier has of a person against the population register."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vneid_idp.faces.evidence import EvidenceOfAnother
from vneid_idp.grants.service import GrantEnded
from vneid_idp.kernel.errors import DomainError
from vneid_idp.matches.representations import FourFieldMatch, FourFields, ReceiptKeys
from vneid_idp.matching.comparison import Claimed
from vneid_idp.matching.mismatches import MatchBudgetSpent
from vneid_idp.matching.names import Likeness
from vneid_idp.matching.receipts import RECEIPT, RECEIPT_ALG, receipt_claims
from vneid_idp.matching.rules import Field, Result
from vneid_idp.matching.service import Match, digest_of_phone
from vneid_idp.protocol.claims import FOUR_FIELDS
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.use_cases.match_fields import AskedMatch, Comparing, check_may_compare, match_fields
from vneid_idp.web.api_caller import ENDED, ApiCaller, find_api_caller
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.match_budget import Budget
from vneid_idp.web.responses import no_store

router = APIRouter(prefix="/matches/v1", tags=["Matches"], generate_unique_id_function=lambda route: route.name)
router.route_class = route_class_of(router)
# It only describes the header in OpenAPI, as that of `bindings/v1`.
_SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="access_token",
    description=(
        "An access token of this provider, bound to a key (DPoP) or a certificate: of the client credentials flow with "
        f"the scope `{FOUR_FIELDS}`, or of a person who agreed to `authorization_details` of the type "
        "`identity_match`. One that is bound to a key is sent by the scheme DPoP, with a proof."
    ),
)
_IN_OWN_NAME = (Field.ID_NUMBER, Field.FULL_NAME, Field.BIRTHDATE)


class FieldsMissing(DomainError):
    """There is too little to compare."""

    code = "malformed"
    status = 422
    title = "The request body is malformed."


async def find_caller(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]
) -> ApiCaller:
    """The caller of this request. Raises `InvalidToken`, also for a token that is bound to nothing."""
    caller = await find_api_caller(request)
    if caller.authorisation.bound_to is None:
        raise InvalidToken("This API takes access tokens that are bound to a key or a certificate alone.")
    return caller


@router.post(
    "/four-fields",
    summary="Compare what you have of a person with the population register",
    responses=problems(
        _401="invalid_token",
        _403="insufficient_scope, matcher_not_evaluated",
        _422="malformed, invalid_evidence",
        _429="match_budget_spent",
        _503="temporarily_unavailable, registry_unavailable, matcher_unavailable",
    ),
)
async def four_fields(
    request: Request, response: Response, caller: Annotated[ApiCaller, Depends(find_caller)], body: FourFields
) -> FourFieldMatch:
    """In your own name send ID number, name and birth date: one alone would tell who exists. With a person's token send
    what the person agreed to; another person's ID number then agrees with nothing. An ID number that is nobody's is
    answered as one of which nothing agrees, and so is that of somebody who has died.

    A face comes as evidence that one of your devices signed. It is used up by the comparison that is answered, whatever
    came of it, and by no refusal.

    Mismatches are counted for the ID number, over all clients, for it and your organisation, with those of its
    registers, and for you; when there were too many, nothing is
    compared for a while (`429`)."""
    provider, claimed = idp(request), body.claimed
    check_may_compare(caller.authorisation, claimed.fields)
    _check_enough(caller, claimed)
    asked = AskedMatch(
        body.id_number or await _number_of_person(provider, caller),
        claimed,
        None if body.phone_number is None else digest_of_phone(provider.keys.blind, body.phone_number),
        body.channel,
    )
    asked_at = provider.clock.now()
    match, name = await _compare(provider, caller, asked)
    claims = receipt_claims(provider.issuer, match, provider.registry.name, asked_at)
    receipt = provider.keys.sign(RECEIPT_ALG, claims, typ=RECEIPT, now=match.made_at)
    no_store(response)
    return FourFieldMatch.of(match, None if caller.person_id is None else name, receipt)


async def _compare(provider: Idp, caller: ApiCaller, asked: AskedMatch) -> tuple[Match, Likeness | None]:
    """Compare within the budgets; what told nothing that does not agree is given back. Raises as `match_fields`."""
    to = Comparing(provider.db, provider.registry, provider.face_matcher, provider.keys, provider.issuer)
    budget = Budget(provider, caller, asked.number)
    await budget.take()
    nothing_told = True
    try:
        match, name = await match_fields(to, caller.authorisation, caller.grant_id, asked)
        nothing_told = Result.MISMATCH not in match.results.values()
    except EvidenceOfAnother:
        # It tells that the person has another number than the evidence, where the client said none itself.
        nothing_told = asked.claimed.id_number is not None
        raise
    except MatchBudgetSpent:
        budget.note_spent()
        raise
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    finally:
        if nothing_told:
            await budget.give_back()
    return match, name


def _check_enough(caller: ApiCaller, claimed: Claimed) -> None:
    """Raise `FieldsMissing` unless there is something to compare; in the own name all that is no face."""
    missing = [field for field in _IN_OWN_NAME if field not in claimed.fields]
    if caller.person_id is None and missing:
        raise FieldsMissing(f"In your own name these are compared together; missing: {', '.join(missing)}.")
    if not claimed.fields:
        raise FieldsMissing("There is nothing to compare.")


async def _number_of_person(provider: Idp, caller: ApiCaller) -> str:
    """Whom a comparison without an ID number is about: the person of the token."""
    assert caller.person_id is not None
    record = await provider.registry.find(caller.person_id)
    if record is None:
        raise InvalidToken("The person of this access token is not in the registry any more.")
    return record.personal_number


@router.get("/receipt-keys", summary="The keys by which receipts are verified")
async def receipt_keys(request: Request, response: Response) -> ReceiptKeys:
    """Every public key that signed receipts of which one may still be needed, those of today included; a JWK Set (RFC
    7517 §5). Keys for sign-in are a smaller set, at `jwks_uri`."""
    response.headers["Cache-Control"] = "public, max-age=60"
    provider = idp(request)
    return ReceiptKeys.model_validate(orjson.loads(provider.keys.receipt_keys(provider.clock.now())))
