"""Why nothing comes of what is said of a dispute."""

from vneid_idp.kernel.errors import DomainError


class UnknownDispute(DomainError):
    """There is no such dispute for whoever asks."""

    code = "dispute_not_found"
    status = 404
    title = "There is no such dispute, or it is not yours."


class DisputeOver(DomainError):
    """The dispute has ended otherwise."""

    code = "dispute_over"
    status = 409
    title = "This dispute is over. Look at how it ended."


class NothingToClaim(DomainError):
    """No carrier was refused this number for this person, or it is too long ago."""

    code = "nothing_to_claim"
    status = 404
    title = "You cannot claim this number here, or not any more. Have the carrier register it in your name once more."


class ClaimWaits(DomainError):
    """A dispute about the number is open, or this one was decided a while ago."""

    code = "claim_not_heard"
    status = 409
    title = "The carrier decides about this number already, or decided a short time ago. Nothing was changed."


class TooManyClaims(DomainError):
    """The person has claimed so many numbers as somebody may."""

    code = "too_many_claims"
    status = 429
    title = "You have claimed several numbers already. Wait until the carriers have decided, or until tomorrow."
