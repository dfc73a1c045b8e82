"""The forms for clients: what they show, and what they say of a registration."""

from typing import Any

import pytest

from vneid_idp.console.client_fields import FIELDS, GROUPS, merged, shown_values
from vneid_idp.console.client_new import GRANTS, METHODS
from vneid_idp.protocol.grant_types.table import GRANT_TYPES
from vneid_idp.protocol.members import AUTH_METHODS, MEMBERS, OPERATOR_MEMBERS, WRITTEN_MEMBERS
from vneid_idp.web.forms import Form

CARRIER: dict[str, Any] = {
    "client_name": "Nhà mạng",
    "profile": "fapi2",
    "dpop_bound_access_tokens": True,
    "backchannel_token_delivery_mode": "ping",
    "tells_unknown_users": True,
    "may_act": ["cli_point", "cli_dealer"],
    "authorization_details_types": ["identity_match"],
    "scope": "openid",
}
NOTHING = {name: None for name in CARRIER if name not in ("client_name", "scope")}


def form_of(members: dict[str, Any], **changes: str) -> Form:
    return Form([*(shown_values(members) | changes).items()])


@pytest.mark.parametrize("before", [CARRIER, {"client_name": "Mạng", "scope": "openid"}, {"profile": "oidc"}])
def test_a_form_that_is_sent_as_it_stands_changes_nothing(before: dict[str, Any]) -> None:
    assert merged(before, form_of(before)) == before


@pytest.mark.parametrize(
    ("changes", "member", "value"),
    [
        ({"profile": "ciba"}, "profile", "ciba"),
        ({"dpop_bound_access_tokens": "false"}, "dpop_bound_access_tokens", False),
        ({"tells_unknown_users": "false"}, "tells_unknown_users", False),
        ({"backchannel_token_delivery_mode": "-"}, "backchannel_token_delivery_mode", None),
        ({"may_act": "cli_point"}, "may_act", ["cli_point"]),
        ({"may_act": " "}, "may_act", None),
        ({"authorization_details_types": "identity_match\nsubscriber_number"}, "authorization_details_types",
         ["identity_match", "subscriber_number"]),
    ],
)  # fmt: skip
def test_a_field_changes_its_member_alone(changes: dict[str, str], member: str, value: Any) -> None:
    assert merged(CARRIER, form_of(CARRIER, **changes)) == CARRIER | {member: value}


def test_a_choice_that_a_form_does_not_make_leaves_what_stands() -> None:
    """A form that lost a field on the way makes no client less strict."""
    text = [(name, value) for name, value in form_of(CARRIER).items() if name not in ("profile", "tells_unknown_users")]
    assert merged(CARRIER, Form(text)) == CARRIER
    assert merged(CARRIER, form_of(CARRIER, profile="none")) == CARRIER


def test_the_forms_have_what_only_an_operator_sets() -> None:
    """But purposes, which have pages of their own, and two that are exceptions, which stand in the JSON."""
    names = {field.name for field in FIELDS}
    assert OPERATOR_MEMBERS.keys() - {*WRITTEN_MEMBERS, "purposes", "account_limit", "assertion_audience"} <= names
    assert names <= MEMBERS.keys() | OPERATOR_MEMBERS.keys()
    assert GRANTS.keys() == set(GRANT_TYPES)
    assert METHODS.keys() == set(AUTH_METHODS)


@pytest.mark.parametrize(
    ("values", "errors", "opened"),
    [
        ({}, (), set()),
        ({"backchannel_logout_uri": "https://a.example"}, (), {"post_logout_redirect_uris"}),
        ({"dpop_bound_access_tokens": "true"}, (), {"dpop_bound_access_tokens"}),
        ({}, ("may_act",), {"may_act"}),
        ({"token_endpoint_auth_method": "tls_client_auth"}, (), {"dpop_bound_access_tokens"}),
        ({"profile": "camara"}, (), {"backchannel_token_delivery_mode"}),
        ({"profile": "ciba"}, (), {"dpop_bound_access_tokens", "backchannel_token_delivery_mode",
                                   "authorization_details_types"}),
    ],
)  # fmt: skip
def test_what_is_folded_opens_where_it_is_set_wrong_or_called_for(
    values: dict[str, str], errors: tuple[str, ...], opened: set[str]
) -> None:
    shown = shown_values({}) | values
    folded = [group for group in GROUPS if group.folded]
    assert {group.fields[0].name for group in folded if group.opens(shown, errors)} == opened, "by their first fields"
    assert all(group.opens(shown, errors) for group in GROUPS if not group.folded)
