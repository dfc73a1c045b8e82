"""What a page of the guide is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """An arrow of a picture."""

    sender: str
    receiver: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Who talks with whom: the parties in the order of the columns, and what goes between them."""

    parties: tuple[str, ...]
    steps: tuple[Step, ...]

    def columns(self, step: Step) -> tuple[int, int]:
        """Between which columns it lies, counted from one."""
        places = sorted(self.parties.index(party) + 1 for party in (step.sender, step.receiver))
        return places[0], places[1]

    def leads_back(self, step: Step) -> bool:
        """Whether it points to the left."""
        return self.parties.index(step.sender) > self.parties.index(step.receiver)


@dataclass(frozen=True, slots=True)
class Part:
    """A section: what is done and why, the lines of the script that do it, and what comes back."""

    title: str
    text: str
    cell: str | None = None
    """Which cell of the script; see `scripts.cells`."""
    answers: tuple[str, ...] = ()
    """JSON that the script prints in that cell, in this order. `…` stands for what differs from run to run."""
    points: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    """What stands in the texts for the names of their placeholders."""


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A page. Its texts are English, and translated where they are shown."""

    slug: str
    title: str
    lead: str
    script: str
    """The name of its script, without `.py`."""
    parts: tuple[Part, ...]
    errors: tuple[tuple[str, str], ...]
    """What one meets there: the code, and what the error is about (`OAuthError.about`), or nothing."""
    picture: Picture | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    """What stands in the lead for the names of its placeholders."""
