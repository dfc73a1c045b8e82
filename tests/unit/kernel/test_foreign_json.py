"""JSON of others: what is taken can be written again, and shown."""

import orjson
import pytest

from vneid_idp.kernel.foreign_json import DEEPEST, BadJson, read_foreign_json


@pytest.mark.parametrize("text", ["[" * DEEPEST + "]" * DEEPEST, '{"a":' * DEEPEST + "1" + "}" * DEEPEST])
def test_what_is_nested_within_reason_is_taken(text: str) -> None:
    assert orjson.dumps(read_foreign_json(text)).decode() == text
    assert read_foreign_json(text.encode()) == read_foreign_json(text)


@pytest.mark.parametrize("depth", [DEEPEST + 1, 255, 1000, 100_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":[', "]}")])
def test_what_is_nested_deeper_is_refused(depth: int, opens: str, closes: str) -> None:
    with pytest.raises(BadJson):
        read_foreign_json((opens * depth + closes * depth).encode())


def test_many_beside_one_another_are_not_deep() -> None:
    assert len(read_foreign_json("[" + ",".join(["[[]]"] * 1000) + "]")) == 1000


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'"\\ud800"', b"NaN"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(BadJson, match="is not JSON"):
        read_foreign_json(text)
