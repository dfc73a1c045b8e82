"""Rich authorization requests: from details that are taken, one member is spoilt, and they are refused; and nothing is
ever made wider than it was granted."""

from dataclasses import replace
from typing import Any

import jsonschema_rs
import orjson
import pytest

from tests.support.registration import JWKS, OPERATOR, SELF, read
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol import request_object
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.table import Column, read_authorization
from vneid_idp.protocol.client import Client, ClientProfile
from vneid_idp.protocol.details.granting import (
    check_may_ask,
    covered,
    digest_of,
    lasting,
    level_of,
    narrowed_details,
    permitted_details,
    read_details,
    still_granted,
)
from vneid_idp.protocol.details.schema import json_schema
from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.protocol.errors import InvalidAuthorizationDetails, InvalidClientMetadata
from vneid_idp.protocol.grant_types import client_credentials
from vneid_idp.protocol.grant_types.names import CIBA, DEVICE_CODE
from vneid_idp.protocol.grant_types.request import TokenRequest

NUMBER: dict[str, Any] = {
    "type": "subscriber_number", "actions": ["bind"], "phone_number": "+84951234567", "channel": "carrier_app",
    "contract": "prepaid", "sequence": 2,
}  # fmt: skip
MATCH: dict[str, Any] = {
    "type": "identity_match", "fields": ["id_number", "full_name", "face"], "purpose": "subscriber_authentication",
}  # fmt: skip
BOTH = (NUMBER, MATCH)
CARRIER = Client(
    "cli_a", "A", redirect_uris=("https://rp.example/cb",), scope=("openid",), profile=ClientProfile.FAPI2,
    authorization_details_types=("subscriber_number", "identity_match"),
)  # fmt: skip


def text(*details: object) -> str:
    return orjson.dumps(details).decode()


def refused(value: str, granted: tuple[dict[str, Any], ...] | None = None) -> str:
    with pytest.raises(InvalidAuthorizationDetails) as refusal:
        read_details(value) if granted is None else narrowed_details(granted, value)
    return refusal.value.description


def test_what_every_type_knows_is_taken_and_kept_as_it_was_sent() -> None:
    assert read_details(text(*BOTH)) == BOTH
    assert set(DETAIL_TYPES) == {detail["type"] for detail in BOTH}


MISSING = object()
SPOILT: list[tuple[dict[str, Any], str, list[Any]]] = [
    (NUMBER, "type", [MISSING, None, "payment", ["subscriber_number"], {}]),
    (NUMBER, "actions", [MISSING, [], ["release"], ["bind", "bind"], "bind", [["bind"]], None]),
    (NUMBER, "phone_number", [
        MISSING, "0951234567", "+84 951234567", "+84951234567\n", "+842412345678", "+15551234567", 84951234567, None,
        "+84951２34567",
    ]),
    (NUMBER, "channel", [MISSING, "web", "", ["carrier_app"], None]),
    (NUMBER, "contract", [MISSING, "both", 1]),
    (NUMBER, "sequence", [MISSING, 0, -1, 1001, 1.0, "2", True, None]),
    (NUMBER, "locations", [["https://api.example"]]),
    (MATCH, "fields", [MISSING, [], ["phone_number"], ["face", "face"], "face", [1], {"face": 1}]),
    (MATCH, "purpose", [MISSING, "marketing", ["subscriber_authentication"]]),
    (MATCH, "id_number", ["097196000001"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("detail", "name", "value"), [(detail, name, value) for detail, name, values in SPOILT for value in values]
)
def test_a_member_that_its_type_does_not_know_like_this_is_refused(
    detail: dict[str, Any], name: str, value: Any
) -> None:
    spoilt = {**detail, name: value}
    if value is MISSING:
        del spoilt[name]
    said = refused(text(MATCH if detail is NUMBER else NUMBER, spoilt))
    assert said.startswith("authorization_details[1]")
    assert "0951" not in said
    assert "+84" not in said


PUBLISHED = jsonschema_rs.validator_for(json_schema())


@pytest.mark.parametrize(
    ("detail", "name", "value"), [(detail, name, value) for detail, name, values in SPOILT for value in values]
)
def test_the_published_schema_says_the_same(detail: dict[str, Any], name: str, value: Any) -> None:
    assert PUBLISHED.is_valid([*BOTH])
    spoilt = {each: member for each, member in {**detail, name: value}.items() if member is not MISSING}
    # JSON knows one kind of number, so to a schema 1.0 is whole (JSON Schema 2020-12 §6.1.1).
    assert PUBLISHED.is_valid([spoilt]) is (value == 1.0 and value is not True and name == "sequence")
    assert not PUBLISHED.is_valid([])
    assert not PUBLISHED.is_valid([NUMBER, NUMBER])


@pytest.mark.parametrize(
    "value",
    ["", "{", "{}", "null", "1", '"bind"', "[]", "[1]", "[null]", "[[]]", text(NUMBER, NUMBER), text(*[MATCH] * 9)],
)
def test_what_is_no_array_of_a_few_objects_is_refused(value: str) -> None:
    assert refused(value)


@pytest.mark.parametrize("spoilt", [
    {"authorization_details_types": ("subscriber_number",)}, {"authorization_details_types": ()},
    {"profile": ClientProfile.OIDC}, {"profile": ClientProfile.CAMARA},
])  # fmt: skip
def test_a_type_is_for_who_is_registered_for_it_and_counts_no_more_when_that_is_taken(spoilt: dict[str, Any]) -> None:
    check_may_ask(CARRIER, BOTH)
    assert permitted_details(CARRIER, BOTH) == BOTH
    less = replace(CARRIER, **spoilt)
    with pytest.raises(InvalidAuthorizationDetails, match="is not registered"):
        check_may_ask(less, BOTH)
    assert MATCH not in permitted_details(less, BOTH)


def test_of_an_older_version_a_type_that_is_known_no_more_counts_for_nothing() -> None:
    assert permitted_details(CARRIER, ({"type": "gone"}, MATCH)) == (MATCH,)


FEWER = {**MATCH, "fields": ["face", "id_number"]}
WIDER = [
    {**MATCH, "fields": [*MATCH["fields"], "birthdate"]},
    {**NUMBER, "phone_number": "+84951234568"},
    {**NUMBER, "channel": "identity_app"},
    {**NUMBER, "contract": "postpaid"},
    {**NUMBER, "sequence": 3},
]


def test_a_token_has_all_or_a_part_of_what_was_granted() -> None:
    assert narrowed_details(BOTH, None) == BOTH
    for part in ([NUMBER], [MATCH], [FEWER], [FEWER, NUMBER]):
        assert narrowed_details(BOTH, text(*part)) == tuple(part)
    assert covered((MATCH,), FEWER)
    assert not covered((FEWER,), MATCH)


@pytest.mark.parametrize("wider", WIDER)
def test_and_never_more(wider: dict[str, Any]) -> None:
    assert refused(text(wider), BOTH) == refused(text(MATCH, wider), BOTH)


def test_a_token_carries_its_acts_and_of_the_rest_what_its_grant_allows_still() -> None:
    assert still_granted((MATCH,), (NUMBER, FEWER)) == (NUMBER, FEWER)
    assert still_granted((), (NUMBER, FEWER)) == (NUMBER,), "of which no grant knows"
    assert still_granted((FEWER,), (MATCH,)) == ()
    assert still_granted(BOTH, ({"type": "gone"},)) == ()


def test_where_nothing_was_granted_nothing_can_be_had() -> None:
    assert narrowed_details((), None) == ()
    assert refused(text(MATCH), ())
    assert refused(text(NUMBER), (MATCH,))


def test_an_act_is_done_once_and_takes_the_level_of_its_channel() -> None:
    assert lasting(BOTH) == (MATCH,)
    assert (level_of(()), level_of(BOTH), level_of((MATCH, {**NUMBER, "channel": "identity_app"}))) == (1, 1, 2)


def test_the_digest_tells_any_change() -> None:
    seen = {digest_of((*BOTH, other)) for other in (*WIDER, FEWER)} | {digest_of(BOTH), digest_of((NUMBER,)), None}
    assert len(seen) == len(WIDER) + 4
    assert digest_of(()) is None
    assert digest_of(({**dict(reversed(NUMBER.items()))},)) == digest_of((NUMBER,))


@pytest.mark.parametrize("column", Column)
def test_a_request_has_its_details_and_survives_storage(column: Column) -> None:
    params = {
        "client_id": "cli_a", "redirect_uri": "https://rp.example/cb", "response_type": "code", "scope": "openid",
        "code_challenge": "a" * 43, "code_challenge_method": "S256", "authorization_details": text(*BOTH),
        "login_hint": "tel:+84951234567",
    }  # fmt: skip
    grants = ("authorization_code", DEVICE_CODE, CIBA)
    carrier = replace(CARRIER, profile=ClientProfile.CIBA, grant_types=grants)
    request = read_authorization(column, RequestDraft(carrier, params))
    assert request.details == BOTH
    assert AuthorizationRequest.from_json(orjson.loads(orjson.dumps(request.to_json()))) == request


def test_a_request_object_holds_them_as_they_are() -> None:
    merged = request_object.merge(CARRIER, {}, {"authorization_details": [NUMBER, MATCH]})
    assert read_details(merged["authorization_details"]) == BOTH


def test_no_client_has_them_in_its_own_name() -> None:
    bank = replace(CARRIER, scope=("openid", "binding:social_account"))
    params = {"authorization_details": text(MATCH)}
    with pytest.raises(InvalidAuthorizationDetails):
        client_credentials.authorise(TokenRequest(bank, params, None, 0), Sealer({1: bytes(32)}, 1))
    assert client_credentials.authorise(TokenRequest(bank, {}, None, 0), Sealer({1: bytes(32)}, 1))


def test_types_are_registered_under_a_profile_that_may_ask() -> None:
    known: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS, "profile": "fapi2"}
    types = ["subscriber_number", "identity_match"]
    for registrar in (OPERATOR, SELF):
        assert read(registrar, **known, authorization_details_types=types)["authorization_details_types"] == types
        for wrong in ({"profile": "camara"}, {"authorization_details_types": ["payment"]}):
            with pytest.raises(InvalidClientMetadata, match="authorization_details_types"):
                read(registrar, **({**known, "authorization_details_types": types} | wrong))
