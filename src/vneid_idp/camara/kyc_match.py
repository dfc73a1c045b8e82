"""KYC Match 0.4: what a service has of a person, held against the population register (CAMARA KnowYourCustomerMatch
r1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, create_model
from pydantic.alias_generators import to_camel

from vneid_idp.camara.bodies import Answer, Body, FullDate, PhoneNumber, refusals, without_null
from vneid_idp.camara.callers import Caller, caller_with
from vneid_idp.camara.refusals import InvalidArgument, InvalidParamCombination, InvalidTokenContext
from vneid_idp.grants.service import GrantEnded
from vneid_idp.matching.attributes import TEXTS, Attribute, Compared
from vneid_idp.matching.rules import Result
from vneid_idp.protocol.camara import KYC_MATCH
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.use_cases.match_attributes import Held, match_attributes
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.match_budget import Budget
from vneid_idp.web.responses import no_store

router = APIRouter(prefix="/kyc-match/v0.4", tags=["Match"], generate_unique_id_function=lambda route: route.name)
router.route_class = route_class_of(router)

_Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.", examples=["VN"])]
_Text20 = Annotated[str, Field(max_length=20)]
_Text50 = Annotated[str, Field(max_length=50)]
_Text100 = Annotated[str, Field(max_length=100)]
_Text150 = Annotated[str, Field(max_length=150)]
_Text256 = Annotated[str, Field(max_length=256)]


class KycMatchRequest(Body):
    """What the service has of the person: any of these, and one at least beside the number."""

    phone_number: PhoneNumber | None = Field(
        None, description="Not needed: the access token says who it is. If it is sent, it has to be theirs."
    )
    id_document: _Text50 | None = Field(None, description="The personal ID number.", examples=["097196000001"])
    id_document_type: (
        Literal[
            "passport", "national_id_card", "residence_permit", "diplomatic_id", "driver_licence",
            "social_security_id", "other",
        ]
        | None
    ) = None  # fmt: skip
    id_document_expiry_date: FullDate | None = None
    name: _Text256 | None = Field(None, examples=["NGUYỄN THỊ MINH ANH"])
    given_name: _Text100 | None = None
    family_name: _Text150 | None = None
    name_kana_hankaku: _Text256 | None = None
    name_kana_zenkaku: _Text256 | None = None
    middle_names: _Text100 | None = None
    family_name_at_birth: _Text150 | None = None
    address: _Text256 | None = None
    street_name: _Text150 | None = None
    street_number: _Text20 | None = None
    postal_code: _Text20 | None = None
    region: _Text100 | None = Field(None, description="The province.")
    locality: _Text100 | None = Field(None, description="The commune.")
    country: _Country | None = None
    house_number_extension: _Text20 | None = None
    birthdate: FullDate | None = Field(None, examples=["1996-05-19"])
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    gender: Literal["MALE", "FEMALE", "OTHER"] | None = None
    city_of_birth: _Text100 | None = None
    country_of_birth: _Country | None = None
    nationality: _Country | None = None

    @property
    def sent(self) -> Mapping[str, str]:
        """What is to be compared, by its member."""
        return {name: value for name, value in self.model_dump(exclude_none=True).items() if name != "phone_number"}


@dataclass(frozen=True, slots=True)
class _Member:
    """What a member of the request is compared with, if with anything, and whether the files have a score of it."""

    attribute: Attribute | None
    has_score: bool = False


def _held(attribute: Attribute) -> _Member:
    return _Member(attribute, attribute in TEXTS)


_NEVER, _NEVER_TEXT = _Member(None), _Member(None, has_score=True)
_MEMBERS: Mapping[str, _Member] = {
    "id_document": _held(Attribute.ID_NUMBER),
    "id_document_type": _held(Attribute.DOCUMENT_KIND),
    "id_document_expiry_date": _held(Attribute.DOCUMENT_EXPIRY),
    "name": _held(Attribute.FULL_NAME),
    "given_name": _held(Attribute.GIVEN_NAME),
    "family_name": _held(Attribute.FAMILY_NAME),
    "name_kana_hankaku": _NEVER_TEXT,
    "name_kana_zenkaku": _NEVER_TEXT,
    "middle_names": _held(Attribute.MIDDLE_NAME),
    "family_name_at_birth": _NEVER_TEXT,
    "address": _held(Attribute.ADDRESS),
    "street_name": _held(Attribute.STREET),
    "street_number": _NEVER_TEXT,
    "postal_code": _held(Attribute.POSTAL_CODE),
    "region": _held(Attribute.PROVINCE),
    "locality": _held(Attribute.WARD),
    "country": _held(Attribute.COUNTRY),
    "house_number_extension": _NEVER,
    "birthdate": _held(Attribute.BIRTHDATE),
    "email": _held(Attribute.EMAIL),
    "gender": _held(Attribute.GENDER),
    "city_of_birth": _NEVER_TEXT,
    "country_of_birth": _NEVER,
    "nationality": _held(Attribute.NATIONALITY),
}
"""The members of the request in the order of the file. Of some the register has nothing of anybody."""

_MatchResult = Literal["true", "false", "not_available"]
_Score = Annotated[int, Field(ge=0, le=99, description="How near a text that differs comes (Jaro and Winkler).")]


def _answered() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in _MEMBERS.items():
        found[f"{name}_match"] = (_MatchResult | None, None)
        if member.has_score:
            found[f"{name}_match_score"] = (_Score | None, None)
    return found


class _KycMatchAnswer(Answer):
    model_config = Answer.model_config | {"json_schema_extra": without_null}


KycMatchResponse = create_model(
    "KycMatchResponse",
    __base__=_KycMatchAnswer,
    __doc__="What came of each member that was sent, and of no other.",
    **_answered(),
)


@router.post(
    "/match",
    name="KYC_Match",
    summary="Compare what you have of a person with the population register",
    response_model=KycMatchResponse,
    response_model_exclude_none=True,
    responses=refusals(
        _400="INVALID_ARGUMENT, KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION",
        _403="PERMISSION_DENIED, INVALID_TOKEN_CONTEXT",
        _429="TOO_MANY_REQUESTS",
    ),
)
async def match(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(KYC_MATCH))],
    body: KycMatchRequest,
) -> dict[str, str | int]:
    """Of each member that is sent: `true`, `false`, or `not_available` where the register has nothing to hold it
    against. No value comes back.

    After five answers with a `false` about one person in a day, over all clients, or twenty of a client in an hour,
    nothing is compared for a while."""
    if not body.model_fields_set:
        raise InvalidArgument
    if not body.sent:
        raise InvalidParamCombination
    provider = idp(request)
    person = await caller.person(provider)
    claimed = {
        member.attribute: value for name, value in body.sent.items() if (member := _MEMBERS[name]).attribute is not None
    }
    budget = Budget(provider, caller, person.personal_number)
    await budget.take()
    held: Held | None = None
    try:
        held = await provider.db.transact(
            lambda unit: match_attributes(
                unit, provider.vault, caller.client.client_id, caller.asks_by, person, claimed, body.phone_number
            )
        )
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    finally:
        if held is None or held.agrees:
            await budget.give_back()
    if not held.is_their_number:
        raise InvalidTokenContext
    no_store(response)
    return _told(body.sent, held.attributes)


def _told(sent: Mapping[str, str], compared: Mapping[Attribute, Compared]) -> dict[str, str | int]:
    told: dict[str, str | int] = {}
    for name in sent:
        attribute = _MEMBERS[name].attribute
        found = None if attribute is None else compared.get(attribute)
        told[to_camel(f"{name}_match")] = _WORDS[None if found is None else found.result]
        if found is not None and found.score is not None:
            told[to_camel(f"{name}_match_score")] = found.score
    return told


_WORDS: Mapping[Result | None, str] = {Result.MATCH: "true", Result.MISMATCH: "false", None: "not_available"}
