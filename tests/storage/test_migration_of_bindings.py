"""Revision 0007 on a database that is in use: what was bound before is bound afterwards, and back again."""

from typing import Any

from tests.support.old_rows import add, run
from vneid_idp.storage import migration

FACTS = ("suspended_at", "released_at", "revoked_at")


def bound(number: int, **facts: int | None) -> dict[str, Any]:
    return {
        "client_id": f"cli_{number % 2}", "binding_id": f"bind_{number}", "kind": "social_account",
        "account_digest": f"digest_{number}", "person_id": f"per_{number}", "place": 1 + number % 3,
        "guardian_id": "per_parent" if number % 2 else None, "method": "guardian" if number % 2 else "own_proof",
        "level": 2, "requested_at": 10 + number, "verified_at": 20 + number, **dict.fromkeys(FACTS), **facts,
    }  # fmt: skip


BEFORE = [
    bound(0),
    bound(1),
    bound(2, suspended_at=30),
    bound(3, released_at=31),
    bound(4, suspended_at=30, revoked_at=32),
    # No program wrote one of these.
    bound(5, verified_at=None),
]
NAMES = {"account_digest": "resource_digest", "guardian_id": "representative_id", "requested_at": "made_at"}


def test_what_was_bound_before_is_bound_afterwards(empty_url: str) -> None:
    url = empty_url
    migration.upgrade(url, "0001")
    add(url, "bindings", BEFORE)
    migration.upgrade(url, "0007")
    after = {row["binding_id"]: row for row in run(url, "SELECT * FROM social_accounts")}
    assert len(after) == len(BEFORE)
    for row in BEFORE[:-1]:
        expected = {NAMES.get(name, name): value for name, value in row.items() if name != "kind"}
        assert after[row["binding_id"]] == expected
    never_proved = after["bind_5"]
    assert (never_proved["verified_at"], never_proved["revoked_at"]) == (15, 15)

    migration.downgrade(url, "0006")
    again = {row["binding_id"]: row for row in run(url, "SELECT * FROM bindings")}
    for row in BEFORE[:-1]:
        assert again[row["binding_id"]] == row
    migration.upgrade(url, "0007")
    assert {row["binding_id"]: row for row in run(url, "SELECT * FROM social_accounts")} == after
    migration.upgrade(url)
    migration.check(url)


def consent(
    consent_id: str, person: str, given: int, withdrawn: int | None = None, client: str = "net"
) -> dict[str, Any]:
    return {
        "person_id": person, "consent_id": consent_id, "client_id": client, "given_at": given, "changed_at": 90,
        "withdrawn_at": withdrawn, "decisions": "{}",
    }  # fmt: skip


def test_a_binding_is_under_the_consent_by_which_it_was_proved(empty_url: str) -> None:
    url = empty_url
    migration.upgrade(url, "0017")
    accounts = {
        "own": ("per_lan", None, 50), "child": ("per_child", "per_lan", 50), "earlier": ("per_lan", None, 20),
        "between": ("per_lan", None, 35), "nobody": ("per_minh", None, 50),
    }  # fmt: skip
    add(
        url,
        "social_accounts",
        [
            {
                "client_id": "net", "binding_id": name, "resource_digest": name, "person_id": person, "place": None,
                "representative_id": guardian, "method": "own_proof", "level": 2, "made_at": 1, "verified_at": at,
                **dict.fromkeys(FACTS),
            }
            for name, (person, guardian, at) in accounts.items()
        ],
    )  # fmt: skip
    add(
        url,
        "consents",
        [
            consent("con_first", "per_lan", 10, withdrawn=30),
            consent("con_now", "per_lan", 40),
            consent("con_childs", "per_child", 45),
            consent("con_elsewhere", "per_minh", 10, client="other"),
        ],
    )
    migration.upgrade(url)
    found = {row["binding_id"]: row["consent_id"] for row in run(url, "SELECT * FROM social_accounts")}
    assert found == {
        "own": "con_now", "child": "con_now", "earlier": "con_first", "between": None, "nobody": None,
    }  # fmt: skip
