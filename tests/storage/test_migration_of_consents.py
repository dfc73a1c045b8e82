"""Revisions on a database that is in use: what people agreed to and confirmed before counts as it did."""

import json

import orjson

from tests.support.old_rows import add, run
from vneid_idp.consent import decisions, store
from vneid_idp.interaction import store as waiting
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import digest
from vneid_idp.protocol.acts import Confirmed
from vneid_idp.protocol.claims import Decision
from vneid_idp.storage import migration
from vneid_idp.storage.database import open_database

MANY = 1_001
"""More than one page of the key."""
GIVEN, LESS = ["account", 2, True, None], ["account", 2, False, "age_over_16"]


def test_what_was_decided_before_is_told_as_of_then(empty_url: str) -> None:
    migration.upgrade(empty_url, "0018")
    stored = json.dumps({"age_band": GIVEN, "birthdate": LESS})
    consent = {"person_id": "per_a", "client_id": "cli_a", "given_at": 3, "decisions": stored}
    add(
        empty_url,
        "consents",
        [consent | {"consent_id": f"con_{n}", "withdrawn_at": 9_999, "changed_at": 7 + n} for n in range(MANY)],
    )
    receipt = consent | {"receipt_id": "rct_a", "consent_id": "con_0", "language": "vi", "shown": "…"}
    add(empty_url, "consent_receipts", [receipt, receipt | {"receipt_id": "rct_b", "given_at": 5, "decisions": "{}"}])

    migration.upgrade(empty_url, "0019")
    rows = run(empty_url, "SELECT changed_at, decisions FROM consents")
    assert len({row["changed_at"] for row in rows}) == MANY
    for row in rows:
        assert decisions.load(row["decisions"]) == {
            "age_band": Decision("account", 2, given=True, at=row["changed_at"]),
            "birthdate": Decision("account", 2, given=False, instead="age_over_16", at=row["changed_at"]),
        }
    proofs = [row["decisions"] for row in run(empty_url, "SELECT decisions FROM consent_receipts ORDER BY receipt_id")]
    assert decisions.load(proofs[0])["age_band"].at == 3
    assert proofs[1] == "{}"

    migration.downgrade(empty_url, "0018")
    assert all(json.loads(row["decisions"]) == json.loads(stored) for row in run(empty_url, "SELECT * FROM consents"))


async def test_what_was_confirmed_before_rich_requests_stands_and_its_receipt_has_the_same_digest(
    empty_url: str,
) -> None:
    """Revision 0039: the record of events holds the digest of each receipt that was given."""
    migration.upgrade(empty_url, "0038")
    said = {"person_id": "per_a", "receipt_id": "rct_a", "consent_id": "con_a", "client_id": "cli_a", "given_at": 3}
    said |= {"language": "vi", "shown": "…", "decisions": "{}"}
    said |= dict.fromkeys(("guardian_id", "guardian_shown", "guardian_language"))
    add(empty_url, "consent_receipts", [said])
    open_one = {"interaction_id": "int_a", "client_id": "cli_a", "request": "{}", "opened_at": 1, "expires_at": 2}
    add(empty_url, "interactions", [open_one | {"link_confirmed_by": "per_a"}])

    migration.upgrade(empty_url)
    database = open_database(empty_url, SystemClock())
    try:
        async with database.reading() as unit:
            [receipt] = await store.list_receipts(unit, "per_a", "cli_a")
            found = await store.find_receipt_digest(unit, "per_a", "rct_a")
            confirmed = await waiting.find(unit, "int_a")
    finally:
        await database.close()
    assert receipt.details is None
    assert found == digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode())
    assert confirmed is not None
    assert confirmed.confirmed == Confirmed("per_a", None)

    migration.downgrade(empty_url, "0038")
    assert run(empty_url, "SELECT * FROM consent_receipts") == [said]
