"""Revision 0002 on a database that is in use: what was granted before is the same value afterwards, and back again."""

import json
from typing import Any

from tests.support.old_rows import ACCOUNT, add, run
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Child, Origin
from vneid_idp.storage import migration

MANY = 1_003
"""More than one page of the key."""
FIELDS = (
    "client_id", "grant_id", "person_id", "session_id", "consent_id", "ward_id", "scope", "claims", "level", "acr",
    "amr", "auth_time", "opened_at", "expires_at", "generation", "refreshed_at", "revoked_at", "offline",
)  # fmt: skip
CLAIMS = {"id_token": {"full_name": {"essential": True, "value": "Nguyễn"}}}


def grant(number: int) -> dict[str, Any]:
    values = (
        f"cli_{number % 3}", f"grt_{number}", "per_parent", "ses_a", "con_a", "per_child" if number % 2 else None,
        "openid binding:child_account", json.dumps(CLAIMS, ensure_ascii=False), 2, "urn:vneid:level:2", "pwd otp mfa",
        7, 8, 9, number, 10, None if number else 11, number % 2,
    )  # fmt: skip
    return dict(zip(FIELDS, values, strict=True))


def granted(row: dict[str, Any]) -> Authorisation:
    return Authorisation(
        client_id=row["client_id"],
        subject="per_parent",
        scope=("openid", "binding:child_account"),
        origin=Origin.BROWSER,
        ground=AuthorisationGround("con_a", "ses_a"),
        on_behalf_of=None if row["ward_id"] is None else Child("per_child"),
        claims=CLAIMS,
        level=2,
        acr="urn:vneid:level:2",
        amr=("pwd", "otp", "mfa"),
        auth_time=7,
    )


BINDING = {
    "client_id": "cli_0", "kind": "social_account", "method": "guardian", "level": 2,
}  # fmt: skip


def test_what_was_granted_before_is_the_same_value_afterwards(empty_url: str) -> None:
    url = empty_url
    migration.upgrade(url, "0001")
    before = [grant(number) for number in range(MANY)]
    add(url, "grants", before)
    add(url, "accounts", [{"person_id": "per_parent"} | ACCOUNT])
    bound = [("per_parent", "bnd_1", 3), ("per_child", "bnd_2", 9), ("per_child", "bnd_3", 6)]
    add(
        url,
        "bindings",
        [
            {"person_id": who, "binding_id": name, "account_digest": name, "place": at, "requested_at": at, **BINDING}
            for who, name, at in bound
        ],
    )

    migration.upgrade(url, "0002")
    after = {row["grant_id"]: row for row in run(url, "SELECT * FROM grants")}
    assert len(after) == MANY
    for row in before:
        now = after[row["grant_id"]]
        assert Authorisation.from_json(json.loads(now["authorisation"])) == granted(row)
        assert {name: now[name] for name in row if name in now} == {name: row[name] for name in row if name in now}
        assert now["parent_grant_id"] is None
    persons = {row["person_id"]: row["known_since"] for row in run(url, "SELECT * FROM persons")}
    assert persons == {"per_parent": 5, "per_child": 6}

    migration.downgrade(url, "0001")
    again = {row["grant_id"]: row for row in run(url, "SELECT * FROM grants")}
    for row in before:
        found = again[row["grant_id"]]
        assert found | {"claims": json.loads(found["claims"])} == row | {"claims": CLAIMS}
