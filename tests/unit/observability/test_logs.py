"""The one form of all logs: JSON lines or lines for people, without the words of libraries' arguments."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from vneid_idp.log import Log
from vneid_idp.observability import logs

NUMBER = "097123456789"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    names = ("", "vneid_idp", "uvicorn")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = list(logging.getLogger().handlers)
    yield
    for logger, level in before:
        logger.setLevel(level)
    logging.getLogger().handlers[:] = handlers


def logging_to_text(level: str = "info", **more: Any) -> io.StringIO:
    stream = io.StringIO()
    logs.configure(level, readable=False, stream=stream, **more)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_a_json_object_on_one_line() -> None:
    stream = logging_to_text()
    Log("vneid_idp.some.module").warning("delivery.failed", attempt=2, channel="sms", detail="two\nlines", phone=NUMBER)
    (line,) = lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "vneid_idp.some.module",
        "event": "delivery.failed",
        "attempt": 2,
        "channel": "sms",
        "detail": "two\nlines",
        "dropped": "phone",
    }


def test_a_person_reads_lines() -> None:
    stream = io.StringIO()
    logs.configure("info", readable=True, stream=stream)
    Log("vneid_idp.some.module").info("request.refused", code="invalid_request")
    assert stream.getvalue()[8:] == " info    request.refused  code=invalid_request\n"


@pytest.mark.parametrize(
    ("level", "expected"),
    [("debug", ["a", "b", "c", "d"]), ("info", ["b", "c", "d"]), ("warning", ["c", "d"]), ("error", ["d"])],
)
def test_the_level_is_a_setting(level: str, expected: list[str]) -> None:
    stream = logging_to_text(level)
    log = Log("vneid_idp.some.module")
    log.debug("a")
    log.info("b")
    log.warning("c")
    log.failure("d", ValueError(NUMBER))
    assert [line["event"] for line in lines(stream)] == expected
    assert NUMBER not in stream.getvalue()


def test_of_a_library_only_the_fixed_text_is_kept() -> None:
    stream = logging_to_text("debug")
    logging.getLogger("httpx").info("HTTP Request: %s", f"https://register.example/{NUMBER}")
    logging.getLogger("some.library").warning("cannot read %s", NUMBER)
    try:
        raise ValueError(NUMBER)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert NUMBER not in stream.getvalue()
    events = [(line["event"], line.get("error")) for line in lines(stream)]
    assert events == [("cannot read %s", None), ("Exception in ASGI application", "ValueError")]


def test_the_server_says_in_the_same_form_where_it_listens() -> None:
    stream = logging_to_text()
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1:8000")
    (line,) = lines(stream)
    assert (line["logger"], line["event"]) == ("uvicorn.error", "Uvicorn running on http://127.0.0.1:8000")
    quiet = logging_to_text(server="warning")
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1:8000")
    assert quiet.getvalue() == ""


@pytest.mark.parametrize(("level", "said"), [("debug", ["b", "c"]), ("warning", ["c"]), ("error", [])])
def test_the_server_is_never_heard_below_its_own_level_nor_below_ours(level: str, said: list[str]) -> None:
    stream = logging_to_text(level)
    server = logging.getLogger("uvicorn.error")
    server.debug("a")
    server.info("b")
    server.warning("c")
    assert [line["event"] for line in lines(stream)] == said


def test_configured_anew_each_line_is_written_once_and_nowhere_else() -> None:
    before, after = logging_to_text(), logging_to_text()
    Log("vneid_idp.some.module").info("a")
    assert before.getvalue() == ""
    assert [line["event"] for line in lines(after)] == ["a"]
