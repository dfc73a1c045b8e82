"""Why a subscriber number rests, as far as the register says of its holder."""

from vneid_idp.bindings.engine.grounds import RestingGround
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.register.cards import CardStatus, card_status
from vneid_idp.identity.register.guardianship import is_abandoned
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules


def grounds(
    number: SubscriberNumber, record: RegistryRecord, account: Account | None, rules: Rules, now: Instant
) -> frozenset[RestingGround]:
    """See `BindingKind.grounds`. Who is too young to confirm a number alone has a consent that ends by itself, and the
    number with it. A child needs no card, and a number that a guardian registered stands when the child grows up."""
    found = set()
    if record.deceased_at is not None:
        found.add(RestingGround.DEATH)
    if number.representative_id is None:
        if account is not None and card_status(record.card, now) is not CardStatus.VALID:
            found.add(RestingGround.CARD)
    elif is_abandoned(number.representative_id, record, rules, now):
        found.add(RestingGround.GUARDIANSHIP)
    return frozenset(found)
