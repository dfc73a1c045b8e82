"""Where an address that was sent differs from those that are registered."""

import pytest

from vneid_idp.sandbox.address_help import compare

WEB = "https://rp.example/cb"


@pytest.mark.parametrize(
    ("registered", "sent", "marked", "word"),
    [
        (WEB, f"{WEB}/", ("", "/"), "slash"),
        (WEB, "https://rp.example/CB", ("cb", "CB"), "case"),
        (WEB, "http://rp.example/cb", ("s", ""), "scheme"),
        (WEB, "https://rp.example:8443/cb", ("", ":8443"), "port"),
        (WEB, "https://rp.example/cb2", ("", "2"), "path"),
        (WEB, f"{WEB}?x=1", ("", "?x=1"), "query"),
        (WEB, f"{WEB}#x", ("", "#x"), "fragment"),
        ("http://localhost:3000/cb", "http://127.0.0.1:3000/cb", ("localhost", "127.0.0.1"), "localhost and"),
        (WEB, "https://[", ("rp.example/cb", "["), "not a URI"),
    ],
)
def test_the_difference_is_marked_and_named(registered: str, sent: str, marked: tuple[str, str], word: str) -> None:
    [found] = compare(sent, [registered])
    assert (found.registered[1], found.sent[1]) == marked
    assert ("".join(found.registered), "".join(found.sent)) == (registered, sent)
    assert any(word in text for text in found.differences)


def test_the_most_similar_one_comes_first_and_there_are_so_many_at_most() -> None:
    registered = [f"https://other{number}.example/elsewhere" for number in range(30)]
    found = compare(f"{WEB}/", [*registered, WEB])
    assert "".join(found[0].registered) == WEB
    assert len(found) == 20
    assert compare(WEB, []) == ()
