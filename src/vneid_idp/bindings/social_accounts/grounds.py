"""Why a social account rests, as far as the register says of its holder."""

from vneid_idp.bindings.engine.grounds import RestingGround
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.cards import CardStatus, card_status
from vneid_idp.identity.register.guardianship import is_abandoned, needs_guardian
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules


def grounds(
    binding: SocialAccount, record: RegistryRecord, account: Account | None, rules: Rules, now: Instant
) -> frozenset[RestingGround]:
    """See `BindingKind.grounds`.

    A child needs no card, and nor does an account that a guardian bound. Who has outgrown guardians is asked for an own
    proof, whoever was guardian; the own proof of who needs one, by a date of birth that was corrected, carries nothing.
    """
    found = set()
    if record.deceased_at is not None:
        found.add(RestingGround.DEATH)
    if binding.representative_id is None:
        if needs_guardian(age(record.birth_date, now), rules):
            found.add(RestingGround.GUARDIANSHIP)
        if account is not None and card_status(record.card, now) is not CardStatus.VALID:
            found.add(RestingGround.CARD)
    elif is_abandoned(binding.representative_id, record, rules, now):
        found.add(RestingGround.GUARDIANSHIP)
    return frozenset(found)
