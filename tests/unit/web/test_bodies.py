"""Bodies are read up to their bound and not a byte further, however they come."""

from collections.abc import Sequence

import pytest
from starlette.requests import Request
from starlette.types import Message

from vneid_idp.web.bodies import MOST_BYTES, BadBody, TooLong, read_body, read_form_body, read_json


def request(*chunks: bytes, kind: str = "application/json") -> Request:
    """A request whose body comes in these parts."""
    left: Sequence[bytes] = list(chunks)

    async def receive() -> Message:
        nonlocal left
        first, left = left[0], left[1:]
        return {"type": "http.request", "body": first, "more_body": bool(left)}

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}, receive)


async def test_a_body_as_long_as_it_may_be_is_read_and_a_longer_one_given_up() -> None:
    half = b"x" * (MOST_BYTES // 2)
    assert await read_body(request(half, half)) == half + half
    with pytest.raises(TooLong):
        await read_body(request(half, half, b"x"))
    assert await read_body(request(b"abc"), 3) == b"abc"
    with pytest.raises(TooLong):
        await read_body(request(b"abcd"), 3)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded2", "multipart/form-data"])
async def test_a_form_says_that_it_is_one(kind: str) -> None:
    with pytest.raises(BadBody):
        await read_form_body(request(b"a=1", kind=kind))
    assert await read_form_body(request(b"a=1", kind="Application/X-WWW-Form-Urlencoded ; charset=utf-8")) == b"a=1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"a"', b"null", b"\xff", b'{"a":' * 255 + b"1" + b"}" * 255])
async def test_json_is_an_object_or_refused(body: bytes) -> None:
    with pytest.raises(BadBody):
        await read_json(request(body))
    assert await read_json(request(b'{"a": ', b"1}")) == {"a": 1}
