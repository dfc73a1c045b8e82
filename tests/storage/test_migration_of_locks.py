"""Revisions 0010 and 0015 on a database that is in use: locks that stand, and what was asked about them, go on."""

from tests.support.old_rows import ACCOUNT, add, run
from vneid_idp.storage import migration


def test_a_lock_that_stands_goes_on_since_it_was_made(empty_url: str) -> None:
    migration.upgrade(empty_url, "0009")
    free = ACCOUNT | {"person_id": "per_free", "locked_at": None, "locked_by": None}
    add(empty_url, "accounts", [free, free | {"person_id": "per_locked", "locked_at": 7, "locked_by": "holder"}])
    migration.upgrade(empty_url, "0010")
    locks = "SELECT locked_at, locked_by, registry_locked_at, locked_since FROM accounts ORDER BY person_id"
    names = ("locked_at", "locked_by", "registry_locked_at", "locked_since")
    assert [tuple(row[name] for name in names) for row in run(empty_url, locks)] == [
        (None, None, None, None),
        (7, "holder", None, 7),
    ]

    # What the register locked meanwhile is not lost on the way back.
    run(
        empty_url,
        "UPDATE accounts SET registry_locked_at = 9, registry_locked_by = 'authority' WHERE person_id = 'per_free'",
    )
    migration.downgrade(empty_url, "0009")
    assert [tuple(row.values()) for row in run(empty_url, "SELECT locked_at, locked_by FROM accounts ORDER BY 1")] == [
        (7, "holder"),
        (9, "authority"),
    ]


def test_what_was_asked_in_the_name_of_no_office_is_asked_in_that_of_any(empty_url: str) -> None:
    migration.upgrade(empty_url, "0014")
    asked = {"person_id": "per_a", "request_id": "lrq_a", "lock": 1, "reason": "x", "asked_by": "per_b", "asked_at": 5}
    add(empty_url, "lock_requests", [asked])
    migration.upgrade(empty_url)
    # A worker of the release before does not name the column.
    add(empty_url, "lock_requests", [asked | {"person_id": "per_c", "request_id": "lrq_c"}])
    assert [row["office"] for row in run(empty_url, "SELECT office FROM lock_requests")] == ["*", "*"]
