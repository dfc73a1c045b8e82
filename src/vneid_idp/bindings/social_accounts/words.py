"""What is said of a social account: why it may not do something, what its holder has to do, why a proof is refused."""

from enum import StrEnum
from typing import Self

from vneid_idp.kernel.errors import DomainError


class NextStep(StrEnum):
    """What has to be done so that the binding counts again."""

    OWN_PROOF_REQUIRED = "own_proof_required"
    GUARDIAN_REQUIRED = "guardian_required"


class Reason(StrEnum):
    """Why an account may not do something."""

    ACCOUNT_NOT_VERIFIED = "account_not_verified"
    BINDING_SUSPENDED = "binding_suspended"
    OWN_PROOF_REQUIRED = "own_proof_required"
    LEVEL_TOO_LOW = "level_too_low"


class GuardianRequired(DomainError):
    """Somebody below the age at which children act for themselves tried to bind an account alone."""

    code = "guardian_required"
    status = 403
    title = "The account of a child is bound by a parent or guardian, who signs in and chooses the child."

    @classmethod
    def under(cls, years: int) -> Self:
        """With the age of the law, which changes by policy and not by release."""
        return cls(f"Under the age of {years}, an account is bound by a parent or guardian, who chooses the child.")


class OwnProofRequired(DomainError):
    """A guardian tried to bind the account of somebody who has reached that age."""

    code = "own_proof_required"
    status = 403
    title = "Who has outgrown guardians proves the account in person."

    @classmethod
    def at(cls, years: int) -> Self:
        """With the age of the law, as above."""
        return cls(f"From the age of {years} on, the person proves the account and nobody else.")


class LevelRequired(DomainError):
    """The identity behind the token is not of the level that this needs."""

    code = "level_required"
    status = 403
    title = "This needs an identity of a higher level than the one behind the access token; ask for it in acr_values."


class LinkNotConfirmed(DomainError):
    """The person did not confirm, for this access token, that the account is linked."""

    code = "link_not_confirmed"
    status = 403
    title = (
        "The person has not confirmed this link. Each account is confirmed on a page of its own, and the token of that "
        "request links one account, once and within minutes: send the person to the authorization endpoint again, "
        "without prompt=none."
    )


class AccountBoundToAnother(DomainError):
    """The account belongs to somebody else."""

    code = "account_bound_to_another"
    status = 409
    title = "This account is bound to another person. It has to be released first."


class BindingSuspended(DomainError):
    """The account is this person's, but rests for something that no proof does away with."""

    code = "binding_suspended"
    status = 409
    title = (
        "The binding of this account is suspended, and a proof does not end that. Its holder has to ask why, and can "
        "release it."
    )


class AccountLimitReached(DomainError):
    """The person holds as many accounts within this network as the network allows."""

    code = "account_limit_reached"
    status = 409
    title = "The person holds as many accounts in this network as the network allows."
