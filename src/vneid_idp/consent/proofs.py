"""Whether receipts still say what they said: each event of a consent bears the digest of its receipt."""

from vneid_idp.audit.events import RecordedEvent
from vneid_idp.consent import store
from vneid_idp.storage.unit import Reading


async def find_fault(unit: Reading, event: RecordedEvent) -> str | None:
    """What is wrong with the receipt that `event` names; nothing where it holds, or none is named."""
    digest = event.data.get("receipt_digest")
    if digest is None:
        return None
    receipt_id = str(event.data.get("receipt_id"))
    found = await store.find_receipt_digest(unit, event.person_id or "", receipt_id)
    if found is None:
        return f"the receipt {receipt_id}, which it names, is missing"
    return None if found == digest else f"the receipt {receipt_id}, which it names, was changed"
