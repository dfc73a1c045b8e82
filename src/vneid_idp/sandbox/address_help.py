"""Two addresses that look alike: where they differ, for the developer who has to find it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from urllib.parse import urlsplit

from vneid_idp.web.i18n import mark

_LONGEST = 300
_MOST = 20

Marked = tuple[str, str, str]
"""A text in three: what both have at the beginning, what differs, what both have at the end."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A registered address beside the one that was sent."""

    registered: Marked
    sent: Marked
    differences: tuple[str, ...]
    """Sentences in English, translated where they are shown."""


def compare(sent: str, registered: Sequence[str]) -> tuple[Compared, ...]:
    """The registered addresses, the one that is most like `sent` first."""
    sent = sent[:_LONGEST]
    alike = sorted(registered, key=lambda each: -SequenceMatcher(None, each, sent, autojunk=False).ratio())
    return tuple(_compared(each, sent) for each in alike[:_MOST])


def _compared(registered: str, sent: str) -> Compared:
    start = _alike(registered, sent)
    end = _alike(registered[start:][::-1], sent[start:][::-1])
    return Compared(_marked(registered, start, end), _marked(sent, start, end), tuple(_differences(registered, sent)))


def _alike(one: str, other: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _marked(text: str, start: int, end: int) -> Marked:
    until = len(text) - end
    return text[:start], text[start:until], text[until:]


def _differences(registered: str, sent: str) -> Iterator[str]:
    if registered.rstrip("/") == sent.rstrip("/"):
        yield mark("A slash at the end: one of them has it, the other has not.")
        return
    if registered.lower() == sent.lower():
        yield mark("Letter case.")
        return
    try:
        had, has = urlsplit(registered), urlsplit(sent)
        ports = had.port, has.port
    except ValueError:
        yield mark("What was sent is not a URI.")
        return
    if had.scheme != has.scheme:
        yield mark("The scheme, before the first colon.")
    if {had.hostname, has.hostname} == {"localhost", "127.0.0.1"}:
        yield mark("localhost and 127.0.0.1: one machine, and two texts.")
    elif had.hostname != has.hostname:
        yield mark("The host.")
    if ports[0] != ports[1]:
        yield mark("The port.")
    if had.path != has.path:
        yield mark("The path.")
    if had.query != has.query:
        yield mark("The query, after the question mark.")
    if had.fragment != has.fragment:
        yield mark("A fragment: no return address has one.")
