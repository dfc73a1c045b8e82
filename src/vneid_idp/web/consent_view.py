"""The consent screen as values: every sentence of it, what is asked, what would be handed over, what a form decides.

Pure. The page and the receipt only lay out what stands here, so that the receipt is what was shown: a new sentence is a
field of one of these values, and `receipt_text.py` and `templates/interaction/consent.html` give it a place. What
differs from person to person are values (`Line.shown`, `SmallerProof.shown`, `ShownChild.name`, `Fact.shown`), which no
receipt holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.languages import in_language
from vneid_idp.protocol.claims import (
    PERMISSIONS,
    SIGN_IN,
    SMALLER_PROOFS,
    Decisions,
    Item,
    leaving,
    links_account,
)
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.web.asked_words import asked_in_short
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
from vneid_idp.web.left_out import NothingTicked, leaving_out
from vneid_idp.web.link_view import LinkAsked, ShownLink, frame_of, shown_link
from vneid_idp.web.permitted_view import Permitted, permitted
from vneid_idp.web.pseudonym_words import pseudonym
from vneid_idp.web.service_word import OwnPage, demanded_in_full, own_pages
from vneid_idp.web.shown_elsewhere import ShownElsewhere

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
class ShownChild:
    """Of whom the request is, when not of the person."""

    text: str
    name: str
    in_receipt: str = ""
    """What stands in the place of the name there."""


@dataclass(frozen=True, slots=True)
class GuardianPart:
    """What the page of a child says of the parent or guardian who has to agree as well."""

    title: str
    text: str
    names: tuple[str, ...]
    """Who they are, as far as they can act now; a value, as names are."""
    nobody: str | None = None
    """What is said where none of them can."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that is asked now, what was agreed before and stays, and the words around it."""

    heading: str
    asks: str | None
    """What is asked, in one sentence, where anything is."""
    lead: str
    child: ShownChild | None
    link: ShownLink | None
    groups: tuple[PurposeGroup, ...]
    permissions_title: str
    permissions: tuple[Permitted, ...]
    before_title: str
    before_text: str
    shared_before: tuple[Line, ...]
    pseudonym: str
    agree: str | None
    """The button that agrees, where there is something to agree to."""
    refuse: str
    if_refused: str
    guardian: GuardianPart | None = None
    nothing: NothingTicked | None = None
    own_pages: tuple[OwnPage, ...] = ()
    """Where the service itself says more."""
    tells_sign_in: bool = False
    """Whether the service learns how the person signed in, by what is asked here or was agreed to before."""
    offer: bool = False
    """Whether who takes none of it goes on all the same (`agreed_before.py`)."""
    gives_before: bool = False
    """Whether something is shared or permitted already, and goes on being so."""
    elsewhere: ShownElsewhere | None = None
    """Where the request began, if not in this browser."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line that a person can decide, in the order of the page."""
        return tuple(line for group in self.groups for line in (*group.required.lines, *group.optional.lines))


def values_needed(items: tuple[Item, ...], now: Instant) -> dict[str, Instant]:
    """The claims whose values the screen asks about, smaller proofs included, and as of when: an answer given `now`."""
    claims = [item.name for item in items if item.name not in PERMISSIONS]
    return dict.fromkeys([*claims, *(SMALLER_PROOFS[claim] for claim in claims if claim in SMALLER_PROOFS)], now)


def shared_before(asked: tuple[Item, ...], all_items: tuple[Item, ...], decided: Decisions) -> dict[str, Instant]:
    """What is handed over already of what the request wants, and as of when."""
    names = {item.name for item in all_items} - {item.name for item in asked}
    return leaving({name: decision for name, decision in decided.items() if name in names})


@dataclass(frozen=True, slots=True)
class _Words:
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


def screen(
    client: Client,
    asked: tuple[Item, ...],
    all_items: tuple[Item, ...],
    decided: Decisions,
    values: Values,
    values_before: Values,
    locale: str,
    say: Say,
    child: str | None = None,
    link: LinkAsked | None = None,
    told: Values | None = None,
    offered_again_days: int | None = None,
) -> Screen:
    """The screen for the items `asked` now; `all_items` of the request that are `decided` already are shown as such.

    `values` are those of `values_needed`, `values_before` those of `shared_before`; `child` is the name of whom a
    guardian asks for, if any; with `link` an account is to be linked. What is left out is offered again after so many
    days. What is `told` so far of an age stands beside what it is now.
    """
    words = _Words(values, values_before, locale, client.client_name, say, told or {}, offered_again_days)
    groups = []
    for number, purpose in enumerate(client.purposes):
        own = [item for item in asked if item.purpose == purpose.id and item.name not in PERMISSIONS]
        if own:
            groups.append(_group(purpose, number, own, words))
    before = shared_before(asked, all_items, decided)
    asks = {"shares": bool(groups), "links": link is not None, "for_child": child is not None}
    may_link = links_account(item.name for item in all_items)
    sign_in = SIGN_IN in {item.name for item in asked}, SIGN_IN in {item.name for item in all_items}
    frame = frame_of(**asks, may_link=may_link, has_before=bool(before), sign_in=sign_in)
    heading, lead, agree, if_refused = (say(text, service=client.client_name) for text in frame)
    may_do = permitted(asked, values, say)
    about = say(mark("This is about an account for the child that you chose, under your supervision."))
    return Screen(
        heading=heading,
        asks=asked_in_short(groups, may_do, say),
        lead=lead,
        child=ShownChild(about, child) if child and link is None else None,
        link=None if link is None else shown_link(link, child, client.client_name, say),
        groups=tuple(groups),
        permissions_title=say(mark("What the service may do")),
        permissions=may_do,
        before_title=say(mark("What you agreed to before")),
        before_text=say(mark("This stays as it is. You can look at it and withdraw under Connected services.")),
        shared_before=_before(before, words),
        pseudonym=pseudonym(client, say),
        agree=agree,
        refuse=say(mark("Refuse")),
        if_refused=if_refused,
        own_pages=own_pages(client, locale, say),
        tells_sign_in=sign_in[1],
    )


def _group(purpose: Purpose, number: int, own: list[Item], words: _Words) -> PurposeGroup:
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


def _in_full(purpose: Purpose, lines: tuple[Line, ...], words: _Words) -> str | None:
    """Why no smaller proof stands beside some of `lines`."""
    labels = [line.label for line in lines if any(item.in_full for item in line.items)]
    return demanded_in_full(purpose, labels, words.service, words.locale, words.say)


def _before(given: Iterable[str], words: _Words) -> tuple[Line, ...]:
    lines = []
    for topic in topics_of(given):
        shown = topic.show({c: words.before[c] for c in given if c in words.before}, words.say, words.locale)
        unknown = words.say(mark("Not in your account")) if shown is None else None
        lines.append(Line(topic.key, topic, (), shown, topic.name(words.say), unknown))
    return tuple(lines)


def _lines(items: list[Item], kind: str, words: _Words) -> tuple[Line, ...]:
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


def _smaller(items: tuple[Item, ...], words: _Words) -> SmallerProof | None:
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
