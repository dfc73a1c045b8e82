"""The consent screen as values: what is asked, what would be handed over, and what a posted form decides.

Pure. The template only lays out what stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vneid_idp.kernel.languages import in_language
from vneid_idp.protocol.claims import PERMISSIONS, SMALLER_PROOFS, Decision, Decisions, Item
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.web.claim_words import (
    PERMISSION_WORDS,
    Say,
    Topic,
    Values,
    smaller_proof_words,
    topic_of,
    topics_of,
)
from vneid_idp.web.forms import Form
from vneid_idp.web.i18n import mark

FULL, SMALLER, NOTHING = "full", "smaller", "nothing"
_PURPOSE, _LEGAL_GROUND, _KEPT_UNTIL = mark("Purpose"), mark("Legal ground"), mark("Kept until")


@dataclass(frozen=True, slots=True)
class SmallerProof:
    """What may be told in place of a claim, and how that reads for this person."""

    claim: str
    instead_of: str
    shown: str


@dataclass(frozen=True, slots=True)
class Line:
    """One decision of the person. `shown` is the value that would leave, `None` when the account holds none."""

    key: str
    topic: Topic
    items: tuple[Item, ...]
    shown: str | None
    smaller: SmallerProof | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What is asked for one purpose."""

    purpose: Purpose
    required: tuple[Line, ...]
    optional: tuple[Line, ...]
    absent: tuple[Line, ...]
    """Optional lines that the account holds nothing for: named once, not asked one by one."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that is asked now, and what was agreed before and stays."""

    groups: tuple[Group, ...]
    permissions: tuple[Item, ...]
    shared_before: tuple[tuple[Topic, str | None], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line that a person can decide, in the order of the page."""
        return tuple(line for group in self.groups for line in (*group.required, *group.optional))


def values_needed(items: tuple[Item, ...]) -> tuple[str, ...]:
    """The claims whose values the screen shows, smaller proofs included."""
    claims = [item.name for item in items if item.name not in PERMISSIONS]
    return tuple(dict.fromkeys([*claims, *(SMALLER_PROOFS[claim] for claim in claims if claim in SMALLER_PROOFS)]))


def screen(
    client: Client, asked: tuple[Item, ...], all_items: tuple[Item, ...], decided: Decisions, values: Values, say: Say
) -> Screen:
    """The screen for the items `asked` now; `all_items` of the request that are `decided` already are shown as such."""
    groups = []
    for number, purpose in enumerate(client.purposes):
        own = [item for item in asked if item.purpose == purpose.id and item.name not in PERMISSIONS]
        required = _lines([item for item in own if item.required], f"required-{number}", values, say)
        optional = _lines([item for item in own if not item.required], f"optional-{number}", values, say)
        if own:
            groups.append(
                Group(
                    purpose,
                    required,
                    tuple(line for line in optional if line.shown is not None),
                    tuple(line for line in optional if line.shown is None),
                )
            )
    permissions = tuple(item for item in asked if item.name in PERMISSIONS)
    now_asked = {item.name for item in asked}
    given = [
        decided[item.name].instead or item.name
        for item in all_items
        if item.name not in now_asked and item.name not in PERMISSIONS and _gave(decided.get(item.name))
    ]
    before = tuple((topic, topic.show({c: values[c] for c in given if c in values}, say)) for topic in topics_of(given))
    return Screen(tuple(groups), permissions, before)


def _gave(decision: Decision | None) -> bool:
    return decision is not None and (decision.given or decision.instead is not None)


def _lines(items: list[Item], kind: str, values: Values, say: Say) -> tuple[Line, ...]:
    lines = []
    for topic in topics_of(item.name for item in items):
        own = tuple(item for item in items if topic_of(item.name) is topic)
        shown = topic.show({item.name: values[item.name] for item in own if item.name in values}, say)
        smaller = _smaller(own, values, say) if shown is not None else None
        lines.append(Line(f"{kind}-{topic.key}", topic, own, shown, smaller))
    return tuple(lines)


def _smaller(items: tuple[Item, ...], values: Values, say: Say) -> SmallerProof | None:
    """The smaller proof for a line. A line that has one holds a single claim."""
    claim = items[0].name
    instead = SMALLER_PROOFS.get(claim)
    if instead is None or instead not in values:
        return None
    words, years = smaller_proof_words(instead, values[instead])
    return SmallerProof(instead, claim, say(words, years=years))


def read_decisions(shown: Screen, form: Form) -> tuple[Decisions, Mapping[str, str]]:
    """What the form decides about everything that was shown, and the lines that still need a choice (key to message).

    Silence gives nothing away (Law 91/2025 Art. 9): a line without an answer is left out, or asked again if required.
    """
    decisions: Decisions = {}
    errors: dict[str, str] = {}
    for group in shown.groups:
        for line in group.required:
            choice = form[line.key] if line.smaller else FULL
            if choice not in (FULL, SMALLER):
                errors[line.key] = mark("Choose how much to share.")
            _decide(decisions, line, choice)
        for line in group.optional:
            _decide(decisions, line, form[line.key])
        for line in group.absent:
            _decide(decisions, line, NOTHING)
    for item in shown.permissions:
        decisions[item.name] = Decision(item.purpose, item.version, given=True)
    return decisions, errors


def _decide(decisions: Decisions, line: Line, choice: str) -> None:
    smaller = line.smaller if choice == SMALLER else None
    for item in line.items:
        instead = smaller.claim if smaller is not None and smaller.instead_of == item.name else None
        decisions[item.name] = Decision(item.purpose, item.version, given=choice == FULL, instead=instead)


def text_shown(client: Client, shown: Screen, locale: str, say: Say) -> str:
    """What the page said, without a value: the text of the receipt (Decree 356/2025 Art. 6: proof must be kept)."""
    said = [say(mark("%(service)s asks you to share information"), service=client.client_name)]
    for group in shown.groups:
        purpose = group.purpose
        said.append(f"{say(_PURPOSE)}: {in_language(purpose.title, locale)}. {in_language(purpose.text, locale)}")
        said.append(f"{say(_LEGAL_GROUND)}: {in_language(purpose.legal_ground, locale)}")
        said.append(f"{say(_KEPT_UNTIL)}: {in_language(purpose.kept_until, locale)}")
        for title, lines in (
            (say(mark("The service needs this")), group.required),
            (say(mark("You may leave this out")), (*group.optional, *group.absent)),
        ):
            if lines:
                said.append(f"{title}: {'; '.join(say(line.topic.label) for line in lines)}")
    for item in shown.permissions:
        title, text = PERMISSION_WORDS[item.name]
        said.append(f"{say(title)}: {say(text)}")
    return "\n".join(said)
