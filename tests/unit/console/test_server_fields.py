"""The form for a resource server says what is registered, and a row for each scope."""

import pytest

from tests.support.resource_servers import ISSUER, server
from vneid_idp.console.server_fields import add_row, kept_of, members_of, rows_of, shown_values
from vneid_idp.protocol.resource_servers import MOST_SCOPES, read_server
from vneid_idp.web.forms import Form


def test_a_form_that_is_sent_as_it_stands_changes_nothing() -> None:
    stands = server(introspection_client="cli_b")
    sent = members_of(shown_values(stands), stands.members.identifier)
    assert read_server(sent, ISSUER) == stands.members


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, 1),
        ({"rows": "3"}, 3),
        ({"rows": "2", "title-vi-4": "Mua vé"}, 5),
        ({"rows": "-1"}, 1),
        ({"rows": "9" * 5000}, 1),
        ({"rows": "999", "scope-30": "never:shown"}, MOST_SCOPES),
    ],
)
def test_as_many_rows_are_shown_as_are_asked_for_or_filled(fields: dict[str, str], shown: int) -> None:
    form = Form([*fields.items()])
    assert rows_of(form) == range(shown)
    assert len(rows_of(add_row(form))) == min(shown + 1, MOST_SCOPES)


def test_an_empty_row_is_no_scope_and_a_half_filled_one_is() -> None:
    form = Form([*shown_values(server()).items(), ("scope-4", "tickets:half"), ("rows", "9")])
    members = members_of(form, "https://tickets.example/api")
    assert [scope["scope"] for scope in members["scopes"]] == ["tickets:buy", "tickets:list", "tickets:half"]
    assert {"scope-4", "own-8", "title-vi-0", "reason"} <= set(kept_of(form))
