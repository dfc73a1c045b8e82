"""Where a request began that is answered here, as the consent screen says it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShownElsewhere:
    """The warning, and what the service shows as well. `message` is the service's word, and in no receipt."""

    title: str
    text: str
    message_title: str | None
    message: str | None
