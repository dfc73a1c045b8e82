"""Revision 0019 on a database that is in use: an answer that was given before counts as of when it was given."""

import json

from tests.support.old_rows import add, run
from vneid_idp.consent import decisions
from vneid_idp.protocol.claims import Decision
from vneid_idp.storage import migration

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
