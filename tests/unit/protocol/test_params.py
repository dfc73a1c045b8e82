"""Parameters at the door: read once, or refused with `invalid_request` and nothing else."""

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.params import parse_urlencoded, read_params

pairs = st.lists(st.tuples(st.text(), st.text()), max_size=8)


@given(st.binary() | st.text(alphabet="%&=+;0123456789abcdefAF\0é").map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(InvalidRequest):
        read_params(parse_urlencoded(raw))


@given(pairs)
def test_what_a_client_encodes_is_what_we_read(sent: list[tuple[str, str]]) -> None:
    assert parse_urlencoded(urlencode(sent).encode()) == sent


@given(pairs)
def test_a_name_stands_once(sent: list[tuple[str, str]]) -> None:
    names = [name for name, _ in sent if name != "resource"]
    if len(names) == len(set(names)):
        resources = " ".join(value for name, value in sent if name == "resource" and value)
        expected = {name: value for name, value in (*sent, ("resource", resources)) if value}
        assert read_params(sent) == expected
    else:
        with pytest.raises(InvalidRequest):
            read_params(sent)


@pytest.mark.parametrize(
    "raw",
    ["a=é".encode(), b"a=%ff", b"a=%C3%28", b"&".join(b"a%d=1" % number for number in range(65))],
)
def test_malformed_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse_urlencoded(raw)


def test_64_parameters_are_read() -> None:
    assert len(parse_urlencoded(b"&".join(b"a%d=1" % number for number in range(64)))) == 64


def test_resource_may_repeat_and_an_empty_value_is_left_out() -> None:
    assert read_params(parse_urlencoded(b"resource=a&resource=b&state=&c=1")) == {"resource": "a b", "c": "1"}


@pytest.mark.parametrize(("name", "named"), [("state", "'state'"), ("<é>", "a parameter"), ("n" * 50, "a parameter")])
def test_the_refusal_repeats_no_strange_name(name: str, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        read_params([(name, "1"), (name, "1")])


def test_an_empty_repetition_counts_too() -> None:
    with pytest.raises(InvalidRequest):
        read_params(parse_urlencoded(b"state=&state=a"))
