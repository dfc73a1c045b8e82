"""Why a subscriber number is not bound."""

from vneid_idp.kernel.errors import DomainError


class NumberNotConfirmed(DomainError):
    """The person did not confirm, for this access token, that this number is registered in their name."""

    code = "number_not_confirmed"
    status = 403
    title = (
        "The person has not confirmed this number. Each is confirmed on a page of its own, as an object of the type "
        "subscriber_number in authorization_details, and the token of that request binds just what stood there, once: "
        "send the person to the authorization endpoint again."
    )


class NumberBoundToAnother(DomainError):
    """The number is in somebody else's name at this carrier."""

    code = "number_bound_to_another"
    status = 409
    title = "This number is bound to another person. It has to be released first."


class NumberSuspended(DomainError):
    """The number is this person's, but rests for something that confirming it does not do away with."""

    code = "number_suspended"
    status = 409
    title = "The binding of this number is suspended. Its holder has to ask why, and can release it."


class NumberFrozen(DomainError):
    """The number is this person's, and who has it now may be somebody else."""

    code = "number_frozen"
    status = 409
    title = (
        "This number works in another SIM, or moves to another carrier: nothing rests on it. Bind it with a match of "
        "all four fields of its holder (match_id), or its holder shows at /me/numbers that it is in their hand."
    )


class NumberDisputed(DomainError):
    """Somebody else says that the number is theirs, and the carrier has not decided yet."""

    code = "number_disputed"
    status = 409
    title = "Somebody else says that this number is theirs. Decide the dispute first: until then it counts for nobody."


class ImplausibleInstant(DomainError):
    """What is told cannot have happened then."""

    code = "implausible_instant"
    status = 422
    title = "occurred_at lies in the future, or longer ago than this can be told."


class MatchNotUsable(DomainError):
    """The match is not there, or verifies something else. Which of it is not told: whose ID number somebody has would
    follow."""

    code = "match_not_usable"
    status = 409
    title = (
        "The number cannot be verified by this match. It takes one of all four fields that the carrier had made for "
        "this person, this number and this channel, since it came into its device and SIM, that is valid and was not "
        "used. Nothing was changed."
    )


class ChannelNotOpen(DomainError):
    """The law has this person register a number elsewhere (`ways.WAYS`). The channels are told, not why."""

    code = "channel_not_open"
    status = 403
    title = "This person cannot register a number in this channel. Nothing was changed."


class PointMustAct(DomainError):
    """The number is said to be registered at a point of sale, and no point took part."""

    code = "point_must_act"
    status = 403
    title = (
        "At a point of sale the point binds the number: with a token that was exchanged for it as the actor (act), or "
        "after it asked the person itself, by the device grant. Nothing was changed."
    )


class NumberTakesGuardian(DomainError):
    """The holder is too young to have a number without a parent or guardian."""

    code = "number_takes_guardian"
    status = 403
    title = "A parent or guardian registers this person's number (holder child). Nothing was changed."


class GuardianContracts(DomainError):
    """The child is so young that its parent or guardian is the party to the contract."""

    code = "guardian_contracts"
    status = 403
    title = "For so young a child a parent or guardian has a number of their own. Nothing was changed."


class SequenceTaken(DomainError):
    """The person has more numbers at this carrier than the sequence says."""

    code = "sequence_taken"
    status = 409
    title = "The person has more numbers at this carrier than the sequence of this one says. Nothing was changed."


class ContractRequired(DomainError):
    """The person has so many numbers that a further one takes a contract at a point of the carrier's own, or it is an
    organisation's."""

    code = "contract_required"
    status = 403
    title = "This number takes a contract that you name. Nothing was changed."


class NationalRouteRequired(DomainError):
    """A number is verified first by the picture that the state has."""

    code = "national_route_required"
    status = 403
    title = (
        "The first time a number is verified by a face that was compared with the picture that the state has. A "
        "template of your own counts for a number that is verified already. Nothing was changed."
    )


class CarrierUnknown(DomainError):
    """The client belongs to no organisation, to which a number could belong."""

    code = "carrier_unknown"
    status = 403
    title = "Numbers belong to a carrier: the client has to be registered as one of an organisation (`family`)."
