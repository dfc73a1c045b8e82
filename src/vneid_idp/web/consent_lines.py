"""What a consent screen asks line by line: each claim with its value and its choices, in blocks, by purpose. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby

from vneid_idp.kernel.languages import in_language
from vneid_idp.protocol.claims import SMALLER_PROOFS, Item
from vneid_idp.protocol.client import Purpose
from vneid_idp.web.claim_words import (
    AGES,
    Kind,
    Say,
    Topic,
    Values,
    smaller_proof_words,
    topic_of,
    topics_of,
)
from vneid_idp.web.i18n import mark
from vneid_idp.web.left_out import leaving_out
from vneid_idp.web.service_word import demanded_in_full

FULL, SMALLER, NOTHING = "full", "smaller", "nothing"


@dataclass(frozen=True, slots=True)
class SmallerProof:
    """What may be told in place of a claim. `shown` is how that reads for this person."""

    claim: str
    instead_of: str
    shown: str
    offer: str
    full: str
    notice: str
    nothing: str | None
    """The choice to share neither, of an optional line."""
    value: str | None = None
    """What it tells, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One decision of the person. `shown` is the value that would leave, `None` when the account holds none."""

    key: str
    topic: Topic
    items: tuple[Item, ...]
    shown: str | None
    label: str
    unknown: str | None = None
    """What is said in place of a value that the account does not hold."""
    smaller: SmallerProof | None = None
    group: str | None = None
    """What stands over this line and those of its kind beside it."""
    note: str | None = None
    """What is said of how it is shared, where that is decided already."""
    in_place: Topic | None = None
    """The smaller proof that is told in its place, where that is decided already."""


_MANY = 5
"""So many lines are read as they stand; more are put together by kind."""


def _plain(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if not line.smaller]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under one sentence."""

    title: str
    lines: tuple[Line, ...]
    hint: str | None = None

    @property
    def is_long(self) -> bool:
        """Whether there are so many lines that they are folded by kind."""
        return len(_plain(self.lines)) > _MANY

    @property
    def runs(self) -> tuple[tuple[str | None, tuple[Line, ...]], ...]:
        """The lines without those of a smaller proof, in runs of one kind, each with what stands over it."""
        runs = groupby(_plain(self.lines), key=lambda line: line.group)
        return tuple((group, tuple(run)) for group, run in runs)


@dataclass(frozen=True, slots=True)
class PurposeGroup:
    """What is asked for one purpose. `terms` are pairs of a name and a text, folded under `terms_title`."""

    kind: str
    title: str
    text: str
    terms_title: str
    terms: tuple[tuple[str, str], ...]
    required: Block
    optional: Block
    absent: Block
    """Optional lines that the account holds nothing for: named once, not asked one by one."""


@dataclass(frozen=True, slots=True)
class LineWords:
    """What turns facts into words: the values of the person's claims as they would leave, and as they left before; the
    language, how it says a message."""

    values: Values
    before: Values
    locale: str
    service: str
    say: Say
    told: Values
    """What is told so far of an age that is another by now, which the page offers to tell anew."""
    offered_again_days: int | None = None
    """After how many days what is left out is offered again, where the person decides here and now."""
    said: set[Kind] = field(default_factory=set)
    """What stands over some line already, and is not said again on this page."""


def group_of(purpose: Purpose, number: int, own: list[Item], words: LineWords) -> PurposeGroup:
    """What is asked for a purpose, the `number`th of its client."""
    say = words.say
    required = _lines([item for item in own if item.required], f"required-{number}", words)
    optional = _lines([item for item in own if not item.required], f"optional-{number}", words)
    offered = tuple(line for line in optional if line.shown is not None)
    return PurposeGroup(
        kind=say(mark("Purpose")),
        title=in_language(purpose.title, words.locale),
        # The service's own words, on our page: said as such.
        text=say(
            mark("%(service)s gives this reason: %(reason)s"),
            service=words.service,
            reason=in_language(purpose.text, words.locale),
        ),
        terms_title=say(
            mark("Legal ground and how long it is kept, by the word of %(service)s"), service=words.service
        ),
        terms=(
            (say(mark("Legal ground")), in_language(purpose.legal_ground, words.locale)),
            (say(mark("Kept until")), in_language(purpose.kept_until, words.locale)),
        ),
        required=Block(
            say(mark("The service needs this")), arranged(required, say, words.said), _in_full(purpose, required, words)
        ),
        optional=Block(
            say(mark("You may leave this out")),
            arranged(offered, say, words.said),
            leaving_out(
                words.say,
                words.offered_again_days,
                stays=any(item.name in words.told for line in offered for item in line.items),
            ),
        ),
        absent=Block(
            say(mark("Also asked for, but not in your account, so not shared:")),
            tuple(line for line in optional if line.shown is None),
        ),
    )


def _in_full(purpose: Purpose, lines: tuple[Line, ...], words: LineWords) -> str | None:
    """Why no smaller proof stands beside some of `lines`."""
    labels = [line.label for line in lines if any(item.in_full for item in line.items)]
    return demanded_in_full(purpose, labels, words.service, words.locale, words.say)


def lines_before(given: Iterable[str], words: LineWords) -> tuple[Line, ...]:
    """What is handed over already, with nothing to decide."""
    lines = []
    for topic in topics_of(given):
        shown = topic.show({c: words.before[c] for c in given if c in words.before}, words.say, words.locale)
        unknown = words.say(mark("Not in your account")) if shown is None else None
        lines.append(Line(topic.key, topic, (), shown, topic.name(words.say), unknown))
    return tuple(lines)


def _lines(items: list[Item], kind: str, words: LineWords) -> tuple[Line, ...]:
    lines, say = [], words.say
    for topic in topics_of(item.name for item in items):
        own = tuple(item for item in items if topic_of(item.name) is topic)
        values = {item.name: words.values[item.name] for item in own if item.name in words.values}
        shown = topic.show(values, say, words.locale)
        told = topic.show(
            {item.name: words.told[item.name] for item in own if item.name in words.told}, say, words.locale
        )
        if shown is not None and told is not None:
            shown = say(mark("%(now)s (told until now: %(before)s)"), now=shown, before=told)
        smaller = _smaller(own, words) if shown is not None else None
        unknown = None
        if shown is None and own[0].required:
            unknown = say(mark("Not in your account yet. Once it is there, it is shared"))
        lines.append(Line(f"{kind}-{topic.key}", topic, own, shown, topic.name(say), unknown, smaller))
    return tuple(lines)


def arranged(lines: Iterable[Line], say: Say, said: set[Kind]) -> tuple[Line, ...]:
    """The lines of a block in their order, each with what stands over it: where they are many over each kind, else over
    age thresholds, once on a page, of which `said` keeps count."""
    lines = tuple(lines)
    if len(_plain(lines)) > _MANY:
        by_kind = sorted(lines, key=lambda line: line.topic.kind.place)
        said |= {line.topic.kind for line in by_kind}
        return tuple(
            replace(line, group=say(line.topic.kind.title), label=line.topic.name_in_kind(say)) for line in by_kind
        )
    unsaid = AGES not in said
    thresholds = {line.key for line in lines if line.topic.kind is AGES and line.shown is not None}
    if thresholds:
        said.add(AGES)
    title = say(AGES.title)
    return tuple(replace(line, group=title) if unsaid and line.key in thresholds else line for line in lines)


def _smaller(items: tuple[Item, ...], words: LineWords) -> SmallerProof | None:
    """The smaller proof for a line. A line that has one holds a single claim."""
    (claim, required), say = (items[0].name, items[0].required), words.say
    instead = None if items[0].in_full else SMALLER_PROOFS.get(claim)
    if instead is None or instead not in words.values:
        return None
    told = topic_of(instead)
    text, years = smaller_proof_words(instead, words.values[instead])
    return SmallerProof(
        claim=instead,
        instead_of=claim,
        shown=say(text, years=years),
        offer=say(mark("A smaller proof will do: only whether you are %(years)s or older."), years=years),
        full=say(mark("Share it in full")),
        notice=say(mark("The service is told that you chose this.")),
        nothing=None if required else say(mark("Do not share it")),
        value=None if told is None else told.show(words.values, say, words.locale),
    )
