"""The text of a receipt: what the consent screen said, sentence by sentence, and how its boxes were sent. Pure."""

from collections.abc import Iterator

from vneid_idp.protocol.claims import Decisions, Item
from vneid_idp.web.consent_view import FULL, NOTHING, SMALLER, Block, Screen
from vneid_idp.web.link_view import said_of_link


def text_shown(shown: Screen, decided: Decisions | None = None) -> str:
    """What the page said, without a value: the text of the receipt (Decree 356/2025 Art. 6: proof must be kept).

    With what the person `decided` there, each box stands as it was sent: ticked or not.
    """
    return "\n".join(_said(shown, decided))


def _said(shown: Screen, decided: Decisions | None) -> Iterator[str]:
    yield from filter(None, (shown.heading, shown.asks, shown.lead))
    if shown.child:
        yield shown.child.text
    if shown.link:
        yield from said_of_link(shown.link)
    if shown.guardian:
        yield from filter(None, (shown.guardian.title, shown.guardian.text, shown.guardian.nobody))
    if shown.nothing:
        yield from (shown.nothing.title, shown.nothing.text)
    for group in shown.groups:
        yield f"{group.kind}: {group.title}"
        yield group.text
        yield group.terms_title
        yield from (f"{name}: {text}" for name, text in group.terms)
        for block in (group.required, group.optional, group.absent):
            if block.lines:
                yield from _block(block, decided)
    if shown.permissions:
        yield shown.permissions_title
    for permission in shown.permissions:
        yield f"{_box(decided, (permission.item,), FULL)} {permission.title}: {permission.text}"
    if shown.shared_before:
        yield from _block(Block(shown.before_title, shown.shared_before, shown.before_text), None)
    yield from (f"{page.text}: {page.uri}" for page in shown.own_pages)
    yield from filter(None, (shown.pseudonym, " / ".join(filter(None, (shown.agree, shown.refuse)))))
    yield shown.if_refused


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
        return "–"
    decision = decided.get(items[0].name)
    sent = NOTHING if decision is None or not decision.gives else FULL if decision.given else SMALLER
    return "☑" if sent == choice else "☐"
