"""What pages say of a kind of binding."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Actor(StrEnum):
    """Who did what an event tells, as its reader sees it."""

    READER = "reader"
    HOLDER = "holder"
    """The holder of a child's account, as a parent or guardian reads it."""
    GUARDIAN = "guardian"
    """A parent or guardian, who is not the reader."""
    SUCCESSOR = "successor"
    """A parent or guardian who supervises in the reader's place."""
    CLIENT = "client"
    DELEGATE = "delegate"
    """Another client of the organisation, by an exchanged token."""


@dataclass(frozen=True, slots=True)
class KindWords:
    """How pages speak of one kind. The words in brackets are what a message is told."""

    what: str
    """What stands in the list of these at `/me`."""
    of_child: str
    """Whose it is (`child`)."""
    steps: Mapping[str, str]
    """What has to be done, by the next step of the kind (`years`, the age up to which guardians act)."""
    released: str
    """What follows from a release, once it is done."""
    release: str
    """What is released (`service`), for who hears the page."""
    releasing: str
    """What a release does, before it is done."""
    ended_by_withdrawal: str
    """What becomes of one when the consent is withdrawn that it is under, before it is named."""
    history: Mapping[str, str]
    """What happened with one, by the kind of event (`service`), as its holder reads it at `/me/history`, and with a
    child's (`child`) as a parent or guardian does."""
    actions: Mapping[str, str]
    """What the policy may ask something for, as the console shows it."""
    reasons: Mapping[str, str]
    """Why something may not do an action, as the console shows it."""
    acted: Mapping[tuple[str, Actor], str] = field(default_factory=dict)
    """The same, where it is known who did it (`guardian`, `acting`)."""
