"""Events with fields: what may be logged, and that there is no other way into a log."""

import ast
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest

import vneid_idp
from vneid_idp.log import CURRENT, NUMBERS, TEXTS, WITHHELD, WORDS, Log, Value, cleaned

_SOURCES = Path(vneid_idp.__file__).parent
_MAY_USE_LOGGING = {_SOURCES / "log.py", _SOURCES / "observability" / "logs.py"}
log = Log("vneid_idp.test")


@pytest.mark.parametrize("name", ["person_id", "phone", "personal_number", "name", "token", "message"])
def test_a_field_that_is_not_listed_is_dropped_and_its_name_is_noted(name: str) -> None:
    assert cleaned({name: "097123456789", "status": 200}) == {"status": 200, "dropped": name}


@pytest.mark.parametrize("value", ["097 123 456 789", "+84951234567", "0951.234.567", "somebody@example.vn"])
def test_a_text_in_which_a_number_or_an_address_stands_is_withheld(value: str) -> None:
    assert cleaned({"detail": f"There is no {value}."}) == {"detail": WITHHELD}


@pytest.mark.parametrize("text", ["Eight digits 12345678 are nobody's", "1234 and 56789"])
def test_a_shorter_number_is_told(text: str) -> None:
    assert cleaned({"detail": text}) == {"detail": text}
    assert cleaned({"detail": "nine are 1-2.3 456789"}) == {"detail": WITHHELD}


def test_a_text_is_cut_and_a_word_has_its_length() -> None:
    assert cleaned({"detail": "x" * 301}) == {"detail": "x" * 300}
    assert cleaned({"code": "x" * 200}) == {"code": "x" * 200}
    assert cleaned({"code": "x" * 201}) == {"code": WITHHELD}


def test_all_names_that_were_dropped_are_noted() -> None:
    assert cleaned({"phone": "x", "status": 200, "name": "y"}) == {"status": 200, "dropped": "name,phone"}


def test_a_word_is_no_sentence_and_a_number_no_text() -> None:
    assert cleaned({"code": "Nguyễn Văn Minh, 12"}) == {"code": WITHHELD}
    assert cleaned({"status": "0971"}) == {"dropped": "status"}
    assert cleaned({"code": 971}) == {"dropped": "code"}
    assert cleaned({"code": None}) == {}


def test_no_list_of_fields_knows_a_person() -> None:
    assert not {name for name in NUMBERS | WORDS | TEXTS if "person" in name or "phone" in name or "name" in name}


def test_an_event_says_for_which_request_it_happened(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "vneid_idp")
    token = CURRENT.set(SimpleNamespace(request_id="req_1"))
    log.info("thing.happened", code="100%s")
    log.debug("thing.hidden")
    CURRENT.reset(token)
    log.warning("thing.after")
    assert [record.getMessage() for record in caplog.records] == [
        "thing.happened request_id=req_1 code=(withheld)",
        "thing.after",
    ]


def test_a_failure_tells_types_and_places_and_never_words(caplog: pytest.LogCaptureFixture) -> None:
    def fail(number: str) -> None:
        try:
            raise ValueError(number)
        except ValueError as error:
            raise KeyError(number) from error

    try:
        fail("097123456789")
    except KeyError as error:
        log.failure("thing.failed", error)
    (record,) = caplog.records
    fields: dict[str, Value] = record.fields  # type: ignore[attr-defined]
    assert (fields["error"], fields["causes"]) == ("KeyError", "ValueError")
    assert "fail (unit/test_log.py:" in str(fields["trace"])
    assert "097123456789" not in caplog.text


def test_a_failure_tells_what_its_exception_vouches_for_and_what_came_before(caplog: pytest.LogCaptureFixture) -> None:
    class Unavailable(Exception):
        fields: ClassVar[dict[str, Value]] = {"code": "08006", "statement": "INSERT"}

    try:
        try:
            raise ValueError("097123456789")
        except ValueError:
            raise Unavailable  # noqa: B904
    except Unavailable as error:
        log.failure("thing.failed", error, statement="SELECT", task="sealing")
    (record,) = caplog.records
    fields: dict[str, Value] = record.fields  # type: ignore[attr-defined]
    assert (fields["code"], fields["statement"], fields["task"]) == ("08006", "SELECT", "sealing")
    assert fields["causes"] == "ValueError"


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "_log"
        and node.func.attr in ("debug", "info", "warning", "failure")
    ]


def test_there_is_no_other_way_into_a_log_and_no_event_is_put_together() -> None:
    events = []
    for path in sorted(_SOURCES.rglob("*.py")):
        source = path.read_text()
        if "logging" not in source and "_log" not in source:
            continue
        tree = ast.parse(source)
        imported = {
            alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        } | {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert "logging" not in imported or path in _MAY_USE_LOGGING, path
        for call in _calls(tree):
            event = call.args[0]
            assert isinstance(event, ast.Constant), f"{path}:{call.lineno}"
            assert isinstance(event.value, str), f"{path}:{call.lineno}"
            events.append(event.value)
            for keyword in call.keywords:
                # What comes in as ** is checked when it is told.
                assert keyword.arg is None or keyword.arg in NUMBERS | WORDS | TEXTS, f"{path}: {keyword.arg}"
    assert len(events) > 8
    assert all(event.replace("_", "").replace(".", "").isalpha() for event in events), events
