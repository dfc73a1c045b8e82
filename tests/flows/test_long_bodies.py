"""A body longer than any that makes sense is refused while it arrives, whoever sends it."""

from collections.abc import AsyncIterator

import pytest
from starlette.types import Message

from tests.support.country import Country

LONG = 1024


class Sent:
    """A mebibyte and more in pieces, and how many pieces were taken."""

    def __init__(self) -> None:
        self.pieces = 0

    async def body(self) -> AsyncIterator[bytes]:
        """The pieces."""
        for _ in range(LONG):
            self.pieces += 1
            yield b"x" * 8192


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/bindings/v1/social-accounts", "application/json"),
        ("/bindings/v1/social-accounts/status", "application/json"),
        ("/register", "application/json"),
        ("/token", "application/x-www-form-urlencoded"),
        ("/signin", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_long_body_is_not_read_to_its_end(land: Country, path: str, kind: str) -> None:
    sent = Sent()
    async with land.browser() as browser:
        answer = await browser.post(path, content=sent.body(), headers={"Content-Type": kind})
    assert answer.status_code in (400, 422)
    assert sent.pieces < LONG


async def test_a_body_that_is_cut_off_is_no_fault_of_ours(land: Country, caplog: pytest.LogCaptureFixture) -> None:
    arriving: list[Message] = [{"type": "http.request", "body": b"a=b", "more_body": True}, {"type": "http.disconnect"}]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/token",
        "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
    }
    answered: list[Message] = []

    async def receive() -> Message:
        return arriving.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    await land.app(scope, receive, send)
    assert answered[0]["status"] == 400
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
