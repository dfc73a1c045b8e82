"""The text of a receipt: what the consent screen said, sentence by sentence, and how its boxes were sent. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from vneid_idp.protocol.claims import Decisions, Item
from vneid_idp.web.consent_lines import FULL, NOTHING, SMALLER, Block
from vneid_idp.web.consent_view import Screen
from vneid_idp.web.link_view import fact_of_link

_TICKED, _UNTICKED, _NO_BOX = "☑", "☐", "–"


def text_shown(shown: Screen, decided: Decisions | None = None) -> str:
    """What the page said, without a value: the text of the receipt (Decree 356/2025 Art. 6: proof must be kept).

    With what the person `decided` there, each box stands as it was sent: ticked or not. Parts are divided by an empty
    line; the first line of a part of several is its title. What the buttons say is no part: that the one was pressed is
    what the receipt is.
    """
    return "\n\n".join("\n".join(lines) for lines in _said(shown, decided))


@dataclass(frozen=True, slots=True)
class Run:
    """Lines of one kind, one after another: of a list, or paragraphs."""

    listed: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a receipt's text as pages lay it out. All of its lines stand in it, as they are."""

    title: str | None
    runs: tuple[Run, ...]


def receipt_parts(text: str) -> tuple[Part, ...]:
    """The parts of a receipt's text; one of before there were any is a single part. Pure."""
    return tuple(_part(block.splitlines()) for block in text.split("\n\n") if block.strip())


def _part(lines: list[str]) -> Part:
    title = lines[0] if len(lines) > 1 and not _is_listed(lines[0]) else None
    runs = groupby(lines[1:] if title else lines, key=_is_listed)
    return Part(title, tuple(Run(listed, tuple(run)) for listed, run in runs))


def _is_listed(line: str) -> bool:
    return line[:1] in (_TICKED, _UNTICKED, _NO_BOX)


def _said(shown: Screen, decided: Decisions | None) -> Iterator[tuple[str, ...]]:
    child = None if shown.child is None else f"{shown.child.text} {shown.child.in_receipt}".rstrip()
    for sentence in (shown.heading, shown.asks, shown.lead, child):
        if sentence:
            yield (sentence,)
    if shown.elsewhere:
        yield (shown.elsewhere.title, shown.elsewhere.text)
    if shown.link:
        yield tuple(fact_of_link(fact) for fact in shown.link.facts)
        yield from ((sentence,) for sentence in shown.link.follows)
    if shown.details:
        yield from ((sentence.in_receipt,) for sentence in shown.details.sentences)
        yield from ((sentence,) for sentence in shown.details.follows)
    if shown.guardian:
        yield tuple(filter(None, (shown.guardian.title, shown.guardian.text, shown.guardian.nobody)))
    if shown.nothing:
        yield (shown.nothing.title, shown.nothing.text)
    for group in shown.groups:
        yield (f"{group.kind}: {group.title}", group.text)
        yield (group.terms_title, *(f"{_NO_BOX} {name}: {text}" for name, text in group.terms))
        for block in (group.required, group.optional, group.absent):
            if block.lines:
                yield tuple(_block(block, decided))
    if shown.permissions:
        boxes = (f"{_box(decided, (each.item,), FULL)} {each.title}: {each.text}" for each in shown.permissions)
        yield (shown.permissions_title, *boxes)
    if shown.shared_before:
        yield tuple(_block(Block(shown.before_title, shown.shared_before, shown.before_text), None))
    if shown.own_pages:
        yield tuple(f"{_NO_BOX} {page.text}: {page.uri}" for page in shown.own_pages)
    yield from ((sentence,) for sentence in (shown.pseudonym, shown.if_refused) if sentence)


def _block(block: Block, decided: Decisions | None) -> Iterator[str]:
    yield block.title
    if block.hint:
        yield block.hint
    above: str | None = None
    for line in block.lines:
        if line.group and line.group != above:
            yield line.group
        above = line.group or above
        label, proof = ": ".join(filter(None, (line.label, line.unknown, line.note))), line.smaller
        yield f"{_box(None if proof else decided, line.items, FULL)} {label}"
        if proof:
            choices = [(SMALLER, f"{proof.offer} {proof.notice}"), (FULL, proof.full), (NOTHING, proof.nothing)]
            yield from (f"{_box(decided, line.items, choice)} {text}" for choice, text in choices if text)


def _box(decided: Decisions | None, items: tuple[Item, ...], choice: str) -> str:
    """The box of a choice about these claims, as it was sent; a dash where nothing was to be chosen."""
    if decided is None or not items:
        return _NO_BOX
    decision = decided.get(items[0].name)
    sent = NOTHING if decision is None or not decision.gives else FULL if decision.given else SMALLER
    return _TICKED if sent == choice else _UNTICKED
