"""Somebody's phones are told to look what waits."""

from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.storage.unit import Unit

NOBODY = "nobody"
"""Stands for whom a request means that reaches nobody: what is written is the same, so that the time tells nothing."""


async def notify_phones(unit: Unit, sealer: Sealer, person_id: str | None, until: Instant) -> None:
    """Have every phone of a person told, as long as that is of use. Which there are is looked up when it is sent, by a
    worker: whoever asked waits for the same, whether there is somebody, with a phone, or not."""
    await deliveries.enqueue(unit, sealer, Channel.PHONE_NOTICE, person_id or NOBODY, {}, not_after=until)
