"""Why bindings rest, in words that stand in the database; which of them count for a kind, the kind says."""

from enum import StrEnum


class RestingGround(StrEnum):
    """Why a binding rests. Names stand in the database."""

    DEATH = "death"
    """Its holder died."""
    CARD = "card"
    """Its holder, who proved it, has no valid card any more, which locks the identity (Decree 69/2024 Art. 15)."""
    GUARDIANSHIP = "guardianship"
    """Who bound it for a child is no parent or guardian of the child any more; or its holder proved it alone, and is
    too young for that by the date of birth that the register tells now."""
    GUARDIAN = "guardian"
    """Who bound it for a child cannot act: died, was forgotten, or has an identity that is locked, by whomever or with
    the card."""
    PHONE = "phone"
    """Whoever proved it did so with a code to a phone whose number got into other hands, and has shown nothing else
    since."""
