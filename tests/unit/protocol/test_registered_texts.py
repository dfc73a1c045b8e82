"""How long what a relying party writes of itself may be: it is stored, echoed, and partly shown."""

from typing import Any

import pytest

from tests.support.registration import CALLBACK, OPERATOR, read
from vneid_idp.protocol.errors import InvalidClientMetadata


@pytest.mark.parametrize(
    ("name", "longest", "start"),
    [
        ("software_id", 200, ""),
        ("software_version", 200, ""),
        ("contacts", 320, ""),
        ("default_acr_values", 200, ""),
        ("request_uris", 2048, f"{CALLBACK}/"),
        ("family", 64, ""),
    ],
)
def test_a_text_has_so_many_characters_at_most(name: str, longest: int, start: str) -> None:
    is_list = name not in ("software_id", "software_version", "family")

    def written(length: int) -> Any:
        text = start + "a" * (length - len(start))
        return [text] if is_list else text

    assert read(OPERATOR, **{name: written(longest)})[name] == written(longest)
    with pytest.raises(InvalidClientMetadata, match=name):
        read(OPERATOR, **{name: written(longest + 1)})
