"""What the witness sees of a domain: its TXT records as one text each, nothing, or that nobody answers."""

from functools import partial
from typing import Any

import pytest
from dns.asyncresolver import Resolver
from dns.exception import Timeout
from dns.message import make_query
from dns.rdata import from_text
from dns.rdataclass import IN
from dns.rdatatype import CNAME, TXT
from dns.resolver import NXDOMAIN, NoAnswer, NoNameservers

from vneid_idp.clients.keys import Unreachable
from vneid_idp.web.outbound import Outbound
from vneid_idp.web.witness import Witness


@pytest.fixture
def witness() -> Witness:
    return Witness(Outbound())


def answering(patch: pytest.MonkeyPatch, answer: Any) -> list[tuple[Any, ...]]:
    """Have the resolver answer so; what it is asked."""
    asked: list[tuple[Any, ...]] = []

    async def resolve(_: Resolver, name: str, kind: str, **options: Any) -> Any:
        asked.append((name, kind, options["search"]))
        if isinstance(answer, Exception):
            raise answer
        return answer

    patch.setattr(Resolver, "resolve", resolve)
    return asked


async def test_the_parts_of_a_record_are_one_text(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [from_text(IN, TXT, '"vneid-" "proof"'), from_text(IN, CNAME, "x.example."), from_text(IN, TXT, '"b"')]
    asked = answering(monkeypatch, records)
    assert await witness.texts("_vneid-idp.rp.example") == ("vneid-proof", "b")
    # Never below a domain of this machine's own.
    assert asked == [("_vneid-idp.rp.example", "TXT", False)]


ABSENT: dict[str, Any] = {
    "no name": NXDOMAIN,
    "no record": partial(NoAnswer, response=make_query("rp.example", "TXT")),
}
SILENT: dict[str, Any] = {"too late": Timeout, "broken": NoNameservers, "no way": OSError}


@pytest.mark.parametrize("why", ABSENT)
async def test_a_name_without_records_shows_nothing(
    witness: Witness, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    answering(monkeypatch, ABSENT[why]())
    assert await witness.texts("rp.example") == ()


@pytest.mark.parametrize("why", SILENT)
async def test_where_nobody_answers_nothing_is_said_of_the_domain(
    witness: Witness, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """A domain that was verified does not lose it to a name server that is out of order."""
    answering(monkeypatch, SILENT[why]())
    with pytest.raises(Unreachable):
        await witness.texts("rp.example")


@pytest.mark.parametrize(("found", "text"), [(None, ""), (b"a\n\xff", "a\n\ufffd")])
async def test_a_file_that_is_not_there_is_empty(
    witness: Witness, monkeypatch: pytest.MonkeyPatch, found: bytes | None, text: str
) -> None:
    async def find(_: Outbound, url: str) -> bytes | None:
        return found

    monkeypatch.setattr(Outbound, "find", find)
    assert await witness.content("https://rp.example/x") == text
